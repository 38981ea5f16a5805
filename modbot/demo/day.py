"""A school day to try modbot on: the simulated district, a real modbot beside it, and a class on each platform."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from modbot.app import App
from modbot.confirmation import Patience
from modbot.demo.district import District
from modbot.demo.stand_ins import StandIn
from modbot.demo.wire import Watch, unwatched
from modbot.model import PlatformName, Session
from modbot.simulators.prosody import HOW_TO_INSTALL, available
from modbot.store.incidents import Incidents
from modbot.store.sessions import Sessions

# On loopback a platform that will confirm does so at once: nobody at a terminal is kept waiting for one that will not.
PATIENCE = Patience(
    window=timedelta(seconds=30),  # over with the last look, however slow the machine
    event_every=timedelta(milliseconds=20),
    reread_after=(timedelta(0), *(timedelta(milliseconds=ms) for ms in (100, 300, 700, 1200))),
)
DRAIN = timedelta(milliseconds=300)
WEBHOOKS_WITHIN = timedelta(seconds=30)
LISTENS_WITHIN = timedelta(seconds=60)
LOOK_EVERY = timedelta(milliseconds=10)
LAST_WEBHOOKS_WITHIN = timedelta(milliseconds=500)

Say = Callable[[str], None]


def on_this_machine() -> tuple[PlatformName, ...]:
    """The platforms that can be played here: Jitsi only where its server is installed, for that is no simulator."""
    return tuple(name for name in PlatformName if name is not PlatformName.JITSI or available())


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """What runs. The classes are the stand-ins' own."""

    district: District
    app: App

    @property
    def classes(self) -> Sequence[StandIn]:
        """Each platform with its teacher and class."""
        return tuple(self.district.stand_ins.values())

    async def settled(self, within: timedelta = WEBHOOKS_WITHIN) -> None:
        """Every webhook sent so far has been answered, or is given up after `within`."""
        for one in self.classes:
            async with asyncio.timeout(within.total_seconds()):  # Python 3.11's wait_for can lose a Ctrl-C
                await one.settled()

    @property
    def incidents(self) -> Incidents:
        """The record of incidents, for looking at."""
        return Incidents(self.app.state.store, self.app.state.keyring)

    async def session(self, platform: PlatformName) -> Session | None:
        """What modbot has heard of the class on this platform."""
        state = self.app.state
        sessions = Sessions(state.store, state.keyring, keep=self.app.settings.session_keep)
        live = await sessions.live_in_room(self.district.stand_ins[platform].room)
        return live[0] if live else None

    def lie(self) -> None:
        """From now on the platforms answer success and change nothing."""
        for one in self.classes:
            one.lie()


@asynccontextmanager
async def school_day(
    data_dir: Path,
    say: Say,
    *,
    port: int = 0,
    watch: Watch = unwatched,
    platforms: Collection[PlatformName] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> AsyncIterator[SchoolDay]:
    """Start everything, telling `say` what is being started; stop everything at the end. Raises ConfigError.

    `port` is modbot's own, 0 for a free one. A `data_dir` used again keeps its record. `platforms` None: all there are.
    `changes` are settings of modbot's that differ from the district's.
    """
    if platforms is None:
        platforms = on_this_machine()
        if PlatformName.JITSI not in platforms:
            say(f"Jitsi is left out: {HOW_TO_INSTALL}.")
    district = District(data_dir, watch, platforms=platforms, phones=True)
    played = [one.name.label for one in district.stand_ins.values() if one is not district.on_jitsi]
    simulated = ["Slack", "Twilio", "PagerDuty", *played]
    real = ", and a real Prosody for Jitsi" if PlatformName.JITSI in district.stand_ins else ""
    say(f"Starting a simulated {listed(simulated)}{real} …")
    async with district:
        say("Starting modbot with a store of its own …")
        app = App(district.settings(port=port, **(changes or {})), patience=PATIENCE, drain=DRAIN)
        await app.start()
        try:
            district.point_at(app.port)
            say("Importing the invented roster …")
            await district.import_roster(app.state.roster)
            day = SchoolDay(district, app)
            await _listening(district)
            say("Opening a class on each …")
            for one in day.classes:
                await one.open_class()
            await day.settled()
            try:
                yield day
            finally:
                await _close_classes(day)
        finally:
            await app.stop()


async def _listening(district: District) -> None:
    """modbot subscribes to some platforms' events: a class that began before would be half heard."""
    async with asyncio.timeout(LISTENS_WITHIN.total_seconds()):
        while not district.heard():  # noqa: ASYNC110 - what is waited for happens on the other side of the wire
            await asyncio.sleep(LOOK_EVERY.total_seconds())


async def _close_classes(day: SchoolDay) -> None:
    """So that a record that is used again holds no class that seems to run."""
    for one in day.classes:
        await one.close_class()
    try:
        await day.settled(LAST_WEBHOOKS_WITHIN)
    except TimeoutError:
        return  # the next start asks the platforms anyway


def listed(names: Sequence[str]) -> str:
    """`Zoom, Webex and Google Meet`."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
