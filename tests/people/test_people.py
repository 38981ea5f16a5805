"""Who a Slack user is on staff, whatever is gone at the moment."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modbot.errors import StoreUnavailable, Unreachable
from modbot.model import Staff, StaffRole
from modbot.people import UNKNOWN, People
from modbot.rosters import Counts, EmailDigest, email_digest
from modbot.seal import Keyring
from modbot.settings import DistrictSettings, SchoolSettings, Settings
from modbot.store import Command, Store, keys
from modbot.store.roster import RosterStore

MORNING = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
SALT = b"s" * 32
RING = Keyring([b"k" * 32])
ADA = Staff(
    "t1", "ada@staff.example.org", "Ada Okafor", frozenset({StaffRole.TEACHER}), frozenset({"north"}), frozenset({"c1"})
)
SETTINGS = Settings(
    district=DistrictSettings(it=("Ines@Staff.Example.org",), security=("sam@staff.example.org",)),
    schools={"south": SchoolSettings(principals=("ada@staff.example.org", "pia@staff.example.org"))},
)
NOBODY_NAMED = Settings()


class Clock:
    """A clock that goes when told to."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **by: float) -> None:
        self.now += timedelta(**by)


class Directory:
    """Slack's list of people, which can be out of reach."""

    def __init__(self, **people: tuple[str, str]) -> None:
        self.people = people
        self.asked: list[str] = []
        self.reachable = True

    async def user_info(self, user_id: str) -> tuple[str, str] | None:
        self.asked.append(user_id)
        if not self.reachable:
            raise Unreachable("slack", maybe_applied=False)
        return self.people.get(user_id)


class Cuttable(Store):
    """A store that can be cut off."""

    cut = False

    async def batch(self, commands: Sequence[Command]) -> list[Any]:
        if self.cut:
            raise StoreUnavailable("cut off by the test")
        return await super().batch(commands)


class District:
    """One process of modbot with its people, over a store that can be taken away."""

    def __init__(self, store: Store, settings: Settings = NOBODY_NAMED) -> None:
        self.store = store
        self.clock = Clock()
        self.slack = Directory(
            U1=("ada@staff.example.org", "Ada"),
            U2=("stranger@example.org", "Stranger"),
            U3=("ines@staff.example.org", "Ines"),
            U4=("pia@staff.example.org", "Pia"),
            U5=("sam@staff.example.org", "Sam"),
        )
        self.roster = RosterStore(store, RING)
        self.people = People(store, self.roster, self.slack, settings, RING, self.clock)

    def restarted(self) -> "District":
        """The same district after a restart: nothing in memory."""
        return District(self.store)

    async def enrol(self, *staff: Staff) -> None:
        """Put a roster of these people in force."""
        writer = await self.roster.begin(salt=SALT, now=MORNING)
        digest = email_digest(SALT)
        await writer.add_staff(staff)
        await writer.add_emails(EmailDigest(digest(person.email), person.id, staff=True) for person in staff)
        await writer.commit(Counts(staff=len(staff)))


@pytest.fixture
async def district(store: Store) -> District:
    district = District(store)
    await district.enrol(ADA)
    return district


@pytest.fixture
async def named(store: Store) -> District:
    district = District(store, SETTINGS)
    await district.enrol(ADA)
    return district


async def test_a_teacher_is_known_by_the_confirmed_address_in_slack(district: District) -> None:
    assert await district.people.staff_of("U1") == ADA
    assert district.people.cached("U1") == ADA


async def test_people_who_are_not_on_the_roster_are_not_staff(district: District) -> None:
    assert await district.people.staff_of("U2") is None
    assert await district.people.staff_of("B0T") is None
    assert district.people.cached("U2") is None


async def test_memory_alone_never_guesses(district: District) -> None:
    assert district.people.cached("U1") is UNKNOWN
    await district.people.staff_of("U1")
    district.clock.wait(minutes=11)
    assert district.people.cached("U1") is UNKNOWN


async def test_slack_is_asked_once_for_all_processes_and_restarts(district: District) -> None:
    await district.people.staff_of("U1")
    await district.people.staff_of("U1")
    after = district.restarted()
    assert await after.people.staff_of("U1") == ADA
    assert district.slack.asked == ["U1"]
    assert after.slack.asked == []


async def test_a_new_teacher_waits_a_minute_at_most(district: District) -> None:
    assert await district.people.staff_of("U9") is None
    district.slack.people["U9"] = ("ada@staff.example.org", "Ada")
    assert await district.people.staff_of("U9") is None
    district.clock.wait(seconds=61)
    assert await district.people.staff_of("U9") == ADA


async def test_the_store_keeps_the_address_sealed_and_for_twelve_hours(district: District) -> None:
    await district.people.staff_of("U1")
    kept = await district.store.run("GET", keys.slack_person("U1"))
    assert b"staff.example.org" not in kept
    assert 0 < await district.store.run("TTL", keys.slack_person("U1")) <= 12 * 3600


async def test_an_address_sealed_with_a_removed_key_is_asked_again(district: District) -> None:
    await district.store.run("SET", keys.slack_person("U1"), b"\0" * 60, "EX", 60)
    assert await district.people.staff_of("U1") == ADA
    assert district.slack.asked == ["U1"]


async def test_a_forgotten_user_is_asked_anew(district: District) -> None:
    await district.people.staff_of("U1")
    district.slack.people["U1"] = ("former@example.org", "Ada")
    await district.people.forget("U1")
    assert district.people.cached("U1") is UNKNOWN
    assert await district.people.staff_of("U1") is None


async def test_a_new_roster_ends_what_was_remembered(district: District) -> None:
    await district.people.staff_of("U1")
    await District(district.store).enrol()  # another process imports a roster without Ada
    await district.people.refresh()
    assert district.people.cached("U1") is UNKNOWN
    assert await district.people.staff_of("U1") is None


async def test_a_new_roster_is_noticed_within_seconds_without_being_told(district: District) -> None:
    await district.people.staff_of("U1")
    await District(district.store).enrol()
    district.clock.wait(seconds=6)
    assert await district.people.staff_of("U1") is None


async def test_memory_is_bounded_and_keeps_the_last_used(district: District) -> None:
    people = People(district.store, district.roster, district.slack, NOBODY_NAMED, RING, district.clock, remembered=2)
    for user in ("U1", "U2", "U1", "U3"):
        await people.staff_of(user)
    assert people.cached("U1") == ADA
    assert people.cached("U2") is UNKNOWN


async def test_while_the_store_is_gone_memory_answers_and_says_so(store: Store) -> None:
    cuttable = Cuttable(store.client)
    district = District(cuttable)
    await district.enrol(ADA)
    await district.people.staff_of("U1")
    cuttable.cut = True
    district.clock.wait(minutes=9)
    assert await district.people.staff_of("U1") == ADA
    district.clock.wait(minutes=21)
    known = await district.people.look_up("U1")
    assert known.staff == ADA
    assert known.stale
    assert known.said == "modbot could not look you up just now and goes by what it knew 30 minutes ago."
    district.clock.wait(hours=12)
    with pytest.raises(StoreUnavailable):
        await district.people.staff_of("U1")


async def test_while_the_store_is_gone_people_in_the_settings_are_known_by_those_alone(store: Store) -> None:
    cuttable = Cuttable(store.client)
    cuttable.cut = True
    district = District(cuttable, SETTINGS)
    known = await district.people.look_up("U3")
    assert known.stale
    assert known.staff is not None
    assert known.staff.roles == {StaffRole.IT}
    with pytest.raises(StoreUnavailable):
        await district.people.staff_of("U2")


async def test_while_slack_is_gone_memory_answers_and_nobody_else_is_guessed(district: District) -> None:
    await district.people.staff_of("U1")
    await district.store.run("DEL", keys.slack_person("U1"))
    district.slack.reachable = False
    district.clock.wait(minutes=11)
    known = await district.people.look_up("U1")
    assert (known.staff, known.stale) == (ADA, True)
    with pytest.raises(Unreachable):
        await district.people.staff_of("U3")


async def test_it_and_security_of_the_settings_need_no_roster(named: District) -> None:
    it, security = await named.people.staff_of("U3"), await named.people.staff_of("U5")
    assert it is not None
    assert security is not None
    assert (set(it.roles), it.name) == ({StaffRole.IT}, "Ines")
    assert security.roles == {StaffRole.SECURITY}
    assert "ines" not in it.id
    assert it.id == getattr(await named.people.staff_with("INES@staff.example.org"), "id", "")


async def test_a_principal_of_the_settings_leads_the_named_school_and_no_other(named: District) -> None:
    pia, ada = await named.people.staff_of("U4"), await named.people.staff_of("U1")
    assert pia is not None
    assert ada is not None
    assert (set(pia.roles), set(pia.schools)) == ({StaffRole.PRINCIPAL}, {"south"})
    assert ada.roles == {StaffRole.PRINCIPAL, StaffRole.TEACHER}
    assert ada.schools == {"south"}  # she teaches at north, and must not lead it
    assert ada.sections == {"c1"}


async def test_an_empty_address_is_nobody(named: District) -> None:
    assert await named.people.staff_with("") is None
    assert await named.people.staff_with(" ") is None
