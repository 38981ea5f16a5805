"""What the platforms write to the log can be read there: any field that is not allowed is shown as three dots."""

import ast
from collections.abc import Iterator

from modbot.log import LOGGABLE
from tests.project.tree import sources


def fields_logged() -> Iterator[tuple[str, str]]:
    for source in sources("modbot/platforms"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
                yield from ((source.name, one.arg) for one in node.keywords if one.arg)


def test_what_platforms_log_for_it_is_shown() -> None:
    assert {one for one in fields_logged() if one[1] not in LOGGABLE} == set()
