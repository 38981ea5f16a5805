"""Proofs under trouble: whatever goes wrong on the way, what modbot says is true, and asking again mends it."""

from modbot.model import Operation, Outcome, Presence
from tests.conformance.deeds import UNDOES, ask, came_about, ready
from tests.conformance.lesson import Lesson
from tests.conformance.proofs import COMES_TRUE, assert_confirmed, assert_honest
from tests.conformance.stage import STRANGER, TEACHER, Trouble

UNDONE_BY = {act: undo for undo, act in UNDOES.items()}
EVENTS = frozenset({Trouble.EVENTS_LOST, Trouble.EVENTS_TWICE, Trouble.EVENTS_LATE})
ON_THE_WIRE = tuple(trouble for trouble in Trouble if trouble not in EVENTS and trouble is not Trouble.LIE)

# These must not be felt at all: an act carries on until it is done and confirmed.
NOT_FELT = EVENTS | {Trouble.TOKEN_EXPIRED}
# Where the platform only asks for another try, what a teacher cannot wait for is tried again at once.
TRIED_AGAIN = {
    Trouble.SLOW_DOWN: frozenset({Operation.LOCK, Operation.UNLOCK, Operation.EJECT}),
    Trouble.FAULT: frozenset({Operation.LOCK, Operation.EJECT}),
}


async def prove_survives(lesson: Lesson, operation: Operation, trouble: Trouble) -> None:
    """The act says what is true, is not stopped by what need not stop it, and works when it is asked for again."""
    deed = await ready(lesson, operation)
    await lesson.stage.begin(trouble, operation)
    result = await ask(lesson, deed)
    await lesson.stage.end_trouble()
    await lesson.settle()
    await assert_honest(lesson, deed, result)
    tried_again = lesson.stage.tries_again and operation in TRIED_AGAIN.get(trouble, ())
    if trouble in NOT_FELT or tried_again:
        assert_confirmed(lesson, result)
    if trouble is Trouble.ANSWER_LOST and operation not in lesson.stage.in_steps:
        assert await came_about(lesson, deed), "the platform did not get the request"
        assert result.outcome in COMES_TRUE, "it was done, and reading it back would have shown so"
    again = await ask(lesson, deed)
    assert again.outcome in COMES_TRUE, again
    assert await came_about(lesson, deed)
    if operation in UNDONE_BY:
        assert (await lesson.act(UNDONE_BY[operation])).outcome in COMES_TRUE
        assert await lesson.stage.picture() == deed.original, "what was remembered on the way does not restore it"


async def prove_not_deceived(lesson: Lesson, operation: Operation) -> None:
    """A platform that says yes and does nothing is found out: the act failed, or nobody can tell."""
    deed = await ready(lesson, operation)
    await lesson.stage.begin(Trouble.LIE, operation)
    result = await ask(lesson, deed)
    await lesson.stage.end_trouble()
    assert await lesson.stage.picture() == deed.before, "the stage did not lie"
    assert result.outcome in (Outcome.FAILED, Outcome.UNKNOWN), f"modbot believes it: {result.outcome}"
    assert result.by_hand


async def prove_heard(lesson: Lesson, trouble: Trouble) -> None:
    """People come and go while events are lost, doubled or late: what modbot keeps is right in the end."""
    await lesson.stage.begin(trouble, Operation.PARTICIPANTS)
    await lesson.stage.leave(STRANGER)
    await lesson.stage.join("Pia Shortstay")
    await lesson.stage.leave("Pia Shortstay")
    await lesson.stage.end_trouble()
    await lesson.settle()
    if trouble is Trouble.EVENTS_LOST:
        await _read_again(lesson)
    people = await lesson.heard_of()
    inside = [one.name for one in people if one.presence is Presence.JOINED]
    truth = (await lesson.stage.picture()).inside
    assert sorted(inside) == sorted(truth), f"modbot thinks that {inside} are inside, and {sorted(truth)} are"
    assert len({one.id for one in people}) == len(people)


async def prove_found(lesson: Lesson) -> None:
    """From its events alone modbot knows the teacher's class as the platform lists it: whose it is and who is in."""
    known = await lesson.sessions.live_of_host(TEACHER)
    assert [session.key for session in known] == [lesson.session.key]
    assert [session.room for session in known] == [lesson.session.room]
    assert known[0].title == lesson.session.title
    assert await lesson.heard_inside() == (await lesson.stage.picture()).inside


async def _read_again(lesson: Lesson) -> None:
    """As every command does that looks at the class."""
    lesson.rereading.soon([await lesson.current()])
    await lesson.settle()
