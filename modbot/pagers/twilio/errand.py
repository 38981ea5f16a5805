"""What a callback is about, carried in the address that Twilio is given for it.

Twilio signs the whole address, so nobody else can make one up. It may put parameters into another order before it
asks, and signs the order it was given (https://github.com/twilio/twilio-php/issues/790): so there is but one.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson

from modbot.errors import RequestRejected
from modbot.pagers import NOW, Turn

PATH = "/webhooks/twilio"
PARAMETER = "about"
KEPT = timedelta(hours=1)  # longer than a call waits, rings and lasts; an older key press is a replay
MOST_CHARACTERS = 3000


class Kind(StrEnum):
    """What Twilio is to tell."""

    RING = "ring"  # which key was pressed by somebody who is called
    ASK = "ask"  # which key was pressed by somebody who was asked whether they still have it
    STATUS = "status"  # what became of a call or text


@dataclass(frozen=True, slots=True)
class Errand:
    """What one call or text is about. `words` are said again to somebody who presses a key that means nothing."""

    kind: Kind
    page: str
    whom: str = ""  # `mark_of` the address of whoever is called
    words: str = ""
    last: bool = False  # nobody is left to call after this one
    turn: Turn = NOW  # what a key pressed answers
    step: int = 0  # of the page, as it was when this call was made


class Addresses:
    """The addresses that Twilio is given, and their meaning when it asks for one."""

    def __init__(self, public_url: str, now: Callable[[], datetime]) -> None:
        self.base = public_url.rstrip("/") + PATH
        self._now = now

    def of(self, errand: Errand) -> str:
        """Where Twilio is to ask or tell."""
        when = [errand.turn.run, errand.turn.asked, errand.step, int(self._now().timestamp())]
        told = [errand.kind, errand.page, errand.whom, errand.words, errand.last, *when]
        return f"{self.base}?{PARAMETER}={base64.urlsafe_b64encode(orjson.dumps(told)).decode().rstrip('=')}"

    def read(self, query: Mapping[str, str]) -> tuple[Errand, datetime] | None:
        """The errand and when it was given out; None for an address without one. Raises RequestRejected (400)."""
        written = query.get(PARAMETER)
        if written is None:
            return None
        if len(written) > MOST_CHARACTERS:
            raise RequestRejected(400, "no such errand")
        try:
            return _errand(orjson.loads(base64.b64decode(written + "=" * (-len(written) % 4), "-_", validate=True)))
        except (ValueError, TypeError, OverflowError, OSError, binascii.Error) as error:
            raise RequestRejected(400, "no such errand") from error

    def is_old(self, given_out: datetime) -> bool:
        """Whether a call of that time must be over: what is pressed on it now is somebody's recording."""
        return self._now() - given_out > KEPT


def mark_of(email: str) -> str:
    """A person, without saying who to whoever reads the address."""
    return hashlib.sha256(email.casefold().encode()).hexdigest()[:16]


def _errand(told: Any) -> tuple[Errand, datetime]:
    kind, page, whom, words, last, run, asked, step, at = told
    if not (isinstance(page, str) and page and isinstance(whom, str) and isinstance(words, str)):
        raise ValueError("no text")
    if not all(isinstance(number, int) and number >= 0 for number in (run, asked, step)):
        raise ValueError("no number")
    errand = Errand(Kind(kind), page, whom, words, bool(last), Turn(run, asked), step)
    return errand, datetime.fromtimestamp(at, UTC)
