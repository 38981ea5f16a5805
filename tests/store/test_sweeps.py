"""Sweeps of the last hour: sealed, and gone by themselves."""

import pytest

from modbot.seal import Keyring
from modbot.standing import Group, Sweep, Swept
from modbot.store import Store
from modbot.store.sweeps import Sweeps

SWEEP = Sweep("r1", "zoom:1", (Swept("p1", "Wanda Quill", "w@example.org", Group.STRANGER),), by="r2", taken=("p1",))


@pytest.fixture
def sweeps(store: Store) -> Sweeps:
    return Sweeps(store, Keyring([bytes(32)]))


async def test_a_sweep_comes_back_as_it_was(sweeps: Sweeps) -> None:
    await sweeps.keep(SWEEP)
    assert await sweeps.kept("r1") == SWEEP


async def test_one_that_was_never_kept_is_none(sweeps: Sweeps) -> None:
    assert await sweeps.kept("r1") is None


async def test_it_is_readable_to_nobody_and_gone_within_the_hour(sweeps: Sweeps, store: Store) -> None:
    await sweeps.keep(SWEEP)
    assert b"Quill" not in await store.run("GET", "mb:sweep:r1")
    assert 0 < await store.run("TTL", "mb:sweep:r1") <= 3600


async def test_with_other_keys_it_is_as_if_it_had_expired(sweeps: Sweeps, store: Store) -> None:
    await sweeps.keep(SWEEP)
    assert await Sweeps(store, Keyring([bytes(31) + b"x"])).kept("r1") is None
