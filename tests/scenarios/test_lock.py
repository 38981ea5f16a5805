"""/lock: the bytes a vendor gets, the room afterwards, and the sentence the teacher reads."""

import asyncio

import orjson

from modbot.dispatch import CONTEXT, payload_of
from modbot.intake import now_ms
from modbot.store.inbox import Inbox
from tests.scenarios.school import BAKER, BROOK, CHANG, ORTIZ, REYES, School, buttons, shown
from tests.stores import until

SHUT = b'{"settings":{"waiting_room":true,"join_before_host":false}}'
AS_BEFORE = b'{"settings":{"waiting_room":false,"join_before_host":true}}'
ZOOM_SENTENCE = (
    "Zoom does not let modbot lock a meeting. modbot turned the waiting room on instead and read it back. Zoom does "
    "not say whether a running class obeys before its next start. So lock it by hand now: Host tools → Lock meeting."
)
ZOOM_STEPS = [
    "Do this in the meeting now:",
    "1. In Zoom, tap Host tools (called Security in older apps).",
    "2. Tap Lock meeting.",
]
NOT_YOURS = "This is not your class. Its teacher, its principal and IT may do this. You can /page IT."


async def test_a_webex_class_is_locked_and_the_teacher_reads_that_it_was_confirmed(school: School) -> None:
    meeting = await school.webex_class()
    answer = await school.type(ORTIZ, "/lock")
    assert shown(answer) == [
        "Grade 3 Reading is locked.",
        "The class is locked. Whoever comes now waits in the lobby or is turned away.",
    ]
    assert answer.text == "Grade 3 Reading is locked."
    assert buttons(answer) == ["Unlock", "Put someone out…"]
    assert school.district.webex.state(meeting).locked
    (call,) = school.calls("webex", "PUT", "/v1/meetings/controls")
    assert (call.path, call.body) == (f"/v1/meetings/controls?meetingId={meeting.id}", b'{"locked":true}')
    assert await school.recorded() == [(ORTIZ, "lock", "intent"), (ORTIZ, "lock", "done")]


async def test_a_zoom_class_gets_the_waiting_room_and_the_teacher_reads_what_is_left_to_do(school: School) -> None:
    meeting = await school.zoom_class()
    answer = await school.type(CHANG, "/lock")
    assert shown(answer) == [
        "Only in part: modbot could not fully lock Grade 5 Science.",
        ZOOM_SENTENCE,
        *ZOOM_STEPS,
    ]
    (call,) = school.calls("zoom", "PATCH", "/")
    assert (call.path, call.body) == (f"/v2/meetings/{meeting.id}", SHUT)
    assert meeting.settings["waiting_room"]
    assert await school.recorded() == [(CHANG, "lock", "intent"), (CHANG, "lock", "partial")]


async def test_a_webex_class_that_was_locked_reads_already_and_nothing_is_sent(school: School) -> None:
    meeting = await school.webex_class()
    meeting.locked = True
    answer = await school.type(ORTIZ, "/lock")
    assert shown(answer) == ["Grade 3 Reading is locked.", "The class was already locked."]
    assert not school.calls("webex", "PUT", "/")
    assert (await school.recorded())[-1] == (ORTIZ, "lock", "already")


async def test_a_second_lock_on_zoom_still_says_that_the_class_is_not_fully_locked(school: School) -> None:
    await school.zoom_class()
    await school.type(CHANG, "/lock")
    answer = await school.type(CHANG, "/lock")
    assert shown(answer) == [
        "Only in part: modbot could not fully lock Grade 5 Science.",
        "Nothing had to be changed: what Zoom lets modbot do was done before.",
        *ZOOM_STEPS,
    ]
    assert len(school.calls("zoom", "PATCH", "/")) == 1


async def test_a_timed_lock_on_webex_says_so_and_undoes_itself(school: School) -> None:
    meeting = await school.webex_class()
    answer = await school.type(ORTIZ, "/lock", "for 1s")
    assert shown(answer)[-1] == "modbot undoes this by itself in 1 second."
    await until("the class is open again", lambda: not meeting.locked)
    await school.until_recorded(("timer:undo", "unlock", "done"))


async def test_a_timed_lock_on_zoom_puts_back_exactly_the_former_settings(school: School) -> None:
    meeting = await school.zoom_class()
    meeting.settings["join_before_host"] = False
    await school.type(CHANG, "/lock", "for 1s")
    await school.until_recorded(("timer:undo", "unlock", "partial"))
    assert (meeting.settings["waiting_room"], meeting.settings["join_before_host"]) == (False, False)
    assert school.calls("zoom", "PATCH", "/")[-1].body == b'{"settings":{"waiting_room":false}}'


async def test_a_timed_lock_of_a_class_that_was_locked_before_leaves_it_locked(school: School) -> None:
    meeting = await school.webex_class()
    meeting.locked = True
    answer = await school.type(ORTIZ, "/lock", "for 1s")
    assert shown(answer)[-1] == "It was so before, so modbot will not undo it by itself."


async def test_a_timed_lock_where_the_zoom_waiting_room_was_on_promises_no_undo(school: School) -> None:
    meeting = await school.zoom_class()
    meeting.settings |= {"waiting_room": True, "join_before_host": False}
    answer = await school.type(CHANG, "/lock", "for 15m")
    assert "It was so before, so modbot will not undo it by itself." in shown(answer)


async def test_a_lock_without_a_time_calls_off_the_undo_of_a_former_one(school: School) -> None:
    meeting = await school.webex_class()
    await school.zoom_class()
    await school.type(ORTIZ, "/lock", "for 1s")
    await school.type(ORTIZ, "/lock")
    await school.type(CHANG, "/lock", "for 1s")
    await school.until_recorded(("timer:undo", "unlock", "partial"))  # hers, set later, has rung
    assert meeting.locked


async def test_a_lock_that_webex_only_pretended_reads_as_failed_with_the_clicks(school: School) -> None:
    await school.webex_class()
    school.district.webex.faults.lie = True
    answer = await school.type(ORTIZ, "/lock")
    assert shown(answer) == [
        "It did not work: modbot could not lock Grade 3 Reading.",
        "Webex said yes, but it did not happen: reading it back shows no change.",
        "Do this in the meeting now:",
        "1. Open the Meeting menu.",
        "2. Choose Lock Meeting.",
    ]
    assert (await school.recorded())[-1] == (ORTIZ, "lock", "failed")


async def test_a_lock_that_zoom_only_pretended_reads_as_failed(school: School) -> None:
    await school.zoom_class()
    school.district.zoom.faults.lie = True
    answer = await school.type(CHANG, "/lock")
    assert shown(answer)[:2] == [
        "It did not work: modbot could not lock Grade 5 Science.",
        "Zoom said yes, but it did not happen: reading it back shows no change.",
    ]


async def test_the_same_signed_bytes_twice_lock_once(school: School) -> None:
    await school.webex_class()
    first = await school.slack.slash(ORTIZ, "/lock")
    again = await school.slack.send_again(first)
    await school.until_recorded((ORTIZ, "lock", "done"))
    assert (again.status, len(school.calls("webex", "PUT", "/"))) == (200, 1)


async def test_teacher_and_it_who_lock_at_once_send_one_lock_and_the_second_reads_already(school: School) -> None:
    await school.webex_class()
    answers = await asyncio.gather(school.type(ORTIZ, "/lock"), school.type(REYES, "/lock", "reading"))
    said = sorted(shown(answer)[1] for answer in answers)
    assert said == [
        "The class is locked. Whoever comes now waits in the lobby or is turned away.",
        "The class was already locked.",
    ]
    assert len(school.calls("webex", "PUT", "/")) == 1


async def test_a_lock_on_zoom_finds_the_class_by_the_host_who_joined(school: School) -> None:
    await school.zoom_class()
    answer = await school.type(CHANG, "/lock")
    assert "Grade 5 Science" in answer.text


async def test_a_lock_on_zoom_finds_a_class_whose_events_were_all_lost(school: School) -> None:
    school.district.zoom.faults.mute_webhooks = True
    meeting = await school.zoom_class()
    answer = await school.type(CHANG, "/lock")
    assert answer.text == "Only in part: modbot could not fully lock Grade 5 Science."
    assert meeting.settings["waiting_room"]


async def test_a_lock_on_webex_finds_a_class_whose_events_were_all_lost(school: School) -> None:
    school.district.webex.faults.mute_webhooks = True
    meeting = await school.webex_class()
    answer = await school.type(ORTIZ, "/lock")
    assert (answer.text, meeting.locked) == ("Grade 3 Reading is locked.", True)


async def test_nobody_live_is_said_and_nothing_is_done(school: School) -> None:
    answer = await school.type(ORTIZ, "/lock")
    assert shown(answer) == [
        "modbot sees no class of yours running now. Name the class after the command, or use /page for help."
    ]
    assert await school.recorded() == []


async def test_a_teacher_with_two_live_classes_is_asked_and_the_press_locks_that_one(school: School) -> None:
    webex = await school.webex_class()
    school.district.zoom.start_meeting("luis.ortiz@example.org", "Reading Club")
    other = school.district.webex.start_meeting("luis.ortiz@example.org", "Parents’ Evening")
    await school.settled()
    asked = await school.type(ORTIZ, "/lock", "for 15m")
    assert asked.text.startswith("Which class do you mean?")
    answer = await school.press(ORTIZ, asked, "Grade 3 Reading (Webex)")
    assert shown(answer)[0] == "Grade 3 Reading is locked."
    assert shown(answer)[-1] == "modbot undoes this by itself in 15 minutes."
    assert (webex.locked, other.locked) == (True, False)


async def test_a_teacher_who_names_a_colleagues_class_gets_their_own_offered_and_nothing_runs(school: School) -> None:
    await school.webex_class()
    await school.zoom_class()
    answer = await school.type(ORTIZ, "/lock", "science")
    assert answer.text == "modbot sees no live class of yours called “science”."
    assert buttons(answer) == ["/lock Grade 3 Reading"]
    assert not school.calls("zoom", "PATCH", "/")


async def test_the_principal_of_the_school_locks_a_class_on_either_platform_by_name(school: School) -> None:
    webex, zoom = await school.webex_class(), await school.zoom_class()
    await school.type(BROOK, "/lock", "reading")
    await school.type(BROOK, "/lock", "science")
    assert (webex.locked, zoom.settings["waiting_room"]) == (True, True)


async def test_a_principal_of_another_school_finds_nothing_to_lock(school: School) -> None:
    meeting = school.district.webex.start_meeting("visiting.host@example.org", "Board Meeting")
    await school.settled()
    answer = await school.type(BROOK, "/lock", "board")
    assert (answer.text, meeting.locked) == ("modbot sees no live class of yours called “board”.", False)


async def test_it_locks_any_class(school: School) -> None:
    meeting = school.district.webex.start_meeting("luis.ortiz@example.org", "Board Meeting")
    await school.settled()
    answer = await school.type(BAKER, "/lock", "board")
    assert (answer.text, meeting.locked) == ("Board Meeting is locked.", True)


async def test_a_stranger_in_slack_gets_nothing_and_the_try_is_recorded(school: School) -> None:
    meeting = await school.webex_class()
    answer = await school.type("U0STRANGER", "/lock", "reading")
    assert answer.text.startswith("modbot does not know you as staff of this district, so nothing was done.")
    assert not meeting.locked
    assert await school.recorded() == [("U0STRANGER", "lock", "refused")]


async def test_a_colleague_who_presses_a_teachers_button_is_refused_with_the_reason_on_record(school: School) -> None:
    meeting = await school.webex_class()
    await school.type(ORTIZ, "/page")
    card = await school.card("Grade 3 Reading")
    answer = await school.press(CHANG, card, "Lock")
    assert (answer.text, meeting.locked) == (NOT_YOURS, False)
    assert await school.refusals() == [(CHANG, NOT_YOURS)]


async def test_the_lock_button_of_an_incident_card_locks_the_class_of_the_card(school: School) -> None:
    meeting = await school.webex_class()
    await school.type(ORTIZ, "/page")
    card = await school.card("Grade 3 Reading")
    answer = await school.press(REYES, card, "Lock")
    assert (answer.text, meeting.locked) == ("Grade 3 Reading is locked.", True)


async def test_the_buttons_of_a_zoom_class_work_for_its_teacher(school: School) -> None:
    meeting = await school.zoom_class()
    unlocked = await school.press(CHANG, await school.type(CHANG, "/lock"), "Unlock")
    await school.press(CHANG, unlocked, "Lock again")
    assert meeting.settings["waiting_room"]


async def test_a_lock_asked_for_long_before_modbot_came_back_is_asked_about_and_not_done(school: School) -> None:
    await school.webex_class()
    state = school.app.state
    long_ago = payload_of(command="lock", user=ORTIZ, at_ms=now_ms() - 42 * 60_000)
    sealed = state.keyring.seal(orjson.dumps(long_ago), context=CONTEXT)
    await Inbox(state.store).accept("request", sealed, signature="held back")
    asked = await school.slack.wait_for(lambda message: "42 minutes ago" in message.text, "the question")
    assert asked.text == "You asked for /lock 42 minutes ago, and modbot was down. It may not have been done."
    assert school.calls("webex", "PUT", "/meetings/controls") == []
