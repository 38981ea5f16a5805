"""Ms Haddad's class on the simulated Google Meet."""

import json
from typing import Any

from modbot.demo.roster import HADDAD, PUPILS, pupil_email
from modbot.demo.wire import Watch, WatchedMeet
from modbot.model import PlatformName, Room
from modbot.simulators.meet import Meeting, Space


class OnMeet:
    """Google Meet, as `modbot.demo.stand_ins.StandIn`."""

    name = PlatformName.MEET
    teacher = HADDAD
    title = "Grade 4 Maths"
    needs_address = True  # Google signs what it pushes for one address

    def __init__(self, watch: Watch) -> None:
        self.sim = WatchedMeet(watch)
        self._space: Space | None = None
        self._meeting: Meeting | None = None

    async def start(self) -> None:
        """Start it, with a class link of the teacher's that lets anybody in."""
        await self.sim.start()
        self.sim.default_access = "OPEN"
        self._space = self.sim.schedule(HADDAD.email, self.title, created_by_app=True)

    async def stop(self) -> None:
        """End it."""
        await self.sim.stop()

    def settings(self) -> dict[str, Any]:
        """The service account, with every scope delegated, and the topic."""
        return {
            "service_account": json.dumps(self.sim.service_account),
            "directory_admin": self.sim.admin_email,
            "create_rooms": True,
            "pubsub_topic": self.sim.topic,
            "push_account": self.sim.push_email,
            "api_url": self.sim.api_url,
            "token_url": self.sim.token_url,
            "events_url": self.sim.events_url,
            "directory_url": self.sim.directory_url,
            "certs_url": self.sim.certs_url,
        }

    def point_at(self, base_url: str) -> None:
        """Push there."""
        self.sim.webhook_url = f"{base_url}/webhooks/meet"

    @property
    def heard(self) -> bool:
        """modbot has subscribed to the teacher's classes."""
        return any(one.user.email == HADDAD.email for one in self.sim.events.current().values())

    def open(self) -> Meeting:
        """The class begins, with its pupils in it."""
        meeting = self._meeting = self.sim.start_meeting(HADDAD.email, space=self.space)
        for name in PUPILS:
            self.sim.join(meeting, name, pupil_email(name), invited=True)
        return meeting

    async def open_class(self) -> None:
        """The same."""
        self.open()

    async def close_class(self) -> None:
        """The teacher ends it. The subscriptions end too: the next start's Google knows nothing of them."""
        if self._meeting is not None and self._meeting.live:
            self.sim.end(self._meeting)
        for subscription in list(self.sim.events.current().values()):
            self.sim.expire(subscription)

    @property
    def space(self) -> Space:
        """The class link. Raises RuntimeError before the start."""
        if self._space is None:
            raise RuntimeError("the simulated Google Meet is not started")
        return self._space

    @property
    def meeting(self) -> Meeting:
        """The running class. Raises RuntimeError before it is opened."""
        if self._meeting is None:
            raise RuntimeError("the class on Google Meet is not open")
        return self._meeting

    @property
    def room(self) -> Room:
        """The space."""
        return Room(self.name, self.space.id)

    async def settled(self) -> None:
        """Every push has been answered."""
        await self.sim.flush()

    async def stranger(self, name: str) -> str:
        """In, or at the door."""
        came = self.sim.join(self.meeting, name).state
        return {"joined": "came in", "knocking": "knocks and waits"}.get(came, "was turned away")

    def lie(self) -> None:
        """Success, and nothing is changed."""
        self.sim.faults.lie = True
