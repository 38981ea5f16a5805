"""The simulated Twilio as a server: its account, its door, its clock, and the phones it reaches."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

from modbot.simulators import SimServer
from modbot.simulators.twilio.account import Account
from modbot.simulators.twilio.calling import Calling
from modbot.simulators.twilio.numbers import Numbers
from modbot.simulators.twilio.outgoing import Outgoing
from modbot.simulators.twilio.phones import Phone
from modbot.simulators.twilio.refusal import Refused, guarded
from modbot.simulators.twilio.texting import Texting
from modbot.simulators.twilio.world import Alert, Call, Message, wire

NUMBER = "+12025550100"  # of the range kept for fiction
_LOOK_AGAIN_SECONDS = 0.005


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class TwilioSimulator(SimServer):
    """Twilio over loopback HTTP. Credentials are in `account`; `number` is the account's own."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self.now = clock
        self.account = Account()
        self.number = self.account.add_number(NUMBER)
        self.phones: dict[str, Phone] = {}
        self.alerts: list[Alert] = []  # what the account's debugger shows
        self.calls_per_second: float | None = 1.0  # the rest wait in the queue
        self.messages_per_second: float | None = 1.0  # of each of the account's numbers
        self.pace = 1.0  # how long a second of ringing, pausing and waiting for keys takes
        self.throttled = 0  # so many requests more are answered 429
        self.outgoing = Outgoing(self)
        self.calling = Calling(self)
        self.texting = Texting(self)
        self._begun: set[asyncio.Task[None]] = set()
        self._crashes: list[BaseException] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def stop(self) -> None:
        """Hang up, and stop listening. Raises what a call or message failed of inside the simulator."""
        begun = list(self._begun)
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        await super().stop()
        if self._crashes:
            raise self._crashes[0]

    @property
    def api_url(self) -> str:
        """What goes into MODBOT_TWILIO__API_URL: the origin, without a version."""
        return self.url

    @property
    def calls(self) -> list[Call]:
        """Every call that was accepted, in order."""
        return [line.call for line in self.calling.lines.values()]

    @property
    def messages(self) -> list[Message]:
        """Every message that was accepted, in order."""
        return list(self.texting.messages.values())

    @property
    def ringing(self) -> list[Phone]:
        """The phones that ring at this moment."""
        return [phone for phone in self.phones.values() if phone.ringing]

    def phone(self, number: str) -> Phone:
        """The phone with this number; a new one when there is none yet. Numbers without one cannot be reached."""
        return self.phones.setdefault(number, Phone(self, number))

    def routes(self, router: web.UrlDispatcher) -> None:
        """The account, its numbers, calls and messages."""
        router.add_get("/2010-04-01/Accounts/{account}.json", guarded(self._account))
        Numbers(self).add(router)
        self.calling.add(router)
        self.texting.add(router)

    # What the routes and lines use.

    def enter(self, request: web.Request) -> None:
        """Check the caller, and how much is asked. Raises Refused (401, 404, 429)."""
        self.account.let_in(request)
        if self.throttled:
            self.throttled -= 1
            raise Refused(429, 20429, "Too Many Requests")

    def lying(self, request: web.Request) -> bool:
        """Whether this request is answered with success and changes nothing."""
        return self.faults.lie and self.faults.only in f"{request.method} {request.path}"

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do this in the background until `stop`."""
        task = asyncio.get_running_loop().create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._ended)
        return task

    async def reached(self, moment: datetime, *, unless: Callable[[], bool] = lambda: False) -> bool:
        """Wait for this moment of the clock. True at once when `unless` holds before it; without it always False."""
        while not unless():
            left = (moment - self.now()).total_seconds()
            if left <= 0:
                return False
            await asyncio.sleep(min(left, _LOOK_AGAIN_SECONDS))
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._begun.discard(task)
        if not task.cancelled() and (crash := task.exception()) is not None:
            self._crashes.append(crash)

    async def _account(self, request: web.Request) -> web.Response:
        self.enter(request)
        self.account.let_in_as_owner(request)
        body = {
            "sid": self.account.sid,
            "friendly_name": "District (simulated)",
            "status": self.account.status,
            "type": self.account.kind,
            "date_created": wire(self.now()),
            "uri": request.path,
        }
        return web.json_response(body)
