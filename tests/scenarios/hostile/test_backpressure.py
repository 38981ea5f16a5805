"""More work than fits: refused with a sentence rather than promised, and taken again when there is room."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from modbot.store import keys
from modbot.store.inbox import Limits
from tests.scenarios.hostile.conftest import OpenWithLimits
from tests.scenarios.hostile.wire import ORTIZ, outcomes, until_idle
from tests.scenarios.school import School

OVERLOADED = "modbot is overloaded and could not take this. Try again in a moment."


@asynccontextmanager
async def filled(open_with: OpenWithLimits) -> AsyncIterator[School]:
    """A modbot that may have one request in hand, and has it: a lock that waits for the room."""
    school = await open_with(Limits(waiting=1))
    school.district.open_webex_class()
    await school.settled()
    await school.type(ORTIZ, "/modbot", "whoami")
    await until_idle(school)
    store, room = school.app.state.store, keys.room_lock(school.district.on_webex.room.key)
    await store.run("SET", room, "another act|somebody", "PX", 60_000)
    try:
        taken = await school.slack.slash(ORTIZ, "/lock")
        assert taken.json()["text"] == "Locking your class …"
        yield school
    finally:
        await store.run("DEL", room)


async def test_a_full_inbox_refuses_in_words(open_with: OpenWithLimits) -> None:
    async with filled(open_with) as school:
        refused = await school.slack.slash(ORTIZ, "/unlock")
    assert refused.json()["text"] == OVERLOADED


async def test_a_refused_press_is_told_too(open_with: OpenWithLimits) -> None:
    async with filled(open_with) as school:
        whoami = next(message for message in school.slack.messages if message.blocks)
        await school.slack.shortcut(ORTIZ, "modbot_panic", whoami)
    answer = await school.slack.wait_for(lambda message: message.text == OVERLOADED, "the refusal")
    assert answer.only_for == ORTIZ


async def test_what_was_refused_is_never_done(open_with: OpenWithLimits) -> None:
    async with filled(open_with) as school:
        await school.slack.slash(ORTIZ, "/unlock")
    await until_idle(school)
    assert await outcomes(school) == [("lock", "done")]


async def test_bytes_refused_once_are_taken_when_they_come_again(open_with: OpenWithLimits) -> None:
    async with filled(open_with) as school:
        refused = await school.slack.slash(ORTIZ, "/unlock")
    await until_idle(school)
    taken = await school.slack.send_again(refused)
    assert taken.json()["text"] == "Unlocking your class …"
