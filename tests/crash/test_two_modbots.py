"""Two modbots on one external Valkey: one takes over the other's work, and together they do nothing twice."""

import asyncio
from datetime import timedelta

import pytest

from modbot.simulators.webex.world import Meeting
from modbot.store.inbox import Limits
from tests.crash.process import Modbot
from tests.crash.site import A_WHILE, Site, counted, hold, let_go, requests, until_asked, whole
from tests.stores import until

pytestmark = pytest.mark.crash

TAKEN_OVER = timedelta(seconds=30)
CHANGE = "PUT /v1/meetings/controls"


async def busy_with_a_lock(site: Site) -> tuple[Modbot, Meeting]:
    """A modbot, alone so far, whose call to the platform is not answered."""
    busy = await site.serve()
    meeting: Meeting = site.district.open_webex_class()
    await site.settled()
    hold(site.district.webex, CHANGE)
    await site.type("U0ORTIZ", "/lock")
    await until_asked(site.district.webex, CHANGE)
    return busy, meeting


def test_work_counts_as_left_behind_long_before_half_a_minute_is_over() -> None:
    assert Limits().stale + Limits().renew < TAKEN_OVER / 2  # the rest is for the work itself


async def test_the_work_of_a_killed_modbot_is_taken_over(shared_site: Site) -> None:
    site = shared_site
    dying, meeting = await busy_with_a_lock(site)
    dying.pause()  # it does not give up while the other one starts, however long that takes
    let_go(site.district.webex)
    await site.serve()
    dying.kill()
    assert await site.answer("U0ORTIZ") == "Grade 3 Reading is locked."
    await site.until_struck_off()
    assert site.district.webex.state(meeting).locked
    assert whole(await site.records())


async def test_a_modbot_that_was_only_stunned_records_nothing_twice(shared_site: Site) -> None:
    site = shared_site
    stunned, _ = await busy_with_a_lock(site)
    stunned.pause()
    let_go(site.district.webex)
    await site.serve()
    await site.answer("U0ORTIZ")
    stunned.resume()
    await until("both came to an end", lambda: stunned.errors.count('"event": "act"') == 2, within=A_WHILE)
    await site.until_struck_off()
    records = await site.records()
    assert counted(records, "outcome") == {("lock", "done"): 1}
    assert whole(records)
    assert {answer.text for answer in site.answers("U0ORTIZ")} == {"Grade 3 Reading is locked."}


async def test_the_same_bytes_given_to_both_are_done_once(shared_site: Site) -> None:
    site = shared_site
    first, second = await site.serve(), await site.serve()
    site.district.open_webex_class()
    await site.settled()
    answer = await site.slack.slash("U0ORTIZ", "/lock")
    for modbot in (first, second, first, second):
        site.district.point_at(modbot.port)
        assert (await site.slack.send_again(answer)).status == 200
    await site.answer("U0ORTIZ")
    await site.until_struck_off()
    assert len(requests(site.district.webex, CHANGE)) == 1
    assert len(site.answers("U0ORTIZ")) == 1
    assert counted(await site.records(), "intent") == {("lock", ""): 1}


async def test_commands_given_to_both_at_once_are_each_done_once(shared_site: Site) -> None:
    site = shared_site
    both = (await site.serve(), await site.serve())
    site.district.open_webex_class()
    await site.settled()

    async def type_at(modbot: Modbot) -> None:
        site.district.point_at(modbot.port)
        await site.type("U0ORTIZ", "/lock")

    await asyncio.gather(*(type_at(both[number % 2]) for number in range(10)))
    await until("each was answered", lambda: len(site.answers("U0ORTIZ")) == 10, within=A_WHILE)
    await site.until_struck_off()
    records = await site.records()
    assert counted(records, "outcome") == {("lock", "done"): 1, ("lock", "already"): 9}
    assert len(requests(site.district.webex, CHANGE)) == 1
    assert whole(records)
