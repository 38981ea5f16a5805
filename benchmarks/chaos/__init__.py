"""What is left of acknowledged commands when processes, the store and connections die under them: counts, no times."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

from benchmarks.chaos.counting import Counts, Typed, counted
from benchmarks.chaos.disturbing import DISTURBANCES, Site
from benchmarks.chaos.pages import PagingCounts
from benchmarks.progress import Say
from benchmarks.school import BigSchool, Teacher, opened

PAGING = "paging"  # see `benchmarks.chaos.pages`
SCENARIOS = (*DISTURBANCES, PAGING)
SETTLE = timedelta(seconds=60)  # an entry of a dead process is taken over after 10 s, and tried five times
LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens."""

    teachers: int = 60  # one command each
    type_every_seconds: float = 0.4
    disturb_every_seconds: float = 4.0


QUICK = Size(teachers=6, type_every_seconds=0.5, disturb_every_seconds=1.5)


async def ran(scenario: str, size: Size, say: Say) -> Counts:
    """One scenario, on a school of its own."""
    async with opened(size.teachers) as school:
        site = Site(school)
        await site.start()
        try:
            await school.open_classes()
            typed = await _type_while_disturbed(site, scenario, size)
            counts = await _settled(school, typed)
        finally:
            await site.stop()
    say(f"{scenario}: {asdict(counts)}")
    return counts


async def _type_while_disturbed(site: Site, scenario: str, size: Size) -> list[Typed]:
    enough = asyncio.Event()
    disturbing = asyncio.create_task(_disturb(site, scenario, size, enough))
    typing = []
    for number, teacher in enumerate(site.school.teachers):
        command = "/lock" if number % 2 == 0 else "/page"
        typing.append(asyncio.create_task(_type(site.school, teacher, command)))
        await asyncio.sleep(size.type_every_seconds)
    typed = list(await asyncio.gather(*typing))
    enough.set()
    await disturbing
    await site.mend()
    return typed


async def _disturb(site: Site, scenario: str, size: Size, enough: asyncio.Event) -> None:
    """Again and again until it is enough. The last disturbance is whole: a modbot that was killed runs again."""
    while not enough.is_set():
        try:
            await asyncio.wait_for(enough.wait(), size.disturb_every_seconds)
        except TimeoutError:
            await DISTURBANCES[scenario](site)


async def _type(school: BigSchool, teacher: Teacher, command: str) -> Typed:
    text = f"test {teacher.number:03d}" if command == "/page" else ""
    answer = await school.district.slack.slash(teacher.slack, command, text)
    said = str(answer.json().get("text", "")) if answer.acknowledged else ""
    return Typed(teacher, command, answer.status, said)


async def _settled(school: BigSchool, typed: list[Typed]) -> Counts:
    """The counts once nothing is open any more, or when nothing further is to be hoped for."""
    loop = asyncio.get_running_loop()
    end = loop.time() + SETTLE.total_seconds()
    while True:
        counts = await counted(school, typed)
        if not (counts.lost or counts.unheard) or loop.time() > end:
            return counts
        await asyncio.sleep(LOOK_SECONDS)


def rows(found: Mapping[str, Counts | PagingCounts]) -> dict[str, dict[str, int]]:
    """What `chaos.json` holds."""
    return {scenario: asdict(counts) for scenario, counts in found.items()}
