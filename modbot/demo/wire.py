"""The wire between modbot and its simulated vendors, call by call, for those who want to watch."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from aiohttp import ClientSession, ClientTimeout, TraceConfig, web

from modbot.simulators import SimServer
from modbot.simulators.meet import MeetSimulator
from modbot.simulators.pagerduty import PagerDutySimulator
from modbot.simulators.slack import SlackSimulator
from modbot.simulators.teams import TeamsSimulator
from modbot.simulators.twilio import TwilioSimulator
from modbot.simulators.webex import WebexSimulator
from modbot.simulators.zoom import ZoomSimulator

_ANSWER_WITHIN_SECONDS = 30
_BY_MODBOT, _BY_VENDOR = True, False


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call and its answer. Status 0: there was none."""

    vendor: str
    by_modbot: bool  # else the vendor called modbot
    method: str
    path: str
    status: int
    elapsed_ms: float

    def __str__(self) -> str:
        arrow = "→" if self.by_modbot else "←"
        path = self.path if len(self.path) <= 70 else self.path[:69] + "…"
        return f"{arrow} {self.vendor} {self.method} {path} {self.status} {self.elapsed_ms:.0f} ms"


Watch = Callable[[Call], None]


class Watched(SimServer):
    """Tells `watch` of each call, in either direction. Mixed into a simulator."""

    vendor = ""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    async def start(self, port: int = 0) -> None:
        """Listen, and send webhooks through a client that tells of each."""
        await super().start(port)
        untold, self._client = (
            self._client,
            ClientSession(timeout=ClientTimeout(total=_ANSWER_WITHIN_SECONDS), trace_configs=[self._tracing()]),
        )
        if untold is not None:
            await untold.close()

    def _tracing(self) -> TraceConfig:
        async def begin(_: ClientSession, call: SimpleNamespace, __: Any) -> None:
            call.began = time.perf_counter()

        async def end(_: ClientSession, call: SimpleNamespace, about: Any) -> None:
            status = about.response.status if hasattr(about, "response") else 0
            elapsed_ms = (time.perf_counter() - call.began) * 1000
            self.watch(Call(self.vendor, _BY_VENDOR, about.method, about.url.path, status, elapsed_ms))

        config = TraceConfig()
        config.on_request_start.append(begin)
        config.on_request_end.append(end)
        config.on_request_exception.append(end)
        return config

    @web.middleware
    async def _misbehave(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        began = time.perf_counter()
        answer = await super()._misbehave(request, handler)
        elapsed_ms = (time.perf_counter() - began) * 1000
        self.watch(Call(self.vendor, _BY_MODBOT, request.method, request.path, answer.status, elapsed_ms))
        return answer


class WatchedSlack(Watched, SlackSimulator):
    """Slack, watched."""

    vendor = "slack"


class WatchedZoom(Watched, ZoomSimulator):
    """Zoom, watched."""

    vendor = "zoom"


class WatchedWebex(Watched, WebexSimulator):
    """Webex, watched."""

    vendor = "webex"


class WatchedMeet(Watched, MeetSimulator):
    """Google Meet, watched."""

    vendor = "meet"


class WatchedTeams(Watched, TeamsSimulator):
    """Microsoft Teams, watched."""

    vendor = "teams"


class WatchedTwilio(Watched, TwilioSimulator):
    """Twilio, watched."""

    vendor = "twilio"


class WatchedPagerDuty(Watched, PagerDutySimulator):
    """PagerDuty, watched."""

    vendor = "pagerduty"


def unwatched(_: Call) -> None:
    """For those who do not want to watch."""
