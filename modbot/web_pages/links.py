"""Links by which one person may take one page: sealed with the district's keys, good for some hours, used once.

A link tells nothing of the page or the person to whoever sees it, and one that was changed does not open.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import orjson

from modbot.errors import RequestRejected, SealBroken
from modbot.pagers import NOW, Turn
from modbot.seal import Keyring

PATH = "/ack/"
CONTEXT = b"page link"
MOST = 1024  # characters
BROKEN = "This link is not complete, or it was changed. Open it again from the mail."
EXPIRED = "This link is too old."


@dataclass(frozen=True, slots=True)
class PageLink:
    """What a link says. `id` stands for it in the store and the log."""

    id: str
    page: str
    email: str
    until: datetime
    turn: Turn = NOW


class PageLinks:
    """Makes links and reads them."""

    def __init__(self, keyring: Keyring, *, public_url: str, keep: timedelta, now: Callable[[], datetime]) -> None:
        self._keyring = keyring
        self._public_url = public_url
        self._keep = keep
        self._now = now

    def url(self, page: str, email: str, turn: Turn) -> str:
        """The address of a person's button for one ringing of a page, or one question. Each one made is another."""
        until = int((self._now() + self._keep).timestamp())
        told = [page, email, until, turn.run, turn.asked]
        sealed = self._keyring.seal(orjson.dumps(told), context=CONTEXT)
        return f"{self._public_url}{PATH}{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def read(self, token: str) -> PageLink:
        """What the link says. Raises RequestRejected in words for staff: 404 not one of ours, 410 too old."""
        sealed = _unwrapped(token)
        try:
            page, email, until, *turn = orjson.loads(self._keyring.open(sealed, context=CONTEXT))
        except SealBroken as error:
            raise RequestRejected(404, BROKEN) from error
        ends = datetime.fromtimestamp(until, UTC)
        if self._now() >= ends or not turn:  # a link of a modbot from before links said what they answer
            raise RequestRejected(410, EXPIRED)
        return PageLink(blake2b(sealed, digest_size=16).hexdigest(), page, email, ends, Turn(*turn))


def _unwrapped(token: str) -> bytes:
    if len(token) > MOST or not token.isascii():
        raise RequestRejected(404, BROKEN)
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise RequestRejected(404, BROKEN) from error
