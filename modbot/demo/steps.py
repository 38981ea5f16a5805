"""One step of the scripted raid, and where its outcome is looked up: in modbot's own record, or by looking."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from modbot.demo.day import SchoolDay
from modbot.demo.roster import Person
from modbot.model import Operation, Outcome, Participant, PlatformName, Presence
from modbot.simulators.slack import PostedMessage, SlashAnswer

WITHIN_SECONDS = 60.0  # as long as a slow machine may take: whoever looks on sees what is waited for
LOOK_AGAIN_SECONDS = 0.02

Press = Callable[[], Awaitable[SlashAnswer]]
Look = Callable[[], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one step. `said` is what was read or seen; `ok` also asks that the person was answered."""

    step: str
    platform: str
    outcome: Outcome
    expected: Outcome
    elapsed_ms: int
    title: str
    said: str = ""
    answered: bool = True

    @property
    def ok(self) -> bool:
        """Whether it went as it should."""
        return self.outcome is self.expected and self.answered

    @property
    def shown(self) -> Mapping[str, Any]:
        """The step in the JSON answer."""
        fields = {"step": self.step, "platform": self.platform, "outcome": str(self.outcome)}
        return {**fields, "elapsed_ms": self.elapsed_ms}


class Stage:
    """Plays steps and tells of each. With `lying`, only acts that rest on a platform's word are told of."""

    def __init__(self, day: SchoolDay, tell: Callable[[Step], None], *, lying: bool = False) -> None:
        self.day = day
        self.lying = lying
        self.steps: list[Step] = []
        self._tell = tell
        self._began = datetime.now(UTC)

    async def act(
        self,
        step: str,
        title: str,
        platform: PlatformName,
        operation: Operation,
        expected: Outcome,
        user: str,
        do: Press,
    ) -> None:
        """A command or press, and the outcome that modbot's record has of the act it led to."""
        last = (await self.day.app.state.audit.head()).number
        began = time.perf_counter()
        try:
            answer = await self.read(user, do)
        except LookupError as error:
            self._add(Step(step, platform, Outcome.FAILED, expected, _ms_since(began), title, f"{error.args[0]}"))
            return
        record = await self._outcome_of(operation, platform, after=last)
        outcome = Outcome(record["outcome"]) if record else Outcome.UNKNOWN
        measured = record["elapsed_ms"] if record else None
        elapsed_ms = _ms_since(began) if measured is None else measured
        said = answer.text if answer else "modbot did not answer."
        self._add(Step(step, platform, outcome, expected, elapsed_ms, title, said, answered=answer is not None))

    async def look(self, step: str, title: str, platform: str, expected: Outcome, look: Look) -> None:
        """Something that is seen rather than done: `look` says what is so. Not told of when the platforms lie."""
        began = time.perf_counter()
        outcome = await look()
        if not self.lying:
            self._add(Step(step, platform, outcome, expected, _ms_since(began), title))

    def typed(self, user: str, command: str, text: str = "") -> Press:
        """Somebody types a command."""

        async def press() -> SlashAnswer:
            return await self.day.district.slack.slash(user, command, text)

        return press

    def rings(self, message: PostedMessage, person: Person) -> bool:
        """Whether this is a direct message by which somebody is called, and can still be answered."""
        place = self.day.district.slack.world.channels[message.channel]
        return place.is_im and person.slack in place.members and "Acknowledge" in message.everything

    async def sees(self, platform: PlatformName, wanted: Callable[[Participant], bool], count: int = 1) -> Outcome:
        """`done` once modbot knows of so many people like that in the class; `unknown` when it does not in time."""

        async def seen() -> bool:
            session = await self.day.session(platform)
            people = session.participants if session else ()
            return sum(wanted(one) for one in people if one.presence is Presence.JOINED) >= count

        return await so(seen)

    def _add(self, step: Step) -> None:
        self.steps.append(step)
        self._tell(step)

    async def read(self, user: str, do: Press) -> PostedMessage | None:
        """Do something and read what modbot answers, None when it does not. Raises what `do` raises."""
        known = [id(message) for message in self.day.district.slack.messages]
        await do()
        return await self.answer_to(user, known)

    async def answer_to(self, user: str, known: list[int]) -> PostedMessage | None:
        """The next message that only this person sees. An acknowledgement has no blocks: it is none."""
        slack = self.day.district.slack
        try:
            return await slack.wait_for(
                lambda message: id(message) not in known and message.only_for == user and bool(message.blocks),
                "an answer",
                WITHIN_SECONDS,
            )
        except TimeoutError:
            return None

    async def _outcome_of(self, operation: Operation, platform: PlatformName, *, after: int) -> dict[str, Any] | None:
        found: dict[str, Any] | None = None
        async for record in self.day.app.state.audit.export(self._began):
            wanted = (record["phase"], record["action"], record["platform"]) == ("outcome", operation, platform)
            if wanted and record["n"] > after:
                found = record
        return found


async def so(holds: Callable[[], Awaitable[bool] | bool], within_seconds: float = 30.0) -> Outcome:
    """`done` once that is seen to hold; `unknown` when it was not seen in time."""
    deadline = time.monotonic() + within_seconds
    while True:
        answer = holds()
        if answer if isinstance(answer, bool) else await answer:
            return Outcome.DONE
        if time.monotonic() > deadline:
            return Outcome.UNKNOWN
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _ms_since(began: float) -> int:
    return int((time.perf_counter() - began) * 1000)
