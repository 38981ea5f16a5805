"""The token vault: sealed, bounded in time, and of use while the store is gone."""

import pytest

from modbot.errors import StoreUnavailable
from modbot.seal import Keyring
from modbot.store import Store, connect, keys
from modbot.store.vault import Vault
from modbot.tokens import TokenVault
from tests.stores import closed

RING = Keyring([bytes(32)])
NOWHERE = "unix:///nowhere/store.sock"


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


async def test_another_process_gets_what_one_put_and_the_store_sees_no_secret(store: Store) -> None:
    vault: TokenVault = Vault(store, RING)
    await vault.put("zoom:token", "s3cret-ü", lifetime_seconds=60)
    assert await Vault(store, RING).get("zoom:token") == "s3cret-ü"
    assert b"s3cret" not in await store.run("GET", keys.vault("zoom:token"))
    assert 0 < await store.run("TTL", keys.vault("zoom:token")) <= 60
    assert await vault.get("webex:token") is None


async def test_a_dropped_secret_is_gone_everywhere(store: Store) -> None:
    vault = Vault(store, RING)
    await vault.put("a", "x", lifetime_seconds=60)
    await vault.drop("a")
    assert await vault.get("a") is None
    assert await store.run("EXISTS", keys.vault("a")) == 0


async def test_a_secret_whose_key_is_gone_or_that_was_moved_counts_as_none(store: Store) -> None:
    await Vault(store, RING).put("a", "x", lifetime_seconds=60)
    await store.run("COPY", keys.vault("a"), keys.vault("b"))
    assert await Vault(store, Keyring([bytes(range(32))])).get("a") is None
    assert await Vault(store, RING).get("b") is None


async def test_a_secret_needs_a_lifetime(store: Store) -> None:
    with pytest.raises(ValueError, match="lifetime"):
        await Vault(store, RING).put("a", "x", lifetime_seconds=0)


async def test_without_a_store_a_process_still_has_its_own_until_they_expire() -> None:
    gone, clock = connect(NOWHERE), Clock()
    vault = Vault(gone, RING, seconds=clock)
    await vault.put("a", "x", lifetime_seconds=30)
    assert await vault.get("a") == "x"
    assert await vault.get("b") is None
    clock.seconds += 30
    assert await vault.get("a") is None
    with pytest.raises(StoreUnavailable):
        await vault.drop("a")
    await closed(gone)


async def test_without_a_store_a_process_has_only_what_it_used_last() -> None:
    gone = connect(NOWHERE)
    vault = Vault(gone, RING, seconds=Clock(), most_own=2)
    for name in ("a", "b", "a", "c"):
        await vault.put(name, "x", lifetime_seconds=30)
    assert [await vault.get(name) for name in ("a", "b", "c")] == ["x", None, "x"]
    await closed(gone)
