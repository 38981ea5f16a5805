"""A whole invented district on loopback: a simulated Slack, platforms with a class each, and modbot's settings."""

from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from modbot.demo.given import GivenSettings, merged, variables
from modbot.demo.roster import BAKER, BROOK, REYES, SCHOOL, STAFF, write
from modbot.demo.stand_ins import StandIn
from modbot.demo.stand_ins.jitsi import OnJitsi
from modbot.demo.stand_ins.meet import OnMeet
from modbot.demo.stand_ins.teams import OnTeams
from modbot.demo.stand_ins.webex import OnWebex
from modbot.demo.stand_ins.zoom import OnZoom
from modbot.demo.telephones import Telephones, paging
from modbot.demo.wire import (
    Watch,
    WatchedMeet,
    WatchedPagerDuty,
    WatchedSlack,
    WatchedTeams,
    WatchedTwilio,
    WatchedWebex,
    WatchedZoom,
    unwatched,
)
from modbot.model import PlatformName
from modbot.settings import Settings
from modbot.simulators import free_port
from modbot.simulators.webex import Meeting as WebexMeeting
from modbot.simulators.zoom import Meeting as ZoomMeeting
from modbot.store.roster import RosterStore, import_roster

INCIDENTS = "C0INCIDENTS"
HELP = "C0ITHELP"
ZONE = "America/Denver"
ACK_SECONDS = 30.0  # Slack itself gives up after 3 s; here a machine that stands still for a moment is no news
FEW = (PlatformName.ZOOM, PlatformName.WEBEX)  # the quickest to start
_IN_SLACK = {
    "people": [{"email": REYES.email, "name": REYES.name}, {"email": BAKER.email, "name": BAKER.name}],
    "steps": [{"people": [REYES.email], "wait_seconds": 60}, {"people": [BAKER.email], "wait_seconds": 60}],
}


class District:
    """Slack, some platforms, a teacher and a class on each. Use as an async context manager.

    `watch` is told of every HTTP call between modbot and the vendors. Without `phones` people on call are called by
    Slack alone, a minute apart; with them as `modbot.demo.telephones` says.
    """

    def __init__(
        self,
        data_dir: Path,
        watch: Watch = unwatched,
        *,
        platforms: Collection[PlatformName] = FEW,
        phones: bool = False,
    ) -> None:
        self.data_dir = data_dir
        self.phones = phones
        self.telephones = Telephones(watch)
        self.slack = WatchedSlack(watch)
        self.slack.delivery.ack_seconds = ACK_SECONDS
        self.on_zoom = OnZoom(watch)
        self.on_webex = OnWebex(watch)
        self.on_meet = OnMeet(watch)
        self.on_teams = OnTeams(watch)
        self.on_jitsi = OnJitsi()
        known: tuple[StandIn, ...] = (self.on_zoom, self.on_webex, self.on_meet, self.on_teams, self.on_jitsi)
        self.stand_ins: Mapping[PlatformName, StandIn] = {one.name: one for one in known if one.name in platforms}
        self._port = 0
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "District":
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        write(self.roster)
        return self

    async def _start(self) -> None:
        servers: list[WatchedSlack | StandIn] = [self.slack, *self.stand_ins.values()]
        for server in servers:
            self._stack.push_async_callback(server.stop)
            await server.start()
        if self.phones:
            await self._stack.enter_async_context(self.telephones)
        world = self.slack.world
        for person in STAFF:
            world.add_user(person.slack, person.email, person.name, person.role)
        world.add_user("U0STRANGER", "visitor@elsewhere.example.org", "Some Visitor", "not on the roster")
        world.add_channel(INCIDENTS, "incidents")
        world.add_channel(HELP, "it-help")
        if self._needs_address:
            self._port = free_port()

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def _needs_address(self) -> bool:
        return self.phones or any(one.needs_address for one in self.stand_ins.values())

    @property
    def zoom(self) -> WatchedZoom:
        """The simulated Zoom."""
        return self.on_zoom.sim

    @property
    def webex(self) -> WatchedWebex:
        """The simulated Webex."""
        return self.on_webex.sim

    @property
    def meet(self) -> WatchedMeet:
        """The simulated Google Meet."""
        return self.on_meet.sim

    @property
    def teams(self) -> WatchedTeams:
        """The simulated Microsoft Teams."""
        return self.on_teams.sim

    @property
    def twilio(self) -> WatchedTwilio:
        """The simulated Twilio; it runs only with `phones`."""
        return self.telephones.twilio

    @property
    def pagerduty(self) -> WatchedPagerDuty:
        """The simulated PagerDuty; it runs only with `phones`."""
        return self.telephones.pagerduty

    @property
    def roster(self) -> Path:
        """The OneRoster folder."""
        return self.data_dir / "roster"

    def point_at(self, port: int) -> None:
        """Send every webhook to a modbot on this port."""
        base = f"http://127.0.0.1:{port}"
        self.slack.webhook_url = base
        for one in self.stand_ins.values():
            one.point_at(base)
        self.telephones.point_at(base)

    def heard(self) -> bool:
        """Whether modbot would hear of a class that begins now, on every platform."""
        return all(one.heard for one in self.stand_ins.values())

    def values(self, *, port: int = 0) -> dict[str, Any]:
        """The settings of a modbot for this district. `port` 0: a free one."""
        port = port or self._port
        return {
            "port": port,
            "public_url": f"http://127.0.0.1:{port}" if self._needs_address else "",
            "data_dir": str(self.data_dir),
            "slack": {
                "bot_token": self.slack.bot_token,
                "signing_secret": self.slack.signing_secret,
                "api_url": self.slack.api_url,
            },
            **{str(name): one.settings() for name, one in self.stand_ins.items()},
            "district": {
                "name": "Example Unified",
                "timezone": ZONE,
                "incident_channel": INCIDENTS,
                "it": [REYES.email, BAKER.email],
            },
            "schools": {SCHOOL: {"name": "Maple Street Elementary", "principals": [BROOK.email]}},
            "paging": paging(ZoneInfo(ZONE)) if self.phones else _IN_SLACK,
            **(self.telephones.settings() if self.phones else {}),
        }

    def settings(self, **changes: Any) -> Settings:
        """The settings as modbot reads them, with changes."""
        port = changes.pop("port", 0)
        return GivenSettings(**merged(self.values(port=port), changes))

    def environment(self, *, port: int) -> dict[str, str]:
        """The same as environment variables, for a modbot in its own process."""
        return variables("MODBOT", self.values(port=port))

    async def import_roster(self, roster: RosterStore) -> None:
        """Put the invented roster in force."""
        await import_roster(self.roster, roster)

    def open_zoom_class(self) -> ZoomMeeting:
        """Ms Chang's class on Zoom, with its pupils in it."""
        return self.on_zoom.open()

    def open_webex_class(self, *, lobby: bool = True) -> WebexMeeting:
        """Mr Ortiz's class on Webex, with its pupils in it."""
        return self.on_webex.open(lobby=lobby)
