"""Slack's own bytes by hand: signed, forged, old, too long, and what the record and the class show afterwards."""

from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson

from modbot.simulators.slack import PostedMessage, SlashAnswer
from modbot.simulators.slack.delivery import FORM, JSON
from modbot.simulators.slack.payloads import interaction
from modbot.slack.signature import sign
from modbot.store import keys
from tests.scenarios.school import School
from tests.stores import until

ORTIZ = "U0ORTIZ"
CHANG = "U0CHANG"


def command(user: str = ORTIZ, name: str = "/lock", text: str = "", **more: str) -> dict[str, str]:
    """The fields of a slash command that modbot reads."""
    fields = {"command": name, "text": text, "user_id": user, "channel_id": "D0", "team_id": "T0SIM", **more}
    return {field: value for field, value in fields.items() if value != "absent"}


def form(fields: Mapping[str, str]) -> bytes:
    """A form's bytes."""
    return urlencode(fields).encode()


def button_body(user: str, value: object, action_id: str = "run:lock:0:abcd", **more: object) -> bytes:
    """A press as Slack sends it, with whatever value and action_id."""
    action = {"type": "button", "action_id": action_id, "block_id": "b", "action_ts": _new_ts(), "value": value}
    payload = interaction("block_actions", _user(user), "1.T0SIM.1") | {
        "actions": [{name: part for name, part in action.items() if part is not None}],
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "D0"},
        **more,
    }
    return form({"payload": orjson.dumps(payload).decode()})


_PRESSES = count(1)


def _new_ts() -> str:
    """Slack gives every press its own time; the same one twice is one press delivered twice."""
    return f"1000.{next(_PRESSES):06d}"


def _user(user_id: str) -> Any:
    return type("Somebody", (), {"id": user_id, "name": "Some Body", "team_id": "T0SIM"})()


async def send(
    school: School, body: bytes, *, content_type: str = FORM, headers: Mapping[str, str] | None = None
) -> SlashAnswer:
    """Sign these bytes now, change what `headers` says, and post them."""
    slack = school.slack
    return await slack.delivery.signed(slack.client, slack.webhook_url, body, content_type, headers)


async def send_json(school: School, body: bytes) -> SlashAnswer:
    """Signed JSON."""
    return await send(school, body, content_type=JSON)


async def send_dated(school: School, body: bytes, timestamp: str) -> SlashAnswer:
    """Rightly signed for this timestamp, whatever it is."""
    dated = {"X-Slack-Request-Timestamp": timestamp}
    dated["X-Slack-Signature"] = sign(school.slack.delivery.secret, timestamp, body)
    return await send(school, body, headers=dated)


async def get(school: School, path: str, method: str = "GET") -> tuple[int, bytes]:
    """Status and body of a plain request."""
    async with aiohttp.ClientSession() as client, client.request(method, base(school) + path) as answer:
        return answer.status, await answer.read()


async def post(
    school: School, path: str, body: Any, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a post; an async generator is sent in chunks without a length."""
    async with (
        aiohttp.ClientSession() as client,
        client.post(base(school) + path, data=body, headers=headers) as answer,
    ):
        raw = await answer.read()
        return answer.status, orjson.loads(raw) if answer.content_type == JSON else {}


def base(school: School) -> str:
    """Where modbot listens."""
    return f"http://127.0.0.1:{school.app.port}"


async def until_idle(school: School) -> None:
    """Nothing that was accepted waits or runs any more."""

    async def idle() -> bool:
        return bool(await school.app.state.store.run("XLEN", keys.INBOX) == 0)

    await until("the inbox is empty", idle)


async def record(school: School) -> list[dict[str, Any]]:
    """Every entry of the audit, oldest first."""
    return [entry async for entry in school.app.state.audit.export()]


async def outcomes(school: School) -> list[tuple[str, str]]:
    """(action, outcome) of every outcome on record."""
    return [(entry["action"], entry["outcome"]) for entry in await record(school) if entry["phase"] == "outcome"]


def changes(school: School) -> list[str]:
    """What vendors were asked to change: method and path of every call that is not a read or a sign-in."""
    seen = [*school.district.zoom.seen, *school.district.webex.seen]
    return [f"{call.method} {call.path}" for call in seen if call.method != "GET" and "token" not in call.path]


def answers_to(school: School, user: str) -> list[PostedMessage]:
    """What this person was told since the beginning: by ephemeral message or directly."""
    direct = {
        channel.id for channel in school.slack.world.channels.values() if channel.is_im and user in channel.members
    }
    return [
        message
        for message in school.slack.messages
        if message.only_for == user or (message.channel in direct and not message.only_for)
    ]
