"""The papers name commands, settings and files that exist."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from modbot.cli import app
from modbot.settings import Settings, load
from tests.project.tree import ROOT, read

PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
EXAMPLE = "deploy/modbot.toml.example"
BY_NAME = {"MODBOT_CONFIG", "MODBOT_LOG_LEVEL"}
INVENTED = "MODBOT_TOY__"  # of the platform that docs/adding-a-platform.md makes up; its own test builds it


def commands() -> set[str]:
    """Every command of the command line, without its options."""
    return set(_below("", typer.main.get_command(app)))


def _below(name: str, command: object) -> Iterator[str]:
    for word, one in getattr(command, "commands", {}).items():
        yield f"{name}{word}"
        yield from _below(f"{name}{word} ", one)


def setting_names() -> set[str]:
    """Every setting as the environment names it."""
    names: set[str] = set(BY_NAME)
    for name, field in Settings.model_fields.items():
        block = getattr(field.annotation, "model_fields", None)
        names |= {f"MODBOT_{name}__{inner}".upper() for inner in block or ()} or {f"MODBOT_{name}".upper()}
    return names


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_a_paper_names_only_commands_that_exist(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    typed = re.findall(
        r"(?:`|^ {4})modbot ([a-z]+(?: (?:import|check|export|verify|new|rotate))?)\b", text, re.MULTILINE
    )
    assert not [words for words in typed if words not in commands()]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_a_paper_names_only_settings_that_exist(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    named = set(re.findall(r"\bMODBOT_[A-Z_]*[A-Z]", text))
    assert not {name for name in named if name not in setting_names() and not name.startswith(INVENTED)}


def test_the_example_settings_are_read_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODBOT_CONFIG", str(ROOT / EXAMPLE))
    settings = load()
    assert settings.district.it[0] == "kim.reyes@example.org"
    assert settings.schools["org-maple"].principals == ("ada.brook@example.org",)
    assert len(settings.paging.steps) == 2


def test_the_example_or_the_page_of_its_platform_mentions_every_setting() -> None:
    text = read(EXAMPLE)
    blocks = {
        name: getattr(field.annotation, "model_fields", {name: None}) for name, field in Settings.model_fields.items()
    }
    assert not [
        f"{block}.{name}"
        for block, names in blocks.items()
        for name in names
        if not re.search(rf"\b{name}\b", text + page_of(block), re.IGNORECASE)
    ]


def page_of(block: str) -> str:
    """A platform's page for those who set it up; "" for other blocks of settings."""
    page = ROOT / "docs" / "platforms" / f"{block}.md"
    return page.read_text(encoding="utf-8") if page.exists() else ""


def test_the_defaults_that_the_example_shows_are_the_defaults() -> None:
    shown = tomllib.loads(
        "\n".join(
            line[1:]
            for line in read(EXAMPLE).partition("[district]")[0].splitlines()
            if line.startswith("#") and " = " in line
        )
    )
    defaults = Settings.model_construct()
    wrong = {
        name: value
        for name, value in shown.items()
        if value and name != "data_dir" and getattr(defaults, name) != value
    }
    assert not wrong
