"""Microsoft Teams, with its calling bot and without: what reaches Graph, how the class is then, what is read."""

import orjson
import pytest

from modbot.model import PlatformName
from modbot.simulators.teams import Meeting
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import HADDAD, LIND, REYES, School, buttons, people, shown

IN_PART = "Only in part: modbot could not fully lock Grade 6 History."
LOBBY = (
    "Everyone who comes now waits in the lobby, and only you or a co-organiser can let them in. To turn people away "
    "altogether, choose Lock meeting yourself."
)
LOCK_STEPS = [
    "Do this in the meeting now:",
    "1. Open People and the menu ⋯ at its top.",
    "2. Choose Lock meeting, then Lock.",
]
CALLED = "IT has been called: Kim Reyes. modbot keeps calling until someone answers."
SHUT_TOO = (
    "The class is shut too, as far as Microsoft Teams allows: whoever comes waits in the lobby until you let them in. "
    "It stays so until you unlock it."
)
NO_BOT = "Without modbot's calling bot, Microsoft Teams lets nobody do this from outside the class."
LIED = "Microsoft Teams said yes, but it did not happen: reading it back shows no change."


@pytest.fixture
async def school(open_school: OpenSchool) -> School:
    """A district on Microsoft Teams, with the calling bot."""
    return await open_school(PlatformName.TEAMS)


@pytest.fixture
async def botless(open_school: OpenSchool) -> School:
    """A district on Microsoft Teams whose IT has set up no calling bot."""
    return await open_school(PlatformName.TEAMS, teams={"calling_bot": False})


def waits(school: School, meeting: Meeting) -> bool:
    """Whether a stranger who comes now gets no further than the lobby."""
    return school.district.teams.join(meeting, "a stranger").state == "lobby"


async def test_a_lock_shuts_the_lobby_and_gives_the_clicks_of_the_real_lock(school: School) -> None:
    meeting = await school.teams_class()
    answer = await school.type(LIND, "/lock")
    assert shown(answer) == [IN_PART, LOBBY, *LOCK_STEPS]
    assert buttons(answer) == ["Unlock", "Put someone out…"]
    (call,) = school.calls("teams", "PATCH", "/onlineMeetings/")
    assert orjson.loads(call.body) == {
        "lobbyBypassSettings": {"scope": "organizer", "isDialInBypassEnabled": False},
        "allowedLobbyAdmitters": "organizerAndCoOrganizers",
    }
    assert waits(school, meeting)
    assert await school.recorded() == [(LIND, "lock", "intent"), (LIND, "lock", "partial")]


async def test_an_unlock_puts_the_lobby_back_as_it_was(school: School) -> None:
    meeting = await school.teams_class()
    before = dict(meeting.settings)
    await school.type(LIND, "/lock")
    answer = await school.type(LIND, "/unlock")
    assert shown(answer) == [
        "Grade 6 History is unlocked.",
        "The lobby is as it was before. If you chose Lock meeting yourself, unlock it yourself.",
    ]
    assert meeting.settings == before
    assert not waits(school, meeting)
    assert (await school.recorded())[-1] == (LIND, "unlock", "done")


async def test_a_stranger_is_put_out_by_the_calling_bot_and_waits_when_they_come_back(school: School) -> None:
    meeting = await school.teams_class()
    school.district.teams.join(meeting, "zzz")
    await school.settled()
    answer = await school.type(LIND, "/eject", "zzz")
    assert shown(answer) == [
        "1 person out of Grade 6 History.",
        "The person is out of the class. They may come back to the lobby, and back in unless it is shut.",
        SHUT_TOO,
        "zzz — done, confirmed",
    ]
    assert "zzz" not in meeting.picture().joined
    assert len(meeting.picture().joined) == 13
    assert waits(school, meeting)
    assert [line for line in await school.recorded() if line[1] == "eject"] == [
        (LIND, "eject", "intent"),
        (LIND, "eject", "done"),
    ]


async def test_without_the_bot_nobody_is_put_out_but_the_lobby_is_shut_and_the_clicks_are_told(botless: School) -> None:
    meeting = await botless.teams_class()
    botless.district.teams.join(meeting, "zzz")
    await botless.settled()
    answer = await botless.type(LIND, "/eject", "zzz")
    assert shown(answer) == [
        "modbot cannot put people out of Grade 6 History: you can, in the meeting.",
        NO_BOT,
        SHUT_TOO,
        "Do this in the meeting now:",
        "1. Open People.",
        "2. Open the menu ⋯ beside the name.",
        "3. Choose Remove from meeting.",
        "zzz — no e-mail shown",
    ]
    assert "zzz" in meeting.picture().joined
    assert waits(botless, meeting)
    assert (await botless.recorded())[-1] == (LIND, "eject", "unsupported")


async def test_a_panic_shuts_the_lobby_mutes_everyone_and_calls_it(school: School) -> None:
    meeting = await school.teams_class()
    answer = await school.type(LIND, "/panic")
    assert shown(answer) == [
        f"{IN_PART} {CALLED}",
        LOBBY,
        "Everyone but the organiser is muted. They may be able to unmute themselves.",
        *LOCK_STEPS,
    ]
    assert buttons(answer) == ["Put out the strangers…", "Put someone out…", "All clear", "End the class…"]
    assert (len(meeting.picture().muted), waits(school, meeting)) == (12, True)
    assert (await school.page_to(REYES)).text.startswith("PAGE: help is needed in Grade 6 History.")
    assert await school.recorded() == [
        (LIND, "lock", "intent"),
        (LIND, "lock", "partial"),
        (LIND, "mute", "intent"),
        (LIND, "mute", "done"),
    ]


async def test_a_panic_without_the_bot_shuts_the_lobby_and_tells_how_to_mute(botless: School) -> None:
    meeting = await botless.teams_class()
    answer = await botless.type(LIND, "/panic")
    assert shown(answer) == [
        f"{IN_PART} {CALLED}",
        LOBBY,
        f"modbot cannot mute Grade 6 History: you can, in the meeting. {NO_BOT}",
        *LOCK_STEPS,
        "3. Open People.",
        "4. Choose Mute all.",
    ]
    assert (meeting.picture().muted, waits(botless, meeting)) == ((), True)


async def test_an_all_clear_puts_back_exactly_what_the_panic_changed(school: School) -> None:
    meeting = await school.teams_class()
    before = dict(meeting.settings)
    await school.type(LIND, "/panic")
    answer = await school.type(LIND, "/allclear")
    assert shown(answer) == [
        "Grade 6 History is back to how it was.",
        "The class has its former settings again.",
        "People who were muted turn their own microphones on again.",
    ]
    assert meeting.settings == before
    assert (await school.recorded())[-2:] == [(LIND, "restore", "intent"), (LIND, "restore", "done")]


async def test_only_its_organiser_can_end_a_class_so_the_clicks_are_told(school: School) -> None:
    meeting = await school.teams_class()
    panic = await school.type(LIND, "/panic")
    answer = await school.press(LIND, panic, "End the class…")
    assert shown(answer) == [
        "modbot cannot end Grade 6 History: you can, in the meeting.",
        "Microsoft Teams gives modbot no way to end a class.",
        "Do this in the meeting now:",
        "1. Open the arrow beside Leave.",
        "2. Choose End meeting, then End.",
    ]
    assert meeting.live


async def test_a_room_shows_everyone_in_it_and_which_settings_to_mend(school: School) -> None:
    await school.teams_class()
    answer = await school.type(LIND, "/room")
    assert shown(answer)[:10] == [
        "Grade 6 History: 13 in, 0 waiting.",
        "modbot can: unlock the class, put people out, mute everyone, put the settings back.",
        "In part, lock the class (whoever comes waits in the lobby until you let them in).",
        "By hand, let people in from the lobby: Open People. Choose Admit beside the name, or Deny.",
        "By hand, end the class: Open the arrow beside Leave. Choose End meeting, then End.",
        (
            "Setting to mend: Who comes in without waiting in the lobby is everyone; safe is at most the people of the "
            "district."
        ),
        "Setting to mend: Callers by phone come in without waiting is yes; safe is no.",
        (
            "Setting to mend: Who may let people in from the lobby is presenters too; safe is the teacher and "
            "co-organisers."
        ),
        "Setting to mend: Who may present is everyone; safe is the teacher, or people chosen.",
        "Setting to mend: Chat is on; safe is off, or only during the class.",
    ]
    assert "Not listed here: 12 on the class list." in shown(answer)
    assert len(people(answer)) == 1


async def test_a_room_without_the_bot_shows_those_whose_coming_was_told(botless: School) -> None:
    await botless.teams_class()
    answer = await botless.type(LIND, "/room")
    assert answer.text == "Grade 6 History: 13 in, 0 waiting."
    assert (
        "By hand, put people out: Open People. Open the menu ⋯ beside the name. Choose Remove from meeting."
        in shown(answer)
    )


async def test_a_lock_that_graph_only_claims_reads_failed_with_the_clicks(school: School) -> None:
    meeting = await school.teams_class()
    school.district.teams.faults.lie = True
    answer = await school.type(LIND, "/lock")
    assert shown(answer) == ["It did not work: modbot could not lock Grade 6 History.", LIED, *LOCK_STEPS]
    assert not waits(school, meeting)
    assert (await school.recorded())[-1] == (LIND, "lock", "failed")


async def test_a_removal_that_graph_only_claims_is_not_told_as_done(school: School) -> None:
    meeting = await school.teams_class()
    school.district.teams.join(meeting, "zzz")
    await school.settled()
    school.district.teams.faults.lie, school.district.teams.faults.only = True, "DELETE"
    answer = await school.type(LIND, "/eject", "zzz")
    assert shown(answer)[0] == "It did not work: modbot could not put people out of Grade 6 History."
    assert "zzz — still there" in people(answer)
    assert "zzz" in meeting.picture().joined
    assert (await school.recorded())[-1] == (LIND, "eject", "failed")


async def test_another_teacher_may_not_touch_the_class(school: School) -> None:
    meeting = await school.teams_class()
    answer = await school.type(HADDAD, "/lock", "history")
    assert answer.text == "modbot sees no live class of yours called “history”."
    assert not waits(school, meeting)
