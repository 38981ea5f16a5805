"""What is remembered of a class: until its term ends, for one class, little enough, and readable by nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest

from modbot.identity import Band, ClassList, Habit, Lesson, Person, judge
from modbot.identity.memory import MOST_NAMES
from modbot.rosters import Student
from modbot.seal import Keyring
from modbot.store import Store, keys
from modbot.store.tolerated import LONGEST, Tolerated

TODAY = datetime.now(UTC).date()  # the store lets go by its own clock
END = TODAY + timedelta(days=200)
ANA = Student("s1", "Ana", "Duarte")
CAME = Lesson((("Ana D.", "s1", False),), frozenset({"s1"}), frozenset({"s1"}))


@pytest.fixture
def tolerated(store: Store) -> Tolerated:
    return Tolerated(store, Keyring([bytes(32)]))


async def band(tolerated: Tolerated, name: str, *, section: str = "c1", today: date = TODAY) -> Band:
    """How somebody of this name stands in the class on this day."""
    memory, past = tolerated.memory(section), await tolerated.of(section)
    class_list = ClassList([ANA], memory=memory, past=past, today=today)
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


async def test_no_term_is_taken_to_be_longer_than_a_year(tolerated: Tolerated, store: Store) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY, term_ends=date(2099, 6, 4))
    assert await band(tolerated, "Wanda Quill", today=TODAY + LONGEST) is Band.REMEMBERED
    assert await band(tolerated, "Wanda Quill", today=TODAY + LONGEST + timedelta(days=1)) is Band.STRANGER
    (key,) = await store.run("KEYS", "*")
    assert 0 < await store.run("TTL", key) <= (LONGEST + timedelta(days=2)).total_seconds()


async def test_after_the_last_day_of_the_term_nothing_is_kept(tolerated: Tolerated, store: Store) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY, term_ends=TODAY - timedelta(days=1))
    await tolerated.learn("c1", CAME, ["s1"], today=TODAY, term_ends=TODAY - timedelta(days=1))
    assert await store.run("KEYS", "*") == []


async def test_who_came_and_signed_in_is_kept_for_the_next_time(tolerated: Tolerated) -> None:
    for _ in range(3):
        await tolerated.learn("c1", CAME, ["s1"], today=TODAY, term_ends=END)
    past, memory = await tolerated.of("c1"), tolerated.memory("c1")
    assert past.habits.of == {memory.mark("s1"): Habit(0b111, 0b111, 0b111)}
    assert past.habits.expires == END + timedelta(days=1)
    (name,) = past.names.values()
    assert (name.student, name.tolerated) == (memory.mark("s1"), False)


async def test_of_names_and_students_nothing_can_be_read(tolerated: Tolerated, store: Store) -> None:
    student = "student-00000001"
    await tolerated.learn(
        "c1", Lesson((("Wanda Quill", student, True),), frozenset({student})), [student], today=TODAY, term_ends=END
    )
    (key,) = await store.run("KEYS", "*")
    held = b" ".join(part for row in (await store.run("HGETALL", key)).items() for part in row).lower()
    assert b"wanda" not in held
    assert b"quill" not in held
    assert student.encode() not in held


async def test_names_that_were_kept_before_students_were_still_count(tolerated: Tolerated, store: Store) -> None:
    digest = tolerated.memory("c1").digest("Wanda Quill")
    await store.run("HSET", keys.tolerated("c1"), digest, END.isoformat())
    await store.run("EXPIRE", keys.tolerated("c1"), 86_400)
    assert await band(tolerated, "Wanda Quill") is Band.REMEMBERED


async def test_another_districts_keys_recognise_nobody(tolerated: Tolerated, store: Store) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY, term_ends=END)
    assert await band(Tolerated(store, Keyring([bytes(31) + b"x"])), "Wanda Quill") is Band.STRANGER


async def test_a_name_seen_again_counts_as_long_as_the_later_time(tolerated: Tolerated) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY, term_ends=END)
    await tolerated.remember("c1", ["Wanda Quill"], today=TODAY)
    (kept,) = (await tolerated.of("c1")).names.values()
    assert kept.expires == END + timedelta(days=1)


async def test_what_has_expired_is_cleared_away(tolerated: Tolerated) -> None:
    await tolerated.remember("c1", ["Wanda Quill"], today=END - timedelta(days=1), term_ends=END)
    await tolerated.remember("c1", ["Zed Zzz"], today=END + timedelta(days=1))
    assert list((await tolerated.of("c1")).names) == [tolerated.memory("c1").digest("Zed Zzz")]


async def test_a_flood_of_names_does_not_fill_the_store(tolerated: Tolerated) -> None:
    names = [f"Wanda {chr(97 + number % 26)}{chr(97 + number // 26)}quill" for number in range(MOST_NAMES + 50)]
    await tolerated.remember("c1", names, today=TODAY)
    assert len((await tolerated.of("c1")).names) == MOST_NAMES


async def test_nothing_is_written_for_names_that_say_nothing(tolerated: Tolerated, store: Store) -> None:
    await tolerated.remember("c1", ["iPad", "12345", ""], today=TODAY)
    assert await store.run("KEYS", "*") == []


async def test_those_acted_on_are_known_for_a_day(tolerated: Tolerated, store: Store) -> None:
    await tolerated.acted_on("zoom:1", ["p1", "p2"])
    assert await tolerated.acted_on_in("zoom:1") == {"p1", "p2"}
    assert 0 < await store.run("TTL", "mb:acted:zoom:1") <= 86400
