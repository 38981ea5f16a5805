"""Adapters broken on purpose: each passes everything on to a good one, and does one thing wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from modbot.model import Operation, Participant, Presence, Session
from modbot.platforms import Capability, Delivery, Heard, How, Platform, PostureCheck, Receipt, Seen, Target
from tests.conformance.stage import PUPILS, STRANGER


class Spoilt:
    """A platform that passes everything on."""

    def __init__(self, good: Platform) -> None:
        self.good = good
        self.name = good.name

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        return self.good.capabilities

    async def live_sessions(self, host_email: str) -> Sequence[Session]:
        return await self.good.live_sessions(host_email)

    async def read(self, session: Session) -> Sequence[Participant]:
        return await self.good.read(session)

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        return await self.good.perform(operation, target)

    async def check(self, operation: Operation, target: Target) -> Seen:
        return await self.good.check(operation, target)

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        return await self.good.posture(session)

    async def probe(self) -> Sequence[tuple[str, str]]:
        return await self.good.probe()

    async def hear(self, delivery: Delivery) -> Heard:
        return await self.good.hear(delivery)

    async def tend(self) -> timedelta:
        return await self.good.tend()

    async def close(self) -> None:
        await self.good.close()

    def declaring(self, operation: Operation, how: How) -> Mapping[Operation, Capability]:
        """The good one's table with one row changed."""
        row = replace(self.good.capabilities[operation], how=how, effect="It is done.")
        return {**self.good.capabilities, operation: row}


class Idle(Spoilt):
    """Does nothing for a lock, and claims it."""

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        return Receipt() if operation is Operation.LOCK else await self.good.perform(operation, target)

    async def check(self, operation: Operation, target: Target) -> Seen:
        return Seen.IN_EFFECT if operation is Operation.LOCK else await self.good.check(operation, target)


class Credulous(Spoilt):
    """Reads everything back as in effect."""

    async def check(self, operation: Operation, target: Target) -> Seen:
        return Seen.IN_EFFECT

    async def read(self, session: Session) -> Sequence[Participant]:
        listed = await self.good.read(session)
        return [replace(one, presence=Presence.JOINED) for one in listed if one.name != STRANGER]


class Forgetful(Spoilt):
    """Leaves one of the former settings out when it restores, and does not look for it."""

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        if operation is Operation.RESTORE:
            target = replace(target, former=without_one(target.former))
        return await self.good.perform(operation, target)

    async def check(self, operation: Operation, target: Target) -> Seen:
        if operation is Operation.RESTORE:
            target = replace(target, former=without_one(target.former))
        return await self.good.check(operation, target)


class Unremembering(Spoilt):
    """Never says what there was before it changed it."""

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        async def nothing(_: Mapping[str, Any]) -> None:
            """What was told is lost."""

        return await self.good.perform(operation, replace(target, remember=nothing))


class Mistaken(Spoilt):
    """Puts a pupil out instead, and does not list whom it was asked to put out."""

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        if operation is Operation.EJECT:
            people = await self.good.read(target.session)
            target = replace(target, people=tuple(one for one in people if one.name == PUPILS[0]))
        return await self.good.perform(operation, target)

    async def read(self, session: Session) -> Sequence[Participant]:
        return [one for one in await self.good.read(session) if one.name != STRANGER]


class Sweeping(Spoilt):
    """Puts out whom it was asked to, and everybody else."""

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        if operation is Operation.EJECT:
            people = await self.good.read(target.session)
            target = replace(target, people=tuple(one for one in people if one.presence is Presence.JOINED))
        return await self.good.perform(operation, target)


class Boasting(Spoilt):
    """Declares as native what it has no code for."""

    operation = Operation.MUTE

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        return self.declaring(self.operation, How.NATIVE)


class BoastingOfAdmit(Boasting):
    """The same of admitting."""

    operation = Operation.ADMIT


class Overstating(Spoilt):
    """Declares its substitute for a lock as a lock."""

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        return self.declaring(Operation.LOCK, How.NATIVE)


class Modest(Spoilt):
    """Can lock, and does not declare it."""

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        return self.declaring(Operation.LOCK, How.BY_HAND)


class Deaf(Spoilt):
    """Takes every event and understands none."""

    async def hear(self, delivery: Delivery) -> Heard:
        return replace(await self.good.hear(delivery), events=(), unread=())

    async def tend(self) -> timedelta:
        return timedelta(hours=1)


def without_one(former: Mapping[str, Any]) -> Mapping[str, Any]:
    """Former settings without the first of them, however deep the platform nests them."""
    if not former:
        return former
    (name, value), *rest = former.items()
    if isinstance(value, Mapping) and value:
        return {name: without_one(value), **dict(rest)}
    return dict(rest)
