"""What a scenario is made of: beats, goals, and the scene they play in."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from modbot.demo.day import SchoolDay
from modbot.demo.page.hands import CannotDo, Hands
from modbot.demo.page.pacing import Pace
from modbot.demo.page.stopwatch import Stopwatch
from modbot.demo.roster import pupil_email
from modbot.demo.stand_ins import StandIn
from modbot.demo.stand_ins.picture import Arrival, Picture, Someone, Where
from modbot.model import PlatformName
from modbot.simulators.slack import PostedMessage, payloads

TAKE_IT = "1"  # the key by which whoever is called says that they have it

Act = Callable[["Scene"], Awaitable[None]]
Seen = Callable[["Scene"], bool]
Words = Callable[["Scene"], str]


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that must come about. `met` looks at the simulators' state or at Slack's messages."""

    text: str
    met: Seen


@dataclass(frozen=True, slots=True)
class Beat:
    """One small step. `act` is what the people of the story do, `meanwhile` what they do while the visitor acts.

    With `until` it waits for what the visitor does. `help` does that in their place; it may be tried again, so it
    must not do twice what was done.
    """

    says: str
    act: Act | None = None
    meanwhile: Act | None = None
    hint: str = ""
    type: str | Words = ""  # what the visitor can type at this moment
    until: Seen | None = None
    help: Act | None = None
    rest_seconds: float = 1.5


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story with named people. `plays_as` is the Slack id of whom the visitor plays."""

    name: str
    title: str
    about: str
    plays_as: str
    beats: tuple[Beat, ...]
    goals: tuple[Goal, ...]
    needs: frozenset[PlatformName]  # the platforms it plays on
    verdict: Words | None = None  # what is said at the end


@dataclass(slots=True)
class Scene:
    """Where a scenario plays.

    `arrivals` are people by what the story calls them, `moments` when something happened: a goal was met, say.
    """

    day: SchoolDay
    hands: Hands
    pace: Pace
    stopwatch: Stopwatch
    page_token: str  # for the button on the wall
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)
    _old: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._old = {id(message) for message in self.day.district.slack.world.messages}
        self.moments["start"] = datetime.now(UTC)

    def on(self, platform: PlatformName) -> StandIn:
        """The class there."""
        return self.day.district.stand_ins[platform]

    def room(self, platform: PlatformName) -> Picture:
        """That class as it is now."""
        return self.on(platform).picture()

    # What the people of the story do.

    async def arrive(self, platform: PlatformName, name: str, *, pupil: bool = False, role: str = "") -> Arrival:
        """Somebody comes with the link. `role` is what the story calls them, else their name."""
        came = await self.on(platform).arrive(name, pupil_email(name) if pupil else "")
        self.arrivals[role or name] = came
        return came

    def share(self, platform: PlatformName, role: str) -> None:
        """They share a screen."""
        self.on(platform).share(self.arrivals[role].id)

    async def click_lock(self, platform: PlatformName) -> None:
        """The teacher's own click on Lock."""
        await self.on(platform).lock_by_hand()
        self.stopwatch.look_afresh()

    async def click_remove(self, platform: PlatformName, role: str) -> None:
        """The teacher's own click on Remove."""
        await self.on(platform).put_out_by_hand(self.arrivals[role].id)
        self.stopwatch.look_afresh()

    async def take_call(self, person: str) -> None:
        """They pick up and press 1; nothing when their phone does not ring. Whoever is cut off is called again."""
        if self.hands.phone(person).ringing:
            with suppress(CannotDo):
                self.hands.answer(person)
                await self.hands.key(person, TAKE_IT)

    def note(self, moment: str) -> None:
        """That was now. The first time counts."""
        self.moments.setdefault(moment, datetime.now(UTC))

    def happened(self, moment: str) -> bool:
        """Whether it was noted."""
        return moment in self.moments

    def seconds_between(self, earlier: str, later: str) -> float:
        """How long it took. Raises KeyError when one of them was never noted."""
        return (self.moments[later] - self.moments[earlier]).total_seconds()

    # What can be seen.

    def who(self, platform: PlatformName, role: str) -> Someone | None:
        """They, while they are in the class or its lobby."""
        came = self.arrivals.get(role)
        return self.room(platform).person(came.id) if came is not None and came.id else None

    def is_in(self, platform: PlatformName, role: str) -> bool:
        """Whether they are in the class."""
        one = self.who(platform, role)
        return one is not None and one.where is Where.JOINED

    def is_out(self, platform: PlatformName, role: str) -> bool:
        """Whether they came and are not in the class any more."""
        return role in self.arrivals and not self.is_in(platform, role)

    def was_kept_out(self, role: str) -> bool:
        """Whether they came to the door and were not let in."""
        came = self.arrivals.get(role)
        return came is not None and came.where is not Where.JOINED

    @property
    def silent(self) -> bool:
        """Whether no telephone rings or speaks, and nobody is called by PagerDuty."""
        district = self.day.district
        return all(call.over for call in district.twilio.calls) and not district.pagerduty.ringing

    @property
    def messages(self) -> list[PostedMessage]:
        """What modbot has posted since the story began, and shows."""
        return [one for one in self.day.district.slack.messages if id(one) not in self._old]

    def said(self, user: str, *words: str) -> PostedMessage | None:
        """The newest message with all of these words that this person alone sees."""
        slack = self.day.district.slack
        mine = slack.world.im_with(user).id
        found = [one for one in self.messages if user == one.only_for or (one.channel == mine and not one.only_for)]
        return _last(found, words)

    def posted(self, channel: str, *words: str) -> PostedMessage | None:
        """The newest message with all of these words in a channel, for everybody there."""
        return _last([one for one in self.messages if one.channel == channel and not one.only_for], words)

    # What the visitor would do.

    async def type(self, user: str, line: str) -> None:
        """Somebody types a command."""
        slash, _, text = line.partition(" ")
        await self.hands.slash(user, slash, text)

    async def press(self, user: str, message: PostedMessage, *labels: str) -> None:
        """Somebody presses the button that begins with one of these, the first that is there; nothing if none is."""
        buttons = [element for _, element in payloads.elements(message.blocks) if element["type"] == "button"]
        for label in labels:
            for element in buttons:
                if element["text"]["text"].startswith(label):
                    await self.hands.press(user, message, element["action_id"])
                    return

    async def pick(self, user: str, message: PostedMessage, person_id: str) -> None:
        """Somebody presses the button, or takes the choice, that stands for a person of a class."""
        for _, element in payloads.elements(message.blocks):
            if person_id in str(element.get("value", "")):
                await self.hands.press(user, message, element["action_id"])
                return
            for option in element.get("options", []):
                if person_id in option["value"]:
                    await self.hands.choose(user, message, element["action_id"], option["value"])
                    return


def _last(messages: list[PostedMessage], words: tuple[str, ...]) -> PostedMessage | None:
    found = [one for one in messages if all(word.casefold() in one.everything.casefold() for word in words)]
    return found[-1] if found else None
