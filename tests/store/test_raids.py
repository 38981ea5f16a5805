"""Raids and questions in the store: one raid for what is seen together, whoever sees it, in whatever order."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modbot.chat import Posted
from modbot.seal import Keyring
from modbot.store import Store, connect
from modbot.store.raids import MOST_FIELDS, MOST_NOTES, Note, Raid, Raids, Seen, Standing
from modbot.store.school_locks import SchoolLocks
from modbot.whole_school import Locked, SchoolLock
from tests.stores import closed

NOW = datetime.now(UTC).replace(microsecond=0)
KEEP = timedelta(minutes=30)
RING = Keyring([bytes(32)])
QUESTION = SchoolLock("q1", "maple", "r1", ("zoom:1", "webex:2"))


@pytest.fixture
def raids(store: Store) -> Raids:
    return Raids(store, RING)


def seen(session: str, who: str = "p1", second: int = 0) -> Seen:
    """Somebody in a class."""
    return Seen(session, who, NOW + timedelta(seconds=second))


async def grow(raids: Raids, *some: Seen, people: int = 1, school: str = "maple") -> Raid:
    """The raid with these in it."""
    return await raids.grow(school, some, people=people, keep=KEEP)


async def test_what_is_seen_later_belongs_to_the_same_raid(raids: Raids) -> None:
    first = await grow(raids, seen("zoom:1"), seen("webex:2", second=5))
    later = await grow(raids, seen("zoom:3", second=9), people=2)
    assert later.id == first.id
    assert [one.session_key for one in later.seen] == ["zoom:1", "webex:2", "zoom:3"]
    assert (first.people, later.people) == (1, 2)
    assert first.state != later.state


async def test_what_is_seen_again_changes_nothing(raids: Raids) -> None:
    first = await grow(raids, seen("zoom:1"), seen("webex:2"), people=2)
    assert await grow(raids, seen("webex:2"), people=1) == first


async def test_each_school_has_its_own(raids: Raids) -> None:
    mine, theirs = await asyncio.gather(grow(raids, seen("zoom:1")), grow(raids, seen("zoom:1"), school="oak"))
    assert mine.id != theirs.id


async def test_of_many_at_once_there_is_one(raids: Raids) -> None:
    found = await asyncio.gather(*(grow(raids, seen(f"zoom:{number}")) for number in range(20)))
    assert len({one.id for one in found}) == 1
    held = await raids.get(found[0].id)
    assert held is not None
    assert len(held.seen) == 20


async def test_a_raid_holds_so_many_people_and_its_warning_still_fits(raids: Raids) -> None:
    raid = await grow(raids, *(seen("zoom:1", f"p{number}") for number in range(400)))
    assert len(raid.seen) < MOST_FIELDS
    await raids.stands(raid, "channel:C1", Posted("C1", "1.2"))
    await raids.shown(raid.id, raid.state)
    held = await raids.get(raid.id)
    assert held is not None
    assert held.standing == {"channel:C1": Standing(Posted("C1", "1.2"), raid.state)}
    assert held.shown == held.state == raid.state


async def test_what_staff_did_is_noted_once_each_by_time_and_is_sealed(raids: Raids, store: Store) -> None:
    raid = await grow(raids, seen("zoom:1"))
    for once, minute in (("b", 2), ("a", 1), ("b", 3)):
        await raids.note(raid.id, Note(NOW + timedelta(minutes=minute), f"Ada Brook: {once}"), once=once)
    held = await raids.get(raid.id)
    assert held is not None
    assert [note.said for note in held.notes] == ["Ada Brook: a", "Ada Brook: b"]
    assert b"Brook" not in b"".join(await store.run("HVALS", f"mb:raid:{{{raid.id}}}"))


async def test_notes_are_bounded(raids: Raids) -> None:
    raid = await grow(raids, seen("zoom:1"))
    for number in range(MOST_NOTES + 5):
        await raids.note(raid.id, Note(NOW, "again"), once=str(number))
    held = await raids.get(raid.id)
    assert held is not None
    assert len(held.notes) == MOST_NOTES


async def test_a_raid_that_nobody_knows_takes_no_note(raids: Raids, store: Store) -> None:
    assert await raids.note("r0", Note(NOW, "late"), once="a") is None
    assert await store.run("KEYS", "*") == []


SIGHTS = st.lists(
    st.builds(seen, st.sampled_from(["zoom:1", "webex:2", "jitsi:3"]), st.sampled_from("abc"), st.just(0)),
    max_size=12,
)


@given(sights=SIGHTS, cuts=st.lists(st.integers(0, 12), max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_however_looks_are_cut_and_ordered_the_raid_is_the_same(
    store_url: str, sights: Sequence[Seen], cuts: list[int]
) -> None:
    store = connect(store_url)
    try:
        await store.run("FLUSHALL")
        raids = Raids(store, RING)
        bounds = [0, *sorted(cuts), len(sights)]
        pieces = [sights[start:end] for start, end in pairwise(bounds)]
        await asyncio.gather(*(grow(raids, *piece) for piece in pieces))
        whole = await grow(raids)
        assert set(whole.seen) == set(sights)
        assert await grow(raids, *reversed(sights)) == whole
    finally:
        await closed(store)


@pytest.fixture
def questions(store: Store) -> SchoolLocks:
    return SchoolLocks(store, RING)


async def test_whoever_says_yes_first_has_said_it(questions: SchoolLocks) -> None:
    await questions.ask(QUESTION)
    answers = await asyncio.gather(*(questions.claim("q1", f"r{n}", f"Person {n}", ["zoom:1"]) for n in range(5)))
    assert len({answer.by for answer in answers if answer is not None}) == 1
    assert all(answer is not None and answer.held == ("zoom:1",) for answer in answers)


async def test_what_was_locked_is_kept_with_the_question_for_a_day(questions: SchoolLocks, store: Store) -> None:
    await questions.ask(QUESTION)
    assert 0 < await store.run("TTL", "mb:schoollock:q1") <= 3600
    await questions.claim("q1", "r2", "Ada Brook", [])
    await questions.done("q1", [Locked("zoom:1", "r2:lock:zoom:1")])
    held = await questions.get("q1")
    assert held == SchoolLock(
        "q1", "maple", "r1", QUESTION.sessions, "r2", "Ada Brook", (), held.locked if held else ()
    )
    assert held.locked == (Locked("zoom:1", "r2:lock:zoom:1"),)
    assert 3600 < await store.run("TTL", "mb:schoollock:q1") <= 86_400
    assert b"Brook" not in b"".join(await store.run("HVALS", "mb:schoollock:q1"))


async def test_a_question_that_is_gone_takes_no_answer(questions: SchoolLocks, store: Store) -> None:
    assert await questions.claim("q0", "r2", "Ada Brook", []) is None
    assert await store.run("KEYS", "*") == []


async def test_with_other_keys_it_was_answered_by_somebody(questions: SchoolLocks, store: Store) -> None:
    await questions.ask(QUESTION)
    await questions.claim("q1", "r2", "Ada Brook", [])
    held = await SchoolLocks(store, Keyring([bytes(31) + b"x"])).get("q1")
    assert held is not None
    assert (held.by_name, held.sessions) == ("Somebody", QUESTION.sessions)
