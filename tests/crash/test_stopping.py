"""SIGTERM: what was accepted is finished, and nothing stays behind."""

import asyncio
import fcntl
import os
from pathlib import Path

import pytest

from tests.crash.site import FOREVER_SECONDS, Site, hold, let_go, requests, until_asked, whole
from tests.stores import until

pytestmark = pytest.mark.crash

CHANGE = "PUT /v1/meetings/controls"
BOUND_SECONDS = 45.0  # a service manager kills after 90


def held(lock: Path) -> bool:
    """Whether somebody holds this lock."""
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


async def test_work_in_hand_is_finished_and_nothing_stays_behind(site: Site) -> None:
    modbot = await site.serve()
    meeting = site.district.open_webex_class()
    await site.settled()
    hold(site.district.webex, CHANGE, 1.0)
    await site.type("U0ORTIZ", "/lock")
    await until_asked(site.district.webex, CHANGE)
    server = int((site.directory / "store" / "lock").read_text())
    modbot.terminate()
    assert await modbot.ended() == 0
    assert [answer.text for answer in site.answers("U0ORTIZ")] == ["Grade 3 Reading is locked."]
    assert site.district.webex.state(meeting).locked
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
    assert not (site.directory / "store.sock").exists()
    assert not held(site.directory / "lock")
    assert not held(site.directory / "store" / "lock")


async def test_what_cannot_be_finished_in_time_is_handed_to_the_next(site: Site) -> None:
    modbot = await site.serve()
    site.district.open_webex_class()
    await site.settled()
    await site.type("U0ORTIZ", "/room")  # from here on modbot knows who asks
    await site.answer("U0ORTIZ")
    answered = len(requests(site.slack, "POST /response/"))
    hold(site.slack, "POST ", FOREVER_SECONDS)  # Slack is deaf: no answer can be given
    await site.type("U0ORTIZ", "/lock")
    await until("the answer is leaving", lambda: len(requests(site.slack, "POST /response/")) > answered)
    modbot.terminate()
    assert await asyncio.wait_for(modbot.ended(), BOUND_SECONDS) == 0
    let_go(site.slack)
    await site.serve()
    await site.until_struck_off()
    assert [answer.text for answer in site.answers("U0ORTIZ")][1:] == ["Grade 3 Reading is locked."]
    assert whole(await site.records())
