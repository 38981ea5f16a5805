"""Grants as they are kept: sealed, found by person, class and district, and gone by themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from modbot.seal import Keyring
from modbot.store import Store
from modbot.store.grants import Grant, Grants

NOW = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
GRANT = Grant(
    id="r1", to="sam.ward@example.org", to_name="Sam Ward", by="megan.chang@example.org", by_name="Megan Chang",
    since=NOW, until=NOW + timedelta(hours=3), title="Grade 5 Science", section="cls-science", room="zoom:85746065432",
    host="megan.chang@example.org", school="org-maple",
)  # fmt: skip
OF_ROOM = replace(GRANT, section="", until=NOW + timedelta(hours=1))
TO_ANOTHER = replace(GRANT, to="kay.moss@example.org", to_name="Kay Moss", until=NOW + timedelta(days=7))


@pytest.fixture
def grants(store: Store) -> Grants:
    return Grants(store, Keyring([bytes(32)]))


async def test_a_grant_comes_back_as_it_was_given(grants: Grants) -> None:
    await grants.give(GRANT, NOW)
    assert await grants.of("Sam.Ward@example.org") == [GRANT]


async def test_one_person_has_one_grant_of_a_class_however_often_it_is_given(grants: Grants) -> None:
    for _ in range(3):
        await grants.give(GRANT, NOW)
    shorter = replace(GRANT, id="r2", until=NOW + timedelta(hours=1))
    await grants.give(shorter, NOW)
    assert await grants.of(GRANT.to) == [shorter]
    assert await grants.everywhere() == [shorter]


async def test_grants_of_a_class_and_of_a_room_stand_beside_each_other(grants: Grants) -> None:
    await grants.give(GRANT, NOW)
    await grants.give(OF_ROOM, NOW)
    assert {one.subject for one in await grants.of(GRANT.to)} == {"section:cls-science", "room:zoom:85746065432"}


async def test_everybodys_of_a_class_are_found_and_no_others(grants: Grants) -> None:
    await grants.give(GRANT, NOW)
    await grants.give(TO_ANOTHER, NOW)
    await grants.give(OF_ROOM, NOW)
    found = await grants.in_any(["section:cls-science"], NOW)
    assert {one.to for one in found} == {GRANT.to, TO_ANOTHER.to}
    assert {one.section for one in found} == {"cls-science"}
    assert await grants.in_any(["section:cls-art", "room:zoom:1"], NOW) == []


async def test_one_that_is_ended_is_gone_from_everywhere(grants: Grants) -> None:
    await grants.give(GRANT, NOW)
    assert await grants.end(GRANT)
    assert not await grants.end(GRANT)
    assert await grants.of(GRANT.to) == []
    assert await grants.in_any([GRANT.subject], NOW) == []
    assert await grants.everywhere() == []


async def test_what_is_over_is_cleared_away_when_the_next_is_given(grants: Grants) -> None:
    await grants.give(OF_ROOM, NOW)
    await grants.give(GRANT, OF_ROOM.until)
    assert await grants.of(GRANT.to) == [GRANT]


async def test_nobody_can_read_who_shares_what_with_whom(grants: Grants, store: Store) -> None:
    await grants.give(GRANT, NOW)
    held = b"".join([await store.run("DUMP", key) + key for key in await store.run("KEYS", "*")])
    for secret in (b"ward", b"Ward", b"chang", b"Chang", b"Science"):
        assert secret not in held


async def test_every_key_is_gone_when_the_last_grant_is_over(grants: Grants, store: Store) -> None:
    await grants.give(GRANT, NOW)
    await grants.give(TO_ANOTHER, NOW)
    await grants.give(OF_ROOM, NOW)
    longest = {GRANT.to: timedelta(hours=3), TO_ANOTHER.to: timedelta(days=7)}
    lives = {key: timedelta(milliseconds=await store.run("PTTL", key)) for key in await store.run("KEYS", "*")}
    persons = sorted(life for key, life in lives.items() if key.startswith(b"mb:grants:to:"))
    assert [life.total_seconds() > 0 for life in lives.values()] == [True] * len(lives)
    assert OF_ROOM.until - NOW < persons[0] <= longest[GRANT.to] < persons[1] <= longest[TO_ANOTHER.to]
    assert max(lives.values()) <= timedelta(days=7)


async def test_with_other_keys_it_is_as_if_it_were_over(grants: Grants, store: Store) -> None:
    await grants.give(GRANT, NOW)
    assert await Grants(store, Keyring([bytes(31) + b"x"])).of(GRANT.to) == []
