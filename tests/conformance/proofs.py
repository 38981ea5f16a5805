"""One proof an operation: it does what it says, on the platform itself, and modbot says no more than that.

Each is a plain function that raises AssertionError, so that the tests of planted faults can see it fail.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from modbot.errors import VendorError
from modbot.model import Operation, Outcome, Presence, Result
from modbot.platforms import How, Target
from tests.conformance.deeds import WAITING, Deed, ask, came_about, ready
from tests.conformance.lesson import Lesson
from tests.conformance.stage import STRANGER, Where, email_of

Proof = Callable[[Lesson], Awaitable[None]]

LATECOMER, LATE_PUPIL = "Oli Stranger", "Dia Tanaka"
COMES_TRUE = frozenset({Outcome.DONE, Outcome.ALREADY, Outcome.PARTIAL})
OF_SETTINGS = frozenset({Operation.LOCK, Operation.UNLOCK, Operation.HARDEN, Operation.RESTORE})
DENIES = frozenset({Outcome.FAILED, Outcome.REFUSED, Outcome.UNSUPPORTED})


async def prove_lock(lesson: Lesson) -> None:
    """Exactly the settings it takes are changed, nobody inside is lost, and a stranger who comes now is not let in."""
    await _done(lesson, Operation.LOCK)
    if lesson.capability(Operation.LOCK).how is How.NATIVE:
        late = await lesson.stage.join(LATE_PUPIL, email_of(LATE_PUPIL), invited=True)
        assert late is not Where.IN, "a lock holds at once and for everybody: this is not so"
    assert await lesson.stage.newcomer(LATECOMER) is not Where.IN


async def prove_unlock(lesson: Lesson) -> None:
    """After a lock: every setting is as it was, and a stranger can come in."""
    await _done(lesson, Operation.UNLOCK)
    assert await lesson.stage.newcomer(LATECOMER) is Where.IN


async def prove_eject(lesson: Lesson) -> None:
    """The one who was named is out, nobody else is, and does not simply walk back in."""
    await _done(lesson, Operation.EJECT)
    if lesson.capability(Operation.EJECT).needs_lock:
        await lesson.stage.put(lesson.stage.asked[Operation.LOCK])
    assert await lesson.stage.join(STRANGER) is not Where.IN


async def prove_admit(lesson: Lesson) -> None:
    """The one who waited is in, and nobody else came or went."""
    await _done(lesson, Operation.ADMIT)


async def prove_mute(lesson: Lesson) -> None:
    """Everyone is muted but the teacher."""
    await _done(lesson, Operation.MUTE)


async def prove_end(lesson: Lesson) -> None:
    """The class does not run, and nobody is in it; what was set on the way is remembered, and can be put back."""
    before = await lesson.stage.picture()
    await _done(lesson, Operation.END)
    assert (await lesson.act(Operation.RESTORE)).outcome in COMES_TRUE
    left = await lesson.stage.picture()
    assert left.settings in ({}, before.settings), "an ended class has no settings, or those it had"


async def prove_harden(lesson: Lesson) -> None:
    """Exactly the settings it takes are changed, and a stranger who comes when they hold is not let in."""
    await _done(lesson, Operation.HARDEN)
    assert await lesson.stage.newcomer(LATECOMER) is not Where.IN


async def prove_restore(lesson: Lesson) -> None:
    """After a hardening: every setting is as it was."""
    await _done(lesson, Operation.RESTORE)


async def prove_posture(lesson: Lesson) -> None:
    """What is found fault with is less once the class is hardened by hand, and looking changes nothing."""
    await lesson.stage.before_hardening()
    session = await lesson.current()
    before = await lesson.stage.picture()
    changes = len(lesson.stage.changes())
    open_to_all = {check.name for check in await lesson.platform.posture(session) if not check.ok}
    assert len(lesson.stage.changes()) == changes
    assert await lesson.stage.picture() == before
    await lesson.stage.put(lesson.stage.asked[Operation.HARDEN])
    hardened = {check.name for check in await lesson.platform.posture(session) if not check.ok}
    assert hardened < open_to_all


async def prove_participants(lesson: Lesson) -> None:
    """Everyone inside is listed as inside, who waits as waiting where the platform tells, and nobody else."""
    await lesson.stage.leave(STRANGER)
    if lesson.stage.lists_lobby:
        await lesson.stage.knock(WAITING)
    listed = await lesson.platform.read(await lesson.current())
    inside = [one.name for one in listed if one.presence is Presence.JOINED]
    waiting = [one.name for one in listed if one.presence is Presence.LOBBY]
    truth = await lesson.stage.picture()
    assert sorted(inside) == sorted(truth.inside)
    assert sorted(waiting) == (sorted(truth.waiting) if lesson.stage.lists_lobby else [])


PROOFS: Mapping[Operation, Proof] = {
    Operation.LOCK: prove_lock,
    Operation.UNLOCK: prove_unlock,
    Operation.EJECT: prove_eject,
    Operation.ADMIT: prove_admit,
    Operation.MUTE: prove_mute,
    Operation.END: prove_end,
    Operation.HARDEN: prove_harden,
    Operation.RESTORE: prove_restore,
    Operation.POSTURE: prove_posture,
    Operation.PARTICIPANTS: prove_participants,
}


async def prove_by_hand(lesson: Lesson, operation: Operation) -> None:
    """It is said to be the host's own clicks, which are given; nothing is sent, and the adapter has no way to do it."""
    sent, before = lesson.stage.sent(), await lesson.stage.picture()
    result = await lesson.act(operation)
    assert result.outcome is Outcome.UNSUPPORTED
    assert result.said
    assert result.by_hand
    assert lesson.stage.sent() == sent, "modbot asked the platform for what it says it cannot do"
    await _has_no_way(lesson, operation)
    assert await lesson.stage.picture() == before


async def _has_no_way(lesson: Lesson, operation: Operation) -> None:
    """Asked directly, the adapter refuses, and the platform is not asked to change anything."""
    people = await lesson.find(STRANGER)
    changes, refused = len(lesson.stage.changes()), False
    try:
        await lesson.platform.perform(operation, Target(await lesson.current(), people))
    except (VendorError, ValueError):
        refused = True
    assert len(lesson.stage.changes()) == changes, f"{operation} is not declared, and the adapter does it"
    assert refused, f"the adapter says that it did {operation}"


async def prove_once(lesson: Lesson, operation: Operation) -> None:
    """Again under the same id nothing is sent and the answer is the same; as a new act nothing more comes of it."""
    deed = await ready(lesson, operation)
    first = await ask(lesson, deed, act_id="once")
    assert_confirmed(lesson, first)
    await lesson.settle()
    sent, changes, after = lesson.stage.sent(), len(lesson.stage.changes()), await lesson.stage.picture()
    assert await ask(lesson, deed, act_id="once") == first
    assert lesson.stage.sent() == sent
    assert [entry["phase"] for entry in await lesson.entries("once")] == ["intent", "outcome"]
    again = await ask(lesson, deed)
    assert await lesson.stage.picture() == after
    assert again.outcome in COMES_TRUE
    if not deed.people:
        assert again.outcome is not Outcome.DONE, "it was so before"
    if operation in OF_SETTINGS:
        assert len(lesson.stage.changes()) == changes, "what is so already was asked for again"


async def _done(lesson: Lesson, operation: Operation) -> None:
    deed = await ready(lesson, operation)
    result = await ask(lesson, deed)
    assert_confirmed(lesson, result)
    assert await came_about(lesson, deed), f"modbot says {result.outcome}, and it is not so: {result.said}"


def assert_confirmed(lesson: Lesson, result: Result) -> None:
    """A native operation is done; a substitute never counts for more than a part, and says what is left to do."""
    capability = lesson.capability(result.operation)
    substitute = capability.how is How.SUBSTITUTE
    wanted = Outcome.PARTIAL if substitute else Outcome.DONE
    assert result.outcome is wanted, f"modbot says {result.outcome}, not {wanted}: {result.said}"
    assert result.said == capability.effect
    assert result.recorded
    if substitute:
        assert result.by_hand == capability.steps
    if result.people:
        assert set(result.people.values()) == {Outcome.DONE}


async def assert_honest(lesson: Lesson, deed: Deed, result: Result) -> None:
    """Nothing is claimed that is not so; what is denied has left no trace; where nothing is known, clicks are given."""
    assert result.said
    assert result.recorded
    substitute = lesson.capability(deed.operation).how is How.SUBSTITUTE
    if result.outcome in (Outcome.DONE, Outcome.ALREADY) or (substitute and result.outcome is Outcome.PARTIAL):
        assert await came_about(lesson, deed), f"modbot says {result.outcome}, and it is not so: {result.said}"
        return
    assert result.by_hand, "the host is not told what to do by hand"
    if result.outcome in DENIES:
        now = replace(await lesson.stage.picture(), granted=deed.before.granted)  # nobody notices; undone with the next
        assert now == deed.before, f"modbot says {result.outcome}, and something happened: {result.said}"
