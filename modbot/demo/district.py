"""A whole invented district on loopback: simulated Slack, Zoom and Webex, and the settings to point modbot at them."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from modbot.demo.roster import BAKER, BROOK, CHANG, ORTIZ, PUPILS, REYES, SCHOOL, STAFF, pupil_email, write
from modbot.demo.wire import Watch, WatchedSlack, WatchedWebex, WatchedZoom, unwatched
from modbot.settings import Settings
from modbot.store.roster import RosterStore, import_roster

INCIDENTS = "C0INCIDENTS"
HELP = "C0ITHELP"


class GivenSettings(Settings):
    """Settings from what is given and nothing else: a real district's MODBOT_ variables must never reach the demo."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments alone."""
        return (init_settings,)


class District:
    """Three vendors, five adults, two classes. Use as an async context manager.

    `watch` is told of every HTTP call between modbot and the vendors.
    """

    def __init__(self, data_dir: Path, watch: Watch = unwatched) -> None:
        self.data_dir = data_dir
        self.slack = WatchedSlack(watch)
        self.zoom = WatchedZoom(watch)
        self.webex = WatchedWebex(watch)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "District":
        for simulator in (self.slack, self.zoom, self.webex):
            self._stack.push_async_callback(simulator.stop)
            try:
                await simulator.start()
            except BaseException:
                await self._stack.aclose()
                raise
        world = self.slack.world
        for person in STAFF:
            world.add_user(person.slack, person.email, person.name, person.role)
        world.add_user("U0STRANGER", "visitor@elsewhere.example.org", "Some Visitor", "not on the roster")
        world.add_channel(INCIDENTS, "incidents")
        world.add_channel(HELP, "it-help")
        self.zoom.account.add_user(CHANG.email)
        self.moderator = self.webex.accounts.connect(ORTIZ.email)
        write(self.roster)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def roster(self) -> Path:
        """The OneRoster folder."""
        return self.data_dir / "roster"

    def point_at(self, port: int) -> None:
        """Send every webhook to a modbot on this port."""
        base = f"http://127.0.0.1:{port}"
        self.slack.webhook_url = base
        self.zoom.webhook_url = f"{base}/webhooks/zoom"
        self.webex.webhook_url = f"{base}/webhooks/webex"

    def values(self, *, port: int = 0) -> dict[str, Any]:
        """The settings of a modbot for this district."""
        return {
            "port": port,
            "data_dir": str(self.data_dir),
            "slack": {
                "bot_token": self.slack.bot_token,
                "signing_secret": self.slack.signing_secret,
                "api_url": self.slack.api_url,
            },
            "zoom": {
                "account_id": self.zoom.gate.account_id,
                "client_id": self.zoom.gate.client_id,
                "client_secret": self.zoom.gate.client_secret,
                "webhook_secret": self.zoom.webhook_secret,
                "api_url": self.zoom.api_url,
                "oauth_url": self.zoom.oauth_url,
            },
            "webex": {
                "client_id": self.webex.accounts.client_id,
                "client_secret": self.webex.accounts.client_secret,
                "refresh_token": self.moderator,
                "webhook_secret": self.webex.webhook_secret,
                "api_url": self.webex.api_url,
            },
            "district": {
                "name": "Example Unified",
                "timezone": "America/Denver",
                "incident_channel": INCIDENTS,
                "it": [REYES.email, BAKER.email],
            },
            "schools": {SCHOOL: {"principals": [BROOK.email]}},
            "paging": {
                "people": [
                    {"email": REYES.email, "name": REYES.name},
                    {"email": BAKER.email, "name": BAKER.name},
                ],
                "steps": [
                    {"people": [REYES.email], "wait_seconds": 60},
                    {"people": [BAKER.email], "wait_seconds": 60},
                ],
            },
        }

    def settings(self, **changes: Any) -> Settings:
        """The settings as modbot reads them, with changes."""
        port = changes.pop("port", 0)
        return GivenSettings(**_merged(self.values(port=port), changes))

    def environment(self, *, port: int) -> dict[str, str]:
        """The same as environment variables, for a modbot in its own process."""
        return dict(_variables("MODBOT", self.values(port=port)))

    async def import_roster(self, roster: RosterStore) -> None:
        """Put the invented roster in force."""
        await import_roster(self.roster, roster)

    def open_zoom_class(self) -> Any:
        """Ms Chang's class on Zoom, with its pupils in it."""
        meeting = self.zoom.start_meeting(CHANG.email, "Grade 5 Science")
        for name in PUPILS:
            self.zoom.join(meeting, name, pupil_email(name))
        return meeting

    def open_webex_class(self, *, lobby: bool = True) -> Any:
        """Mr Ortiz's class on Webex, with its pupils in it."""
        meeting = self.webex.start_meeting(ORTIZ.email, "Grade 3 Reading", lobby=lobby)
        for name in PUPILS:
            self.webex.join(meeting, name, pupil_email(name), invited=True)
        return meeting


def _merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for name, value in changes.items():
        known = merged.get(name)
        merged[name] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged


def _variables(prefix: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        full = f"{prefix}{'_' if prefix == 'MODBOT' else '__'}{name.upper()}"
        found.append((full, orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)))
    return found
