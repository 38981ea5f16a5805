"""/admit: who waits is let in, by name or from the list; where only the host can, the clicks are told."""

from tests.scenarios.school import CHANG, ORTIZ, School, people, shown


async def test_somebody_in_the_webex_lobby_is_admitted_by_name(school: School) -> None:
    meeting = await school.webex_class()
    meeting.locked = True
    late = school.district.webex.join(meeting, "Mia Late", "mia.late@students.example.org")
    answer = await school.type(ORTIZ, "/admit", "mia")
    assert shown(answer) == [
        "1 person let into Grade 3 Reading.",
        "The person has been let in from the lobby.",
        "Mia Late — done, confirmed",
    ]
    (call,) = school.calls("webex", "POST", "/v1/meetingParticipants/admit")
    assert call.body == b'{"items":[{"participantId":"%s"}]}' % late.id.encode()
    assert "Mia Late" in school.district.webex.state(meeting).joined
    assert await school.recorded() == [(ORTIZ, "admit", "intent"), (ORTIZ, "admit", "done")]


async def test_without_a_name_those_who_wait_are_listed_and_one_press_admits(school: School) -> None:
    meeting = await school.webex_class()
    meeting.locked = True
    school.district.webex.join(meeting, "Mia Late")
    school.district.webex.join(meeting, "Noa Later")
    picker = await school.type(ORTIZ, "/admit")
    assert picker.text == "Who? 2 in Grade 3 Reading, unknown people first."
    await school.pick(ORTIZ, picker, "Mia Late")
    state = school.district.webex.state(meeting)
    assert ("Mia Late" in state.joined, state.lobby) == (True, ("Noa Later",))


async def test_nobody_waiting_is_said(school: School) -> None:
    await school.webex_class()
    answer = await school.type(ORTIZ, "/admit")
    assert shown(answer) == ["modbot sees nobody to choose from in Grade 3 Reading."]


async def test_somebody_who_is_in_already_is_not_offered_by_their_name(school: School) -> None:
    await school.webex_class()
    answer = await school.type(ORTIZ, "/admit", "ben")
    assert (answer.text, people(answer)) == ("Nobody in Grade 3 Reading has that name. Nothing was done.", [])


async def test_a_pretended_admit_reads_as_failed(school: School) -> None:
    meeting = await school.webex_class()
    meeting.locked = True
    school.district.webex.join(meeting, "Mia Late")
    school.district.webex.faults.lie = True
    answer = await school.type(ORTIZ, "/admit", "mia")
    assert answer.text == "It did not work: modbot could not let people into Grade 3 Reading."
    assert (await school.recorded())[-1] == (ORTIZ, "admit", "failed")


async def test_on_zoom_the_host_reads_who_waits_and_the_clicks(school: School) -> None:
    meeting = await school.zoom_class()
    meeting.obeyed["waiting_room"] = True
    school.district.zoom.join(meeting, "Mia Late")
    await school.settled()
    answer = await school.type(CHANG, "/admit", "mia")
    assert shown(answer) == [
        "modbot cannot let people into Grade 5 Science: you can, in the meeting.",
        "Zoom gives no way to do this from outside the meeting.",
        "Do this in the meeting now:",
        "1. In Zoom, tap Participants.",
        "2. Tap Admit beside the person, or Admit all.",
        "Mia Late — waiting, no e-mail shown",
    ]
    assert await school.recorded() == [(CHANG, "admit", "unsupported")]
