"""From a teacher's key press to the platform: a signed `/lock` sent, and the simulated Webex receiving modbot's calls.

Both moments are taken by this process, which plays Slack and Webex; modbot runs in a process of its own. Webex allows
so many calls a second and modbot spaces them out; that wait is the vendor's and is left out by clearing the count of
calls before each press.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks import load
from benchmarks.figures import Figure, percentile
from benchmarks.load import Load, Plan
from benchmarks.options import Options
from benchmarks.progress import Say
from benchmarks.school import BigSchool, Teacher, opened

IDS = ("keypress_to_vendor_p50_ms", "keypress_to_vendor_p99_ms")
LOADED_IDS = ("keypress_to_vendor_loaded_p99_ms",)
TEACHERS = 20
PRESS_EVERY = 0.1  # seconds, under load: fixed, whatever has become of the presses before
ARRIVES_WITHIN = 20.0
LOOK_EVERY = 0.002
LEAD_SECONDS = 2.0  # of load before the first press under load
PROCESSES = 2  # of modbot, under load


@dataclass(frozen=True, slots=True)
class Press:
    """One key press: milliseconds until the platform got the first call, and the call that locks; None = never."""

    first_ms: float | None
    lock_ms: float | None


async def measure(options: Options, say: Say) -> Mapping[str, Figure]:
    """Without load: each press waits until the one before is answered."""
    async with opened(TEACHERS) as school, school.modbot():
        await school.open_classes()
        for teacher in school.teachers:
            await _lock_and_unlock(school, teacher)
        presses = [
            await _lock_and_unlock(school, school.teachers[number % TEACHERS]) for number in range(options.presses)
        ]
    first, lock = _times(presses)
    say(f"key press to platform: p50 {percentile(first, 0.5):.1f} ms, p99 {percentile(first, 0.99):.1f} ms")
    note = (
        f"{len(first)} presses, one after another. To the call that locks (modbot reads the lock first): "
        f"p50 {percentile(lock, 0.5):.1f} ms, p99 {percentile(lock, 0.99):.1f} ms."
    )
    return {
        IDS[0]: Figure(round(percentile(first, 0.5), 2), "ms", note=note),
        IDS[1]: Figure(round(percentile(first, 0.99), 2), "ms", note=note),
    }


async def measure_loaded(options: Options, say: Say) -> Mapping[str, Figure]:
    """While people stream into classes: presses at fixed moments, arrivals at a fixed rate."""
    async with opened(TEACHERS) as school, school.modbot(PROCESSES) as modbot:
        await school.open_classes()
        for teacher in school.teachers:
            await _lock_and_unlock(school, teacher)
        began = asyncio.Event()
        arrivals = asyncio.create_task(load.run(_arrivals(school, options, modbot.port), began))
        await began.wait()
        await asyncio.sleep(LEAD_SECONDS)
        presses = await _on_schedule(school, int(options.loaded_seconds / PRESS_EVERY))
        arrived = await arrivals
    return {LOADED_IDS[0]: _loaded_figure(presses, arrived, options, say)}


def _arrivals(school: BigSchool, options: Options, port: int) -> Plan:
    seconds = options.loaded_seconds + 2 * LEAD_SECONDS
    return Plan(
        kind="zoom",
        port=port,
        connections=128,
        seconds=seconds,
        rate=options.joins_per_second,
        most=int(seconds * options.joins_per_second),
        secret=school.district.zoom.webhook_secret,
        sessions=2_000,
    )


async def _lock_and_unlock(school: BigSchool, teacher: Teacher) -> Press:
    """One press from an open class, and back to an open class."""
    await school.forget_calls_made()
    press = await _pressed(school, teacher, "/lock", _loop_time())
    await _answered(school, teacher, 1)
    await school.forget_calls_made()
    await _pressed(school, teacher, "/unlock", _loop_time())
    await _answered(school, teacher, 2)
    school.forget_what_was_said()
    return press


async def _on_schedule(school: BigSchool, count: int) -> list[Press]:
    """Presses at fixed moments: every teacher in turn locks, and the next time round unlocks."""
    school.forget_what_was_said()
    began = _loop_time()
    pressing = []
    for number in range(count):
        due = began + number * PRESS_EVERY
        await school.forget_calls_made()
        await asyncio.sleep(max(0.0, due - _loop_time()))
        command = "/lock" if (number // TEACHERS) % 2 == 0 else "/unlock"
        teacher = school.teachers[number % TEACHERS]
        pressing.append(asyncio.create_task(_pressed(school, teacher, command, due)))
    return list(await asyncio.gather(*pressing))


async def _pressed(school: BigSchool, teacher: Teacher, command: str, due: float) -> Press:
    """Type the command; when the platform heard of it, counted from `due`."""
    sending = asyncio.create_task(school.district.slack.slash(teacher.slack, command))
    first = await _call(school, teacher, "GET", due)
    lock = await _call(school, teacher, "PUT", due)
    await sending
    return Press(first, lock)


async def _call(school: BigSchool, teacher: Teacher, method: str, due: float) -> float | None:
    """Milliseconds from `due` to the first such call about this teacher's class, or None when none came."""
    while _loop_time() < due + ARRIVES_WITHIN:
        about = [
            seen.at_monotonic_seconds - due
            for seen in school.district.webex.seen
            if seen.at_monotonic_seconds >= due and seen.method == method and teacher.meeting.id in seen.path
        ]
        if about:
            return about[0] * 1000
        await asyncio.sleep(LOOK_EVERY)
    return None


async def _answered(school: BigSchool, teacher: Teacher, count: int) -> None:
    """Wait until the teacher has read so many answers. An acknowledgement has no blocks."""
    deadline = _loop_time() + ARRIVES_WITHIN
    while True:
        messages = school.district.slack.messages
        if sum(1 for each in messages if each.only_for == teacher.slack and each.blocks) >= count:
            return
        if _loop_time() > deadline:
            raise TimeoutError(f"{teacher.slack} got no answer; see {school.log}")
        await asyncio.sleep(LOOK_EVERY)


def _times(presses: list[Press]) -> tuple[list[float], list[float]]:
    first = sorted(one.first_ms for one in presses if one.first_ms is not None)
    lock = sorted(one.lock_ms for one in presses if one.lock_ms is not None)
    return first, lock


def _loaded_figure(presses: list[Press], arrived: Load, options: Options, say: Say) -> Figure:
    first, lock = _times(presses)
    lost = len(presses) - len(first)
    p99 = percentile(first, 0.99)
    taken = arrived.statuses.get("204", 0)
    say(f"key press under load: p99 {p99:.1f} ms at {arrived.per_second:,.0f} joins/s")
    note = " ".join(
        (
            f"{len(presses)} presses, one each {PRESS_EVERY * 1000:.0f} ms whatever became of those before,",
            f"{PROCESSES} modbot processes; {lost} never reached the platform within {ARRIVES_WITHIN:.0f} s.",
            f"p50 {percentile(first, 0.5):.1f} ms; to the call that locks p99 {percentile(lock, 0.99):.1f} ms.",
            f"Arrivals: {options.joins_per_second:,.0f}/s asked for, {arrived.per_second:,.0f}/s answered,",
            f"{taken} of {arrived.sent} taken; from when they were due p50 {arrived.p50_ms:.0f} ms,",
            f"p99 {arrived.p99_ms:.0f} ms.",
        )
    )
    return Figure(None if lost else round(p99, 2), "ms", note=note)


def _loop_time() -> float:
    """The clock by which the simulators note what they receive."""
    return asyncio.get_running_loop().time()
