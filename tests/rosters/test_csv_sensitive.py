"""Of what a district's files say that modbot has no use for, no trace is kept, logged or told."""

import csv
import io
from contextlib import redirect_stderr
from pathlib import Path

import pytest
import structlog

from modbot import log
from modbot.rosters import RosterRefused
from modbot.store import Store
from modbot.store.roster import Kept, RosterStore, import_roster
from tests.rosters.district import SECRETS, small_district, table
from tests.rosters.syncing import KEYS, NOW
from tests.rosters.test_roster_store import everything

pytestmark = pytest.mark.realstore

TAKEN = {  # by file, all that modbot reads
    "users": "sourcedId status enabledUser givenName familyName email preferredGivenName preferredFamilyName role "
    "orgSourcedIds",
    "roles": "sourcedId status userSourcedId role orgSourcedId endDate",
    "classes": "sourcedId status title classCode schoolSourcedId termSourcedIds",
    "enrollments": "sourcedId status classSourcedId userSourcedId role endDate",
    "orgs": "sourcedId status name type",
    "academicSessions": "sourcedId status endDate",
}
WORD = "planted"
MORE = ("disability", "lunchStatus", "race", "homeLanguage")  # columns a district may have added


@pytest.fixture(params=["1.1", "1.2"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A good folder, with a word in every cell that modbot has no use for."""
    made = small_district(tmp_path / "export", request.param)
    for name, taken in TAKEN.items():
        if (path := made / f"{name}.csv").exists():
            plant(path, frozenset(taken.split()))
    said: dict[str, object] = {"sourcedId": "s1", "americanIndianOrAlaskaNative": f"{WORD}-race", "sex": f"{WORD}-sex"}
    table(made / "demographics.csv", list(said), [said])
    return made


def plant(path: Path, taken: frozenset[str]) -> None:
    """Write the word into each cell of the other columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [*rows[0], *MORE]
    planted = [{**row, **{one: f"{WORD}-{one}" for one in columns if one not in taken}} for row in rows]
    table(path, columns, planted)


def refuse(folder: Path) -> None:
    """Spoil rows, with the word where a value is not one that OneRoster knows."""
    with (folder / "users.csv").open(encoding="utf-8", newline="") as file:
        rows = [dict(row) for row in csv.DictReader(file)]
    for number, change in enumerate(({"email": f"no address {WORD}"}, {"status": WORD}, {"enabledUser": WORD})):
        rows[number] |= change
    table(folder / "users.csv", list(rows[0]), rows)


async def test_no_trace_of_what_modbot_has_no_use_for_is_kept_logged_or_told(
    folder: Path, store: Store, tmp_path: Path
) -> None:
    roster, kept = RosterStore(store, KEYS), Kept(tmp_path / "kept", KEYS)
    logged = io.StringIO()
    with redirect_stderr(logged):
        log.configure("debug")
        report = await import_roster(folder, roster, now=NOW, kept=kept, keep=True)
        refuse(folder)
        with pytest.raises(RosterRefused) as refused:
            await import_roster(folder, roster, now=NOW, kept=kept, keep=True)
    structlog.reset_defaults()
    held = b"".join([part async for part in everything(store)])
    held += b"".join(one.read_bytes() for one in (tmp_path / "kept").iterdir())
    people = [one async for some in roster.everybody() for one in some]
    classes = [one async for some in roster.all_sections() for one in some]
    error = refused.value
    told = f"{report.to_json()} {error!r} {error.log_detail} {error.report.to_json()} {logged.getvalue()}"
    assert len(people) == 5
    assert len(classes) == 3
    assert error.report.problems_total == 3
    for word in (WORD, *SECRETS):
        assert word.encode() not in held, word
        assert word not in f"{told} {people} {classes}", word
