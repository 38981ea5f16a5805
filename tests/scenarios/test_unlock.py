"""/unlock: the class is as open as before the lock, no more."""

from tests.scenarios.school import CHANG, ORTIZ, School, buttons, shown
from tests.scenarios.test_lock import AS_BEFORE

ZOOM_SENTENCE = (
    "The waiting room settings are as they were before, read back from Zoom. If you locked the class by hand, unlock "
    "it by hand: Host tools → Lock meeting."
)


async def test_a_webex_class_is_unlocked_and_people_can_come_in_again(school: School) -> None:
    meeting = await school.webex_class()
    await school.type(ORTIZ, "/lock")
    answer = await school.type(ORTIZ, "/unlock")
    assert shown(answer) == [
        "Grade 3 Reading is unlocked.",
        "The class is unlocked. People with the link can come in again.",
    ]
    assert buttons(answer) == ["Lock again"]
    assert school.calls("webex", "PUT", "/")[-1].body == b'{"locked":false}'
    assert school.district.webex.join(meeting, "Late Pupil").state == "joined"
    assert (await school.recorded())[2:] == [(ORTIZ, "unlock", "intent"), (ORTIZ, "unlock", "done")]


async def test_a_zoom_class_gets_its_former_settings_back(school: School) -> None:
    meeting = await school.zoom_class()
    before = dict(meeting.settings)
    answer = await school.press(CHANG, await school.type(CHANG, "/lock"), "Unlock")
    assert shown(answer)[:2] == ["Only in part: modbot could not fully unlock Grade 5 Science.", ZOOM_SENTENCE]
    assert school.calls("zoom", "PATCH", "/")[-1].body == AS_BEFORE
    assert meeting.settings == before
    assert (await school.recorded())[2:] == [(CHANG, "unlock", "intent"), (CHANG, "unlock", "partial")]


async def test_on_zoom_a_waiting_room_that_was_always_on_stays_on(school: School) -> None:
    meeting = await school.zoom_class()
    meeting.settings["waiting_room"] = True
    await school.type(CHANG, "/lock")
    await school.type(CHANG, "/unlock")
    assert (meeting.settings["waiting_room"], meeting.settings["join_before_host"]) == (True, True)


async def test_two_locks_and_one_unlock_put_back_what_was_before_the_first(school: School) -> None:
    meeting = await school.zoom_class()
    before = dict(meeting.settings)
    for command in ("/lock", "/lock", "/unlock"):
        await school.type(CHANG, command)
    assert meeting.settings == before


async def test_an_unlock_after_a_panic_opens_a_zoom_class_again(school: School) -> None:
    meeting = await school.zoom_class()
    await school.type(CHANG, "/panic")
    await school.type(CHANG, "/unlock")
    assert meeting.settings["waiting_room"] is False


async def test_an_open_webex_class_reads_already(school: School) -> None:
    await school.webex_class()
    answer = await school.type(ORTIZ, "/unlock")
    assert shown(answer) == ["Grade 3 Reading is unlocked.", "The class was already unlocked."]
    assert not school.calls("webex", "PUT", "/")


async def test_a_zoom_class_that_modbot_did_not_lock_is_left_alone_and_the_clicks_are_told(school: School) -> None:
    await school.zoom_class()
    answer = await school.type(CHANG, "/unlock")
    assert shown(answer)[1:] == [
        "Nothing had to be changed: what Zoom lets modbot do was done before.",
        "Do this in the meeting now:",
        "1. In Zoom, tap Host tools (called Security in older apps).",
        "2. Tap Lock meeting to remove its tick.",
    ]
    assert not school.calls("zoom", "PATCH", "/")


async def test_an_unlock_that_webex_only_pretended_reads_as_failed(school: School) -> None:
    meeting = await school.webex_class()
    meeting.locked = True
    school.district.webex.faults.lie = True
    answer = await school.type(ORTIZ, "/unlock")
    assert answer.text == "It did not work: modbot could not unlock Grade 3 Reading."


async def test_an_unlock_calls_off_the_timed_undo_so_that_a_later_lock_stays(school: School) -> None:
    meeting = await school.webex_class()
    await school.zoom_class()
    await school.type(ORTIZ, "/lock", "for 1s")
    await school.type(ORTIZ, "/unlock")
    await school.type(ORTIZ, "/lock")
    await school.type(CHANG, "/lock", "for 1s")
    await school.until_recorded(("timer:undo", "unlock", "partial"))  # hers, set later, has rung
    assert meeting.locked
