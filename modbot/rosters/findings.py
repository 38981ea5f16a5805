"""Collects what is wrong with a district's files, in bounded memory, and judges whether they may be imported."""

from collections import Counter
from collections.abc import Mapping

from modbot.errors import RosterError
from modbot.rosters import Counts, Problem, RosterReport

KEPT_PER_FILE = 50  # enough to see the pattern; the total is always told


class BadFile(RosterError):
    """A file that cannot be read at all. Reading stops."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem), problems=[str(problem)])
        self.problem = problem


class Findings:
    """The problems of one reading. Rows that do not fit are counted per file, so a large file cannot hide a bad one."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self._standing: Mapping[str, int] = {}
        self._bad: Counter[str] = Counter()
        self._kept: list[Problem] = []
        self._fatal: Problem | None = None

    def add_standing(self, rows: Mapping[str, int]) -> None:
        """Rows by file that an earlier reading told, and that this one may find wrong, too."""
        self._standing = rows

    def left_out(self, file: str, line: int | None, reason: str) -> None:
        """A row that does not fit."""
        self._bad[file] += 1
        if self._bad[file] <= KEPT_PER_FILE:
            self._kept.append(Problem(file, line, reason))

    def unusable(self, problem: Problem) -> None:
        """A file that cannot be used, so nothing can be imported."""
        self._bad[problem.file] += 1
        self._kept.append(problem)
        self._fatal = self._fatal or problem

    @property
    def fatal(self) -> bool:
        """Whether a file could not be used."""
        return self._fatal is not None

    @property
    def total(self) -> int:
        """How many rows or files do not fit."""
        return self._bad.total()

    def report(self, source: str, version: str, counts: Counts, *, strict: bool, tolerance: float) -> RosterReport:
        """The judgement. `tolerance` is the share of a file's rows that may be left out, from 0 to 1."""
        return RosterReport(
            source=source,
            version=version,
            counts=counts,
            rows=dict(self.rows),
            problems=tuple(self._kept),
            problems_total=self.total,
            refusal=self._refusal(counts, strict=strict, tolerance=tolerance),
        )

    def _refusal(self, counts: Counts, *, strict: bool, tolerance: float) -> str:
        if self._fatal is not None:
            return f"The roster was not imported. {self._fatal}"
        if strict and self.total:
            return f"The roster was not imported: {self.total} rows do not fit, and strict import allows none."
        for file, bad in self._bad.items():
            rows = self.rows[file] + self._standing.get(file, 0)
            if bad > tolerance * rows:
                return (
                    f"The roster was not imported: in {file} {bad} of {rows} rows do not fit; "
                    f"at most {tolerance:.1%} may be left out."
                )
        if not counts.staff or not counts.sections:
            return "The roster was not imported: it holds no staff or no classes, so it would lock everybody out."
        return ""
