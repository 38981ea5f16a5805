"""A platform that writes down what was asked of it, and one lane's worth of asking."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from modbot.model import Operation, Participant, Session
from modbot.platforms import Platform, PostureCheck, Receipt, Target
from modbot.simulators import Seen


@dataclass(slots=True)
class Watched:
    """Asks a platform, and keeps which operations it was asked for."""

    platform: Platform
    asked: set[Operation] = field(default_factory=set)

    async def act(self, operation: Operation, target: Target) -> Receipt:
        """Perform it, then re-read whether it is in effect."""
        self.asked.add(operation)
        receipt = await self.platform.perform(operation, target)
        await self.platform.check(operation, target)
        return receipt

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        """The room's settings against the safe ones."""
        self.asked.add(Operation.POSTURE)
        return await self.platform.posture(session)

    async def read(self, session: Session) -> Sequence[Participant]:
        """Who is there."""
        self.asked.add(Operation.PARTICIPANTS)
        return await self.platform.read(session)


@dataclass(frozen=True, slots=True)
class Drive:
    """One adapter beside its simulator, and how to make it send every request it can."""

    seen: Sequence[Seen]  # what the simulator received so far
    watched: Watched
    everything: Callable[[], Awaitable[None]]
