"""Writes the tables in README.md and docs/ that follow from the code.

    python -m scripts.tables           write them
    python -m scripts.tables --check   say which are out of date, exit status 1 (a test runs this)

A table stands between `<!-- table: NAME -->` and `<!-- end of table -->`.
"""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from prometheus_client.metrics_core import Metric

from modbot.command import load
from modbot.metrics import REGISTRY
from modbot.model import Operation
from modbot.platforms import Capability, How
from modbot.platforms.registry import DECLARED
from modbot.slack.manifest import SCOPES
from scripts import kept

ROOT = Path(__file__).resolve().parents[1]
PAPERS = ("README.md", "docs/operations.md", "docs/privacy.md", "docs/slack.md")
PLACE = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
HOW = {How.NATIVE: "yes", How.SUBSTITUTE: "in part", How.BY_HAND: "by hand"}


def commands() -> str:
    """The slash commands."""
    rows = [(f"`/{one.name} {one.usage}".rstrip() + "`", one.help) for one in load().values() if one.slash]
    return _table(("type", "what it does"), rows)


def capabilities() -> str:
    """What each platform can do."""
    rows = [(str(op), *(HOW[table[op].how] for table in DECLARED.values())) for op in Operation]
    return _table(("operation", *(name.label for name in DECLARED)), rows)


def substitutes() -> str:
    """What "in part" means, in the words a teacher reads."""
    found = [
        (f"{name.label}, {op}", row.effect)
        for name, table in DECLARED.items()
        for op, row in table.items()
        if _weak(row)
    ]
    return _table(("in part", "what a teacher is told"), found)


def _weak(row: Capability) -> bool:
    return row.how is How.SUBSTITUTE


def scopes() -> str:
    """What modbot asks of Slack."""
    return _table(("scope", "for"), [(f"`{scope}`", reason) for scope, reason in SCOPES.items()])


def metrics() -> str:
    """What /metrics shows."""
    found: list[Metric] = sorted(REGISTRY.collect(), key=lambda metric: str(metric.name))
    return _table(("metric", "kind", "meaning"), [(f"`{_sample(one)}`", one.type, one.documentation) for one in found])


def _sample(metric: Metric) -> str:
    return f"{metric.name}_total" if metric.type == "counter" else str(metric.name)


def stored() -> str:
    """What is kept, how long and in which form."""
    return _table(("what", "how long", "form"), kept.rows())


TABLES: dict[str, Callable[[], str]] = {
    "commands": commands,
    "capabilities": capabilities,
    "substitutes": substitutes,
    "scopes": scopes,
    "metrics": metrics,
    "stored": stored,
}


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines)


def filled(text: str) -> str:
    """The text with every table in it as it should be. Raises KeyError for a table that nobody makes."""
    return PLACE.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write or check every paper; the exit status."""
    old = {name: (root / name).read_text(encoding="utf-8") for name in PAPERS}
    new = {name: filled(text) for name, text in old.items()}
    stale = [name for name in PAPERS if old[name] != new[name]]
    if "--check" in arguments:
        for name in stale:
            sys.stderr.write(f"{name}: a table is out of date: run python -m scripts.tables\n")
        return 1 if stale else 0
    for name in stale:
        (root / name).write_text(new[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
