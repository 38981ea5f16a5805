"""Jitsi on a real Prosody: who gets in, who is out and stays out, and what the teacher reads."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from modbot.demo.district import District
from modbot.model import PlatformName
from modbot.simulators.prosody import HOW_TO_INSTALL, available
from tests.platforms.jitsi.proxy import Proxy
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.school import BROOK, REYES, VOSS, School, buttons, people, shown
from tests.stores import until

LOCKED = "The class is locked. Those in it stay. Whoever comes now is refused, or waits where there is a lobby."
CALLED = "IT has been called: Kim Reyes. modbot keeps calling until someone answers."
NO_WAY = "Jitsi gives no way to do this from outside the meeting."
LIED = "Jitsi said yes, but it did not happen: reading it back shows no change."
LOCK_STEPS = [
    "Do this in the meeting now:",
    "1. Open the menu ⋯ and choose Security options.",
    "2. Turn on Enable lobby, or set a password.",
]


@pytest.fixture(autouse=True)
def needs_prosody() -> None:
    """Nothing here is simulated."""
    if not available():
        pytest.skip(HOW_TO_INSTALL)


@pytest.fixture
async def school(open_school: OpenSchool) -> School:
    """A district on Jitsi."""
    return await open_school(PlatformName.JITSI)


@pytest.fixture
async def relayed(open_school: OpenSchool) -> AsyncIterator[tuple[School, Proxy]]:
    """The same, with a relay on modbot's way to the server that can lie."""
    async with AsyncExitStack() as stack:
        relays: list[Proxy] = []

        async def relay(district: District) -> dict[str, Any]:
            server = district.on_jitsi.server
            relays.append(await stack.enter_async_context(Proxy(server.host, server.port)))
            return {"jitsi": {"port": relays[0].port}}

        school = await open_school(PlatformName.JITSI, prepare=relay)
        yield school, relays[0]


async def test_a_locked_class_keeps_its_people_and_refuses_strangers(school: School) -> None:
    jitsi = await school.jitsi_class()
    answer = await school.type(VOSS, "/lock")
    assert shown(answer) == ["Grade 2 Art is locked.", LOCKED]
    assert buttons(answer) == ["Unlock", "Put someone out…"]
    assert not await jitsi.come("zzz")
    assert len(jitsi.inside()) == 13
    assert await school.recorded() == [(VOSS, "lock", "intent"), (VOSS, "lock", "done")]


async def test_an_unlocked_class_lets_people_in_again(school: School) -> None:
    jitsi = await school.jitsi_class()
    before = await jitsi.settings_of_room()
    await school.type(VOSS, "/lock")
    answer = await school.type(VOSS, "/unlock")
    assert shown(answer) == [
        "Grade 2 Art is unlocked.",
        "The class is unlocked. People with the link can come in again.",
    ]
    assert await jitsi.settings_of_room() == before
    assert await jitsi.come("a late pupil")
    assert (await school.recorded())[-1] == (VOSS, "unlock", "done")


async def test_a_stranger_is_out_and_cannot_come_back(school: School) -> None:
    jitsi = await school.jitsi_class()
    await jitsi.come("zzz")
    answer = await school.type(VOSS, "/eject", "zzz")
    assert shown(answer) == [
        "1 person out of Grade 2 Art.",
        (
            "The person is out of the class, and their account is banned from it. A guest has no account: they can "
            "come back as somebody new while the class is unlocked."
        ),
        "The class is locked too, and stays so until you unlock it: they cannot walk back in.",
        "zzz — done, confirmed",
    ]
    await until("the stranger is out", lambda: "zzz" not in jitsi.inside())
    assert not await jitsi.come("zzz")
    assert len(jitsi.inside()) == 13
    assert (await school.recorded())[-1] == (VOSS, "eject", "done")


async def test_a_panic_locks_the_class_calls_it_and_tells_how_to_mute(school: School) -> None:
    jitsi = await school.jitsi_class()
    answer = await school.type(VOSS, "/panic")
    assert shown(answer) == [
        f"Grade 2 Art is shut. {CALLED}",
        LOCKED,
        f"modbot cannot mute Grade 2 Art: you can, in the meeting. {NO_WAY}",
        "Do this in the meeting now:",
        "1. Open the menu ⋯ and choose Mute everyone.",
    ]
    assert buttons(answer) == ["Put out the strangers…", "Put someone out…", "All clear", "End the class…"]
    assert not await jitsi.come("zzz")
    assert (await school.page_to(REYES)).text.startswith("PAGE: help is needed in Grade 2 Art.")
    assert await school.recorded() == [
        (VOSS, "lock", "intent"),
        (VOSS, "lock", "done"),
        (VOSS, "mute", "unsupported"),
    ]


async def test_an_all_clear_leaves_the_room_as_it_was(school: School) -> None:
    jitsi = await school.jitsi_class()
    before = await jitsi.settings_of_room()
    await school.type(VOSS, "/panic")
    answer = await school.type(VOSS, "/allclear")
    assert shown(answer) == [
        "Grade 2 Art is back to how it was.",
        "The class has its former settings again.",
        "People who were muted turn their own microphones on again.",
    ]
    assert await jitsi.settings_of_room() == before
    assert (await school.recorded())[-2:] == [(VOSS, "restore", "intent"), (VOSS, "restore", "done")]


async def test_the_end_of_a_class_puts_everybody_out(school: School) -> None:
    jitsi = await school.jitsi_class()
    panic = await school.type(VOSS, "/panic")
    answer = await school.press(VOSS, panic, "End the class…")
    assert shown(answer) == [
        "Grade 2 Art has been ended for everyone.",
        "The class has been ended for everyone. Anybody with the link can start a new one.",
    ]
    await until("everybody is out", lambda: not jitsi.inside())


async def test_a_room_shows_who_is_in_what_modbot_can_do_and_what_to_mend(school: School) -> None:
    await school.jitsi_class()
    answer = await school.type(BROOK, "/room", "art")
    assert shown(answer)[:6] == [
        "Grade 2 Art: 13 in, 0 waiting.",
        (
            "modbot can: lock the class, unlock the class, put people out, let people in from the lobby, end the "
            "class, put the settings back."
        ),
        "By hand, mute everyone: Open the menu ⋯ and choose Mute everyone.",
        "Setting to mend: Who may come in is anybody with the link; safe is members only, or a password.",
        "Setting to mend: Class password is none; safe is set, or members only.",
        "Class: Grade 2 Art. It is the only class its host teaches.",
    ]
    assert "Not listed here: 12 on the class list." in shown(answer)
    assert len(people(answer)) == 1


async def test_who_waits_in_the_lobby_is_admitted_by_name_and_nobody_else(school: School) -> None:
    jitsi = await school.jitsi_class()
    await school.type(VOSS, "/lock")
    for name in ("zzz", "Mia Rossi"):
        await jitsi.come(name)
    answer = await school.type(VOSS, "/admit", "mia")
    assert shown(answer) == [
        "1 person let into Grade 2 Art.",
        "The person has been let in from the lobby.",
        "Mia Rossi — done, confirmed",
    ]
    await until("the server has told her", lambda: "Mia Rossi" in jitsi.inside())
    assert "zzz" not in jitsi.inside()
    assert (await school.recorded())[-1] == (VOSS, "admit", "done")


async def test_strangers_are_swept_and_one_who_waits_again_is_let_back_in_by_one_press(school: School) -> None:
    jitsi = await school.jitsi_class()
    for name in ("Wanda Quill", "Zed Zzz"):
        await jitsi.come(name)
    question = await school.type(VOSS, "/eject", "strangers")
    assert shown(question) == [
        "Put 2 strangers out of Grade 2 Art? Nothing has been done yet.",
        "These stay: 12 on the class list, 1 running the class.",
        (
            "A guest who was put out by mistake can join again. Where there is a lobby they wait there, and you can "
            "let them in from here. An account that was banned stays out of this class."
        ),
        *people(question),
    ]
    assert sorted(people(question)) == [
        "Wanda Quill — stranger. The name is not on the class list.",
        "Zed Zzz — stranger. The name is not on the class list.",
    ]
    answer = await school.press(VOSS, question, "Put out 2 strangers")
    assert sorted(people(answer)) == ["Wanda Quill — done, confirmed", "Zed Zzz — done, confirmed"]
    await until("the strangers are out", lambda: len(jitsi.inside()) == 13)
    assert not await jitsi.come("Wanda Quill")
    back = await school.pick(VOSS, answer, "Wanda Quill")
    assert shown(back)[0] == "1 person let into Grade 2 Art."
    await until("the server has told her", lambda: "Wanda Quill" in jitsi.inside())
    assert (await school.recorded())[-1] == (VOSS, "admit", "done")


async def test_a_room_shows_strangers_first(school: School) -> None:
    jitsi = await school.jitsi_class()
    await jitsi.come("Wanda Quill")
    answer = await school.type(VOSS, "/room")
    assert people(answer)[0] == "Wanda Quill — stranger. The name is not on the class list."
    assert "Not listed here: 12 on the class list." in shown(answer)


async def test_a_lock_that_was_only_claimed_reads_failed_with_the_clicks(relayed: tuple[School, Proxy]) -> None:
    school, relay = relayed
    jitsi = await school.jitsi_class()
    relay.faults.lie = True
    answer = await school.type(VOSS, "/lock")
    assert shown(answer) == ["It did not work: modbot could not lock Grade 2 Art.", LIED, *LOCK_STEPS]
    assert await jitsi.come("zzz")
    assert (await school.recorded())[-1] == (VOSS, "lock", "failed")


async def test_a_server_that_does_not_answer_leaves_the_teacher_the_clicks(relayed: tuple[School, Proxy]) -> None:
    school, relay = relayed
    await school.jitsi_class()
    school.district.on_jitsi.server.stop()
    relay.cut()
    answer = await school.type(VOSS, "/lock")
    assert answer.text == "It did not work: modbot could not lock Grade 2 Art."
    assert shown(answer)[-3:] == LOCK_STEPS
