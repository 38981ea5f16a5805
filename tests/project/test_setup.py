"""`scripts/setup` on machines that lack something: it says what, in one clear sentence."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.project.tree import ROOT


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A copy of the script in a place without a virtual environment."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", tmp_path / "scripts" / "setup")
    return tmp_path


def interpreter(folder: Path, body: str) -> str:
    """A program that answers as a Python of some kind would."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def set_up(place: Path, python: str, kind: str = "dev") -> subprocess.CompletedProcess[str]:
    """Run the script with this interpreter as the only one."""
    return subprocess.run(
        ["bash", place / "scripts" / "setup", kind],
        env={"PATH": os.environ["PATH"], "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def test_a_python_that_is_too_old_is_refused_with_its_version(elsewhere: Path) -> None:
    old = interpreter(elsewhere, 'case "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac')
    done = set_up(elsewhere, old)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr
    assert not (elsewhere / ".venv").exists()


def test_a_python_that_cannot_make_environments_is_told_what_to_install(elsewhere: Path) -> None:
    bare = interpreter(elsewhere, 'case "$2" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac')
    done = set_up(elsewhere, bare)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_no_python_at_all_is_said_plainly(elsewhere: Path) -> None:
    done = set_up(elsewhere, "no-such-python")
    assert done.returncode == 1
    assert "None was found" in done.stderr


def test_an_unknown_kind_of_setup_is_refused(elsewhere: Path) -> None:
    done = set_up(elsewhere, "no-such-python", kind="everything")
    assert done.returncode == 2
    assert "usage" in done.stderr
