"""What people of the invented district do: type, press, choose, answer the phone. All of it goes into a simulator."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from modbot import command
from modbot.demo.day import SchoolDay
from modbot.demo.page.stopwatch import Stopwatch
from modbot.simulators.slack import PostedMessage, SimView, SlashAnswer
from modbot.simulators.twilio import Phone
from modbot.slack.manifest import SHORTCUTS

MOST_TYPED = 200
MOST_CHARACTERS = 3000
KEY_WITHIN_SECONDS = 10.0


class CannotDo(Exception):
    """It cannot be done. `status` is HTTP's, `sentence` is for whoever wanted it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that somebody typed, and how soon it was acknowledged. Status 0: it was not."""

    user: str
    channel: str
    text: str
    at: datetime
    status: int
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Texted:
    """What somebody wrote back to a text message."""

    person: str
    at: datetime
    body: str


class Hands:
    """Everything raises CannotDo with what to tell whoever tried."""

    def __init__(self, day: SchoolDay, stopwatch: Stopwatch) -> None:
        self._slack = day.district.slack
        self._stopwatch = stopwatch
        self._twilio = day.district.twilio
        self._commands = frozenset(f"/{one.name}" for one in command.load().values() if one.slash)
        self._numbers = {one.email: one.phone for one in day.app.settings.paging.people if one.phone}
        self.typed: deque[Typed] = deque(maxlen=MOST_TYPED)
        self.texted: deque[Texted] = deque(maxlen=MOST_TYPED)

    @property
    def slack_is_down(self) -> bool:
        """Whether Slack takes nothing from people or modbot."""
        return self._slack.faults.drop_connection

    async def slash(self, user: str, slash: str, text: str = "", channel: str = "") -> SlashAnswer:
        """Somebody types a command; in their conversation with modbot when no channel is given."""
        self._in_slack(user)
        if slash not in self._commands:
            raise CannotDo(404, f"{slash} is not a command here.")
        if len(text) > MOST_CHARACTERS:
            raise CannotDo(413, f"That is more than {MOST_CHARACTERS} characters.")
        place = channel or self._slack.world.im_with(user).id
        self._in_channel(user, place)
        at = datetime.now(UTC)
        self._stopwatch.pressed(user)
        answer = await self._slack.slash(user, slash, text, channel=place)
        line = f"{slash} {text}".strip()
        self.typed.append(Typed(user, place, line, at, answer.status, answer.elapsed.total_seconds() * 1000))
        return _acknowledged(answer)

    async def press(self, user: str, on: PostedMessage | SimView, action_id: str) -> SlashAnswer:
        """Somebody presses a button."""
        self._in_slack(user)
        self._stopwatch.pressed(user)
        try:
            return _acknowledged(await self._slack.press(user, on, action_id))
        except LookupError as error:
            raise CannotDo(404, "That button is not there any more.") from error

    async def choose(self, user: str, on: PostedMessage | SimView, action_id: str, value: str) -> SlashAnswer:
        """Somebody chooses from a menu."""
        self._in_slack(user)
        self._stopwatch.pressed(user)
        try:
            return _acknowledged(await self._slack.choose(user, on, action_id, value))
        except LookupError as error:
            raise CannotDo(404, "That choice is not there any more.") from error

    async def submit(self, view: SimView, values: Mapping[str, str]) -> SlashAnswer:
        """A modal's person submits it."""
        self._in_slack(view.user_id)
        self._stopwatch.pressed(view.user_id)
        view.errors = {}
        try:
            return _acknowledged(await self._slack.submit(view, values))
        except LookupError as error:
            raise CannotDo(400, "Something that must be filled in is empty, or a choice is not on the list.") from error

    async def shortcut(self, user: str, callback_id: str, message: PostedMessage | None) -> SlashAnswer:
        """Somebody uses a shortcut, on a message or not."""
        self._in_slack(user)
        kind = "global" if message is None else "message"
        if not any((one.callback_id, one.type) == (callback_id, kind) for one in SHORTCUTS):
            raise CannotDo(404, "There is no such shortcut.")
        self._stopwatch.pressed(user)
        return _acknowledged(await self._slack.shortcut(user, callback_id, message))

    async def home(self, user: str) -> None:
        """Somebody opens modbot's Home tab."""
        self._in_slack(user)
        await self._slack.home_opened(user)

    def message(self, user: str, channel: str, ts: str) -> PostedMessage:
        """A message that this person can see."""
        found = self._slack.world.message(channel, ts)
        if found is None or found.only_for not in ("", user):
            raise CannotDo(404, "That message is not there any more.")
        self._in_channel(user, channel)
        return found

    def view(self, view_id: str) -> SimView:
        """An open modal or Home tab."""
        found = self._slack.world.views.get(view_id)
        if found is None or not found.open:
            raise CannotDo(404, "That window is closed.")
        return found

    def number_of(self, person: str) -> str:
        """Their phone number, "" without one."""
        user = self._slack.world.users.get(person)
        return self._numbers.get(user.email, "") if user else ""

    def phone(self, person: str) -> Phone:
        """The phone of a person who is called on it."""
        number = self.number_of(person)
        if not number:
            raise CannotDo(404, "This person has no phone here.")
        return self._twilio.phone(number)

    def answer(self, person: str) -> None:
        """They pick up."""
        try:
            self.phone(person).pick_up()
        except RuntimeError as error:
            raise CannotDo(409, "The phone does not ring.") from error

    def hang_up(self, person: str) -> None:
        """They hang up, or turn the call away."""
        try:
            self.phone(person).hang_up()
        except RuntimeError as error:
            raise CannotDo(409, "There is no call.") from error

    async def key(self, person: str, keys: str) -> None:
        """They press keys."""
        phone = self.phone(person)
        if phone.line is None:
            raise CannotDo(409, "There is no call.")
        self._stopwatch.pressed(person)
        try:
            await phone.press(keys, within_seconds=KEY_WITHIN_SECONDS)
        except ValueError as error:
            raise CannotDo(400, "That is no key of a phone.") from error
        except TimeoutError as error:
            raise CannotDo(409, "The call does not ask for a key now.") from error

    async def text(self, person: str, body: str) -> None:
        """They answer a text message."""
        phone = self.phone(person)
        if not body.strip() or len(body) > MOST_CHARACTERS:
            raise CannotDo(400, "Write something, and not a novel.")
        self.texted.append(Texted(person, datetime.now(UTC), body))
        await phone.reply(body)

    def _in_slack(self, user: str) -> None:
        if user not in self._slack.world.users or self._slack.world.users[user].is_bot:
            raise CannotDo(404, "There is nobody with that id.")
        if self.slack_is_down:
            raise CannotDo(409, "Slack is down: nothing can be typed or pressed there now.")

    def _in_channel(self, user: str, channel: str) -> None:
        place = self._slack.world.channels.get(channel)
        if place is None or user not in place.members:
            raise CannotDo(404, "This person is not in that channel.")


def _acknowledged(answer: SlashAnswer) -> SlashAnswer:
    if not answer.acknowledged:
        raise CannotDo(424, f"modbot did not take it (HTTP {answer.status}).")
    return answer
