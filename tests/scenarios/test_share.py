"""/room share: a colleague acts on a class for a while as its teacher does, and not a moment longer."""

from datetime import timedelta

import pytest

from modbot.demo.roster import SCHOOL
from modbot.model import PlatformName
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import JITSI, MEET, TEAMS, WEBEX, ZOOM, On
from tests.scenarios.school import BROOK, CHANG, HADDAD, ORTIZ, REYES, School, buttons, shown
from tests.scenarios.substitutes import (
    WARD,
    WARD_EMAIL,
    Clock,
    announced,
    clock,
    direct_to,
    grants_of,
    left,
    shares,
    substitute_comes,
    synced,
    timeless,
    with_substitute,
)  # fmt: skip

__all__ = ["clock"]

EVERY = pytest.mark.parametrize("on", [ZOOM, WEBEX, MEET, TEAMS, JITSI], ids=lambda on: on.platform)
NONE_RUNS = "modbot sees no class of yours running now. Name the class after the command, or use /page for help."
NOT_THEIRS = "Only the teacher of this class, its principal and IT may do this. You can /page IT."
HOW = "Name one colleague with @ or by their school e-mail. For example: /room share @sam.ward for 3h"


# What a grant gives


@EVERY
async def test_whom_a_class_is_shared_with_acts_there_without_naming_it(open_school: OpenSchool, on: On) -> None:
    school = await with_substitute(open_school, on)
    assert (await school.type(WARD, "/lock")).text == NONE_RUNS
    await shares(school, on)
    answer = await school.type(WARD, "/lock")
    assert on.title in answer.text
    assert (await school.recorded())[-1] in {(WARD, "lock", "done"), (WARD, "lock", "partial")}


@EVERY
async def test_both_are_told_and_the_incident_channel_and_the_record(open_school: OpenSchool, on: On) -> None:
    school = await with_substitute(open_school, on)
    answer = await shares(school, on, "for 2h")
    mine = [
        f"You shared {on.title} with Sam Ward until LATER.",
        "Until then Sam Ward may act there as you do. It ends by itself.",
        "It is for this class only, wherever it meets until then.",
    ]
    assert list(map(timeless, shown(answer))) == mine
    assert list(map(timeless, shown(await direct_to(school, on.teacher, "You shared")))) == mine
    teacher = mine_of(school, on)
    told = await direct_to(school, WARD, f"{teacher} shared {on.title} with you until ")
    assert shown(told)[1:] == [
        "Until then you may act there as its teacher does: /lock, /eject, /panic and the rest.",
        "It is for this class only, wherever it meets until then.",
    ]
    assert announced(school) == [f"{teacher} shared {on.title} with Sam Ward until LATER."]
    assert await school.recorded() == [(on.teacher, "room.share", "done")]


def mine_of(school: School, on: On) -> str:
    """The teacher's name."""
    return school.slack.world.users[on.teacher].name


@EVERY
async def test_when_it_is_ended_by_hand_the_right_is_gone_at_once(open_school: OpenSchool, on: On) -> None:
    school = await with_substitute(open_school, on)
    await shares(school, on)
    looked = await school.type(WARD, "/room")
    answer = await school.type(on.teacher, "/room", f"unshare <@{WARD}>")
    assert answer.text == f"{on.title} is not shared with Sam Ward any more."
    refused = await school.press(WARD, looked, "Lock")
    assert refused.text == NOT_THEIRS
    assert (await school.type(WARD, "/lock")).text == NONE_RUNS
    assert [row for row in await school.recorded() if row[1] == "lock"] == [(WARD, "lock", "refused")]
    told = f"{mine_of(school, on)} ended it: {on.title} is not shared with"
    await direct_to(school, WARD, f"{told} you any more.")
    assert announced(school)[-1] == f"{told} Sam Ward."
    assert (on.teacher, "room.unshare", "done") in await school.recorded()


async def test_it_ends_by_itself(open_school: OpenSchool, clock: Clock) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM, "for 2h")
    looked = await school.type(WARD, "/room")
    clock.ahead = timedelta(hours=2)
    assert (await school.type(WARD, "/lock")).text == NONE_RUNS
    assert (await school.press(WARD, looked, "Lock")).text == NOT_THEIRS
    assert (await school.type(CHANG, "/room", "shared")).text == "No class that you may see is shared now."


async def test_just_before_its_end_it_still_holds(open_school: OpenSchool, clock: Clock) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM, "for 2h")
    clock.ahead = timedelta(hours=1, minutes=55)
    assert "Grade 5 Science" in (await school.type(WARD, "/lock")).text


async def test_without_a_time_it_is_for_three_hours(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    (grant,) = await grants_of(school)
    assert grant.until - grant.since == timedelta(hours=3)


async def test_the_time_may_stand_before_or_after_the_class(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM, "for 2 days in science")
    await shares(school, ZOOM, "in science for 7 days")
    (grant,) = await grants_of(school)
    assert grant.until - grant.since == timedelta(days=7)


async def test_sharing_again_takes_the_place_of_what_was_shared_before(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM, "for 3 days")
    await shares(school, ZOOM, "for 1h")
    (grant,) = await grants_of(school)
    assert grant.until - grant.since == timedelta(hours=1)


async def test_it_holds_for_later_runs_of_the_class(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, WEBEX)
    await shares(school, WEBEX)
    await school.district.on_webex.close_class()
    await school.settled()
    assert (await school.type(WARD, "/lock")).text == NONE_RUNS
    await school.webex_class()
    assert (await school.type(WARD, "/lock")).text == "Grade 3 Reading is locked."


async def test_a_class_can_be_shared_before_it_begins(open_school: OpenSchool) -> None:
    school = await open_school(PlatformName.WEBEX)
    await substitute_comes(school)
    answer = await shares(school, WEBEX, "for 8h")
    assert timeless(answer.text) == "You shared Grade 3 Reading with Sam Ward until LATER."
    await school.webex_class()
    assert (await school.type(WARD, "/lock")).text == "Grade 3 Reading is locked."


async def test_whoever_has_it_answers_for_the_incident_too(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    await school.type(WARD, "/panic")
    assert "Grade 5 Science (Zoom): open" in shown(await school.type(WARD, "/incident"))
    assert (await school.type(WARD, "/resolve", "a prank")).text == "Resolved: Grade 5 Science."


async def test_with_two_classes_running_they_are_asked_which(open_school: OpenSchool) -> None:
    school = await open_school()
    await school.zoom_class()
    await school.webex_class()
    await school.type(CHANG, "/room", f"share <@{ORTIZ}>")
    question = await school.type(ORTIZ, "/lock")
    assert question.text == "Which class do you mean? 2 are live."
    assert sorted(buttons(question)) == ["Grade 3 Reading (Webex)", "Grade 5 Science (Zoom)"]


async def test_nobody_shares_on_what_is_shared_with_them(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    answer = await school.type(WARD, "/room", f"share <@{HADDAD}>")
    assert timeless(answer.text) == (
        "Megan Chang shared this class with you until LATER. Only its teacher, its principal and IT can share it."
    )
    assert await grants_of(school, "rana.haddad@example.org") == []


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


async def test_a_colleague_who_is_not_in_slack_is_said_not_to_be_told(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    del school.slack.world.users[WARD]
    answer = await school.type(CHANG, "/room", f"share {WARD_EMAIL}")
    assert shown(answer)[-1] == "modbot could not tell Sam Ward in Slack: tell them yourself."


# Ending and listing


async def test_the_button_below_ends_it(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await shares(school, ZOOM)
    assert buttons(answer) == ["End it now"]
    ended = await school.press(CHANG, answer, "End it now")
    assert ended.text == "Grade 5 Science is not shared with Sam Ward any more."
    again = await school.press(CHANG, answer, "End it now")
    assert again.text == "No class that you may share is shared with Sam Ward now."
    assert await grants_of(school) == []


async def test_another_teacher_ends_nothing(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    answer = await school.type(HADDAD, "/room", f"unshare <@{WARD}>")
    assert answer.text == "No class that you may share is shared with Sam Ward now."
    assert len(await grants_of(school)) == 1


async def test_it_can_be_given_back(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    answer = await school.type(WARD, "/room", f"unshare <@{WARD}>")
    assert answer.text == "Grade 5 Science is not shared with Sam Ward any more."


async def test_of_several_the_one_to_end_is_chosen(open_school: OpenSchool) -> None:
    school = await open_school()
    await substitute_comes(school)
    await school.type(REYES, "/room", f"share <@{WARD}> in science")
    await school.type(REYES, "/room", f"share <@{WARD}> in reading")
    question = await school.type(REYES, "/room", f"unshare <@{WARD}>")
    assert question.text == "Which class? 2 are shared with Sam Ward."
    answer = await school.press(REYES, question, "Grade 3 Reading")
    assert answer.text == "Grade 3 Reading is not shared with Sam Ward any more."
    assert [one.title for one in await grants_of(school)] == ["Grade 5 Science"]


@pytest.mark.parametrize(
    ("who", "whom"), [(CHANG, "Sam Ward"), (BROOK, "Sam Ward"), (REYES, "Sam Ward"), (WARD, "you")]
)
async def test_what_is_shared_is_listed(open_school: OpenSchool, who: str, whom: str) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    answer = await school.type(who, "/room", "shared")
    assert list(map(timeless, shown(answer))) == [
        "1 class is shared now.",
        f"Grade 5 Science: with {whom} until LATER, by Megan Chang.",
    ]
    assert buttons(answer) == ["End Sam Ward, Grade 5 Science"]


async def test_other_teachers_are_not_told_what_is_shared(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    assert (await school.type(HADDAD, "/room", "shared")).text == "No class that you may see is shared now."


# Never longer than the right of whoever gave it


async def test_it_ends_when_whoever_gave_it_leaves_the_district(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM)
    looked = await school.type(WARD, "/room")
    await left(school, "usr-chang")
    assert (await school.press(WARD, looked, "Lock")).text == NOT_THEIRS
    assert (await school.type(WARD, "/lock")).text == NONE_RUNS
    assert (await school.type(REYES, "/room", "shared")).text == "No class that you may see is shared now."


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


async def test_a_principal_of_another_school_gave_nothing(open_school: OpenSchool) -> None:
    led = {SCHOOL: {"principals": []}, "org-oak": {"principals": ["ada.brook@example.org"]}}
    school = await open_school(PlatformName.ZOOM, schools=led)
    await school.zoom_class()
    await substitute_comes(school)
    await synced(school, "roles", lambda rows: [row for row in rows if row["userSourcedId"] != "usr-brook"])
    answer = await school.type(BROOK, "/room", f"share <@{WARD}> in science")
    assert answer.text == "modbot knows no class of yours called “science”. Nothing was done."


# Once


async def test_the_same_request_delivered_again_gives_one_grant_and_is_announced_once(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await school.slack.slash(CHANG, "/room", f"share <@{WARD}> for 1h")
    await school.until_recorded((CHANG, "room.share", "done"))
    for _ in range(3):
        assert (await school.slack.send_again(answer)).status == 200
    await school.type(CHANG, "/room", "shared")
    assert len(await grants_of(school)) == 1
    assert announced(school) == ["Megan Chang shared Grade 5 Science with Sam Ward until LATER."]
    assert await school.recorded() == [(CHANG, "room.share", "done")]
