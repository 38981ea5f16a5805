"""The calling bot's legs in meetings, and the callbacks it gets about them.

https://learn.microsoft.com/graph/api/application-post-calls
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from modbot.simulators.teams.shapes import participant_json
from modbot.simulators.teams.signing import Signer
from modbot.simulators.teams.world import Meeting, Member

if TYPE_CHECKING:
    from modbot.simulators.teams.classroom import Classroom

ISSUER = "https://api.botframework.com"
KEPT_ALIVE = timedelta(minutes=45)
HUNG_UP, REMOVED, ALONE = (200, 5000), (200, 5300), (200, 5010)
LOBBY_TIMEOUT, NOT_KEPT_ALIVE = (200, 5855), (408, 8537)
LOCKED_OUT = (403, 0)  # what Teams gives for a locked meeting is documented nowhere
WORDS = {
    HUNG_UP: "The call was ended.",
    REMOVED: "Participant was removed from the conversation by another participant.",
    ALONE: "The last participant left.",
    LOBBY_TIMEOUT: "Nobody admitted the participant from the lobby in time.",
    NOT_KEPT_ALIVE: "The call was not kept alive.",
    LOCKED_OUT: "The meeting is locked.",
}


@dataclass(slots=True)
class Leg:
    """One call of the bot. `state` is establishing, established or terminated."""

    id: str
    meeting: Meeting
    member: Member | None
    callback_uri: str
    asked: dict[str, Any]  # the request, echoed in answers
    since: datetime
    kept_alive_at: datetime
    state: str = "establishing"
    result: tuple[int, int] | None = None
    chain_id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Legs:
    """Every leg, and what its bot is told."""

    def __init__(self, sim: "Classroom") -> None:
        self.signer = Signer("bot")
        self.lobby_timeout = timedelta(minutes=30)  # Teams' own is not documented for bots
        self._sim = sim
        self._legs: dict[str, Leg] = {}

    def live(self, meeting: Meeting | None = None) -> list[Leg]:
        """Legs that have not ended, of one meeting or of all."""
        return [
            one
            for one in self._legs.values()
            if one.state != "terminated" and (meeting is None or one.meeting is meeting)
        ]

    def find(self, leg_id: str) -> Leg | None:
        """A leg that has not ended."""
        return next((one for one in self.live() if one.id == leg_id), None)

    def begin(self, meeting: Meeting, member: Member | None, asked: dict[str, Any]) -> Leg:
        """A bot calls in: it is told that its leg is establishing, and then what becomes of it."""
        now = self._sim.now()
        leg = Leg(str(uuid.uuid4()), meeting, member, str(asked["callbackUri"]), asked, now, now)
        self._legs[leg.id] = leg
        self._tell_state(leg)
        if member is None:
            self.end(leg, LOCKED_OUT)
        elif member.state == "joined":
            self.establish(leg)
        return leg

    def establish(self, leg: Leg) -> None:
        """The leg is in the meeting. Its bot hears so."""
        leg.state, leg.kept_alive_at = "established", self._sim.now()
        self._tell_state(leg)

    def end(self, leg: Leg, result: tuple[int, int]) -> None:
        """The leg is over. Its bot is told why."""
        leg.state, leg.result = "terminated", result
        self._tell_state(leg)

    def end_all(self, meeting: Meeting, result: tuple[int, int]) -> None:
        """Every leg of a meeting is over."""
        for leg in self.live(meeting):
            self.end(leg, result)

    def of(self, member: Member) -> Leg | None:
        """The leg that a bot among the members belongs to."""
        return next((one for one in self.live() if one.member is member), None)

    def overdue(self) -> list[tuple[Leg, tuple[int, int]]]:
        """Legs that the clock has ended, and why."""
        now = self._sim.now()
        waited = [one for one in self.live() if one.state == "establishing" and now - one.since >= self.lobby_timeout]
        silent = [one for one in self.live() if one.state == "established" and now - one.kept_alive_at > KEPT_ALIVE]
        return [*((one, LOBBY_TIMEOUT) for one in waited), *((one, NOT_KEPT_ALIVE) for one in silent)]

    def roster_changed(self, meeting: Meeting) -> None:
        """The whole roster goes to every established leg."""
        for leg in self._established(meeting):
            roster = [participant_json(one) for one in meeting.present("joined", "lobby")]
            self._tell(leg, "participants", "updated", roster)

    def sharing_changed(self, meeting: Meeting, session_id: str, change: str) -> None:
        """A content sharing session was `created` or `deleted`."""
        session = {"@odata.type": "#microsoft.graph.contentSharingSession", "id": session_id}
        for leg in self._established(meeting):
            self._tell(leg, "contentsharingsessions", change, [session])

    def callback_token(self, **changes: Any) -> str:
        """The bearer token of a callback; `changes` are other claims, for forgeries.

        https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
        """
        start = int(self._sim.now().timestamp())
        claims = {
            "aud": self._sim.entra.client_id,
            "iss": ISSUER,
            "iat": start,
            "nbf": start,
            "exp": start + 3900,
            "tid": self._sim.entra.tenant,
        }
        return self.signer.sign({**claims, **changes})

    def _established(self, meeting: Meeting) -> list[Leg]:
        return [one for one in self.live(meeting) if one.state == "established"]

    def _tell_state(self, leg: Leg) -> None:
        data: dict[str, Any] = {"@odata.type": "#microsoft.graph.call", "state": leg.state, "id": leg.id}
        if leg.result is not None:
            data["resultInfo"] = result_json(leg.result)
        self._tell(leg, "", "deleted" if leg.state == "terminated" else "updated", data)

    def _tell(self, leg: Leg, below: str, change: str, data: Any) -> None:
        notification = {
            "@odata.type": "#microsoft.graph.commsNotification",
            "changeType": change,
            "resourceUrl": "/".join(part for part in ("/communications/calls", leg.id, below) if part),
            "callbackUri": leg.callback_uri,
            "resourceData": data,
        }
        body = {"@odata.type": "#microsoft.graph.commsNotifications", "value": [notification]}
        headers = {"Authorization": f"Bearer {self.callback_token()}"}
        kind = below or leg.state
        self._sim.posting.send(kind, leg.callback_uri, json.dumps(body).encode(), headers, again=False)


def result_json(result: tuple[int, int]) -> dict[str, Any]:
    """Why a leg ended. https://learn.microsoft.com/graph/api/resources/resultinfo."""
    code, subcode = result
    return {
        "@odata.type": "#microsoft.graph.resultInfo",
        "code": code,
        "subcode": subcode,
        "message": WORDS[result],
    }
