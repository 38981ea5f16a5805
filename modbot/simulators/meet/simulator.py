"""The simulated Google as a server: its state, its doors, and what scripts and tests do to it."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

from modbot.simulators import SimServer
from modbot.simulators.meet.directory import DirectoryRoutes
from modbot.simulators.meet.events import (
    ENDED,
    JOINED,
    LEFT,
    LIVE_EVENTS,
    LONGEST,
    STARTED,
    Events,
    Subscription,
    user_target,
)
from modbot.simulators.meet.gate import CREATED, DIRECTORY, READONLY, SETTINGS, Gate
from modbot.simulators.meet.members import MemberRoutes
from modbot.simulators.meet.people import People
from modbot.simulators.meet.push import Push
from modbot.simulators.meet.records import RecordRoutes
from modbot.simulators.meet.refusal import Refused, invalid
from modbot.simulators.meet.spaces import SpaceRoutes
from modbot.simulators.meet.subscription_routes import SubscriptionRoutes
from modbot.simulators.meet.tokens import Tokens
from modbot.simulators.meet.world import Conference, Joined, Meeting, Person, Space, State, Stay, new_id

Handler = Callable[[web.Request], Awaitable[web.Response]]


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class MeetSimulator(SimServer):
    """Google Meet, its directory and its events over loopback HTTP, for one district with one service account.

    Meet, the directory, Workspace Events and the token endpoint differ in their paths, so one server is all four.
    """

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self.now = clock
        self.domain = "example.org"
        self.admin_email = f"admin@{self.domain}"
        self.project = "district-classes"
        self.topic = f"projects/{self.project}/topics/meet-events"
        self.topics = {self.topic}  # those where Meet may publish
        self.push_subscription = f"projects/{self.project}/subscriptions/modbot-push"
        self.push_email = f"pubsub-push@{self.project}.iam.gserviceaccount.com"
        self.push_audience = ""  # empty: the address that is pushed to, as in Pub/Sub
        self.delegated = {CREATED, READONLY, SETTINGS, DIRECTORY}
        self.default_access = "TRUSTED"  # of new spaces
        self.live_effect = True  # whether changed settings bite in a running call; Google does not say
        self.people = People(self.domain)
        self.tokens = Tokens(clock, self.people, self.project, self.delegated)
        self.gate = Gate(self.tokens, clock)
        self.push = Push(self)
        self.events = Events(self, self.push)
        self.spaces: dict[str, Space] = {}
        self.people.add(self.admin_email, "District Admin")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    @property
    def api_url(self) -> str:
        """In place of https://meet.googleapis.com; paths begin with /v2."""
        return self.url

    @property
    def events_url(self) -> str:
        """In place of https://workspaceevents.googleapis.com; paths begin with /v1."""
        return self.url

    @property
    def directory_url(self) -> str:
        """In place of https://admin.googleapis.com; paths begin with /admin/directory/v1."""
        return self.url

    @property
    def token_url(self) -> str:
        """In place of https://oauth2.googleapis.com/token; also the audience of assertions."""
        return f"{self.url}/token"

    @property
    def certs_url(self) -> str:
        """In place of https://www.googleapis.com/oauth2/v3/certs."""
        return f"{self.url}/oauth2/v3/certs"

    @property
    def service_account(self) -> dict[str, str]:
        """The service account's key file, as the Cloud console hands it out."""
        return {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": self.tokens.key.id,
            "private_key": self.tokens.key.pem(),
            "client_email": self.tokens.client_email,
            "client_id": "103284756019283746501",
            "token_uri": self.token_url,
        }

    def routes(self, router: web.UrlDispatcher) -> None:
        """Google's paths."""
        spaces = SpaceRoutes(self)
        spaces.add(router)
        MemberRoutes(self, spaces).add(router)
        RecordRoutes(self).add(router)
        DirectoryRoutes(self).add(router)
        SubscriptionRoutes(self).add(router)
        router.add_post("/token", self.guarded(self._token))
        router.add_get("/oauth2/v3/certs", self.push.certs)

    # What scripts and tests do.

    def schedule(self, host_email: str, title: str = "", *, created_by_app: bool = False) -> Space:
        """A space that nothing runs in. Without `created_by_app` it is one that Calendar made."""
        owner = self.people.add(host_email)
        space = Space(owner, self.default_access, title, created_by_app=created_by_app)
        self.spaces[space.id] = space
        return space

    def start_meeting(
        self, host_email: str, title: str = "", *, created_by_app: bool = False, space: Space | None = None
    ) -> Meeting:
        """A conference starts and its host is in it. Sends `conference started` and `participant joined`."""
        room = space or self.schedule(host_email, title, created_by_app=created_by_app)
        meeting = Meeting(room)
        self.join(meeting, room.owner.name, room.owner.email)
        return meeting

    def join(
        self, meeting: Meeting, name: str, email: str = "", *, invited: bool = False, phone: bool = False
    ) -> Joined:
        """Somebody comes to the door, signed in if there is an e-mail. Sends `joined` for those who get in.

        An account keeps its name whatever `name` says. Nothing is sent for those who knock.
        """
        space, user = meeting.space, self.people.add(email, name) if email else None
        if invited and user is not None:
            space.invited.add(user.email)
        verdict = space.door(name, user, str(self._in_force(space)["accessType"]), phone=phone)
        if verdict == "refused":
            return Joined("", verdict)
        conference = self._running(space)
        person = next((one for one in conference.people.values() if user and one.user == user), None)
        person = person or Person(new_id(22), conference.name, user.name if user else name, user, phone)
        if verdict == "knocking":
            conference.waiting[person.id] = person
            return Joined(person.id, verdict)
        self._enter(space, conference, person)
        return Joined(person.id, verdict, person.resource)

    def admit(self, meeting: Meeting, participant_id: str) -> None:
        """The host lets somebody in who knocks; nothing happens to others."""
        person = meeting.conference.waiting.pop(participant_id, None)
        if person is not None:
            self._enter(meeting.space, meeting.conference, person)

    def deny(self, meeting: Meeting, participant_id: str) -> None:
        """The host turns somebody away who knocks."""
        meeting.conference.waiting.pop(participant_id, None)

    def leave(self, meeting: Meeting, participant_id: str) -> None:
        """Somebody goes, or gives up knocking. The last one out ends the conference."""
        conference = meeting.conference
        if conference.waiting.pop(participant_id, None) is not None:
            return
        self._out(meeting.space, conference, conference.people[participant_id])
        if conference.live and not any(one.inside for one in conference.people.values()):
            self._over(meeting.space, conference)

    def remove(self, meeting: Meeting, participant_id: str, *, block: bool = True) -> None:
        """The host's own click: Remove, with Block they cannot return to this space.

        How Google knows a blocked guest without an account again is not published: here it is by name.
        """
        if block:
            meeting.space.blocked.append(meeting.conference.people[participant_id])
        self.leave(meeting, participant_id)

    def end(self, meeting: Meeting) -> None:
        """The host's own click: End the call for everyone. Nobody returns before the owner unless access is OPEN."""
        self.end_conference(meeting.space)

    def present(self, meeting: Meeting, participant_id: str) -> bool:
        """Somebody shares their screen; False when only hosts may. A running share is never cut by settings."""
        config, person = self._in_force(meeting.space), meeting.conference.people[participant_id]
        restricted = config["moderationRestrictions"]["presentRestriction"] == "HOSTS_ONLY"
        if not person.inside or (restricted and not meeting.space.is_host(person.user)):
            return False
        meeting.conference.presenter = participant_id
        return True

    def state(self, meeting: Meeting) -> State:
        """A picture of the meeting now."""
        conference, config = meeting.conference, meeting.space.config
        presenter = conference.people.get(conference.presenter)
        return State(
            live=conference.live,
            access=config["accessType"],
            moderated=config["moderation"] == "ON",
            joined=tuple(one.name for one in conference.people.values() if one.inside),
            knocking=tuple(one.name for one in conference.waiting.values()),
            presenting=presenter.name if presenter is not None and presenter.inside else "",
        )

    def subscribe(self, host_email: str, event_types: tuple[str, ...] = LIVE_EVENTS) -> Subscription:
        """A subscription to all spaces of this user, as if it had been asked for over HTTP."""
        user = self.people.add(host_email)
        return self.events.add(user, user_target(user), list(event_types), self.topic, LONGEST)

    def suspend(self, subscription: Subscription, reason: str = "ENDPOINT_PERMISSION_DENIED") -> None:
        """Google suspends it, and says so. Raises ValueError for a reason Google has not."""
        self.events.suspend(subscription, reason)

    def remind(self, subscription: Subscription) -> None:
        """Google reminds of the expiry."""
        self.events.remind(subscription)

    def expire(self, subscription: Subscription) -> None:
        """It expires now, and Google says so."""
        self.events.expire(subscription)

    def rotate_keys(self) -> None:
        """Google signs push tokens with another key from now on."""
        self.push.rotate()

    # What the routes use.

    def guarded(self, handler: Handler) -> Handler:
        """The handler, with refusals answered in Google's error bodies."""

        async def handle(request: web.Request) -> web.Response:
            try:
                return await handler(request)
            except Refused as refusal:
                return refusal.answer()

        return handle

    def lying(self, request: web.Request) -> bool:
        """Whether this request is answered with success and changes nothing."""
        return self.faults.lie and self.faults.only in f"{request.method} {request.path}"

    async def json_body(self, request: web.Request) -> Any:
        """The body as JSON, nothing being an empty object. Raises Refused (400)."""
        try:
            return json.loads(await request.read() or b"{}")
        except ValueError as error:
            raise invalid("body", "The body is not JSON.") from error

    def find_space(self, key: str) -> Space | None:
        """A space by its id or, in any case of letters, by its meeting code."""
        by_code = (one for one in self.spaces.values() if one.code == key.lower())
        return self.spaces.get(key) or next(by_code, None)

    def end_conference(self, space: Space) -> None:
        """End the running call for everyone, so that the owner must be back first."""
        if space.conference is not None:
            space.waits_for_owner = True
            self._over(space, space.conference)

    # How the world moves.

    def _in_force(self, space: Space) -> dict[str, Any]:
        running = space.conference
        return space.config if running is None or self.live_effect else running.config

    def _running(self, space: Space) -> Conference:
        if space.conference is None:
            space.conferences.append(Conference(new_id(22), self.now(), space.config))
            self.events.conference(space, space.conferences[-1], STARTED)
        return space.conferences[-1]

    def _enter(self, space: Space, conference: Conference, person: Person) -> None:
        stay = Stay(new_id(22), self.now())
        conference.people[person.id] = person
        person.stays.append(stay)
        if person.user == space.owner:
            space.waits_for_owner = False
        self.events.participant(space, person, stay, JOINED)

    def _out(self, space: Space, conference: Conference, person: Person) -> None:
        for stay in person.stays:
            if stay.ended_at is None:
                stay.ended_at = self.now()
                self.events.participant(space, person, stay, LEFT)
        if conference.presenter == person.id:
            conference.presenter = ""

    def _over(self, space: Space, conference: Conference) -> None:
        for person in conference.people.values():
            self._out(space, conference, person)
        conference.ended_at = self.now()
        conference.waiting.clear()
        self.events.conference(space, conference, ENDED)

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        fields = {name: str(value) for name, value in form.items()}
        return web.json_response(self.tokens.exchange(fields, self.token_url))
