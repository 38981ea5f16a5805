"""The simulated Graph: online meetings, found by link or number, read and changed."""

import copy
import re
from typing import TYPE_CHECKING

from aiohttp import web

from modbot.simulators.teams.options import checked
from modbot.simulators.teams.refusal import Refused, json_body
from modbot.simulators.teams.shapes import CONTEXT, meeting_json
from modbot.simulators.teams.world import Meeting, User

if TYPE_CHECKING:
    from modbot.simulators.teams.simulator import TeamsSimulator

WRITE = "OnlineMeetings.ReadWrite.All"
READ = ("OnlineMeetings.Read.All", WRITE)
FILTER = re.compile(r"^(JoinWebUrl|joinMeetingIdSettings/joinMeetingId) eq '((?:[^']|'')*)'$", re.IGNORECASE)
NEWER = "include-unknown-enum-members"


class OnlineMeetingRoutes:
    """/users/{oid}/onlineMeetings and what is below it."""

    def __init__(self, sim: "TeamsSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        guarded = self._sim.guarded
        for version in self._sim.versions:
            base = f"/{version}/users/{{user}}/onlineMeetings"
            router.add_get(base, guarded(self.find))
            router.add_get(f"{base}/{{id}}", guarded(self.get))
            router.add_patch(f"{base}/{{id}}", guarded(self.patch))

    async def find(self, request: web.Request) -> web.Response:
        """One meeting by join link or number, for its organiser or somebody invited.

        https://learn.microsoft.com/graph/api/onlinemeeting-get. What Graph answers when it finds none is not
        documented; here it is 404.
        """
        user = self._enter(request, *READ)
        asked = FILTER.match(request.query.get("$filter", ""))
        if asked is None:
            raise Refused(
                400, "BadRequest", "Filter expression expected - /onlineMeetings?$filter=JoinWebUrl eq '...'."
            )
        by_link, wanted = asked[1].casefold() == "joinweburl", asked[2].replace("''", "'")
        for meeting in self._sim.meetings:
            if wanted == (meeting.join_web_url if by_link else meeting.join_meeting_id) and _sees(user, meeting):
                body = {"@odata.context": f"{CONTEXT}#users('{user.oid}')/onlineMeetings"}
                return web.json_response({**body, "value": [self._shown(request, meeting)]})
        raise Refused(404, "NotFound", "The meeting could not be found.")

    async def get(self, request: web.Request) -> web.Response:
        """One meeting. https://learn.microsoft.com/graph/api/onlinemeeting-get."""
        meeting = self._own(request, self._enter(request, *READ))
        return web.json_response(self._shown(request, meeting))

    async def patch(self, request: web.Request) -> web.Response:
        """Change options; the live ones at once. https://learn.microsoft.com/graph/api/onlinemeeting-update."""
        meeting = self._own(request, self._enter(request, WRITE))
        change = checked(await json_body(request))
        if self._sim.lying(request):
            meeting = copy.deepcopy(meeting)
        meeting.change(change)
        self._sim.changed_options(meeting)
        return web.json_response(self._shown(request, meeting))

    def _enter(self, request: web.Request, *roles: str) -> User:
        """The user in the path, on whose behalf the app may act. Raises Refused (401, 403, 404, 429)."""
        self._sim.enter(request, *roles, refusal=Refused(403, "Forbidden", ""))
        user = self._sim.users.get(request.match_info["user"])
        if user is None or user.tenant != self._sim.entra.tenant:
            raise Refused(404, "NotFound", "The user in the path is not the object id of a user.")
        self._sim.check_policy(user)
        return user

    def _own(self, request: web.Request, user: User) -> Meeting:
        for meeting in self._sim.meetings:
            if meeting.id == request.match_info["id"]:
                if meeting.organizer.oid != user.oid:
                    raise Refused(404, "NotFound", "Organizer Id mismatch.")
                return meeting
        raise Refused(404, "NotFound", "The meeting could not be found.")

    def _shown(self, request: web.Request, meeting: Meeting) -> dict[str, object]:
        return meeting_json(meeting, newer_values=NEWER in request.headers.get("Prefer", ""))


def _sees(user: User, meeting: Meeting) -> bool:
    invited = {address.casefold() for address in meeting.attendees}
    return meeting.organizer.oid == user.oid or user.email.casefold() in invited
