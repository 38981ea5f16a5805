"""Whom a class can be shared with and by whom, and that it never lasts longer than the right of whoever gave it."""

import pytest

from modbot.demo.roster import SCHOOL
from modbot.model import PlatformName
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import STRANGER, WEBEX, ZOOM, comes
from tests.scenarios.noticed import looked, noticed, told_to
from tests.scenarios.school import BROOK, CHANG, HADDAD, ORTIZ, REYES, buttons, shown
from tests.scenarios.substitutes import (
    NONE_RUNS,
    NOT_THEIRS,
    NOTHING_SHARED,
    WARD,
    WARD_EMAIL,
    direct_to,
    grants_of,
    left,
    shares,
    substitute_comes,
    synced,
    timeless,
    with_substitute,
)  # fmt: skip

HOW = "Name one colleague with @ or by their school e-mail. For example: /room share @sam.ward for 3h"


# Who may share what, with whom


async def test_the_principal_shares_a_class_of_their_school_and_its_teacher_is_told(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await school.type(BROOK, "/room", f"share {WARD_EMAIL} in science for 1h")
    assert timeless(answer.text) == "You shared Grade 5 Science with Sam Ward until LATER."
    await direct_to(school, CHANG, "Ada Brook shared Grade 5 Science with Sam Ward until ")
    await direct_to(school, WARD, "Ada Brook shared Grade 5 Science with you until ")
    assert "Grade 5 Science" in (await school.type(WARD, "/lock")).text


async def test_the_principal_shares_a_class_that_does_not_run_yet(open_school: OpenSchool) -> None:
    school = await open_school(PlatformName.WEBEX)
    await substitute_comes(school)
    answer = await school.type(BROOK, "/room", f"share {WARD_EMAIL} in reading")
    assert timeless(answer.text) == "You shared Grade 3 Reading with Sam Ward until LATER."


async def test_it_shares_any_class(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await school.type(REYES, "/room", f"share <@{WARD}> in science")
    assert "Grade 5 Science" in (await school.type(WARD, "/lock")).text


async def test_another_teacher_shares_nothing(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await school.type(HADDAD, "/room", f"share <@{WARD}> in science")
    assert answer.text == "modbot knows no class of yours called “science”. Nothing was done."
    assert await grants_of(school) == []


async def test_whoever_has_no_class_is_asked_to_name_one(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await school.type(REYES, "/room", f"share <@{WARD}>")
    assert answer.text == (
        "modbot sees no class of yours running now, and the roster does not tell which you mean. Name it: "
        "/room share @sam.ward in Grade 5 Science for 3h"
    )


async def test_of_several_classes_one_is_chosen_with_a_press(open_school: OpenSchool) -> None:
    school = await open_school(PlatformName.WEBEX)
    await substitute_comes(school)
    more = {"sourcedId": "enr-2", "classSourcedId": "cls-maths", "userSourcedId": "usr-ortiz", "role": "teacher"}
    await synced(school, "enrollments", lambda rows: [*rows, more])
    question = await shares(school, WEBEX, "for 1h")
    assert question.text == "Which class do you mean? None of them runs now."
    assert buttons(question) == ["Grade 4 Maths, Rana Haddad", "Grade 3 Reading, Luis Ortiz"]
    answer = await school.press(ORTIZ, question, "Grade 4 Maths, Rana Haddad")
    assert timeless(answer.text) == "You shared Grade 4 Maths with Sam Ward until LATER."


async def test_of_several_running_classes_one_is_chosen_and_only_ones_own_can_be_shared(
    open_school: OpenSchool,
) -> None:
    school = await open_school()
    await school.zoom_class()
    await school.webex_class()
    await substitute_comes(school)
    await school.type(CHANG, "/room", f"share <@{ORTIZ}>")
    question = await school.type(ORTIZ, "/room", f"share <@{WARD}> for 1h")
    assert question.text == "Which class do you mean? 2 are live."
    refused = await school.press(ORTIZ, question, "Grade 5 Science (Zoom)")
    assert refused.text.endswith("Only its teacher, its principal and IT can share it.")
    answer = await school.press(ORTIZ, question, "Grade 3 Reading (Webex)")
    assert timeless(answer.text) == "You shared Grade 3 Reading with Sam Ward until LATER."
    assert [one.title for one in await grants_of(school)] == ["Grade 3 Reading"]


async def test_where_nobody_knows_which_class_it_is_the_room_is_shared(
    open_school: OpenSchool,
) -> None:
    """Ms Chang teaches two classes of the same pupils."""
    school = await with_substitute(open_school, ZOOM)
    more = {"sourcedId": "enr-2", "classSourcedId": "cls-maths", "userSourcedId": "usr-chang", "role": "teacher"}
    await synced(school, "enrollments", lambda rows: [*rows, more])
    answer = await shares(school, ZOOM)
    assert shown(answer)[-1] == (
        "modbot does not know which class of the roster this is, so it is for whatever runs in this room until then."
    )
    (grant,) = await grants_of(school)
    assert grant.subject == f"room:{school.district.on_zoom.room.key}"
    assert "Grade 5 Science" in (await school.type(WARD, "/lock")).text


@pytest.mark.parametrize("words", ["share", "share bob", "share @bob", f"share <@{WARD}> <@{HADDAD}>", "unshare"])
async def test_a_colleague_who_is_not_named_plainly_is_asked_for(open_school: OpenSchool, words: str) -> None:
    school = await with_substitute(open_school, ZOOM)
    assert (await school.type(CHANG, "/room", words)).text == HOW
    assert await grants_of(school) == []


@pytest.mark.parametrize(
    "who", ["<@U0STRANGER>", "<@U0NOBODY>", "nobody@example.org", "ana.duarte@students.example.org"]
)
async def test_a_class_is_shared_with_staff_only(open_school: OpenSchool, who: str) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await school.type(CHANG, "/room", f"share {who}")
    assert answer.text == (
        "modbot does not know them as staff of this district, so nothing was done. Ask IT to look at the roster: the "
        "e-mail there must be the one they have in Slack."
    )
    assert await school.recorded() == []


async def test_nobody_shares_with_themselves(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await school.type(CHANG, "/room", f"share <@{CHANG}>")
    assert answer.text.startswith("That is you, and you may act there already.")


async def test_whoever_may_act_there_already_is_said_to(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await school.type(CHANG, "/room", f"share <@{BROOK}>")
    assert answer.text == "Ada Brook may act in Grade 5 Science already. Nothing was shared."


async def test_more_than_seven_days_is_too_long(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await shares(school, ZOOM, "for 8 days")
    assert answer.text == "That is too long: a class can be shared for 7 days at most. Nothing was shared."
    assert await grants_of(school) == []


@pytest.mark.parametrize("channel", ["", "C0NOWHERE"])
async def test_without_a_channel_that_takes_it_a_class_is_shared_all_the_same(
    open_school: OpenSchool, channel: str
) -> None:
    school = await open_school(PlatformName.WEBEX, district={"incident_channel": channel})
    await school.webex_class()
    await substitute_comes(school)
    await shares(school, WEBEX)
    await direct_to(school, WARD, "Luis Ortiz shared Grade 3 Reading with you until ")
    assert (await school.type(WARD, "/lock")).text == "Grade 3 Reading is locked."


async def test_a_colleague_who_is_not_in_slack_is_said_not_to_be_told(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    del school.slack.world.users[WARD]
    answer = await school.type(CHANG, "/room", f"share {WARD_EMAIL}")
    assert shown(answer)[-1] == "modbot could not tell Sam Ward in Slack: tell them yourself."


# Never longer than the right of whoever gave it


async def test_it_ends_when_whoever_gave_it_leaves_the_district(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    looked = await school.type(WARD, "/room")
    await left(school, "usr-chang")
    assert (await school.press(WARD, looked, "Lock")).text == NOT_THEIRS
    assert (await school.type(WARD, "/lock")).text == NONE_RUNS
    assert (await school.type(REYES, "/room", "shared")).text == NOTHING_SHARED


async def test_it_ends_when_whoever_gave_it_loses_the_class(open_school: OpenSchool) -> None:
    """Ms Chang teaches it beside Mr Ortiz, who hosts it."""
    school = await with_substitute(open_school, WEBEX)
    beside = {"sourcedId": "enr-2", "classSourcedId": WEBEX.section, "userSourcedId": "usr-chang", "role": "teacher"}
    await synced(school, "enrollments", lambda rows: [*rows, beside])
    await school.type(CHANG, "/room", f"share <@{WARD}> in reading")
    assert (await school.type(WARD, "/lock")).text == "Grade 3 Reading is locked."
    await synced(school, "enrollments", lambda rows: [row for row in rows if row["sourcedId"] != "enr-2"])
    assert (await school.type(WARD, "/unlock")).text == NONE_RUNS


async def test_it_ends_when_whoever_has_it_leaves_the_district(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    await left(school, "usr-ward")
    assert (await school.type(WARD, "/lock")).text.startswith("modbot does not know you as staff of this district")
    assert (await school.type(CHANG, "/room", "shared")).text == NOTHING_SHARED
    await comes(school, ZOOM, STRANGER, "Zed Zzz", "Otto Pike")
    await noticed(school, CHANG, "came into")
    await looked(school)
    assert told_to(school, WARD) == []


async def test_a_principal_of_another_school_gave_nothing(open_school: OpenSchool) -> None:
    led = {SCHOOL: {"principals": []}, "org-oak": {"principals": ["ada.brook@example.org"]}}
    school = await open_school(PlatformName.ZOOM, schools=led)
    await school.zoom_class()
    await substitute_comes(school)
    await synced(school, "roles", lambda rows: [row for row in rows if row["userSourcedId"] != "usr-brook"])
    answer = await school.type(BROOK, "/room", f"share <@{WARD}> in science")
    assert answer.text == "modbot knows no class of yours called “science”. Nothing was done."
