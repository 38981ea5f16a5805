"""Each staff command is tested and documented."""

import re
from pathlib import PurePosixPath

from modbot.command import Command, load
from tests.project.tree import Source, read, sources

README_ROW = re.compile(r"^\|[^|]*`/(\w+)", re.MULTILINE)


def files_that_test(name: str) -> list[Source]:
    """The test files named after a command that really hold a test."""
    named = [source for source in sources("tests") if PurePosixPath(source.name).name == f"test_{name}.py"]
    return [source for source in named if "def test_" in source.text]


def in_readme(command: Command, readme: str) -> bool:
    """Whether a table row of the README is about the command. Buttons have no row."""
    return not command.slash or command.name in README_ROW.findall(readme)


def test_every_command_file_is_loaded_under_its_own_name() -> None:
    names = {PurePosixPath(source.name).stem for source in sources("commands")} - {"__init__"}
    assert set(load()) == names


def test_every_command_has_a_test_file_of_its_name() -> None:
    assert not [name for name in load() if not files_that_test(name)]


def test_every_slash_command_has_a_row_in_the_readme() -> None:
    readme = read("README.md")
    assert not [command.name for command in load().values() if not in_readme(command, readme)]


def test_a_command_that_nobody_tested_or_described_would_be_noticed() -> None:
    stranger = Command("stranger", usage="", help="", doing="")
    assert not files_that_test("stranger")
    assert not in_readme(stranger, "| `/lock` | Stop new people |")
    assert in_readme(Command("lock", usage="", help="", doing=""), "| `/lock [room]` | Stop new people |")
