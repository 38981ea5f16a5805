"""/eject: who goes, how that is known, what keeps them out, and what is never done by itself."""

import asyncio

import pytest

from modbot.demo.district import INCIDENTS
from modbot.simulators.zoom.state import JoinRefused
from tests.scenarios.school import BROOK, CHANG, ORTIZ, REYES, School, buttons, people, shown

INTRUDER = "xX_Raider_Xx"
WEBEX_SENTENCES = [
    "The person is out of the class. They may come back to the lobby, and back in unless it is locked.",
    "The class is locked too, and stays so until you unlock it: they cannot walk back in.",
]
ZOOM_SENTENCE = (
    "They are out. Zoom keeps removed people out of this meeting unless the district's account allows them to rejoin, "
    "which modbot cannot read."
)
NOT_YOURS = "This is not your class. Its teacher, its principal and IT may do this. You can /page IT."


async def test_an_intruder_on_webex_is_expelled_and_the_class_is_locked_too(school: School) -> None:
    meeting = await school.webex_class()
    intruder = school.district.webex.join(meeting, INTRUDER)
    await school.settled()
    answer = await school.type(ORTIZ, "/eject", INTRUDER)
    assert shown(answer) == ["1 person out of Grade 3 Reading.", *WEBEX_SENTENCES, f"{INTRUDER} — done, confirmed"]
    assert buttons(answer) == ["Put out someone else…", "Unlock", "Page IT"]
    (call,) = school.calls("webex", "PUT", "/v1/meetingParticipants")
    assert (call.path, call.body) == (f"/v1/meetingParticipants/{intruder.id}", b'{"expel":true}')
    assert INTRUDER not in school.district.webex.state(meeting).joined
    assert await school.recorded() == [
        (ORTIZ, "lock", "intent"),
        (ORTIZ, "lock", "done"),
        (ORTIZ, "eject", "intent"),
        (ORTIZ, "eject", "done"),
    ]


async def test_an_intruder_on_zoom_is_removed_and_the_teacher_reads_what_keeps_them_out(school: School) -> None:
    meeting = await school.zoom_class()
    intruder = school.district.zoom.join(meeting, INTRUDER)
    await school.settled()
    answer = await school.type(CHANG, "/eject", INTRUDER)
    assert shown(answer) == ["1 person out of Grade 5 Science.", ZOOM_SENTENCE, f"{INTRUDER} — done, confirmed"]
    (call,) = school.calls("zoom", "PATCH", "/")
    wanted = b'{"method":"participant.remove","params":{"participant_uuid":"%s"}}' % intruder.participant_uuid.encode()
    assert (call.path, call.body) == (f"/v2/live_meetings/{meeting.id}/events", wanted)
    assert await school.recorded() == [(CHANG, "eject", "intent"), (CHANG, "eject", "done")]


async def test_who_was_expelled_on_webex_comes_back_only_to_the_lobby(school: School) -> None:
    meeting = await school.webex_class()
    school.district.webex.join(meeting, INTRUDER)
    await school.settled()
    await school.type(ORTIZ, "/eject", INTRUDER)
    assert school.district.webex.join(meeting, "Somebody Else").state == "lobby"


async def test_who_was_removed_on_zoom_cannot_rejoin(school: School) -> None:
    meeting = await school.zoom_class()
    school.district.zoom.join(meeting, INTRUDER)
    await school.settled()
    await school.type(CHANG, "/eject", INTRUDER)
    with pytest.raises(JoinRefused):
        school.district.zoom.join(meeting, INTRUDER)


async def test_a_person_is_ejected_by_e_mail(school: School) -> None:
    meeting = await school.webex_class()
    await school.type(ORTIZ, "/eject", "<mailto:ben.okafor@students.example.org|ben.okafor@students.example.org>")
    assert "Ben Okafor" not in school.district.webex.state(meeting).joined


async def test_a_person_is_ejected_by_id(school: School) -> None:
    meeting = await school.zoom_class()
    ben = next(person for person in meeting.people if person.name == "Ben Okafor")
    await school.type(CHANG, "/eject", ben.participant_uuid)
    assert not ben.present


async def test_a_name_with_an_apostrophe_is_found_however_it_is_typed(school: School) -> None:
    meeting = await school.webex_class()
    await school.type(ORTIZ, "/eject", "jaden o'neil")
    assert "Jaden O’Neil" not in school.district.webex.state(meeting).joined


async def test_several_people_are_ejected_at_once(school: School) -> None:
    meeting = await school.zoom_class()
    answer = await school.type(CHANG, "/eject", "ben, ana")
    assert answer.text == "2 people out of Grade 5 Science."
    assert people(answer) == ["Ben Okafor — done, confirmed", "Ana Duarte — done, confirmed"]
    assert {"Ben Okafor", "Ana Duarte"}.isdisjoint({person.name for person in meeting.present})


async def test_without_a_name_the_picker_shows_unknown_people_first_on_webex(school: School) -> None:
    meeting = await school.webex_class()
    school.district.webex.join(meeting, INTRUDER)
    await school.settled()
    picker = await school.type(ORTIZ, "/eject")
    assert picker.text == "Who? 14 in Grade 3 Reading, unknown people first."
    assert people(picker)[0].startswith(INTRUDER)
    answer = await school.pick(ORTIZ, picker, INTRUDER)
    assert answer.text == "1 person out of Grade 3 Reading."
    assert INTRUDER not in school.district.webex.state(meeting).joined


async def test_without_a_name_the_picker_shows_unknown_people_first_on_zoom(school: School) -> None:
    meeting = await school.zoom_class()
    intruder = school.district.zoom.join(meeting, INTRUDER)
    await school.settled()
    picker = await school.type(CHANG, "/eject")
    assert people(picker)[0].startswith(INTRUDER)
    await school.pick(CHANG, picker, INTRUDER)
    assert not intruder.present


async def test_a_name_that_fits_two_people_is_asked_about_and_the_press_decides(school: School) -> None:
    meeting = await school.zoom_class()
    other = school.district.zoom.join(meeting, "Ana Costa")
    await school.settled()
    asked = await school.type(CHANG, "/eject", "ana")
    assert asked.text == "Which of them? Nothing has been done yet."
    assert len(people(asked)) == 2
    assert await school.recorded() == []
    await school.pick(CHANG, asked, "Ana Costa")
    assert not other.present


async def test_a_misspelt_name_is_offered_and_nothing_is_done(school: School) -> None:
    await school.webex_class()
    asked = await school.type(ORTIZ, "/eject", "Anna Duarte")
    assert asked.text == "Nobody has exactly that name. Do you mean one of these? Nothing has been done yet."
    assert any("Ana Duarte" in row for row in people(asked))
    assert await school.recorded() == []


async def test_a_name_nobody_has_is_said_and_the_list_is_one_press_away(school: School) -> None:
    await school.webex_class()
    asked = await school.type(ORTIZ, "/eject", "qqqq")
    assert shown(asked) == ["Nobody in Grade 3 Reading has that name. Nothing was done."]
    picker = await school.press(ORTIZ, asked, "Show who is in")
    assert picker.text == "Who? 13 in Grade 3 Reading, unknown people first."


async def test_the_host_is_put_out_only_after_a_second_yes_on_zoom(school: School) -> None:
    meeting = await school.zoom_class()
    asked = await school.type(CHANG, "/eject", "class host")
    assert asked.text == "Careful: 1 of those you named run Grade 5 Science or are staff. Nothing has been done."
    assert all(person.present for person in meeting.people)
    answer = await school.press(CHANG, asked, "Put them out all the same")
    assert answer.text == "1 person out of Grade 5 Science."


async def test_a_staff_member_is_put_out_only_after_a_second_yes_on_webex(school: School) -> None:
    meeting = await school.webex_class()
    school.district.webex.join(meeting, "A. B.", "ada.brook@example.org", invited=True)
    await school.settled()
    asked = await school.type(ORTIZ, "/eject", '"A. B."')
    assert asked.text.startswith("Careful: 1 of those you named")
    assert "A. B." in school.district.webex.state(meeting).joined
    await school.press(ORTIZ, asked, "Put them out all the same")
    assert "A. B." not in school.district.webex.state(meeting).joined


async def test_webex_success_without_effect_reads_as_failed_with_the_clicks(school: School) -> None:
    await school.webex_class()
    school.district.webex.faults.lie = True
    school.district.webex.faults.only = "PUT /v1/meetingParticipants"
    answer = await school.type(ORTIZ, "/eject", "ben")
    assert shown(answer) == [
        "It did not work: modbot could not put people out of Grade 3 Reading.",
        "Webex said yes, but it did not happen: reading it back shows no change.",
        WEBEX_SENTENCES[1],
        "Do this in the meeting now:",
        "1. Open Participants.",
        "2. Find the person and open the menu beside the name.",
        "3. Choose Expel, then Yes.",
        "Ben Okafor — still there",
    ]
    assert (await school.recorded())[-1] == (ORTIZ, "eject", "failed")


async def test_zoom_success_without_effect_reads_as_failed_with_the_clicks(school: School) -> None:
    await school.zoom_class()
    school.district.zoom.faults.lie = True
    answer = await school.type(CHANG, "/eject", "ben")
    assert shown(answer) == [
        "It did not work: modbot could not put people out of Grade 5 Science.",
        "Zoom said yes, but it did not happen: reading it back shows no change.",
        "Do this in the meeting now:",
        "1. In Zoom, tap Participants.",
        "2. Find the person, tap More, then Remove.",
        "Ben Okafor — still there",
    ]
    assert (await school.recorded())[-1] == (CHANG, "eject", "failed")


async def test_somebody_still_waiting_in_the_lobby_after_a_pretended_expel_is_not_called_out(school: School) -> None:
    meeting = await school.webex_class()
    meeting.locked = True
    school.district.webex.join(meeting, INTRUDER)
    school.district.webex.faults.lie = True
    school.district.webex.faults.only = "PUT /v1/meetingParticipants"
    answer = await school.type(ORTIZ, "/eject", INTRUDER)
    assert people(answer) == [f"{INTRUDER} — still there"]


@pytest.mark.parametrize("platform", ["webex", "zoom"])
async def test_an_eject_whose_events_are_lost_is_confirmed_by_reading_again(school: School, platform: str) -> None:
    await school.webex_class()
    await school.zoom_class()
    school.district.webex.faults.mute_webhooks = school.district.zoom.faults.mute_webhooks = True
    answer = await school.type({"webex": ORTIZ, "zoom": CHANG}[platform], "/eject", "ben")
    assert people(answer) == ["Ben Okafor — done, confirmed"]


async def test_where_the_lock_fails_the_teacher_reads_that_they_may_come_back(school: School) -> None:
    await school.webex_class()
    school.district.webex.faults.lie = True
    school.district.webex.faults.only = "PUT /v1/meetings/controls"
    answer = await school.type(ORTIZ, "/eject", "ben")
    assert shown(answer)[2].startswith("The class could not be locked, so they may come back.")


async def test_an_eject_opens_an_incident_whose_card_and_thread_name_no_participant(school: School) -> None:
    meeting = await school.webex_class()
    school.district.webex.join(meeting, INTRUDER)
    await school.settled()
    await school.type(ORTIZ, "/eject", f"{INTRUDER}, ben")
    card = await school.card("Grade 3 Reading")
    assert shown(card) == ["🔴 Open: Grade 3 Reading", "Opened by Luis Ortiz."]
    assert buttons(card) == ["Lock", "Eject…", "All clear", "Resolve"]
    thread = await school.until_timeline(card, "Eject")
    assert thread == ["Luis Ortiz: Someone was put out of the class.", "Luis Ortiz: Eject (2): done."]
    words = "\n".join(message.everything for message in school.slack.messages if message.channel == INCIDENTS)
    assert not [name for name in (INTRUDER, "Ben", "Okafor") if name in words]


async def test_a_participants_name_is_never_in_a_push_preview(school: School) -> None:
    meeting = await school.webex_class()
    school.district.webex.join(meeting, INTRUDER)
    await school.settled()
    await school.type(ORTIZ, "/eject", INTRUDER)
    assert not [message for message in school.slack.messages if INTRUDER in message.text]


async def test_a_double_click_on_a_name_expels_once(school: School) -> None:
    await school.webex_class()
    picker = await school.type(ORTIZ, "/eject")
    row = next(block for block in picker.blocks if "Ben Okafor" in str(block))
    button = row["accessory"]["action_id"]
    await asyncio.gather(school.slack.press(ORTIZ, picker, button), school.slack.press(ORTIZ, picker, button))
    await school.until_recorded((ORTIZ, "eject", "done"))
    assert len(school.calls("webex", "PUT", "/v1/meetingParticipants")) == 1


async def test_a_redelivered_press_expels_once(school: School) -> None:
    await school.webex_class()
    picker = await school.type(ORTIZ, "/eject")
    row = next(block for block in picker.blocks if "Ben Okafor" in str(block))
    first = await school.slack.press(ORTIZ, picker, row["accessory"]["action_id"])
    await school.slack.send_again(first)
    await school.until_recorded((ORTIZ, "eject", "done"))
    assert len(school.calls("webex", "PUT", "/v1/meetingParticipants")) == 1


async def test_a_colleague_who_presses_eject_on_a_card_sees_nobody_of_the_class(school: School) -> None:
    await school.webex_class()
    await school.type(ORTIZ, "/eject", "ben")
    answer = await school.press(CHANG, await school.card("Grade 3 Reading"), "Eject…")
    assert shown(answer) == [NOT_YOURS]
    assert await school.refusals() == [(CHANG, NOT_YOURS)]


async def test_principal_and_it_eject_from_the_card_of_a_class(school: School) -> None:
    meeting = await school.zoom_class()
    await school.type(CHANG, "/eject", "ben")
    card = await school.card("Grade 5 Science")
    await school.pick(BROOK, await school.press(BROOK, card, "Eject…"), "Ana Duarte")
    await school.pick(REYES, await school.press(REYES, card, "Eject…"), "Finn Larsen")
    assert {"Ana Duarte", "Finn Larsen"}.isdisjoint({person.name for person in meeting.present})


async def test_it_ejects_by_name_in_a_class_it_names(school: School) -> None:
    meeting = await school.webex_class()
    await school.type(REYES, "/eject", "ben in reading")
    assert "Ben Okafor" not in school.district.webex.state(meeting).joined
