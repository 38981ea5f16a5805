"""`python -m benchmarks [--quick | --full] [--out FOLDER] [figure ids…]`: measure, and write what was found."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import acks, footprint, ingest, keypress, machine, matching, paging, roster
from benchmarks.figures import GOALS, Figure, table, write
from benchmarks.options import FULL, QUICK, Options
from benchmarks.progress import Say, say

Measure = Callable[[Options, Say], Awaitable[Mapping[str, Figure]]]

MEASURES: tuple[tuple[Sequence[str], Measure], ...] = (
    (acks.IDS, acks.measure),
    (keypress.IDS, keypress.measure),
    (keypress.LOADED_IDS, keypress.measure_loaded),
    (ingest.IDS, ingest.measure),
    (footprint.NYC_IDS, footprint.measure_nyc),
    (roster.IDS, roster.measure),
    (matching.IDS, matching.measure),
    (paging.FIRST_IDS, paging.measure_first),
    (paging.TIMER_IDS, paging.measure_timers),
    (footprint.IDLE_IDS, footprint.measure_idle),
)


async def measured(wanted: Sequence[str], options: Options, tell: Say) -> dict[str, Figure]:
    """The wanted figures, in the table's order; all when none is named. What is measured together comes together."""
    found: dict[str, Figure] = {}
    for ids, measure in MEASURES:
        asked = [name for name in ids if not wanted or name in wanted]
        if asked:
            got = await measure(options, tell)
            found.update({name: got[name] for name in asked})
    return found


def main(arguments: Sequence[str]) -> int:
    """Exit status 2 for a figure that does not exist."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure modbot beside its references.")
    parser.add_argument("ids", nargs="*", metavar="figure", help=", ".join(GOALS))
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="a smoke run of about a minute: its figures mean little")
    length.add_argument("--full", action="store_true", help="the roster at New York's size: ten minutes more")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the results go")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.ids) - set(GOALS))
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)}")
    options = QUICK if chosen.quick else FULL if chosen.full else Options()
    load_before = machine.load_now()
    figures = asyncio.run(measured(chosen.ids, options, say))
    about = machine.described(load_before)
    if chosen.quick:
        about["quick"] = "a smoke run: too short for its figures to mean much"
    write(chosen.out, figures, about)
    print(table(figures, about))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
