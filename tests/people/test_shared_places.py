"""Who may act in a place by a grant: kept by one process, honoured by another, and not without a store."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from modbot.authority import GRANTS_UNREAD, Places
from modbot.authorize import Place
from modbot.granting import Granting
from modbot.model import Staff, StaffRole
from modbot.people import People
from modbot.rosters import Counts, EmailDigest, email_digest
from modbot.seal import Keyring
from modbot.settings import Settings
from modbot.store import Store, connect
from modbot.store.grants import Grant, Grants
from modbot.store.roster import RosterStore
from tests.stores import closed

MORNING = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
RING = Keyring([b"k" * 32])
SALT = b"s" * 32
TEACHER = frozenset({StaffRole.TEACHER})
CHANG = Staff("c", "megan.chang@example.org", "Megan Chang", TEACHER, frozenset({"maple"}), frozenset({"cls-science"}))
WARD = Staff("w", "sam.ward@example.org", "Sam Ward", frozenset(), frozenset({"oak"}))
SCIENCE = Place("zoom:1", "luis.ortiz@example.org", "cls-science", "maple")
NOT_THEIRS = "Only the teacher of this class, its principal and IT may do this. You can /page IT."
GRANT = Grant(
    id="r1", to=WARD.email, to_name=WARD.name, by=CHANG.email, by_name=CHANG.name, since=MORNING,
    until=MORNING + timedelta(hours=4), title="Grade 5 Science", section="cls-science", room="zoom:1", host="",
    school="maple",
)  # fmt: skip


class Nobody:
    """A chat that knows nobody."""

    async def user_info(self, user_id: str) -> tuple[str, str] | None:
        return None


class Process:
    """As much of one modbot as decides who may do what, and its clock."""

    def __init__(self, store: Store) -> None:
        self.now = MORNING
        self.grants = Grants(store, RING)
        self.roster = RosterStore(store, RING)
        people = People(store, self.roster, Nobody(), Settings(), RING, lambda: self.now)
        zone = ZoneInfo("America/Denver")
        granting = Granting(grants=self.grants, people=people, zone=zone, now=lambda: self.now)
        self.places = Places(roster=self.roster, people=people, granting=granting, settings=Settings())

    async def enrol(self, *staff: Staff) -> None:
        """Put a roster of these people in force."""
        writer = await self.roster.begin(salt=SALT, now=MORNING)
        await writer.add_staff(staff)
        await writer.add_emails(EmailDigest(email_digest(SALT)(one.email), one.id, staff=True) for one in staff)
        await writer.commit(Counts(staff=len(staff)))

    async def why(self, staff: Staff, place: Place = SCIENCE) -> str:
        """What is said to somebody who wants to lock a class."""
        return (await self.places.may_at(staff, "lock", place)).why


@pytest.fixture
async def one(store: Store) -> Process:
    process = Process(store)
    await process.enrol(CHANG, WARD)
    return process


@pytest.fixture
async def other(one: Process, store_url: str) -> AsyncIterator[Process]:
    own = connect(store_url)
    yield Process(own)
    await closed(own)


async def test_the_reason_says_by_whom_and_until_when_on_the_district_s_clocks(one: Process) -> None:
    await one.grants.give(GRANT, MORNING)
    assert await one.why(WARD) == "Megan Chang shared this class with you until 07:14."
    one.now = MORNING - timedelta(days=1)
    assert await one.why(WARD) == NOT_THEIRS


async def test_one_that_lasts_into_another_day_says_which(one: Process) -> None:
    await one.grants.give(replace(GRANT, until=MORNING + timedelta(days=2)), MORNING)
    assert await one.why(WARD) == "Megan Chang shared this class with you until Thu 26 Nov 03:14."


async def test_another_process_honours_it_and_its_end_at_once(one: Process, other: Process) -> None:
    assert await other.why(WARD) == NOT_THEIRS
    await one.grants.give(GRANT, MORNING)
    assert "shared this class with you" in await other.why(WARD)
    await one.grants.end(GRANT)
    assert await other.why(WARD) == NOT_THEIRS


async def test_it_is_over_to_the_moment(one: Process) -> None:
    await one.grants.give(GRANT, MORNING)
    one.now = GRANT.until - timedelta(microseconds=1)
    assert (await one.places.may_at(WARD, "lock", SCIENCE)).allowed
    one.now = GRANT.until
    assert await one.why(WARD) == NOT_THEIRS


async def test_a_new_roster_without_its_giver_ends_it_at_once_in_every_process(one: Process, other: Process) -> None:
    await one.grants.give(GRANT, MORNING)
    assert (await other.places.may_at(WARD, "lock", SCIENCE)).allowed
    await one.enrol(WARD)
    assert await other.why(WARD) == NOT_THEIRS


async def test_it_holds_nowhere_else(one: Process) -> None:
    await one.grants.give(GRANT, MORNING)
    assert await one.why(WARD, Place("zoom:1", "", "cls-maths", "maple")) == NOT_THEIRS
    assert await one.why(WARD, Place("zoom:2", CHANG.email, None, "maple")) == NOT_THEIRS


async def test_without_a_store_grants_do_not_count_and_that_is_said() -> None:
    gone = connect("unix:///nowhere/store.sock")
    process = Process(gone)
    assert await process.why(WARD) == f"{NOT_THEIRS} {GRANTS_UNREAD}"
    assert (await process.places.may_at(CHANG, "lock", SCIENCE)).allowed
    await closed(gone)
