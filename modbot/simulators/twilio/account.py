"""The simulated Twilio's account: its credentials, its numbers, and who may come in."""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from modbot.simulators.twilio.refusal import Refused


def new_sid(prefix: str) -> str:
    """An id as Twilio's look: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


@dataclass(slots=True)
class OwnNumber:
    """A number that the account has. `sms_url` is where texts to it are told; empty is the simulator's webhook_url."""

    number: str
    sms_url: str = ""
    sms: bool = True
    voice: bool = True


@dataclass(slots=True)
class Account:
    """One account. Its requests are signed with the auth token, whoever called."""

    sid: str = field(default_factory=lambda: new_sid("AC"))
    auth_token: str = field(default_factory=lambda: secrets.token_hex(16))
    status: str = "active"  # else suspended or closed
    kind: str = "Full"  # else Trial
    api_keys: dict[str, str] = field(default_factory=dict)  # SK… to secret
    numbers: dict[str, OwnNumber] = field(default_factory=dict)
    caller_ids: set[str] = field(default_factory=set)  # verified: may be called from, not texted from
    opted_out: set[tuple[str, str]] = field(default_factory=set)  # who texted STOP to which number

    def add_number(self, number: str) -> OwnNumber:
        """Buy a number."""
        self.numbers[number] = OwnNumber(number)
        return self.numbers[number]

    def add_api_key(self) -> tuple[str, str]:
        """Create an API key; its id and its secret."""
        sid, secret = new_sid("SK"), secrets.token_hex(16)
        self.api_keys[sid] = secret
        return sid, secret

    def let_in(self, request: web.Request) -> None:
        """Check the caller. Raises Refused (401, 404). https://www.twilio.com/docs/iam/api-keys"""
        name, password = _basic(request.headers.get("Authorization", ""))
        known = self.auth_token if name == self.sid else self.api_keys.get(name)
        if known is None or not secrets.compare_digest(known.encode(), password.encode()):
            raise _unknown_caller()
        if request.match_info["account"] != self.sid:
            raise Refused(404, 20404, f"The requested resource {request.path} was not found")

    def let_in_as_owner(self, request: web.Request) -> None:
        """Check the caller, who asks for the account itself: a standard API key may not. Raises Refused (401, 404)."""
        self.let_in(request)
        if _basic(request.headers.get("Authorization", ""))[0] in self.api_keys:
            raise _unknown_caller()


def _basic(header: str) -> tuple[str, str]:
    """The name and password of HTTP basic authentication. Raises Refused (401)."""
    scheme, _, encoded = header.partition(" ")
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as error:
        raise _unknown_caller() from error
    if scheme.lower() != "basic" or not colon:
        raise _unknown_caller()
    return name, password


def _unknown_caller() -> Refused:
    return Refused(401, 20003, "Authenticate", {"WWW-Authenticate": 'Basic realm="Twilio API"'})


class Slots:
    """Turns at a fixed rate: so many a second, the rest wait in a queue."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._now = clock
        self._next = clock()

    def take(self, per_second: float | None) -> datetime:
        """When the next turn is; None is without a limit."""
        now = self._now()
        if per_second is None:
            return now
        turn = max(now, self._next)
        self._next = turn + timedelta(seconds=1 / per_second)
        return turn
