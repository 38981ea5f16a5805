"""What people do in simulated Zoom classes, and the webhooks Zoom sends about it."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp
import orjson

from modbot.simulators import SimServer
from modbot.simulators.zoom.gate import Gate
from modbot.simulators.zoom.state import SCHEDULED, Account, JoinRefused, Meeting, Person, new_uuid
from modbot.simulators.zoom.webhooks import (
    encrypted_token,
    ended_object,
    meeting_object,
    person_object,
    risk_object,
    role_object,
    sharing_object,
    signature_of,
    zulu,
)

REMOVED = "Removed by host."
LEFT = "Left the meeting."
OVER = "Host ended the meeting."


class Classroom(SimServer):
    """The account's meetings, driven by method calls. Each change sends its webhook to `webhook_url`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.now = now
        self.account = Account()
        self.gate = Gate(now)
        self.webhook_secret = "sim-webhook-secret"
        self.webhook_account_id = "AAAAAABBBB"
        self.live_waiting_room = False  # whether a running class obeys a changed waiting room: Zoom does not say
        self.allow_rejoin = False  # the account's "allow removed participants to rejoin"
        self.delivered: list[tuple[str, int]] = []  # event → HTTP status modbot answered, 0 = no answer
        self._last_event_ms = 0

    def start_meeting(self, host_email: str, topic: str, *, type_: int = SCHEDULED) -> Meeting:
        """A class begins, with its host in it."""
        meeting = self.account.schedule(host_email, topic, type_=type_)
        self.start_again(meeting)
        return meeting

    def start_again(self, meeting: Meeting) -> None:
        """The next run of a meeting: a new uuid, and the settings as they are now."""
        if meeting.started_at is not None:
            meeting.uuid = new_uuid()
        meeting.live, meeting.locked = True, False
        meeting.started_at, meeting.ended_at = self.now(), None
        meeting.people, meeting.removed = [], set()
        meeting.obeyed = dict(meeting.settings)
        self._emit("meeting.started", meeting_object(meeting))
        host = self.account.new_person("Class Host", meeting.host_email, self.now())
        host.role = "host"
        self._let_in(meeting, host)

    def join(self, meeting: Meeting, name: str, email: str = "") -> Person:
        """Someone comes, into the class or its waiting room. Raises JoinRefused."""
        person = self.account.new_person(name, email, self.now())
        if not meeting.live or meeting.locked or (person.identity in meeting.removed and not self.allow_rejoin):
            raise JoinRefused(person.participant_uuid)
        if meeting.obeyed.get("waiting_room"):
            person.waiting = True
            meeting.people.append(person)
            self._emit_person("meeting.participant_joined_waiting_room", meeting, person, date_time=self._stamp())
        else:
            self._let_in(meeting, person)
        return person

    def admit(self, meeting: Meeting, person: Person) -> None:
        """The host lets someone in from the waiting room."""
        self._emit_person("meeting.participant_admitted", meeting, person, date_time=self._stamp())
        meeting.people.remove(person)
        person.waiting = False
        self._let_in(meeting, person)

    def put_in_waiting_room(self, meeting: Meeting, person: Person) -> None:
        """The host sends someone back to the waiting room."""
        person.waiting, person.sharing = True, False
        self._emit_person("meeting.participant_put_in_waiting_room", meeting, person, date_time=self._stamp())

    def leave(self, meeting: Meeting, person: Person, reason: str = LEFT) -> None:
        """Someone goes, from the class or its waiting room."""
        person.left_at, person.leave_reason, person.sharing = self.now(), reason, False
        if person.waiting:
            self._emit_person("meeting.participant_left_waiting_room", meeting, person, date_time=self._stamp())
        else:
            left = {"leave_time": self._stamp(), "leave_reason": reason}
            self._emit_person("meeting.participant_left", meeting, person, **left)

    def remove(self, meeting: Meeting, person: Person) -> None:
        """Someone is put out, and kept out unless the account allows rejoining."""
        meeting.removed.add(person.identity)
        self.leave(meeting, person, REMOVED)

    def end(self, meeting: Meeting) -> None:
        """The class is over: everyone leaves."""
        for person in meeting.present:
            self.leave(meeting, person, OVER)
        meeting.live, meeting.ended_at = False, self.now()
        self._emit("meeting.ended", ended_object(meeting))

    def share(self, meeting: Meeting, person: Person, content: str = "desktop") -> None:
        """Someone shares their screen."""
        person.sharing = True
        self._emit("meeting.sharing_started", sharing_object(meeting, person, self.now(), content))

    def stop_sharing(self, meeting: Meeting, person: Person, content: str = "desktop") -> None:
        """Someone's screen is no longer shared."""
        person.sharing = False
        self._emit("meeting.sharing_ended", sharing_object(meeting, person, self.now(), content))

    def change_role(self, meeting: Meeting, person: Person, role: str) -> None:
        """Someone becomes `host`, `co-host` or `attendee`."""
        old, person.role = person.role, role
        changed = {"date_time": self._stamp(), "old_role": old, "new_role": role}
        self._emit("meeting.participant_role_changed", role_object(meeting, person, **changed))

    def lock_by_hand(self, meeting: Meeting, *, locked: bool = True) -> None:
        """The host's own click on Lock meeting: nobody else gets in. Zoom sends no event for it."""
        meeting.locked = locked

    def expose_link(self, meeting: Meeting, link: str = "https://social.example.org/post/1") -> None:
        """The class link was found in public."""
        self._emit("meeting.risk_alert", risk_object(meeting, link, self.now()))

    async def validate_url(self) -> bool:
        """Ask modbot's webhook address to prove itself, as Zoom does every 72 hours."""
        plain = secrets.token_urlsafe(16)
        body = self._body("endpoint.url_validation", {"plainToken": plain})
        async with self.client.post(self.webhook_url, data=body, headers=self._headers(body)) as response:
            if response.status != 200:
                return False
            answer = orjson.loads(await response.read())
        wanted: dict[str, str] = {
            "plainToken": plain,
            "encryptedToken": encrypted_token(self.webhook_secret, plain),
        }
        return bool(answer == wanted)

    def _let_in(self, meeting: Meeting, person: Person) -> None:
        meeting.people.append(person)
        self._emit_person("meeting.participant_joined", meeting, person, join_time=zulu(person.joined_at))

    def _stamp(self) -> str:
        return zulu(self.now())

    def _emit_person(self, event: str, meeting: Meeting, person: Person, **fields: str) -> None:
        self._emit(event, person_object(meeting, person, **fields))

    def _emit(self, event: str, meeting_fields: dict[str, Any]) -> None:
        body = self._body(event, {"account_id": self.webhook_account_id, "object": meeting_fields})

        async def deliver() -> None:
            self.delivered.append((event, await self._post(body)))

        self.send_soon(deliver)

    def _body(self, event: str, payload: dict[str, Any]) -> bytes:
        self._last_event_ms = max(int(self.now().timestamp() * 1000), self._last_event_ms + 1)
        return orjson.dumps({"event": event, "event_ts": self._last_event_ms, "payload": payload})

    async def _post(self, body: bytes) -> int:
        try:
            async with self.client.post(self.webhook_url, data=body, headers=self._headers(body)) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def _headers(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(self.now().timestamp()))
        return {
            "Content-Type": "application/json",
            "x-zm-request-timestamp": timestamp,
            "x-zm-signature": signature_of(self.webhook_secret, timestamp, body),
        }
