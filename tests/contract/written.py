"""The requests an adapter's code has in it, read from the source: each must have been sent in this suite."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from modbot.platforms import Capability, How
from modbot.simulators import Seen
from tests.contract.described import path_of

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
NAMED = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s,;:?]*(?::\w+)?)")
HOLE = "{}"


def written_in(folder: Path) -> set[str]:
    """`METHOD /path/{}` of every request that the Python files of a folder spell out."""
    return {call for path in sorted(folder.rglob("*.py")) for call in written(path.read_text("utf-8"))}


def written(source: str) -> set[str]:
    """`METHOD /path/{}` of every call with a method and a path next to each other in its arguments."""
    return {call for function in _functions(ast.parse(source)) for call in _requests(function)}


def unsent(calls: Iterable[str], sent: Iterable[Seen]) -> list[str]:
    """Those of these calls that no recorded request is like."""
    lines = [f"{seen.method} {path_of(seen)}" for seen in sent]
    return sorted(call for call in calls if not any(_like(call).fullmatch(line) for line in lines))


def named_in(capabilities: Iterable[Capability]) -> set[str]:
    """`METHOD /path/{}` of every call that the capability table names for what modbot does itself."""
    able = [row for row in capabilities if row.how is not How.BY_HAND]
    return {f"{method} {re.sub(r'{[^}]*}', HOLE, path)}" for row in able for method, path in NAMED.findall(row.via)}


def _like(call: str) -> re.Pattern[str]:
    method, _, path = call.partition(" ")
    holes = re.escape(path).replace(re.escape(HOLE), "[^?]+")
    return re.compile(f"{method} (?:/[^?]*?)?{holes}")


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _requests(function: ast.AST) -> Iterator[str]:
    paths = {
        target.id: node.value for node in ast.walk(function) if isinstance(node, ast.Assign) for target in _names(node)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield from _request(node, paths)


def _names(node: ast.Assign) -> Iterator[ast.Name]:
    """`path = x` and `path, other = x, y`: only the first form carries a path."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target


def _request(call: ast.Call, paths: dict[str, ast.expr]) -> Iterator[str]:
    for method, place in zip(call.args, call.args[1:], strict=False):
        if not (isinstance(method, ast.Constant) and method.value in METHODS):
            continue
        path = _template(paths.get(place.id, place) if isinstance(place, ast.Name) else place)
        if path.startswith("/"):
            yield f"{method.value} {path}"


def _template(node: ast.expr) -> str:
    """A literal path with holes; "" for what is not one. What stands before its first slash is the host's."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = [str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values]
    return re.sub(r"^(?:{})+(?=/)", "", "".join(parts))
