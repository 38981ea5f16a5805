"""Twilio's request signature: https://www.twilio.com/docs/usage/security#validating-requests"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

HEADER = "x-twilio-signature"
_PORTS = {"https": 443, "http": 80}

Fields = Sequence[tuple[str, str]]


class Signature:
    """Checks a request to `base` by any of the account's auth tokens: two are good while one replaces the other."""

    def __init__(self, base: str, tokens: Iterable[str]) -> None:
        self._bases = _spellings(base)
        self._tokens = tuple(token.encode() for token in tokens if token)

    def holds(self, given: str, query: Mapping[str, str], fields: Fields) -> bool:
        """Whether Twilio signed this address and form. Every way to write it is compared, in constant time."""
        asked = f"?{urlencode(list(query.items()))}" if query else ""
        told = asked + "".join(name + value for name, value in sorted(set(fields)))
        wanted = [_sign(token, base + told) for token in self._tokens for base in self._bases]
        found = [hmac.compare_digest(given.encode("utf-8", "surrogateescape"), one) for one in wanted]
        return any(found)


def _sign(token: bytes, told: str) -> bytes:
    # SHA-1 is Twilio's choice; an HMAC by it is not weakened by collisions.
    digest = hmac.new(token, told.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
    return base64.b64encode(digest)


def _spellings(url: str) -> tuple[str, str]:
    """The address as it stands, and with its port told or left out: Twilio's products differ in that."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    other = f"{host}:{_PORTS.get(parts.scheme, 443)}" if parts.port is None else host
    return url, parts._replace(netloc=other).geturl()
