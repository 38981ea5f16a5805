"""Runs the lanes of `make check` and `make test`, each with its name and time, and says at the end what failed.

A lane that fails does not stop the others: one run shows everything that is wrong. The last line counts the tests.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TYPED = ("modbot", "commands", "tests", "benchmarks", "scripts")
AUDIT_SECONDS = 90
SOME_FAILED, NO_TESTS_COLLECTED = 1, 5  # pytest's exit statuses
UNSTEADY_AT_MOST = 3  # so many failures may be the machine's; more are the code's
TRIES_ALONE = 2
WORKERS = os.environ.get("TEST_WORKERS", "5")  # tests wait as long as they work: five for two cores


class Word(StrEnum):
    """What became of a lane, as it is printed."""

    OK = "ok"
    DID_NOT_RUN = "-"  # always with its reason; fails nothing
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a lane, and the note that is printed beside it."""

    word: Word
    note: str = ""

    @classmethod
    def of_status(cls, status: int) -> "Verdict":
        """A program that ended with this exit status."""
        return cls(Word.OK) if status == 0 else cls(Word.FAILED, f"exit status {status}")

    @classmethod
    def of_tests(cls, status: int) -> "Verdict":
        """A run of pytest that ended with this exit status."""
        return cls(Word.DID_NOT_RUN, "it has no tests") if status == NO_TESTS_COLLECTED else cls.of_status(status)


@dataclass(frozen=True, slots=True)
class Lane:
    """One thing that is checked."""

    name: str
    run: Callable[[], Verdict]


@dataclass(slots=True)
class Tally:
    """How many tests passed, failed and were skipped, over all lanes."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add_report(self, report: Path) -> list[str]:
        """Add one pytest run's junit report; the tests that failed. Nothing when pytest died before writing it."""
        if not report.exists():
            return []
        written = ElementTree.parse(report).getroot()  # noqa: S314 - our own pytest wrote it
        for suite in written.iter("testsuite"):
            count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
            failed = count["failures"] + count["errors"]
            self.failed += failed
            self.skipped += count["skipped"]
            self.passed += count["tests"] - failed - count["skipped"]
        cases = [case for case in written.iter("testcase") if {part.tag for part in case} & {"failure", "error"}]
        return list(dict.fromkeys(case.get("name", "") for case in cases))

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def tool(*command: str) -> Callable[[], Verdict]:
    """A lane that is one program of the virtual environment."""

    def run() -> Verdict:
        return Verdict.of_status(subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, check=False).returncode)

    return run


def tests(tally: Tally, *arguments: str) -> Callable[[], Verdict]:
    """A lane that is one run of pytest. A few tests that failed may run again, alone; that is always said."""

    def run() -> Verdict:
        with tempfile.TemporaryDirectory() as folder:
            kept = ("-o", f"cache_dir={folder}/cache")
            failed_before = tally.failed
            status, failed = pytest_run(tally, Path(folder) / "report.xml", *kept, *arguments)
            if status != SOME_FAILED or not 0 < len(failed) <= UNSTEADY_AT_MOST:
                return Verdict.of_tests(status)
            again, still = Tally(), failed
            for _ in range(TRIES_ALONE):
                say(f"\n== again, alone: {', '.join(still)}")
                alone = (*kept, *arguments, "--last-failed", "-n0")
                status, still = pytest_run(again, Path(folder) / "again.xml", *alone)
                if not still:
                    break
        if status != 0:
            return Verdict.of_tests(status)
        tally.failed = failed_before  # a test that also failed at its end had counted twice
        tally.passed += again.passed
        return Verdict(Word.OK, f"UNSTEADY, passed only when run again: {', '.join(failed)}")

    return run


def pytest_run(tally: Tally, report: Path, *arguments: str) -> tuple[int, list[str]]:
    """Run pytest and count what it did; its exit status, and the names of the tests that failed."""
    command = [str(BIN / "pytest"), "-q", "--durations=20", "--durations-min=5", f"--junitxml={report}", *arguments]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    return status, tally.add_report(report)


def known_vulnerabilities() -> Verdict:
    """A report that fails nothing: an advisory of today must not break yesterday's commit, nor a machine offline."""
    command = [str(BIN / "pip-audit"), "--requirement", "requirements.lock", "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=AUDIT_SECONDS, check=False)
        found = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return Verdict(Word.DID_NOT_RUN, f"the advisories did not come within {AUDIT_SECONDS} s")
    except (json.JSONDecodeError, KeyError):
        return Verdict(Word.DID_NOT_RUN, "the advisories cannot be reached from here")
    audited = [package for package in found if "skip_reason" not in package]
    if not audited:  # pip-audit calls this success
        return Verdict(Word.DID_NOT_RUN, "the package index used here gives no advisories")
    flaws = [
        f"  {package['name']} {package['version']}: {flaw['id']}" for package in audited for flaw in package["vulns"]
    ]
    for line in flaws:
        say(line)
    return Verdict(Word.OK, f"{len(audited)} of {len(found)} packages looked up, {len(flaws)} known vulnerabilities")


def check_lanes() -> list[Lane]:
    """What is checked without running modbot."""
    return [
        Lane("format", tool("ruff", "format", "--check", "--quiet", ".")),
        Lane("lint", tool("ruff", "check", "--quiet", ".")),
        Lane("types", tool("mypy", *(folder for folder in TYPED if any((ROOT / folder).rglob("*.py"))))),
        Lane("layers", tool("lint-imports", "--no-cache", "--no-logo")),
        Lane("vulnerabilities", known_vulnerabilities),
    ]


def test_lanes(tally: Tally) -> list[Lane]:
    """Every test. Those that start and kill processes wait more than they work, and keep out of the others' way."""
    return [
        Lane("crash tests", tests(tally, "-m", "crash", "-n", WORKERS, "--dist", "worksteal")),
        Lane("tests", tests(tally, "-m", "not crash", "-n", WORKERS, "--dist", "worksteal")),
    ]


def say(line: str) -> None:
    """Print at once, in step with what the lanes' own programs print."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run_lanes(lanes: Sequence[Lane]) -> list[tuple[Lane, Verdict, float]]:
    """Run each lane in turn. The figure is seconds."""
    results = []
    for lane in lanes:
        say(f"\n== {lane.name}")
        began = time.monotonic()
        verdict = lane.run()
        results.append((lane, verdict, time.monotonic() - began))
    return results


def main(arguments: Sequence[str]) -> int:
    """Run the lanes of `check` or `test`; the exit status is 1 when one failed."""
    tally = Tally()
    if arguments == ["check"]:
        lanes = [*check_lanes(), Lane("repository rules", tests(tally, "tests/project"))]
    elif arguments == ["test"]:
        lanes = [*check_lanes(), *test_lanes(tally)]
    else:
        say("usage: lanes.py check|test")
        return 2
    return finish(run_lanes(lanes), tally)


def finish(results: Sequence[tuple[Lane, Verdict, float]], tally: Tally) -> int:
    """Say what became of each lane, and count the tests last; the exit status of the whole run."""
    say("\n== lanes")
    for lane, verdict, seconds in results:
        say(f"  {verdict.word:<6} {lane.name:<18} {seconds:7.1f} s  {verdict.note}".rstrip())
    say(f"\n{tally}")
    return 0 if all(verdict.word is not Word.FAILED for _, verdict, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
