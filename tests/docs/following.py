"""Follows docs/adding-a-platform.md to the letter, in a copy of the repository.

A file stands in a fenced block below its name in bold. A `diff` block shows lines to add below lines that are there.
"""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.project.tree import ROOT, read

PAGE = "docs/adding-a-platform.md"
NEEDED = ("modbot", "commands", "scripts", "tests", "docs", "deploy")
NOT_NEEDED = shutil.ignore_patterns("__pycache__", "benchmarks", "crash")
BLOCK = re.compile(r"^\*\*([\w./-]+)\*\*\n|^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WITHIN_SECONDS = 500


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: a whole file, or lines to add to one."""

    path: str
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """Every block of the page, with the file it belongs to: that whose name stood last. Raises ValueError for none."""
    found: list[Block] = []
    path = ""
    for name, language, text in BLOCK.findall(page):
        path = name or path
        if language and not path:
            raise ValueError("a block stands below no name")
        if language:
            found.append(Block(path, language, text))
    return found


def added(text: str, diff: str) -> str:
    """The text with the lines that begin with + put below those that stand before them.

    Raises ValueError when those are not there, or more than once, or the block has another form.
    """
    if not re.fullmatch(r"( .*\n)+(\+.*\n)+", diff):
        raise ValueError("a diff is lines that are there, then lines to add")
    shown = diff.splitlines(keepends=True)
    above, new = ([line[1:] for line in shown if line[0] == sign] for sign in " +")
    lines = text.splitlines(keepends=True)
    places = [at for at in range(len(lines)) if lines[at : at + len(above)] == above]
    if len(places) != 1:
        raise ValueError(f"these lines must be there once: {above}")
    below = places[0] + len(above)
    return "".join([*lines[:below], *new, *lines[below:]])


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the repository, changed as the page says."""

    root: Path

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a program of the virtual environment there."""
        command = [str(Path(sys.executable).parent / program), *arguments]
        return subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, check=False, timeout=WITHIN_SECONDS
        )

    def files(self, page: str, *, ending: str = "") -> list[str]:
        """The new files of a page."""
        return [one.path for one in blocks(page) if one.language != "diff" and one.path.endswith(ending)]


def follow(page: str, folder: Path) -> Copy:
    """Copy the repository into a folder and do there what the page says."""
    for name in NEEDED:
        shutil.copytree(ROOT / name, folder / name, ignore=NOT_NEEDED)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder / path.name)
    for block in blocks(page):
        _write(folder / block.path, block)
    return Copy(folder)


def _write(file: Path, block: Block) -> None:
    if block.language == "diff":
        file.write_text(added(file.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text, encoding="utf-8")


def the_page() -> str:
    """Its text."""
    return read(PAGE)
