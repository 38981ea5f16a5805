"""The line of classes to be looked at: one row a class, the longest due first, one process a class."""

from datetime import timedelta

from modbot.store import Store, keys
from modbot.store.looks import Looks, Marks
from tests.stores import until

NOW, LATER = timedelta(0), timedelta(hours=1)
ONE, TWO, THREE = "zoom:one", "zoom:two", "zoom:three"


async def mark(store: Store, *names: str, after: timedelta = NOW) -> None:
    """Something happened in these classes."""
    await store.batch(Marks().of(names, after))


async def taken(looks: Looks, most: int = 10) -> list[str]:
    """The classes a process takes now."""
    return [due.session_key for due in await looks.take(most)]


async def test_a_marked_class_is_taken_once(store: Store) -> None:
    await mark(store, ONE)
    assert await taken(Looks(store)) == [ONE]
    assert await taken(Looks(store)) == []


async def test_a_class_is_not_taken_before_it_is_due(store: Store) -> None:
    await mark(store, ONE, after=LATER)
    assert await taken(Looks(store)) == []


async def test_events_that_go_on_do_not_put_a_look_off(store: Store) -> None:
    await mark(store, ONE)
    await mark(store, ONE, after=LATER)
    assert await taken(Looks(store)) == [ONE]


async def test_an_event_brings_a_look_forward_that_waited_for_time_to_pass(store: Store) -> None:
    looks = Looks(store)
    await mark(store, ONE)
    await looks.take(1)
    await looks.done(ONE, again=LATER)
    assert await taken(looks) == []
    await mark(store, ONE)
    assert await taken(looks) == [ONE]


async def test_a_flood_of_events_keeps_one_row_a_class(store: Store) -> None:
    for _ in range(50):
        await mark(store, ONE, TWO)
    assert await store.run("ZCARD", keys.LOOKS_DUE) == 2


async def test_the_longest_due_come_first_and_no_more_than_asked_for(store: Store) -> None:
    for number, name in enumerate((ONE, TWO, THREE)):
        await mark(store, name, after=timedelta(seconds=number - 10))
    assert await taken(Looks(store), 2) == [ONE, TWO]
    assert await taken(Looks(store), 2) == [THREE]


async def test_a_class_that_changes_while_it_is_looked_at_is_looked_at_again_afterwards(store: Store) -> None:
    looks = Looks(store)
    await mark(store, ONE)
    await looks.take(1)
    await mark(store, ONE)
    assert await taken(looks) == []
    await looks.done(ONE)
    assert await taken(looks) == [ONE]


async def test_a_busy_class_does_not_hide_those_behind_it(store: Store) -> None:
    looks = Looks(store)
    await mark(store, ONE)
    await looks.take(1)
    await mark(store, ONE, after=timedelta(seconds=-5))
    await mark(store, TWO)
    assert await taken(looks, 1) == [TWO]


async def test_a_class_whose_process_died_is_taken_by_another(store: Store) -> None:
    await mark(store, ONE)
    await Looks(store).take(1, lease=timedelta(milliseconds=1))

    async def taken_again() -> bool:
        return await taken(Looks(store)) == [ONE]

    await until("the lease is over", taken_again)


async def test_a_look_that_is_over_is_not_repeated(store: Store) -> None:
    looks = Looks(store)
    await mark(store, ONE)
    await looks.take(1, lease=timedelta(milliseconds=1))
    await looks.done(ONE)
    assert await taken(looks) == []


async def test_how_long_a_class_has_been_due_is_told(store: Store) -> None:
    await mark(store, ONE)
    (due,) = await Looks(store).take(1)
    assert timedelta(0) <= due.behind < timedelta(minutes=1)


async def test_both_lists_expire(store: Store) -> None:
    looks = Looks(store)
    await mark(store, ONE, TWO)
    await looks.take(1)
    lives = await store.batch([("PTTL", keys.LOOKS_DUE), ("PTTL", keys.LOOKS_TAKEN)])
    assert all(0 < life <= keys.LOOKS_KEEP.total_seconds() * 1000 for life in lives)
