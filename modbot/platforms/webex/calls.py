"""The Webex calls modbot makes, one method each, answers narrowed to what modbot reads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from modbot.errors import MalformedAnswer
from modbot.model import Presence, Session
from modbot.platforms.webex import answers
from modbot.platforms.webex.answers import Attendee
from modbot.platforms.webex.api import PAGE_SIZE, Call, WebexApi, segment

ADMIT_AT_ONCE = 100
LIVE = "inProgress"
HURRIED = timedelta(seconds=3)
PATCH_TYPE = "application/json-patch+json"  # what the specification names, though the body is a plain object


class WebexCalls:
    """Each call on behalf of a session's host. All raise VendorError."""

    def __init__(self, api: WebexApi) -> None:
        self._api = api

    async def live_sessions(self, host_email: str) -> list[Session]:
        """Runs in progress that this person hosts, without those they are only invited to.

        https://developer.webex.com/docs/api/v1/meetings/list-meetings
        """
        found = await self._api.items(
            Call(
                "GET",
                "/meetings",
                host_email,
                params={"meetingType": "meeting", "state": LIVE, "hostEmail": host_email, "max": str(PAGE_SIZE)},
            )
        )
        sessions = [answers.session(item) for item in found if item.get("state") == LIVE]
        return [one for one in sessions if one is not None and one.host_email.casefold() == host_email.casefold()]

    async def meeting(self, session: Session, meeting_id: str) -> dict[str, Any]:
        """A series or a run, as Webex describes it.

        https://developer.webex.com/docs/api/v1/meetings/get-a-meeting
        """
        call = Call("GET", f"/meetings/{segment(meeting_id)}", session.host_email, for_host="query")
        return (await self._api.send(call)).json_object()

    async def change_meeting(self, session: Session, fields: Mapping[str, Any]) -> None:
        """Change a series from its next start on, without mailing the people invited.

        https://developer.webex.com/docs/api/v1/meetings/patch-a-meeting
        """
        await self._api.send(
            Call(
                "PATCH",
                f"/meetings/{segment(session.room.id)}",
                session.host_email,
                body={**fields, "sendEmail": False},
                content_type=PATCH_TYPE,
                for_host="body",
            )
        )

    async def locked(self, session: Session, *, urgency: int = 2, hurried: bool = False) -> bool:
        """Whether a live class is locked. `hurried`: one try of at most 3 seconds.

        https://developer.webex.com/docs/api/v1/meetings/get-meeting-control-status
        """
        call = Call("GET", "/meetings/controls", session.host_email, urgency, params={"meetingId": session.id})
        if hurried:
            call = replace(call, deadline=HURRIED, more_tries=0)
        answer = await self._api.send(call)
        value = answer.json_object().get("locked")
        if not isinstance(value, bool):
            raise MalformedAnswer(
                "webex", "Webex did not say whether the class is locked.", status=answer.status, log_detail="no locked"
            )
        return value

    async def set_lock(self, session: Session, *, locked: bool, urgency: int) -> None:
        """Lock or unlock a live class; recording is not touched. The answer's own `locked` is not to be trusted.

        https://developer.webex.com/docs/api/v1/meetings/update-meeting-control-status
        """
        await self._api.send(
            Call(
                "PUT",
                "/meetings/controls",
                session.host_email,
                urgency,
                params={"meetingId": session.id},
                body={"locked": locked},
            )
        )

    async def attendees(self, session: Session, *, urgency: int = 2) -> list[Attendee]:
        """Everyone in the class or its lobby now; not those who left.

        https://developer.webex.com/docs/api/v1/meeting-participants/list-meeting-participants
        """
        found = await self._api.items(
            Call(
                "GET",
                "/meetingParticipants",
                session.host_email,
                urgency,
                params={"meetingId": session.id, "max": str(PAGE_SIZE)},
                for_host="query",
            )
        )
        people = [answers.attendee(item) for item in found]
        if None in people:
            raise MalformedAnswer(
                "webex",
                "Webex gave a list of people modbot could not read.",
                log_detail="a participant without id or state",
            )
        return [one for one in people if one is not None and one.participant.presence is not Presence.LEFT]

    async def expel(self, session: Session, participant_id: str) -> None:
        """Put one person out of the class or its lobby.

        https://developer.webex.com/docs/api/v1/meeting-participants/update-a-participant
        """
        await self._update(session, participant_id, {"expel": True}, urgency=1)

    async def mute(self, session: Session, participant_id: str) -> None:
        """Mute one person.

        https://developer.webex.com/docs/api/v1/meeting-participants/update-a-participant
        """
        await self._update(session, participant_id, {"muted": True}, urgency=2)

    async def admit(self, session: Session, participant_ids: Sequence[str]) -> None:
        """Let in at most 100 people of one run from the lobby.

        https://developer.webex.com/docs/api/v1/meeting-participants/admit-participants
        """
        items = [{"participantId": one} for one in participant_ids]
        await self._api.send(Call("POST", "/meetingParticipants/admit", session.host_email, body={"items": items}))

    async def end(self, session: Session) -> None:
        """End this run for everyone. Sent once, never retried.

        https://developer.webex.com/docs/api/v1/meetings/end-a-meeting
        """
        reason = {"reason": "Ended by the school."}
        await self._api.send(Call("POST", f"/meetings/{segment(session.id)}/end", session.host_email, body=reason))

    async def _update(self, session: Session, participant_id: str, change: Mapping[str, bool], *, urgency: int) -> None:
        path = f"/meetingParticipants/{segment(participant_id)}"
        await self._api.send(Call("PUT", path, session.host_email, urgency, body=change))
