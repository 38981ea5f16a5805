"""A class on a stage, and a modbot that hears its events and acts on it through the door."""

import socket
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from modbot.actions import Act, Decision, Door
from modbot.audit import Audit
from modbot.confirmation import Confirmation
from modbot.http import Http
from modbot.model import Actor, Operation, Participant, Presence, Result, Session
from modbot.platforms import Capability, Means, Platform
from modbot.rereading import Rereading
from modbot.seal import Keyring
from modbot.store import Store, keys
from modbot.store.acts import Acts
from modbot.store.sessions import Sessions
from modbot.store.turns import Turns
from modbot.store.vault import Vault
from modbot.web import application
from tests.conformance.stage import PUPILS, STRANGER, TEACHER, Stage, Trouble, Where, email_of
from tests.platforms.lent import FreeBudget
from tests.stores import until

AT_ONCE = timedelta(milliseconds=5)
TEACHER_IN_CHAT = Actor("slack:U0REYES", "Ada Reyes")
KEPT_FOR = {  # what an act remembers, and what its undo takes from
    Operation.LOCK: keys.former,
    Operation.UNLOCK: keys.former,
    Operation.HARDEN: keys.panic,
    Operation.RESTORE: keys.panic,
    Operation.END: keys.panic,
}

Spoil = Callable[[Platform], Platform]


class EverybodyMay:
    """Who may do what has its own tests."""

    async def decide(self, actor: Actor, operation: Operation, session: Session) -> Decision:
        """Yes."""
        return Decision(allowed=True, why="")


@dataclass(slots=True)
class Lesson:
    """One class under way."""

    stage: Stage
    platform: Platform
    session: Session  # as the platform lists it
    door: Door
    acts: Acts
    audit: Audit
    sessions: Sessions
    rereading: Rereading

    def capability(self, operation: Operation) -> Capability:
        """How the platform does it."""
        return self.platform.capabilities[operation]

    async def act(
        self,
        operation: Operation,
        *people: Participant,
        former: Mapping[str, Any] | None = None,
        act_id: str = "",
    ) -> Result:
        """Through the door, remembering and restoring as staff's commands do."""
        on = await self.current()
        kept = KEPT_FOR[operation](on.room.key) if operation in KEPT_FOR else ""
        undoing = operation in (Operation.UNLOCK, Operation.RESTORE)
        return await self.door.perform(
            Act(
                id=act_id or uuid.uuid4().hex,
                operation=operation,
                session=on,
                by=TEACHER_IN_CHAT,
                asked_at=datetime.now(UTC),
                people=people,
                former=await self.acts.remembered(kept) if undoing and former is None else former or {},
                remember_as=kept,
            )
        )

    async def current(self) -> Session:
        """The session as staff's commands would have it: as heard, else as listed with whom was heard of."""
        known = await self.sessions.get(self.session.key)
        if known is None:
            return self.session
        return known if known.live and known.host_email else replace(self.session, participants=known.participants)

    async def find(self, *names: str) -> tuple[Participant, ...]:
        """These people as modbot would pick them: from the platform's list, else from what was heard."""
        there = {one.name: one for one in await self.heard_of()}
        there |= {one.name: one for one in await self.platform.read(await self.current())}
        unknown = [name for name in names if name not in there]
        assert not unknown, f"modbot does not know {unknown}"
        return tuple(there[name] for name in names)

    async def heard_of(self) -> Sequence[Participant]:
        """Everybody the events told of, wherever they are now."""
        session = await self.sessions.get(self.session.key)
        return session.participants if session else ()

    async def heard_inside(self) -> frozenset[str]:
        """Who is in the class by what modbot keeps."""
        return frozenset(one.name for one in await self.heard_of() if one.presence is Presence.JOINED)

    async def settle(self) -> None:
        """Every event has arrived, and what it made modbot read again is read."""
        await self.stage.settle()
        await until("all is read again", lambda: not self.rereading._tasks)

    async def entries(self, act_id: str) -> list[dict[str, Any]]:
        """What the record says of an act."""
        return [entry async for entry in self.audit.export() if entry["id"] == act_id]


@asynccontextmanager
async def opened(
    stage: Stage, store: Store, keyring: Keyring, spoil: Spoil | None = None, *, deaf: bool = False
) -> AsyncIterator[Lesson]:
    """A class with its teacher, two pupils and a stranger in it, on a platform that `spoil` may break.

    `deaf`: none of its events reaches modbot.
    """
    async with AsyncExitStack() as stack:
        port = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
        sessions = Sessions(store, keyring, keep=timedelta(hours=1))
        means = Means(
            http=Http(),
            vault=Vault(store, keyring),
            budget=FreeBudget(),  # a vendor's limits have their own tests
            now=lambda: datetime.now(UTC),
            told=sessions.ingest,
            hosts=_hosts,
            public_url="http://{}:{}".format(*port.getsockname()),
        )
        stack.push_async_callback(means.http.close)
        stack.push_async_callback(stage.stop)
        platform = await stage.start(means)
        platform = spoil(platform) if spoil else platform
        stack.push_async_callback(platform.close)
        rereading = Rereading(
            {platform.name: platform}, sessions, Turns(store), means.now, soon=AT_ONCE, latest=AT_ONCE
        )
        stack.push_async_callback(rereading.stop)
        app = application(
            slack=_no_slack,
            platforms={platform.name: platform},
            sessions=sessions,
            rereading=rereading,
            store=store,
        )
        await _listen(app, port, stack)
        acts, audit = Acts(store), Audit(store)
        door = Door(
            platforms={platform.name: platform},
            acts=acts,
            audit=audit,
            authority=EverybodyMay(),
            confirmation=Confirmation(sessions, stage.patience),
        )
        session = await _begun(stage, platform, deaf=deaf)
        lesson = Lesson(stage, platform, session, door, acts, audit, sessions, rereading)
        await lesson.settle()
        yield lesson


async def _listen(app: web.Application, port: socket.socket, stack: AsyncExitStack) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, port).start()


async def _begun(stage: Stage, platform: Platform, *, deaf: bool) -> Session:
    if deaf:
        await stage.begin(Trouble.EVENTS_LOST, Operation.PARTICIPANTS)
    await stage.schedule()
    await platform.tend()
    await stage.open_class()
    await platform.tend()
    for pupil in PUPILS:
        assert await stage.join(pupil, email_of(pupil), invited=True) is Where.IN
    assert await stage.join(STRANGER) is Where.IN
    await stage.settle()
    (session,) = await platform.live_sessions(TEACHER)
    return session


async def _hosts() -> Sequence[str]:
    return (TEACHER,)


async def _no_slack(_: web.Request) -> web.StreamResponse:
    return web.Response(status=404)
