"""Names that a class's teacher let stay: for a term, for one class, few enough, and readable by nobody."""

from datetime import date, timedelta

import pytest

from modbot.identity import Band, ClassList, Person, judge
from modbot.rosters import Student
from modbot.seal import Keyring
from modbot.store import Store
from modbot.store.tolerated import MOST_NAMES, Tolerated

TODAY = date(2026, 11, 24)
END = date(2099, 7, 31)
ANA = Student("s1", "Ana", "Duarte")


@pytest.fixture
def tolerated(store: Store) -> Tolerated:
    return Tolerated(store, Keyring([bytes(32)]))


async def band(tolerated: Tolerated, name: str, *, section: str = "c1", today: date = TODAY) -> Band:
    """How somebody of this name stands in the class on this day."""
    memory, remembered = tolerated.memory(section), await tolerated.of(section)
    class_list = ClassList([ANA], memory=memory, remembered=remembered, today=today)
    return judge(class_list, [Person("p", name)])[0].band


async def test_a_tolerated_name_is_remembered_in_its_own_class_only(tolerated: Tolerated) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY, term_ends=END)
    assert await band(tolerated, "wanda quill") is Band.REMEMBERED
    assert await band(tolerated, "Wanda Quill", section="c2") is Band.STRANGER


async def test_it_ends_with_the_term(tolerated: Tolerated) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY, term_ends=END)
    assert await band(tolerated, "Wanda Quill", today=END) is Band.REMEMBERED
    assert await band(tolerated, "Wanda Quill", today=END + timedelta(days=1)) is Band.STRANGER


async def test_where_the_end_of_the_term_is_not_known_it_ends_after_120_days(tolerated: Tolerated) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY)
    assert await band(tolerated, "Wanda Quill", today=TODAY + timedelta(days=120)) is Band.REMEMBERED
    assert await band(tolerated, "Wanda Quill", today=TODAY + timedelta(days=121)) is Band.STRANGER


async def test_another_districts_keys_recognise_nobody(tolerated: Tolerated, store: Store) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY, term_ends=END)
    assert await band(Tolerated(store, Keyring([bytes(31) + b"x"])), "Wanda Quill") is Band.STRANGER


async def test_a_name_seen_again_counts_as_long_as_the_later_time(tolerated: Tolerated) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY, term_ends=END)
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY)
    (kept,) = await tolerated.of("c1")
    assert kept.expires == END + timedelta(days=1)


async def test_what_has_expired_is_cleared_away(tolerated: Tolerated) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=END - timedelta(days=1), term_ends=END)
    await tolerated.remember("c1", ["Zed Zzz"], today=END + timedelta(days=1))
    assert [one.digest for one in await tolerated.of("c1")] == [tolerated.memory("c1").digest("Zed Zzz")]


async def test_a_flood_of_names_does_not_fill_the_store(tolerated: Tolerated) -> None:
    names = [f"Wanda {chr(97 + number % 26)}{chr(97 + number // 26)}quill" for number in range(MOST_NAMES + 50)]
    await tolerated.remember("c1", names, today=TODAY)
    assert len(await tolerated.of("c1")) == MOST_NAMES


async def test_nothing_is_written_for_names_that_say_nothing(tolerated: Tolerated, store: Store) -> None:
    await tolerated.remember("c1", ["iPad", "12345", ""], today=TODAY)
    assert await store.run("KEYS", "*") == []


async def test_those_acted_on_are_known_for_a_day(tolerated: Tolerated, store: Store) -> None:
    await tolerated.acted_on("zoom:1", ["p1", "p2"])
    assert await tolerated.acted_on_in("zoom:1") == {"p1", "p2"}
    assert 0 < await store.run("TTL", "mb:acted:zoom:1") <= 86400
