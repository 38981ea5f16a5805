"""What every process opens first, commands too: the store, the keys, and what is read through them."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from modbot import seal
from modbot.audit import Audit
from modbot.errors import ConfigError
from modbot.seal import Keyring
from modbot.settings import Settings
from modbot.store import Store, connect
from modbot.store.embedded import EmbeddedStore
from modbot.store.roster import RosterStore


@dataclass(slots=True)
class State:
    """The store and what is read through it, opened for as long as the stack lives."""

    settings: Settings
    store: Store
    url: str
    sole: bool
    keyring: Keyring
    roster: RosterStore
    audit: Audit
    embedded: EmbeddedStore | None


async def open_state(settings: Settings, stack: AsyncExitStack, *, beside: bool = False) -> State:
    """Open the store: the district's own Redis, or the embedded one. Raises ConfigError.

    `beside` is for commands: where a running modbot has the embedded store already, they use its server.
    """
    if settings.redis_url is not None and settings.encryption_keys is None:
        raise ConfigError("MODBOT_ENCRYPTION_KEYS", "must be set when MODBOT_REDIS_URL is, the same on every machine")
    embedded: EmbeddedStore | None = None
    if settings.redis_url is None:
        embedded = EmbeddedStore(settings.data_dir)
        stack.push_async_callback(embedded.stop)
        url = await (embedded.start_or_join() if beside else embedded.start())
    else:
        url = settings.redis_url.get_secret_value()
    keyring = load_keys(settings)
    store = connect(url)
    stack.push_async_callback(store.close)
    return State(
        settings=settings,
        store=store,
        url=url,
        sole=embedded is not None and not embedded.joined,
        keyring=keyring,
        roster=RosterStore(store, keyring),
        audit=Audit(store),
        embedded=embedded,
    )


def load_keys(settings: Settings) -> Keyring:
    """The district's keys: the setting's, else the data directory's, made on the first start. Raises ConfigError."""
    given = settings.encryption_keys.get_secret_value() if settings.encryption_keys else None
    return seal.load(given, settings.data_dir)


def now() -> datetime:
    """The clock of the whole process."""
    return datetime.now(UTC)
