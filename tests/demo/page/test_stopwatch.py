"""Which press is timed for what became of a class: the teacher's own, once, and never what nobody pressed."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from modbot.demo.page.stopwatch import Figure, Stopwatch
from modbot.demo.roster import CHANG, ORTIZ, REYES
from modbot.demo.stand_ins.webex import OnWebex
from modbot.demo.stand_ins.zoom import OnZoom
from modbot.demo.wire import Call, unwatched

BY_MODBOT = Call("webex", True, "PUT", "/v1/meetings/controls", 200, 1.0)
BY_WEBEX = Call("webex", False, "POST", "/webhooks/webex", 204, 1.0)


@dataclass(slots=True)
class Watched:
    """Two classes and their stopwatch."""

    webex: OnWebex
    zoom: OnZoom
    stopwatch: Stopwatch

    def timed(self, call: Call = BY_MODBOT) -> str:
        """What is timed when this call is over, "" for nothing."""
        self.stopwatch.figure = None
        self.stopwatch.call(call)
        figure: Figure | None = self.stopwatch.figure
        return figure.what if figure is not None else ""


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    """Classes without a modbot."""
    webex, zoom = OnWebex(unwatched), OnZoom(unwatched)
    async with webex.sim, zoom.sim:
        webex.open()
        zoom.open()
        yield Watched(webex, zoom, Stopwatch([webex, zoom]))


async def test_a_lock_after_the_teacher_s_press_is_timed(watched: Watched) -> None:
    watched.stopwatch.pressed(ORTIZ.slack)
    watched.webex.meeting.locked = True
    assert watched.timed() == "lock"


async def test_what_is_put_back_is_an_unlock(watched: Watched) -> None:
    watched.webex.meeting.locked = True
    watched.stopwatch.look_afresh()
    watched.stopwatch.pressed(ORTIZ.slack)
    watched.webex.meeting.locked = False
    assert watched.timed() == "unlock"


async def test_who_is_put_out_is_an_eject(watched: Watched) -> None:
    came = await watched.webex.arrive("zzz")
    watched.stopwatch.pressed(ORTIZ.slack)
    await watched.webex.put_out_by_hand(came.id)
    assert watched.timed() == "eject"


async def test_who_is_let_in_is_an_admission(watched: Watched) -> None:
    await watched.webex.lock_by_hand()
    came = await watched.webex.arrive("zzz")
    watched.stopwatch.look_afresh()
    watched.stopwatch.pressed(ORTIZ.slack)
    watched.webex.sim.admit(watched.webex.meeting, came.id)
    assert watched.timed() == "admit"


async def test_an_ended_class_is_an_end(watched: Watched) -> None:
    watched.stopwatch.pressed(ORTIZ.slack)
    await watched.webex.close_class()
    assert watched.timed() == "end"


async def test_an_answer_without_an_effect_is_not_timed(watched: Watched) -> None:
    watched.stopwatch.pressed(ORTIZ.slack)
    assert watched.timed() == ""


async def test_a_change_that_nobody_pressed_for_is_not_timed(watched: Watched) -> None:
    watched.webex.meeting.locked = True
    assert watched.timed() == ""


async def test_the_press_of_another_class_s_teacher_is_not_taken_for_it(watched: Watched) -> None:
    watched.stopwatch.pressed(CHANG.slack)
    watched.webex.meeting.locked = True
    assert watched.timed() == ""


async def test_it_may_act_for_a_teacher(watched: Watched) -> None:
    watched.stopwatch.pressed(REYES.slack)
    watched.webex.meeting.locked = True
    assert watched.timed() == "lock"


async def test_a_press_is_timed_once_and_what_follows_is_no_older_one_s(watched: Watched) -> None:
    came = await watched.webex.arrive("zzz")
    watched.stopwatch.pressed(REYES.slack)
    watched.stopwatch.pressed(ORTIZ.slack)
    watched.webex.meeting.locked = True
    assert watched.timed() == "lock"
    await watched.webex.put_out_by_hand(came.id)
    assert watched.timed() == ""


async def test_a_teacher_s_own_click_is_nobody_s_press(watched: Watched) -> None:
    watched.stopwatch.pressed(ORTIZ.slack)
    await watched.webex.lock_by_hand()
    watched.stopwatch.look_afresh()
    assert watched.timed() == ""


async def test_what_a_platform_tells_is_not_what_was_done_to_it(watched: Watched) -> None:
    watched.stopwatch.pressed(ORTIZ.slack)
    watched.webex.meeting.locked = True
    assert watched.timed(BY_WEBEX) == ""


async def test_forgotten_presses_wait_for_nothing(watched: Watched) -> None:
    watched.stopwatch.pressed(ORTIZ.slack)
    watched.stopwatch.forget()
    watched.webex.meeting.locked = True
    assert watched.timed() == ""


async def test_what_a_server_told_is_timed_to_the_moment_it_told_it(watched: Watched) -> None:
    before = time.monotonic()
    watched.stopwatch.pressed(ORTIZ.slack)
    after = time.monotonic()
    watched.webex.meeting.locked = True
    watched.stopwatch.told("webex", after + 5)
    assert watched.stopwatch.figure is not None
    assert 4_999 <= watched.stopwatch.figure.elapsed_ms <= (after + 5 - before) * 1000 + 1


async def test_what_a_server_told_before_a_press_is_not_its_effect(watched: Watched) -> None:
    earlier = time.monotonic()
    watched.stopwatch.pressed(ORTIZ.slack)
    watched.webex.meeting.locked = True
    watched.stopwatch.told("webex", earlier)
    assert watched.stopwatch.figure is None
