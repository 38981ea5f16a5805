"""What each Web API method does to the workspace. https://docs.slack.dev/reference/methods

A method gets its arguments and answers Slack's JSON; a refusal is raised as `Refused` with Slack's own error string.
"""

from collections.abc import Callable, Mapping
from typing import Any

from modbot.simulators.slack import blockkit
from modbot.simulators.slack.world import (
    BOT_ID,
    BOT_USER_ID,
    TEAM_ID,
    Json,
    PostedMessage,
    SimChannel,
    SimUser,
    SimView,
    World,
)

Arguments = Mapping[str, Any]


class Refused(Exception):
    """The method answers `ok: false` with this error."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer: Json = {"ok": False, "error": error, **more}


def check_content(arguments: Arguments) -> tuple[str, list[Json]]:
    """The text and blocks of a message. Raises Refused with no_text, msg_too_long, invalid_blocks, ..."""
    text, blocks = arguments.get("text") or "", arguments.get("blocks") or []
    if not isinstance(text, str) or not (text.strip() or blocks):
        raise Refused("no_text")
    if len(text) > 40_000:
        raise Refused("msg_too_long")
    if problems := blockkit.problems_of_message(blocks):
        raise Refused("invalid_blocks", response_metadata={"messages": [f"[ERROR] {each}" for each in problems]})
    if blockkit.too_long(blocks):
        raise Refused("msg_blocks_too_long")
    return text, blocks


class Methods:
    """The Web API over one workspace. With `lie` set, what changes something answers success and changes nothing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lie = False
        self.socket_url = ""
        self.has_scope: Callable[[str], bool] = lambda _scope: True
        self.table: Mapping[str, Callable[[Arguments], Json]] = {
            "auth.test": self.auth_test,
            "chat.postMessage": self.post_message,
            "chat.update": self.update_message,
            "chat.postEphemeral": self.post_ephemeral,
            "conversations.open": self.open_conversation,
            "conversations.info": self.conversation_info,
            "users.info": self.user_info,
            "users.lookupByEmail": self.user_by_email,
            "views.open": self.open_view,
            "views.update": self.update_view,
            "views.publish": self.publish_view,
            "apps.connections.open": self.open_socket,
        }

    def auth_test(self, _: Arguments) -> Json:
        """auth.test"""
        names = {"team": "Simulated District", "user": "modbot", "url": "https://district.example.org/"}
        ids = {"team_id": TEAM_ID, "user_id": BOT_USER_ID, "bot_id": BOT_ID, "is_enterprise_install": False}
        return {"ok": True, **names, **ids}

    def post_message(self, arguments: Arguments) -> Json:
        """chat.postMessage"""
        channel = self._writable(arguments)
        text, blocks = check_content(arguments)
        message = PostedMessage(channel.id, self.world.new_ts(), text, blocks, arguments.get("thread_ts") or "")
        if not self.lie:
            self.world.messages.append(message)
        shown = {"type": "message", "text": text, "blocks": blocks, "ts": message.ts, "bot_id": BOT_ID}
        return {"ok": True, "channel": channel.id, "ts": message.ts, "message": shown}

    def update_message(self, arguments: Arguments) -> Json:
        """chat.update"""
        channel = self._writable(arguments)
        message = self.world.message(channel.id, str(arguments.get("ts")))
        if message is None:
            raise Refused("message_not_found")
        if message.only_for:
            raise Refused("cant_update_message")
        text, blocks = check_content(arguments)
        if not self.lie:
            message.edits.append({"text": message.text, "blocks": message.blocks})
            message.text = text
            message.blocks = blocks if "blocks" in arguments else message.blocks
        return {"ok": True, "channel": channel.id, "ts": message.ts, "text": text}

    def post_ephemeral(self, arguments: Arguments) -> Json:
        """chat.postEphemeral"""
        channel = self._writable(arguments)
        user = self._user(arguments.get("user"))
        if user.id not in channel.members:
            raise Refused("user_not_in_channel")
        text, blocks = check_content(arguments)
        message = PostedMessage(channel.id, self.world.new_ts(), text, blocks, only_for=user.id)
        if not self.lie:
            self.world.messages.append(message)
        return {"ok": True, "message_ts": message.ts}

    def open_conversation(self, arguments: Arguments) -> Json:
        """conversations.open, for one person."""
        user = self._user(arguments.get("users"))
        if user.is_bot:
            raise Refused("cannot_dm_bot")
        if user.deleted:
            raise Refused("user_disabled")
        return {"ok": True, "channel": {"id": self.world.im_with(user.id).id}}

    def conversation_info(self, arguments: Arguments) -> Json:
        """conversations.info"""
        channel = self._channel(arguments)
        shown = {
            "id": channel.id,
            "name": channel.name,
            "is_member": BOT_USER_ID in channel.members,
            "is_private": channel.is_private,
            "is_archived": channel.is_archived,
            "is_ext_shared": channel.is_ext_shared,
            "is_im": channel.is_im,
        }
        return {"ok": True, "channel": shown}

    def user_info(self, arguments: Arguments) -> Json:
        """users.info"""
        return {"ok": True, "user": self._shown(self._user(arguments.get("user")))}

    def user_by_email(self, arguments: Arguments) -> Json:
        """users.lookupByEmail"""
        wanted = str(arguments.get("email") or "").casefold()
        for user in self.world.users.values():
            if wanted and user.email.casefold() == wanted and not user.deleted:
                return {"ok": True, "user": self._shown(user)}
        raise Refused("users_not_found")

    def open_view(self, arguments: Arguments) -> Json:
        """views.open"""
        user_id, error = self.world.take_trigger(str(arguments.get("trigger_id")))
        if error:
            raise Refused(error)
        return self._new_view(user_id, arguments)

    def publish_view(self, arguments: Arguments) -> Json:
        """views.publish"""
        return self._new_view(self._user(arguments.get("user_id")).id, arguments)

    def update_view(self, arguments: Arguments) -> Json:
        """views.update"""
        view = self.world.views.get(str(arguments.get("view_id")))
        if view is None or not view.open:
            raise Refused("not_found")
        if arguments.get("hash") not in (None, view.hash):
            raise Refused("hash_conflict")
        payload = _checked_view(arguments)
        if not self.lie:
            view.payload, view.hash = payload, f"{self.world.number()}"
        return {"ok": True, "view": view.as_sent}

    def open_socket(self, _: Arguments) -> Json:
        """apps.connections.open"""
        return {"ok": True, "url": f"{self.socket_url}?ticket={self.world.number()}"}

    def _new_view(self, user_id: str, arguments: Arguments) -> Json:
        number = self.world.number()
        view = SimView(f"V0{number:05d}", user_id, _checked_view(arguments), f"{number}")
        if not self.lie:
            self.world.views[view.id] = view
        return {"ok": True, "view": view.as_sent}

    def _channel(self, arguments: Arguments) -> SimChannel:
        wanted = str(arguments.get("channel") or "")
        channel = self.world.channels.get(wanted)
        hidden = channel is not None and channel.is_private and BOT_USER_ID not in channel.members
        if channel is None or hidden:
            raise Refused("channel_not_found")
        return channel

    def _writable(self, arguments: Arguments) -> SimChannel:
        channel = self._channel(arguments)
        if channel.is_archived:
            raise Refused("is_archived")
        if BOT_USER_ID not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def _user(self, user_id: Any) -> SimUser:
        user = self.world.users.get(str(user_id or ""))
        if user is None:
            raise Refused("user_not_found")
        return user

    def _shown(self, user: SimUser) -> Json:
        profile = {"real_name": user.name, "display_name": user.name}
        email = {"email": user.email} if user.email and self.has_scope("users:read.email") else {}
        return {
            "id": user.id,
            "team_id": user.team_id,
            "name": user.name.lower().replace(" ", "."),
            "real_name": user.name,
            "deleted": user.deleted,
            "is_bot": user.is_bot,
            "is_stranger": user.stranger,
            "is_email_confirmed": user.confirmed,
            "profile": {**profile, **email},
        }


def _checked_view(arguments: Arguments) -> Json:
    view = arguments.get("view")
    if problems := blockkit.problems_of_view(view):
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {each}" for each in problems]})
    if not isinstance(view, dict):
        raise Refused("invalid_arguments")
    return view
