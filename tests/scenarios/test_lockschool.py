"""Every live room of a school locked at once: shown, asked once, each room's outcome, undone with one press."""

import pytest

from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import JITSI, MEET, STRANGER, TEAMS, WEBEX, ZOOM, On, inside
from tests.scenarios.raids import (
    HISTORY,
    LOCK,
    MAPLE,
    locked,
    raided,
    second_zoom_class,
    shut,
    warned,
    warning_saying,
    works_at_two_schools,
)
from tests.scenarios.school import BROOK, CHANG, REYES, buttons, shown

STAYS = "Nobody inside is put out. The rooms stay so until somebody unlocks them."
BOTH = "Grade 3 Reading (Webex), Grade 5 Science (Zoom)"
ON_ZOOM = (
    "Grade 5 Science (Zoom), only in part: Zoom does not let modbot lock a meeting. modbot turned the waiting room on "
    "instead and read it back. Zoom does not say whether a running class obeys before its next start. So lock it by "
    "hand now: Host tools → Lock meeting."
)
MIXED = f"2 live rooms of {MAPLE}: 1 locked, 1 only in part."
LIED = (
    "It did not work: modbot could not lock Grade 3 Reading (Webex). Webex said yes, but it did not happen: reading it "
    "back shows no change."
)
IN_PART = f"2 live rooms of {MAPLE}: 2 locked only in part."
ON_MEET = (
    "Grade 4 Maths (Google Meet), only in part: Google Meet has no lock. modbot restricted entry instead and read it "
    "back: whoever is not invited must knock now. People inside stay in, so put a stranger out by hand, and let in "
    "only whom you know."
)
ON_TEAMS = (
    "Grade 6 History (Microsoft Teams), only in part: Everyone who comes now waits in the lobby, and only you or a "
    "co-organiser can let them in. To turn people away altogether, choose Lock meeting yourself."
)
ASK = "Ask the hosts to do this in their meetings now:"
HAND_ZOOM = "Grade 5 Science (Zoom): In Zoom, tap Host tools (called Security in older apps). Tap Lock meeting."
TWICE = [(BROOK, "lock", "done"), (BROOK, "lock", "intent"), (BROOK, "lock", "intent"), (BROOK, "lock", "partial")]


async def test_it_shows_which_rooms_and_asks_before_anything_is_done(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    question = await school.press(BROOK, warning, LOCK)
    assert shown(question) == [
        f"Lock 2 live rooms of {MAPLE}? Nothing has been done yet.",
        f"Live now: {BOTH}.",
        "modbot can shut these only in part; their hosts can do the rest: Grade 5 Science (Zoom).",
        STAYS,
    ]
    assert buttons(question) == ["Lock 2 live rooms"]
    assert await school.recorded() == []


async def test_one_yes_locks_them_all_and_says_of_each_what_was_confirmed(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    answer = await locked(school, warning)
    assert shown(answer) == [MIXED, "Locked: Grade 3 Reading (Webex).", ON_ZOOM, STAYS, ASK, f"1. {HAND_ZOOM}"]
    assert buttons(answer) == ["Undo: unlock 2 live rooms", "Look again"]
    assert shut(school) == [True, True]
    assert sorted(await school.recorded()) == TWICE


async def test_the_warning_tells_everybody_who_locked_what(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    await locked(school, warning)
    await school.until_says(warning, f"Ada Brook: {MIXED}")


async def test_a_second_yes_is_told_so_and_does_nothing(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    question = await school.press(BROOK, warning, LOCK)
    await school.press(BROOK, question, "Lock 2 live rooms")
    before = await school.recorded()
    again = await school.press(BROOK, question, "Lock 2 live rooms")
    assert shown(again) == ["Ada Brook said yes to this before, so it was not done a second time."]
    assert await school.recorded() == before


async def test_whoever_asks_again_is_told_that_the_rooms_were_locked_already(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    await locked(school, warning)
    answer = await locked(school, warning, REYES)
    assert shown(answer)[:2] == [MIXED, "Were locked already: Grade 3 Reading (Webex)."]
    assert buttons(answer) == ["Look again"]


async def test_when_every_room_has_ended_nothing_is_done(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    question = await school.press(BROOK, warning, LOCK)
    for on in (ZOOM, WEBEX):
        await school.district.stand_ins[on.platform].close_class()
    await school.settled()
    answer = await school.press(BROOK, question, "Lock 2 live rooms")
    assert shown(answer) == [f"Nothing was done: every room of {MAPLE} that you were shown has ended."]
    answer = await school.press(BROOK, warning, LOCK)
    assert shown(answer) == [f"modbot sees no live room of {MAPLE}. Nothing was done."]
    assert await school.recorded() == []


async def test_a_room_that_ended_meanwhile_is_told_and_the_other_is_locked(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    question = await school.press(BROOK, warning, LOCK)
    await school.district.on_zoom.close_class()
    await school.settled()
    answer = await school.press(BROOK, question, "Lock 2 live rooms")
    assert shown(answer)[:3] == [
        f"1 live room of {MAPLE} is locked.",
        "Locked: Grade 3 Reading (Webex).",
        "1 of the rooms that you were shown had ended before.",
    ]


async def test_a_teacher_is_refused_and_it_is_recorded(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    why = "Only the principal of this school and IT may lock all its rooms. You can /lock your own class, and /page IT."
    assert shown(await school.press(CHANG, warning, LOCK)) == [why]
    assert await school.refusals() == [(CHANG, why)]
    assert shut(school) == [False, False]


async def test_the_question_of_somebody_else_is_no_way_round_it(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    question = await school.press(BROOK, warning, LOCK)
    await school.press(CHANG, question, "Lock 2 live rooms")
    assert shut(school) == [False, False]
    answer = await school.press(BROOK, question, "Lock 2 live rooms")
    assert shown(answer)[0] == MIXED


async def test_a_platform_that_lies_is_told_beside_those_that_obeyed(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    school.district.on_webex.lie()
    answer = await locked(school, warning)
    assert shown(answer)[:3] == [
        f"2 live rooms of {MAPLE}: 1 locked only in part, 1 not.",
        ON_ZOOM,
        LIED,
    ]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (MEET, [IN_PART, ON_MEET, ON_ZOOM]),
        (TEAMS, [IN_PART, ON_ZOOM, ON_TEAMS]),
        (JITSI, [MIXED, "Locked: Grade 2 Art (Jitsi).", ON_ZOOM]),
    ],
    ids=lambda one: str(one.platform) if isinstance(one, On) else "",
)
async def test_on_every_platform_the_strongest_thing_that_works_is_done_and_the_rest_is_left_to_the_host(
    open_school: OpenSchool, on: On, said: list[str]
) -> None:
    school, warning = await warned(open_school, ZOOM, on)
    answer = await locked(school, warning)
    assert shown(answer)[:5] == [*said, STAYS, ASK]
    assert any(HAND_ZOOM in line for line in shown(answer)[5:])


async def test_rooms_of_which_the_same_is_to_be_said_are_said_together(open_school: OpenSchool) -> None:
    school = await raided(open_school, ZOOM)
    await second_zoom_class(school, STRANGER)
    answer = await locked(school, await warning_saying(school, "2 classes"))
    assert shown(answer)[1] == ON_ZOOM.replace("Grade 5 Science (Zoom)", f"Grade 5 Science (Zoom), {HISTORY} (Zoom)")
    assert shown(answer)[-1].startswith(f"1. Grade 5 Science (Zoom), {HISTORY} (Zoom): ")


async def test_a_redelivered_yes_has_the_effect_of_one(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    question = await school.press(BROOK, warning, LOCK)
    school.slack.faults.duplicate_webhooks = True
    answer = await school.press(BROOK, question, "Lock 2 live rooms")
    school.slack.faults.duplicate_webhooks = False
    assert shown(answer)[0] == MIXED
    assert sorted(await school.recorded()) == TWICE


async def test_a_question_of_more_than_an_hour_ago_is_not_acted_on(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    question = await school.press(BROOK, warning, LOCK)
    store = school.app.state.store
    kept = await store.run("KEYS", "mb:schoollock:*")
    assert 0 < await store.run("TTL", *kept) <= 3600
    await store.run("DEL", *kept)
    answer = await school.press(BROOK, question, "Lock 2 live rooms")
    assert shown(answer) == ["That question is more than an hour old, so nothing was done."]
    assert await school.recorded() == []


async def test_a_stranger_is_put_out_from_the_warning_itself(open_school: OpenSchool) -> None:
    school, _ = await warned(open_school, ZOOM, WEBEX)
    place = school.slack.world.im_with(BROOK).id
    warning = await warning_saying(school, "2 classes", place)
    beside = [block["accessory"] for block in warning.blocks if "accessory" in block]
    await school.press(BROOK, warning, str(beside[0]["action_id"]))
    assert STRANGER not in inside(school, ZOOM)
    assert STRANGER in inside(school, WEBEX)


async def test_a_class_of_which_the_school_is_not_known_is_counted_and_left_alone(open_school: OpenSchool) -> None:
    school, warning = await warned(open_school, ZOOM, WEBEX)
    await works_at_two_schools(school, "usr-chang")
    question = await school.press(BROOK, warning, LOCK)
    assert shown(question)[0] == f"Lock 1 live room of {MAPLE}? Nothing has been done yet."
    assert shown(question)[1] == "Live now: Grade 3 Reading (Webex)."
    assert shown(question)[-1] == (
        "1 more live class is hosted by staff of this school, but modbot does not know of which school: not included."
    )
