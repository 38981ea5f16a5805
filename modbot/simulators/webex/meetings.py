"""The simulated Webex: meetings, their live controls and their end."""

import copy
from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.webex.refusal import Refused
from modbot.simulators.webex.world import Meeting, Series, series_json

if TYPE_CHECKING:
    from modbot.simulators.webex.simulator import WebexSimulator

READ = ("meeting:schedules_read", "meeting:admin_schedule_read")
WRITE = ("meeting:schedules_write", "meeting:admin_schedule_write")
PATCH_TYPES = {"application/json", "application/json-patch+json"}


class MeetingRoutes:
    """GET and PATCH /meetings, /meetings/controls, /meetings/{id}/end."""

    def __init__(self, sim: "WebexSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes; controls before ids."""
        guarded = self._sim.guarded
        router.add_get("/v1/meetings", guarded(self.list))
        router.add_get("/v1/meetings/controls", guarded(self.get_controls))
        router.add_put("/v1/meetings/controls", guarded(self.put_controls))
        router.add_get("/v1/meetings/{id}", guarded(self.get))
        router.add_patch("/v1/meetings/{id}", guarded(self.patch))
        router.add_post("/v1/meetings/{id}/end", guarded(self.end))

    async def list(self, request: web.Request) -> web.Response:
        """Runs of the caller, or with an admin scope of `hostEmail`."""
        account = self._sim.enter(request, *READ)
        host = request.query.get("hostEmail", account.email) if READ[1] in account.scopes else account.email
        wanted = request.query.get("state")
        found = [
            meeting.to_json()
            for meeting in self._sim.meetings.values()
            if meeting.concerns(host) and self._listed(meeting, wanted)
        ]
        return self._sim.paged(request, found)

    def _listed(self, meeting: Meeting, wanted: str | None) -> bool:
        if self._sim.now() - meeting.started_at < self._sim.listed_after:
            return False
        return wanted is None or wanted == ("inProgress" if meeting.live else "ended")

    async def get(self, request: web.Request) -> web.Response:
        """A series or a run, for its host, its co-hosts or an admin."""
        account = self._sim.enter(request, *READ)
        meeting_id = request.match_info["id"]
        run = self._sim.meetings.get(meeting_id)
        series = run.series if run else self._series(meeting_id)
        if READ[1] not in account.scopes and not self._sim.may_see(account.email, series):
            raise Refused(403, "The user is not allowed to see this meeting.")
        return web.json_response(run.to_json() if run else series_json(series))

    async def patch(self, request: web.Request) -> web.Response:
        """Change a series that is not running."""
        account = self._sim.enter(request, *WRITE)
        if request.content_type not in PATCH_TYPES:
            raise Refused(415, "Unsupported media type.")
        series = self._series(request.match_info["id"])
        change = await self._sim.json_body(request)
        if WRITE[1] not in account.scopes and account.email.casefold() != series.host_email.casefold():
            raise Refused(403, "Only the host may change this meeting.")
        if any(one.live and one.series is series for one in self._sim.meetings.values()):
            raise Refused(409, "The meeting is in progress.")
        changed = {**copy.deepcopy(series.settings), **{k: v for k, v in change.items() if k in series.settings}}
        if not self._sim.lying(request):
            series.settings = changed
        return web.json_response({**series_json(series), **changed})

    async def get_controls(self, request: web.Request) -> web.Response:
        """Lock and recording state of a live run."""
        meeting = self._controlled(request, "meeting:controls_read")
        return web.json_response(_controls(meeting, meeting.locked))

    async def put_controls(self, request: web.Request) -> web.Response:
        """Lock, unlock."""
        meeting = self._controlled(request, "meeting:controls_write")
        change = await self._sim.json_body(request)
        locked = change.get("locked", meeting.locked)
        if not isinstance(locked, bool):
            raise Refused(400, "locked must be a boolean.")
        if not self._sim.lying(request):
            meeting.locked = locked
        return web.json_response(_controls(meeting, locked))

    async def end(self, request: web.Request) -> web.Response:
        """End a run, or the run that a series has now."""
        account = self._sim.enter(request, "meeting:schedules_write")
        meeting_id = request.match_info["id"]
        live = [one for one in self._sim.meetings.values() if one.series.id == meeting_id and one.live]
        meeting = self._sim.run(account, live[0].id if live else meeting_id)
        if not self._sim.lying(request):
            self._sim.end(meeting)
        return web.Response(status=204)

    def _controlled(self, request: web.Request, scope: str) -> Meeting:
        return self._sim.run(self._sim.enter(request, scope), request.query.get("meetingId", ""))

    def _series(self, series_id: str) -> Series:
        series = self._sim.series.get(series_id)
        if series is None:
            raise Refused(404, "The requested resource could not be found.")
        return series


def _controls(meeting: Meeting, locked: bool) -> dict[str, Any]:  # noqa: FBT001 - a field of the answer
    return {"locked": locked, "recordingStarted": meeting.recording, "recordingPaused": False}
