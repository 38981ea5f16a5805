"""Ending a class: a button only, asked about once, then over for everyone."""

from tests.scenarios.school import CHANG, ORTIZ, School, shown


async def test_a_webex_class_is_ended_for_everyone(school: School) -> None:
    meeting = await school.webex_class()
    answer = await school.press(ORTIZ, await school.type(ORTIZ, "/panic"), "End the class…")
    assert shown(answer) == ["Grade 3 Reading has been ended for everyone.", "The class has been ended for everyone."]
    (call,) = school.calls("webex", "POST", "/end")
    assert (call.path, call.body) == (f"/v1/meetings/{meeting.id}/end", b'{"reason":"Ended by the school."}')
    assert not meeting.live
    assert (await school.recorded())[-2:] == [(ORTIZ, "end", "intent"), (ORTIZ, "end", "done")]


async def test_a_zoom_class_is_ended_for_everyone(school: School) -> None:
    meeting = await school.zoom_class()
    answer = await school.press(CHANG, await school.type(CHANG, "/panic"), "End the class…")
    assert shown(answer) == [
        "Grade 5 Science has been ended for everyone.",
        "The class is over for everyone. Zoom no longer shows it as running.",
    ]
    (call,) = school.calls("zoom", "PUT", "/status")
    assert (call.path, call.body) == (f"/v2/meetings/{meeting.id}/status", b'{"action":"end"}')
    assert not meeting.live


async def test_end_typed_as_a_command_ends_nothing_and_asks(school: School) -> None:
    meeting = await school.webex_class()
    asked = await school.type(ORTIZ, "/end")
    assert shown(asked) == ["End Grade 3 Reading for everyone?"]
    assert meeting.live


async def test_a_pretended_end_reads_as_failed(school: School) -> None:
    await school.zoom_class()
    answer = await school.type(CHANG, "/panic")
    school.district.zoom.faults.lie = True
    ended = await school.press(CHANG, answer, "End the class…")
    assert ended.text == "It did not work: modbot could not end Grade 5 Science."


async def test_a_button_of_a_class_that_is_over_does_nothing_and_says_so(school: School) -> None:
    meeting = await school.webex_class()
    answer = await school.type(ORTIZ, "/lock")
    school.district.webex.end(meeting)
    await school.settled()
    late = await school.press(ORTIZ, answer, "Unlock")
    assert late.text == "That class has ended, as far as modbot knows. Nothing was done."
