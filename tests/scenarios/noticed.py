"""What modbot told by itself, as its teacher sees it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from modbot.demo.district import INCIDENTS
from modbot.simulators.slack import PostedMessage
from modbot.store import keys
from tests.scenarios.school import School
from tests.stores import until

SOON_SECONDS = 10  # looks that wait for time to pass are due later


def told_to(school: School, user: str) -> list[PostedMessage]:
    """Every finding somebody was told of in their direct messages."""
    place = school.slack.world.im_with(user).id
    return [m for m in school.slack.messages if m.channel == place and not m.only_for and _is_finding(m)]


def told_in_channel(school: School) -> list[PostedMessage]:
    """Every finding told in the incident channel."""
    return [m for m in school.slack.messages if m.channel == INCIDENTS and _is_finding(m)]


def _is_finding(message: PostedMessage) -> bool:
    return "noticed by modbot" in message.everything


async def noticed(school: School, user: str, words: str) -> PostedMessage:
    """The finding that says this, once somebody was told of it."""

    def found() -> list[PostedMessage]:
        return [message for message in told_to(school, user) if words in message.everything]

    await until(f"{words!r} told to {user}", lambda: bool(found()))
    return found()[0]


async def looked(school: School) -> None:
    """modbot has looked at every class since the last thing that happened there."""
    await school.settled()
    store = school.app.state.store

    async def nothing_due() -> bool:
        soon = int((time.time() + SOON_SECONDS) * 1000)
        taken, due = await store.batch([("ZCARD", keys.LOOKS_TAKEN), ("ZCOUNT", keys.LOOKS_DUE, "-inf", soon)])
        return not taken and not due

    await until("modbot has looked at every class", nothing_due)


@asynccontextmanager
async def unseen(school: School) -> AsyncIterator[None]:
    """Nobody looks at Ms Chang's class on Zoom meanwhile, so that all that happens there is found at one look."""
    await looked(school)
    store, key = school.app.state.store, f"zoom:{school.district.on_zoom.meeting.uuid}"
    await store.run("ZADD", keys.LOOKS_TAKEN, int((time.time() + 60) * 1000), key)
    yield
    await store.run("ZREM", keys.LOOKS_TAKEN, key)
