"""Sixty pages at once and one call a second: each person is called, in turn, and nobody after the answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest

from modbot.http import Http
from modbot.page_state import PageState
from modbot.pagers import twilio
from modbot.settings.paging import PagingSettings
from modbot.settings.twilio import TwilioSettings
from modbot.simulators.twilio import PhoneState, TwilioSimulator
from modbot.store import Store
from modbot.store.budget import SharedBudget
from tests.flow.office import KIM, Monitor, Office, now, open_office
from tests.pagers.door import open_door
from tests.stores import until

PHONE = "+12025550124"
MANY = 60
PATIENCE = timedelta(seconds=10)


@dataclass(slots=True)
class Clock:
    """A clock that only those who wait for their turn move on."""

    at: float = 1_700_000_000.0
    waited_seconds: float = 0
    first: Callable[[], Awaitable[None]] | None = None  # before any time passes
    meanwhile: Callable[[float], Awaitable[None]] | None = None  # is told how long everybody has waited

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        if not self.waited_seconds and self.first is not None:
            await self.first()
        self.at += seconds
        self.waited_seconds += seconds
        if self.meanwhile is not None:
            await self.meanwhile(self.waited_seconds)


@dataclass(slots=True)
class Exchange:
    """An office that calls Kim by telephone."""

    office: Office
    sim: TwilioSimulator
    clock: Clock
    pages: list[str] = field(default_factory=lambda: [f"p{number}" for number in range(MANY)])

    async def ask_for_help(self) -> None:
        """On every page at once: no time passes before all are kept."""

        async def all_are_kept() -> bool:
            return len(await self.as_they_are()) == MANY

        self.stand_still_until("all pages are kept", all_are_kept)
        await asyncio.gather(*(self.office.paging.open(one, what="help", by="Ms Chang") for one in self.pages))

    def stand_still_until(self, condition: str, holds: Callable[[], Awaitable[bool] | bool]) -> None:
        """The clock does not move before this holds, unless it stands still for something else already."""
        self.clock.first = self.clock.first or partial(until, condition, holds)

    async def as_they_are(self) -> list[PageState]:
        """Every page."""
        found = [await self.office.paging.get(one) for one in self.pages]
        return [page for page in found if page is not None]

    async def calls(self) -> Counter[str]:
        """How often each page called Kim by telephone, as Twilio knows it."""
        page_of = {call.ref: page.id for page in await self.as_they_are() for call in page.calls if call.ref}
        return Counter(page_of[call.sid] for call in self.sim.calls)

    async def first_to_wait(self, *, after: int) -> str:
        """A page that has not called anybody yet, once each of so many calls that have left is written down."""

        async def written_down() -> bool:
            return sum(bool(page.calls) for page in await self.as_they_are()) >= after

        await until("the calls that have left are written down", written_down)
        return next(page.id for page in await self.as_they_are() if not page.calls)


OpenExchange = Callable[..., Awaitable[Exchange]]


@pytest.fixture
async def open_exchange(store: Store, store_url: str, monitor: Monitor) -> AsyncIterator[OpenExchange]:
    """An exchange whose office calls Kim by the channels given."""
    http, clock = Http(), Clock()
    async with open_door() as door, TwilioSimulator() as sim:
        sim.calls_per_second = None  # Twilio's own queue is not the subject
        sim.phone(PHONE).state = PhoneState.UNANSWERED
        settings = TwilioSettings.model_validate(
            {
                "account_sid": sim.account.sid,
                "auth_token": sim.account.auth_token,
                "from_number": sim.number.number,
                "api_url": sim.api_url,
                "calls_per_second": 1,
            }
        )
        budget = SharedBudget(store, seconds=clock, sleep=clock.sleep)
        built = twilio.build(settings, http, door.url, now, people=(), budget=budget)
        door.listener = built.listener

        async def opened(*channels: str) -> Exchange:
            person = {"email": KIM, "phone": PHONE, "channels": channels}
            steps = [{"people": [KIM], "wait_seconds": 600}]
            paging = PagingSettings.model_validate({"people": [person], "steps": steps, "rounds": 1})
            office = open_office(store, store_url, monitor, settings=paging, voice=built.voice)
            return Exchange(await stack.enter_async_context(office), sim, clock)

        async with AsyncExitStack() as stack:
            yield opened
    await http.close()


async def test_of_sixty_calls_at_one_a_second_none_is_lost(open_exchange: OpenExchange) -> None:
    exchange = await open_exchange("voice")
    await exchange.ask_for_help()
    assert await exchange.calls() == dict.fromkeys(exchange.pages, 1)


async def test_calls_leave_no_faster_than_they_may(open_exchange: OpenExchange) -> None:
    exchange = await open_exchange("voice")
    await exchange.ask_for_help()
    assert exchange.clock.waited_seconds >= MANY - 2


async def test_a_page_that_was_answered_while_its_call_waited_is_not_called(open_exchange: OpenExchange) -> None:
    exchange = await open_exchange("voice")
    answered: list[str] = []

    async def answer_one(waited_seconds: float) -> None:
        if waited_seconds >= 10 and not answered:
            answered.append(await exchange.first_to_wait(after=10))
            await exchange.office.paging.acknowledge(answered[0], "Kim", email=KIM)

    exchange.clock.meanwhile = answer_one
    await exchange.ask_for_help()
    assert await exchange.calls() == dict.fromkeys(set(exchange.pages) - set(answered), 1)


async def test_a_call_that_nobody_wants_any_more_costs_the_others_no_time(open_exchange: OpenExchange) -> None:
    exchange = await open_exchange("voice")

    async def answer_all(waited_seconds: float) -> None:
        if waited_seconds >= 10:
            for page in exchange.pages:
                await exchange.office.paging.acknowledge(page, "Kim", email=KIM)

    exchange.clock.meanwhile = answer_all
    await exchange.ask_for_help()
    assert exchange.clock.waited_seconds < 12


async def test_while_many_calls_wait_another_channel_is_used_at_once(open_exchange: OpenExchange) -> None:
    exchange = await open_exchange("voice", "slack")
    rung = exchange.office.bell.rung
    exchange.stand_still_until("nearly all are called by another channel", lambda: len(rung) >= MANY - 14)
    await exchange.ask_for_help()
    assert exchange.clock.waited_seconds <= PATIENCE.total_seconds() + 2
    assert all(page.reached for page in await exchange.as_they_are())


async def test_whoever_has_to_wait_stands_on_the_card(open_exchange: OpenExchange) -> None:
    exchange = await open_exchange("voice")

    def nearly_all() -> bool:
        return len([line for line in exchange.office.card.lines if "other calls go first" in line]) >= MANY - 14

    exchange.stand_still_until("whoever has to wait stands on the card", nearly_all)
    await exchange.ask_for_help()
    assert nearly_all()
