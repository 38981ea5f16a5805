"""/room share: a colleague acts on a class for a while as its teacher does, and not a moment longer."""

from datetime import timedelta

import pytest

from modbot.model import PlatformName
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import JITSI, MEET, NOBODY, STRANGER, TEAMS, WEBEX, ZOOM, On, comes, inside
from tests.scenarios.noticed import noticed
from tests.scenarios.school import BROOK, CHANG, HADDAD, ORTIZ, REYES, School, buttons, people, shown
from tests.scenarios.substitutes import (
    NONE_RUNS,
    NOT_THEIRS,
    NOTHING_SHARED,
    WARD,
    WARD_EMAIL,
    Clock,
    announced,
    direct_to,
    grants_of,
    shares,
    substitute_comes,
    timeless,
    with_substitute,
)  # fmt: skip

EVERY = pytest.mark.parametrize("on", [ZOOM, WEBEX, MEET, TEAMS, JITSI], ids=lambda on: on.platform)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every modbot that is opened after this."""
    clock = Clock()
    monkeypatch.setattr("modbot.parts.now", clock)
    return clock


async def with_shared_class(open_school: OpenSchool, on: On, text: str = "") -> School:
    """A class runs, and its teacher has shared it with the substitute."""
    school = await with_substitute(open_school, on)
    await shares(school, on, text)
    return school


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
        "Until then Sam Ward may act there as its teacher does. It ends by itself.",
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
    school = await with_shared_class(open_school, on)
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
    school = await with_shared_class(open_school, ZOOM, "for 2h")
    looked = await school.type(WARD, "/room")
    clock.ahead = timedelta(hours=2)
    assert (await school.type(WARD, "/lock")).text == NONE_RUNS
    assert (await school.press(WARD, looked, "Lock")).text == NOT_THEIRS
    assert (await school.type(CHANG, "/room", "shared")).text == NOTHING_SHARED


async def test_just_before_its_end_it_still_holds(open_school: OpenSchool, clock: Clock) -> None:
    school = await with_shared_class(open_school, ZOOM, "for 2h")
    clock.ahead = timedelta(hours=1, minutes=55)
    assert "Grade 5 Science" in (await school.type(WARD, "/lock")).text


async def test_without_a_time_it_is_for_three_hours(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM)
    (grant,) = await grants_of(school)
    assert grant.until - grant.since == timedelta(hours=3)


async def test_the_time_may_stand_before_or_after_the_class(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM, "for 2 days in science")
    await shares(school, ZOOM, "in science for 7 days")
    (grant,) = await grants_of(school)
    assert grant.until - grant.since == timedelta(days=7)


async def test_sharing_again_takes_the_place_of_what_was_shared_before(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM, "for 3 days")
    await shares(school, ZOOM, "for 1h")
    (grant,) = await grants_of(school)
    assert grant.until - grant.since == timedelta(hours=1)


async def test_it_holds_for_later_runs_of_the_class(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, WEBEX)
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


async def test_a_shared_class_of_whose_start_nobody_told_is_found_by_asking_for_its_teacher(
    open_school: OpenSchool,
) -> None:
    school = await open_school(PlatformName.WEBEX)
    await substitute_comes(school)
    await shares(school, WEBEX)
    school.district.webex.webhook_url = ""
    await school.webex_class()
    assert (await school.type(WARD, "/lock")).text == "Grade 3 Reading is locked."


async def test_whoever_has_it_answers_for_the_incident_too(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM)
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
    school = await with_shared_class(open_school, ZOOM)
    answer = await school.type(WARD, "/room", f"share <@{HADDAD}>")
    assert timeless(answer.text) == (
        "Megan Chang shared this class with you until LATER. Only its teacher, its principal and IT can share it."
    )
    assert await grants_of(school, "rana.haddad@example.org") == []


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


async def test_whoever_is_named_by_address_is_told_that_it_has_ended(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM)
    await school.type(CHANG, "/room", f"unshare {WARD_EMAIL}")
    await direct_to(school, WARD, "Megan Chang ended it: Grade 5 Science is not shared with you any more.")


async def test_another_teacher_ends_nothing(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM)
    answer = await school.type(HADDAD, "/room", f"unshare <@{WARD}>")
    assert answer.text == "No class that you may share is shared with Sam Ward now."
    assert len(await grants_of(school)) == 1


async def test_it_can_be_given_back(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM)
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
    school = await with_shared_class(open_school, ZOOM)
    answer = await school.type(who, "/room", "shared")
    assert list(map(timeless, shown(answer))) == [
        "1 class is shared now.",
        f"Grade 5 Science: with {whom} until LATER, by Megan Chang.",
    ]
    assert buttons(answer) == ["End Sam Ward, Grade 5 Science"]


async def test_other_teachers_are_not_told_what_is_shared(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM)
    assert (await school.type(HADDAD, "/room", "shared")).text == NOTHING_SHARED


async def test_the_class_shows_with_whom_it_is_shared(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM)
    his = map(timeless, shown(await school.type(WARD, "/room")))
    assert "Megan Chang shared this class with you until LATER." in his
    hers = map(timeless, shown(await school.type(CHANG, "/room")))
    assert "Shared with Sam Ward until LATER, by Megan Chang." in hers


# In the class


async def test_by_name_whom_it_is_shared_with_is_no_stranger_there(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await comes(school, ZOOM, "Sam Ward", STRANGER)
    before = people(await school.type(CHANG, "/eject", "strangers"))
    assert [row.partition(" — ")[0] for row in before] == ["Sam Ward", STRANGER]
    await shares(school, ZOOM)
    after = people(await school.type(CHANG, "/eject", "strangers"))
    assert after == [
        f"{STRANGER} — stranger. {NOBODY}",
        "Sam Ward — unsure. Shows the name of a member of staff, but is not signed in as one.",
    ]


async def test_signed_in_whom_it_is_shared_with_is_staff_and_never_swept(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM)
    await school.district.on_zoom.arrive("The sub", WARD_EMAIL)
    await comes(school, ZOOM, STRANGER)
    question = await school.type(CHANG, "/eject", "strangers")
    assert shown(question)[1] == "These stay: 12 on the class list, 1 staff, 1 running the class."
    await school.press(CHANG, question, "Put out 1 stranger")
    assert "The sub" in inside(school, ZOOM)


async def test_when_it_has_ended_they_are_a_stranger_again(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await comes(school, ZOOM, "Sam Ward")
    await shares(school, ZOOM)
    assert people(await school.type(CHANG, "/room"))[0].startswith("Sam Ward — unsure.")
    await school.type(CHANG, "/room", f"unshare <@{WARD}>")
    assert people(await school.type(CHANG, "/room"))[0].startswith("Sam Ward — stranger.")


async def test_what_is_noticed_there_is_told_to_both(open_school: OpenSchool) -> None:
    school = await with_shared_class(open_school, ZOOM)
    await comes(school, ZOOM, STRANGER, "Zed Zzz", "Otto Pike")
    told = await noticed(school, WARD, "came into")
    assert (await noticed(school, CHANG, "came into")).text == told.text
    answer = await school.pick(WARD, told, STRANGER)
    assert answer.text == "1 person out of Grade 5 Science."
    assert STRANGER not in inside(school, ZOOM)
