"""Ms Haddad's class on the simulated Google Meet."""

import json
from datetime import datetime
from typing import Any

from modbot.demo.roster import HADDAD, PUPILS, pupil_email
from modbot.demo.stand_ins.picture import (
    ANYONE,
    NOT_OPEN,
    Arrival,
    Gone,
    How,
    Picture,
    Role,
    Someone,
    Where,
    is_pupil,
)
from modbot.demo.stand_ins.simulated import Simulated
from modbot.demo.wire import Watch, WatchedMeet
from modbot.model import PlatformName, Room
from modbot.simulators.meet import Meeting, Space
from modbot.simulators.meet.world import Person

_ENTRY = {
    "OPEN": ANYONE,
    "TRUSTED": "People of the district; others must knock",
    "RESTRICTED": "Only who is invited; others must knock",
}


class OnMeet(Simulated[WatchedMeet]):
    """Google Meet, as `modbot.demo.stand_ins.StandIn`."""

    name = PlatformName.MEET
    teacher = HADDAD
    title = "Grade 4 Maths"
    needs_address = True  # Google signs what it pushes for one address

    def __init__(self, watch: Watch) -> None:
        super().__init__(WatchedMeet(watch))
        self._space: Space | None = None
        self._meeting: Meeting | None = None

    async def start(self) -> None:
        """Start it, with a class link of the teacher's that lets anybody in."""
        await self.sim.start()
        self.sim.default_access = "OPEN"
        self._space = self.sim.schedule(HADDAD.email, self.title, created_by_app=True)

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

    async def close_class(self) -> None:
        """The teacher ends it. The subscriptions end too: the next start's Google knows nothing of them."""
        self._end()
        for subscription in list(self.sim.events.current().values()):
            self.sim.expire(subscription)

    def _end(self) -> None:
        if self._meeting is not None and self._meeting.live:
            self.sim.end(self._meeting)

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

    async def stranger(self, name: str) -> str:
        """In, or at the door."""
        came = self.sim.join(self.meeting, name).state
        return {"joined": "came in", "knocking": "knocks and waits"}.get(came, "was turned away")

    def picture(self) -> Picture:
        """The class as the simulator has it."""
        if self._meeting is None:
            return NOT_OPEN
        call, access = self._meeting.conference, str(self.space.config["accessType"])
        inside = [one for one in call.people.values() if one.inside]
        return Picture(
            live=call.live,
            locked=access != "OPEN",
            entry=_ENTRY.get(access, access),
            people=(
                *(self._someone(one, Where.JOINED) for one in inside),
                *(self._someone(one, Where.LOBBY) for one in call.waiting.values()),
            ),
            gone=self._door.gone([self._gone(one, one.left_at) for one in call.people.values() if one.left_at]),
        )

    def _someone(self, person: Person, where: Where) -> Someone:
        host = person.user == self.space.owner
        role = Role.COHOST if self.space.is_host(person.user) else Role.ATTENDEE
        return Someone(
            id=person.id,
            name=self.teacher.name if host else person.name,
            role=Role.HOST if host else role,
            where=where,
            sharing=where is Where.JOINED and self.meeting.conference.presenter == person.id,
            pupil=person.user is not None and is_pupil(person.user.email),
        )

    def _gone(self, person: Person, at: datetime) -> Gone:
        return Gone(person.name, How.REMOVED if person in self.space.blocked else How.LEFT, at)

    async def reopen(self) -> None:
        """A call in a new space: who was blocked in the old one is not told by Google."""
        self._end()
        self._door.forget()
        self._space = self.sim.schedule(HADDAD.email, self.title, created_by_app=True)
        self.open()

    async def arrive(self, name: str, email: str = "") -> Arrival:
        """In, at the door, or refused."""
        came = self.sim.join(self.meeting, name, email, invited=bool(email))
        if not came.id:
            return self._door.refuse(name)
        return Arrival(came.id, Where.JOINED if came.state == "joined" else Where.LOBBY)

    def share(self, person_id: str) -> bool:
        """Whoever is in, unless only hosts may."""
        return person_id in self.meeting.conference.people and self.sim.present(self.meeting, person_id)

    async def leave(self, person_id: str) -> None:
        """They go by themselves, or give up knocking."""
        call = self.meeting.conference
        if person_id in call.people or person_id in call.waiting:
            self.sim.leave(self.meeting, person_id)

    async def put_out_by_hand(self, person_id: str) -> None:
        """People → Remove, with Block; who knocks is turned away."""
        person = self.meeting.conference.people.get(person_id)
        if person is not None and person.inside:
            self.sim.remove(self.meeting, person_id)
        self.sim.deny(self.meeting, person_id)

    async def lock_by_hand(self) -> None:
        """Host controls → Meeting access → Restricted."""
        self.space.config["accessType"] = "RESTRICTED"
