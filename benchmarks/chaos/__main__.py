"""`python -m benchmarks.chaos [--quick] [--out FOLDER] [scenarios…]`: disturb, count, write chaos.json.

The exit status is 1 when an acknowledged command was lost, done more than once, or not answered.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chaos import QUICK, SCENARIOS, Size, ran, rows
from benchmarks.chaos.counting import Counts
from benchmarks.progress import say


async def _all(scenarios: Sequence[str], size: Size) -> dict[str, Counts]:
    return {scenario: await ran(scenario, size, say) for scenario in scenarios}


def main(arguments: Sequence[str]) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="benchmarks.chaos", description="Kill and cut things, and count.")
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=", ".join(SCENARIOS))
    parser.add_argument("--quick", action="store_true", help="a few commands only")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1], help="where chaos.json goes")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.scenarios) - set(SCENARIOS))
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}")
    found = asyncio.run(_all(chosen.scenarios or SCENARIOS, QUICK if chosen.quick else Size()))
    chosen.out.mkdir(parents=True, exist_ok=True)
    said = json.dumps(rows(found), indent=2) + "\n"
    (chosen.out / "chaos.json").write_text(said, encoding="utf-8")
    print(said, end="")
    return 1 if any(one.lost or one.doubled or one.unheard for one in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
