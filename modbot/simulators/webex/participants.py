"""The simulated Webex: who is in a run, and expel, mute and admit."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.webex.accounts import Account
from modbot.simulators.webex.refusal import Refused
from modbot.simulators.webex.world import Meeting, Member

if TYPE_CHECKING:
    from modbot.simulators.webex.simulator import WebexSimulator

READ = ("meeting:participants_read", "meeting:admin_participants_read")
WRITE = "meeting:participants_write"
MOST_ADMITTED = 100


class ParticipantRoutes:
    """/meetingParticipants and what is below it."""

    def __init__(self, sim: "WebexSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        guarded = self._sim.guarded
        router.add_get("/v1/meetingParticipants", guarded(self.list))
        router.add_post("/v1/meetingParticipants/admit", guarded(self.admit))
        router.add_get("/v1/meetingParticipants/{id}", guarded(self.get))
        router.add_put("/v1/meetingParticipants/{id}", guarded(self.put))

    async def list(self, request: web.Request) -> web.Response:
        """Everyone of a run, also those who left."""
        account = self._sim.enter(request, *READ)
        meeting = self._sim.meetings.get(request.query.get("meetingId", ""))
        if meeting is None:
            raise Refused(404, "The meeting could not be found.")
        self._readable(account, meeting)
        return self._sim.paged(request, [meeting.member_json(one) for one in meeting.members.values()])

    async def get(self, request: web.Request) -> web.Response:
        """One person."""
        account = self._sim.enter(request, *READ)
        meeting, member = self._member(request.match_info["id"])
        self._readable(account, meeting)
        return web.json_response(meeting.member_json(member))

    async def put(self, request: web.Request) -> web.Response:
        """Expel wins over admit, and admit over muted."""
        account = self._sim.enter(request, WRITE)
        meeting, member = self._member(request.match_info["id"])
        self._sim.run(account, meeting.id)
        if member.state == "end":
            raise Refused(404, "The participant has left.")
        change = await self._sim.json_body(request)
        claimed = {**meeting.member_json(member), "muted": change.get("muted", member.muted)}
        if not self._sim.lying(request):
            self._change(meeting, member, change)
            claimed = meeting.member_json(member)
        return web.json_response(claimed)

    async def admit(self, request: web.Request) -> web.Response:
        """Let several people of one run in."""
        account = self._sim.enter(request, WRITE)
        items = (await self._sim.json_body(request)).get("items")
        if not isinstance(items, list) or not 0 < len(items) <= MOST_ADMITTED:
            raise Refused(400, f"items must hold 1 to {MOST_ADMITTED} participants.")
        if not all(isinstance(item, dict) for item in items):
            raise Refused(400, "Each of items must be an object with a participantId.")
        found = [self._member(str(item.get("participantId", ""))) for item in items]
        if len({meeting.id for meeting, _ in found}) != 1:
            raise Refused(400, "All participants must belong to the same meeting.")
        self._sim.run(account, found[0][0].id)
        if not self._sim.lying(request):
            for meeting, member in found:
                self._sim.admit(meeting, member.id)
        return web.Response(status=204)

    def _change(self, meeting: Meeting, member: Member, change: dict[str, Any]) -> None:
        if change.get("expel") is True:
            self._sim.expel(meeting, member.id)
            return
        if change.get("admit") is True:
            self._sim.admit(meeting, member.id)
        if isinstance(change.get("muted"), bool):
            member.muted = change["muted"]

    def _member(self, participant_id: str) -> tuple[Meeting, Member]:
        meeting = self._sim.meetings.get(participant_id.rpartition("_")[0])
        member = meeting.members.get(participant_id) if meeting else None
        if meeting is None or member is None:
            raise Refused(404, "The participant could not be found.")
        return meeting, member

    def _readable(self, account: Account, meeting: Meeting) -> None:
        if READ[1] not in account.scopes and account.email.casefold() != meeting.host_email.casefold():
            raise Refused(403, "Only the host or an admin may list participants.")
