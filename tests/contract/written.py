"""The requests an adapter's code has in it, read from the source: each must have been sent in this suite."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
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
    """A whole path stands behind the version of the interface; a part of one, behind whatever it is put to."""
    method, _, path = call.partition(" ")
    start = r"(?:/[\w.]+)?" if path.startswith("/") else "[^?]*"
    return re.compile(f"{method} {start}" + re.escape(path.removeprefix(HOLE)).replace(re.escape(HOLE), "[^?/]+"))


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _requests(function: ast.AST) -> Iterator[str]:
    nodes = list(ast.walk(function))
    known = dict(pair for node in nodes if isinstance(node, ast.Assign) for pair in _named(node))
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _request(node, known)


def _named(node: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    """What `path = ...` and `path, params = ..., ...` give names to."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, node.value
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(target.elts, node.value.elts, strict=True)
            yield from ((name.id, value) for name, value in pairs if isinstance(name, ast.Name))


def _request(call: ast.Call, known: Mapping[str, ast.expr]) -> Iterator[str]:
    for method, place in zip(call.args, call.args[1:], strict=False):
        if isinstance(method, ast.Constant) and method.value in METHODS:
            yield f"{method.value} {_template(place, known)}"


def _template(node: ast.expr, known: Mapping[str, ast.expr]) -> str:
    """A path with a hole for everything that is not written out."""
    match node:
        case ast.Name(id=name) if name in known:
            return _template(known[name], {})
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _template(left, known) + _template(right, known)
        case ast.JoinedStr(values=parts):
            return "".join(_template(part, known) for part in parts)
    return HOLE
