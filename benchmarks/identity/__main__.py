"""`python -m benchmarks.identity [--tuning] [--classes N] [--out FILE]`: evaluate matching, and write the report."""

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from itertools import product
from multiprocessing import get_context
from pathlib import Path

from benchmarks.identity.classes import EARLIER, MEMORY_SHARE, SIZE, Setting
from benchmarks.identity.counting import Counts, counted
from benchmarks.identity.report import NAMES_ONLY, SIGNED_IN, for_people, goals_of, row_of
from benchmarks.progress import say

SETTINGS = tuple(
    Setting(noise, signed_in, memory)
    for noise, signed_in, memory in product((0.5, 1.0, 2.0), (0.0, 0.5, 0.9), (False, True))
)
CLASSES = 200
HEADLINE_TIMES = 10  # so many more classes where a goal is at stake: small shares need many
CHUNK = 250
TUNING_SEED, REPORTING_SEED = 1_000_000, 2_000_000
WRITTEN = Path(__file__).parent.parent / "identity.json"


def evaluate(classes: int, *, reporting: bool) -> dict[Setting, Counts]:
    """Counts for every setting, by two processes. The same arguments give the same counts."""
    first = REPORTING_SEED if reporting else TUNING_SEED
    jobs = []
    for setting in SETTINGS:
        many = classes * (HEADLINE_TIMES if setting in (NAMES_ONLY, SIGNED_IN) else 1)
        seeds = range(first, first + many)
        jobs += [(setting, seeds[at : at + CHUNK]) for at in range(0, many, CHUNK)]
    totals = {setting: Counts() for setting in SETTINGS}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        asked = [(setting, pool.submit(counted, setting, seeds, reporting=reporting)) for setting, seeds in jobs]
        for number, (setting, running) in enumerate(asked, 1):
            totals[setting].add(running.result())
            if number % 10 == 0 or number == len(asked):
                say(f"{number} of {len(asked)} parts")
    return totals


def main(arguments: Sequence[str]) -> int:
    """Prints the report and writes it. Always ends with 0: a goal that is missed stands in the report."""
    parser = argparse.ArgumentParser(prog="benchmarks.identity", description="How often matching is wrong.")
    parser.add_argument("--tuning", action="store_true", help="the other names and seeds, for changing rules by")
    parser.add_argument("--classes", type=int, default=CLASSES, help="per setting")
    parser.add_argument("--out", type=Path, default=WRITTEN, help="where the report goes")
    chosen = parser.parse_args(arguments)
    totals = evaluate(chosen.classes, reporting=not chosen.tuning)
    rows = {setting: row_of(setting, counts) for setting, counts in totals.items()}
    goals = goals_of(rows)
    about = {
        "names_and_seeds": "tuning" if chosen.tuning else "reporting",
        "students_in_a_class": SIZE,
        "usual_name_on_a_day": MEMORY_SHARE,
        "earlier_days": EARLIER,
        "shares_are": "from 0 to 1; noise is assumed, so nothing here says how often a real class looks like this",
    }
    report = {"about": about, "goals": [asdict(goal) for goal in goals], "settings": list(rows.values())}
    chosen.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(for_people(rows, goals))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
