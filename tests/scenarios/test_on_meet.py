"""Google Meet, whose entry modbot can restrict and whose people only the teacher can put out: what is done and said."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from modbot.model import PlatformName
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import HADDAD, REYES, School, buttons, people, shown

LOCKED = (
    "Google Meet has no lock. modbot restricted entry instead and read it back: whoever is not invited must knock now. "
    "People inside stay in, so put a stranger out by hand, and let in only whom you know."
)
LOCK_STEPS = [
    "Do this in the meeting now:",
    "1. In Meet, tap Host controls (the shield).",
    "2. Under Meeting access, see that Restricted is chosen.",
]
IN_PART = "Only in part: modbot could not fully lock Grade 4 Maths."
CALLED = "IT has been called: Kim Reyes. modbot keeps calling until someone answers."
NO_WAY = "Google Meet gives no way to do this from outside the meeting."
LIED = "Google Meet said yes, but it did not happen: reading it back shows no change."


@pytest.fixture
async def school(open_school: OpenSchool) -> School:
    """A district on Google Meet."""
    return await open_school(PlatformName.MEET)


def changes(school: School) -> list[tuple[str, Mapping[str, Any]]]:
    """What modbot asked Google to change of the class link."""
    return [
        (call.path.partition("?")[2], orjson.loads(call.body)) for call in school.calls("meet", "PATCH", "/v2/spaces")
    ]


async def test_a_lock_restricts_entry_and_says_what_only_the_teacher_can_do(school: School) -> None:
    meeting = await school.meet_class()
    answer = await school.type(HADDAD, "/lock")
    assert shown(answer) == [IN_PART, LOCKED, *LOCK_STEPS]
    assert buttons(answer) == ["Unlock", "Put someone out…"]
    assert changes(school) == [("updateMask=config.accessType", {"config": {"accessType": "RESTRICTED"}})]
    assert school.district.meet.join(meeting, "zzz").state == "knocking"
    assert len(school.district.meet.state(meeting).joined) == 13
    assert await school.recorded() == [(HADDAD, "lock", "intent"), (HADDAD, "lock", "partial")]


async def test_an_unlock_opens_the_class_exactly_as_far_as_before(school: School) -> None:
    meeting = await school.meet_class()
    await school.type(HADDAD, "/lock")
    answer = await school.type(HADDAD, "/unlock")
    assert shown(answer) == [
        "Grade 4 Maths is unlocked.",
        "Entry to the class is as it was before modbot restricted it, read back from Google.",
    ]
    assert school.district.meet.state(meeting).access == "OPEN"
    assert (await school.recorded())[-1] == (HADDAD, "unlock", "done")


async def test_nobody_is_put_out_and_the_teacher_gets_the_clicks(school: School) -> None:
    meeting = await school.meet_class()
    stranger = school.district.meet.join(meeting, "zzz")
    await school.settled()
    answer = await school.type(HADDAD, "/eject", "zzz")
    assert shown(answer) == [
        "modbot cannot put people out of Grade 4 Maths: you can, in the meeting.",
        NO_WAY,
        "Do this in the meeting now:",
        "1. In Meet, tap People.",
        "2. Beside the person, tap ⋮, then Remove from the call.",
        "3. Tick Block, so that they cannot come back, and confirm.",
        "zzz — no e-mail shown",
    ]
    assert stranger.state == "joined"
    assert "zzz" in school.district.meet.state(meeting).joined
    assert await school.recorded() == [(HADDAD, "eject", "unsupported")]


async def test_a_panic_shuts_the_entry_calls_it_and_tells_the_rest_click_by_click(school: School) -> None:
    meeting = await school.meet_class()
    answer = await school.type(HADDAD, "/panic")
    assert shown(answer) == [
        f"{IN_PART} {CALLED}",
        LOCKED,
        f"modbot cannot mute Grade 4 Maths: you can, in the meeting. {NO_WAY}",
        *LOCK_STEPS,
        "3. In Meet, tap People.",
        "4. Tap Mute all.",
    ]
    assert buttons(answer) == ["Put out the strangers…", "Put someone out…", "All clear", "End the class…"]
    assert school.district.meet.state(meeting).access == "RESTRICTED"
    assert (await school.page_to(REYES)).text.startswith("PAGE: help is needed in Grade 4 Maths.")
    assert await school.recorded() == [
        (HADDAD, "lock", "intent"),
        (HADDAD, "lock", "partial"),
        (HADDAD, "mute", "unsupported"),
    ]


async def test_an_all_clear_puts_back_what_the_panic_changed_and_nothing_else(school: School) -> None:
    meeting = await school.meet_class()
    await school.type(HADDAD, "/panic")
    meeting.space.config["moderation"] = "ON"  # by the teacher's own click
    answer = await school.type(HADDAD, "/allclear")
    assert shown(answer) == [
        "Grade 4 Maths is back to how it was.",
        (
            "The settings modbot changed are as they were before, read back from Google. What was set by hand in Meet "
            "stays as it is."
        ),
        "People who were muted turn their own microphones on again.",
    ]
    assert (meeting.space.config["accessType"], meeting.space.config["moderation"]) == ("OPEN", "ON")
    assert (await school.recorded())[-2:] == [(HADDAD, "restore", "intent"), (HADDAD, "restore", "done")]


async def test_the_end_of_a_class_that_modbot_made_is_confirmed(school: School) -> None:
    meeting = await school.meet_class()
    panic = await school.type(HADDAD, "/panic")
    answer = await school.press(HADDAD, panic, "End the class…")
    assert shown(answer) == [
        "Grade 4 Maths has been ended for everyone.",
        (
            "The call is over for everyone, and entry is restricted. To go on, join again yourself first: whoever is "
            "not invited must knock then, and you let in whom you know."
        ),
    ]
    assert not meeting.live


async def test_a_room_shows_its_people_and_what_google_does_not_let_modbot_do(school: School) -> None:
    await school.meet_class()
    answer = await school.type(HADDAD, "/room")
    assert shown(answer)[:11] == [
        "Grade 4 Maths: 13 in, 0 waiting.",
        "modbot can: unlock the class, end the class (if modbot made its link), put the settings back.",
        "In part, lock the class (entry is restricted: whoever is not invited must knock).",
        (
            "By hand, put people out: In Meet, tap People. Beside the person, tap ⋮, then Remove from the call. Tick "
            "Block, so that they cannot come back, and confirm."
        ),
        (
            "By hand, let people in from the lobby: When Meet says that somebody wants to join, tap View all. Tap "
            "Admit for whom you know, else Deny."
        ),
        "By hand, mute everyone: In Meet, tap People. Tap Mute all.",
        "Setting to mend: Who comes in without knocking is anyone with the link; safe is invited people only.",
        "Setting to mend: Host management is off; safe is on.",
        "Setting to mend: Who may present is everyone; safe is hosts only.",
        "Setting to mend: Who may write in the chat is everyone; safe is hosts only.",
        "Setting to mend: Who may send reactions is everyone; safe is hosts only.",
    ]
    assert "Rana Haddad — host, e-mail shown" in people(answer)


async def test_it_finds_a_class_by_the_rosters_name_for_google_tells_none(school: School) -> None:
    await school.meet_class()
    assert (await school.type(REYES, "/lock", "maths")).text == IN_PART


async def test_a_lock_that_google_only_claims_reads_failed_with_the_clicks(school: School) -> None:
    meeting = await school.meet_class()
    school.district.meet.faults.lie = True
    answer = await school.type(HADDAD, "/lock")
    assert shown(answer) == ["It did not work: modbot could not lock Grade 4 Maths.", LIED, *LOCK_STEPS]
    assert school.district.meet.state(meeting).access == "OPEN"
    assert (await school.recorded())[-1] == (HADDAD, "lock", "failed")


async def test_a_class_that_began_before_modbot_listened_is_found_all_the_same(school: School) -> None:
    meeting = school.district.on_meet.open()
    answer = await school.type(HADDAD, "/lock")
    assert answer.text == IN_PART
    assert school.district.meet.state(meeting).access == "RESTRICTED"


async def test_the_clicks_stand_in_for_an_end_where_modbot_makes_no_class_links(open_school: OpenSchool) -> None:
    school = await open_school(PlatformName.MEET, meet={"create_rooms": False})
    meeting = await school.meet_class()
    panic = await school.type(HADDAD, "/panic")
    answer = await school.press(HADDAD, panic, "End the class…")
    assert shown(answer) == [
        "modbot cannot end Grade 4 Maths: you can, in the meeting.",
        "Google lets modbot end only classes whose link modbot made, and this is not set up here.",
        "Do this in the meeting now:",
        "1. In Meet, tap End call.",
        "2. Choose End the call for everyone.",
    ]
    assert meeting.live
