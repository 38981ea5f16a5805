"""What several processes see of a raid, at which school and when: looks that are told, one by one."""

import asyncio
from datetime import timedelta

import pytest

from modbot.demo.roster import SCHOOL
from modbot.store.embedded import EmbeddedStore
from modbot.store.turns import Turns
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import STRANGER, WEBEX, ZOOM
from tests.scenarios.raids import (
    drawn,
    looking,
    room_of,
    second_zoom_class,
    unwatched,
    warning_saying,
    warning_to,
    warnings,
    zoom_room,
)  # fmt: skip
from tests.scenarios.school import BROOK, REYES, School
from tests.stores import until

OAK = "org-oak"


async def waits_for_its_turn(school: School, raid_id: str) -> bool:
    """Whether a job that would change the warning looks again by and by."""
    return bool(await school.app.state.store.run("KEYS", f"mb:docket:*raid:{raid_id}:2s:*"))


async def test_two_processes_that_see_it_at_once_and_again_post_one_warning(open_school: OpenSchool) -> None:
    school = await unwatched(open_school, ZOOM, WEBEX)
    zoom, webex = room_of(school, ZOOM), room_of(school, WEBEX)
    async with looking(school) as one, looking(school) as other:
        await asyncio.gather(*(look for each in (one, other) for look in (each.saw(webex), each.saw(zoom))))
        await warning_saying(school, "2 classes")
        await asyncio.gather(one.saw(zoom), other.saw(webex))
    await drawn(school)
    assert [len(warnings(school)), len(warning_to(school, BROOK)), len(warning_to(school, REYES))] == [1, 1, 1]


async def test_what_two_processes_saw_is_put_together(open_school: OpenSchool) -> None:
    school = await unwatched(open_school, ZOOM, WEBEX)
    async with looking(school) as one, looking(school) as other:
        await one.saw(room_of(school, ZOOM))
        await other.saw(room_of(school, WEBEX))
    await warning_saying(school, "2 classes")


async def test_two_schools_at_once_do_not_mix(open_school: OpenSchool) -> None:
    school = await unwatched(open_school, ZOOM, WEBEX)
    meeting = await second_zoom_class(school, STRANGER)
    async with looking(school) as looker:
        await looker.saw(room_of(school, ZOOM), school=OAK)
        await looker.saw(room_of(school, WEBEX))
        await drawn(school)
        assert warnings(school) == []
        await looker.saw(zoom_room(meeting))
    warning = await warning_saying(school, "2 classes")
    assert "Science" not in warning.everything


async def test_a_raid_on_each_of_two_schools_is_a_warning_for_each(open_school: OpenSchool) -> None:
    school = await unwatched(open_school, ZOOM, WEBEX)
    async with looking(school) as looker:
        for each in (SCHOOL, OAK):
            await looker.saw(room_of(school, ZOOM), school=each)
            await looker.saw(room_of(school, WEBEX), school=each)
    await drawn(school)
    assert sorted(one.text for one in warnings(school)) == [
        "The same unrecognised person came into 2 classes of Maple Street Elementary within 1 minute.",
        "The same unrecognised person came into 2 classes of org-oak within 1 minute.",
    ]


@pytest.mark.parametrize("ago", [timedelta(minutes=16), timedelta(minutes=40)], ids=["a little", "long"])
async def test_somebody_who_was_elsewhere_too_long_ago_is_no_raid(open_school: OpenSchool, ago: timedelta) -> None:
    school = await unwatched(open_school, ZOOM, WEBEX)
    async with looking(school) as looker:
        await looker.saw(room_of(school, ZOOM), ago=ago)
        await looker.saw(room_of(school, WEBEX))
    await drawn(school)
    assert warnings(school) == []


async def test_what_is_heard_late_still_finds_what_it_belongs_to(open_school: OpenSchool) -> None:
    school = await unwatched(open_school, ZOOM, WEBEX)
    async with looking(school) as looker:
        await looker.saw(room_of(school, ZOOM), ago=timedelta(minutes=24))
        await looker.saw(room_of(school, WEBEX), ago=timedelta(minutes=13))
    warning = await warning_saying(school, "2 classes")
    assert "within 12 minutes" in warning.text


async def test_a_look_while_the_store_is_away_fails_nobody_and_the_next_one_tells(open_school: OpenSchool) -> None:
    school = await unwatched(open_school, ZOOM, WEBEX)
    embedded = school.app.state.embedded
    assert isinstance(embedded, EmbeddedStore)
    async with looking(school) as looker:
        zoom = await looker.sighted(room_of(school, ZOOM))
        webex = await looker.sighted(room_of(school, WEBEX))
        await embedded.stop()
        await looker.shown(*zoom)
        await looker.shown(*webex)
        await embedded.start()
        await looker.shown(*zoom)
        await looker.shown(*webex)
        await warning_saying(school, "2 classes")


async def test_while_another_process_draws_the_warning_what_was_seen_waits_for_it(open_school: OpenSchool) -> None:
    school = await unwatched(open_school, ZOOM, WEBEX)
    meeting = await second_zoom_class(school, STRANGER)
    turn = Turns(school.app.state.store)
    async with looking(school) as looker:
        await looker.saw(room_of(school, ZOOM))
        await looker.saw(room_of(school, WEBEX))
        warning = await warning_saying(school, "2 classes")
        await drawn(school)
        raid_id = warning.everything.rpartition("raid ")[2].split()[0]
        assert await turn.take(f"raid:{raid_id}", timedelta(minutes=5))
        await looker.saw(zoom_room(meeting))
        await until("the job has found it held", lambda: waits_for_its_turn(school, raid_id))
        assert "2 classes" in warning.text
        await turn.give_back(f"raid:{raid_id}")
    await warning_saying(school, "3 classes")
