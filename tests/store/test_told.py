"""What a teacher was told of one class, and what they do not want to hear."""

from datetime import UTC, datetime

from modbot.store import Store, keys
from modbot.store.told import Told, ToldStore

KEY = "zoom:uuid-1"
AT = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)


async def test_nothing_was_told_of_a_class_nobody_looked_at(store: Store) -> None:
    assert await ToldStore(store).of(KEY) == Told()


async def test_causes_add_up_and_each_kind_has_its_last_time(store: Store) -> None:
    told = ToldStore(store)
    await told.note(KEY, "impostor", ["a", "b"], AT)
    await told.note(KEY, "join_wave", ["c"], AT)
    assert await told.of(KEY) == Told(frozenset("abc"), {"impostor": AT, "join_wave": AT})


async def test_a_kind_is_silenced_and_wanted_again(store: Store) -> None:
    told = ToldStore(store)
    await told.quieten(KEY, "impostor", quiet=True)
    assert (await told.of(KEY)).quiet == {"impostor"}
    await told.quieten(KEY, "impostor", quiet=False)
    assert (await told.of(KEY)).quiet == frozenset()


async def test_another_class_is_another_matter(store: Store) -> None:
    await ToldStore(store).quieten(KEY, "impostor", quiet=True)
    assert await ToldStore(store).of("zoom:uuid-2") == Told()


async def test_it_expires(store: Store) -> None:
    await ToldStore(store).note(KEY, "impostor", ["a"], AT)
    assert 0 < await store.run("PTTL", keys.told(KEY)) <= keys.TOLD_KEEP.total_seconds() * 1000
