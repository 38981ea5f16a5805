"""How the tests themselves must be written."""

import ast
import re

from tests.project.tree import Source, nodes_with_functions, sources

FIXED_PORT = re.compile(r"(?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1\]):\d{2,5}\b")
SLEEPS = {"asyncio.sleep", "time.sleep", "sleep"}
FAKED_HTTP = {"aioresponses", "respx", "responses", "requests_mock", "unittest.mock"}


def sleeps(source: Source) -> list[str]:
    """Where the file sleeps, other than to poll. A sleep of 0 only gives way."""
    tree = source.tree
    polled = calls_that_poll(tree)
    return [
        f"{source.name}:{node.lineno}"
        for node, functions in nodes_with_functions(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in SLEEPS
        and not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)
        and node not in polled
        and not any(name.lstrip("_").startswith(("wait", "until")) for name in functions)
    ]


def calls_that_poll(tree: ast.Module) -> set[ast.AST]:
    """What stands in a `while` that asserts something in each round: a deadline with the name of the condition."""
    loops = (node for node in ast.walk(tree) if isinstance(node, ast.While))
    return {
        node for loop in loops if any(isinstance(step, ast.Assert) for step in loop.body) for node in ast.walk(loop)
    }


def fixed_ports(source: Source) -> list[str]:
    """Where the file names a port: in an address, or as `port=`. One digit is a port where nothing listens."""
    return [
        f"{source.name}:{node.lineno}"
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, str) and FIXED_PORT.search(node.value))
        or (isinstance(node, ast.Call) and any(names_a_port(keyword) for keyword in node.keywords))
    ]


def names_a_port(keyword: ast.keyword) -> bool:
    """Whether this is `port=` with a number of two digits or more."""
    value = keyword.value
    return (
        keyword.arg == "port" and isinstance(value, ast.Constant) and isinstance(value.value, int) and value.value > 9
    )


def fakes(source: Source) -> list[str]:
    """Which packages for faking HTTP the file imports."""
    imported = {node.module or "" for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(source.tree) if isinstance(node, ast.Import) for name in node.names}
    return [f"{source.name}: {name}" for name in sorted(imported & FAKED_HTTP)]


def test_tests_wait_for_conditions_and_never_sleep() -> None:
    assert not [place for source in sources("tests") for place in sleeps(source)]


def test_tests_take_free_ports() -> None:
    assert not [place for source in sources("tests") for place in fixed_ports(source)]


def test_tests_use_real_http() -> None:
    assert not [place for source in sources("tests") for place in fakes(source)]


def test_the_rules_see_what_they_forbid() -> None:
    address = "http://" + "127.0.0.1" + ":8080/"
    bad = Source(
        "bad.py",
        f"""
import asyncio, aioresponses
from unittest.mock import patch
async def test_a():
    await asyncio.sleep(1)
    await asyncio.sleep(0)
    serve(port=8080)
    serve(port=0)
    get("{address}")
async def wait_until_ready():
    await asyncio.sleep(0.01)
async def connected():
    while not ready():
        assert now() < deadline, "no connection"
        await asyncio.sleep(0.01)
    while not ready():
        await asyncio.sleep(0.01)
""",
    )
    assert sleeps(bad) == ["bad.py:5", "bad.py:17"]
    assert fixed_ports(bad) == ["bad.py:7", "bad.py:9"]
    assert fakes(bad) == ["bad.py: aioresponses", "bad.py: unittest.mock"]
