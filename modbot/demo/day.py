"""A school day to try modbot on: the simulated district, a real modbot beside it, and a class on each platform."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from modbot.app import App
from modbot.confirmation import Patience
from modbot.demo.district import District
from modbot.demo.wire import Watch, unwatched
from modbot.model import PlatformName, Session
from modbot.simulators import SimServer
from modbot.simulators.webex import Meeting as WebexMeeting
from modbot.simulators.zoom import Meeting as ZoomMeeting
from modbot.store.incidents import Incidents
from modbot.store.sessions import Sessions

# On loopback a platform that will confirm does so at once: nobody at a terminal is kept waiting for one that will not.
PATIENCE = Patience(
    window=timedelta(seconds=1.5),
    event_every=timedelta(milliseconds=20),
    reread_after=(timedelta(0), *(timedelta(milliseconds=ms) for ms in (100, 300, 700, 1200))),
)
DRAIN = timedelta(milliseconds=300)
WEBHOOKS_WITHIN = timedelta(seconds=5)
LAST_WEBHOOKS_WITHIN = timedelta(milliseconds=500)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """What runs. The classes are the simulators' own meetings."""

    district: District
    app: App
    zoom_class: ZoomMeeting
    webex_class: WebexMeeting

    async def settled(self, within: timedelta = WEBHOOKS_WITHIN) -> None:
        """Every webhook sent so far has been answered, or is given up after `within`."""
        for simulator in self._meeting_simulators:
            async with asyncio.timeout(within.total_seconds()):  # Python 3.11's wait_for can lose a Ctrl-C
                await simulator.flush()

    @property
    def _meeting_simulators(self) -> tuple[SimServer, ...]:
        return self.district.zoom, self.district.webex

    @property
    def incidents(self) -> Incidents:
        """The record of incidents, for looking at."""
        return Incidents(self.app.state.store, self.app.state.keyring)

    async def session(self, platform: PlatformName) -> Session | None:
        """What modbot has heard of the class on this platform."""
        state = self.app.state
        run = self.zoom_class.uuid if platform is PlatformName.ZOOM else self.webex_class.id
        sessions = Sessions(state.store, state.keyring, keep=self.app.settings.session_keep)
        return await sessions.get(f"{platform}:{run}")

    def lie(self) -> None:
        """From now on both platforms answer success and change nothing."""
        self.district.zoom.faults.lie = self.district.webex.faults.lie = True


@asynccontextmanager
async def school_day(data_dir: Path, say: Say, *, port: int = 0, watch: Watch = unwatched) -> AsyncIterator[SchoolDay]:
    """Start everything, telling `say` what is being started; stop everything at the end. Raises ConfigError.

    `port` is modbot's own, 0 for a free one. A `data_dir` used again keeps its record.
    """
    say("Starting a simulated Slack, Zoom and Webex …")
    async with District(data_dir, watch) as district:
        say("Starting modbot with a store of its own …")
        app = App(district.settings(port=port), patience=PATIENCE, drain=DRAIN)
        await app.start()
        try:
            district.point_at(app.port)
            say("Importing the invented roster …")
            await district.import_roster(app.state.roster)
            say("Opening a class on Zoom and one on Webex …")
            day = SchoolDay(district, app, district.open_zoom_class(), district.open_webex_class())
            await day.settled()
            try:
                yield day
            finally:
                await _close_classes(day)
        finally:
            await app.stop()


async def _close_classes(day: SchoolDay) -> None:
    """So that a record that is used again holds no class that seems to run."""
    day.district.zoom.end(day.zoom_class)
    day.district.webex.end(day.webex_class)
    try:
        await day.settled(LAST_WEBHOOKS_WITHIN)
    except TimeoutError:
        return  # the next start asks the platforms anyway
