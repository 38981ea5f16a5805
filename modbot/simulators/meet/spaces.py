"""Meet v2: spaces, their settings, and the end of the call in one.

https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces
"""

import copy
import re
from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.meet.gate import CREATED, READONLY, SETTINGS, Caller, query
from modbot.simulators.meet.masks import at, selection, show, update_paths
from modbot.simulators.meet.messages import NOTHING, SPACE, read
from modbot.simulators.meet.refusal import denied, invalid, refused
from modbot.simulators.meet.world import Space, filled

if TYPE_CHECKING:
    from modbot.simulators.meet.simulator import MeetSimulator

CODE = re.compile(r"[a-z]{3}-[a-z]{4}-[a-z]{3}", re.IGNORECASE)


class SpaceRoutes:
    """/v2/spaces."""

    def __init__(self, sim: "MeetSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        guarded, one = self._sim.guarded, "/v2/spaces/{space:[^/:]+}"
        router.add_post("/v2/spaces", guarded(self.create))
        router.add_get(one, guarded(self.get))
        router.add_patch(one, guarded(self.patch))
        router.add_post(f"{one}:endActiveConference", guarded(self.end))

    async def create(self, request: web.Request) -> web.Response:
        """spaces.create: the caller owns it, and this app made it."""
        caller = self._sim.gate.enter(request, (CREATED,), kind="create")
        body = read(await self._sim.json_body(request), SPACE)
        space = Space(
            caller.user, self._sim.default_access, created_by_app=True, config=copy.deepcopy(body.get("config", {}))
        )
        if not self._sim.lying(request):
            self._sim.spaces[space.id] = space
        return self._shown(request, space, caller, space.config)

    async def get(self, request: web.Request) -> web.Response:
        """spaces.get by id or meeting code: anyone may, with the settings left out for all but the owner."""
        caller = self._sim.gate.enter(request, (CREATED, READONLY, SETTINGS))
        space = self._sim.find_space(request.match_info["space"])
        if space is None or (caller.scopes.isdisjoint({READONLY, SETTINGS}) and not space.created_by_app):
            raise denied("MeetingSpace")
        return self._shown(request, space, caller, space.config)

    async def patch(self, request: web.Request) -> web.Response:
        """spaces.patch: settings only, by the owner, by id."""
        caller = self._sim.gate.enter(request, (CREATED, SETTINGS), kind="write", params=("updateMask",))
        space = self.owned(request, caller, also=SETTINGS)
        body = read(await self._sim.json_body(request), SPACE)
        paths = update_paths(query(request).get("updateMask", ""), body, SPACE, "config")
        config = filled(_patched(space.config, body, paths), space.default_access)
        if not self._sim.lying(request):
            space.config = config
        return self._shown(request, space, caller, config)

    async def end(self, request: web.Request) -> web.Response:
        """spaces.endActiveConference: by the owner, of a space this app made.

        What Google answers when nothing runs is not published: here it is FAILED_PRECONDITION.
        """
        caller = self._sim.gate.enter(request, (CREATED,), kind="write")
        space = self.owned(request, caller)
        read(await self._sim.json_body(request), NOTHING)
        if space.conference is None:
            raise refused("FAILED_PRECONDITION", "There is no active conference in the space.")
        if not self._sim.lying(request):
            self._sim.end_conference(space)
        return web.json_response({})

    def owned(self, request: web.Request, caller: Caller, also: str = "") -> Space:
        """A space by its id that the caller owns. Without the scope `also` this app must have made it.

        Raises Refused: 400 for a meeting code, 403 for what is another's, another app's or not there.
        """
        wanted = request.match_info["space"]
        space = self._sim.spaces.get(wanted)
        if space is None and CODE.fullmatch(wanted):
            raise invalid("name", "A meeting code is only good for spaces.get.")
        if space is None or space.owner != caller.user:
            raise denied("MeetingSpace")
        if not space.created_by_app and also not in caller.scopes:
            raise denied("MeetingSpace")
        return space

    def _shown(self, request: web.Request, space: Space, caller: Caller, config: dict[str, Any]) -> web.Response:
        answer, fields = space.to_json(caller.user, config), query(request).get("fields", "")
        return web.json_response(show(answer, selection(fields, SPACE)) if fields else answer)


def _patched(config: dict[str, Any], body: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """The settings with those at `paths` as in the body; what the body leaves out goes back to its default."""
    whole: dict[str, Any] = {"config": copy.deepcopy(config)}
    for path in paths:
        *groups, last = path.split(".")
        place = whole
        for name in groups:
            place = place.setdefault(name, {})
        wanted = at(body, path)
        if wanted is None:
            place.pop(last, None)
        else:
            place[last] = copy.deepcopy(wanted)
    found: dict[str, Any] = whole.get("config", {})
    return found
