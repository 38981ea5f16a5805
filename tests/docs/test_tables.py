"""The tables in the papers say what the code says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modbot.model import PlatformName
from modbot.platforms import How
from modbot.platforms.registry import DECLARED
from scripts import kept
from scripts.tables import PAPERS, PLACE, TABLES, filled, main
from tests.project.tree import ROOT, read


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A copy of the papers with tables in them."""
    for name in PAPERS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_every_table_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.tables", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_table_has_its_place() -> None:
    assert {name for paper in PAPERS for _, name, _ in PLACE.findall(read(paper))} == set(TABLES)


def test_a_row_that_somebody_changed_by_hand_is_noticed(papers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = papers / "README.md"
    readme.write_text(readme.read_text().replace("| `/panic` |", "| `/alarm` |"))
    assert main(["--check"], papers) == 1
    assert capsys.readouterr().err.startswith("README.md: a table is out of date")


def test_writing_mends_it(papers: Path) -> None:
    readme = papers / "README.md"
    readme.write_text(readme.read_text().replace("| `/panic` |", "| `/alarm` |"))
    assert main([], papers) == 0
    assert readme.read_text() == read("README.md")


def test_a_table_that_nobody_makes_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled("<!-- table: nonsense -->\n<!-- end of table -->")


def test_a_key_that_nobody_described_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(kept.LIVES, "page")
    with pytest.raises(KeyError):
        list(kept.rows())


def test_a_description_of_a_key_that_is_gone_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kept.LIVES, "gone", kept.Kept("a day", "ids"))
    with pytest.raises(KeyError):
        list(kept.rows())


@pytest.mark.parametrize("name", list(DECLARED))
def test_the_readme_calls_nothing_done_by_a_platform_that_only_the_host_can_do(name: PlatformName) -> None:
    heading, _, *rows = re.findall(r"^\|.+\|$", TABLES["capabilities"](), re.MULTILINE)
    column = [cell.strip() for cell in heading.split("|")].index(name.label)
    told = {row.split("|")[1].strip(): row.split("|")[column].strip() for row in rows}
    by_hand = {str(op) for op, row in DECLARED[name].items() if row.how is How.BY_HAND}
    assert {op for op, how in told.items() if how == "by hand"} == by_hand
