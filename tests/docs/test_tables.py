"""The tables in the papers say what the code says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modbot.model import Operation, PlatformName
from modbot.platforms import Capability, How
from modbot.platforms.registry import DECLARED
from scripts import kept
from scripts.tables import PAPERS, PLACE, TABLES, filled, main
from tests.project.tree import ROOT, read


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A copy of the papers with tables in them."""
    for name in PAPERS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
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


@pytest.mark.parametrize("name", list(DECLARED))
def test_the_long_table_has_a_part_for_each_platform_with_every_operation(name: PlatformName) -> None:
    part = TABLES["platforms"]().partition(f"## {name.label}\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| (\w+) \|", part, re.MULTILINE)[1:] == [str(op) for op in Operation]


def declared() -> list[tuple[str, Capability]]:
    """Every row of every platform, with its name for the test's report."""
    return [(f"{name} {op}", row) for name, table in DECLARED.items() for op, row in table.items()]


def test_every_platform_says_something_of_every_operation() -> None:
    assert {name: set(table) for name, table in DECLARED.items()} == {name: set(Operation) for name in PlatformName}


def test_every_substitute_is_named_and_nothing_else_is() -> None:
    assert not [name for name, row in declared() if bool(row.instead) is not (row.how is How.SUBSTITUTE)]


def test_what_is_done_instead_fits_into_a_sentence() -> None:
    """It follows a colon and is followed by a full stop, on a phone."""
    wrong = [(name, row.instead) for name, row in declared() if len(row.instead) > 90 or row.instead.endswith(".")]
    assert not wrong


def test_what_must_be_so_of_a_class_is_said_of_what_modbot_does_itself() -> None:
    provisos = [(name, row) for name, row in declared() if row.proviso]
    assert not [name for name, row in provisos if row.how is How.BY_HAND or not row.proviso.startswith("if ")]


def test_every_row_has_the_hosts_own_clicks_as_sentences() -> None:
    assert not [name for name, row in declared() if not row.steps or not all(step.endswith(".") for step in row.steps)]


def test_the_clicks_together_fit_into_one_line_of_an_answer() -> None:
    """500 characters is where a value in a message is cut; half of it can be read on a phone."""
    assert not [(name, len(" ".join(row.steps))) for name, row in declared() if len(" ".join(row.steps)) > 300]


def test_what_modbot_does_itself_says_with_which_call_and_to_what_effect() -> None:
    mute = [name for name, row in declared() if row.how is not How.BY_HAND and not (row.via and row.effect)]
    assert not mute
