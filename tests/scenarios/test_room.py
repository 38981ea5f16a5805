"""/room: who is in, what can be done there, and how safe its settings are."""

from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import BROOK, CHANG, ORTIZ, REYES, School, buttons, people, shown


async def test_a_webex_class_shows_its_people_what_modbot_can_do_and_what_to_mend(school: School) -> None:
    await school.webex_class()
    answer = await school.type(ORTIZ, "/room")
    assert shown(answer)[:2] == [
        "Grade 3 Reading: 13 in, 0 waiting.",
        (
            "modbot can: lock the class, unlock the class, put people out, let people in from the lobby, "
            "mute everyone, end the class, put the settings back."
        ),
    ]
    assert "Setting to mend: Students may share is yes; safe is no." in shown(answer)
    assert "Not listed here: 12 on the class list." in shown(answer)
    assert people(answer) == ["Host — host, e-mail shown"]
    assert buttons(answer) == ["Lock", "Put someone out…"]


async def test_a_zoom_class_shows_what_is_done_instead_and_the_clicks_for_what_only_the_host_can(
    school: School,
) -> None:
    await school.zoom_class()
    answer = await school.type(CHANG, "/room")
    assert shown(answer)[:6] == [
        "Grade 5 Science: 13 in, 0 waiting.",
        "modbot can: put people out, end the class, put the settings back.",
        "In part, lock the class (the waiting room is turned on).",
        "In part, unlock the class (the waiting room is set back as it was).",
        "By hand, let people in from the lobby: In Zoom, tap Participants. Tap Admit beside the person, or Admit all.",
        (
            "By hand, mute everyone: In Zoom, tap Participants. Tap Mute all. "
            "Remove the tick from Allow participants to unmute themselves, then confirm."
        ),
    ]
    assert "Setting to mend: Waiting room is off; safe is on." in shown(answer)


async def test_the_class_it_is_taken_for_is_named_with_how_that_was_found(school: School) -> None:
    await school.zoom_class()
    said = shown(await school.type(CHANG, "/room"))
    assert "Class: Grade 5 Science. It is the only class its host teaches." in said


async def test_those_who_wait_are_counted(school: School) -> None:
    meeting = await school.webex_class()
    meeting.locked = True
    school.district.webex.join(meeting, "Mia Late")
    answer = await school.type(ORTIZ, "/room")
    assert answer.text == "Grade 3 Reading: 13 in, 1 waiting."
    assert "Mia Late — stranger, waiting. The name is not on the class list." in people(answer)


async def test_of_a_large_class_only_people_are_left_out_and_the_answer_says_so(school: School) -> None:
    meeting = await school.zoom_class()
    for number in range(47):
        school.district.zoom.join(meeting, f"Zed Zzz{number}")
    await school.settled()
    answer = await school.type(CHANG, "/room")
    assert (answer.text, len(people(answer))) == ("Grade 5 Science: 60 in, 0 waiting.", 30)
    assert "30 of 48 are listed." in shown(answer)
    assert any(line.startswith("By hand, mute everyone: ") for line in shown(answer))


async def test_looking_changes_nothing_and_leaves_no_act_on_record(school: School) -> None:
    await school.zoom_class()
    await school.type(CHANG, "/room")
    assert (school.calls("zoom", "PATCH", "/"), await school.recorded()) == ([], [])


async def test_the_principal_sees_a_class_of_the_school_by_name(school: School) -> None:
    await school.zoom_class()
    assert (await school.type(BROOK, "/room", "science")).text == "Grade 5 Science: 13 in, 0 waiting."


async def test_it_sees_a_class_by_its_number(school: School) -> None:
    meeting = await school.zoom_class()
    assert (await school.type(REYES, "/room", str(meeting.id))).text == "Grade 5 Science: 13 in, 0 waiting."


async def test_a_security_officer_sees_a_class_but_may_not_lock_it(open_school: OpenSchool) -> None:
    school = await open_school(district={"security": ["sam.ward@example.org"]})
    school.slack.world.add_user("U0WARD", "sam.ward@example.org", "Sam Ward")
    meeting = await school.zoom_class()
    seen = await school.type("U0WARD", "/room", "science")
    answer = await school.press("U0WARD", seen, "Lock")
    assert (seen.text, answer.text) == (
        "Grade 5 Science: 13 in, 0 waiting.",
        "Not done: Grade 5 Science is unchanged.",
    )
    assert meeting.settings["waiting_room"] is False
    assert ("U0WARD", "lock", "refused") in await school.recorded()
