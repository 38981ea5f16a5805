"""`modbot roster match`: from a district's files and a list of joins to a verdict for each, without any store."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.running import Done, typed
from tests.rosters.district import small_district

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "specs" / "oneroster" / "synthetic-v1p2"
COLUMNS = "join_id,section,display_name,email,signed_in,join_order"


def matched(folder: Path, joins: str | bytes, *, roster: Path | None = None) -> tuple[Done, dict[str, tuple[str, str]]]:
    """Run the command over these joins; how it ended, and (verdict, reasons) by join_id."""
    given, out = folder / "joins.csv", folder / "verdicts.csv"
    given.write_bytes(joins if isinstance(joins, bytes) else joins.encode())
    roster = roster or small_district(folder / "oneroster")
    done = typed("roster", "match", "--roster", str(roster), "--joins", str(given), "--out", str(out), "--json")
    if not out.exists():
        return done, {}
    with out.open(encoding="utf-8", newline="") as file:
        return done, {row["join_id"]: (row["verdict"], row["reasons"]) for row in csv.DictReader(file)}


def test_each_join_gets_a_verdict_and_reasons(tmp_path: Path) -> None:
    done, verdicts = matched(
        tmp_path,
        f"{COLUMNS}\n"
        "a,c1,Gus,gus@students.example.org,true,1\n"
        "b,c1,Hana Ito,,false,2\n"
        "c,c1,Hana Ito,,false,3\n"
        "d,c1,Clara Quill,,no,4\n"
        "e,c1,iPhone,,,5\n"
        "f,c1,A. Okafor,ada@staff.example.org,yes,6\n",
    )
    assert done.code == 0
    assert {join: verdict for join, (verdict, _) in verdicts.items()} == {
        "a": "known", "b": "known", "c": "duplicate", "d": "stranger", "e": "unsure", "f": "staff",
    }  # fmt: skip
    assert verdicts["c"][1] == "Looks like a second Hana Ito, who is here already."


def test_classes_do_not_touch_each_other_and_joins_need_not_stand_together(tmp_path: Path) -> None:
    _, verdicts = matched(
        tmp_path, f"{COLUMNS}\na,c1,Ivan Petrov,,no,1\nb,c2,Ivan Petrov,,no,1\nc,c1,Gus Romero,,no,2\n"
    )
    assert [verdicts[join][0] for join in "abc"] == ["stranger", "known", "known"]


def test_the_order_of_joining_decides_and_not_the_order_of_the_lines(tmp_path: Path) -> None:
    _, verdicts = matched(tmp_path, f"{COLUMNS}\nlate,c1,Gus Romero,,no,10\nearly,c1,Gus Romero,,no,9\n")
    assert (verdicts["early"][0], verdicts["late"][0]) == ("known", "duplicate")


def test_staff_of_another_school_with_their_account_are_staff(tmp_path: Path) -> None:
    _, verdicts = matched(tmp_path, f"{COLUMNS}\na,c1,Cleo,cleo@staff.example.org,yes,1\n")
    assert verdicts["a"][0] == "staff"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,c9,Gus,,no,1", "the roster has no running class c9"),
        (",c1,Gus,,no,1", "join_id is empty"),
        ("a,,Gus,,no,1", "section is empty"),
        ("a,c1,Gus,,perhaps,1", "signed_in must be yes or no"),
        ("a,c1,Gus,,no,first", "join_order must be a whole number"),
        ("a,c1,Gus,,no,1,2", "the row has more cells"),
        ("good,c1,Gus,,no,1", "the join_id good was there before"),
    ],
)
def test_a_row_that_does_not_fit_is_left_out_by_its_line(tmp_path: Path, row: str, reason: str) -> None:
    done, verdicts = matched(tmp_path, f"{COLUMNS}\ngood,c1,Hana Ito,,no,1\n{row}\n")
    assert (done.code, list(verdicts)) == (1, ["good"])
    (problem,) = done.json()["problems"]
    assert (problem["file"], problem["line"]) == ("joins.csv", 3)
    assert problem["reason"].startswith(reason)


@pytest.mark.parametrize(
    ("joins", "said"),
    [
        (b"", "the file is empty"),
        (b"join_id,section\na,c1\n", "missing columns: display_name, email, signed_in, join_order"),
        (f"{COLUMNS}\na,c1,Jos\u00e9,,no,1\n".encode("latin-1"), "joins.csv, line 2: byte 9 of the line is not UTF-8"),
        (f'{COLUMNS}\na,c1,"Gus,,no,1\n'.encode(), "a quotation mark may be missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_writes_nothing(tmp_path: Path, joins: bytes, said: str) -> None:
    done, verdicts = matched(tmp_path, joins)
    assert done.code == 2
    assert said in done.err
    assert verdicts == {}


def test_a_byte_order_mark_hostile_names_and_long_ones_are_read(tmp_path: Path) -> None:
    rows = f"a,c1,\u202eevil,,no,1\nb,c1,{'x' * 10_000},,no,2\nc,c1,=cmd(),,no,3\n"
    done, verdicts = matched(tmp_path, f"\ufeff{COLUMNS}\n{rows}")
    assert (done.code, {verdict for verdict, _ in verdicts.values()}) == (0, {"stranger"})


def test_a_roster_that_is_not_accepted_is_refused(tmp_path: Path) -> None:
    folder = small_district(tmp_path / "oneroster")
    (folder / "classes.csv").unlink()
    done, verdicts = matched(tmp_path, f"{COLUMNS}\na,c1,Gus,,no,1\n", roster=folder)
    assert done.code != 0
    assert "classes.csv" in done.err
    assert verdicts == {}


def test_a_missing_roster_folder_is_one_sentence(tmp_path: Path) -> None:
    done, _ = matched(tmp_path, COLUMNS, roster=tmp_path / "nowhere")
    assert done.code == 2
    assert "there is no folder" in done.err


def test_the_summary_counts_every_band(tmp_path: Path) -> None:
    done, _ = matched(tmp_path, f"{COLUMNS}\na,c1,Gus Romero,,no,1\nb,c1,iPad,,no,2\n")
    report = done.json()
    assert (report["joins"], report["sections"], report["left_out"]) == (2, 1, 0)
    assert report["verdicts"] == {
        "staff": 0, "known": 1, "likely": 0, "remembered": 0, "unsure": 1, "duplicate": 0, "stranger": 0,
    }  # fmt: skip


def test_on_labelled_classes_no_student_is_swept_and_no_stranger_stays(tmp_path: Path) -> None:
    if not LABELLED.is_dir():
        pytest.skip("labelled classes not present: shared/specs/oneroster is not beside the repository")
    with (LABELLED / "joins_labelled.csv").open(encoding="utf-8", newline="") as file:
        labelled = list(csv.DictReader(file))
    joins = "\n".join(
        f'{number},{row["classSourcedId"]},"{row["displayName"]}",{row["signedInEmail"]},'
        f"{'yes' if row['signedInEmail'] else 'no'},{number}"
        for number, row in enumerate(labelled)
    )
    _, verdicts = matched(tmp_path, f"{COLUMNS}\n{joins}\n", roster=LABELLED)
    counted = Counter(
        (row["truth"] if row["truth"] == "student" else row["kind"], verdicts[str(number)][0])
        for number, row in enumerate(labelled)
    )
    assert counted["student", "stranger"] == 0
    assert not any(counted[kind, "known"] for kind in ("stranger", "troll", "one-letter-off", "duplicate"))
