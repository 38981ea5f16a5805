"""What Slack sends to an app, field by field.

https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/apis/events-api
"""

from collections.abc import Iterator, Mapping

from modbot.simulators.slack.world import (
    APP_ID,
    BOT_USER_ID,
    TEAM_ID,
    Json,
    PostedMessage,
    SimChannel,
    SimUser,
    SimView,
)

DOMAIN = "simulated-district"
_VERIFICATION_TOKEN = "unused-and-deprecated"


def slash(user: SimUser, channel: SimChannel, command: str, text: str, trigger_id: str, url: str) -> dict[str, str]:
    """The form fields of a slash command."""
    return {
        "token": _VERIFICATION_TOKEN,
        "team_id": user.team_id,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": user.id,
        "user_name": _user_name(user),
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": trigger_id,
    }


def interaction(kind: str, user: SimUser, trigger_id: str) -> Json:
    """What every interaction payload has."""
    return {
        "type": kind,
        "token": _VERIFICATION_TOKEN,
        "api_app_id": APP_ID,
        "team": {"id": TEAM_ID, "domain": DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": user.id, "username": _user_name(user), "name": _user_name(user), "team_id": user.team_id},
        "trigger_id": trigger_id,
    }


def in_message(message: PostedMessage, channel: SimChannel, url: str) -> Json:
    """Where an action on a message happened. Slack does not send an ephemeral message back."""
    place: Json = {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.only_for),
        },
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "response_url": url,
    }
    return place if message.only_for else place | {"message": _shown(message), "state": {"values": {}}}


def in_view(view: SimView) -> Json:
    """Where an action on a modal or Home tab happened."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view.as_sent}


def on_message(message: PostedMessage, channel: SimChannel, url: str) -> Json:
    """What a message shortcut was used on."""
    shown = {"message": _shown(message), "message_ts": message.ts, "response_url": url}
    return {"channel": {"id": channel.id, "name": _channel_name(channel)}, **shown}


def pressed(block: Json, element: Json, ts: str) -> Json:
    """The action of a button."""
    value = {"value": element["value"]} if "value" in element else {}
    return {**_action(block, element, ts), "text": element["text"], **value}


def chosen(block: Json, element: Json, option: Json, ts: str) -> Json:
    """The action of a menu."""
    return {**_action(block, element, ts), "selected_option": option}


def typed(view: SimView, values: Mapping[str, str]) -> Json:
    """`view.state` with what was typed, by block_id, action_id or label. LookupError for a required one left empty."""
    state: Json = {}
    for number, block in enumerate(view.payload["blocks"]):
        if block["type"] == "input":
            element, name = block["element"], block.get("block_id", f"block{number}")
            state[name] = {element["action_id"]: _entered(block, element, _value_for(block, values))}
    return {"values": state}


def event(inner: Json, number: int, at_seconds: int) -> Json:
    """The outer envelope of an event."""
    return {
        "token": _VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": inner,
        "type": "event_callback",
        "event_id": f"Ev{number:010d}",
        "event_time": at_seconds,
        "authorizations": [
            {"enterprise_id": None, "team_id": TEAM_ID, "user_id": BOT_USER_ID, "is_bot": True}
            | {"is_enterprise_install": False}
        ],
        "is_ext_shared_channel": False,
    }


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, button or menu) on show."""
    for number, block in enumerate(blocks):
        named = {"block_id": f"block{number}", **block}
        for element in block["elements"] if block["type"] == "actions" else [block.get("accessory")]:
            if element is not None:
                yield named, element


def option_of(element: Json, wanted: str) -> Json:
    """The option with that value or label. Raises LookupError."""
    options: list[Json] = element["options"]
    for option in options:
        if wanted in (option["value"], option["text"]["text"]):
            return option
    raise LookupError(f"no option {wanted!r} among {[option['text']['text'] for option in options]}")


def _action(block: Json, element: Json, ts: str) -> Json:
    return {
        "type": element["type"],
        "action_id": element.get("action_id", ""),
        "block_id": block["block_id"],
        "action_ts": ts,
    }


def _value_for(block: Json, values: Mapping[str, str]) -> str | None:
    for name in (block.get("block_id", ""), block["element"]["action_id"], block["label"]["text"]):
        if name in values:
            return values[name]
    return None


def _entered(block: Json, element: Json, value: str | None) -> Json:
    if element["type"] == "static_select":
        option = element.get("initial_option") if value is None else option_of(element, value)
        if option is None and not block.get("optional"):
            raise LookupError(f"{block['label']['text']!r} is required")
        return {"type": "static_select", "selected_option": option}
    text = element.get("initial_value") if value is None else value
    if not text and not block.get("optional"):
        raise LookupError(f"{block['label']['text']!r} is required")
    return {"type": element["type"], "value": text or None}


def _shown(message: PostedMessage) -> Json:
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    shown = {"type": "message", "user": BOT_USER_ID, "ts": message.ts, "text": message.text, "blocks": message.blocks}
    return shown | thread


def _channel_name(channel: SimChannel) -> str:
    return "directmessage" if channel.is_im else channel.name


def _user_name(user: SimUser) -> str:
    return user.name.lower().replace(" ", ".")
