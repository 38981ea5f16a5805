"""The embedded store killed under a running modbot: it comes back, and nothing that was acknowledged is lost."""

import asyncio
import os
import signal
from contextlib import suppress
from datetime import timedelta

import pytest
from aiohttp import ClientSession

from tests.crash.process import Modbot
from tests.crash.site import A_WHILE, Site, whole
from tests.stores import until

pytestmark = pytest.mark.crash

ACKNOWLEDGED = "Unlocking your class …"
REDELIVERED = timedelta(seconds=90)


def kill_store(site: Site) -> None:
    """kill -9 of the server, which wrote its process id into the lock it holds."""
    os.kill(int((site.directory / "store" / "lock").read_text()), signal.SIGKILL)


async def ready(session: ClientSession, modbot: Modbot) -> int:
    async with session.get(f"http://127.0.0.1:{modbot.port}/readyz") as answer:
        return answer.status


async def test_readiness_goes_and_comes_back_by_itself(site: Site) -> None:
    modbot = await site.serve()
    async with ClientSession() as session:
        assert await ready(session, modbot) == 200

        async def is_not_ready() -> bool:
            """Kills the store once more when it was back before anybody looked: it then stays away longer."""
            with suppress(ProcessLookupError, ValueError):  # nothing to kill, or not yet
                kill_store(site)
            return await ready(session, modbot) == 503

        async def is_ready() -> bool:
            return await ready(session, modbot) == 200

        await until("it is not ready", is_not_ready)
        await until("it is ready again", is_ready, within=A_WHILE)
    site.district.open_webex_class()
    await site.settled()
    await site.type("U0ORTIZ", "/lock")
    assert await site.answer("U0ORTIZ") == "Grade 3 Reading is locked."


async def test_nothing_that_was_acknowledged_is_lost(site: Site) -> None:
    await site.serve()
    site.district.open_webex_class()
    await site.settled()
    await site.type("U0ORTIZ", "/lock")
    await site.answer("U0ORTIZ")

    async def type_until_acknowledged_after(killed: asyncio.Event, count: int) -> int:
        """How many of these commands were acknowledged. Refused ones did nothing and say so."""
        acknowledged = 0
        for number in range(count):
            if number == count // 2 and not killed.is_set():
                killed.set()
                kill_store(site)
            acknowledged += await site.type("U0ORTIZ", "/unlock") == ACKNOWLEDGED
        return acknowledged

    killed = asyncio.Event()
    acknowledged = sum(await asyncio.gather(*(type_until_acknowledged_after(killed, 6) for _ in range(3))))
    assert acknowledged
    await until("each was answered", lambda: len(site.answers("U0ORTIZ")) > acknowledged, within=REDELIVERED)
    await site.until_struck_off()
    assert len(site.answers("U0ORTIZ")) == 1 + acknowledged
    assert whole(await site.records())


async def test_an_act_during_which_the_store_died_is_recorded_when_it_is_back(site: Site) -> None:
    await site.serve()
    meeting = site.district.open_webex_class()
    await site.settled()
    site.district.webex.faults.only = "PUT /v1/meetings/controls"
    site.district.webex.faults.lag_seconds = 0.05
    await site.type("U0ORTIZ", "/lock")
    await until("Webex was asked", lambda: any(seen.method == "PUT" for seen in site.district.webex.seen))
    kill_store(site)
    assert await site.answer("U0ORTIZ", within=REDELIVERED) == "Grade 3 Reading is locked."
    assert site.district.webex.state(meeting).locked
    await site.until_struck_off()
    assert whole(await site.records())
