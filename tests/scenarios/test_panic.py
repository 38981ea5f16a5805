"""/panic: the class is shut, IT is called, the incident stands, all in one answer."""

import asyncio

from tests.scenarios.school import BAKER, CHANG, ORTIZ, REYES, School, buttons, shown
from tests.scenarios.test_lock import SHUT, ZOOM_SENTENCE, ZOOM_STEPS

CALLED = "IT has been called: Kim Reyes. modbot keeps calling until someone answers."

NO_WAY = "Zoom gives no way to do this from outside the meeting."
NO_CLASS = "modbot sees no class of yours running now. Name the class after the command, or use /page for help."


async def test_a_webex_class_is_locked_and_muted_and_it_is_called_in_one_answer(school: School) -> None:
    meeting = await school.webex_class()
    answer = await school.type(ORTIZ, "/panic")
    assert shown(answer) == [
        f"Grade 3 Reading is shut. {CALLED}",
        "The class is locked. Whoever comes now waits in the lobby or is turned away.",
        "Everyone but the hosts is muted. They may be able to unmute themselves.",
    ]
    assert buttons(answer) == ["Put out the strangers…", "Put someone out…", "All clear", "End the class…"]
    state = school.district.webex.state(meeting)
    assert (state.locked, len(state.muted)) == (True, 12)
    assert await school.recorded() == [
        (ORTIZ, "lock", "intent"),
        (ORTIZ, "lock", "done"),
        (ORTIZ, "mute", "intent"),
        (ORTIZ, "mute", "done"),
    ]


async def test_a_zoom_class_is_shut_as_far_as_zoom_allows_and_the_rest_is_told_click_by_click(school: School) -> None:
    meeting = await school.zoom_class()
    answer = await school.type(CHANG, "/panic")
    assert shown(answer) == [
        f"Only in part: modbot could not fully lock Grade 5 Science. {CALLED}",
        ZOOM_SENTENCE,
        f"modbot cannot mute Grade 5 Science: you can, in the meeting. {NO_WAY}",
        *ZOOM_STEPS,
        "3. In Zoom, tap Participants.",
        "4. Tap Mute all.",
        "5. Remove the tick from Allow participants to unmute themselves, then confirm.",
    ]
    (call,) = school.calls("zoom", "PATCH", "/")
    assert (call.path, call.body) == (f"/v2/meetings/{meeting.id}", SHUT)
    assert await school.recorded() == [
        (CHANG, "lock", "intent"),
        (CHANG, "lock", "partial"),
        (CHANG, "mute", "unsupported"),
    ]


async def test_the_one_on_call_gets_a_message_with_acknowledge(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/panic")
    page = await school.page_to(REYES)
    assert shown(page) == [
        "PAGE: help is needed in Grade 3 Reading.",
        "Luis Ortiz: Panic in a live class",
        "Call 1 of 6.",
    ]
    assert buttons(page) == ["Acknowledge", "Call the next person"]
    assert not school.pages_to(BAKER)


async def test_the_incident_has_one_card_with_its_buttons_and_a_timeline(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/panic")
    card = await school.until_card_says("Grade 3 Reading", "Acknowledge")
    assert shown(card) == ["🔴 Open: Grade 3 Reading", "Opened by Luis Ortiz."]
    assert buttons(card) == ["Acknowledge", "Lock", "Eject…", "All clear", "Resolve"]
    assert sorted(await school.until_timeline(card, "mute")) == [
        "Kim Reyes was called by Slack.",
        "Luis Ortiz: Panic, lock: done.",
        "Luis Ortiz: Panic, mute: done.",
        "Luis Ortiz: Panic.",
    ]


async def test_two_panics_at_the_same_time_have_the_effect_of_one(school: School) -> None:
    await school.webex_class()
    await asyncio.gather(school.type(ORTIZ, "/panic"), school.slack.slash(ORTIZ, "/panic"))
    await school.until_recorded((ORTIZ, "mute", "already"))
    await school.page_to(REYES)
    await school.until_timeline(await school.card("Grade 3 Reading"), "mute: already")
    cards = [m for m in school.slack.messages if not m.thread_ts and "Open: Grade 3 Reading" in m.text]
    locks = school.calls("webex", "PUT", "/v1/meetings/controls")
    mutes = school.calls("webex", "PUT", "/v1/meetingParticipants")
    assert (len(cards), len(school.pages_to(REYES)), len(locks), len(mutes)) == (1, 1, 1, 12)


async def test_a_second_panic_says_who_was_called_already(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/panic")
    answer = await school.type(ORTIZ, "/panic")
    assert shown(answer) == [
        "Grade 3 Reading is shut. IT had been called already: Kim Reyes. modbot keeps calling until someone answers.",
        "The class was already locked.",
        "Everyone but the hosts was already muted.",
    ]


async def test_a_second_panic_on_zoom_still_asks_for_the_lock_by_hand(school: School) -> None:
    await school.zoom_class()
    await school.type(CHANG, "/panic")
    answer = await school.type(CHANG, "/panic")
    assert answer.text.startswith("Only in part: modbot could not fully lock Grade 5 Science.")
    assert "2. Tap Lock meeting." in shown(answer)


async def test_a_panic_calls_off_the_undo_of_a_timed_lock(school: School) -> None:
    meeting = await school.webex_class()
    await school.zoom_class()
    await school.type(ORTIZ, "/lock", "for 1s")
    await school.type(ORTIZ, "/panic")
    await school.type(CHANG, "/lock", "for 1s")
    await school.until_recorded(("timer:undo", "unlock", "partial"))  # hers, set later, has rung
    assert meeting.locked


async def test_a_lock_that_did_not_work_does_not_keep_help_from_being_called(school: School) -> None:
    await school.webex_class()
    school.district.webex.faults.lie = True
    answer = await school.type(ORTIZ, "/panic")
    assert answer.text == f"It did not work: modbot could not lock Grade 3 Reading. {CALLED}"
    assert "2. Choose Lock Meeting." in shown(answer)


async def test_without_a_class_in_sight_help_is_called_all_the_same(school: School) -> None:
    answer = await school.type(ORTIZ, "/panic")
    assert shown(answer) == [
        f"Nothing was shut: {NO_CLASS} {CALLED}",
        "Do this in the meeting now:",
        "1. Lock the meeting.",
        "2. Mute everyone.",
        "3. Put the intruder out, or end the meeting for all.",
    ]
    await school.page_to(REYES)


async def test_the_end_button_of_a_panic_asks_once_naming_how_many_are_hit(school: School) -> None:
    await school.zoom_class()
    answer = await school.type(CHANG, "/panic")
    row = next(block for block in answer.blocks if block["type"] == "actions")
    ask = row["elements"][-1]["confirm"]["text"]["text"]
    assert ask == "Grade 5 Science ends for everyone in it (13 people). It cannot be undone."
