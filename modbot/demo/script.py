"""`modbot demo --scripted`: a raid from leaked link to resolution on every platform, through the public endpoints."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import orjson
from rich.console import Console
from rich.text import Text

from modbot.audit import verify
from modbot.demo import jitsi_raid, meet_raid, teams_raid, webex_raid, zoom_raid
from modbot.demo.day import SchoolDay, listed, school_day
from modbot.demo.steps import Stage, Step
from modbot.demo.unanswered import Unanswered
from modbot.model import Outcome, PlatformName

RAIDS: Mapping[PlatformName, Callable[[Stage], Awaitable[None]]] = {
    PlatformName.ZOOM: zoom_raid.play,
    PlatformName.WEBEX: webex_raid.play,
    PlatformName.MEET: meet_raid.play,
    PlatformName.TEAMS: teams_raid.play,
    PlatformName.JITSI: jitsi_raid.play,
}
LIARS = tuple(name for name in RAIDS if name is not PlatformName.JITSI)
_SIGN = {True: "✓", False: "✗"}


async def play(data_dir: Path, console: Console, *, port: int = 0, lying: bool = False) -> list[Step]:
    """Play it all, telling `console` of each step as it comes, and stop everything again. Raises ConfigError."""
    began = time.monotonic()

    def tell(step: Step) -> None:
        console.print(line_of(step, timedelta(seconds=time.monotonic() - began)))
        if step.said:
            console.print(Text(f"{'':15}“{step.said}”", style="dim"))

    if lying:
        console.print("Jitsi is left out: its server is a real one, which does not lie.")
    async with school_day(data_dir, console.print, port=port, platforms=LIARS if lying else None) as day:
        if lying:
            console.print(f"{listed([name.label for name in LIARS])} now answer success and change nothing.")
            day.lie()
        stage = Stage(day, tell, lying=lying)
        page = None if lying else Unanswered(stage)  # it rests on no platform's word
        if page:
            await page.asked()
        for one in day.classes:
            await RAIDS[one.name](stage)
        if page:
            await page.answered_by_phone()
        await stage.look("audit_verified", "The record's chain is whole", "modbot", Outcome.DONE, lambda: _record(day))
    return stage.steps


async def _record(day: SchoolDay) -> Outcome:
    audit = day.app.state.audit
    verdict = verify([record async for record in audit.export()], head=(await audit.head()).hash)
    return Outcome.DONE if verdict.ok and verdict.entries else Outcome.FAILED


def went_well(steps: list[Step]) -> bool:
    """Whether every step came out as it should."""
    return bool(steps) and all(step.ok for step in steps)


def as_json(steps: list[Step]) -> str:
    """`{"ok": …, "steps": [{"step", "platform", "outcome", "elapsed_ms"}…]}`"""
    return orjson.dumps({"ok": went_well(steps), "steps": [step.shown for step in steps]}).decode()


def line_of(step: Step, since_start: timedelta) -> Text:
    """One line of the timeline."""
    line = Text(f"{since_start.total_seconds():6.2f} s  ")
    line.append(f"{_SIGN[step.ok]} ", style="green" if step.ok else "bold red")
    line.append(f"{step.platform:9}  {step.title}: ")
    line.append(str(step.outcome), style="bold")
    line.append(f" ({step.elapsed_ms} ms)", style="dim")
    if not step.ok:
        line.append(f"  expected: {step.expected}", style="bold red")
    return line
