"""Twilio with Lou's phone, modbot's pagers and listener, and the door that callbacks come to."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from modbot.errors import RateLimited
from modbot.http import Http
from modbot.pagers import Fate, Ticket, Word
from modbot.pagers.trying import Patience
from modbot.pagers.twilio import Twilio, build
from modbot.settings.paging import OnCallPerson
from modbot.settings.twilio import TwilioSettings
from modbot.simulators.twilio import Call, Phone, TwilioSimulator, sign
from tests.pagers.door import LOU, Door, notice, open_door
from tests.pagers.patience import PATIENT
from tests.pagers.simulators.house import Clock
from tests.stores import until

KIM = OnCallPerson(email="kim@example.org", phone="+12025550124", channels=("voice",))


@dataclass(slots=True)
class Limit:
    """A budget that can run out."""

    left: int = 1000
    taken: list[tuple[str, float, int]] = field(default_factory=list)

    async def take(self, limit: str, *, per_second: float, urgency: int = 1) -> None:
        """One call less. Raises RateLimited."""
        if self.left <= 0:
            raise RateLimited("twilio", "Too many calls wait.")
        self.left -= 1
        self.taken.append((limit, per_second, urgency))


@dataclass(slots=True)
class Exchange:
    """Everybody there. `now` is modbot's clock alone."""

    sim: TwilioSimulator
    door: Door
    http: Http
    client: aiohttp.ClientSession
    lou: Phone
    now: Clock = field(default_factory=Clock)
    limit: Limit = field(default_factory=Limit)
    patience: Patience = PATIENT
    modbot: Twilio = field(init=False)

    def __post_init__(self) -> None:
        self.modbot = self.with_settings()
        self.door.listener = self.modbot.listener

    def with_settings(self, **changes: Any) -> Twilio:
        """Twilio as a district uses it, with these settings."""
        usual = {
            "account_sid": self.sim.account.sid,
            "auth_token": self.sim.account.auth_token,
            "from_number": self.sim.number.number,
            "api_url": self.sim.api_url,
        }
        settings = TwilioSettings.model_validate({**usual, **changes})
        people = [LOU, KIM]
        return build(
            settings, self.http, self.door.url, self.now, people=people, budget=self.limit, patience=self.patience
        )

    def with_patience(self, patience: Patience) -> None:
        """modbot asks so long from now on."""
        self.patience = patience
        self.modbot = self.with_settings()

    async def called(self, **of_the_notice: Any) -> Call:
        """Lou is called, and listens."""
        await self.modbot.voice.ring(LOU, notice(**of_the_notice))
        call = self.sim.calls[-1]
        await until("Lou hears something", lambda: self.lou.line is not None and self.lou.line.listening)
        return call

    async def over(self, call: Call) -> None:
        """Wait until the call has ended and everything was told."""
        await until("the call is over", lambda: call.over)
        await self.sim.flush()

    async def texted(self, ticket: Ticket) -> None:
        """Wait until the text is as delivered as it will be, and that was told."""
        (message,) = (one for one in self.sim.messages if one.sid == ticket.ref)
        await until("the text has an end", lambda: message.status in ("delivered", "undelivered"))
        await self.sim.flush()

    def fates(self) -> list[Fate]:
        """What was told of calls and texts, in order."""
        return [said.fate for said in self.door.words(Word.FATE)]

    async def post(
        self, fields: Mapping[str, str], *, query: str = "", token: str = "", signed: str | None = None
    ) -> int:
        """A request to modbot as Twilio makes it; the status it is answered with."""
        url = f"{self.door.url}/webhooks/twilio{query}"
        by = token or self.sim.account.auth_token
        headers = {"X-Twilio-Signature": sign(url, fields, by) if signed is None else signed}
        async with self.client.post(url, data=dict(fields), headers=headers) as answer:
            return answer.status


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    """All of it, started. Calls and texts go out at any rate."""
    http = Http()
    async with open_door() as door, TwilioSimulator() as sim, aiohttp.ClientSession() as client:
        sim.calls_per_second = sim.messages_per_second = None
        sim.number.sms_url = f"{door.url}/webhooks/twilio"
        yield Exchange(sim, door, http, client, sim.phone(LOU.phone))
    await http.close()
