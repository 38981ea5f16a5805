"""/room and /eject by how people stand: who to look at first and why, in words that tell nobody else's name."""

from datetime import timedelta

import pytest

from modbot.demo.roster import pupil_email
from modbot.messages.names import defang
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
from tests.scenarios.school import BROOK, CHANG, ORTIZ, School, buttons, people, shown

EVERY = pytest.mark.parametrize("on", [ZOOM, WEBEX, MEET, TEAMS], ids=lambda on: on.platform)


async def sciences(open_school: OpenSchool, *names: str) -> School:
    """Ms Chang's class on Zoom with these in it too."""
    school = await ZOOM.open(open_school)
    await comes(school, ZOOM, *names)
    return school


@EVERY
async def test_strangers_stand_first_with_the_reason_and_the_class_is_counted(open_school: OpenSchool, on: On) -> None:
    school = await on.open(open_school)
    await comes(school, on, "iPad", STRANGER)
    room = await school.type(on.teacher, "/room")
    assert people(room)[:2] == [
        f"{STRANGER} — stranger. {NOBODY}",
        "iPad — unsure. Shows the name of a device, or a word that could be anybody.",
    ]
    assert "host" in people(room)[2]
    assert "Not listed here: 12 on the class list." in shown(room)
    assert buttons(room) == ["Lock", "Put out the strangers…", "Put someone out…"]


async def test_of_two_with_one_students_name_the_later_one_is_shown_as_the_double(open_school: OpenSchool) -> None:
    school = await sciences(open_school, "ANA DUARTE")
    room = await school.type(CHANG, "/room")
    assert people(room)[0] == "ANA DUARTE — duplicate. Looks like a second Ana Duarte, who is here already."


async def test_a_double_is_told_of_the_name_that_is_shown_and_never_of_the_one_on_the_roster(
    open_school: OpenSchool,
) -> None:
    school = await ZOOM.open(open_school)
    ana = next(one for one in school.district.on_zoom.picture().people if one.name == "Ana Duarte")
    await school.district.on_zoom.leave(ana.id)
    await school.settled()
    await comes(school, ZOOM, "ana d", "duarte ana")
    room = await school.type(CHANG, "/room")
    said = [row for row in people(room) if "duplicate" in row]
    assert said
    assert not [row for row in said if "Ana Duarte" in row]


async def test_staff_and_host_are_named_as_such(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await school.district.on_zoom.arrive("Visitor", "ada.brook@example.org")
    await school.settled()
    room = await school.type(CHANG, "/room")
    assert people(room)[0] == "Visitor — staff, e-mail shown"
    assert people(room)[1].endswith("host, e-mail shown")


async def test_a_student_signed_in_under_another_name_is_on_the_class_list(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    ben = next(one for one in school.district.on_zoom.picture().people if one.name == "Ben Okafor")
    await school.district.on_zoom.leave(ben.id)
    await school.district.on_zoom.arrive("Captain Ben", pupil_email("Ben Okafor"))
    await school.settled()
    room = await school.type(CHANG, "/room")
    assert "Not listed here: 12 on the class list." in shown(room)


async def test_hostile_names_are_shown_defanged_and_never_in_the_preview(open_school: OpenSchool) -> None:
    hostile = "<!channel> *Zed*\u202e\u200b"
    school = await sciences(open_school, hostile)
    room = await school.type(CHANG, "/room")
    assert people(room)[0].startswith(defang(hostile))
    assert "Zed" not in room.text


async def test_a_hostile_name_inside_a_reason_is_defanged_too(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    ana = next(one for one in school.district.on_zoom.picture().people if one.name == "Ana Duarte")
    await school.district.on_zoom.leave(ana.id)
    await school.settled()
    await comes(school, ZOOM, "Ana\u202e Duarte", "Ana Duarte")
    room = await school.type(CHANG, "/room")
    assert not [row for row in people(room) if "\u202e" in row]


async def test_where_the_section_is_not_known_everybody_is_listed_and_that_is_said(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await enrolled(school, lambda row: row["userSourcedId"] != "usr-chang")
    room = await school.type(CHANG, "/room")
    assert len(people(room)) == 13
    assert "The host teaches no class on the roster." in shown(room)
    assert buttons(room) == ["Lock", "Put someone out…"]


async def test_without_students_on_the_roster_everybody_is_listed_and_that_is_said(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await enrolled(school, lambda row: row["role"] == "teacher" or row["classSourcedId"] != ZOOM.section)
    room = await school.type(CHANG, "/room")
    assert len(people(room)) == 13
    assert "The roster has no students for this class, so modbot cannot tell who belongs." in shown(room)


async def test_a_class_list_that_changed_is_followed_at_once(open_school: OpenSchool) -> None:
    school = await ZOOM.open(open_school)
    await school.type(CHANG, "/room")
    await enrolled(school, lambda row: row["userSourcedId"] != "usr-p02")
    room = await school.type(CHANG, "/room")
    assert people(room)[0].startswith("Ben Okafor — stranger.")


@EVERY
async def test_the_picker_offers_strangers_first_with_their_reasons(open_school: OpenSchool, on: On) -> None:
    school = await on.open(open_school)
    await comes(school, on, STRANGER)
    picker = await school.type(on.teacher, "/eject")
    assert people(picker)[0] == f"{STRANGER} — stranger. {NOBODY}"
    assert "host" in people(picker)[-1]
    assert len(people(picker)) == 14
    assert buttons(picker) == ["Put out the strangers…"]


async def test_whoever_is_picked_from_the_list_goes_and_nobody_else(open_school: OpenSchool) -> None:
    school = await sciences(open_school, STRANGER, "Zed Zzz")
    picker = await school.type(CHANG, "/eject")
    await school.pick(CHANG, picker, STRANGER)
    assert STRANGER not in inside(school, ZOOM)
    assert "Zed Zzz" in inside(school, ZOOM)


async def test_whoever_shares_stands_first_among_the_strangers(open_school: OpenSchool) -> None:
    school = await sciences(open_school, "Zed Zzz")
    (loud,) = await comes(school, ZOOM, STRANGER)
    school.district.on_zoom.share(loud.id)
    await school.settled()
    room = await school.type(CHANG, "/room")
    assert people(room)[0] == f"{STRANGER} — stranger, sharing. {NOBODY}"


async def test_the_principal_sees_the_same_by_name_of_the_class(open_school: OpenSchool) -> None:
    school = await WEBEX.open(open_school)
    await comes(school, WEBEX, STRANGER)
    hers = await school.type(BROOK, "/room", "reading")
    his = await school.type(ORTIZ, "/room")
    assert people(hers) == people(his)


@pytest.mark.parametrize("typed", [("/room",), ("/eject",), ("/eject", "strangers")], ids=" ".join)
async def test_every_list_of_who_belongs_says_that_the_roster_is_old(
    open_school: OpenSchool, typed: tuple[str, ...]
) -> None:
    school = await ZOOM.open(open_school)
    await imported(school, ago=timedelta(days=5))
    await comes(school, ZOOM, STRANGER)
    answer = await school.type(CHANG, *typed)
    assert "The roster is 5 days old: someone who joined or left since is not known to modbot." in shown(answer)
