"""What was certainly not taken is sent again; what may have been is only where twice is as once; and not for long."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from modbot.errors import Unreachable
from modbot.http import Answer
from modbot.pagers.trying import Ask, Patience, answered

QUICK = Patience(timedelta(milliseconds=200), timedelta(milliseconds=50), timedelta(milliseconds=1))
AMPLE = Patience(timedelta(seconds=30), timedelta(seconds=10), timedelta(milliseconds=1))
NEVER_LEFT, NO_ANSWER = Unreachable("vendor", maybe_applied=False), Unreachable("vendor", maybe_applied=True)


def vendor(*outcomes: int | Unreachable) -> tuple[Ask, Sequence[timedelta]]:
    """A vendor that answers so, one after another, then always with the last; and how long it was given each time."""
    left, given = list(outcomes), []

    async def ask(within: timedelta) -> Answer:
        given.append(within)
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Unreachable):
            raise outcome
        return Answer("vendor", outcome, {}, b"")

    return ask, given


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("outcome", [429, NEVER_LEFT])
async def test_what_was_not_taken_is_always_sent_again(outcome: int | Unreachable, repeatable: bool) -> None:
    ask, given = vendor(outcome, outcome, 202)
    assert ((await answered(ask, AMPLE, repeatable=repeatable)).status, len(given)) == (202, 3)


@pytest.mark.parametrize("outcome", [500, 503, NO_ANSWER])
async def test_what_may_have_been_taken_is_sent_again_where_twice_is_as_once(outcome: int | Unreachable) -> None:
    ask, given = vendor(outcome, 202)
    assert ((await answered(ask, AMPLE, repeatable=True)).status, len(given)) == (202, 2)


async def test_what_may_have_been_taken_is_not_sent_again_where_it_would_ring_twice() -> None:
    ask, given = vendor(503, 202)
    assert ((await answered(ask, QUICK, repeatable=False)).status, len(given)) == (503, 1)


async def test_no_answer_is_told_where_it_would_ring_twice() -> None:
    ask, given = vendor(NO_ANSWER, 202)
    with pytest.raises(Unreachable):
        await answered(ask, QUICK, repeatable=False)
    assert len(given) == 1


@pytest.mark.parametrize("outcome", [200, 202, 400, 401, 404])
async def test_an_answer_is_an_answer(outcome: int) -> None:
    ask, given = vendor(outcome)
    assert ((await answered(ask, QUICK, repeatable=True)).status, len(given)) == (outcome, 1)


async def test_waits_grow_and_end() -> None:
    ask, given = vendor(429)
    patience = Patience(whole=timedelta(seconds=3), first_wait=timedelta(milliseconds=15))
    assert ((await answered(ask, patience, repeatable=True)).status, 4 <= len(given) <= 8) == (429, True)


async def test_no_try_is_given_more_than_its_share() -> None:
    ask, given = vendor(429)
    await answered(ask, QUICK, repeatable=True)
    assert max(given) <= QUICK.each
