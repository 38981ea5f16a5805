"""The raid radar: the same unrecognised person in several classes, told once, and what the alert says."""

import asyncio
import re
from collections import deque
from datetime import timedelta

import pytest

from modbot.demo.district import HELP, INCIDENTS
from modbot.demo.roster import SCHOOL
from modbot.simulators import Faults
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import JITSI, MEET, STRANGER, TEAMS, WEBEX, ZOOM, On, comes
from tests.scenarios.raids import (
    HISTORY,
    LOCK,
    MAPLE,
    alert_saying,
    alert_to,
    alerts,
    drawn,
    looking,
    raided,
    room_of,
    second_zoom_class,
    zoom_room,
)  # fmt: skip
from tests.scenarios.school import BAKER, BROOK, CHANG, ORTIZ, REYES, School, buttons, people, shown
from tests.stores import until

TWO = f"The same unrecognised person came into 2 classes of {MAPLE} within 1 minute."


def untimed(lines: list[str]) -> list[str]:
    """Whatever the time of day."""
    return [re.sub(r"\b\d\d:\d\d\b", "hh:mm", line) for line in lines]


async def looked_at(school: School, *on: On, name: str = STRANGER) -> None:
    """A process looks at these classes, one after the other."""
    async with looking(school) as looker:
        for one in on:
            await looker.saw(await room_of(school, one), name)


async def test_somebody_in_two_classes_is_told_in_the_channel_without_their_name(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    await looked_at(school, ZOOM, WEBEX)
    alert = await alert_saying(school, "2 classes")
    assert untimed(shown(alert)) == [
        TWO,
        "Grade 5 Science (Zoom): at hh:mm.",
        "Grade 3 Reading (Webex): at hh:mm.",
        "They showed the same name or e-mail address in every class, and modbot recognised them in none.",
        "It may be a pupil or a guest whom the roster does not know yet. Nothing has been done: look before you act.",
        "What they call themselves is in the direct messages to IT on call and the principal.",
    ]
    assert buttons(alert) == [LOCK]
    assert STRANGER not in alert.everything


async def test_it_on_call_and_the_principal_are_told_who_it_is_below_the_preview(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    await looked_at(school, ZOOM, WEBEX)
    for user in (REYES, BROOK):
        alert = await alert_saying(school, "2 classes", school.slack.world.im_with(user).id)
        assert alert.text == TWO
        assert untimed(people(alert)) == [
            f"{STRANGER} — Grade 5 Science (Zoom), hh:mm",
            f"{STRANGER} — Grade 3 Reading (Webex), hh:mm",
        ]


async def test_nobody_else_is_told_directly(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    await looked_at(school, ZOOM, WEBEX)
    await until("the principal is told", lambda: bool(alert_to(school, BROOK)))
    assert [alert_to(school, user) for user in (BAKER, CHANG, ORTIZ)] == [[], [], []]


async def test_a_hostile_name_is_shown_defanged_and_never_in_the_preview(open_school: OpenSchool) -> None:
    name = "*Wanda*\u202e <!channel> Quill"
    school = await raided(open_school, ZOOM, WEBEX, name=name)
    await looked_at(school, ZOOM, WEBEX, name=name)
    await until("the principal is told", lambda: bool(alert_to(school, BROOK)))
    (alert,) = alert_to(school, BROOK)
    assert people(alert)[0].startswith("*Wanda*⟨U+202E⟩ <!channel> Quill — ")
    assert "Wanda" not in alert.text + (await alert_saying(school, "2 classes")).everything


async def test_who_is_on_call_without_a_right_to_look_into_classes_is_told_without_the_name(
    open_school: OpenSchool,
) -> None:
    school = await raided(open_school, ZOOM, WEBEX, district={"it": ["lou.baker@example.org"]})
    await looked_at(school, ZOOM, WEBEX)
    await until("whoever is on call is told", lambda: bool(alert_to(school, REYES)))
    (alert,) = alert_to(school, REYES)
    assert alert.text == TWO
    assert STRANGER not in alert.everything


async def test_a_school_with_a_channel_of_its_own_reads_it_there_too(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX, schools={SCHOOL: {"incident_channel": HELP}})
    await looked_at(school, ZOOM, WEBEX)
    assert (await alert_saying(school, "2 classes", HELP)).text == TWO
    assert (await alert_saying(school, "2 classes", INCIDENTS)).text == TWO


async def test_two_classes_on_one_platform_are_two_classes(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM)
    meeting = await second_zoom_class(school, STRANGER)
    async with looking(school) as looker:
        await looker.saw(await room_of(school, ZOOM))
        await looker.saw(zoom_room(meeting))
    alert = await alert_saying(school, "2 classes")
    assert untimed(shown(alert))[1:3] == ["Grade 5 Science (Zoom): at hh:mm.", f"{HISTORY} (Zoom): at hh:mm."]


@pytest.mark.parametrize("on", [WEBEX, MEET, TEAMS, JITSI], ids=lambda on: str(on.platform))
async def test_it_is_seen_across_platforms(open_school: OpenSchool, on: On) -> None:
    school = await raided(open_school, ZOOM, on)
    await looked_at(school, ZOOM, on)
    alert = await alert_saying(school, "2 classes")
    assert f"{on.title} ({on.platform.label})" in alert.everything


async def test_a_third_class_is_added_to_the_alert_that_stands(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    meeting = await second_zoom_class(school, STRANGER)
    await looked_at(school, ZOOM, WEBEX)
    before = await alert_saying(school, "2 classes")
    async with looking(school) as looker:
        await looker.saw(zoom_room(meeting))
    after = await alert_saying(school, "3 classes")
    assert after.ts == before.ts
    await until("the principal reads it too", lambda: "3 classes" in alert_to(school, BROOK)[0].text)
    assert len(alert_to(school, BROOK)) == 1


async def test_seen_again_and_in_any_order_by_two_processes_at_once_it_is_one_alert(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    zoom, webex = await room_of(school, ZOOM), await room_of(school, WEBEX)
    async with looking(school) as one, looking(school) as other:
        looks = [look for each in (one, other) for look in (each.saw(webex), each.saw(zoom), each.saw(webex))]
        await asyncio.gather(*looks)
        await alert_saying(school, "2 classes")
        await asyncio.gather(one.saw(zoom), other.saw(webex))
    await drawn(school)
    assert [len(alerts(school)), len(alert_to(school, BROOK)), len(alert_to(school, REYES))] == [1, 1, 1]


async def test_several_people_who_go_from_class_to_class_are_one_alert(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    for on in (ZOOM, WEBEX):
        await comes(school, on, "Zed Moss-Pike")
    await looked_at(school, ZOOM, WEBEX)
    await looked_at(school, ZOOM, WEBEX, name="Zed Moss-Pike")
    alert = await alert_saying(school, "2 unrecognised people")
    assert untimed(shown(alert))[:2] == [
        f"2 unrecognised people, each in several classes: 2 classes of {MAPLE} within 1 minute.",
        "Grade 5 Science (Zoom): 2 of them, the first at hh:mm.",
    ]


async def test_two_schools_do_not_mix(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    meeting = await second_zoom_class(school, STRANGER)
    async with looking(school) as looker:
        await looker.saw(await room_of(school, ZOOM), school="org-oak")
        await looker.saw(await room_of(school, WEBEX))
        await looker.saw(zoom_room(meeting))
    alert = await alert_saying(school, "2 classes")
    assert "Science" not in alert.everything
    await drawn(school)
    assert len(alerts(school)) == 1


@pytest.mark.parametrize("ago", [timedelta(minutes=16), timedelta(minutes=40)], ids=["a little", "long"])
async def test_somebody_who_was_elsewhere_too_long_ago_is_no_raid(open_school: OpenSchool, ago: timedelta) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    async with looking(school) as looker:
        await looker.saw(await room_of(school, ZOOM), ago=ago)
        await looker.saw(await room_of(school, WEBEX))
    await drawn(school)
    assert alerts(school) == []


async def test_it_is_told_when_slack_is_back(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    school.slack.faults = Faults(only="POST", fail_next=deque([(503, {}, b"")] * 4))
    await looked_at(school, ZOOM, WEBEX)
    await alert_saying(school, "2 classes")
    await drawn(school)
    assert [len(alerts(school)), len(alert_to(school, BROOK))] == [1, 1]


async def test_nothing_that_they_showed_is_readable_in_the_store_and_everything_expires(
    open_school: OpenSchool,
) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    await looked_at(school, ZOOM, WEBEX)
    await alert_saying(school, "2 classes")
    await drawn(school)
    store = school.app.state.store
    kept = [*await store.run("KEYS", "mb:sightings:*"), *await store.run("KEYS", "mb:raid*")]
    assert len(kept) == 3
    for key in kept:
        assert b"Wanda" not in await store.run("DUMP", key)
        assert 0 < await store.run("PTTL", key) <= 86_400_000
