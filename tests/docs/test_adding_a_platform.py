"""docs/adding-a-platform.md, followed to the letter: what it builds works, and nothing else had to be changed."""

import json
from pathlib import Path

import pytest

from modbot.model import Operation
from modbot.platforms.registry import DECLARED
from tests.docs.following import Block, Copy, added, blocks, follow, the_page

PYTHON = ("python", "-m")
PYTEST = (*PYTHON, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
ELSEWHERE = (
    "tests/project/test_documents.py",
    "tests/docs/test_papers.py",
    "tests/docs/test_tables.py",
    "tests/cli/test_platforms.py",
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A modbot with a platform more."""
    return follow(the_page(), tmp_path_factory.mktemp("followed"))


def succeeds(copy: Copy, program: str, *arguments: str) -> str:
    """Run a program there; what it printed."""
    done = copy.run(program, *arguments)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_the_new_platform_is_listed_beside_the_others_with_a_row_for_each_operation(copy: Copy) -> None:
    told = json.loads(succeeds(copy, *PYTHON, "modbot", "platforms", "--json", "--all"))
    assert set(told) == {*DECLARED, "toy"}
    assert set(told["toy"]) == set(Operation)
    assert (told["toy"]["lock"]["how"], told["toy"]["harden"]["instead"]) == ("native", "the class is locked")


def test_its_own_tests_and_its_scenario_pass(copy: Copy) -> None:
    succeeds(copy, *PYTEST, "tests/platforms/toy", "tests/scenarios/test_toy.py")


def test_the_conformance_suite_picks_it_up_and_passes(copy: Copy) -> None:
    said = succeeds(copy, *PYTEST, "tests/conformance", "-k", "toy")
    assert int(said.rpartition(" passed")[0].rpartition("\n")[2]) > len(Operation)


def test_with_the_tables_written_anew_the_papers_are_in_order(copy: Copy) -> None:
    succeeds(copy, *PYTHON, "scripts.tables")
    succeeds(copy, *PYTEST, *ELSEWHERE)


def test_its_code_keeps_the_rules_of_the_house(copy: Copy) -> None:
    files = copy.files(the_page(), ending=".py")
    succeeds(copy, "ruff", "check", "--no-cache", *files)
    succeeds(copy, "ruff", "format", "--no-cache", "--check", *files)
    succeeds(copy, "lint-imports", "--no-cache", "--no-logo")


def test_its_code_has_types(copy: Copy) -> None:
    succeeds(copy, "mypy", "--cache-dir=/dev/null", "--follow-imports=silent", *copy.files(the_page(), ending=".py"))


def test_a_step_that_went_wrong_would_be_noticed(tmp_path: Path) -> None:
    page = the_page()
    line = "        await self._api.set_lock(target.session.room.id, locked=locked)\n"
    assert page.count(line) == 1
    broken = follow(page.replace(line, ""), tmp_path)
    assert broken.run(*PYTEST, "tests/scenarios/test_toy.py", "-k", "is_locked").returncode == 1


def test_a_line_is_added_below_the_one_the_page_shows() -> None:
    assert added("a\nb\nc\n", " b\n+x\n") == "a\nb\nx\nc\n"


@pytest.mark.parametrize("text", ["a\nc\n", "b\nb\n", "a b\n"])
def test_a_line_that_is_not_there_or_twice_stops_the_follower(text: str) -> None:
    with pytest.raises(ValueError, match="must be there once"):
        added(text, " b\n+x\n")


@pytest.mark.parametrize("diff", ["+x\n", " b\n", "+x\n b\n", " b\n-c\n+x\n"])
def test_a_block_that_does_more_than_add_lines_stops_the_follower(diff: str) -> None:
    with pytest.raises(ValueError, match="lines to add"):
        added("a\nb\nc\n", diff)


def test_a_block_belongs_to_the_name_that_stood_last() -> None:
    page = "**a.py**\n\n```python\nx\n```\n\n**b.py**\n\n```diff\n y\n```\n\n```diff\n z\n```\n"
    assert blocks(page) == [
        Block("a.py", "python", "x\n"),
        Block("b.py", "diff", " y\n"),
        Block("b.py", "diff", " z\n"),
    ]


def test_a_block_below_no_name_stops_the_follower() -> None:
    with pytest.raises(ValueError, match="no name"):
        blocks("```python\nx\n```\n")
