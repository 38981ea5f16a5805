"""Answers that come late, twice or at once, on a real store: each has the effect of one, on what it answers."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modbot.page_state import PageState
from modbot.pagers import Turn
from modbot.paging import Paging, timer_key
from modbot.store import Store, keys
from tests.flow.office import HEAD, KIM, LOU, Office
from tests.stores import until


async def opened(office: Office) -> str:
    """A page that has called Kim."""
    page_id = f"p{uuid4().hex[:8]}"
    await office.paging.open(page_id, what="help", by="Ms Chang")
    return page_id


async def page(office: Office, page_id: str) -> PageState:
    found = await office.paging.get(page_id)
    assert found is not None
    return found


async def its_timer_rings(office: Office, page_id: str) -> None:
    await office.paging.ring(f"{page_id}|{(await page(office, page_id)).token}")


async def rings_anew(office: Office, page_id: str) -> None:
    """Kim took it, was asked, and did not say that she still has it."""
    await office.paging.acknowledge(page_id, "Kim", email=KIM)
    await its_timer_rings(office, page_id)
    await its_timer_rings(office, page_id)


async def test_an_answer_to_an_earlier_ringing_takes_no_later_one(office: Office) -> None:
    page_id = await opened(office)
    await rings_anew(office, page_id)
    assert await office.paging.acknowledge(page_id, "Kim", email=KIM, turn=Turn(1)) is None
    assert (await page(office, page_id)).open


async def test_an_answer_to_the_ringing_in_force_takes_it(office: Office) -> None:
    page_id = await opened(office)
    await rings_anew(office, page_id)
    assert await office.paging.acknowledge(page_id, "Kim", email=KIM, turn=Turn(2)) is not None


async def test_an_answer_to_the_question_takes_nothing_that_rings_anew(office: Office) -> None:
    page_id = await opened(office)
    await rings_anew(office, page_id)
    assert await office.paging.acknowledge(page_id, "Kim", email=KIM, turn=Turn(1, 1)) is None
    assert await office.paging.confirm(page_id, turn=Turn(1, 1)) is None


async def test_each_question_has_a_number_of_its_own(office: Office) -> None:
    page_id = await opened(office)
    await office.paging.acknowledge(page_id, "Kim", email=KIM)
    for _ in range(2):
        await its_timer_rings(office, page_id)
        await office.paging.confirm(page_id)
    assert office.bell.asked == [(KIM, Turn(1, 1)), (KIM, Turn(1, 2))]


async def test_an_answer_to_an_earlier_question_is_none_to_a_later_one(office: Office) -> None:
    page_id = await opened(office)
    await office.paging.acknowledge(page_id, "Kim", email=KIM)
    await its_timer_rings(office, page_id)
    await office.paging.confirm(page_id, turn=Turn(1, 1))
    await its_timer_rings(office, page_id)
    assert await office.paging.confirm(page_id, turn=Turn(1, 1)) is None
    assert (await page(office, page_id)).asked_at


async def test_a_call_that_is_passed_on_twice_moves_one_step(office: Office) -> None:
    page_id = await opened(office)
    await asyncio.gather(*(office.paging.escalate(page_id, "Kim", turn=Turn(1), step=0) for _ in range(3)))
    assert (await page(office, page_id)).step == 1
    assert Counter(office.bell.rung) == {(page_id, KIM): 1, (page_id, LOU): 1}


async def test_a_call_passed_on_in_an_earlier_ringing_moves_nothing(office: Office) -> None:
    page_id = await opened(office)
    await rings_anew(office, page_id)
    assert await office.paging.escalate(page_id, "Kim", turn=Turn(1), step=0) is None
    assert (await page(office, page_id)).step == 0


async def test_a_press_whose_process_died_before_the_next_was_called_is_finished_by_its_second_delivery(
    office: Office,
) -> None:
    page_id = await opened(office)
    died = await office.stuck_after_escalating(page_id)
    assert died.calling
    await office.paging.escalate(page_id, "Kim", turn=Turn(1), step=0)
    assert office.bell.rung[-1] == (page_id, LOU)


async def test_a_resolution_of_an_earlier_ringing_ends_no_later_one(office: Office) -> None:
    page_id = await opened(office)
    await rings_anew(office, page_id)
    assert not await office.paging.resolve(page_id, turn=Turn(1))
    assert (await page(office, page_id)).open


async def test_a_text_that_comes_twice_means_the_same_page_twice(office: Office) -> None:
    first = await opened(office)
    assert await office.paging.meant(KIM, "", "SM1") == (first, Turn(1))
    await office.paging.resolve(first)
    await opened(office)
    assert await office.paging.meant(KIM, "", "SM1") == (first, Turn(1))


async def test_a_text_that_meant_nothing_means_nothing_when_it_comes_again(office: Office) -> None:
    assert await office.paging.meant(KIM, "", "SM1") == ("", Turn())
    await opened(office)
    assert await office.paging.meant(KIM, "", "SM1") == ("", Turn())


async def test_a_one_is_for_what_rings_before_what_somebody_has(office: Office) -> None:
    first = await opened(office)
    await office.paging.acknowledge(first, "Kim", email=KIM)
    second = await opened(office)
    assert await office.paging.meant(KIM, "", "SM1") == (second, Turn(1))


async def test_whoever_waits_with_a_call_is_not_taken_for_dead(
    office: Office, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modbot.calling.HOLD_EVERY", timedelta(milliseconds=50))
    office.bell.held = asyncio.Event()
    calling = asyncio.ensure_future(office.paging.open("p1", what="help", by="Ms Chang"))
    await until("Kim is being called", lambda: bool(office.bell.rung))
    left_ms = [await store.run("PTTL", keys.page_calling("p1", 1, 0))]

    async def is_held_anew() -> bool:
        left_ms.append(await store.run("PTTL", keys.page_calling("p1", 1, 0)))
        return bool(left_ms[-1] > left_ms[-2])

    await until("the calling is held anew", is_held_anew)
    office.bell.held.set()
    await calling


async def test_a_call_for_help_that_comes_again_calls_nobody_whom_another_is_calling(office: Office) -> None:
    page_id = await opened(office)
    office.bell.held = asyncio.Event()
    passing_on = asyncio.ensure_future(office.paging.escalate(page_id, "Kim"))
    await until("Lou is being called", lambda: (page_id, LOU) in office.bell.rung)
    again = asyncio.ensure_future(office.paging.open(page_id, what="help", by="Ms Chang"))
    await asyncio.wait({again}, timeout=0.5)  # it has had the time to call her as well
    office.bell.held.set()
    await asyncio.gather(passing_on, again)
    assert office.bell.rung.count((page_id, LOU)) == 1


Thing = Callable[[Paging, PageState, Turn], Awaitable[object]]
THINGS: dict[str, Thing] = {  # the page as it is, and the turn before
    "acknowledge": lambda paging, now, _: paging.acknowledge(now.id, "Kim", email=KIM, turn=Turn(now.run)),
    "acknowledge late": lambda paging, now, past: paging.acknowledge(now.id, "Lou", email=LOU, turn=past),
    "escalate": lambda paging, now, _: paging.escalate(now.id, "Kim", turn=Turn(now.run), step=now.step),
    "escalate again": lambda paging, now, past: paging.escalate(now.id, "Kim", turn=past, step=max(0, now.step - 1)),
    "timer": lambda paging, now, _: paging.ring(f"{now.id}|{now.token}"),
    "timer of nobody": lambda paging, now, _: paging.ring(f"{now.id}|never-set"),
    "confirm": lambda paging, now, _: paging.confirm(now.id, turn=now.turn),
    "confirm late": lambda paging, now, past: paging.confirm(now.id, turn=past),
    "resolve": lambda paging, now, _: paging.resolve(now.id),
    "resolve late": lambda paging, now, past: paging.resolve(now.id, turn=past),
    "look": lambda paging, *_: paging.repair(),
}


async def do(office: Office, page_id: str, thing: str) -> None:
    """One of the things that may happen to a page."""
    now = await page(office, page_id)
    await THINGS[thing](office.paging, now, Turn(max(1, now.run - 1), max(0, now.asked - 1)))


@pytest.mark.timeout(180)  # up to 180 looks at a real store's timers
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(things=st.lists(st.lists(st.sampled_from(sorted(THINGS)), min_size=1, max_size=3), min_size=1, max_size=6))
async def test_whatever_happens_at_once_and_in_any_order_a_page_has_one_timer_or_says_why_not(
    office: Office, things: list[list[str]]
) -> None:
    office.bell.look = office.paging.get
    page_id = await opened(office)
    for at_once in things:
        await asyncio.gather(*(do(office, page_id, thing) for thing in at_once))
        await office.settled(page_id)
        now = await page(office, page_id)
        live = [key for key in await office.timers(page_id) if key == timer_key(page_id, now.token)]
        assert len(live) == bool(now.due_at)
        assert now.due_at or now.exhausted or now.state == "resolved"
        assert len(at_once) > 1 or not office.bell.rung_in_vain  # at once, the answer may be the later of two
        office.bell.rung_in_vain.clear()
    called = Counter((call.run, call.step, call.email) for call in (await page(office, page_id)).calls)
    assert set(called.values()) <= {1}
    assert {call.email for call in (await page(office, page_id)).calls} <= {KIM, LOU, HEAD}
