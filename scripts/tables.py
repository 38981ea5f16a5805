"""Writes the tables in README.md and docs/ that follow from the code.

    python -m scripts.tables           write them
    python -m scripts.tables --check   say which are out of date, exit status 1 (a test runs this)

A table stands between `<!-- table: NAME -->` and `<!-- end of table -->`.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from prometheus_client.metrics_core import Metric

from modbot.command import load
from modbot.metrics import REGISTRY
from modbot.model import Operation, PlatformName
from modbot.platforms import Capability, How
from modbot.platforms.registry import DECLARED
from modbot.slack.manifest import SCOPES
from scripts import kept

ROOT = Path(__file__).resolve().parents[1]
PAPERS = ("README.md", "docs/operations.md", "docs/platforms/README.md", "docs/privacy.md", "docs/slack.md")
PLACE = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
HOW = {How.NATIVE: "yes", How.SUBSTITUTE: "in part", How.BY_HAND: "by hand"}


def commands() -> str:
    """The slash commands."""
    rows = [(f"`/{one.name} {one.usage}".rstrip() + "`", one.help) for one in load().values() if one.slash]
    return _table(("type", "what it does"), rows)


def capabilities() -> str:
    """What each platform can do."""
    rows = [(str(op), *(_told(table[op]) for table in DECLARED.values())) for op in Operation]
    return _table(("operation", *(name.label for name in DECLARED)), rows)


def _told(row: Capability) -> str:
    return f"{HOW[row.how]}, {row.proviso}" if row.proviso else HOW[row.how]


def substitutes() -> str:
    """What "in part" means, in a few words."""
    found = [
        (name.label, str(op), row.instead)
        for name, table in DECLARED.items()
        for op, row in table.items()
        if row.how is How.SUBSTITUTE
    ]
    return _table(("on", "for", "in part means"), found)


def platforms() -> str:
    """A part for each platform: every operation, how it is done, what that needs, and the host's own clicks."""
    return "".join(f"\n## {name.label}\n{_set_up(name)}\n{_long(table)}" for name, table in DECLARED.items()) + "\n"


def _set_up(name: PlatformName) -> str:
    return f"How it is set up: [{name}.md]({name}.md).\n"


def _long(table: Mapping[Operation, Capability]) -> str:
    rows = [(str(op), _how(row), _call(row), _list(row.needs), _list(row.steps)) for op, row in table.items()]
    return _table(("operation", "how", "call", "needs", "by hand"), rows)


def _how(row: Capability) -> str:
    told = f": {row.instead}" if row.instead else ""
    return _told(row) + told + (f"<br><br>“{row.effect}”" if row.effect else "")


def _call(row: Capability) -> str:
    """As code, unless it is a sentence."""
    call, colon, rest = row.via.partition(": ")
    return f"`{call}`{colon}{rest}" if re.search(r"[/#]", call) else row.via


def _list(items: Sequence[str]) -> str:
    """One below the other; what has no space in it is the name of a scope."""
    return "<br>".join(item if " " in item else f"`{item}`" for item in items)


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
    "platforms": platforms,
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
