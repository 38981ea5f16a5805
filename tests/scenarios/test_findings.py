"""What modbot notices by itself in a live class is told to its teacher, with what is known and buttons that work."""

import re

import pytest

from modbot.demo.roster import PUPILS, pupil_email
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import JITSI, MEET, NOBODY, STRANGER, TEAMS, WEBEX, ZOOM, On, comes, inside
from tests.scenarios.noticed import looked, noticed, told_to, unseen
from tests.scenarios.school import CHANG, ORTIZ, School, buttons, people, shown

RAIDERS = ("Wanda Quill", "Zed Zzz", "Otto Pike")
AT_ONCE = {"double_grace_seconds": 0}
HEARD = pytest.mark.parametrize("on", [ZOOM, WEBEX], ids=lambda on: on.platform)
EVERYWHERE = pytest.mark.parametrize("on", [ZOOM, WEBEX, MEET, TEAMS, JITSI], ids=lambda on: on.platform)


async def opened(open_school: OpenSchool, on: On, **findings: object) -> School:
    """A district with these settings of findings, and the class runs."""
    school: School = await open_school(on.platform, findings=findings)
    await getattr(school, f"{on.platform}_class")()
    return school


async def leaves(school: School, on: On, name: str) -> None:
    """A pupil goes."""
    stand_in = school.district.stand_ins[on.platform]
    (gone,) = stand_in.picture().named(name)
    await stand_in.leave(gone.id)
    await school.settled()


@EVERYWHERE
async def test_a_wave_of_strangers_is_told_on_every_platform(open_school: OpenSchool, on: On) -> None:
    school = await opened(open_school, on)
    await comes(school, on, *RAIDERS)
    told = await noticed(school, on.teacher, "came into")
    assert told.text == f"3 people whom modbot does not recognise came into {on.title}."
    assert sorted(people(told)) == sorted(f"{name} — stranger. {NOBODY}" for name in RAIDERS)


async def test_a_wave_is_told_with_its_figures_and_leads_to_the_sweep(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, *RAIDERS)
    told = await noticed(school, CHANG, "came into")
    assert re.fullmatch(r"They came within \d+ seconds?\. 15 were in then; the class has 12 students\.", shown(told)[1])
    assert shown(told)[2] == "They may be guests: modbot cannot tell."
    assert buttons(told) == ["Put out the strangers…", "Lock the room", "Who is in?", "Not again in this class"]
    question = await school.press(CHANG, told, "Put out the strangers…")
    assert question.text == "Put 3 strangers out of Grade 5 Science? Nothing has been done yet."


@HEARD
async def test_somebody_in_the_finding_is_put_out_with_one_press(open_school: OpenSchool, on: On) -> None:
    school = await opened(open_school, on)
    await comes(school, on, *RAIDERS)
    told = await noticed(school, on.teacher, "came into")
    answer = await school.pick(on.teacher, told, STRANGER)
    assert answer.text == f"1 person out of {on.title}."
    assert STRANGER not in inside(school, on)


@HEARD
async def test_the_room_is_locked_with_one_press(open_school: OpenSchool, on: On) -> None:
    school = await opened(open_school, on)
    await comes(school, on, *RAIDERS)
    told = await noticed(school, on.teacher, "came into")
    await school.press(on.teacher, told, "Lock the room")
    acts = [(actor, outcome) for actor, action, outcome in await school.recorded() if action == "lock"]
    assert acts[-1] in [(on.teacher, "done"), (on.teacher, "partial")]


async def test_a_stranger_who_shares_is_told(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    (came,) = await comes(school, ZOOM, STRANGER)
    school.district.on_zoom.share(came.id)
    told = await noticed(school, CHANG, "shares")
    assert shown(told) == [
        "Somebody whom modbot does not recognise shares a screen in Grade 5 Science.",
        "modbot does not see what is shared.",
        f"{STRANGER} — stranger, sharing. {NOBODY}",
    ]


async def test_a_second_student_of_one_name_is_told_with_who_is_signed_in(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM, **AT_ONCE)
    await comes(school, ZOOM, "Ana Duarte")
    told = await noticed(school, CHANG, "same name")
    assert shown(told) == [
        "Two people in Grade 5 Science show the same name.",
        "One is signed in as a student of this class; the other is not.",
        "It may be one person with two devices.",
        "Ana Duarte — duplicate. Looks like a second Ana Duarte, who is here already.",
        "Ana Duarte — e-mail shown",
    ]


async def test_only_the_one_who_is_not_signed_in_can_be_put_out_from_there(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM, **AT_ONCE)
    (came,) = await comes(school, ZOOM, "Ana Duarte")
    told = await noticed(school, CHANG, "same name")
    await school.pick(CHANG, told, "duplicate")
    assert [one.id for one in school.district.on_zoom.picture().named("Ana Duarte")] != [came.id]
    assert inside(school, ZOOM).count("Ana Duarte") == 1


async def test_where_nobody_proves_an_address_neither_of_two_is_said_to_be_the_student(
    open_school: OpenSchool,
) -> None:
    school = await opened(open_school, WEBEX, **AT_ONCE)
    await comes(school, WEBEX, "Ana Duarte")
    told = await noticed(school, ORTIZ, "same name")
    assert shown(told)[1] == "modbot sees neither of them signed in as a student, so it cannot tell which one is."


@HEARD
async def test_a_name_a_letter_off_is_told(open_school: OpenSchool, on: On) -> None:
    school = await opened(open_school, on)
    await comes(school, on, "Ana Duarta")
    told = await noticed(school, on.teacher, "almost")
    assert told.text == f"Two people in {on.title} show almost the same name: a letter or two differ."


async def test_a_students_name_on_an_account_of_another_class_is_told(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM, off=["name_taken_over"])
    await leaves(school, ZOOM, "Ben Okafor")
    await school.district.on_zoom.arrive("Ben Okafor", "else.where@students.example.org")
    told = await noticed(school, CHANG, "account")
    assert shown(told)[:2] == [
        "Somebody in Grade 5 Science shows a student's name, with an account that is not in this class.",
        "It may be a typing mistake, a shared account or another device: modbot cannot tell.",
    ]
    assert "Signed in with a school account that is not in this class." in people(told)[0]


@HEARD
async def test_the_name_of_somebody_who_just_left_is_told(open_school: OpenSchool, on: On) -> None:
    school = await opened(open_school, on)
    await leaves(school, on, "Ben Okafor")
    await comes(school, on, "Ben Okafor")
    told = await noticed(school, on.teacher, "just left")
    assert shown(told)[:3] == [
        f"Somebody came into {on.title} under the name of a person who had just left.",
        "Whoever left had shown an e-mail address. Whoever came shows another one, or none.",
        "It may be the same person with another device.",
    ]
    assert people(told)[0] == "Ben Okafor — has left"


async def test_a_class_that_is_only_its_own_is_left_alone(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await looked(school)
    assert told_to(school, CHANG) == []


async def test_a_student_who_comes_back_with_their_account_is_left_alone(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM, **AT_ONCE)
    await leaves(school, ZOOM, "Ben Okafor")
    await school.district.on_zoom.arrive("Ben Okafor", pupil_email("Ben Okafor"))
    await looked(school)
    assert told_to(school, CHANG) == []


async def test_hostile_names_are_shown_defanged_and_never_in_the_preview(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM, wave_strangers=1)
    await comes(school, ZOOM, "*Zed*\u202e <!channel>")
    told = await noticed(school, CHANG, "came into")
    assert people(told)[0].startswith("*Zed*⟨U+202E⟩ <!channel> — ")
    assert "Zed" not in told.text


async def test_pupils_are_not_named_in_the_preview(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM, **AT_ONCE)
    async with unseen(school):
        await comes(school, ZOOM, *PUPILS[:2])
    told = await noticed(school, CHANG, "2 people in")
    assert not [name for name in PUPILS if name.split()[0] in told.text]
