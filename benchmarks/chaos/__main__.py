"""`python -m benchmarks.chaos [--quick] [--out FOLDER] [scenarios…]`: disturb, count, write chaos.json.

The exit status is 1 when an acknowledged command was lost, done more than once, or not answered, and when a page was
lost or stuck, rang after its answer, or rang twice without a death in between.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chaos import PAGING, QUICK, SCENARIOS, Size, pages, ran, rows
from benchmarks.chaos.counting import Counts
from benchmarks.chaos.pages import PagingCounts, PagingSize
from benchmarks.progress import say


async def _all(scenarios: Sequence[str], *, quick: bool) -> dict[str, Counts | PagingCounts]:
    return {scenario: await _one(scenario, quick=quick) for scenario in scenarios}


async def _one(scenario: str, *, quick: bool) -> Counts | PagingCounts:
    if scenario == PAGING:
        return await pages.ran(pages.QUICK if quick else PagingSize(), say)
    return await ran(scenario, QUICK if quick else Size(), say)


def main(arguments: Sequence[str]) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="benchmarks.chaos", description="Kill and cut things, and count.")
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=", ".join(SCENARIOS))
    parser.add_argument("--quick", action="store_true", help="a few commands and pages only")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1], help="where chaos.json goes")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.scenarios) - set(SCENARIOS))
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}")
    found = asyncio.run(_all(chosen.scenarios or SCENARIOS, quick=chosen.quick))
    chosen.out.mkdir(parents=True, exist_ok=True)
    said = json.dumps(rows(found), indent=2) + "\n"
    (chosen.out / "chaos.json").write_text(said, encoding="utf-8")
    print(said, end="")
    return 1 if any(one.broken for one in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
