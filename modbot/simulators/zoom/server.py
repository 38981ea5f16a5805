"""Zoom's REST API as modbot uses it, over loopback. Paths and codes: https://developers.zoom.us/docs/api/meetings/"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import orjson
from aiohttp import web

from modbot.simulators.zoom.classroom import Classroom
from modbot.simulators.zoom.gate import HEAVY, LIGHT, MEDIUM, RESOURCE_INTENSIVE, Refused
from modbot.simulators.zoom.state import SCHEDULED, Meeting, Person
from modbot.simulators.zoom.webhooks import zulu

UPDATES_A_DAY = 100
MOST_ON_A_PAGE = 300

Handler = Callable[[web.Request], Awaitable[web.Response]]


class ZoomSimulator(Classroom):
    """A Zoom account with one Server-to-Server app. `url` + "/v2" is the API, `url` + "/oauth/token" gives tokens.

    The switches below are Zoom's own unclear or plan-dependent behaviours; `faults` are for misbehaving.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(now)
        self.has_dashboard = True  # Business plan or higher
        self.host_rule = False  # removal only by the host or an alternative host
        self.owner_email = "zoom-owner@example.org"  # whose token the app has
        self.secure_with_one_option = False  # force one of passcode, waiting room, sign-in
        self.admin_locked: dict[str, Any] = {}  # settings the district locked: a PATCH is taken and overruled

    @property
    def api_url(self) -> str:
        """For MODBOT_ZOOM__API_URL."""
        return f"{self.url}/v2"

    @property
    def oauth_url(self) -> str:
        """For MODBOT_ZOOM__OAUTH_URL."""
        return f"{self.url}/oauth/token"

    def routes(self, router: web.UrlDispatcher) -> None:
        """The calls modbot makes."""
        router.add_post("/oauth/token", self._token)
        guarded: tuple[tuple[str, str, str, str, Handler], ...] = (
            ("GET", "/meetings/{id}", "meeting:read:meeting:admin", LIGHT, self._get),
            ("PATCH", "/meetings/{id}", "meeting:update:meeting:admin", LIGHT, self._patch),
            ("PUT", "/meetings/{id}/status", "meeting:update:status:admin", LIGHT, self._status),
            ("PATCH", "/live_meetings/{id}/events", "meeting:update:in_meeting_controls:admin", MEDIUM, self._events),
            ("GET", "/users/{id}/meetings", "meeting:read:list_meetings:admin", MEDIUM, self._of_host),
            ("GET", "/metrics/meetings", "dashboard:read:list_meetings:admin", RESOURCE_INTENSIVE, self._all_live),
            (
                "GET",
                "/metrics/meetings/{id}/participants",
                "dashboard:read:list_meeting_participants:admin",
                HEAVY,
                self._participants,
            ),
        )
        for method, path, scope, label, handler in guarded:
            router.add_route(method, "/v2" + path, self._guarded(scope, label, handler))

    def _guarded(self, scope: str, label: str, handler: Handler) -> Handler:
        async def guard(request: web.Request) -> web.Response:
            try:
                self.gate.admit(request, scope, label)
                return await handler(request)
            except Refused as refused:
                return refused.answer()

        return guard

    async def _token(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        try:
            return web.json_response(self.gate.grant(form, request.headers.get("Authorization", "")))
        except Refused as refused:
            body = {"reason": refused.message, "error": "invalid_client"}
            return web.json_response(body, status=refused.status)

    def _meeting(self, request: web.Request) -> Meeting:
        """The meeting a path names. An id that begins with `/` or contains `//` must be encoded twice."""
        once = request.match_info["id"]
        unsafe = once.startswith("/") or "//" in once
        meeting = None if unsafe else self.account.find(unquote(once))
        if meeting is None:
            raise Refused(404, 3001, "no meeting with this id, or it has expired")
        return meeting

    async def _get(self, request: web.Request) -> web.Response:
        meeting = self._meeting(request)
        return web.json_response(
            {
                "id": meeting.id,
                "uuid": meeting.uuid,
                "host_id": meeting.host_id,
                "host_email": meeting.host_email,
                "topic": meeting.topic,
                "type": meeting.type,
                "status": "started" if meeting.live else "waiting",
                "password": meeting.password,
                "settings": meeting.settings,
            }
        )

    async def _patch(self, request: web.Request) -> web.Response:
        meeting = self._meeting(request)
        changes = (await _json(request)).get("settings", {})
        today = self.now().date()
        used = meeting.updates.get(today.isoformat(), 0)
        if used >= UPDATES_A_DAY:
            tomorrow = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)
            headers = {"X-RateLimit-Type": "Daily-limit", "Retry-After": zulu(tomorrow)}
            raise Refused(429, 429, "this meeting has had its updates for today", headers)
        meeting.updates[today.isoformat()] = used + 1
        if not self.faults.lie:
            self._apply(meeting, changes)
        return web.Response(status=204)

    def _apply(self, meeting: Meeting, changes: dict[str, Any]) -> None:
        settings = meeting.settings
        settings.update(changes)
        settings.update(self.admin_locked)
        open_to_all = not (meeting.password or settings["waiting_room"] or settings["meeting_authentication"])
        if self.secure_with_one_option and open_to_all:
            settings["waiting_room"] = True
        if self.live_waiting_room:
            meeting.obeyed["waiting_room"] = settings["waiting_room"]

    async def _status(self, request: web.Request) -> web.Response:
        meeting = self._meeting(request)
        if (await _json(request)).get("action") != "end":
            raise Refused(400, 300, "action not known")
        if not meeting.live:
            raise Refused(404, 3001, "the meeting does not run")
        if not self.faults.lie:
            self.end(meeting)
        return web.Response(status=204)

    async def _events(self, request: web.Request) -> web.Response:
        meeting = self._meeting(request)
        body = await _json(request)
        if body.get("method") != "participant.remove":
            raise Refused(400, 300, "method not simulated")
        hosts = {meeting.host_email, *str(meeting.settings["alternative_hosts"]).split(";")}
        if self.host_rule and self.owner_email not in hosts:
            raise Refused(400, 300, "no permission: not the host or an alternative host")
        if not meeting.live:
            raise Refused(404, 3001, "the meeting does not run")
        person = meeting.person(str(body.get("params", {}).get("participant_uuid", "")))
        if person is not None and not self.faults.lie:
            self.remove(meeting, person)
        return web.Response(status=202)

    async def _of_host(self, request: web.Request) -> web.Response:
        email = unquote(request.match_info["id"])
        if not self.account.user_id_of(email):
            raise Refused(404, 1001, f"no user {email}")
        rows = [
            {"id": m.id, "uuid": m.uuid, "host_id": m.host_id, "topic": m.topic, "type": m.type}
            for m in self._running()
            if m.host_email.casefold() == email.casefold() and m.type == SCHEDULED
        ]
        return _page(request, "meetings", rows)

    async def _all_live(self, request: web.Request) -> web.Response:
        self._need_dashboard()
        if not {"from", "to"} <= request.query.keys():
            raise Refused(400, 300, "from and to are required")
        rows = [
            {
                "id": m.id,
                "uuid": m.uuid,
                "topic": m.topic,
                "email": m.host_email,
                "start_time": zulu(m.started_at),
                "participants": len(m.present),
            }
            for m in self._running()
        ]
        return _page(request, "meetings", rows)

    async def _participants(self, request: web.Request) -> web.Response:
        self._need_dashboard()
        meeting = self._meeting(request)
        if not meeting.live:
            raise Refused(404, 3001, "the meeting does not run")
        return _page(request, "participants", [_row(person) for person in meeting.people])

    def _need_dashboard(self) -> None:
        if not self.has_dashboard:
            raise Refused(400, 200, "only for paid accounts with the dashboard on")

    def _running(self) -> list[Meeting]:
        return [meeting for meeting in self.account.meetings.values() if meeting.live]


def _row(person: Person) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": person.zoom_user_id,
        "user_id": person.user_id,
        "participant_uuid": person.participant_uuid,
        "participant_user_id": person.zoom_user_id,
        "user_name": person.name,
        "email": person.email,
        "status": "in_waiting_room" if person.waiting else "in_meeting",
        "role": "host" if person.role == "host" else "attendee",
        "join_time": zulu(person.joined_at),
    }
    if person.left_at is not None:
        row |= {"leave_time": zulu(person.left_at), "leave_reason": person.leave_reason}
    return row


def _page(request: web.Request, field: str, rows: list[dict[str, Any]]) -> web.Response:
    size, token = request.query.get("page_size", "30"), request.query.get("next_page_token", "")
    if (
        not size.isdigit()
        or not 0 < int(size) <= MOST_ON_A_PAGE
        or not (token.removeprefix("page-").isdigit() or not token)
    ):
        raise Refused(400, 300, "page_size or next_page_token not valid")
    start = int(token.removeprefix("page-") or "0")
    end = start + int(size)
    following = f"page-{end}" if end < len(rows) else ""
    return web.json_response({"page_size": int(size), "next_page_token": following, field: rows[start:end]})


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, 300, "the body is not a JSON object")
    return body
