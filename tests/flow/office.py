"""Paging on a real store with real timers, with a bell for a channel, a card, and a monitor outside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from docket import Docket
from pydantic import SecretStr

from modbot.errors import Unreachable
from modbot.escalation import Escalation
from modbot.http import Http
from modbot.jobs import Jobs
from modbot.page_state import PageState, Step, StillOnIt, escalate, trigger
from modbot.page_watch import Heartbeat
from modbot.pagers import Fate, Notice, Pager, Question, Ticket, Turn
from modbot.paging import TIMER_JOB, Paging
from modbot.seal import Keyring
from modbot.settings.paging import OnCallPerson, PagingSettings
from modbot.simulators import SimServer
from modbot.store import Store, keys
from modbot.store.pages import Pages
from modbot.store.shifts import Shifts
from tests.stores import until

KIM, LOU, HEAD = "kim.reyes@example.org", "lou.baker@example.org", "head@example.org"
SETTINGS = PagingSettings.model_validate(
    {
        "people": [{"email": email} for email in (KIM, LOU, HEAD)],
        "steps": [{"people": [KIM], "wait_seconds": 600}, {"people": [LOU], "wait_seconds": 600}],
        "rounds": 1,
        "last_resort": [HEAD],
    }
)


@dataclass(slots=True)
class Bell:
    """A way to call people that remembers whom it called for which page, in order."""

    label: str = "bell"
    rung: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, Turn]] = field(default_factory=list)
    look: Callable[[str], Awaitable[PageState | None]] | None = None  # how a page stands while it rings
    rung_in_vain: list[str] = field(default_factory=list)  # pages that were answered when they rang
    hushed: list[str] = field(default_factory=list)
    held: asyncio.Event | None = None  # it takes no call until this is set
    deaf: bool = False  # nothing can be made quiet
    fate: Fate = Fate.DELIVERED  # what it says of each call

    async def ring(self, person: OnCallPerson, notice: Notice) -> Ticket:
        self.rung.append((notice.page, person.email))
        if self.held is not None:
            await self.held.wait()
        page = await self.look(notice.page) if self.look is not None else None
        if page is not None and not page.open:
            self.rung_in_vain.append(notice.page)
        return Ticket(self.fate, f"{notice.page} {person.email}")

    async def ask(self, person: OnCallPerson, question: Question) -> Ticket:
        self.asked.append((person.email, question.turn))
        return Ticket(Fate.DELIVERED)

    async def hush(self, ref: str, said: str, *, over: bool) -> None:
        if self.deaf:
            raise Unreachable("bell", maybe_applied=False, log_detail=f"{said} {over}")
        self.hushed.append(ref)


@dataclass(slots=True)
class Card:
    """What is written on cards."""

    lines: list[str] = field(default_factory=list)

    async def note(self, page: PageState, text: str, *, once: str) -> None:
        self.lines.append(f"{page.id}: {text}")

    async def given_back(self, page: PageState, *, once: str) -> None:
        self.lines.append(f"{page.id}: given back")


class Monitor(SimServer):
    """A monitor outside that counts how often it is told that all is well."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 200

    def routes(self, router: web.UrlDispatcher) -> None:
        async def take(_: web.Request) -> web.Response:
            return web.Response(status=self.status)

        router.add_get("/ping", take)


@dataclass(slots=True)
class Office:
    """Paging with a bell, a card and a monitor."""

    pages: Pages
    jobs: Jobs
    paging: Paging
    bell: Bell
    card: Card
    monitor: Monitor
    started: list[str]  # pages whose timers rang, in order
    store_url: str

    async def lost(self, page_id: str, due: timedelta = timedelta(0)) -> PageState:
        """A page that has called its first person, due in so long, and nothing that would ring."""
        policy = tuple(Step((email,), 600) for email in (KIM, LOU))
        fresh = PageState(page_id, "help", "Ms Chang", now().isoformat(), policy, StillOnIt(after_seconds=600))
        state = replace(trigger(fresh, now()).state, calling=False, due_at=(now() + due).isoformat())
        await self.pages.create(state)
        return state

    async def stuck_after_escalating(self, page_id: str) -> PageState:
        """The page as a process left it that died after moving it on, and before it called anybody."""
        change = await self.pages.change(page_id, lambda page: escalate(page, now()))
        assert change is not None
        return change.state

    async def settled(self, page_id: str) -> None:
        """Nobody of the page's step in force has yet to be called."""

        async def is_so() -> bool:
            page = await self.pages.get(page_id)
            return page is not None and not page.calling

        await until("nobody is being called", is_so)

    async def timers(self, page_id: str) -> list[str]:
        """The keys of the page's timers that wait or run."""
        async with Docket(name=keys.DOCKET_NAME, url=self.store_url) as docket:
            docket.register(self.paging.ring, names=[TIMER_JOB])
            now = await docket.snapshot()
        return [one.key for one in (*now.future, *now.running) if one.key.startswith(f"page:{page_id}:")]


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_office(
    store: Store,
    store_url: str,
    monitor: Monitor,
    *,
    settings: PagingSettings = SETTINGS,
    voice: Pager | None = None,
    work: bool = True,
) -> AsyncIterator[Office]:
    """An office of its own. The bell is its "slack"; `voice` is a further channel. Without `work` no timer rings."""
    bell, card, http = Bell(), Card(), Http()
    started: list[str] = []

    async def ring(job_id: str) -> None:
        started.append(job_id.partition("|")[0])
        await paging.ring(job_id)

    jobs = Jobs(store_url, {TIMER_JOB: ring})
    pages = Pages(store, Keyring([bytes(32)]))
    paging = Paging(
        pages=pages,
        jobs=jobs,
        escalation=Escalation(settings, ZoneInfo("UTC"), Shifts(store), now),
        pagers={"slack": bell, **({"voice": voice} if voice is not None else {})},
        now=now,
        watching=card,
        all_is_well=Heartbeat(http, SecretStr(f"{monitor.url}/ping")).beat,
    )
    await jobs.start(work=work)
    try:
        yield Office(pages, jobs, paging, bell, card, monitor, started, store_url)
    finally:
        await jobs.drain(timedelta(seconds=5))
        await http.close()
