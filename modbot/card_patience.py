"""How long chat is tried with the newest state of a message that it does not take, and what is said in the end."""

from datetime import timedelta

from modbot.log import get_logger
from modbot.metrics import CARDS_GIVEN_UP

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)
GIVEN_UP = timedelta(days=1)  # a channel that has taken nothing for so long will not take it then

log = get_logger("card_patience")


def wait_before(number: int) -> timedelta:
    """Before the number-th try, counted from 1: each wait is twice the one before, an hour at most."""
    wait = FIRST
    for _ in range(number - 1):
        wait = min(wait * 2, LONGEST)
    return wait


def wait_after(failing: timedelta) -> timedelta | None:
    """How long to wait when it has been in vain for so long; None when it is to be given up.

    The waits grow with it, and are the same for all who ask at about the same time.
    """
    if failing >= GIVEN_UP:
        return None
    wait = FIRST
    while wait < LONGEST and wait * 2 <= failing:
        wait = min(wait * 2, LONGEST)
    return wait


def give_up(kind: str, item: str) -> None:
    """Say once that a message of this kind will not be tried again; `item` is the id of what it is about."""
    CARDS_GIVEN_UP.labels(kind).inc()
    log.warning("card_given_up", kind=kind, item=item)
