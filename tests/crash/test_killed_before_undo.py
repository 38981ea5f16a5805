"""A lock for a time, and a modbot that dies before the time is up: the lock is undone all the same, once."""

import pytest

from modbot.simulators.zoom.state import default_settings
from tests.crash.site import Site, counted, hold, let_go, requests, whole
from tests.stores import until

pytestmark = pytest.mark.crash


async def test_the_undo_of_a_dead_modbot_happens_in_the_next_one(site: Site) -> None:
    modbot = await site.serve()
    meeting = site.district.open_webex_class()
    await site.settled()
    await site.type("U0ORTIZ", "/lock", "for 4s")
    assert await site.answer("U0ORTIZ") == "Grade 3 Reading is locked."
    modbot.kill()
    await modbot.ended()
    await site.serve()
    await site.until_recorded("unlock", "outcome")
    assert not site.district.webex.state(meeting).locked
    records = await site.records()
    assert counted(records, "outcome") == {("lock", "done"): 1, ("unlock", "done"): 1}
    assert whole(records)


async def test_an_undo_that_was_under_way_is_finished_once(site: Site) -> None:
    modbot = await site.serve()
    meeting = site.district.open_webex_class()
    await site.settled()
    await site.type("U0ORTIZ", "/lock", "for 2s")
    await site.answer("U0ORTIZ")
    hold(site.district.webex, "PUT /v1/meetings/controls")
    await site.until_recorded("unlock", "intent")
    await until("Webex was asked again", lambda: len(requests(site.district.webex, "PUT ")) >= 2)
    modbot.kill()
    await modbot.ended()
    let_go(site.district.webex)
    await site.serve()
    await site.until_recorded("unlock", "outcome")
    assert not site.district.webex.state(meeting).locked
    records = await site.records()
    assert counted(records, "outcome") == {("lock", "done"): 1, ("unlock", "done"): 1}
    assert whole(records)


LOST = 600.0
TOOK_EFFECT = 0.3


@pytest.mark.parametrize("lag_seconds", [TOOK_EFFECT, LOST])
async def test_settings_changed_at_the_moment_of_death_are_put_back_as_they_were(
    lag_seconds: float, site: Site
) -> None:
    modbot = await site.serve()
    meeting = site.district.open_zoom_class()
    await site.settled()
    hold(site.district.zoom, "PATCH /v2/meetings/", lag_seconds)
    await site.type("U0CHANG", "/lock", "for 20s")  # longer than the next one takes to start
    await until("Zoom was asked", lambda: bool(requests(site.district.zoom, "PATCH ")))
    modbot.kill()
    await modbot.ended()
    let_go(site.district.zoom)
    await site.serve()
    await site.answer("U0CHANG")
    assert meeting.settings != default_settings()
    await site.until_recorded("unlock", "outcome")
    assert meeting.settings == default_settings()
    assert whole(await site.records())
