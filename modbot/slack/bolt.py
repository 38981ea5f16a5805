"""Buttons, shortcuts, events and modals, and Socket Mode: Bolt reads them, `Intake` takes them in.

Authorisation is answered from local state: Bolt's own would call Slack before every acknowledgement. The signature was
checked by the edge, or by Slack's own socket.
"""

import logging
import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from modbot.intake import Intake, now_ms
from modbot.log import get_logger
from modbot.slack.render import ACTION, pressed

EVERYTHING = re.compile(".*", re.DOTALL)
UNKNOWN = "?"  # no command has this name: the person is told that nothing was done
SHORTCUT = "modbot_"

log = get_logger("slack.bolt")

_BOLT_LOG = logging.getLogger("modbot.slack.bolt")
_BOLT_LOG.setLevel(logging.ERROR)  # its warnings are about choices made here on purpose


def build(*, intake: Intake, web: AsyncWebClient, bot_token: str) -> AsyncApp:
    """The Bolt application. `web` shares modbot's connection pool."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=bot_token)

    app = AsyncApp(
        logger=_BOLT_LOG,
        client=web,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=True,
    )

    @app.action(EVERYTHING)
    async def button(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await intake.press(_press(body, action), signature=_press_id(body, action))
        await ack()

    @app.shortcut(EVERYTHING)
    async def shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await intake.press(
            _shortcut(body), signature=f"shortcut:{body.get('trigger_id', '')}:{body.get('action_ts', '')}"
        )
        await ack()

    @app.command(EVERYTHING)  # over Socket Mode only: over HTTP the edge takes commands first
    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(text=await intake.take(_command(body), signature=f"command:{body.get('trigger_id', '')}"))

    @app.view(EVERYTHING)
    async def view(ack: AsyncAck) -> None:
        await ack()

    @app.event(EVERYTHING)
    async def event(body: dict[str, Any]) -> None:
        log.info("event_not_used", kind=str(body.get("event", {}).get("type", ""))[:40])

    return app


def _press(body: dict[str, Any], action: dict[str, Any]) -> dict[str, Any]:
    try:
        name, given = pressed(action.get("value", ""))
    except (ValueError, TypeError):
        name, given = UNKNOWN, {}
    if not str(action.get("action_id", "")).startswith(ACTION):
        name = UNKNOWN
    return {
        "command": name,
        "user": body["user"]["id"],
        "at_ms": now_ms(),
        "given": given,
        "channel": (body.get("channel") or {}).get("id", ""),
        "response_url": body.get("response_url", ""),
        "trigger_id": body.get("trigger_id", ""),
    }


def _press_id(body: dict[str, Any], action: dict[str, Any]) -> str:
    """The same press, redelivered, has the same id; a second press has another `action_ts`."""
    return f"press:{body['user']['id']}:{action.get('action_id', '')}:{action.get('action_ts', '')}"


def _shortcut(body: dict[str, Any]) -> dict[str, Any]:
    name = str(body.get("callback_id", "")).removeprefix(SHORTCUT).partition("_")[0]
    said = (body.get("message") or {}).get("text", "")
    return {
        "command": name,
        "user": body["user"]["id"],
        "at_ms": now_ms(),
        "text": str(said)[:300] if name == "page" else "",
        "channel": (body.get("channel") or {}).get("id", ""),
        "response_url": body.get("response_url", ""),
        "trigger_id": body.get("trigger_id", ""),
    }


def _command(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "command": str(body.get("command", "")).lstrip("/").casefold()[:64],
        "user": body["user_id"],
        "at_ms": now_ms(),
        "text": body.get("text", ""),
        "channel": body.get("channel_id", ""),
        "response_url": body.get("response_url", ""),
        "trigger_id": body.get("trigger_id", ""),
    }
