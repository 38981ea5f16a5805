"""Who was not recognised where: read back in the same round trip, bounded, short-lived, and readable by nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from modbot.findings import Unmatched
from modbot.seal import Keyring
from modbot.store import Store
from modbot.store.sightings import MOST, MOST_OF_A_CLASS, Sightings

NOW = datetime.now(UTC).replace(microsecond=0)
KEEP = timedelta(minutes=30)


@pytest.fixture
def sightings(store: Store) -> Sightings:
    return Sightings(store, Keyring([bytes(32)]))


def seen(who: str, session: str = "zoom:1", *, at: datetime = NOW, marks: tuple[bytes, ...] = (b"na",)) -> Unmatched:
    """Somebody in a class of the school."""
    return Unmatched(session, f"section of {session}", "maple", who, at, frozenset(marks))


async def add(sightings: Sightings, *some: Unmatched, now: datetime = NOW) -> set[Unmatched]:
    """Note them, and what is held then."""
    return set(await sightings.add("maple", some, now=now, keep=KEEP))


async def test_what_was_seen_comes_back_as_it_was_with_what_was_seen_before(sightings: Sightings) -> None:
    first, second = seen("p1", marks=(b"n\x00\xff", b"e\x01")), seen("p2", "webex:2", at=NOW - timedelta(minutes=5))
    assert await add(sightings, first) == {first}
    assert await add(sightings, second) == {first, second}


async def test_the_same_twice_is_held_once(sightings: Sightings) -> None:
    await add(sightings, seen("p1"))
    assert await add(sightings, seen("p1"), seen("p1")) == {seen("p1")}


async def test_another_school_sees_nothing_of_it(sightings: Sightings) -> None:
    await add(sightings, seen("p1"))
    assert await sightings.add("oak", [], now=NOW, keep=KEEP) == ()


async def test_what_is_older_than_asked_for_is_gone(sightings: Sightings) -> None:
    old, young = seen("p1", at=NOW - KEEP), seen("p2", at=NOW)
    assert await add(sightings, old, young) == {old, young}
    assert await add(sightings, now=NOW + timedelta(seconds=1)) == {young}


async def test_a_clock_that_is_ahead_keeps_nothing_longer(sightings: Sightings) -> None:
    ahead = seen("p1", at=NOW + timedelta(hours=3))
    assert await add(sightings, ahead) == {replace(ahead, at=NOW)}
    assert await add(sightings, now=NOW + KEEP + timedelta(seconds=1)) == set()


async def test_a_flood_in_one_class_does_not_hide_another(sightings: Sightings) -> None:
    quiet = seen("p1", "webex:2", at=NOW - timedelta(minutes=1))
    await add(sightings, quiet)
    held = await add(sightings, *(seen(f"bot {number}") for number in range(5000)))
    assert quiet in held
    assert len(held) == 1 + MOST_OF_A_CLASS


async def test_a_school_holds_so_many_and_the_newest_stay(sightings: Sightings) -> None:
    classes = MOST // MOST_OF_A_CLASS + 2
    for number in range(classes):
        at = NOW + timedelta(seconds=number - classes)
        held = await add(sightings, *(seen(f"p{n}", f"zoom:{number}", at=at) for n in range(MOST_OF_A_CLASS)))
    assert len(held) == MOST
    assert {one.session_key for one in held} == {f"zoom:{number}" for number in range(2, classes)}


async def test_it_is_gone_with_the_window_and_shows_no_name_and_no_school(sightings: Sightings, store: Store) -> None:
    mark = b"n" + sightings.memory.digest("Wanda Quill")
    await add(sightings, seen("p1", marks=(mark,)))
    (key,) = await store.run("KEYS", "*")
    assert b"maple" not in key
    assert b"Wanda" not in await store.run("DUMP", key)
    assert 0 < await store.run("PTTL", key) <= KEEP.total_seconds() * 1000


def test_the_same_name_has_another_digest_under_another_key(store: Store) -> None:
    mine, theirs = Sightings(store, Keyring([bytes(32)])), Sightings(store, Keyring([bytes(31) + b"x"]))
    assert mine.memory.digest("Wanda Quill") == mine.memory.digest("wanda  quill")
    assert mine.memory.digest("Wanda Quill") != theirs.memory.digest("Wanda Quill")
