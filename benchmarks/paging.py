"""Pages: how soon somebody is called, and how late timers ring while a thousand pages are open.

A call is a message to the simulated Slack, and counts when it arrives there.
"""

import asyncio
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure, percentile
from benchmarks.options import Options
from benchmarks.progress import Say
from benchmarks.school import BigSchool, opened
from modbot.demo.roster import BAKER, REYES
from modbot.jobs import Jobs
from modbot.page_state import PageState, Step
from modbot.paging import TIMER_JOB, timer_key
from modbot.store.pages import Pages

FIRST_IDS = ("page_first_notification_p99_ms",)
TIMER_IDS = ("timer_lateness_p99_ms",)
TEACHERS = 20
PAGES_FOR_WARMTH = 5
ARRIVES_WITHIN = 20.0
LOOK_EVERY = 0.002
WRITTEN_AT_ONCE = 50
LEAD = timedelta(seconds=1)  # from the last page written to the first timer
WRITES_A_SECOND = 250  # at least: how long writing the pages may take
_PAGE = re.compile(rb"page ([0-9a-z-]+)")


async def measure_first(options: Options, say: Say) -> Mapping[str, Figure]:
    """One page after another, each when the one before has been called and answered for."""
    async with opened(TEACHERS) as school, school.modbot():
        for number in range(PAGES_FOR_WARMTH):
            await _asked(school, number)
        took = sorted([await _asked(school, number) for number in range(options.pages)])
    p99 = percentile(took, 0.99)
    say(f"/page to the first call: p50 {percentile(took, 0.5):.1f} ms, p99 {p99:.1f} ms")
    note = f"{len(took)} pages, one after another, each open until the end. p50 {percentile(took, 0.5):.1f} ms."
    return {FIRST_IDS[0]: Figure(round(p99, 2), "ms", note=note)}


async def _asked(school: BigSchool, number: int) -> float:
    """Milliseconds from a /page sent to the first call of it. Raises TimeoutError when none comes."""
    slack, teacher = school.district.slack, school.teachers[number % TEACHERS]
    school.forget_what_was_said()
    began = _loop_time()
    await slack.slash(teacher.slack, "/page", "the projector")
    while True:
        calls = [seen.at_monotonic_seconds for seen in slack.seen if b"PAGE:" in seen.body]
        answered = any(each.only_for == teacher.slack and each.blocks for each in slack.messages)
        if calls and answered:
            return (min(calls) - began) * 1000
        if _loop_time() > began + ARRIVES_WITHIN:
            raise TimeoutError(f"no call within {ARRIVES_WITHIN:g} s; see {school.log}")
        await asyncio.sleep(LOOK_EVERY)


async def measure_timers(options: Options, say: Say) -> Mapping[str, Figure]:
    """Every page has called its first person, and its second is due at a moment of its own."""
    async with opened(TEACHERS) as school, school.modbot():
        due = await _open_pages(school, options)
        rang = await _all_rung(school, due)
    late = sorted(max(0.0, (rang[page] - due[page]).total_seconds() * 1000) for page in rang)
    early = sum(1 for page in rang if rang[page] < due[page])
    p99 = percentile(late, 0.99)
    say(f"{len(due)} timers in {options.timers_seconds:g} s: p50 {percentile(late, 0.5):.0f} ms late, p99 {p99:.0f} ms")
    note = " ".join(
        (
            f"{len(due)} open pages whose second calls are due evenly over {options.timers_seconds:g} s; one modbot.",
            f"p50 {percentile(late, 0.5):.0f} ms, most {late[-1] if late else 0:.0f} ms; {early} early,",
            f"{len(due) - len(rang)} never rang within {ARRIVES_WITHIN:g} s of the last.",
        )
    )
    return {TIMER_IDS[0]: Figure(round(p99, 2) if len(rang) == len(due) else None, "ms", note=note)}


async def _open_pages(school: BigSchool, options: Options) -> dict[str, datetime]:
    """When each page's timer is due, by page."""
    written_in = timedelta(seconds=options.open_pages / WRITES_A_SECOND)
    first, apart = _now() + written_in + LEAD, timedelta(seconds=options.timers_seconds / options.open_pages)
    due = {f"{number:x}-0": first + number * apart for number in range(1, options.open_pages + 1)}
    jobs = Jobs(school.store_url, {TIMER_JOB: _never})
    await jobs.start(work=False)
    try:
        async with school.opened_store() as store:
            pages, waiting = Pages(store, school.keyring), list(due.items())
            for start in range(0, len(waiting), WRITTEN_AT_ONCE):
                chunk = waiting[start : start + WRITTEN_AT_ONCE]
                await asyncio.gather(*(_open_page(pages, jobs, page, at) for page, at in chunk))
    finally:
        await jobs.drain(timedelta(seconds=5))
    if _now() > first:
        raise TimeoutError(f"{len(due)} pages were not written within {written_in + LEAD}: the figure would lie")
    return due


async def _open_page(pages: Pages, jobs: Jobs, page_id: str, due: datetime) -> None:
    policy = tuple(Step((one.email,), 3600) for one in (REYES, BAKER))
    token = secrets.token_hex(8)
    page = PageState(
        page_id, "the projector", "Teacher", _now().isoformat(), policy, token=token, due_at=due.isoformat()
    )
    await pages.create(page)
    await jobs.at(TIMER_JOB, f"{page_id}|{token}", due, key=timer_key(page_id, token))


async def _all_rung(school: BigSchool, due: Mapping[str, datetime]) -> dict[str, datetime]:
    """When each page's call arrived, for as long as there is hope."""
    slack, rang, read = school.district.slack, dict[str, datetime](), 0
    end = max(due.values()) + timedelta(seconds=ARRIVES_WITHIN)
    behind = _now() - timedelta(seconds=_loop_time())  # the moment at which the loop's clock stood at 0
    while len(rang) < len(due) and _now() < end:
        for seen in slack.seen[read:]:
            page = _PAGE.search(seen.body) if b"PAGE:" in seen.body else None
            if page is not None:
                rang.setdefault(page[1].decode(), behind + timedelta(seconds=seen.at_monotonic_seconds))
        read = len(slack.seen)
        await asyncio.sleep(0.05)
    return rang


async def _never(job_id: str) -> None:
    raise AssertionError(f"nobody works here: {job_id}")


def _now() -> datetime:
    return datetime.now(UTC)


def _loop_time() -> float:
    """The clock by which the simulators note what they receive."""
    return asyncio.get_running_loop().time()
