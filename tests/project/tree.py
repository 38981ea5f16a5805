"""The repository's files, as the tests in this folder look at them."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("modbot", "commands")
ALL = (*PRODUCT, "tests", "benchmarks", "scripts")


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file. `name` is its path from the repository's root."""

    name: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.text, self.name)

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return len(self.text.splitlines())


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file in these folders, in order."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in found)


def read(name: str) -> str:
    """A file's text, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def pyproject() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads(read("pyproject.toml"))


Function = ast.FunctionDef | ast.AsyncFunctionDef


def nodes_with_functions(tree: ast.AST, around: tuple[str, ...] = ()) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    """Every node below `tree`, with the names of the functions it stands in, outermost first."""
    for node in ast.iter_child_nodes(tree):
        yield node, around
        inside = (*around, node.name) if isinstance(node, Function) else around
        yield from nodes_with_functions(node, inside)
