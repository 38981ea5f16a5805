"""The simulated Graph: users and their calendars."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.teams.moments import read
from modbot.simulators.teams.refusal import Refused
from modbot.simulators.teams.shapes import CONTEXT, event_json, user_json
from modbot.simulators.teams.world import Meeting, User

if TYPE_CHECKING:
    from modbot.simulators.teams.simulator import TeamsSimulator

USERS = ("User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All", "Directory.Read.All")
CALENDARS = ("Calendars.Read", "Calendars.ReadBasic.All", "Calendars.ReadWrite")
MOST_A_PAGE = 1000
OPTIONS = {"$select", "$top", "$skip", "$orderby", "startDateTime", "endDateTime"}


class DirectoryRoutes:
    """GET /users/{id} and /users/{id}/calendarView."""

    def __init__(self, sim: "TeamsSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        for version in self._sim.versions:
            router.add_get(f"/{version}/users/{{user}}", self._sim.guarded(self.get))
            router.add_get(f"/{version}/users/{{user}}/calendarView", self._sim.guarded(self.calendar_view))

    async def get(self, request: web.Request) -> web.Response:
        """By object id or sign-in name. https://learn.microsoft.com/graph/api/user-get."""
        self._sim.enter(request, *USERS)
        user = self._find(request)
        if user is None:
            name = request.match_info["user"]
            raise Refused(
                404,
                "Request_ResourceNotFound",
                f"Resource '{name}' does not exist or one of its queried reference-property objects are not present.",
            )
        return web.json_response(selected(user_json(user), request))

    async def calendar_view(self, request: web.Request) -> web.Response:
        """Meetings that overlap a window. https://learn.microsoft.com/graph/api/user-list-calendarview."""
        self._sim.enter(request, *CALENDARS, refusal=Refused(403, "ErrorAccessDenied", "Access is denied."))
        user = self._find(request)
        if user is None:
            raise Refused(404, "ErrorInvalidUser", "The requested user is invalid.")
        unknown = request.query.keys() - OPTIONS
        if unknown:
            raise Refused(400, "BadRequest", f"Query option not supported: {', '.join(sorted(unknown))}.")
        start, end = self._moment(request, "startDateTime"), self._moment(request, "endDateTime")
        found = [one for one in self._sim.meetings if one.start < end and one.end > start and _concerns(one, user)]
        found.sort(key=lambda meeting: meeting.start)
        return self._page(request, [selected(event_json(one, user), request) for one in found])

    def _find(self, request: web.Request) -> User | None:
        wanted = request.match_info["user"].casefold()
        district = (one for one in self._sim.users.values() if one.tenant == self._sim.entra.tenant)
        return next((one for one in district if wanted in (one.oid, one.email.casefold())), None)

    def _moment(self, request: web.Request, name: str) -> Any:
        if name not in request.query:
            raise Refused(400, "ErrorInvalidParameter", f"The query parameter {name} is required.")
        return read(request.query[name], name)

    def _page(self, request: web.Request, items: list[dict[str, Any]]) -> web.Response:
        size = _whole(request, "$top", self._sim.page_size, least=1)
        skipped = _whole(request, "$skip", 0, least=0)
        body: dict[str, Any] = {"@odata.context": f"{CONTEXT}#calendarView", "value": items[skipped : skipped + size]}
        if skipped + size < len(items):
            body["@odata.nextLink"] = str(request.url.update_query({"$skip": str(skipped + size)}))
        return web.json_response(body)


def _concerns(meeting: Meeting, user: User) -> bool:
    invited = {address.casefold() for address in meeting.attendees}
    return meeting.organizer.oid == user.oid or user.email.casefold() in invited


def _whole(request: web.Request, name: str, usual: int, *, least: int) -> int:
    text = request.query.get(name, str(usual))
    if not text.isdecimal() or not least <= int(text) <= MOST_A_PAGE:
        raise Refused(400, "BadRequest", f"{name} is out of range.")
    return int(text)


def selected(body: dict[str, Any], request: web.Request) -> dict[str, Any]:
    """Only the properties named by `$select`, and the id."""
    if "$select" not in request.query:
        return body
    wanted = {name.strip() for name in request.query["$select"].split(",")} | {"id", "@odata.context"}
    return {name: value for name, value in body.items() if name in wanted}
