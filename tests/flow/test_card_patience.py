"""How long a message that chat does not take is tried: waits that grow, and an end."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from modbot.card_patience import FIRST, GIVEN_UP, LONGEST, wait_after, wait_before
from modbot.page_state import HUSH_TRIES

NEVER = timedelta(0)
SPANS = st.timedeltas(NEVER, GIVEN_UP - timedelta(microseconds=1))


def tries() -> list[timedelta]:
    """The waits of a message that is never taken."""
    waits, failing = [], NEVER
    while (wait := wait_after(failing)) is not None:
        waits.append(wait)
        failing += wait
    return waits


def test_a_message_that_is_never_taken_is_tried_a_bounded_number_of_times() -> None:
    assert len(tries()) < 40


def test_a_message_that_is_never_taken_is_tried_for_a_day() -> None:
    assert GIVEN_UP <= sum(tries(), NEVER) < GIVEN_UP + LONGEST


def test_the_waits_grow_from_half_a_minute_to_an_hour() -> None:
    waits = tries()
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (FIRST, LONGEST)


@given(SPANS)
def test_a_wait_is_no_longer_than_it_has_been_in_vain_once_that_is_long(failing: timedelta) -> None:
    wait = wait_after(failing)
    assert wait is not None
    assert FIRST <= wait <= max(FIRST, failing)


@given(st.integers(1, 1_000))
def test_each_wait_of_a_count_is_as_long_as_the_one_before_or_longer(number: int) -> None:
    assert FIRST <= wait_before(number) <= wait_before(number + 1) <= LONGEST


def test_calls_that_cannot_be_made_quiet_are_tried_for_about_a_day_too() -> None:
    waits = sum((wait_before(number) for number in range(1, HUSH_TRIES)), NEVER)
    assert timedelta(hours=20) < waits <= GIVEN_UP
