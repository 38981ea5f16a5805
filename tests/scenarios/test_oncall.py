"""/oncall: who would be called now, in order."""

from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import ORTIZ, School, shown


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
