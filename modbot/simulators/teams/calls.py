"""The simulated Graph: the calling bot's calls, their rosters, and who it removes and mutes."""

import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web
from yarl import URL

from modbot.simulators.teams.legs import HUNG_UP, Leg, result_json
from modbot.simulators.teams.refusal import Refused, json_body
from modbot.simulators.teams.shapes import CONTEXT, participant_json
from modbot.simulators.teams.world import Meeting, Member

if TYPE_CHECKING:
    from modbot.simulators.teams.simulator import TeamsSimulator

AS_APP, AS_GUEST = "Calls.JoinGroupCall.All", "Calls.JoinGroupCallAsGuest.All"
LONGEST_CONTEXT = 256


class CallRoutes:
    """/communications/calls and what is below it."""

    def __init__(self, sim: "TeamsSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        guarded = self._sim.guarded
        for version in self._sim.versions:
            base = f"/{version}/communications/calls"
            router.add_post(base, guarded(self.create))
            router.add_get(f"{base}/{{id}}", guarded(self.get))
            router.add_delete(f"{base}/{{id}}", guarded(self.delete))
            router.add_post(f"{base}/{{id}}/keepAlive", guarded(self.keep_alive))
            router.add_get(f"{base}/{{id}}/participants", guarded(self.participants))
            router.add_get(f"{base}/{{id}}/participants/{{pid}}", guarded(self.participant))
            router.add_delete(f"{base}/{{id}}/participants/{{pid}}", guarded(self.remove))
            router.add_post(f"{base}/{{id}}/participants/{{pid}}/mute", guarded(self.mute))

    async def create(self, request: web.Request) -> web.Response:
        """Join a meeting. https://learn.microsoft.com/graph/api/application-post-calls."""
        refusal = Refused(403, "7504", "Insufficient enterprise tenant permissions, cannot access this API.")
        grant = self._sim.enter(request, AS_APP, AS_GUEST, refusal=refusal)
        body = await json_body(request)
        self._check(body)
        meeting = self._meeting(body)
        leg = self._sim.bot_joins(meeting, body, as_guest=AS_APP not in grant.roles)
        location = f"{request.url.origin()}{request.path}/{leg.id}"
        answer = {**self._shown(leg), "state": "establishing", "resultInfo": None}
        return web.json_response(answer, status=201, headers={"Location": location})

    async def get(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/call-get."""
        return web.json_response(self._shown(self._leg(request)))

    async def delete(self, request: web.Request) -> web.Response:
        """The bot hangs up; the others go on. https://learn.microsoft.com/graph/api/call-delete."""
        self._sim.bot_leaves(self._leg(request), HUNG_UP)
        return web.Response(status=204)

    async def keep_alive(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/call-keepalive."""
        self._leg(request).kept_alive_at = self._sim.now()
        return web.Response(status=200)

    async def participants(self, request: web.Request) -> web.Response:
        """Everybody in the call and its lobby. https://learn.microsoft.com/graph/api/call-list-participants."""
        leg = self._established(request)
        rows = [participant_json(one) for one in leg.meeting.present("joined", "lobby")]
        context = f"{CONTEXT}#communications/calls('{leg.id}')/participants"
        return web.json_response({"@odata.context": context, "value": rows})

    async def participant(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/participant-get."""
        leg = self._established(request)
        return web.json_response(participant_json(self._member(request, leg)))

    async def remove(self, request: web.Request) -> web.Response:
        """Put somebody out. https://learn.microsoft.com/graph/api/participant-delete."""
        leg = self._established(request)
        if self._sim.entra.client_id not in self._sim.remove_allowed:
            raise Refused(403, "Forbidden", "The application is not allowed to remove participants in this tenant.")
        member = self._member(request, leg)
        organizer = member.user is not None and member.user.oid == leg.meeting.organizer.oid
        if organizer and self._sim.organizer_stays:
            raise Refused(403, "Forbidden", "The organizer cannot be removed.")
        if member.state == "lobby" and not self._sim.lobby_can_be_denied:
            raise Refused(404, "NotFound", "The participant is not in the call.")
        if not self._sim.lying(request):
            self._sim.remove(leg.meeting, member.id)
        return web.Response(status=204)

    async def mute(self, request: web.Request) -> web.Response:
        """Mute somebody at the server. https://learn.microsoft.com/graph/api/participant-mute."""
        leg = self._established(request)
        member = self._member(request, leg)
        context = (await json_body(request)).get("clientContext")
        if context is not None and (not isinstance(context, str) or len(context) > LONGEST_CONTEXT):
            raise Refused(400, "BadRequest", f"clientContext is a text of up to {LONGEST_CONTEXT} characters.")
        if member.state == "lobby":
            raise Refused(404, "NotFound", "The participant is not in the call.")
        if not self._sim.lying(request):
            self._sim.mute(leg.meeting, member.id)
        operation = {
            "@odata.type": "#microsoft.graph.muteParticipantOperation",
            "@odata.context": f"{CONTEXT}#muteParticipantOperation",
            "id": str(uuid.uuid4()),
            "status": "Completed",
            "clientContext": context,
        }
        return web.json_response(operation)

    def _check(self, body: dict[str, Any]) -> None:
        if body.get("tenantId") != self._sim.entra.tenant:
            raise Refused(403, "7505", "Request authorization tenant mismatch.")
        address = body.get("callbackUri")
        if not isinstance(address, str) or URL(address).scheme not in {"http", "https"}:
            raise Refused(400, "BadRequest", "callbackUri is missing or is not an address.")
        if _type_of(body.get("mediaConfig")) != "serviceHostedMediaConfig":
            raise Refused(400, "BadRequest", "mediaConfig must be a serviceHostedMediaConfig.")
        if "audio" not in (body.get("requestedModalities") or ()):
            raise Refused(400, "BadRequest", "requestedModalities must name audio.")

    def _meeting(self, body: dict[str, Any]) -> Meeting:
        """The meeting that is asked for. Which errors Teams gives for a wrong number is documented nowhere."""
        info = body.get("meetingInfo")
        kind = _type_of(info)
        if not isinstance(info, dict) or kind not in {"joinMeetingIdMeetingInfo", "organizerMeetingInfo"}:
            raise Refused(400, "BadRequest", "meetingInfo is missing or of another type.")
        for meeting in self._sim.meetings:
            if kind == "joinMeetingIdMeetingInfo" and info.get("joinMeetingId") == meeting.join_meeting_id:
                if info.get("passcode") != meeting.passcode:
                    raise Refused(403, "Forbidden", "The passcode is wrong.")
                return meeting
            if kind == "organizerMeetingInfo" and _is_meant(meeting, info, body.get("chatInfo")):
                return meeting
        raise Refused(404, "NotFound", "The meeting could not be found.")

    def _leg(self, request: web.Request) -> Leg:
        self._sim.enter(request)
        leg = self._sim.legs.find(request.match_info["id"])
        if leg is None:
            raise Refused(404, "NotFound", "The call is over or never was.")
        return leg

    def _established(self, request: web.Request) -> Leg:
        """Raises Refused: 404 without the call, 409 while the bot waits (Graph's own status for that is not known)."""
        leg = self._leg(request)
        if leg.state != "established":
            raise Refused(409, "Conflict", "The call is not established.")
        return leg

    def _member(self, request: web.Request, leg: Leg) -> Member:
        member = leg.meeting.members.get(request.match_info["pid"])
        if member is None or member.state == "gone":
            raise Refused(404, "NotFound", "The participant is not in the call.")
        return member

    def _shown(self, leg: Leg) -> dict[str, Any]:
        bot = {"application": {"id": self._sim.entra.client_id, "displayName": "modbot"}}
        return {
            "@odata.type": "#microsoft.graph.call",
            "@odata.context": f"{CONTEXT}#app/calls/$entity",
            "id": leg.id,
            "state": leg.state,
            "direction": "outgoing",
            "callbackUri": leg.callback_uri,
            "callChainId": leg.chain_id,
            "callRoutes": [],
            "source": {"@odata.type": "#microsoft.graph.participantInfo", "identity": bot},
            "targets": [],
            "requestedModalities": ["audio"],
            "mediaConfig": leg.asked["mediaConfig"],
            "meetingInfo": leg.asked["meetingInfo"],
            "chatInfo": {"threadId": leg.meeting.thread_id, "messageId": "0", "replyChainMessageId": None},
            "tenantId": self._sim.entra.tenant,
            "myParticipantId": leg.member.id if leg.member else None,
            "subject": None,
            "resultInfo": result_json(leg.result) if leg.result else None,
        }


def _type_of(value: Any) -> str:
    """The type that a JSON object says it is, without its namespace."""
    return str(value.get("@odata.type", "")).removeprefix("#microsoft.graph.") if isinstance(value, dict) else ""


def _is_meant(meeting: Meeting, info: dict[str, Any], chat: Any) -> bool:
    user = (info.get("organizer") or {}).get("user") or {}
    thread = chat.get("threadId") if isinstance(chat, dict) else None
    return bool(user.get("id") == meeting.organizer.oid and thread == meeting.thread_id)
