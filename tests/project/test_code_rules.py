"""Size, names, imports and docstrings of the code."""

import ast
import re
from pathlib import PurePosixPath
from statistics import median

from tests.project.tree import ALL, PRODUCT, Source, nodes_with_functions, pyproject, sources

MOST_LINES = 400
MEDIAN_LINES = 200
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}
UNFINISHED = re.compile(r"\b(T[O]DO|FIX[M]E|X[X]X)\b")


def test_there_is_code_to_look_at() -> None:
    assert len(sources("modbot")) > 10
    assert len(sources("tests")) > 5


def test_no_file_is_longer_than_the_ceiling() -> None:
    too_long = [f"{source.name}: {source.lines}" for source in sources(*ALL) if source.lines > MOST_LINES]
    assert not too_long, "split these into a folder of the same name"


def test_the_median_file_is_short() -> None:
    assert median(source.lines for source in sources(*PRODUCT)) < MEDIAN_LINES


def test_imports_stand_at_the_top_of_a_file() -> None:
    hidden = [
        f"{source.name}:{node.lineno}"
        for source in sources(*ALL)
        if not source.name.startswith("tests/")
        for node, functions in nodes_with_functions(source.tree)
        if functions and isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


def test_every_file_says_what_it_is_for() -> None:
    mute = [source.name for source in sources("modbot", "commands", "scripts", "benchmarks") if not described(source)]
    assert not mute


def described(source: Source) -> bool:
    """Whether the file opens with a docstring. An empty `__init__.py` has nothing to describe."""
    return bool(ast.get_docstring(source.tree)) or not source.text.strip()


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [
        source.name
        for source in sources(*ALL)
        if SAYS_NOTHING & {part.removesuffix(".py") for part in PurePosixPath(source.name).parts}
    ]
    assert not vague


def test_nothing_is_left_for_later_in_a_comment() -> None:
    found = [
        f"{source.name}:{number}"
        for source in sources(*ALL)
        for number, line in enumerate(source.text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found


def test_every_module_of_modbot_has_its_place_in_the_layers() -> None:
    contracts = pyproject()["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    placed = {".".join(name.split(".")[:2]) for name in re.findall(r"modbot[\w.]*", " ".join(layers))}
    placed.add("modbot.simulators")  # stands beside the layers, under contracts of its own
    there = {".".join(PurePosixPath(source.name).with_suffix("").parts[:2]) for source in sources("modbot")}
    assert there - {"modbot.__init__"} <= placed, "name these in the first contract of [tool.importlinter]"
