"""The Slack app a district installs as its own: https://docs.slack.dev/reference/app-manifest

An internal app of the district needs no review by Slack and keeps the ordinary rate limits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from modbot.errors import ConfigError

SCOPES: Mapping[str, str] = {
    "commands": "slash commands and shortcuts: how staff lock a class and page IT",
    "chat:write": "answers, incident cards and pages, in channels that modbot was invited to",
    "im:write": "a private message when an answer came too late for the channel, and pages to the on-call",
    "users:read": "whether somebody is an active member of this workspace, and not a bot or an outsider",
    "users:read.email": "the confirmed e-mail that ties a person to the roster; without it nobody may do anything",
    "channels:read": "whether a public incident channel exists, has modbot in it and is not shared with outsiders",
    "groups:read": "the same for a private incident channel",
}
SOCKET_SCOPE = "connections:write"  # of the app-level token, made by hand; a manifest cannot ask for it


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An entry of Slack's shortcut menu; the way in from threads, where slash commands do not work."""

    name: str
    type: str  # "global" or "message"
    callback_id: str
    description: str


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut("Panic: shut my class", "global", "modbot_panic", "Lock the class, put strangers out and page IT."),
    Shortcut("Lock my class", "global", "modbot_lock", "Nobody new can come in."),
    Shortcut("Put someone out", "global", "modbot_eject", "Choose who must leave the class."),
    Shortcut("Page IT", "global", "modbot_page", "Call the person on duty until somebody answers."),
    Shortcut("Page IT about this", "message", "modbot_page_message", "Call the person on duty about this message."),
)


def manifest(
    url: str,
    commands: Sequence[tuple[str, str, str]],
    *,
    socket_mode: bool = False,
    events: Sequence[str] = (),
) -> dict[str, Any]:
    """The manifest. `url` is where Slack reaches modbot (its /slack/events); commands are (name, usage, description).

    With `socket_mode` no address is needed. `events` are bot events modbot listens to; none are needed for commands.
    Raises ConfigError for an address that is not https, and ValueError for a command that Slack would refuse.
    """
    address = "" if socket_mode else _checked(url)
    settings: dict[str, Any] = {
        "interactivity": {"is_enabled": True, **_at("request_url", address)},
        "org_deploy_enabled": False,
        "socket_mode_enabled": socket_mode,
        "token_rotation_enabled": False,
    }
    if events:
        settings["event_subscriptions"] = {**_at("request_url", address), "bot_events": sorted(events)}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "modbot",
            "description": "Lock a class, put an intruder out and page IT.",
            "background_color": "#7a1f1f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "modbot", "always_online": True},
            "shortcuts": [
                {"name": each.name, "type": each.type, "callback_id": each.callback_id, "description": each.description}
                for each in SHORTCUTS
            ],
            "slash_commands": [_command(*command, address) for command in commands],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": settings,
    }


def _command(name: str, usage: str, description: str, address: str) -> dict[str, Any]:
    if not name.startswith("/") or not 1 < len(name) <= 32 or name != name.lower() or " " in name:
        raise ValueError(f"{name!r} cannot be a slash command")
    if not description or len(description) > 2000 or len(usage) > 1000:
        raise ValueError(f"{name}: its description or usage is empty or too long")
    hint = {"usage_hint": usage} if usage else {}
    return {"command": name, "description": description, **hint, "should_escape": True, **_at("url", address)}


def _at(name: str, address: str) -> dict[str, str]:
    return {name: address} if address else {}


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ConfigError("url", f"{url!r} is not an https address that Slack could reach")
    base = url.rstrip("/")
    return base if base.endswith("/slack/events") else base + "/slack/events"
