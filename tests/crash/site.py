"""A district whose modbot runs in processes of its own: type, kill, start again, and look at what is left."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from modbot import seal
from modbot.audit import Audit, verify
from modbot.demo.district import District
from modbot.page_state import PageState
from modbot.seal import Keyring
from modbot.simulators import Seen, SimServer
from modbot.simulators.slack import PostedMessage, SlackSimulator
from modbot.state import State, open_state
from modbot.store import Store, connect, keys
from modbot.store.incidents import Incident, Incidents
from modbot.store.pages import Pages
from tests.crash.process import Modbot
from tests.stores import closed, until

FOREVER_SECONDS = 600.0  # longer than any test: an answer that never comes
A_WHILE = timedelta(seconds=90)


@dataclass(slots=True)
class Site:
    """A district and the modbots that serve it, one after another or side by side."""

    district: District
    directory: Path
    redis_url: str = ""  # "" for the embedded store
    encryption_key: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    processes: list[Modbot] = field(default_factory=list)

    @property
    def slack(self) -> SlackSimulator:
        """Staff chat."""
        return self.district.slack

    @property
    def store_url(self) -> str:
        """Where the record is."""
        return self.redis_url or f"unix://{self.directory / 'store.sock'}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings of every modbot here."""
        shared = {"MODBOT_REDIS_URL": self.redis_url, "MODBOT_ENCRYPTION_KEYS": self.encryption_key}
        return {**self.district.environment(port=0), **(shared if self.redis_url else {}), **self.extra}

    @asynccontextmanager
    async def state(self) -> AsyncIterator[State]:
        """The store, opened by the test itself while no modbot runs on an embedded one."""
        redis = {"redis_url": self.redis_url, "encryption_keys": self.encryption_key} if self.redis_url else {}
        async with AsyncExitStack() as stack:
            yield await open_state(self.district.settings(**redis), stack)

    @property
    def keyring(self) -> Keyring:
        """The district's keys, as modbot reads them."""
        return seal.load(self.encryption_key or None, self.directory)

    async def import_roster(self) -> None:
        """Put the roster in force, before modbot is started."""
        async with self.state() as state:
            await self.district.import_roster(state.roster)

    def share(self, url: str) -> None:
        """Use a store that several modbots share."""
        self.redis_url, self.encryption_key = url, seal.new_key()

    async def serve(self) -> Modbot:
        """Start a modbot, and let Slack and the platforms call it from now on."""
        modbot = Modbot(self.environment, self.directory / "modbot.log")
        self.processes.append(modbot)
        await modbot.start()
        self.district.point_at(modbot.port)
        return modbot

    async def close(self) -> None:
        """Nothing that was started here stays."""
        for modbot in self.processes:
            await modbot.gone()

    async def settled(self) -> None:
        """Every webhook sent so far has been answered."""
        await self.district.zoom.flush()
        await self.district.webex.flush()

    async def type(self, user: str, command: str, text: str = "") -> str:
        """Type a command; the acknowledgement."""
        answer = await self.slack.slash(user, command, text)
        assert answer.status == 200, answer
        return str(answer.json()["text"])

    def answers(self, user: str) -> list[PostedMessage]:
        """What only this person was told, but for acknowledgements, which have no blocks."""
        return [message for message in self.slack.messages if message.only_for == user and message.blocks]

    async def answer(self, user: str, within: timedelta = A_WHILE) -> str:
        """The first answer to this person, when it comes: its headline."""
        await until(f"{user} was answered", lambda: bool(self.answers(user)), within=within)
        return self.answers(user)[0].text

    async def records(self) -> list[dict[str, Any]]:
        """The audit record as it is now. The store must run."""
        async with self.store() as store:
            return [record async for record in Audit(store).export()]

    async def until_recorded(self, action: str, phase: str, within: timedelta = A_WHILE) -> None:
        """An entry of this kind is in the record."""

        async def is_there() -> bool:
            return any((record["action"], record["phase"]) == (action, phase) for record in await self.records())

        await until(f"the {phase} of {action} is recorded", is_there, within=within)

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """A connection of the test's own to the store, which must run."""
        store = connect(self.store_url)
        try:
            yield store
        finally:
            await closed(store)

    async def until_struck_off(self) -> None:
        """Nothing that was accepted is still to be done."""
        async with self.store() as store:

            async def empty() -> bool:
                return int(await store.run("XLEN", keys.INBOX)) == 0

            await until("the inbox is empty", empty, within=A_WHILE)

    async def incident(self) -> Incident | None:
        """The only open incident, or None."""
        async with self.store() as store:
            incidents = Incidents(store, self.keyring)
            ids = await incidents.open_ids()
            assert len(ids) < 2, ids
            return await incidents.get(ids[0]) if ids else None

    async def page(self) -> PageState | None:
        """The only page not yet resolved, or None."""
        async with self.store() as store:
            pages = Pages(store, self.keyring)
            ids = await pages.open_ids()
            assert len(ids) < 2, ids
            return await pages.get(ids[0]) if ids else None


def hold(simulator: SimServer, only: str, seconds: float = FOREVER_SECONDS) -> None:
    """Requests whose "METHOD path" contains `only` get no answer for so long."""
    simulator.faults.only, simulator.faults.lag_seconds = only, seconds


def let_go(simulator: SimServer) -> None:
    """Requests from now on are answered at once; those held stay held."""
    simulator.faults.lag_seconds = 0.0


def requests(simulator: SimServer, part: str) -> list[Seen]:
    """What a vendor received whose "METHOD path" contains `part`."""
    return [seen for seen in simulator.seen if part in f"{seen.method} {seen.path}"]


async def until_asked(simulator: SimServer, part: str, within: timedelta = A_WHILE) -> None:
    """The vendor has received such a request."""
    await until(f"{part} was asked", lambda: bool(requests(simulator, part)), within=within)


def whole(records: list[dict[str, Any]]) -> bool:
    """The chain verifies, and each act has one intent and one outcome, in that order."""
    phases: dict[str, list[str]] = {}
    for record in records:
        phases.setdefault(record["id"], []).append(record["phase"])
    assert all(found == ["intent", "outcome"] for found in phases.values()), phases
    return verify(records).ok


def counted(records: list[dict[str, Any]], phase: str) -> Counter[tuple[str, str]]:
    """How many entries there are of each action and outcome."""
    return Counter((record["action"], record["outcome"]) for record in records if record["phase"] == phase)
