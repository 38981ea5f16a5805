"""How long the steps of a page took: in words for the cards of its incidents, in figures for /metrics."""

from datetime import datetime, timedelta

from modbot.metrics import FIRST_CALL_SECONDS, FIRST_DELIVERY_SECONDS, PAGE_ANSWER_SECONDS
from modbot.page_state import Change, PageState

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def observe_calls(change: Change, now: datetime) -> None:
    """Count the time to the first call that a channel took, and to the first that is known to have arrived."""
    before, after = change.before, change.state
    if before is None:
        return
    waited_seconds = _since(after.opened_at, now).total_seconds()
    if after.reached and not before.reached:
        FIRST_CALL_SECONDS.observe(waited_seconds)
    if after.delivered and not before.delivered:
        FIRST_DELIVERY_SECONDS.observe(waited_seconds)


def observe_answer(page: PageState, now: datetime) -> None:
    """Count the time from a page's opening to its answer."""
    PAGE_ANSWER_SECONDS.observe(_since(page.opened_at, now).total_seconds())


def unanswered(before: PageState, now: datetime) -> str:
    """What a card says when a step ends without an answer."""
    return f"{_call(before)} had no answer in {in_words(_since(before.step_since, now))}."


def answered(page: PageState, now: datetime) -> str:
    """What a card says when somebody has answered."""
    step, whole = (in_words(_since(moment, now)) for moment in (page.step_since, page.opened_at))
    return f"{_call(page)} was answered {step} after it began, {whole} after help was called for."


def in_words(span: timedelta) -> str:
    """Such as "14 s", "2 min 14 s", "1 h 2 min"."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < MINUTE.total_seconds():
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    if seconds < HOUR.total_seconds():
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _call(page: PageState) -> str:
    again = f" of ringing {page.run}" if page.run > 1 else ""
    return f"Call {page.step + 1} of {len(page.policy)}{again}"


def _since(moment: str, now: datetime) -> timedelta:
    """Nothing for a page from before its steps were timed."""
    return now - datetime.fromisoformat(moment) if moment else timedelta(0)
