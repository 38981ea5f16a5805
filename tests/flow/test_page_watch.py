"""The watchdog of pages, on a real store with real timers: what it mends, whom it alarms, and what it costs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from modbot.jobs import CONCURRENCY, Jobs
from modbot.metrics import REGISTRY
from modbot.page_state import Change, PageState, Trouble
from modbot.paging import TIMER_JOB, timer_key
from modbot.store import Store
from tests.flow.office import HEAD, KIM, LOU, Monitor, Office, now, open_office
from tests.stores import until

LOST = timedelta(minutes=-2)


async def test_a_page_that_lost_its_timer_calls_the_next_person(office: Office) -> None:
    await office.lost("p1", LOST)
    assert await office.paging.repair() == 1
    await until("the next person is called", lambda: ("p1", LOU) in office.bell.rung)


async def test_two_looks_at_once_call_the_next_person_once(office: Office) -> None:
    await office.lost("p1", LOST)
    await office.paging.repair()
    await office.paging.repair()
    await until("the next person is called", lambda: bool(office.bell.rung))
    await office.settled("p1")
    assert office.bell.rung.count(("p1", LOU)) == 1


async def test_the_last_resort_is_called_when_a_page_was_stuck(office: Office) -> None:
    await office.paging.repair()
    await office.lost("p1", LOST)
    await office.paging.repair()
    assert ("p1", HEAD) in office.bell.rung


async def test_the_card_says_that_a_page_was_stuck(office: Office) -> None:
    await office.paging.repair()
    await office.lost("p1", LOST)
    await office.paging.repair()
    assert "p1: This page had lost its next call. modbot found it and calls on." in office.card.lines


async def test_after_an_outage_nobody_is_alarmed_about_what_is_overdue(office: Office) -> None:
    await office.lost("p1", LOST)
    await office.paging.repair()
    await until("the next person is called", lambda: ("p1", LOU) in office.bell.rung)
    assert ("p1", HEAD) not in office.bell.rung


async def test_a_page_due_later_than_its_wait_allows_calls_the_next_person_now(office: Office) -> None:
    await office.lost("p1", timedelta(hours=1))
    assert await office.paging.repair() == 1
    await until("the next person is called", lambda: ("p1", LOU) in office.bell.rung)


async def test_a_page_that_is_due_in_its_time_is_left_alone(office: Office) -> None:
    before = await office.lost("p1", timedelta(seconds=599))
    assert await office.paging.repair() == 0
    assert await office.pages.get("p1") == before


async def test_timers_missed_in_an_outage_ring_once_each_in_the_order_they_were_due(
    office: Office, store_url: str
) -> None:
    await office.jobs.drain(timedelta(seconds=5))
    rang: list[str] = []

    async def ring(job_id: str) -> None:
        rang.append(job_id)

    jobs = Jobs(store_url, {TIMER_JOB: ring})
    await jobs.start(work=False)
    first = await set_last_first(jobs)
    await until("all are overdue", lambda: now() > first + timedelta(milliseconds=len(MANY)))
    await jobs.drain(timedelta(seconds=5))
    back = Jobs(store_url, {TIMER_JOB: ring})
    await back.start()
    await until("all have rung", lambda: back.counts.done >= len(MANY))
    await back.drain(timedelta(seconds=5))
    assert in_order(rang)


async def set_last_first(jobs: Jobs, *, ahead: timedelta = timedelta(seconds=1)) -> datetime:
    """Many timers, the last one set first; when the first is due. All are set while none is due yet: what is due when
    it is set rings in the order of setting.
    """
    first = now() + ahead
    for number in reversed(MANY):
        due = first + number * timedelta(milliseconds=1)
        await jobs.at(TIMER_JOB, f"p{number}", due, key=timer_key("p", f"{number}"), replace=True)
    return first if now() < first else await set_last_first(jobs, ahead=2 * ahead)


@pytest.mark.timeout(180)  # a hundred and fifty pages, each with a call
async def test_lost_timers_are_mended_in_the_order_they_were_due(office: Office) -> None:
    for number in reversed(MANY):
        await office.lost(f"p{number}", timedelta(seconds=number - 600))
    await office.paging.repair()
    await until("all have rung", lambda: len(office.started) >= len(MANY), within=timedelta(minutes=2))
    assert in_order(office.started)


MANY = range(3 * CONCURRENCY)


def in_order(rang: list[str]) -> bool:
    """Each once, and none overtaken by more than may run beside it, and those that may run after them: whoever is slow
    to begin, because it needs a new connection to the store, lets those pass that find one.
    """
    places = {page: place for place, page in enumerate(rang)}
    assert len(places) == len(rang) == len(MANY)
    return all(abs(places[f"p{number}"] - number) <= 2 * CONCURRENCY for number in MANY)


async def test_a_call_left_ringing_by_a_process_that_died_is_made_quiet(office: Office) -> None:
    await answered_and_left_ringing(office)
    office.bell.deaf = False
    await office.pages.change("p1", due_to_be_hushed)
    await office.paging.repair()
    assert office.bell.hushed == [f"p1 {LOU}"]


async def test_what_cannot_be_made_quiet_is_given_up_after_some_tries(office: Office) -> None:
    await answered_and_left_ringing(office)
    await office.pages.change("p1", lambda page: Change(replace(page, hush_tries=3)))
    before = given_up()
    for _ in range(5):
        await office.pages.change("p1", due_to_be_hushed)
        await office.paging.repair()
    page = await office.pages.get("p1")
    assert page is not None
    assert (page.hush_tries, given_up() - before) == (0, 1)


async def test_what_could_not_be_made_quiet_is_left_alone_until_its_next_try_is_due(office: Office) -> None:
    await answered_and_left_ringing(office)
    due = (now() + timedelta(hours=1)).isoformat()
    await office.pages.change("p1", lambda page: Change(replace(page, hush_at=due)))
    before = await office.pages.get("p1")
    await office.paging.repair()
    assert await office.pages.get("p1") == before


async def test_people_whom_another_process_is_calling_are_left_to_it(office: Office) -> None:
    page = await office.lost("p1")
    assert await office.pages.claim_calling(replace(page, step=1))
    await office.paging.escalate("p1", "Ms Chang")
    assert not office.bell.rung


async def test_people_whom_a_dead_process_was_calling_are_called_when_the_page_is_asked_for_again(
    office: Office,
) -> None:
    page = await office.lost("p1")
    await office.pages.claim_calling(page)
    await office.pages.change("p1", lambda kept: Change(replace(kept, calling=True)))
    await office.paging.open("p1", what="help", by="Ms Chang")
    assert office.bell.rung == [("p1", KIM)]


async def test_the_monitor_is_told_that_all_is_well(office: Office) -> None:
    await office.lost("p1", timedelta(seconds=500))
    await office.paging.repair()
    assert [seen.path for seen in office.monitor.seen] == ["/ping"]


async def test_the_monitor_is_told_nothing_while_a_page_lacks_its_next_step(office: Office) -> None:
    await office.lost("p1", LOST)
    await office.paging.repair()
    assert not office.monitor.seen


Break = Callable[[Monitor], Awaitable[None]]


async def gone(monitor: Monitor) -> None:
    await monitor.stop()


async def refusing(monitor: Monitor) -> None:
    monitor.status = 404


@pytest.mark.parametrize("broken", [gone, refusing])
async def test_a_monitor_that_fails_harms_nobody(broken: Break, office: Office) -> None:
    await broken(office.monitor)
    assert await office.paging.repair() == 0


async def answered_and_left_ringing(office: Office) -> None:
    """Somebody was called and has answered, and the bell could not be made quiet."""
    await office.lost("p1")
    await office.paging.escalate("p1", "Ms Chang")
    office.bell.deaf = True
    await office.paging.acknowledge("p1", "Lou", email=LOU)


@pytest.fixture
async def still_office(store: Store, store_url: str, monitor: Monitor) -> AsyncIterator[Office]:
    """An office whose timers do not ring, so that nothing else asks the store."""
    async with open_office(store, store_url, monitor, work=False) as opened:
        yield opened


async def asked_of_the_store(store: Store) -> int:
    """How many commands the server has carried out."""
    facts = await store.run("INFO", "commandstats")
    return sum(int(one["calls"]) for one in facts.values())


async def cost_of_a_look(office: Office, store: Store) -> int:
    before = await asked_of_the_store(store)
    await office.paging.repair()
    return await asked_of_the_store(store) - before


async def test_a_look_costs_the_same_however_many_pages_are_over(still_office: Office, store: Store) -> None:
    for number in range(3):
        await still_office.lost(f"open{number}", timedelta(minutes=5))
    few = await cost_of_a_look(still_office, store)
    for number in range(150):
        await still_office.lost(f"over{number}", timedelta(minutes=5))
        await still_office.paging.resolve(f"over{number}")
    assert await cost_of_a_look(still_office, store) == few


def given_up() -> float:
    """How many pages kept calls that could not be made quiet."""
    return REGISTRY.get_sample_value("modbot_cards_given_up_total", {"kind": "page"}) or 0


def due_to_be_hushed(page: PageState) -> Change:
    return Change(replace(page, hush_at=now().isoformat()))


def without_timer(page: PageState) -> Change:
    return Change(replace(page, token="", due_at=""))


def overdue(page: PageState) -> Change:
    return Change(replace(page, due_at=(now() + LOST).isoformat()))


def far_ahead(page: PageState) -> Change:
    return Change(replace(page, due_at=(now() + timedelta(hours=3)).isoformat()))


VIOLATIONS = {Trouble.NO_TIMER: without_timer, Trouble.OVERDUE: overdue, Trouble.FAR_AHEAD: far_ahead}


def counted(trouble: Trouble) -> float:
    """How often this was found."""
    return REGISTRY.get_sample_value("modbot_page_troubles_total", {"what": trouble}) or 0


@pytest.mark.parametrize("trouble", Trouble)
async def test_each_violation_is_mended_counted_and_called_to_the_last_resort(office: Office, trouble: Trouble) -> None:
    await office.paging.repair()
    await office.lost("p1", timedelta(minutes=5))
    await office.pages.change("p1", VIOLATIONS[trouble])
    before = counted(trouble)
    await office.paging.repair()
    await until("the next person is called", lambda: ("p1", LOU) in office.bell.rung)
    assert (counted(trouble) - before, ("p1", HEAD) in office.bell.rung) == (1, True)
