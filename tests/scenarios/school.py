"""What a scenario does: type, press, read; and what it looks at: the class, the wire, the record."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from modbot.app import App
from modbot.demo.district import INCIDENTS, District
from modbot.demo.stand_ins.jitsi import OnJitsi
from modbot.simulators.meet import Meeting as MeetMeeting
from modbot.simulators.slack import PostedMessage, SlackSimulator, SlashAnswer
from modbot.simulators.teams import Meeting as TeamsMeeting
from modbot.simulators.webex.world import Meeting as WebexMeeting
from modbot.simulators.zoom.state import Meeting as ZoomMeeting
from modbot.store.sessions import Sessions
from tests.stores import until

ORTIZ, CHANG = "U0ORTIZ", "U0CHANG"  # teachers: his class is on Webex, hers on Zoom
HADDAD, LIND, VOSS = "U0HADDAD", "U0LIND", "U0VOSS"  # and on Google Meet, Microsoft Teams, Jitsi
BROOK = "U0BROOK"  # principal of their school
REYES, BAKER = "U0REYES", "U0BAKER"  # IT, first and second on call


@dataclass(slots=True)
class School:
    """A district with a modbot at its side."""

    district: District
    app: App

    @property
    def slack(self) -> SlackSimulator:
        """Staff chat."""
        return self.district.slack

    # The classes.

    async def webex_class(self, *, lobby: bool = True) -> WebexMeeting:
        """Mr Ortiz's class with its pupils in it, and modbot has heard of all of it."""
        meeting: WebexMeeting = self.district.open_webex_class(lobby=lobby)
        await self.settled()
        return meeting

    async def zoom_class(self) -> ZoomMeeting:
        """Ms Chang's class with its pupils in it, and modbot has heard of all of it."""
        meeting: ZoomMeeting = self.district.open_zoom_class()
        await self.settled()
        return meeting

    async def meet_class(self) -> MeetMeeting:
        """Ms Haddad's class with its pupils in it, and modbot has heard of all of it."""
        await self.until_listening()
        meeting = self.district.on_meet.open()
        await self.settled()
        return meeting

    async def teams_class(self) -> TeamsMeeting:
        """Mr Lind's class with its pupils in it, and modbot has heard of all of it."""
        await self.until_listening()
        meeting = self.district.on_teams.open()
        await self.settled()
        return meeting

    async def jitsi_class(self) -> OnJitsi:
        """Ms Voss's class with its pupils in it, and modbot has heard of all of it."""
        await self.until_listening()
        jitsi = self.district.on_jitsi
        sessions = Sessions(self.app.state.store, self.app.state.keyring, keep=self.app.settings.session_keep)

        async def all_seen() -> bool:
            live = await sessions.live_in_room(jitsi.room)
            return bool(live) and len(live[0].participants) == len(jitsi.inside())

        await until("modbot sees everybody in the class", all_seen)
        return jitsi

    async def until_listening(self) -> None:
        """modbot has subscribed to the events of every platform that wants that."""
        await until("modbot has subscribed", self.district.heard)

    async def settled(self) -> None:
        """Every webhook sent so far has been answered."""
        for one in self.district.stand_ins.values():
            await one.settled()

    # What staff do.

    async def type(self, user: str, command: str, text: str = "") -> PostedMessage:
        """Type a command and read the answer."""
        known = list(map(id, self.slack.messages))
        answer = await self.slack.slash(user, command, text)
        assert answer.status == 200, answer
        return await self.answer_to(user, known)

    async def press(self, user: str, on: PostedMessage, button: str) -> PostedMessage:
        """Press a button and read the answer."""
        known = list(map(id, self.slack.messages))
        answer = await self.slack.press(user, on, button)
        assert answer.status == 200, answer
        return await self.answer_to(user, known)

    async def pick(self, user: str, on: PostedMessage, name: str) -> PostedMessage:
        """Press the button beside a person's name and read the answer."""
        beside = [row["accessory"] for row in _rows(on) if name in row["text"]["text"]]
        assert len(beside) == 1, shown(on)
        return await self.press(user, on, str(beside[0]["action_id"]))

    async def answer_to(self, user: str, known: list[int]) -> PostedMessage:
        """The next message, beyond the known ones, that only this person sees. Acknowledgements have no blocks."""
        return await self.slack.wait_for(
            lambda message: id(message) not in known and message.only_for == user and bool(message.blocks),
            f"an answer to {user}",
        )

    # What staff see elsewhere.

    async def card(self, title: str) -> PostedMessage:
        """The incident card of a class, in the incident channel."""
        return await self.slack.wait_for(
            lambda m: m.channel == INCIDENTS and not m.thread_ts and title in m.text, f"the card of {title}"
        )

    async def until_card_says(self, title: str, words: str) -> PostedMessage:
        """The card once it says this."""
        return await self.slack.wait_for(
            lambda m: m.channel == INCIDENTS and not m.thread_ts and title in m.text and words in m.everything,
            f"{words!r} on the card of {title}",
        )

    async def until_timeline(self, card: PostedMessage, last: str) -> list[str]:
        """The thread of a card, without its times, once it has this line."""
        await self.slack.wait_for(lambda m: m.thread_ts == card.ts and last in m.text, f"{last!r} in the thread")
        return [m.text.split(" ", 1)[1].strip() for m in self.slack.messages if m.thread_ts == card.ts]

    async def page_to(self, user: str, within_seconds: float = 30) -> PostedMessage:
        """The page that rings in somebody's direct messages."""
        place = self.slack.world.im_with(user).id
        return await self.slack.wait_for(
            lambda m: m.channel == place and not m.only_for and m.text.startswith("PAGE"),
            f"a page to {user}",
            within_seconds,
        )

    def pages_to(self, user: str) -> list[PostedMessage]:
        """Every page message somebody was ever sent, also those that no longer ring."""
        place = self.slack.world.im_with(user).id
        return [m for m in self.slack.messages if m.channel == place and not m.only_for]

    async def until_says(self, message: PostedMessage, words: str) -> None:
        """A message has been redrawn to say this."""
        await until(f"{words!r} in {message.text!r}", lambda: words in message.everything)

    # The wire and the record.

    def calls(self, vendor: str, method: str, path: str) -> list[Any]:
        """The requests a vendor received."""
        simulators = (self.district.zoom, self.district.webex, self.district.meet, self.district.teams)
        (simulator,) = [one for one in simulators if one.vendor == vendor]
        return [seen for seen in simulator.seen if seen.method == method and path in seen.path]

    async def recorded(self) -> list[tuple[str, str, str]]:
        """The audit record: actor, action, and "intent" or the outcome."""
        return [
            (record["actor"].removeprefix("slack:"), record["action"], record["outcome"] or record["phase"])
            async for record in self.app.state.audit.export()
        ]

    async def until_recorded(self, wanted: tuple[str, str, str]) -> None:
        """The audit record has this line."""

        async def is_there() -> bool:
            return wanted in await self.recorded()

        await until(f"{wanted} in the record", is_there)

    async def refusals(self) -> list[tuple[str, str]]:
        """Who was refused, and why, as recorded."""
        return [
            (record["actor"].removeprefix("slack:"), record["reason"])
            async for record in self.app.state.audit.export()
            if record["outcome"] == "refused"
        ]


def untimed(lines: Iterable[str]) -> list[str]:
    """Lines of a card, whatever time they say that something took."""
    return [re.sub(r"\b[0-9]+ s\b", "N s", line) for line in lines]


def shown(message: PostedMessage) -> list[str]:
    """A message's paragraphs, steps and people, in order, without its buttons and its grey last line."""
    texts = [str(block["text"]["text"]) for block in message.blocks if block["type"] == "section"]
    return [text.removeprefix("*").removesuffix("*") for text in texts]


def buttons(message: PostedMessage) -> list[str]:
    """The labels of the buttons below a message."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [str(element["text"]["text"]) for row in rows for element in row]


def people(message: PostedMessage) -> list[str]:
    """The rows that show a person."""
    return [str(row["text"]["text"]) for row in _rows(message)]


def _rows(message: PostedMessage) -> list[Any]:
    return [b for b in message.blocks if b["type"] == "section" and b["text"]["type"] == "plain_text"]


__all__ = [
    "BAKER",
    "BROOK",
    "CHANG",
    "HADDAD",
    "LIND",
    "ORTIZ",
    "REYES",
    "VOSS",
    "School",
    "SlashAnswer",
    "buttons",
    "people",
    "shown",
    "untimed",
]
