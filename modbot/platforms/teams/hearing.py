"""What comes to the webhook: Graph's handshake, encrypted notifications, and the callbacks of the bot's calls.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from modbot.errors import RequestRejected
from modbot.model import Event
from modbot.platforms import Delivery, Heard
from modbot.platforms.teams.answers import field, objects, text
from modbot.platforms.teams.classes import Classes, OnlineClass
from modbot.platforms.teams.keys import NotificationKeys
from modbot.platforms.teams.legs import Legs
from modbot.platforms.teams.notices import events_of, marks_after, notice_of
from modbot.platforms.teams.opening import Doubted, opened
from modbot.platforms.teams.runs import Runs
from modbot.platforms.teams.subscriptions import SubscriptionBook
from modbot.public_keys import PublicKeys, bearer

PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086"  # the app that sends notifications, the same in every tenant
BOT_ISSUER = "https://api.botframework.com"
MAX_HANDSHAKE_CHARACTERS = 2_000
MAX_ITEMS = 1_000
MAX_TOKENS = 20
MAX_REASONS = 5
LEG = re.compile(r"/calls/([^/?]{1,200})(?:/|$)")


class Hearing:
    """Verifies what comes, and reads it."""

    def __init__(
        self,
        *,
        tenant_id: str,
        client_id: str,
        entra_keys: PublicKeys,
        bot_keys: PublicKeys,
        keys: NotificationKeys,
        book: SubscriptionBook,
        classes: Classes,
        runs: Runs,
        legs: Legs | None,
        now: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._entra_keys = entra_keys
        self._bot_keys = bot_keys
        self._keys = keys
        self._book = book
        self._classes = classes
        self._runs = runs
        self._legs = legs
        self._now = now

    async def hear(self, delivery: Delivery) -> Heard:
        """One delivery. Raises RequestRejected: 400 for what is neither, 401 for a callback, 503 without keys."""
        token = delivery.query.get("validationToken")
        if token is not None:
            return _handshake(token)
        body = _body(delivery.body)
        if text(body, "@odata.type").casefold().endswith("commsnotifications"):
            return await self._callbacks(delivery, body)
        return await self._notifications(body)

    async def _notifications(self, body: Mapping[str, Any]) -> Heard:
        """Each item by itself: one that is doubted does not take the others with it, and Graph is answered yes."""
        items = _items(body)
        tokens_doubted = await self._doubt_of_tokens(body) if any("encryptedContent" in one for one in items) else ""
        events: list[Event] = []
        reasons: list[str] = []
        for item in items:
            try:
                events += await self._read(item, tokens_doubted)
            except Doubted as doubt:
                reasons.append(str(doubt))
        return Heard(events=events, doubted="; ".join(sorted(set(reasons))[:MAX_REASONS]))

    async def _read(self, item: Mapping[str, Any], tokens_doubted: str) -> Sequence[Event]:
        room_id = await self._book.room_of(text(item, "clientState"))
        if room_id is None:
            raise Doubted("the client state is not one of modbot's")
        if text(item, "tenantId") not in {"", self._tenant_id}:
            raise Doubted("it is of another tenant")
        if field(item, "lifecycleEvent") is not None:
            await self._book.ask(text(item, "subscriptionId"))
            return ()
        if tokens_doubted:
            raise Doubted(tokens_doubted)
        of = await self._classes.known(room_id)
        if of is None:
            raise Doubted("modbot no longer knows the class")
        return await self._happened(of, await self._opened(item))

    async def _opened(self, item: Mapping[str, Any]) -> dict[str, Any]:
        content = field(item, "encryptedContent")
        key = await self._keys.find(text(content, "encryptionCertificateId"))
        if key is None:
            raise Doubted("it is not encrypted for a key of modbot's")
        return opened(content, key.private)

    async def _happened(self, of: OnlineClass, content: Mapping[str, Any]) -> Sequence[Event]:
        notice = notice_of(content, of, self._client_id, self._now())
        if not notice.known:
            return ()
        marks = await self._runs.of(of.room_id)
        after = marks_after(notice, marks)
        if after != marks:
            await self._runs.mark(of.room_id, after)
        return events_of(notice, of, after)

    async def _doubt_of_tokens(self, body: Mapping[str, Any]) -> str:
        """Why the data is not believed to come from Graph; "" when every token is good.

        https://learn.microsoft.com/graph/change-notifications-with-resource-data. Raises RequestRejected (503).
        """
        tokens = body.get("validationTokens")
        if not isinstance(tokens, list) or not 0 < len(tokens) <= MAX_TOKENS:
            return "there are no validation tokens"
        for token in tokens:
            try:
                await self._check_token(token)
            except RequestRejected as rejected:
                if rejected.status == 503:
                    raise
                return rejected.reason
        return ""

    async def _check_token(self, token: Any) -> None:
        if not isinstance(token, str):
            raise RequestRejected(401, "a validation token is not text")
        tenant = self._tenant_id
        issuers = (f"https://sts.windows.net/{tenant}/", f"https://login.microsoftonline.com/{tenant}/v2.0")
        claims = await self._entra_keys.verified(token, audience=self._client_id, issuers=issuers)
        if PUBLISHER not in (claims.get("appid"), claims.get("azp")):
            raise RequestRejected(401, "the validation token is not the change tracker's")

    async def _callbacks(self, delivery: Delivery, body: Mapping[str, Any]) -> Heard:
        """What became of the bot's calls. Who is in the class comes by the notifications, under one kind of ids.

        https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
        """
        token = bearer(delivery.headers)
        await self._bot_keys.verified(token, audience=self._client_id, issuers=(BOT_ISSUER,))
        for item in _items(body):
            leg = LEG.search(text(item, "resourceUrl") or text(item, "resource"))
            if leg is not None and self._legs is not None:
                await self._leg(self._legs, leg[1], field(item, "resourceData"))
        return Heard()

    async def _leg(self, legs: Legs, leg_id: str, data: Any) -> None:
        if text(data, "state") != "terminated":
            legs.told(leg_id)
        elif await legs.room_of(leg_id) is not None:
            result = field(data, "resultInfo")
            await legs.ended(leg_id, _whole(field(result, "code")), _whole(field(result, "subcode")))


def _handshake(token: str) -> Heard:
    """Graph asks whether somebody listens here, and wants its token back as text."""
    if not token or len(token) > MAX_HANDSHAKE_CHARACTERS or not token.isprintable():
        raise RequestRejected(400, "that is not a validation token")
    return Heard(reply=token)


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RequestRejected(400, "the body is not JSON") from error
    if not isinstance(body, dict):
        raise RequestRejected(400, "the body is not a notification")
    return body


def _items(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = body.get("value")
    if not isinstance(listed, list) or len(listed) > MAX_ITEMS:
        raise RequestRejected(400, "the body is not a notification")
    return objects(listed)


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
