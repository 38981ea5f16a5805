"""Each operation as something that can be asked of a class: what has to be so before, and whether it came about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modbot.model import Operation, Participant, Result
from tests.conformance.lesson import KEPT_FOR, Lesson
from tests.conformance.stage import STRANGER, Picture

WAITING = "Noa Latecomer"
UNDOES = {Operation.UNLOCK: Operation.LOCK, Operation.RESTORE: Operation.HARDEN}
HARDENING = frozenset({Operation.HARDEN, Operation.RESTORE})


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to be asked of a class that is ready for it."""

    operation: Operation
    original: Picture  # the class before modbot touched it
    before: Picture  # right before the deed
    people: tuple[Participant, ...] = ()
    former: Mapping[str, Any] = field(default_factory=dict)


async def ready(lesson: Lesson, operation: Operation) -> Deed:
    """The class made ready: somebody waits who can be admitted, what is to be undone was done."""
    if operation in HARDENING:
        await lesson.stage.before_hardening()
    if operation is Operation.ADMIT:
        await lesson.stage.knock(WAITING)
        await lesson.settle()
    original = await lesson.stage.picture()
    former: Mapping[str, Any] = {}
    if operation in UNDOES:
        await lesson.act(UNDOES[operation])
        former = await lesson.acts.remembered(KEPT_FOR[operation](lesson.session.room.key))
    wanted = {Operation.EJECT: STRANGER, Operation.ADMIT: WAITING}.get(operation)
    people = await lesson.find(wanted) if wanted else ()
    before = await lesson.stage.picture()
    return Deed(operation, original, before, people, former)


async def ask(lesson: Lesson, deed: Deed, act_id: str = "") -> Result:
    """Through the door."""
    return await lesson.act(deed.operation, *deed.people, former=deed.former, act_id=act_id)


async def came_about(lesson: Lesson, deed: Deed) -> bool:
    """Whether it is so in truth, and nothing beside it was changed."""
    now = await lesson.stage.picture()
    match deed.operation:
        case Operation.LOCK | Operation.HARDEN:
            wanted = {**deed.before.settings, **lesson.stage.asked[deed.operation]}
            return now.settings == wanted and now.inside == deed.before.inside
        case Operation.UNLOCK | Operation.RESTORE:
            same = (now.settings, now.granted) == (deed.original.settings, deed.original.granted)
            return same and now.inside == deed.before.inside
        case Operation.EJECT:
            return now.inside == deed.before.inside - {STRANGER} and STRANGER not in now.waiting
        case Operation.ADMIT:
            return now.inside == deed.before.inside | {WAITING}
        case Operation.MUTE:
            return now.muted == deed.before.inside - {lesson.stage.host}
        case Operation.END:
            return not now.running and not now.inside
        case _:
            raise AssertionError(f"{deed.operation} is read, not performed")
