"""kill -9 at each point of an act's way: it happens with the effect of one, the record is whole, the teacher hears."""

from dataclasses import dataclass

import orjson
import pytest

from modbot.simulators.webex.world import Meeting
from tests.crash.process import Modbot
from tests.crash.site import Site, hold, let_go, requests, until_asked, whole
from tests.stores import until

pytestmark = pytest.mark.crash

TEACHER = "U0ORTIZ"
INTRUDER = "xX_Raider_Xx"


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, the request that carries it out, and what the teacher reads in the end."""

    command: str
    text: str
    first_read: str
    change: str
    last_action: str
    answer: str


LOCK = Typed(
    "/lock", "", "GET /v1/meetings/controls", "PUT /v1/meetings/controls", "lock", "Grade 3 Reading is locked."
)
EJECT = Typed(
    "/eject", INTRUDER, "GET /v1/meetings/controls", "PUT /v1/meetingParticipants/", "eject",
    "1 person out of Grade 3 Reading.",
)  # fmt: skip
PANIC = Typed(
    "/panic", "", "GET /v1/meetings/controls", "PUT /v1/meetings/controls", "mute",
    "Grade 3 Reading is shut. IT has been called: Kim Reyes. modbot keeps calling until someone answers.",
)  # fmt: skip
LOST, TAKES_EFFECT = 600.0, 0.3  # seconds until the platform obeys; the second is after the death
EACH = pytest.mark.parametrize("typed", [LOCK, EJECT, PANIC], ids=["lock", "eject", "panic"])


async def class_with_an_intruder(site: Site) -> Meeting:
    meeting: Meeting = site.district.open_webex_class()
    site.district.webex.join(meeting, INTRUDER, invited=True)
    await site.settled()
    return meeting


async def killed(modbot: Modbot) -> None:
    modbot.kill()
    await modbot.ended()


async def assert_done_once(site: Site, meeting: Meeting, typed: Typed) -> None:
    """A new modbot finishes: the class is as asked, the record is whole, the teacher reads the truth."""
    assert await site.answer(TEACHER) == typed.answer
    await site.until_struck_off()
    state = site.district.webex.state(meeting)
    assert state.locked
    assert (INTRUDER in state.joined) is (typed is not EJECT)
    assert whole(await site.records())
    if typed is PANIC:
        await assert_one_panic(site)


async def assert_one_panic(site: Site) -> None:
    """One page, one incident, one card."""
    page, incident = await site.page(), await site.incident()
    assert page is not None
    assert incident is not None
    assert (page.incident, incident.page) == (incident.id, page.id)
    asking = [message for message in site.slack.messages if message.text.startswith("PAGE:")]
    assert all(page.id in message.everything for message in asking)
    cards = [m for m in site.slack.messages if m.channel == "C0INCIDENTS" and not m.thread_ts]
    assert len(cards) == 1, [message.text for message in cards]


async def until_help_is_under_way(site: Site) -> None:
    """Somebody was called and the card stands: what follows does not race with either."""

    async def is_so() -> bool:
        page, incident = await site.page(), await site.incident()
        return bool(page and page.calls and incident and incident.ts)

    await until("help is under way", is_so)


@EACH
async def test_killed_right_after_the_ack_before_the_platform_was_asked(typed: Typed, site: Site) -> None:
    modbot = await site.serve()
    meeting = await class_with_an_intruder(site)
    hold(site.district.webex, typed.first_read)
    await site.type(TEACHER, typed.command, typed.text)
    await killed(modbot)
    assert not requests(site.district.webex, "PUT ")
    let_go(site.district.webex)
    await site.serve()
    await assert_done_once(site, meeting, typed)


@pytest.mark.parametrize(
    ("typed", "lag_seconds"),
    [(LOCK, LOST), (LOCK, TAKES_EFFECT), (EJECT, TAKES_EFFECT), (PANIC, LOST)],
    ids=["lock lost", "lock takes effect", "eject takes effect", "panic lost"],
)
async def test_killed_while_the_platform_was_asked(typed: Typed, lag_seconds: float, site: Site) -> None:
    modbot = await site.serve()
    meeting = await class_with_an_intruder(site)
    hold(site.district.webex, typed.change, lag_seconds)
    await site.type(TEACHER, typed.command, typed.text)
    await until_asked(site.district.webex, typed.change)
    if typed is PANIC:
        await until_help_is_under_way(site)
    await killed(modbot)
    let_go(site.district.webex)
    await site.serve()
    await assert_done_once(site, meeting, typed)


@EACH
async def test_killed_between_the_outcome_and_the_answer(typed: Typed, site: Site) -> None:
    modbot = await site.serve()
    meeting = await class_with_an_intruder(site)
    hold(site.slack, "POST /response/")
    await site.type(TEACHER, typed.command, typed.text)
    await site.until_recorded(typed.last_action, "outcome")
    await until_asked(site.slack, "POST /response/")
    asked = len(requests(site.district.webex, "PUT "))
    await killed(modbot)
    let_go(site.slack)
    await site.serve()
    await assert_done_once(site, meeting, typed)
    assert len(requests(site.district.webex, "PUT ")) == asked


async def test_a_panic_taken_up_again_writes_no_line_of_the_timeline_twice(site: Site) -> None:
    modbot = await site.serve()
    await class_with_an_intruder(site)
    hold(site.district.webex, PANIC.change)
    await site.type(TEACHER, "/panic")
    await until_asked(site.district.webex, PANIC.change)
    await until_help_is_under_way(site)
    await killed(modbot)
    let_go(site.district.webex)
    await site.serve()
    await site.until_struck_off()
    incident = await site.incident()
    assert incident is not None
    said = [orjson.loads(line)[1] for line in incident.lines]
    assert len(said) == len(set(said)), said
