"""The demo at the keyboard: what is typed is done, shown with who sees it, and ended without a trace."""

import re
import signal
import time
from collections.abc import AsyncIterator, Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from modbot.demo import terminal
from modbot.simulators.prosody import HOW_TO_INSTALL, available
from tests.demo.running import left_in, processes_that_name, run, start, until_said

needs_prosody = pytest.mark.skipif(not available(), reason=HOW_TO_INSTALL)
TRIES = 3  # a machine with much else to do may need longer; one that never manages has a reason
STARTED = "Ctrl-D and Ctrl-C too"


def number_of(label: str) -> Callable[[str], str]:
    """What somebody types who reads the number of this button off the screen."""

    def read(screen: str) -> str:
        found = re.findall(rf"\[(\d+)\] {re.escape(label)}", screen)
        assert found, f"no button {label!r} on the screen: {screen}"
        return str(found[-1])

    return read


async def shown(folder: Path, *lines: str | Callable[[str], str]) -> str:
    """What the screen showed while somebody typed these lines, some of them read off the screen."""
    written = StringIO()

    async def typed() -> AsyncIterator[str]:
        for line in lines:
            yield line if isinstance(line, str) else line(written.getvalue())

    console = Console(file=written, soft_wrap=True, highlight=False, markup=False)
    await terminal.play(folder, console, typed(), prompt=False)
    return written.getvalue()


async def test_a_typed_command_is_carried_out_and_answered(short_dir: Path) -> None:
    screen = await shown(short_dir, "/lock", "quit", "/unlock")
    assert "to Luis Ortiz, who alone sees it\n│ Locking your class …" in screen
    assert "│ Grade 3 Reading is locked." in screen
    assert "is unlocked" not in screen


async def test_a_number_presses_the_button_that_has_it(short_dir: Path) -> None:
    screen = await shown(short_dir, "/lock", number_of("Unlock"))
    assert "Luis Ortiz presses “Unlock”." in screen
    assert "│ Grade 3 Reading is unlocked." in screen


async def test_the_wire_is_shown_call_by_call(short_dir: Path) -> None:
    screen = await shown(short_dir, "/lock")
    assert "← slack POST /slack/events 200 " in screen
    assert "→ webex PUT /v1/meetings/controls 200 " in screen


async def test_an_intruder_let_in_can_be_put_out_by_name(short_dir: Path) -> None:
    screen = await shown(short_dir, "as chang", "raid", "/eject zzz")
    assert "Grade 5 Science on Zoom: “zzz” came in and shares a screen." in screen
    assert "│ 1 person out of Grade 5 Science." in screen


@pytest.mark.parametrize(
    ("teacher", "told"),
    [
        ("chang", "Grade 5 Science on Zoom: “zzz” came in and shares a screen."),
        ("ortiz", "Grade 3 Reading on Webex: “zzz” came in."),
        ("haddad", "Grade 4 Maths on Google Meet: “zzz” came in."),
        ("lind", "Grade 6 History on Microsoft Teams: “zzz” came in."),
        pytest.param("voss", "Grade 2 Art on Jitsi: “zzz” came in.", marks=needs_prosody),
    ],
)
async def test_an_intruder_comes_into_the_class_of_whoever_types(short_dir: Path, teacher: str, told: str) -> None:
    assert told in await shown(short_dir, f"as {teacher}", "raid")


async def test_every_class_is_listed_with_the_word_that_makes_its_teacher_of_you(short_dir: Path) -> None:
    screen = await shown(short_dir)
    assert [line for line in screen.splitlines() if line.startswith("  as ")][:4] == [
        "  as chang       Grade 5 Science on Zoom, Megan Chang",
        "  as ortiz       Grade 3 Reading on Webex, Luis Ortiz",
        "  as haddad      Grade 4 Maths on Google Meet, Rana Haddad",
        "  as lind        Grade 6 History on Microsoft Teams, Erik Lind",
    ]


async def test_what_is_not_understood_is_answered_with_the_nearest_and_not_done(short_dir: Path) -> None:
    screen = await shown(short_dir, "lokc", "rade", "as nobody", "99")
    assert "Nothing was done. Did you mean /lock?" in screen
    assert "Nothing was done. Did you mean raid?" in screen
    assert "You can be: Megan Chang, Luis Ortiz," in screen
    assert "There is no button 99 on the screen." in screen


async def test_a_button_that_slack_asks_about_is_not_pressed_after_another_word(short_dir: Path) -> None:
    screen = await shown(short_dir, "/panic", number_of("End the class…"), "help", "yes")
    assert "End the class? Grade 3 Reading ends for everyone in it" in screen
    assert "has been ended" not in screen


async def test_a_button_that_slack_asks_about_is_pressed_after_a_yes(short_dir: Path) -> None:
    screen = await shown(short_dir, "/panic", number_of("End the class…"), "yes")
    assert "│ Grade 3 Reading has been ended for everyone." in screen


async def test_typed_lines_come_through_a_pipe_and_their_end_ends_it(short_dir: Path) -> None:
    ended = await run(short_dir, "--terminal", typed="as brook\nhelp")
    assert "You are Ada Brook now." in ended.out
    assert (ended.code, ended.err) == (0, "")


async def test_ctrl_c_ends_it_soon_and_leaves_nothing(short_dir: Path) -> None:
    took_seconds: list[float] = []
    for _ in range(TRIES):
        began_at = time.monotonic()
        process = await start(short_dir, "--terminal")
        await until_said(process, STARTED)
        asked_at = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
        took = time.monotonic() - asked_at
        assert (process.returncode, err.decode()) == (0, "")
        assert not left_in(short_dir)
        assert not processes_that_name(short_dir)
        if took < max(2.0, (asked_at - began_at) / 2):  # a slow machine takes longer for all
            return
        took_seconds.append(took)
    pytest.fail(f"it never ended soon: {took_seconds}")


async def test_ctrl_c_while_a_command_is_under_way_leaves_nothing_either(short_dir: Path) -> None:
    process = await start(short_dir, "--scripted", "--lie")
    await until_said(process, "The teacher types /panic")
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert (process.returncode, err.decode()) == (130, "")
    assert not left_in(short_dir)
    assert not processes_that_name(short_dir)
