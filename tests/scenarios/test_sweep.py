"""The sweep: who would go and who stays, one yes, each person's outcome, and what is never swept. On every platform."""

from datetime import timedelta

import pytest

from modbot.demo.roster import PUPILS
from modbot.simulators.slack import PostedMessage
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import (
    MEET,
    NOBODY,
    STRANGER,
    TEAMS,
    WEBEX,
    ZOOM,
    On,
    comes,
    enrolled,
    imported,
    inside,
)  # fmt: skip
from tests.scenarios.school import CHANG, HADDAD, ORTIZ, School, buttons, people, shown
from tests.stores import until

GONE = "Nothing was done: whoever you were shown has left Grade 5 Science, or runs it by now."
STAY = "These stay: 12 on the class list, 1 running the class."
BACK = {
    ZOOM: (
        "Zoom keeps whoever is removed out of this meeting, unless the district's account allows them to rejoin. If "
        "you are not sure of somebody, let them wait instead: tap Participants, More, Put in waiting room."
    ),
    WEBEX: (
        "Whoever was put out by mistake can join again. Where the class has a lobby they wait there, and you can let "
        "them in from here."
    ),
    TEAMS: "Whoever was put out by mistake can join again. They wait in the lobby until you let them in, in Teams.",
}
ABLE = pytest.mark.parametrize("on", [ZOOM, WEBEX, TEAMS], ids=lambda on: on.platform)


async def swept(school: School, on: On) -> tuple[PostedMessage, PostedMessage]:
    """The question, and the answer to its first button."""
    question = await school.type(on.teacher, "/eject", "strangers")
    return question, await school.press(on.teacher, question, buttons(question)[0])


@ABLE
async def test_the_question_shows_who_would_go_and_who_stays_and_nothing_is_done(
    open_school: OpenSchool, on: On
) -> None:
    school = await on.open(open_school)
    await comes(school, on, STRANGER)
    question = await school.type(on.teacher, "/eject", "strangers")
    assert shown(question) == [
        f"Put 1 stranger out of {on.title}? Nothing has been done yet.",
        STAY,
        BACK[on],
        f"{STRANGER} — stranger. {NOBODY}",
    ]
    assert buttons(question) == ["Put out 1 stranger", "Choose by hand…"]
    assert STRANGER in inside(school, on)
    assert await school.recorded() == []


@ABLE
async def test_after_one_yes_the_strangers_are_out_and_everybody_else_is_in(open_school: OpenSchool, on: On) -> None:
    school = await on.open(open_school)
    await comes(school, on, STRANGER, "Zed Zzz")
    _, answer = await swept(school, on)
    assert answer.text == f"2 people out of {on.title}."
    assert people(answer) == [f"{STRANGER} — done, confirmed", "Zed Zzz — done, confirmed"]
    assert set(PUPILS) <= set(inside(school, on))
    assert {STRANGER, "Zed Zzz"}.isdisjoint(inside(school, on))
    assert (await school.recorded())[-2:] == [(on.teacher, "eject", "intent"), (on.teacher, "eject", "done")]


async def test_where_only_the_host_can_put_people_out_the_strangers_are_named_with_the_clicks(
    open_school: OpenSchool,
) -> None:
    school = await MEET.open(open_school)
    await comes(school, MEET, STRANGER)
    answer = await school.type(HADDAD, "/eject", "strangers")
    assert shown(answer) == [
        "modbot cannot put people out of Grade 4 Maths: you can, in the meeting.",
        "Google Meet gives no way to do this from outside the meeting.",
        STAY,
        "Do this in the meeting now:",
        "1. In Meet, tap People.",
        "2. Beside the person, tap ⋮, then Remove from the call.",
        "3. Tick Block, so that they cannot come back, and confirm.",
        f"{STRANGER} — stranger. {NOBODY}",
    ]
    assert await school.recorded() == [(HADDAD, "eject", "unsupported")]


@ABLE
async def test_doubles_and_people_modbot_is_not_sure_of_stay_unless_the_teacher_says_so(
    open_school: OpenSchool, on: On
) -> None:
    school = await on.open(open_school)
    await comes(school, on, STRANGER, "Ana Duarte", "iPad")
    question = await school.type(on.teacher, "/eject", "strangers")
    assert shown(question)[1:3] == [STAY, "These stay too, unless you say so: 1 duplicate, 1 unsure."]
    assert people(question) == [
        f"{STRANGER} — stranger. {NOBODY}",
        "Ana Duarte — duplicate. Looks like a second Ana Duarte, who is here already.",
        "iPad — unsure. Shows the name of a device, or a word that could be anybody.",
    ]
    assert buttons(question) == ["Put out 1 stranger", "Put out all 3", "Choose by hand…"]
    await school.press(on.teacher, question, "Put out 1 stranger")
    assert inside(school, on).count("Ana Duarte") == 2
    answer = await school.press(on.teacher, question, "Put out all 3")
    assert people(answer) == ["Ana Duarte — done, confirmed", "iPad — done, confirmed"]
    assert inside(school, on).count("Ana Duarte") == 1


async def test_staff_and_whoever_runs_the_class_are_never_swept(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await school.district.on_zoom.arrive("A. B.", "ada.brook@example.org")
    await comes(school, ZOOM, STRANGER)
    question, answer = await swept(school, ZOOM)
    assert shown(question)[1] == "These stay: 12 on the class list, 1 staff, 1 running the class."
    assert people(answer) == [f"{STRANGER} — done, confirmed"]
    assert "A. B." in inside(school, ZOOM)


async def test_an_address_of_staff_that_somebody_only_typed_is_no_reason_to_be_swept_or_to_be_trusted(
    open_school: OpenSchool,
) -> None:
    school = await WEBEX.open(open_school)
    await school.district.on_webex.arrive("A. B.", "ada.brook@example.org")
    await comes(school, WEBEX, STRANGER)
    room = await school.type(ORTIZ, "/room")
    assert people(room)[1] == (
        "A. B. — says staff. Gave the address of a member of staff. Webex does not say if it is theirs."
    )
    _, answer = await swept(school, WEBEX)
    assert people(answer) == [f"{STRANGER} — done, confirmed"]


async def test_without_a_stranger_nothing_is_done_and_that_is_said(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    answer = await school.type(CHANG, "/eject", "strangers")
    assert shown(answer) == ["modbot sees no stranger in Grade 5 Science. Nothing was done.", STAY]
    assert buttons(answer) == ["Choose by hand…"]


async def test_a_class_of_which_nobody_knows_the_section_is_swept_by_hand_only(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await enrolled(school, lambda row: row["userSourcedId"] != "usr-chang")
    await comes(school, ZOOM, STRANGER)
    answer = await school.type(CHANG, "/eject", "strangers")
    assert shown(answer)[:2] == [
        "Nobody was put out of Grade 5 Science: modbot does not know who belongs. Choose by hand.",
        "The host teaches no class on the roster.",
    ]
    assert STRANGER in inside(school, ZOOM)
    await school.pick(CHANG, answer, STRANGER)
    assert STRANGER not in inside(school, ZOOM)


async def test_a_class_without_students_on_the_roster_is_swept_by_hand_only(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await enrolled(school, lambda row: row["role"] == "teacher" or row["classSourcedId"] != ZOOM.section)
    await comes(school, ZOOM, STRANGER)
    answer = await school.type(CHANG, "/eject", "strangers")
    assert shown(answer)[:2] == [
        "Nobody was put out of Grade 5 Science: modbot does not know who belongs. Choose by hand.",
        "The roster has no students for this class, so modbot cannot tell who belongs.",
    ]
    assert await school.recorded() == []


async def test_a_stranger_who_left_meanwhile_is_told_and_the_others_go(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    gone = await school.district.on_zoom.arrive("Zed Zzz")
    await comes(school, ZOOM, STRANGER)
    question = await school.type(CHANG, "/eject", "strangers")
    await school.district.on_zoom.leave(gone.id)
    answer = await school.press(CHANG, question, "Put out 2 strangers")
    assert answer.text == "1 person out of Grade 5 Science."
    assert "1 person you were shown had gone before, or runs the class by now." in shown(answer)


async def test_when_all_have_left_nothing_is_done(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    gone = await school.district.on_zoom.arrive(STRANGER)
    await school.settled()
    question = await school.type(CHANG, "/eject", "strangers")
    await school.district.on_zoom.leave(gone.id)
    answer = await school.press(CHANG, question, "Put out 1 stranger")
    assert shown(answer) == [GONE]
    assert await school.recorded() == []


@ABLE
async def test_a_platform_that_lies_is_found_out(open_school: OpenSchool, on: On) -> None:
    school = await on.open(open_school)
    await comes(school, on, STRANGER)
    question = await school.type(on.teacher, "/eject", "strangers")
    school.district.stand_ins[on.platform].lie()
    answer = await school.press(on.teacher, question, "Put out 1 stranger")
    assert answer.text == f"It did not work: modbot could not put people out of {on.title}."
    assert people(answer) == [f"{STRANGER} — still there"]
    assert (await school.recorded())[-1] == (on.teacher, "eject", "failed")


async def test_of_two_with_the_same_name_the_later_one_is_the_double(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await comes(school, ZOOM, "Zed Zzz", "Zed Zzz")
    _, answer = await swept(school, ZOOM)
    assert people(answer) == ["Zed Zzz — done, confirmed", "Zed Zzz — done, confirmed"]


async def test_hostile_names_are_shown_defanged(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await comes(school, ZOOM, "*Zed*\u202e <!channel>")
    question = await school.type(CHANG, "/eject", "strangers")
    assert people(question)[0].startswith("*Zed*⟨U+202E⟩ <!channel>")
    assert "Zed" not in question.text


async def test_an_old_roster_is_said_with_the_question(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await imported(school, ago=timedelta(days=5))
    await comes(school, ZOOM, STRANGER)
    question = await school.type(CHANG, "/eject", "strangers")
    assert shown(question)[2] == ("The roster is 5 days old: someone who joined or left since is not known to modbot.")


async def test_in_a_panic_the_sweep_is_the_next_button_and_not_automatic(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await comes(school, ZOOM, STRANGER)
    panic = await school.type(CHANG, "/panic")
    assert STRANGER in inside(school, ZOOM)
    question = await school.press(CHANG, panic, "Put out the strangers…")
    assert question.text == "Put 1 stranger out of Grade 5 Science? Nothing has been done yet."


async def test_a_list_of_more_than_an_hour_ago_is_not_acted_on(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await comes(school, ZOOM, STRANGER)
    question = await school.type(CHANG, "/eject", "strangers")
    store = school.app.state.store

    async def forgotten() -> bool:
        kept = await store.run("KEYS", "mb:sweep:*")
        return not kept or bool(await store.run("DEL", *kept))

    await until("the hour is over", forgotten)
    answer = await school.press(CHANG, question, "Put out 1 stranger")
    assert shown(answer) == ["That list is more than an hour old, so nothing was done."]
    assert STRANGER in inside(school, ZOOM)


async def test_another_teacher_may_not_sweep_the_class(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await comes(school, ZOOM, STRANGER)
    answer = await school.type(ORTIZ, "/eject", "strangers in science")
    assert answer.text == "modbot sees no live class of yours called “science”."


async def test_a_colleague_who_is_not_signed_in_is_no_stranger(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await comes(school, ZOOM, "Ada Brook", STRANGER)
    question = await school.type(CHANG, "/eject", "strangers")
    assert people(question) == [
        f"{STRANGER} — stranger. {NOBODY}",
        "Ada Brook — unsure. Shows the name of a member of staff, but is not signed in as one.",
    ]


async def test_of_a_large_raid_everybody_goes_and_thirty_are_listed(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    raid = [f"{given} Zzz{chr(97 + number)}" for given in ("Zed", "Wim") for number in range(17)]
    await comes(school, ZOOM, *raid)
    question, answer = await swept(school, ZOOM)
    assert [len(people(one)) for one in (question, answer)] == [30, 30]
    assert all("30 of 34 are listed." in shown(one) for one in (question, answer))
    assert answer.text == "34 people out of Grade 5 Science."
    assert len(inside(school, ZOOM)) == 1 + len(PUPILS)


async def test_whoever_was_made_co_host_meanwhile_is_not_swept(open_school: OpenSchool) -> None:
    school = await WEBEX.open(open_school)
    made, _ = await comes(school, WEBEX, STRANGER, "Zed Zzz")
    question = await school.type(ORTIZ, "/eject", "strangers")
    school.district.on_webex.meeting.members[made.id].cohost = True
    answer = await school.press(ORTIZ, question, "Put out 2 strangers")
    assert people(answer) == ["Zed Zzz — done, confirmed"]
    assert STRANGER in inside(school, WEBEX)
