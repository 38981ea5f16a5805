"""Meet v2: who may enter a space without knocking.

https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces.members
"""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.meet.gate import CREATED, READONLY, Caller, query
from modbot.simulators.meet.masks import selection, show
from modbot.simulators.meet.messages import BATCH_UPDATE, MEMBER, read
from modbot.simulators.meet.pages import Paging
from modbot.simulators.meet.refusal import invalid, not_found, refused
from modbot.simulators.meet.spaces import SpaceRoutes
from modbot.simulators.meet.world import Member, Space, new_id

if TYPE_CHECKING:
    from modbot.simulators.meet.simulator import MeetSimulator

MOST_AT_ONCE = 500
PAGING = Paging("members", MEMBER, usual=250, most=500)
NO_ROLE = "ROLE_UNSPECIFIED"


class MemberRoutes:
    """/v2/spaces/{space}/members."""

    def __init__(self, sim: "MeetSimulator", spaces: SpaceRoutes) -> None:
        self._sim = sim
        self._spaces = spaces

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        guarded, all_of_them = self._sim.guarded, "/v2/spaces/{space:[^/:]+}/members"
        one = f"{all_of_them}/{{member:[^/:]+}}"
        router.add_get(all_of_them, guarded(self.list_members))
        router.add_post(all_of_them, guarded(self.create))
        router.add_post(f"{all_of_them}:batchUpdate", guarded(self.batch_update))
        router.add_get(one, guarded(self.get))
        router.add_patch(one, guarded(self.patch))
        router.add_delete(one, guarded(self.delete))

    async def list_members(self, request: web.Request) -> web.Response:
        """members.list."""
        space, _ = self._read(request, "pageSize", "pageToken")
        return PAGING.page(request, [one.to_json(space.name) for one in space.members.values()])

    async def get(self, request: web.Request) -> web.Response:
        """members.get."""
        space, _ = self._read(request)
        return self._shown(request, space, self._member(space, request.match_info["member"]))

    async def create(self, request: web.Request) -> web.Response:
        """members.create: the e-mail is required, the role is not."""
        space = self._write(request)
        body = read(await self._sim.json_body(request), MEMBER)
        email = body.get("email", "")
        if "@" not in email:
            raise invalid("member.email", "An e-mail address is required.")
        if any(one.email.casefold() == email.casefold() for one in space.members.values()):
            raise refused("ALREADY_EXISTS", "This person is a member of the space.")
        made = Member(new_id(16), email, _role(body))
        if not self._sim.lying(request):
            space.members[made.id] = made
        return self._shown(request, space, made)

    async def patch(self, request: web.Request) -> web.Response:
        """members.patch: the role."""
        space = self._write(request, "updateMask")
        member = self._member(space, request.match_info["member"])
        body = read(await self._sim.json_body(request), MEMBER)
        _change(member, body, query(request).get("updateMask", ""))
        return self._shown(request, space, member)

    async def delete(self, request: web.Request) -> web.Response:
        """members.delete: takes the role and the free entry, and disconnects nobody."""
        space = self._write(request)
        member = self._member(space, request.match_info["member"])
        if not self._sim.lying(request):
            del space.members[member.id]
        return web.json_response({})

    async def batch_update(self, request: web.Request) -> web.Response:
        """members.batchUpdate: the masks of the parts must be the one of the whole, if they have one."""
        space = self._write(request)
        body = read(await self._sim.json_body(request), BATCH_UPDATE)
        parts, mask = body.get("requests", []), body.get("updateMask", "")
        if not 0 < len(parts) <= MOST_AT_ONCE:
            raise invalid("requests", f"1 to {MOST_AT_ONCE} members can be updated at once.")
        if any(part.get("updateMask", mask) != mask for part in parts):
            raise invalid("requests.update_mask", "It must be absent, or the mask of the whole batch.")
        found = [self._named(space, part.get("member", {})) for part in parts]  # all or none
        for member, part in zip(found, parts, strict=True):
            _change(member, part["member"], mask)
        return web.json_response({"members": [one.to_json(space.name) for one in found]})

    def _named(self, space: Space, body: dict[str, Any]) -> Member:
        prefix = f"{space.name}/members/"
        name = body.get("name", "")
        if not name.startswith(prefix):
            raise invalid("requests.member.name", "It must be a member of this space.")
        return self._member(space, name.removeprefix(prefix))

    def _member(self, space: Space, member_id: str) -> Member:
        found = space.members.get(member_id)
        if found is None:
            raise not_found("member")
        return found

    def _read(self, request: web.Request, *params: str) -> tuple[Space, Caller]:
        caller = self._sim.gate.enter(request, (CREATED, READONLY), params=params)
        return self._spaces.owned(request, caller, also=READONLY), caller

    def _write(self, request: web.Request, *params: str) -> Space:
        caller = self._sim.gate.enter(request, (CREATED,), kind="write", params=params)
        return self._spaces.owned(request, caller)

    def _shown(self, request: web.Request, space: Space, member: Member) -> web.Response:
        answer, fields = member.to_json(space.name), query(request).get("fields", "")
        return web.json_response(show(answer, selection(fields, MEMBER)) if fields else answer)


def _role(body: dict[str, Any]) -> str:
    role = str(body.get("role", NO_ROLE))
    return "" if role == NO_ROLE else role


def _change(member: Member, body: dict[str, Any], mask: str) -> None:
    for path in filter(None, mask.split(",")):
        if path not in {"role", "*"}:
            raise invalid("update_mask", f"The path {path[:80]!r} cannot be updated.")
    if mask or "role" in body:
        member.role = _role(body)
