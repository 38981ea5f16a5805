"""The Admin SDK's directory: who is behind a participant's `users/{id}`.

https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/get
"""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.meet.gate import DIRECTORY
from modbot.simulators.meet.people import User
from modbot.simulators.meet.refusal import directory

if TYPE_CHECKING:
    from modbot.simulators.meet.simulator import MeetSimulator

PARAMETERS = ("projection", "customFieldMask", "viewType")


class DirectoryRoutes:
    """/admin/directory/v1/users/{userKey}."""

    def __init__(self, sim: "MeetSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the route."""
        router.add_get("/admin/directory/v1/users/{key}", self._sim.guarded(self.get))

    async def get(self, request: web.Request) -> web.Response:
        """users.get by id or e-mail, for an administrator. Consumers and other domains are not in it."""
        caller = self._sim.gate.enter(request, (DIRECTORY,), params=PARAMETERS)
        if caller.user.email != self._sim.admin_email.casefold():
            raise directory(403, "forbidden", "Not Authorized to access this resource/api")
        found = self._sim.people.find(request.match_info["key"])
        if found is None or not found.in_domain:
            raise directory(404, "notFound", "Resource Not Found: userKey")
        return web.json_response(self._shown(found))

    def _shown(self, user: User) -> dict[str, Any]:
        return {
            "kind": "admin#directory#user",
            "id": user.id,
            "etag": f'"{user.id}"',
            "primaryEmail": user.email,
            "name": {"givenName": user.given_name, "familyName": user.family_name, "fullName": user.name},
            "isAdmin": user.email == self._sim.admin_email.casefold(),
            "isDelegatedAdmin": False,
            "suspended": False,
            "archived": False,
            "orgUnitPath": "/",
        }
