"""The simulated phones: what their owners hear and read, and what they do."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from modbot.simulators.twilio.twiml import KEYS

if TYPE_CHECKING:
    from modbot.simulators.twilio.line import Line
    from modbot.simulators.twilio.simulator import TwilioSimulator
    from modbot.simulators.twilio.world import Call

_LOOK_AGAIN_SECONDS = 0.005


class PhoneState(StrEnum):
    """What happens when it is called."""

    HUMAN = "human"  # picks up at once, listens, presses nothing unless told
    UNANSWERED = "unanswered"  # rings until somebody does `pick_up` or the caller gives up
    VOICEMAIL = "voicemail"  # a machine answers and listens to the end
    BUSY = "busy"
    OFF = "off"  # no ringing, and no texts


@dataclass(frozen=True, slots=True)
class Text:
    """A text message that arrived."""

    at: datetime
    sender: str
    body: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the application said to a text: the status (0 is nothing in time), and what it texted back."""

    status: int
    texts: tuple[str, ...] = ()


class Phone:
    """One phone, by its number."""

    def __init__(self, sim: "TwilioSimulator", number: str) -> None:
        self.number = number
        self.state = PhoneState.HUMAN
        self.landline = False  # takes no texts
        self.heard: list[str] = []  # by a person, over all calls
        self.voicemail: list[str] = []  # by the machine
        self.texts: list[Text] = []
        self.rang = 0  # how many calls made it ring
        self.line: Line | None = None  # the call that rings or is in progress
        self._sim = sim

    @property
    def call(self) -> "Call | None":
        """The call that rings or is in progress."""
        return self.line.call if self.line else None

    @property
    def ringing(self) -> bool:
        """Whether it rings at this moment."""
        return self.line is not None and self.line.call.status == "ringing"

    def pick_up(self) -> None:
        """Its owner answers. Raises RuntimeError when it does not ring."""
        if self.line is None or not self.ringing:
            raise RuntimeError(f"{self.number} does not ring")
        self.line.picked_up.set()

    def hang_up(self) -> None:
        """Its owner ends the call, or turns it away while it rings. Raises RuntimeError without one."""
        if self.line is None:
            raise RuntimeError(f"{self.number} has no call")
        self.line.end("busy" if self.ringing else "completed")

    async def press(self, keys: str, *, within_seconds: float = 30) -> None:
        """Its owner presses keys as soon as the call asks for some.

        Raises ValueError for what is no key, and TimeoutError when no call asks in time, or nobody is there to press.
        """
        if not keys or set(keys) - set(KEYS):
            raise ValueError(f"{keys!r} are no keys of a phone")
        line = await self._listening(within_seconds)
        line.keys.extend(keys)
        while True:
            if not (line.listening and line.keys):
                return
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def reply(self, text: str, *, to: str = "") -> Answered:
        """Its owner texts back: to the number that texted last, or the account's first one."""
        last = self.texts[-1].sender if self.texts else next(iter(self._sim.account.numbers))
        return await self._sim.texting.incoming(self, to or last, text)

    async def _listening(self, within_seconds: float) -> "Line":
        loop = asyncio.get_running_loop()
        end = loop.time() + within_seconds
        while True:
            if self.line is not None and self.line.listening and self.state is not PhoneState.VOICEMAIL:
                return self.line
            if loop.time() > end:
                raise TimeoutError(f"no call asked {self.number} for keys within {within_seconds} s")
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
