"""A district wired to the simulated Webex."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from modbot.http import Http
from modbot.model import Participant, PlatformName, Room, Session
from modbot.platforms import Delivery, Target
from modbot.platforms.webex import WebexPlatform, build
from modbot.settings.webex import WebexSettings
from modbot.simulators.webex import ADMIN_SCOPES, USER_SCOPES, Meeting, WebexSimulator
from tests.platforms.lent import Clock, FreeBudget, Lent, MemoryVault

TEACHER = "ada.reyes@example.org"
MODERATOR = "moderator@example.org"


@dataclass(slots=True)
class District:
    """modbot's Webex platform beside the simulated Webex it talks to."""

    sim: WebexSimulator
    http: Http
    clock: Clock
    vault: MemoryVault = field(default_factory=MemoryVault)
    budget: FreeBudget = field(default_factory=FreeBudget)

    def platform(self, **settings: Any) -> WebexPlatform:
        """A platform with these settings over the ordinary ones."""
        return build(self.settings(**settings), Lent(self.http, self.clock, self.vault, self.budget).means)

    def settings(self, **settings: Any) -> WebexSettings:
        """The moderator account connected, and the simulator's secrets."""
        accounts = self.sim.accounts
        usual: dict[str, Any] = {
            "client_id": accounts.client_id,
            "client_secret": SecretStr(accounts.client_secret),
            "webhook_secret": SecretStr(self.sim.webhook_secret),
            "api_url": self.sim.api_url,
        }
        if not settings.keys() & {"refresh_token", "access_token", "teacher_refresh_tokens"}:
            usual["refresh_token"] = SecretStr(accounts.connect(MODERATOR, USER_SCOPES | ADMIN_SCOPES))
        return WebexSettings(**{**usual, **settings})

    def class_in_session(self, **how: Any) -> Meeting:
        """A running class of the teacher with the moderator account as co-host."""
        meeting = self.sim.start_meeting(TEACHER, "Algebra 1", **how)
        meeting.cohosts.add(MODERATOR)
        return meeting

    def calls(self, method: str, path: str) -> list[str]:
        """The requests of this kind that the simulator has seen, by path with query."""
        return [one.path for one in self.sim.seen if one.method == method and one.path.startswith(f"/v1{path}")]


def session_of(meeting: Meeting) -> Session:
    """The session modbot would know this run as."""
    room = Room(PlatformName.WEBEX, meeting.series.id)
    return Session(room, meeting.id, title=meeting.series.title, host_email=meeting.host_email)


def aim(meeting: Meeting, *people: str, former: Mapping[str, Any] | None = None) -> Target:
    """What the door would hand to the platform; people by participant id."""
    return Target(session_of(meeting), tuple(Participant(one) for one in people), former or {})


def signed(body: bytes, headers: Mapping[str, str]) -> Delivery:
    """A webhook request as the web edge hands it over."""
    return Delivery({name.lower(): value for name, value in headers.items()}, body)
