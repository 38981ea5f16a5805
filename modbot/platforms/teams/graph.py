"""The Graph calls about teachers, their calendars and their meetings, one method each."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from modbot.errors import MalformedAnswer, NotFound
from modbot.platforms.teams.answers import text, wire
from modbot.platforms.teams.api import Call, GraphApi, quoted, segment

USERS = "User.ReadBasic.All"
CALENDARS = "Calendars.ReadBasic.All"
READ = "OnlineMeetings.Read.All"
WRITE = "OnlineMeetings.ReadWrite.All"
# Without it Graph shows the lobby's newer values as one value that cannot be put back.
ALL_VALUES = "include-unknown-enum-members"
HURRIED = timedelta(seconds=3)
PAGE_SIZE = "100"


class Graph:
    """Each call on behalf of a meeting's organiser. All raise VendorError."""

    def __init__(self, api: GraphApi) -> None:
        self._api = api

    async def object_id(self, email: str) -> str:
        """The directory id of somebody by the name they sign in with.

        https://learn.microsoft.com/graph/api/user-get
        """
        call = Call("GET", f"/users/{segment(email)}", USERS, params={"$select": "id"})
        oid = text(await self._api.item(call), "id")
        if not oid:
            raise MalformedAnswer(
                "teams", "Microsoft gave an answer modbot could not read.", log_detail="user without id"
            )
        return oid

    async def calendar(self, email: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """What stands in somebody's calendar between two times, each occurrence of a series by itself, in UTC.

        https://learn.microsoft.com/graph/api/user-list-calendarview
        """
        params = {
            "startDateTime": wire(start),
            "endDateTime": wire(end),
            "$select": "start,end,isCancelled,isOrganizer,onlineMeeting",
            "$top": PAGE_SIZE,
        }
        call = Call("GET", f"/users/{segment(email)}/calendarView", CALENDARS, params, prefer='outlook.timezone="UTC"')
        return await self._api.items(call)

    async def meeting_linked(self, oid: str, join_url: str) -> dict[str, Any]:
        """The meeting behind a join link. Raises NotFound when this person neither organises it nor is invited.

        https://learn.microsoft.com/graph/api/onlinemeeting-get
        """
        return await self._one(oid, f"JoinWebUrl eq {quoted(join_url)}")

    async def meeting_numbered(self, oid: str, number: str) -> dict[str, Any]:
        """The meeting with this meeting id. Raises NotFound as `meeting_linked` does.

        https://learn.microsoft.com/graph/api/onlinemeeting-get
        """
        return await self._one(oid, f"joinMeetingIdSettings/joinMeetingId eq {quoted(number)}")

    async def meeting(self, oid: str, meeting_id: str, *, urgency: int = 2, hurried: bool = False) -> dict[str, Any]:
        """The meeting with its options as they are now. `hurried`: one try of at most 3 seconds.

        https://learn.microsoft.com/graph/api/onlinemeeting-get
        """
        path = f"/users/{segment(oid)}/onlineMeetings/{segment(meeting_id)}"
        call = Call("GET", path, READ, prefer=ALL_VALUES, urgency=urgency)
        if hurried:
            call = Call("GET", path, READ, prefer=ALL_VALUES, urgency=urgency, deadline=HURRIED, more_tries=0)
        return await self._api.item(call)

    async def change_meeting(self, oid: str, meeting_id: str, change: Mapping[str, Any], *, urgency: int = 2) -> None:
        """Change options; a running class obeys those that are live. The answer is not a proof of it.

        https://learn.microsoft.com/graph/api/onlinemeeting-update
        """
        path = f"/users/{segment(oid)}/onlineMeetings/{segment(meeting_id)}"
        await self._api.send(Call("PATCH", path, WRITE, body=change, urgency=urgency))

    async def _one(self, oid: str, wanted: str) -> dict[str, Any]:
        call = Call("GET", f"/users/{segment(oid)}/onlineMeetings", READ, {"$filter": wanted}, prefer=ALL_VALUES)
        found = await self._api.items(call)
        if not found:
            raise NotFound("teams", "Microsoft Teams does not find this class.", log_detail="an empty collection")
        return found[0]
