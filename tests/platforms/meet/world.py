"""What a Google Meet test stands on: the simulator, the platform against it, and a receiver of pushes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from modbot.errors import RequestRejected
from modbot.model import Event, PlatformName, Room, Session
from modbot.platforms import Delivery, Heard, Target
from modbot.platforms.meet import MeetPlatform, build
from modbot.settings.meet import MeetSettings
from modbot.simulators.meet import Meeting, MeetSimulator, Subscription
from tests.platforms.lent import Clock, Lent

TEACHER = "ada.reyes@example.org"
COLLEAGUE = "ben.ochoa@example.org"
PUPIL = "cleo.park@example.org"
STRANGER = "kid77@mail.example"
JOINED = "google.workspace.meet.participant.v2.joined"
STARTED = "google.workspace.meet.conference.v2.started"


class Receiver:
    """Keeps pushes as they arrive, and takes them all."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/webhooks/meet", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.deliveries.append(Delivery(headers, await request.read()))
        return web.Response(status=204)


@dataclass(slots=True)
class World:
    """Everything of one test."""

    sim: MeetSimulator
    clock: Clock
    lent: Lent
    receiver: Receiver

    def platform(self, **settings: Any) -> MeetPlatform:
        """A platform with these settings over the ordinary ones; what it is lent is shared by all of a test."""
        return build(self.settings(**settings), self.lent.means)

    def settings(self, **settings: Any) -> MeetSettings:
        """A service account with every grant, and Pub/Sub."""
        sim = self.sim
        usual: dict[str, Any] = {
            "service_account": SecretStr(json.dumps(sim.service_account)),
            "directory_admin": sim.admin_email,
            "create_rooms": True,
            "pubsub_topic": sim.topic,
            "push_account": sim.push_email,
            "api_url": sim.api_url,
            "token_url": sim.token_url,
            "events_url": sim.events_url,
            "directory_url": sim.directory_url,
            "certs_url": sim.certs_url,
        }
        return MeetSettings(**{**usual, **settings})

    def class_in_session(self, **how: Any) -> Meeting:
        """A running class of the teacher, by a link that Calendar made."""
        return self.sim.start_meeting(TEACHER, "Algebra 1", **how)

    def calls(self, method: str, path: str) -> list[str]:
        """The requests of this kind that the simulator has seen, by path with query."""
        return [one.path for one in self.sim.seen if one.method == method and one.path.startswith(path)]

    def subscription_of(self, host: str) -> Subscription:
        """The one subscription of this host that Google has."""
        (found,) = [one for one in self.sim.events.current().values() if one.user.email == host]
        return found

    async def pushed(self) -> list[Delivery]:
        """Every push so far, after all have been taken; each is given once."""
        await self.sim.flush()
        given, self.receiver.deliveries = self.receiver.deliveries, []
        return given

    async def heard(self, platform: MeetPlatform) -> list[Heard]:
        """What the platform makes of every push so far."""
        return [await platform.hear(one) for one in await self.pushed()]

    async def events(self, platform: MeetPlatform) -> list[Event]:
        """The events of every push so far."""
        return [event for heard in await self.heard(platform) for event in heard.events]

    def push(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        subject: str = "",
        source: str = "",
        attributes: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Delivery:
        """A push as Google would sign it, of an event that this test makes up."""
        given = {"ce-type": kind, "ce-source": source, "ce-subject": subject, **(attributes or {})}
        body = self.sim.push.envelope({name: text for name, text in given.items() if text}, data, "k")
        return self.signed(body, token)

    def signed(self, body: bytes, token: str | None = None) -> Delivery:
        """Any body with a push token."""
        return Delivery({"authorization": f"Bearer {self.sim.push.token() if token is None else token}"}, body)


def session_of(meeting: Meeting) -> Session:
    """The session modbot would know this run as."""
    return Session(Room(PlatformName.MEET, meeting.space.id), meeting.id, host_email=meeting.host_email)


def aim(meeting: Meeting, *, former: Mapping[str, Any] | None = None) -> Target:
    """What the door would hand to the platform."""
    return Target(session_of(meeting), former=former or {})


async def refusal(platform: MeetPlatform, delivery: Delivery) -> RequestRejected:
    """Why a delivery is not let in; fails when it is."""
    try:
        heard = await platform.hear(delivery)
    except RequestRejected as rejected:
        return rejected
    raise AssertionError(f"let in: {heard}")
