"""What the simulated workspace holds: people, channels, messages, windows, and the short-lived keys to them."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TEAM_ID = "T0SIM"
BOT_USER_ID = "U0MODBOT"
BOT_ID = "B0MODBOT"
APP_ID = "A0MODBOT"
TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 1800.0
RESPONSE_URL_USES = 5
Json = dict[str, Any]


@dataclass(slots=True)
class SimUser:
    """A person or bot. `note` is for the reader of a demo, such as "teaches 5-B"; Slack does not know it."""

    id: str
    email: str
    name: str
    note: str = ""
    is_bot: bool = False
    deleted: bool = False
    confirmed: bool = True
    stranger: bool = False
    team_id: str = TEAM_ID


@dataclass(slots=True)
class SimChannel:
    """A channel or private conversation."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    is_im: bool = False


@dataclass(slots=True)
class PostedMessage:
    """A message as somebody sees it now. `only_for` is the user id of an ephemeral one."""

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    thread_ts: str = ""
    only_for: str = ""
    edits: list[Json] = field(default_factory=list)  # what it was before, oldest first
    deleted: bool = False

    @property
    def everything(self) -> str:
        """All words in it, the fallback text too: for looking whether something is shown."""
        return "\n".join([self.text, *_words(self.blocks)])


@dataclass(slots=True)
class SimView:
    """A modal or Home tab that is open for one person."""

    id: str
    user_id: str
    payload: Json
    hash: str
    open: bool = True
    errors: Json = field(default_factory=dict)  # what the app said is wrong with what was typed

    @property
    def as_sent(self) -> Json:
        """The view object as Slack sends it to the app."""
        ids = {"id": self.id, "team_id": TEAM_ID, "app_id": APP_ID, "bot_id": BOT_ID, "hash": self.hash}
        return {"private_metadata": "", "callback_id": "", **self.payload, **ids, "root_view_id": self.id}


@dataclass(slots=True)
class ResponseUrl:
    """One response_url and what it may still do."""

    user_id: str
    channel: str
    message: PostedMessage | None
    made_at: float
    uses: int = 0


class World:
    """The workspace's state. `now` gives Unix seconds."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.users: dict[str, SimUser] = {}
        self.channels: dict[str, SimChannel] = {}
        self.messages: list[PostedMessage] = []
        self.views: dict[str, SimView] = {}
        self.triggers: dict[str, tuple[str, float]] = {}
        self.used_triggers: set[str] = set()
        self.response_urls: dict[str, ResponseUrl] = {}
        self._numbers = itertools.count(1)
        self.add_user(BOT_USER_ID, "", "modbot", bot=True)

    def number(self) -> int:
        """A number not given before."""
        return next(self._numbers)

    def add_user(
        self,
        user_id: str,
        email: str,
        name: str,
        note: str = "",
        *,
        bot: bool = False,
        deleted: bool = False,
        confirmed: bool = True,
        stranger: bool = False,
    ) -> SimUser:
        """Let somebody into the workspace; a `stranger` is from another one, in a shared channel."""
        team = "T0OTHER" if stranger else TEAM_ID
        user = SimUser(user_id, email, name, note, bot, deleted, confirmed, stranger, team)
        self.users[user_id] = user
        return user

    def add_channel(
        self, channel_id: str, name: str, *, private: bool = False, invite_bot: bool = True, shared: bool = False
    ) -> SimChannel:
        """Open a channel with every present person in it."""
        members = set(self.users) - {BOT_USER_ID} | ({BOT_USER_ID} if invite_bot else set())
        channel = SimChannel(channel_id, name, members, private, is_ext_shared=shared)
        self.channels[channel_id] = channel
        return channel

    def im_with(self, user_id: str) -> SimChannel:
        """The private conversation between modbot and a person."""
        for channel in self.channels.values():
            if channel.is_im and user_id in channel.members:
                return channel
        channel = SimChannel(f"D0{self.number():05d}", "", {user_id, BOT_USER_ID}, is_private=True, is_im=True)
        self.channels[channel.id] = channel
        return channel

    def new_ts(self) -> str:
        """A message ts; later ones are larger."""
        return f"{int(self.now())}.{self.number():06d}"

    def new_trigger(self, user_id: str) -> str:
        """A trigger_id: good once, for 3 s."""
        trigger = f"{self.number()}.{TEAM_ID}.{self.number():08x}"
        self.triggers[trigger] = (user_id, self.now())
        return trigger

    def take_trigger(self, trigger: str) -> tuple[str, str]:
        """(user id, "") for a good trigger_id, else ("", Slack's error)."""
        if trigger in self.used_triggers:
            return "", "exchanged_trigger_id"
        if trigger not in self.triggers:
            return "", "invalid_trigger_id"
        user_id, made_at = self.triggers[trigger]
        if self.now() - made_at > TRIGGER_SECONDS:
            return "", "expired_trigger_id"
        self.used_triggers.add(trigger)
        return user_id, ""

    def message(self, channel: str, ts: str) -> PostedMessage | None:
        """The message as it is now, if it is there."""
        for message in self.messages:
            if (message.channel, message.ts) == (channel, ts) and not message.deleted:
                return message
        return None


def _words(value: object) -> list[str]:
    if isinstance(value, dict):
        return [word for name, inner in value.items() if name not in _NOT_WORDS for word in _words(inner)]
    if isinstance(value, list):
        return [word for inner in value for word in _words(inner)]
    return [value] if isinstance(value, str) else []


_NOT_WORDS = frozenset({"type", "action_id", "block_id", "value", "style", "url"})
