"""What the scripted raids have in common: one class, its teacher's commands, and strangers who try to come in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from modbot.demo.roster import REYES
from modbot.demo.stand_ins import StandIn
from modbot.demo.steps import Stage
from modbot.model import Operation, Outcome, Participant, PlatformName
from modbot.simulators.slack import PostedMessage


@dataclass(frozen=True, slots=True)
class Raid:
    """Steps on one platform, each told with what came of it: an act by modbot's record, the rest by looking."""

    stage: Stage
    on: StandIn

    @property
    def platform(self) -> PlatformName:
        """Where the class meets."""
        return self.on.name

    async def sees(
        self,
        wanted: Callable[[Participant], bool],
        title: str = "A stranger joins by a leaked link; modbot sees them",
        *,
        step: str = "stranger_joins",
        count: int = 1,
    ) -> None:
        """modbot knows of so many people like that in the class."""

        async def seen() -> Outcome:
            return await self.stage.sees(self.platform, wanted, count)

        await self.stage.look(step, title, self.platform, Outcome.DONE, seen)

    async def kept_out(self, title: str, comes_in: Callable[[], Awaitable[bool]]) -> None:
        """A stranger tries again: `comes_in` says whether it worked."""

        async def tried() -> Outcome:
            return Outcome.DONE if await comes_in() else Outcome.REFUSED

        await self.stage.look("stranger_returns", title, self.platform, Outcome.REFUSED, tried)

    async def panic(self) -> None:
        """/panic, where the platform has no lock: the strongest substitute, and so in part."""
        await self._typed("panic", "The teacher types /panic", Operation.LOCK, Outcome.PARTIAL, "/panic")

    async def lock(self) -> None:
        """/lock, confirmed by reading it back."""
        await self._typed("lock", "The teacher types /lock", Operation.LOCK, Outcome.DONE, "/lock")

    async def unlock(self) -> None:
        """/unlock, confirmed by reading it back."""
        await self._typed("unlock", "The teacher types /unlock", Operation.UNLOCK, Outcome.DONE, "/unlock")

    async def eject(self, names: str, title: str, expected: Outcome = Outcome.DONE) -> None:
        """/eject with names."""
        await self._typed("eject", title, Operation.EJECT, expected, "/eject", names)

    async def admit(self, name: str, title: str) -> None:
        """/admit with the name of a pupil who waits."""
        await self._typed("admit", title, Operation.ADMIT, Outcome.DONE, "/admit", name)

    async def all_clear(self) -> None:
        """/allclear puts back what the panic changed, read back from the platform."""
        await self._typed("all_clear", "The teacher types /allclear", Operation.RESTORE, Outcome.DONE, "/allclear")

    async def _typed(
        self, step: str, title: str, operation: Operation, expected: Outcome, command: str, text: str = ""
    ) -> None:
        teacher = self.on.teacher.slack
        press = self.stage.typed(teacher, command, text)
        await self.stage.act(step, title, self.platform, operation, expected, teacher, press)

    async def resolve(self) -> None:
        """IT types /resolve, and a look at the record: is the incident closed?"""
        day = self.stage.day
        open_now = await day.incidents.open_ids()

        async def closed() -> Outcome:
            typed = self.stage.typed(REYES.slack, "/resolve", "the intruder is out")
            answer = await self.stage.read(REYES.slack, typed)
            if answer is not None and f"Resolve {self.on.title}" in answer.everything:  # something else is open, too
                await self._press(answer, f"Resolve {self.on.title}")
            incidents = [await day.incidents.get(incident) for incident in open_now]
            states = {one.state for one in incidents if one and one.room.platform is self.platform}
            return Outcome.DONE if states == {"resolved"} else Outcome.FAILED

        title = "/resolve: the incident is closed in the record"
        await self.stage.look("resolve", title, self.platform, Outcome.DONE, closed)

    async def _press(self, message: PostedMessage, button: str) -> None:
        slack = self.stage.day.district.slack
        await self.stage.read(REYES.slack, lambda: slack.press(REYES.slack, message, button))
