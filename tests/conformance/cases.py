"""Proofs of single cases that have gone wrong elsewhere: who waits, who left before, the next class, two teachers."""

import asyncio

from modbot.model import Operation, Outcome
from tests.conformance.deeds import WAITING, ask, came_about, ready
from tests.conformance.lesson import Lesson
from tests.conformance.proofs import COMES_TRUE, DENIES, assert_confirmed
from tests.conformance.stage import STRANGER, Where


async def prove_eject_from_lobby(lesson: Lesson) -> None:
    """Who waits is turned away and nobody inside is touched, or it is said that this is the host's to do."""
    await lesson.stage.knock(WAITING)
    await lesson.settle()
    before = await lesson.stage.picture()
    result = await lesson.act(Operation.EJECT, *await lesson.find(WAITING))
    after = await lesson.stage.picture()
    if result.outcome in DENIES:
        assert result.by_hand
        assert after == before
        return
    assert_confirmed(lesson, result)
    assert after.inside == before.inside
    assert after.waiting == before.waiting - {WAITING}


async def prove_eject_of_who_left(lesson: Lesson) -> None:
    """Who left by themselves is not said to have been put out, unless they are kept out in truth."""
    people = await lesson.find(STRANGER)
    await lesson.stage.leave(STRANGER)
    await lesson.settle()
    result = await lesson.act(Operation.EJECT, *people)
    assert result.outcome in COMES_TRUE
    if result.outcome is Outcome.DONE:
        back = await lesson.stage.join(STRANGER)
        assert back is not Where.IN, f"modbot says {result.said!r}, and they come straight back in"


async def prove_next_class_is_spared(lesson: Lesson) -> None:
    """The class is over and the next has begun in the same room: an end asked of the first does not end the second."""
    session = await lesson.current()
    await lesson.stage.begin_again()
    await lesson.settle()
    result = await lesson.act(Operation.END)
    assert lesson.session.key == session.key
    now = await lesson.stage.picture()
    assert now.running, "the next class was ended"
    assert lesson.stage.host in now.inside
    assert result.outcome is not Outcome.DONE, "the class was over before"


async def prove_two_at_once(lesson: Lesson, operation: Operation) -> None:
    """Two members of staff ask for it at the same moment: it comes about once, and both are told what is true."""
    deed = await ready(lesson, operation)
    results = await asyncio.gather(ask(lesson, deed), ask(lesson, deed))
    assert await came_about(lesson, deed)
    assert {result.outcome for result in results} <= COMES_TRUE
    if not deed.people:
        assert [result.outcome for result in results].count(Outcome.DONE) <= 1, "only one of them can have done it"
