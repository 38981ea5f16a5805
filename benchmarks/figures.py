"""Figures: what a row holds, how rounds become one, and the two files they are written to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

GOALS = {  # figure id → the goal in words
    "ack_p50_vs_bolt_c1": "ratio ≤ 0.2",
    "ack_rps_vs_bolt_c64": "ratio ≥ 1",
    "ack_rps_vs_boltjs_c16": "ratio ≥ 1",
    "ack_rps_vs_boltjs_c64": "ratio ≥ 1",
    "keypress_to_vendor_p50_ms": "≤ 5 ms",
    "keypress_to_vendor_p99_ms": "≤ 25 ms",
    "keypress_to_vendor_loaded_p99_ms": "≤ 250 ms",
    "ingest_vs_ceiling": "ratio ≥ 0.8",
    "ingest_events_per_s": "≥ 10,000 where the ceiling allows",
    "nyc_store_mb": "≤ 256 MB",
    "roster_sync_peak_mb": "≤ 300 MB",
    "roster_sync_seconds": "",  # told beside the memory it takes
    "roster_store_mb": "",
    "match_hit_us": "≤ 5 us",
    "match_miss_us": "≤ 100 us",
    "page_first_notification_p99_ms": "≤ 250 ms",
    "timer_lateness_p99_ms": "≤ 1,000 ms",
    "idle_rss_mb": "≤ 120 MB",
    "ready_seconds": "≤ 2 s",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. `ours` and `reference` are medians over the rounds; `ratio` is the one by the other, where it makes
    sense. None stands for what could not be measured here, and `note` says why.
    """

    ours: float | None
    unit: str
    reference: float | None = None
    ratio: float | None = None
    rounds: int = 1
    note: str = ""


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of a sorted sequence does not exceed; 0 for an empty one."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def compared(ours: Sequence[float], reference: Sequence[float], unit: str, note: str) -> Figure:
    """Medians of the rounds, and their ratio. No reference rounds: it could not be had, and the note says why."""
    own = median(ours)
    other = median(reference) if reference else None
    ratio = round(own / other, 3) if other else None
    note = f"{_rounds('Rounds', ours)}{_rounds('reference', reference)} {note}".strip()
    return Figure(_rounded(own), unit, _rounded(other), ratio, len(ours), note)


def alone(ours: Sequence[float], unit: str, note: str) -> Figure:
    """The median of the rounds of a figure that has no reference."""
    return Figure(_rounded(median(ours)), unit, rounds=len(ours), note=f"{_rounds('Rounds', ours)} {note}".strip())


def _rounds(who: str, values: Sequence[float]) -> str:
    """Every round, so that a reader sees how far they lie apart; nothing for a single one."""
    if len(values) < 2:
        return ""
    said = ", ".join(f"{value:,.{0 if value >= 100 else 2}f}" for value in values)
    return f"{'' if who == 'Rounds' else ' '}{who} {said}."


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2 if value < 100 else 0)


def write(folder: Path, figures: Mapping[str, Figure], about: Mapping[str, str]) -> None:
    """Write `results.json` and `results.md`. Rows of an earlier run that were not measured again are dropped:
    figures of two runs do not belong in one table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = {name: asdict(figure) for name, figure in figures.items()}
    (folder / "results.json").write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "results.md").write_text(table(figures, about), encoding="utf-8")


def table(figures: Mapping[str, Figure], about: Mapping[str, str]) -> str:
    """The figures for people, and what they were measured on."""
    lines = ["# Figures", "", "Written by `make bench`. What each row means: [README.md](README.md).", ""]
    lines += [f"- {name}: {value}" for name, value in about.items()]
    lines += ["", "| figure | ours | reference | ratio | goal | rounds |", "|---|---|---|---|---|---|"]
    for name, figure in figures.items():
        ours, other = _shown(figure.ours, figure.unit), _shown(figure.reference, figure.unit)
        ratio = "" if figure.ratio is None else f"{figure.ratio:g}"
        lines.append(f"| `{name}` | {ours} | {other} | {ratio} | {GOALS.get(name, '')} | {figure.rounds} |")
    lines += ["", "## Beside the figures", ""]
    lines += [f"- `{name}`: {figure.note}" for name, figure in figures.items() if figure.note]
    return "\n".join(lines) + "\n"


def _shown(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:,g} {unit}"
