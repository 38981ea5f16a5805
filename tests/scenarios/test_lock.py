"""/lock and /unlock: the bytes a vendor gets, the room afterwards, and the sentence the teacher reads."""

from tests.scenarios.school import School


async def test_a_webex_class_is_locked_and_the_teacher_reads_that_it_was_confirmed(school: School) -> None:
    meeting = school.district.open_webex_class()
    await school.settled()
    answer = await school.type("U0ORTIZ", "/lock")
    assert answer.text == "Grade 3 Reading is locked."
    assert school.district.webex.state(meeting).locked
    (call,) = school.calls("webex", "PUT", "/meetings/controls")
    assert call.body == b'{"locked":true}'
