"""Slack refuses the last change of a message: it is made later all the same, also by a modbot that was started anew."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest

from modbot.app import App
from modbot.simulators import Faults
from modbot.simulators.slack import PostedMessage
from modbot.store.incidents import Incidents
from modbot.store.pages import Pages
from tests.scenarios.conftest import QUICK, OpenSchool
from tests.scenarios.enrolled import STRANGER, WEBEX, ZOOM
from tests.scenarios.raids import drawn, raided, second_zoom_class, warning_saying, warnings
from tests.scenarios.school import BROOK, ORTIZ, REYES, School, buttons
from tests.stores import until

Canned = tuple[int, dict[str, str], bytes]
REFUSALS: dict[str, Canned] = {
    "a fault of Slack's": (503, {}, b""),
    "a wait longer than modbot's": (429, {"Retry-After": "120"}, b'{"ok": false, "error": "ratelimited"}'),
    "an error in words": (200, {"Content-Type": "application/json"}, b'{"ok": false, "error": "internal_error"}'),
}
FOR_EVER = 10_000
READING = "Grade 3 Reading"

healed = partial(until, within=timedelta(seconds=90))  # also on a machine that stands still now and then

pytestmark = [pytest.mark.usefixtures("soon"), pytest.mark.timeout(180)]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again after a while, and the watchdog that does it, do not take half a minute here."""
    monkeypatch.setattr("modbot.app.HOUSEKEEPING", timedelta(milliseconds=200))
    monkeypatch.setattr("modbot.card_patience.FIRST", timedelta(milliseconds=200))
    monkeypatch.setattr("modbot.card_patience.LONGEST", timedelta(seconds=5))  # however long the refusals lasted


@pytest.fixture(params=list(REFUSALS))
def refusal(request: pytest.FixtureRequest) -> Canned:
    """How Slack refuses."""
    return REFUSALS[request.param]


def refuse(school: School, answer: Canned) -> None:
    """Slack refuses every change of a message, and takes everything else."""
    school.slack.seen.clear()
    school.slack.faults = Faults(only="chat.update", fail_next=deque([answer] * FOR_EVER))


async def until_refused(school: School, *messages: PostedMessage) -> None:
    """A change of each of these was refused."""

    def asked(message: PostedMessage) -> bool:
        changes = [seen.body for seen in school.slack.seen if "chat.update" in seen.path]
        return any(message.ts.encode() in body and message.channel.encode() in body for body in changes)

    await healed("a change of each was refused", lambda: all(map(asked, messages)))


async def until_card_refused(school: School, card: PostedMessage, last: str) -> None:
    """The card's change to its last state was refused: it is sent before this last line of the timeline."""
    await healed(f"{last!r} in the timeline", lambda: last in "".join(timeline(school, card)))
    await until_refused(school, card)


def timeline(school: School, card: PostedMessage) -> list[str]:
    return [message.text for message in school.slack.messages if message.thread_ts == card.ts]


@asynccontextmanager
async def relented(school: School) -> AsyncIterator[None]:
    """Slack takes everything again."""
    school.slack.faults = Faults()
    yield


@asynccontextmanager
async def restarted(school: School) -> AsyncIterator[None]:
    """modbot is stopped and another started in its place, which finds a Slack that takes everything."""
    await school.app.stop()
    school.slack.faults = Faults()
    app = App(school.app.settings, patience=QUICK)
    await app.start()
    try:
        school.district.point_at(app.port)
        yield
    finally:
        await app.stop()


Turn = Callable[[School], AbstractAsyncContextManager[None]]


@pytest.fixture(params=[relented, restarted])
def better(request: pytest.FixtureRequest) -> Turn:
    """What happened before the change is tried again."""
    turn: Turn = request.param
    return turn


async def paged(school: School) -> tuple[PostedMessage, PostedMessage]:
    """Help was called for: the incident's card with its Acknowledge button, and the page in IT's messages."""
    await school.webex_class()
    await school.type(ORTIZ, "/page")
    return await school.until_card_says(READING, "Acknowledge"), await school.page_to(REYES)


def is_over(card: PostedMessage) -> bool:
    return card.text == f"🟢 Resolved: {READING}" and buttons(card) == []


def is_taken(card: PostedMessage) -> bool:
    return card.text == f"🟡 Being handled: {READING}" and "Acknowledge" not in buttons(card)


def is_quiet(page: PostedMessage) -> bool:
    return page.text == "Kim Reyes has it. Nothing more to do for you." and buttons(page) == []


async def test_a_card_whose_last_change_was_refused_turns_green_all_the_same(
    school: School, refusal: Canned, better: Turn
) -> None:
    card, _ = await paged(school)
    refuse(school, refusal)
    await school.type(ORTIZ, "/resolve", "a prank")
    await until_card_refused(school, card, "resolved it")
    async with better(school):
        await healed("the card is green", lambda: is_over(card))


async def test_a_card_whose_change_was_refused_loses_its_acknowledge_button_all_the_same(
    school: School, refusal: Canned, better: Turn
) -> None:
    card, page = await paged(school)
    refuse(school, refusal)
    await school.press(REYES, page, "Acknowledge")
    await until_card_refused(school, card, "has it.")
    async with better(school):
        await healed("the card has lost its button", lambda: is_taken(card))


async def test_a_page_whose_change_was_refused_loses_its_buttons_all_the_same(
    school: School, refusal: Canned, better: Turn
) -> None:
    _, page = await paged(school)
    refuse(school, refusal)
    await school.press(REYES, page, "Acknowledge")
    await until_refused(school, page)
    async with better(school):
        await healed("the page has lost its buttons", lambda: is_quiet(page))


async def test_a_warning_whose_change_was_refused_says_everywhere_how_far_the_raid_has_come(
    open_school: OpenSchool, refusal: Canned, better: Turn
) -> None:
    school = await warned(open_school)
    refuse(school, refusal)
    await second_zoom_class(school, STRANGER)
    await until_refused(school, *everywhere(school))
    async with better(school):
        await healed("every warning says it", lambda: all(map(says_three, everywhere(school))))


async def warned(open_school: OpenSchool) -> School:
    """Everybody who is to know has been told of a raid on two classes."""
    school = await raided(open_school, ZOOM, WEBEX)
    await warning_saying(school, "2 classes")
    await drawn(school)
    return school


def everywhere(school: School) -> list[PostedMessage]:
    """The warnings: in the channel, to IT on call, to the principal."""
    direct = [school.slack.world.im_with(user).id for user in (REYES, BROOK)]
    found = [*warnings(school), *(one for place in direct for one in warnings(school, place))]
    assert len(found) == 3
    return found


def says_three(warning: PostedMessage) -> bool:
    return "3 classes" in warning.text


def deleted(school: School, card: PostedMessage) -> None:
    card.deleted = True


def archived(school: School, card: PostedMessage) -> None:
    school.slack.world.channels[card.channel].is_archived = True


Lose = Callable[[School, PostedMessage], None]


@pytest.mark.parametrize("lost", [deleted, archived])
async def test_a_card_that_slack_has_no_more_is_not_tried_again(school: School, lost: Lose) -> None:
    card, _ = await paged(school)
    incidents = Incidents(school.app.state.store, school.app.state.keyring)
    (incident,) = await incidents.open_ids()
    lost(school, card)
    await school.type(ORTIZ, "/resolve", "a prank")

    async def left_alone() -> bool:
        return not await incidents.out_of_date(incident)

    await healed("nobody tries any more", left_alone)


async def test_a_page_that_slack_has_no_more_is_not_tried_again(school: School) -> None:
    card, page = await paged(school)
    pages = Pages(school.app.state.store, school.app.state.keyring)
    (page_id,) = await pages.open_ids()
    page.deleted = True
    await school.press(REYES, card, "Acknowledge")

    async def left_alone() -> bool:
        kept = await pages.get(page_id)
        return kept is not None and not kept.open and not kept.hush_tries

    await healed("nobody tries any more", left_alone)
