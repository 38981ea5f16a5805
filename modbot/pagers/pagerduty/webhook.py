"""PagerDuty's v3 webhooks: who has taken a page there, and who says that it is over.

https://developer.pagerduty.com/docs/webhooks-overview and https://developer.pagerduty.com/docs/verifying-webhook-signatures
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from modbot.errors import RequestRejected
from modbot.model import Delivery
from modbot.pagers import Fate, HeardBack, Said, Turn, Word
from modbot.pagers.pagerduty import keys
from modbot.pagers.plain import one_line

SIGNATURE = "x-pagerduty-signature"
MOST_BODY_BYTES = 256 * 1024  # PagerDuty drops what is longer
MOST_SIGNATURES = 16
MOST_NAME_CHARACTERS = 80
_VERSION = "v1="
_WORDS: Mapping[str, Word] = {"incident.acknowledged": Word.ACKNOWLEDGED, "incident.resolved": Word.RESOLVED}


class PagerDutyListener:
    """A `modbot.pagers.Listener`.

    Only what a person did counts. What modbot's own events did is told too, with the integration as its agent, late
    and perhaps after the page has begun to ring again. Escalated, reassigned and the like are PagerDuty's own matter.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secret.encode() for secret in secrets if secret)

    async def hear(self, delivery: Delivery) -> HeardBack:
        """Verify a webhook and say what it means: nothing, for most. Raises RequestRejected (400, 401, 413)."""
        if len(delivery.body) > MOST_BODY_BYTES:
            raise RequestRejected(413, "too large")
        if not self._signed(delivery):
            raise RequestRejected(401, "signature")
        event = _event(delivery.body)
        word = _WORDS.get(_text(event, "event_type"))
        incident, agent = _object(event, "data"), _object(event, "agent")
        key = _text(incident, "incident_key")
        page, run = keys.read(key)
        if word is None or not page or not _text(agent, "type").startswith("user"):
            return HeardBack()
        by = one_line(_text(agent, "summary"), MOST_NAME_CHARACTERS) or "Somebody in PagerDuty"
        reached = Said(page, Word.FATE, ref=key, fate=Fate.ANSWERED)
        said = Said(page, word, by=by, ref=key, turn=Turn(run), at=_moment(_text(event, "occurred_at")))
        return HeardBack((reached, said))

    def _signed(self, delivery: Delivery) -> bool:
        """Whether one of the signatures is by one of the secrets. Every pair is compared, in constant time."""
        given = [part.strip() for part in delivery.headers.get(SIGNATURE, "").split(",")][:MOST_SIGNATURES]
        wanted = [hmac.new(secret, delivery.body, hashlib.sha256).hexdigest() for secret in self._secrets]
        pairs = [
            hmac.compare_digest(one.removeprefix(_VERSION).encode("utf-8", "surrogateescape"), other.encode())
            for one in given
            if one.startswith(_VERSION)
            for other in wanted
        ]
        return any(pairs)


def _event(body: bytes) -> Mapping[str, Any]:
    try:
        whole = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestRejected(400, "not JSON") from error
    event = whole.get("event") if isinstance(whole, dict) else None
    if not isinstance(event, dict) or not _text(event, "event_type"):
        raise RequestRejected(400, "no event")
    return event


def _moment(written: str) -> datetime | None:
    """When it happened; None where that is not told in full."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _object(source: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = source.get(field)
    return value if isinstance(value, dict) else {}


def _text(source: Mapping[str, Any], field: str) -> str:
    value = source.get(field)
    return value if isinstance(value, str) else ""
