"""Commands nobody has, and buttons that are old, forged or too late: a clear answer, and nothing is run."""

import orjson

from tests.scenarios.hostile.wire import (
    CHANG,
    ORTIZ,
    answers_to,
    button_body,
    changes,
    command,
    form,
    outcomes,
    send,
    until_idle,
)
from tests.scenarios.school import School

NOTHING_DONE = "Nothing was done."


async def test_an_unknown_command_offers_the_nearest_and_runs_nothing(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    answer = await school.type(ORTIZ, "/lokc")
    assert answer.text == f"modbot has no command /lokc. {NOTHING_DONE}"
    assert "/lock" in answer.everything
    assert changes(school) == []


async def test_the_command_offered_for_an_unknown_one_can_be_pressed(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    offered = await school.type(ORTIZ, "/lokc")
    answer = await school.press(ORTIZ, offered, "/lock")
    assert answer.text == "Grade 3 Reading is locked."


async def test_an_unknown_command_is_shown_without_what_could_call_people(school: School) -> None:
    answer = await school.type(ORTIZ, "/<!channel>\u202e*x*")
    assert "<!channel>" not in answer.text
    assert "\u202e" not in answer.everything


async def test_a_command_of_a_thousand_letters_is_answered(school: School) -> None:
    answer = await school.type(ORTIZ, "/" + "x" * 1000)
    assert answer.text.endswith(NOTHING_DONE)


async def test_forged_and_damaged_buttons_are_answered_and_run_nothing(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    await school.type(ORTIZ, "/modbot", "whoami")
    lock = orjson.dumps(["lock", {}]).decode()
    forged = {
        "a value that is not JSON": button_body(ORTIZ, "lock"),
        "half a value": button_body(ORTIZ, '["lock", {'),
        "an object": button_body(ORTIZ, '{"command": "lock"}'),
        "arguments that are a list": button_body(ORTIZ, '["lock", []]'),
        "a command that is a number": button_body(ORTIZ, "[1, {}]"),
        "one part too many": button_body(ORTIZ, '["lock", {}, 1]'),
        "no value": button_body(ORTIZ, None),
        "another app's button": button_body(ORTIZ, lock, action_id="approve"),
        "no action_id": button_body(ORTIZ, lock, action_id=""),
        "a command nobody has": button_body(ORTIZ, '["selfdestruct", {}]'),
    }
    for case, body in forged.items():
        before = len(answers_to(school, ORTIZ))
        answer = await send(school, body)
        assert answer.status == 200, case
        await until_idle(school)
        told = [message.text for message in answers_to(school, ORTIZ)[before:]]
        assert len(told) == 1, (case, told)
        assert NOTHING_DONE in told[0], case
    assert changes(school) == []


async def test_a_button_made_for_one_person_gives_another_no_right(school: School) -> None:
    meeting = school.district.open_webex_class()
    await school.settled()
    session = f"webex:{meeting.id}"
    await send(school, button_body(CHANG, orjson.dumps(["lock", {"session": session}]).decode()))
    await until_idle(school)
    assert not school.district.webex.state(meeting).locked
    assert await outcomes(school) == [("lock", "refused")]


async def test_a_button_for_a_class_that_does_not_exist_says_that_it_has_ended(school: School) -> None:
    for session in ("webex:nothing", "zoom:", "teams:1", "nonsense", ":", "webex:x:y"):
        before = len(answers_to(school, ORTIZ))
        await send(school, button_body(ORTIZ, orjson.dumps(["lock", {"session": session}]).decode()))
        await until_idle(school)
        told = [message.text for message in answers_to(school, ORTIZ)[before:]]
        assert len(told) == 1, session
        assert told[0].startswith("That class has ended"), session


async def test_a_button_of_a_class_that_is_over_says_so(school: School) -> None:
    meeting = school.district.open_webex_class()
    await school.settled()
    locked = await school.type(ORTIZ, "/lock")
    school.district.webex.end(meeting)
    await school.settled()
    answer = await school.press(ORTIZ, locked, "Unlock")
    assert answer.text.startswith("That class has ended")


async def test_a_button_of_an_incident_or_page_that_does_not_exist_is_answered(school: School) -> None:
    made_up = [
        '["resolve", {"incident": "i00000000"}]',
        '["resolve", {"room": "zoom:1"}]',
        '["ack", {"page": "p1"}]',
    ]
    for value in made_up:
        before = len(answers_to(school, "U0REYES"))
        await send(school, button_body("U0REYES", value))
        await until_idle(school)
        told = [message.text for message in answers_to(school, "U0REYES")[before:]]
        assert len(told) == 1, value
        assert "broke" not in told[0], value


async def test_one_press_delivered_twice_is_one_act(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    locked = await school.type(ORTIZ, "/lock")
    press = await school.slack.press(ORTIZ, locked, "Unlock")
    await school.slack.send_again(press)
    await until_idle(school)
    assert await outcomes(school) == [("lock", "done"), ("unlock", "done")]


async def test_an_expired_trigger_does_not_keep_a_command_from_being_done(school: School) -> None:
    meeting = school.district.open_webex_class()
    await school.settled()
    answer = await send(school, form(command(trigger_id="1.expired.trigger", response_url="")))
    await until_idle(school)
    assert answer.status == 200
    assert school.district.webex.state(meeting).locked


async def test_an_answer_goes_only_to_slack_whatever_address_the_command_names(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    elsewhere = f"{school.district.zoom.url}/response/steal"
    await send(school, form(command(response_url=elsewhere)))
    await until_idle(school)
    assert [seen.path for seen in school.district.zoom.seen if "steal" in seen.path] == []
    assert answers_to(school, ORTIZ)[-1].text == "Grade 3 Reading is locked."
