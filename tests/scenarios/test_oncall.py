"""/oncall: who would be called now and next, in order, and a turn that somebody takes."""

from datetime import date, timedelta
from typing import Any

from modbot.demo.district import INCIDENTS
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import BAKER, BROOK, ORTIZ, REYES, School, shown

KIM, LOU = "kim.reyes@example.org", "lou.baker@example.org"


def paging(**changed: Any) -> dict[str, Any]:
    """Two people in turn, and whose turn it is follows from the calendar: a test must know it, so one has it a year."""
    monday = date.today() - timedelta(days=date.today().weekday() + 7)  # noqa: DTZ011 - any week that has begun
    return {
        "steps": [{"people": ["schedule:it"], "wait_seconds": 60}],
        "schedules": {"it": {"people": [KIM, LOU], "handover": "mon 00:00", "starts": monday, "weeks": 26}},
        **changed,
    }


async def test_the_people_on_call_are_named_in_order_with_the_waits(school: School) -> None:
    assert shown(await school.type(ORTIZ, "/oncall")) == [
        "On call now, in this order:",
        "1. Kim Reyes, then after 60 s",
        "2. Lou Baker, then after 60 s",
    ]


async def test_without_steps_each_person_is_called_in_turn(open_school: OpenSchool) -> None:
    school = await open_school(paging={"steps": []})
    assert shown(await school.type(ORTIZ, "/oncall"))[1:] == [
        "1. Kim Reyes, then after 120 s",
        "2. Lou Baker, then after 120 s",
    ]


async def test_nobody_on_call_is_said(open_school: OpenSchool) -> None:
    school = await open_school(paging={"people": [], "steps": []})
    assert (await school.type(ORTIZ, "/oncall")).text == "Nobody is set up to be called here. Phone your help desk."


async def test_whose_turn_it_is_and_who_is_next_is_told(open_school: OpenSchool) -> None:
    school = await open_school(paging=paging())
    first, second = shown(await school.type(ORTIZ, "/oncall"))[1:]
    assert first.startswith("it: Kim Reyes until Mon ")
    assert first.endswith(", then Lou Baker.")
    assert second == "1. whoever has it, then after 60 s"


async def test_each_team_is_told_with_its_own_policy(open_school: OpenSchool) -> None:
    policies = {"maple": {"steps": [{"people": [LOU], "wait_seconds": 30}]}}
    teams = {"maple": {"policy": "maple", "schools": ["org-maple"]}}
    school = await open_school(paging=paging(policies=policies, teams=teams))
    lines = shown(await school.type(ORTIZ, "/oncall"))
    assert lines[1:4] == ["Team maple:", "1. Lou Baker, then after 30 s", "Team district:"]


async def test_whoever_has_the_turn_is_called(open_school: OpenSchool) -> None:
    school = await open_school(paging=paging())
    await school.type(ORTIZ, "/page", "the projector")
    await school.page_to(REYES)
    assert not school.pages_to(BAKER)


async def test_a_schools_own_team_is_called_for_its_classes(open_school: OpenSchool) -> None:
    policies = {"maple": {"steps": [{"people": [LOU], "wait_seconds": 30}]}}
    teams = {"maple": {"policy": "maple", "schools": ["org-maple"]}}
    school = await open_school(paging=paging(policies=policies, teams=teams))
    await school.type(ORTIZ, "/page", "the projector")
    await school.page_to(BAKER)
    assert not school.pages_to(REYES)


async def test_the_last_resort_is_called_when_nobody_else_has_answered(open_school: OpenSchool) -> None:
    steps = [{"people": [KIM], "wait_seconds": 5}]
    school = await open_school(paging={"steps": steps, "rounds": 1, "last_resort": [LOU]})
    await school.type(ORTIZ, "/page", "the projector")
    await school.page_to(BAKER)


async def test_a_turn_that_somebody_takes_is_theirs_and_announced_and_recorded(open_school: OpenSchool) -> None:
    school = await open_school(paging=paging())
    answer = await school.type(BAKER, "/oncall", "take 2h")
    assert answer.text.startswith("You are on call for it until ")
    await school.slack.wait_for(
        lambda m: m.channel == INCIDENTS and m.text.startswith("Lou Baker is on call for it until "), "announcement"
    )
    assert (BAKER, "oncall.take", "done") in await school.recorded()
    await school.type(ORTIZ, "/page", "the projector")
    await school.page_to(BAKER)
    assert not school.pages_to(REYES)


async def test_a_turn_taken_is_shown_with_whose_it_is_after(open_school: OpenSchool) -> None:
    school = await open_school(paging=paging())
    await school.type(BAKER, "/oncall", "take it for 2h")
    line = shown(await school.type(ORTIZ, "/oncall"))[1]
    assert line.startswith("it: Lou Baker until ")
    assert line.endswith(", then Kim Reyes.")


async def test_somebody_who_is_never_called_cannot_take_a_turn(open_school: OpenSchool) -> None:
    school = await open_school(paging=paging())
    answer = await school.type(BROOK, "/oncall", "take 2h")
    assert answer.text == "Only people whom IT has put on call in modbot's settings can take a turn."


async def test_a_schedule_there_is_not_is_told_with_those_there_are(open_school: OpenSchool) -> None:
    school = await open_school(paging=paging())
    answer = await school.type(BAKER, "/oncall", "take 2h night")
    assert answer.text == "Which schedule? There is: it. For example: /oncall take 2h it"


async def test_a_turn_without_a_time_is_asked_about(open_school: OpenSchool) -> None:
    school = await open_school(paging=paging())
    assert (await school.type(BAKER, "/oncall", "take")).text == "For how long? For example: /oncall take 2h"


async def test_without_schedules_there_is_no_turn_to_take(school: School) -> None:
    answer = await school.type(BAKER, "/oncall", "take 2h")
    assert answer.text == "There is no schedule whose turn could be taken: the same people are always called."
