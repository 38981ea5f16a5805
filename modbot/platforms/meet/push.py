"""Pub/Sub's push requests: whether Google signed them for us, and the CloudEvent inside.

https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions and
https://github.com/googleapis/google-cloudevents/blob/main/docs/spec/pubsub.md
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from modbot.errors import RequestRejected
from modbot.platforms import Delivery
from modbot.platforms.meet.calls import moment
from modbot.public_keys import PublicKeys, bearer

ISSUER = "https://accounts.google.com"
CLOCK_SKEW = timedelta(minutes=5)
MAX_DATA_CHARACTERS = 65_536  # an event carries a name or two
MAX_TEXT = 300

_SUBSCRIPTION = re.compile(r"//workspaceevents\.googleapis\.com/(subscriptions/[A-Za-z0-9_.~-]{1,200})")
_SPACE = re.compile(r"//meet\.googleapis\.com/spaces/([A-Za-z0-9_-]{1,128})")
_USER = re.compile(r"//cloudidentity\.googleapis\.com/users/([A-Za-z0-9_-]{1,128})")
_NAME = re.compile(
    r"conferenceRecords/([A-Za-z0-9_-]{1,128})"
    r"(?:/participants/([A-Za-z0-9_-]{1,128})(?:/participantSessions/[A-Za-z0-9_-]{1,128})?)?"
)


class Unreadable(Exception):
    """Signed, and yet not an event that Google documents. Sent again it would be no better."""


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """One event of a subscription. What Google left out is ""."""

    type: str
    at: datetime
    subscription: str = ""  # subscriptions/ID
    space: str = ""
    user: str = ""  # the id of the user that was subscribed to, where Google names no space
    data: Mapping[str, Any] = field(default_factory=dict)

    def resource(self, kind: str) -> tuple[str, str]:
        """Record id and participant id ("" for none) of the resource named in the data. Raises Unreadable."""
        body = self.data.get(kind)
        name = body.get("name") if isinstance(body, dict) else None
        match = _NAME.fullmatch(name) if isinstance(name, str) else None
        if match is None:
            raise Unreadable(f"there is no {kind}.name")
        return match[1], match[2] or ""


class Sender:
    """Whom pushes must come from."""

    def __init__(self, keys: PublicKeys, account: str, audience: str) -> None:
        """`account` is the e-mail of the service account that signs; `audience` is what its tokens are for."""
        self._keys = keys
        self._account = account
        self._audience = audience

    async def verify(self, delivery: Delivery) -> None:
        """Let in only what Google signed for us in the configured account's name. Raises RequestRejected (401, 503)."""
        if not self._account or not self._audience:
            raise RequestRejected(401, "no Pub/Sub push account or audience is configured")
        claims = await self._keys.verified(bearer(delivery.headers), audience=self._audience, issuers=(ISSUER,))
        if claims.get("email") != self._account or claims.get("email_verified") is not True:
            raise RequestRejected(401, "the token is another account's")


def read(body: bytes, arrived: datetime) -> CloudEvent:
    """The event in an envelope. Raises RequestRejected (400) for what is no envelope, Unreadable for what is in it."""
    message = _envelope(body)
    attributes = message.get("attributes")
    if not isinstance(attributes, dict):
        raise Unreadable("there are no attributes")
    kind = _text(attributes, "ce-type")
    if not kind:
        raise Unreadable("there is no ce-type")
    subject = _text(attributes, "ce-subject")
    source = _SUBSCRIPTION.fullmatch(_text(attributes, "ce-source"))
    space, user = _SPACE.fullmatch(subject), _USER.fullmatch(subject)
    return CloudEvent(
        type=kind,
        at=_believable(moment(attributes.get("ce-time")) or moment(message.get("publishTime")), arrived),
        subscription=source[1] if source else "",
        space=space[1] if space else "",
        user=user[1] if user else "",
        data=_data(message.get("data")),
    )


def _envelope(body: bytes) -> Mapping[str, Any]:
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestRejected(400, "the body is not JSON") from error
    message = envelope.get("message") if isinstance(envelope, dict) else None
    if not isinstance(message, dict):
        raise RequestRejected(400, "the body is not a Pub/Sub push")
    return message


def _data(encoded: object) -> Mapping[str, Any]:
    if encoded is None:
        return {}
    if not isinstance(encoded, str) or len(encoded) > MAX_DATA_CHARACTERS:
        raise Unreadable("the data is not text, or too long")
    try:
        data = orjson.loads(b64decode(encoded, validate=True))
    except ValueError as error:  # of either decoder
        raise Unreadable("the data is not JSON in base64") from error
    if not isinstance(data, dict):
        raise Unreadable("the data is not an object")
    return data


def _text(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) and len(value) <= MAX_TEXT else ""


def _believable(own_time: datetime | None, arrived: datetime) -> datetime:
    # A wrong clock would order this event after everything that follows it.
    return own_time if own_time is not None and own_time <= arrived + CLOCK_SKEW else arrived
