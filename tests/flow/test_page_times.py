"""How long a page's steps took: on the card in words, in /metrics in figures, each counted once."""

import re
from datetime import timedelta

import pytest

from modbot.metrics import REGISTRY
from modbot.page_times import in_words
from modbot.pagers import Fate
from tests.flow.office import KIM, Office

FIRST_CALL, FIRST_DELIVERY, ANSWER = (
    f"modbot_page_{what}_seconds_count" for what in ("first_call", "first_delivery", "answer")
)


def counts() -> list[float]:
    """How many first calls, first deliveries and answers were timed."""
    return [REGISTRY.get_sample_value(name) or 0 for name in (FIRST_CALL, FIRST_DELIVERY, ANSWER)]


def since(before: list[float]) -> list[float]:
    return [now - then for now, then in zip(counts(), before, strict=True)]


def lines(office: Office) -> list[str]:
    """The card, whatever time it says that something took."""
    return [re.sub(r"\b[0-9]+ s\b", "N s", line) for line in office.card.lines]


async def test_a_call_that_arrives_at_once_is_timed_as_both(office: Office) -> None:
    before = counts()
    await office.paging.open("p1", what="help", by="Ms Chang")
    await office.paging.escalate("p1", "Kim")
    assert since(before) == [1, 1, 0]


async def test_a_call_is_delivered_when_that_is_told(office: Office) -> None:
    office.bell.fate = Fate.QUEUED
    before = counts()
    await office.paging.open("p1", what="help", by="Ms Chang")
    assert since(before) == [1, 0, 0]
    for fate in (Fate.DELIVERED, Fate.DELIVERED, Fate.ANSWERED):
        await office.paging.fated("p1", f"p1 {KIM}", fate)
    assert since(before) == [1, 1, 0]


async def test_an_answer_is_timed_once(office: Office) -> None:
    before = counts()
    await office.paging.open("p1", what="help", by="Ms Chang")
    for _ in range(2):
        await office.paging.acknowledge("p1", "Kim", email=KIM)
    assert since(before)[2] == 1


async def test_the_card_says_who_was_told_by_what_and_how_long_each_step_took(office: Office) -> None:
    await office.paging.open("p1", what="help", by="Ms Chang")
    await office.paging.escalate("p1", "Kim")
    await office.paging.acknowledge("p1", "Lou")
    assert lines(office) == [
        "p1: kim.reyes@example.org was called by bell.",
        "p1: Kim: call the next person.",
        "p1: Call 1 of 3 had no answer in N s.",
        "p1: lou.baker@example.org was called by bell.",
        "p1: Call 2 of 3 was answered N s after it began, N s after help was called for.",
    ]


async def test_the_last_call_without_an_answer_is_timed_too(office: Office) -> None:
    await office.paging.open("p1", what="help", by="Ms Chang")
    for _ in range(3):
        page = await office.paging.get("p1")
        assert page is not None
        await office.paging.ring(f"p1|{page.token}")
    assert "p1: Call 3 of 3 had no answer in N s." in lines(office)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (0.4, "0 s"), (59.6, "1 min"), (75, "1 min 15 s"), (3600, "1 h"), (7512, "2 h 5 min")],
)
def test_a_span_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
