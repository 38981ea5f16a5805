"""The raid radar, from signed webhooks to the warning: the same unrecognised person in several classes is told once."""

import re
from collections import deque

import pytest

from modbot.demo.district import HELP, INCIDENTS
from modbot.demo.roster import SCHOOL
from modbot.model import PlatformName
from modbot.simulators import Faults
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import JITSI, MEET, STRANGER, TEAMS, WEBEX, ZOOM, On, comes
from tests.scenarios.noticed import looked
from tests.scenarios.raids import (
    HISTORY,
    LOCK,
    MAPLE,
    drawn,
    raided,
    second_zoom_class,
    warning_saying,
    warning_to,
    warnings,
)  # fmt: skip
from tests.scenarios.school import BAKER, BROOK, CHANG, ORTIZ, REYES, buttons, people, shown
from tests.stores import until

TWO = f"The same unrecognised person came into 2 classes of {MAPLE} within 1 minute."
OTHER = "Zed Moss-Pike"


def untimed(lines: list[str]) -> list[str]:
    """Whatever the time of day."""
    return [re.sub(r"\b\d\d:\d\d\b", "hh:mm", line) for line in lines]


async def test_somebody_in_two_classes_is_told_in_the_channel_without_their_name(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    warning = await warning_saying(school, "2 classes")
    assert untimed(shown(warning)) == [
        TWO,
        "Grade 5 Science (Zoom): at hh:mm.",
        "Grade 3 Reading (Webex): at hh:mm.",
        "They showed the same name or e-mail address in every class, and modbot recognised them in none.",
        "It may be a pupil or a colleague whom modbot could not know. Nothing has been done: look before you act.",
        "What they call themselves is in the direct messages to IT on call and the principal.",
    ]
    assert buttons(warning) == [LOCK, "Page IT"]
    assert STRANGER not in warning.everything


async def test_it_on_call_and_the_principal_are_told_who_it_is_below_the_preview(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    for user in (REYES, BROOK):
        warning = await warning_saying(school, "2 classes", school.slack.world.im_with(user).id)
        assert warning.text == TWO
        assert untimed(people(warning)) == [
            f"{STRANGER} — Grade 5 Science (Zoom), hh:mm",
            f"{STRANGER} — Grade 3 Reading (Webex), hh:mm",
        ]


async def test_nobody_is_called_unless_somebody_presses_for_it(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    warning = await warning_saying(school, "2 classes")
    await drawn(school)
    assert [m for m in school.pages_to(REYES) if m.text.startswith("PAGE")] == []
    await school.press(ORTIZ, warning, "Page IT")
    page = await school.page_to(REYES)
    assert f"Somebody unrecognised goes through classes of {MAPLE}" in page.everything


async def test_nobody_else_is_told_directly(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    await warning_saying(school, "2 classes")
    await drawn(school)
    assert [warning_to(school, user) for user in (BAKER, CHANG, ORTIZ)] == [[], [], []]


async def test_a_hostile_name_is_shown_defanged_and_never_in_the_preview(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX, name="*Wanda*\u202e <!channel> Quill")
    warning = await warning_saying(school, "2 classes", school.slack.world.im_with(BROOK).id)
    assert people(warning)[0].startswith("*Wanda*⟨U+202E⟩ <!channel> Quill — ")
    assert "Wanda" not in warning.text + (await warning_saying(school, "2 classes")).everything


async def test_who_is_on_call_without_a_right_to_look_into_classes_is_told_without_the_name(
    open_school: OpenSchool,
) -> None:
    school = await raided(open_school, ZOOM, WEBEX, district={"it": ["lou.baker@example.org"]})
    warning = await warning_saying(school, "2 classes", school.slack.world.im_with(REYES).id)
    assert warning.text == TWO
    assert STRANGER not in warning.everything


async def test_a_school_with_a_channel_of_its_own_reads_it_there_too(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX, schools={SCHOOL: {"incident_channel": HELP}})
    assert (await warning_saying(school, "2 classes", HELP)).text == TWO
    assert (await warning_saying(school, "2 classes", INCIDENTS)).text == TWO


async def test_two_classes_on_one_platform_are_two_classes(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM)
    await second_zoom_class(school, STRANGER)
    warning = await warning_saying(school, "2 classes")
    assert {"Grade 5 Science (Zoom): at hh:mm.", f"{HISTORY} (Zoom): at hh:mm."} == set(untimed(shown(warning))[1:3])


@pytest.mark.parametrize("on", [WEBEX, MEET, TEAMS, JITSI], ids=lambda on: str(on.platform))
async def test_it_is_seen_across_platforms(open_school: OpenSchool, on: On) -> None:
    school = await raided(open_school, ZOOM, on)
    warning = await warning_saying(school, "2 classes")
    assert f"{on.title} ({on.platform.label})" in warning.everything


async def test_a_third_class_is_added_to_the_warning_that_stands(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    before = await warning_saying(school, "2 classes")
    await second_zoom_class(school, STRANGER)
    after = await warning_saying(school, "3 classes")
    assert after.ts == before.ts
    await until("the principal reads it too", lambda: any("3 classes" in one.text for one in warning_to(school, BROOK)))
    assert len(warning_to(school, BROOK)) == 1


@pytest.mark.parametrize(
    "faults", [Faults(duplicate_webhooks=True), Faults(reorder_webhooks=True)], ids=["twice", "in another order"]
)
async def test_webhooks_that_come_twice_or_in_another_order_give_one_warning(
    open_school: OpenSchool, faults: Faults
) -> None:
    school = await open_school(ZOOM.platform, WEBEX.platform)
    school.district.zoom.faults = school.district.webex.faults = faults
    await school.zoom_class()
    await school.webex_class()
    for on in (ZOOM, WEBEX):
        await comes(school, on, STRANGER)
    await warning_saying(school, "2 classes")
    await looked(school)
    await drawn(school)
    assert [len(warnings(school)), len(warning_to(school, BROOK)), len(warning_to(school, REYES))] == [1, 1, 1]


async def test_whoever_comes_back_into_the_same_classes_makes_no_new_warning(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    await warning_saying(school, "2 classes")
    for on in (ZOOM, WEBEX):
        await comes(school, on, STRANGER)
    await looked(school)
    await drawn(school)
    assert [len(warnings(school)), len(warning_to(school, BROOK))] == [1, 1]


async def test_several_people_who_go_from_class_to_class_are_one_warning(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    for on in (ZOOM, WEBEX):
        await comes(school, on, OTHER)
    warning = await warning_saying(school, "2 unrecognised people")
    assert untimed(shown(warning))[:2] == [
        f"2 unrecognised people, each in several classes: 2 classes of {MAPLE} within 1 minute.",
        "Grade 5 Science (Zoom): 2 of them, the first at hh:mm.",
    ]


@pytest.mark.parametrize("name", ["iPad", "Ana Duarte", "lol"], ids=["a device", "a pupil of both", "a word"])
async def test_a_name_that_several_people_may_show_is_no_raid(open_school: OpenSchool, name: str) -> None:
    school = await raided(open_school, ZOOM, WEBEX, name=name)
    await looked(school)
    await drawn(school)
    assert warnings(school) == []


async def test_two_different_strangers_are_no_raid(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM)
    await second_zoom_class(school, OTHER)
    await looked(school)
    await drawn(school)
    assert warnings(school) == []


async def test_from_how_many_classes_on_it_is_told_is_a_setting(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM, WEBEX, findings={"raid_sections": 3})
    await looked(school)
    await drawn(school)
    assert warnings(school) == []
    await second_zoom_class(school, STRANGER)
    await warning_saying(school, "3 classes")


async def test_it_is_told_when_slack_is_back(open_school: OpenSchool) -> None:
    school = await open_school(PlatformName.ZOOM, PlatformName.WEBEX)
    await school.zoom_class()
    await school.webex_class()
    school.slack.faults = Faults(only="POST", fail_next=deque([(503, {}, b"")] * 4))
    for on in (ZOOM, WEBEX):
        await comes(school, on, STRANGER)
    await warning_saying(school, "2 classes")
    await drawn(school)
    assert [len(warnings(school)), len(warning_to(school, BROOK))] == [1, 1]


async def test_nothing_that_they_showed_is_readable_in_the_store_and_everything_expires(
    open_school: OpenSchool,
) -> None:
    school = await raided(open_school, ZOOM, WEBEX)
    await warning_saying(school, "2 classes")
    await drawn(school)
    store = school.app.state.store
    kept = [*await store.run("KEYS", "mb:sightings:*"), *await store.run("KEYS", "mb:raid*")]
    assert len(kept) == 3
    for key in kept:
        assert b"Wanda" not in await store.run("DUMP", key)
        assert 0 < await store.run("PTTL", key) <= 86_400_000
