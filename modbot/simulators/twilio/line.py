"""The simulated Twilio: one call from the queue to its end."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from modbot.simulators.twilio.forms import is_address
from modbot.simulators.twilio.phones import Phone, PhoneState
from modbot.simulators.twilio.twiml import Gather, Hangup, Pause, Redirect, Say, TwimlError, Verb, read_voice
from modbot.simulators.twilio.world import Alert, Call, wire

if TYPE_CHECKING:
    from modbot.simulators.twilio.simulator import TwilioSimulator

APPLICATION_ERROR = "An application error has occurred. Goodbye."
BAD_ADDRESS = 11100
NOT_FETCHED = 11200
BAD_CONTENT_TYPE = 12300
XML = ("text/xml", "application/xml", "text/html")
SIP = {"completed": "200", "busy": "486", "no-answer": "487", "failed": "404", "canceled": "487"}


@dataclass(frozen=True, slots=True)
class Next:
    """Where the next document comes from, and what the application is told besides."""

    url: str
    method: str
    fields: Mapping[str, str] = field(default_factory=dict)


class Line:
    """One call. Statuses and callbacks: https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent"""

    def __init__(self, sim: "TwilioSimulator", call: Call) -> None:
        self.call = call
        self.picked_up = asyncio.Event()
        self.listening = False
        self.keys: deque[str] = deque()
        self._sim = sim
        self._task: asyncio.Task[None] | None = None
        self._source = call.url  # the address of the document that is being carried out

    def begin(self) -> None:
        """Dial when its turn has come."""
        self._task = self._sim.begin(self._run())

    def end(self, status: str) -> None:
        """It is over, with this status. Nothing happens to a call that has ended."""
        if self.call.over:
            return
        self.call.ended_at = self._sim.now()
        phone = self._sim.phones.get(self.call.to)
        if phone is not None and phone.line is self:
            phone.line = None
        self.listening = False
        self._report("completed", status)
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    async def _run(self) -> None:
        await self._sim.reached(self.call.starts_at)
        self._report("initiated", "initiated")
        phone = self._sim.phones.get(self.call.to)
        if phone is None:
            return self.end("failed")
        if phone.state is PhoneState.BUSY or phone.line is not None:
            return self.end("busy")
        if phone.state is PhoneState.OFF:
            return self.end("no-answer")
        phone.line = self
        phone.rang += 1
        self._report("ringing", "ringing")
        if not await self._answered(phone):
            return self.end("no-answer")
        self.call.answered_at = self._sim.now()
        self._detect(phone)
        self._report("answered", "in-progress")
        await self._talk(phone)
        return self.end("completed")

    async def _answered(self, phone: Phone) -> bool:
        if phone.state is not PhoneState.UNANSWERED:
            return True
        deadline = self._sim.now() + self._seconds(self.call.timeout_seconds)
        return await self._sim.reached(deadline, unless=self.picked_up.is_set)

    def _detect(self, phone: Phone) -> None:
        machine = "machine_end_beep" if self.call.detect_machine == "DetectMessageEnd" else "machine_start"
        if self.call.detect_machine:
            self.call.answered_by = machine if phone.state is PhoneState.VOICEMAIL else "human"

    async def _talk(self, phone: Phone) -> None:
        try:
            document = self.call.twiml or await self._fetch(Next(self.call.url, self.call.method))
            while (following := await self._play(read_voice(document), phone)) is not None:
                document = await self._fetch(following)
        except TwimlError as error:
            self._sim.alerts.append(Alert(error.code, self.call.sid, str(error)))
            self._say(phone, APPLICATION_ERROR)

    async def _play(self, verbs: tuple[Verb, ...], phone: Phone) -> Next | None:
        """Carry out a document; what to go on with, or None at its end."""
        for verb in verbs:
            match verb:
                case Hangup():
                    return None
                case Redirect():
                    return Next(verb.url, verb.method)
                case Gather():
                    if following := await self._gather(verb, phone):
                        return following
                case _:
                    await self._prompt(verb, phone)
        return None

    async def _prompt(self, verb: Say | Pause, phone: Phone) -> None:
        if isinstance(verb, Say):
            self._say(phone, verb.text)
        else:
            await self._sim.reached(self._sim.now() + self._seconds(verb.seconds), unless=lambda: bool(self.keys))

    async def _gather(self, verb: Gather, phone: Phone) -> Next | None:
        self.keys.clear()
        self.listening = verb.keypad
        for prompt in verb.prompts:
            await self._prompt(prompt, phone)
        digits, finished_on = await self._digits(verb)
        self.listening = False
        if not digits and not verb.action_on_empty:
            return None
        told = {"Digits": digits, "FinishedOnKey": finished_on, "msg": "Gather End"}
        return Next(verb.action, verb.method, told)

    async def _digits(self, verb: Gather) -> tuple[str, str]:
        digits = ""
        while verb.digits is None or len(digits) < verb.digits:
            deadline = self._sim.now() + self._seconds(verb.timeout_seconds)
            if not await self._sim.reached(deadline, unless=lambda: bool(self.keys)):
                break
            key = self.keys.popleft()
            if key == verb.finish_on_key:
                return digits, key
            digits += key
        return digits, ""

    async def _fetch(self, where: Next) -> bytes:
        """The next document; a relative address starts from that of the last one. Raises TwimlError."""
        url = urljoin(self._source, where.url)
        if not is_address(url):
            raise TwimlError(BAD_ADDRESS, f"{url!r} is not an absolute address")
        fields = {**self.call.fields(), **where.fields}
        found = await self._sim.outgoing.ask("voice", url, where.method, fields)
        if not 200 <= found.status < 300:
            raise TwimlError(NOT_FETCHED, f"the application answered {found.status}")
        if found.content_type not in XML:
            raise TwimlError(BAD_CONTENT_TYPE, f"the application answered {found.content_type}")
        self._source = url
        return found.body

    def _say(self, phone: Phone, words: str) -> None:
        self.call.heard.append(words)
        (phone.voicemail if phone.state is PhoneState.VOICEMAIL else phone.heard).append(words)

    def _seconds(self, seconds: int) -> timedelta:
        return timedelta(seconds=seconds * self._sim.pace)

    def _report(self, event: str, status: str) -> None:
        call = self.call
        call.status, call.updated_at = status, self._sim.now()
        callback = call.callback
        if not callback.url or event not in callback.events:
            return
        fields = call.fields() | {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(call.told),
            "Timestamp": wire(call.updated_at),
        }
        if event == "completed":
            fields |= {"CallDuration": str(call.seconds), "SipResponseCode": SIP[status]}
        call.told += 1
        self._sim.outgoing.tell(f"call {status}", callback.url, callback.method, fields)
