"""A sweep asked for twice: two staff at once, a press delivered again, a process that died, a second press."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from modbot.demo.roster import PUPILS
from modbot.dispatch import CONTEXT, payload_of
from modbot.http import Http
from modbot.parts import Parts
from modbot.store.inbox import Item
from tests.scenarios.conftest import QUICK, OpenSchool
from tests.scenarios.enrolled import STRANGER, WEBEX, ZOOM, comes, inside
from tests.scenarios.school import BROOK, CHANG, ORTIZ, School, people, shown
from tests.scenarios.test_sweep import GONE

ALREADY = (
    "They were out already: they had left, or somebody had put them out. "
    "Whoever left by themselves can come back unless the class is locked."
)
OUT = {  # whichever of two comes second: both are true, and nobody is said to have left by themselves
    "The person is out of the class. They may come back to the lobby, and back in unless it is locked.",
    ALREADY,
    "They are not in Grade 3 Reading any more.",
}


async def test_two_sweeps_at_once_have_the_effect_of_one(open_school: OpenSchool) -> None:
    school = await WEBEX.open(open_school)
    await comes(school, WEBEX, STRANGER, "Zed Zzz")
    hers = await school.type(BROOK, "/eject", "strangers in reading")
    his = await school.type(ORTIZ, "/eject", "strangers")
    await asyncio.gather(
        school.press(BROOK, hers, "Put out 2 strangers"), school.press(ORTIZ, his, "Put out 2 strangers")
    )
    gone = [one.name for one in school.district.on_webex.picture().gone]
    assert sorted(gone) == [STRANGER, "Zed Zzz"]
    assert len(inside(school, WEBEX)) == 1 + len(PUPILS)


async def test_somebody_whom_a_second_teacher_put_out_is_not_said_to_have_left(open_school: OpenSchool) -> None:
    school = await WEBEX.open(open_school)
    await comes(school, WEBEX, STRANGER)
    hers = await school.type(BROOK, "/eject", "in reading")
    his = await school.type(ORTIZ, "/eject")
    both = await asyncio.gather(school.pick(ORTIZ, his, STRANGER), school.pick(BROOK, hers, STRANGER))
    assert len(school.district.on_webex.picture().gone) == 1
    assert all(OUT & set(shown(answer)) for answer in both)


async def test_a_redelivered_yes_has_the_effect_of_one(open_school: OpenSchool) -> None:
    school = await WEBEX.open(open_school)
    await comes(school, WEBEX, STRANGER)
    question = await school.type(ORTIZ, "/eject", "strangers")
    first = await school.slack.press(ORTIZ, question, "Put out 1 stranger")
    await school.slack.send_again(first)
    await school.until_recorded((ORTIZ, "eject", "done"))
    assert len(school.calls("webex", "PUT", "/v1/meetingParticipants")) == 1


async def test_a_second_yes_finds_nobody_and_does_nothing(
    open_school: OpenSchool,
) -> None:
    school = await ZOOM.open(open_school)
    await comes(school, ZOOM, STRANGER)
    question = await school.type(CHANG, "/eject", "strangers")
    await school.press(CHANG, question, "Put out 1 stranger")
    again = await school.press(CHANG, question, "Put out 1 stranger")
    assert shown(again) == [GONE]
    assert (await school.recorded()).count((CHANG, "eject", "done")) == 1


async def test_a_yes_whose_process_died_before_it_answered_is_answered_with_what_was_done(
    open_school: OpenSchool,
) -> None:
    school = await ZOOM.open(open_school)
    await comes(school, ZOOM, STRANGER)
    question = await school.type(CHANG, "/eject", "strangers")
    (row,) = [block["elements"] for block in question.blocks if block["type"] == "actions"]
    command, given = orjson.loads(row[0]["value"])
    item = asked(school, command=command, user=CHANG, given=given)
    known = list(map(id, school.slack.messages))
    async with process(school) as handle:
        await handle(item)
        await handle(replace(item, deliveries=2))
    answers = [one for one in school.slack.messages if id(one) not in known and "out of Grade 5 Science" in one.text]
    assert [people(one) for one in answers] == [[f"{STRANGER} — done, confirmed"]] * 2
    assert (await school.recorded()).count((CHANG, "eject", "done")) == 1


async def test_a_process_that_died_before_it_struck_off_what_it_answered_is_followed_by_the_same_words(
    open_school: OpenSchool,
) -> None:
    school = await ZOOM.open(open_school)
    item = asked(school, command="room", user=CHANG)
    known = list(map(id, school.slack.messages))
    async with process(school) as handle:
        await handle(item)
        await comes(school, ZOOM, STRANGER)
        await handle(replace(item, deliveries=2))
    first, second = [one for one in school.slack.messages if id(one) not in known]
    assert second.blocks == first.blocks


def asked(school: School, **words: Any) -> Item:
    """A request of this moment, as the inbox hands it out."""
    at_ms = int(datetime.now(UTC).timestamp() * 1000)
    payload = payload_of(at_ms=at_ms, **words)
    return Item(f"{at_ms}-7", "request", school.app.state.keyring.seal(orjson.dumps(payload), context=CONTEXT))


@asynccontextmanager
async def process(school: School) -> AsyncIterator[Callable[[Item], Awaitable[None]]]:
    """Works off what it is given, and strikes nothing off."""
    http = Http()
    parts = Parts(school.app.state, school.app.settings, http, patience=QUICK)
    await parts.jobs.start()
    yield parts.dispatcher.handle
    await parts.jobs.drain(timedelta(seconds=5))
    await parts.queue.drain(timedelta(seconds=5))
    await http.close()
