"""The simulated Twilio with a phone, somebody who calls and texts through the API, and an application."""

import base64
from dataclasses import dataclass
from typing import Any

import aiohttp

from modbot.simulators.twilio import Call, Phone, TwilioSimulator
from tests.pagers.simulators.house import Answer, App, Clock, ask
from tests.stores import until

ADA = "+12025550123"
NOBODY = "+12025550199"
EVENTS = ("initiated", "ringing", "answered", "completed")


@dataclass(slots=True)
class Exchange:
    """The simulator and everybody around it."""

    sim: TwilioSimulator
    app: App
    clock: Clock
    client: aiohttp.ClientSession
    ada: Phone

    @property
    def credentials(self) -> dict[str, str]:
        """The headers that let one in."""
        return basic(self.sim.account.sid, self.sim.account.auth_token)

    async def post(self, what: str, fields: list[tuple[str, str]], **how: Any) -> Answer:
        """A form to a resource of the account."""
        how.setdefault("headers", self.credentials)
        url = f"{self.sim.api_url}/2010-04-01/Accounts/{how.pop('account', self.sim.account.sid)}/{what}.json"
        return await ask(self.client, "POST", url, data=aiohttp.FormData(fields)(), **how)

    async def get(self, what: str) -> Answer:
        """A resource of the account."""
        url = f"{self.sim.api_url}/2010-04-01/Accounts/{self.sim.account.sid}/{what}.json"
        return await ask(self.client, "GET", url, headers=self.credentials)

    async def ask_call(self, **changes: str | tuple[str, ...]) -> Answer:
        """A call to Ada that says one sentence; with these fields, an empty one taken out."""
        twiml = "<Response><Say>Class alert</Say></Response>"
        usual = {"To": ADA, "From": self.sim.number.number, "Twiml": twiml}
        return await self.post("Calls", fields(usual | changes))

    async def call(self, **changes: str | tuple[str, ...]) -> Call:
        """The same, accepted."""
        answer = await self.ask_call(**changes)
        assert answer.status == 201, answer.body
        return self.sim.calls[-1]

    async def ended(self, call: Call) -> Call:
        """Wait until it is over and every callback has been answered."""
        await until(f"call {call.sid} is over", lambda: call.over)
        await self.sim.flush()
        return call

    async def ask_text(self, **changes: str) -> Answer:
        """A text to Ada; with these fields, an empty one taken out."""
        usual = {"To": ADA, "From": self.sim.number.number, "Body": "Room 12 asks for help"}
        return await self.post("Messages", fields(usual | changes))

    async def text(self, **changes: str) -> str:
        """The same, accepted and as delivered as it will be; its sid."""
        answer = await self.ask_text(**changes)
        assert answer.status == 201, answer.body
        message = self.sim.messages[-1]
        await until("the message has an end", lambda: message.status in ("delivered", "undelivered"))
        await self.sim.flush()
        return message.sid

    def statuses(self, path: str) -> list[str]:
        """The statuses that the application was told at this path."""
        return [one.form.get("CallStatus") or one.form["MessageStatus"] for one in self.app.at(path)]


def basic(name: str, password: str) -> dict[str, str]:
    """The headers of HTTP basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def fields(of: dict[str, Any]) -> list[tuple[str, str]]:
    """Pairs of a form: one for each value of a tuple, none for an empty text."""
    return [
        (name, value)
        for name, given in of.items()
        for value in (given if isinstance(given, tuple) else (given,))
        if value
    ]
