"""Subscriptions to the events of single classes: the calls, and what is kept of each.

Graph offers no feed of a whole district: one subscription is needed for each class, and its join link first.
https://learn.microsoft.com/graph/changenotifications-for-onlinemeeting
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from modbot.errors import MalformedAnswer
from modbot.platforms.teams.answers import moment, text, wire
from modbot.platforms.teams.api import Call, GraphApi, segment
from modbot.platforms.teams.classes import OnlineClass
from modbot.platforms.teams.graph import READ
from modbot.platforms.teams.keys import NotificationKey
from modbot.tokens import TokenVault

LIFE = timedelta(hours=12)  # three days at most; classes are shorter
AFTERWARDS = timedelta(days=1)  # events come late
MAX_CLIENT_STATE = 128
VERSION = "beta"  # in the pages read, v1.0 does not offer this resource
ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription of modbot's."""

    id: str
    room_id: str
    key_id: str
    expires_at: datetime


class SubscriptionCalls:
    """Each call about subscriptions. All raise VendorError."""

    def __init__(self, api: GraphApi, webhook_url: str, now: Callable[[], datetime]) -> None:
        self._api = api
        self._webhook_url = webhook_url
        self._now = now

    async def create(self, of: OnlineClass, key: NotificationKey, client_state: str) -> Subscription:
        """Subscribe to a class. Graph asks at our address whether we listen before it answers.

        Raises Conflict when there is one already. https://learn.microsoft.com/graph/api/subscription-post-subscriptions
        """
        body = {
            "changeType": "updated",
            "notificationUrl": self._webhook_url,
            "lifecycleNotificationUrl": self._webhook_url,
            "resource": resource_of(of.join_url),
            "expirationDateTime": wire(self._now() + LIFE),
            "clientState": client_state,
            "includeResourceData": True,
            "encryptionCertificate": key.certificate,
            "encryptionCertificateId": key.id,
        }
        slow = timedelta(seconds=20)  # two handshakes lie between the request and its answer
        made = await self._api.item(
            Call("POST", "/subscriptions", READ, body=body, version=VERSION, deadline=slow, more_tries=0)
        )
        if not text(made, "id"):
            said = "Microsoft gave an answer modbot could not read."
            raise MalformedAnswer("teams", said, log_detail="a subscription without id")
        until = moment(made.get("expirationDateTime")) or self._now() + LIFE
        return Subscription(text(made, "id"), of.room_id, key.id, until)

    async def renew(self, subscription: Subscription) -> Subscription:
        """Let it live on; that authorises it again too. Raises NotFound when it is gone.

        https://learn.microsoft.com/graph/api/subscription-update
        """
        path = f"/subscriptions/{segment(subscription.id)}"
        body = {"expirationDateTime": wire(self._now() + LIFE)}
        answer = await self._api.item(Call("PATCH", path, READ, body=body, version=VERSION))
        until = moment(answer.get("expirationDateTime")) or self._now() + LIFE
        return Subscription(subscription.id, subscription.room_id, subscription.key_id, until)

    async def delete(self, subscription_id: str) -> None:
        """https://learn.microsoft.com/graph/api/subscription-delete"""
        await self._api.send(Call("DELETE", f"/subscriptions/{segment(subscription_id)}", READ, version=VERSION))

    async def in_the_way(self, of: OnlineClass) -> list[str]:
        """The ids of subscriptions to this class that tell this address, and of which modbot knows no more.

        https://learn.microsoft.com/graph/api/subscription-list
        """
        wanted = resource_of(of.join_url).casefold()
        listed = await self._api.items(Call("GET", "/subscriptions", READ, version=VERSION))
        return [text(one, "id") for one in listed if self._is_ours(one, wanted)]

    def _is_ours(self, one: dict[str, Any], resource: str) -> bool:
        same = text(one, "resource").lstrip("/").casefold() == resource
        return same and text(one, "notificationUrl") == self._webhook_url and bool(text(one, "id"))


class SubscriptionBook:
    """What modbot keeps of its subscriptions, sealed in the vault.

    A notification is known by its client state, a secret of each subscription, kept before Graph is asked: the first
    event may come before the answer to the request does.
    """

    def __init__(self, vault: TokenVault) -> None:
        self._vault = vault

    async def new_state(self, room_id: str) -> str:
        """A new client state for a class."""
        state = secrets.token_urlsafe(32)
        seconds = int((LIFE * 6 + AFTERWARDS).total_seconds())  # renewed subscriptions keep theirs
        await self._vault.put(_state_name(state), room_id, lifetime_seconds=seconds)
        return state

    async def room_of(self, client_state: str) -> str | None:
        """The room whose subscription has this client state. Looked up by its digest, so that no time tells it."""
        if not 0 < len(client_state) <= MAX_CLIENT_STATE:
            return None
        return await self._vault.get(_state_name(client_state))

    async def keep(self, subscription: Subscription, now: datetime) -> None:
        """Keep a subscription until it runs out."""
        row = [subscription.id, subscription.key_id, subscription.expires_at.timestamp()]
        seconds = max(int((subscription.expires_at - now).total_seconds()), 1)
        await self._vault.put(f"teams:sub:{subscription.room_id}", orjson.dumps(row).decode(), lifetime_seconds=seconds)

    async def of(self, room_id: str) -> Subscription | None:
        """The subscription of a class, or None."""
        raw = await self._vault.get(f"teams:sub:{room_id}")
        if not raw:
            return None
        try:
            subscription_id, key_id, expires_at = orjson.loads(raw)
            until = datetime.fromtimestamp(expires_at, UTC)
            return Subscription(str(subscription_id), room_id, str(key_id), until)
        except (ValueError, TypeError, OverflowError, OSError):
            return None  # written by an older version: as good as none

    async def drop(self, room_id: str) -> None:
        """It is gone."""
        await self._vault.drop(f"teams:sub:{room_id}")

    async def ask(self, subscription_id: str) -> None:
        """Graph wants a subscription authorised again: ring for the process that tends."""
        if not ID.fullmatch(subscription_id):
            return
        seconds = int(LIFE.total_seconds())
        await self._vault.put(f"teams:due:{subscription_id}", "1", lifetime_seconds=seconds)
        await self._vault.put("teams:bell", secrets.token_hex(8), lifetime_seconds=seconds)

    async def bell(self) -> str:
        """Changes whenever a subscription is asked for."""
        return await self._vault.get("teams:bell") or ""

    async def is_asked_for(self, subscription_id: str) -> bool:
        """Whether Graph wants this one authorised again."""
        return await self._vault.get(f"teams:due:{subscription_id}") is not None

    async def answered(self, subscription_id: str) -> None:
        """It has been."""
        await self._vault.drop(f"teams:due:{subscription_id}")


def resource_of(join_url: str) -> str:
    """What is subscribed to: the class's join link, quoted once more."""
    return f"communications/onlineMeetings(joinWebUrl='{quote(join_url, safe='')}')/meetingCallEvents"


def _state_name(client_state: str) -> str:
    return f"teams:state:{hashlib.sha256(client_state.encode('utf-8', 'replace')).hexdigest()}"
