"""/incident: the open incidents somebody may see."""

from tests.scenarios.school import BROOK, CHANG, ORTIZ, REYES, School, buttons, shown


async def test_it_sees_the_incidents_of_both_platforms_newest_first_with_who_has_them(school: School) -> None:
    await school.webex_class()
    await school.zoom_class()
    await school.type(ORTIZ, "/page")
    await school.type(CHANG, "/eject", "ben")
    await school.press(REYES, await school.page_to(REYES), "Acknowledge")
    answer = await school.type(REYES, "/incident")
    assert shown(answer) == [
        "2 incidents are open.",
        "Grade 5 Science (Zoom): open",
        "Grade 3 Reading (Webex): acknowledged, Kim Reyes has it",
    ]
    assert buttons(answer) == ["Resolve Grade 5 Science", "Resolve Grade 3 Reading"]


async def test_the_principal_sees_those_of_the_school(school: School) -> None:
    await school.zoom_class()
    await school.type(CHANG, "/eject", "ben")
    assert shown(await school.type(BROOK, "/incident"))[1] == "Grade 5 Science (Zoom): open"


async def test_a_colleague_does_not_see_them(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/eject", "ben")
    assert shown(await school.type(CHANG, "/incident")) == ["No incident that you may see is open."]


async def test_a_resolved_incident_is_no_longer_listed(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/eject", "ben")
    asked = await school.type(REYES, "/incident")
    await school.press(REYES, asked, "Resolve Grade 3 Reading")
    assert shown(await school.type(REYES, "/incident")) == ["No incident that you may see is open."]
