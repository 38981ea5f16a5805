"""The Graph calls of the calling bot, one method each.

Microsoft carries the sound (`serviceHostedMediaConfig`); modbot hears nothing of it.
https://learn.microsoft.com/graph/api/application-post-calls
"""

from collections.abc import Mapping
from typing import Any

from modbot.errors import Forbidden, MalformedAnswer
from modbot.platforms.teams.answers import text
from modbot.platforms.teams.api import Call, GraphApi, segment
from modbot.platforms.teams.classes import OnlineClass

JOIN = "Calls.JoinGroupCall.All"
NOT_REMOVED = (
    "Microsoft Teams does not let modbot put this person out. It never lets go of the organiser; for anybody else, IT "
    "must allow modbot's app with Set-CsApplicationMeetingConfiguration -AllowRemoveParticipantAppIds."
)


class BotCalls:
    """Each call for one leg of the bot. All raise VendorError; NotFound means that the leg, or the person, is gone."""

    def __init__(self, api: GraphApi, tenant_id: str, callback_url: str) -> None:
        self._api = api
        self._tenant_id = tenant_id
        self._callback_url = callback_url

    async def join(self, of: OnlineClass, *, urgency: int) -> str:
        """Call in; the new leg's id. It is not in the class yet. Sent once, never retried.

        https://learn.microsoft.com/graph/api/application-post-calls
        """
        body = {
            "@odata.type": "#microsoft.graph.call",
            "callbackUri": self._callback_url,
            "requestedModalities": ["audio"],
            "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
            "tenantId": self._tenant_id,
            **_address(of, self._tenant_id),
        }
        leg = await self._api.item(Call("POST", "/communications/calls", JOIN, body=body, urgency=urgency))
        leg_id = text(leg, "id")
        if not leg_id:
            said = "Microsoft Teams gave an answer modbot could not read."
            raise MalformedAnswer("teams", said, log_detail="a call without id")
        return leg_id

    async def state(self, leg_id: str, *, urgency: int) -> dict[str, Any]:
        """The leg as it is now. https://learn.microsoft.com/graph/api/call-get"""
        return await self._api.item(Call("GET", f"/communications/calls/{segment(leg_id)}", JOIN, urgency=urgency))

    async def participants(self, leg_id: str, *, urgency: int) -> list[dict[str, Any]]:
        """Everybody in the call and its lobby, the bot included.

        https://learn.microsoft.com/graph/api/call-list-participants
        """
        path = f"/communications/calls/{segment(leg_id)}/participants"
        return await self._api.items(Call("GET", path, JOIN, urgency=urgency))

    async def remove(self, leg_id: str, participant_id: str) -> None:
        """Put somebody out at once, without a word. https://learn.microsoft.com/graph/api/participant-delete"""
        path = f"/communications/calls/{segment(leg_id)}/participants/{segment(participant_id)}"
        try:
            await self._api.send(Call("DELETE", path, JOIN, urgency=1))
        except Forbidden as error:
            raise Forbidden(
                "teams", NOT_REMOVED, status=error.status, code=error.code, log_detail="participant removal"
            ) from error

    async def mute(self, leg_id: str, participant_id: str) -> None:
        """Mute somebody at the server. https://learn.microsoft.com/graph/api/participant-mute"""
        path = f"/communications/calls/{segment(leg_id)}/participants/{segment(participant_id)}/mute"
        await self._api.send(Call("POST", path, JOIN, body={"clientContext": "modbot"}))

    async def keep_alive(self, leg_id: str) -> None:
        """Say that the bot is still there: without it Teams ends the leg after 45 minutes.

        https://learn.microsoft.com/graph/api/call-keepalive
        """
        await self._api.send(Call("POST", f"/communications/calls/{segment(leg_id)}/keepAlive", JOIN))

    async def hang_up(self, leg_id: str) -> None:
        """Leave; the others go on. https://learn.microsoft.com/graph/api/call-delete"""
        await self._api.send(Call("DELETE", f"/communications/calls/{segment(leg_id)}", JOIN))


def _address(of: OnlineClass, tenant_id: str) -> Mapping[str, Any]:
    """How Teams is told which meeting: by its number where it has one, else by organiser and chat."""
    if of.number:
        info = {"@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo", "joinMeetingId": of.number}
        return {"meetingInfo": {**info, "passcode": of.passcode} if of.passcode else info}
    user = {"@odata.type": "#microsoft.graph.identity", "id": of.organizer_oid, "tenantId": tenant_id}
    organizer = {"@odata.type": "#microsoft.graph.identitySet", "user": user}
    return {
        "meetingInfo": {"@odata.type": "#microsoft.graph.organizerMeetingInfo", "organizer": organizer},
        "chatInfo": {"@odata.type": "#microsoft.graph.chatInfo", "threadId": of.thread_id, "messageId": "0"},
    }
