"""`modbot audit times`: how long acts took, from key press to confirmed effect (P13)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import ceil

import typer

from modbot.cli import printing
from modbot.cli.opening import with_state
from modbot.cli.since import SINCE, moment_of
from modbot.state import State

CONFIRMED = frozenset({"done", "already", "partial"})

JSON = typer.Option(False, "--json", help="Print the rows as JSON.")


@dataclass(frozen=True, slots=True)
class Times:
    """One operation on one platform. Milliseconds; `count` are confirmed acts, `others` the rest."""

    operation: str
    platform: str
    count: int
    others: int
    p50_ms: int | None
    p95_ms: int | None


def times(since: str = SINCE, json_: bool = JSON) -> None:
    """Say how long acts took from key press to confirmed effect, by operation and platform, from the record."""
    moment = moment_of(since) if since else None
    rows = with_state(lambda state: _read(state, moment))
    if json_:
        printing.as_json([asdict(row) for row in rows])
    elif not rows:
        printing.say("No act is in the record.")
    else:
        cells = [(r.operation, r.platform, str(r.count), _said(r.p50_ms), _said(r.p95_ms), str(r.others)) for r in rows]
        columns = ("operation", "platform", "confirmed", "half within", "95 in 100 within", "not confirmed")
        printing.table("From key press to confirmed effect", columns, cells)


async def _read(state: State, since: datetime | None) -> list[Times]:
    confirmed: dict[tuple[str, str], list[int]] = defaultdict(list)
    others: dict[tuple[str, str], int] = defaultdict(int)
    async for record in state.audit.export(since):
        if record["phase"] != "outcome" or not record["platform"] or record["elapsed_ms"] is None:
            continue
        kind = (str(record["action"]), str(record["platform"]))
        if record["outcome"] in CONFIRMED:
            confirmed[kind].append(int(record["elapsed_ms"]))
        else:
            others[kind] += 1
    return rows_of(confirmed, others)


def rows_of(confirmed: Mapping[tuple[str, str], Sequence[int]], others: Mapping[tuple[str, str], int]) -> list[Times]:
    """The rows in order. A percentile is a time that was measured, never one in between."""
    rows = []
    for kind in sorted({*confirmed, *others}):
        measured = sorted(confirmed.get(kind, ()))
        half, most = _percentile(measured, 0.5), _percentile(measured, 0.95)
        rows.append(Times(*kind, len(measured), others.get(kind, 0), half, most))
    return rows


def _percentile(measured: Sequence[int], share: float) -> int | None:
    return measured[ceil(share * len(measured)) - 1] if measured else None


def _said(milliseconds: int | None) -> str:
    return "-" if milliseconds is None else f"{milliseconds / 1000:.2f} s"
