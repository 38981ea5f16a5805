"""The files of other projects that the page ships are the ones that were looked at."""

from pathlib import Path

from scripts.vendored import FOLDER, problems


def test_the_shipped_files_have_the_hashes_of_the_table() -> None:
    assert problems() == []


def test_a_changed_file_is_found(tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "htm-preact.js").write_bytes(b"export const render = () => {};")
    assert problems(tmp_path) == ["htm-preact.js is not the file of htm 3.1.1"]


def test_a_file_in_no_row_is_found(tmp_path: Path) -> None:
    (tmp_path / "tracker.js").write_bytes(b"")
    assert "tracker.js is in no row" in problems(tmp_path)
