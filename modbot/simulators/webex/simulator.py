"""The simulated Webex as a server: its state, its doors, and what scripts and tests do to it."""

import json
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aiohttp import web

from modbot.simulators import SimServer
from modbot.simulators.webex.accounts import Account, Accounts
from modbot.simulators.webex.hooks import HookRoutes
from modbot.simulators.webex.meetings import MeetingRoutes
from modbot.simulators.webex.participants import ParticipantRoutes
from modbot.simulators.webex.refusal import Refused
from modbot.simulators.webex.world import Joined, Meeting, Member, Series, State, new_run, new_series

Handler = Callable[[web.Request], Awaitable[web.Response]]


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class WebexSimulator(SimServer):
    """Webex Meetings over loopback HTTP. Its API is at `api_url`; connect accounts through `accounts`."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self.now = clock
        self.accounts = Accounts(clock)
        self.webhook_secret = "simulated-webhook-secret"
        self.series: dict[str, Series] = {}
        self.meetings: dict[str, Meeting] = {}
        self.calls_per_second: int | None = None  # above it, 429
        self.listed_after = timedelta(0)  # Webex itself: about 15 minutes
        self.page_limit = 100
        self.hooks = HookRoutes(self, clock())
        self._recent: deque[datetime] = deque()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    @property
    def api_url(self) -> str:
        """What goes into MODBOT_WEBEX__API_URL."""
        return f"{self.url}/v1"

    def routes(self, router: web.UrlDispatcher) -> None:
        """Webex's paths."""
        MeetingRoutes(self).add(router)
        ParticipantRoutes(self).add(router)
        self.hooks.add(router)
        router.add_get("/v1/people/me", self.guarded(self._me))
        router.add_post("/v1/access_token", self.guarded(self._access_token))

    # What scripts and tests do.

    def schedule(self, host_email: str, title: str) -> Series:
        """A meeting that has not started."""
        series = new_series(host_email, title)
        self.series[series.id] = series
        return series

    def start_meeting(
        self, host_email: str, title: str, *, series: Series | None = None, lobby: bool = True
    ) -> Meeting:
        """A run starts and its host is in it. Sends `meetings started` and `meetingParticipants joined`."""
        meeting = new_run(series or self.schedule(host_email, title), self.now(), lobby=lobby)
        self.meetings[meeting.id] = meeting
        self.hooks.send("meetings", "started", meeting.announced())
        self.join(meeting, "Host", host_email)
        return meeting

    def join(self, meeting: Meeting, name: str, email: str = "", *, invited: bool = False) -> Joined:
        """Somebody comes to the door. Sends `joined` for those who get in; Webex says nothing of the lobby."""
        member = meeting.enter(name, email, self.now(), invited=invited)
        if member is None:
            return Joined("", "refused")
        if member.state == "joined":
            self._tell(meeting, member, "joined")
        return Joined(member.id, member.state)

    def leave(self, meeting: Meeting, participant_id: str) -> None:
        """Somebody goes. Sends `left` for those who were in."""
        member = meeting.members[participant_id]
        was_in = member.state == "joined"
        member.state, member.left_at = "end", self.now()
        if was_in:
            self._tell(meeting, member, "left")

    def expel(self, meeting: Meeting, participant_id: str) -> None:
        """Somebody is put out."""
        meeting.members[participant_id].expelled = True
        self.leave(meeting, participant_id)

    def admit(self, meeting: Meeting, participant_id: str) -> None:
        """Somebody is let in from the lobby; nothing happens to others."""
        member = meeting.members[participant_id]
        if member.state == "lobby":
            member.state, member.joined_at = "joined", self.now()
            self._tell(meeting, member, "joined")

    def end(self, meeting: Meeting) -> None:
        """The run ends. Sends `meetings ended`."""
        meeting.close(self.now())
        self.hooks.send("meetings", "ended", meeting.announced())

    def state(self, meeting: Meeting) -> State:
        """A picture of the meeting now."""
        return meeting.state()

    # What the routes use.

    def guarded(self, handler: Handler) -> Handler:
        """The handler, with refusals answered in Webex's error body."""

        async def handle(request: web.Request) -> web.Response:
            try:
                return await handler(request)
            except Refused as refusal:
                return refusal.answer()

        return handle

    def enter(self, request: web.Request, *scopes: str) -> Account:
        """The caller, who has at least one of the scopes. Raises Refused (401, 429, 403)."""
        account = self.accounts.holder(request.headers.get("Authorization", ""))
        self._count()
        if scopes and not account.scopes.intersection(scopes):
            raise Refused(403, f"Missing required scopes: {' or '.join(scopes)}.")
        return account

    def run(self, account: Account, meeting_id: str) -> Meeting:
        """A live run that the account may control. Raises Refused (404, 403, 409, 423)."""
        meeting = self.meetings.get(meeting_id)
        if meeting is None:
            raise Refused(404, "The meeting could not be found.")
        if not meeting.controlled_by(account.email):
            raise Refused(403, "The user is neither host nor co-host of the meeting.")
        if not meeting.live:
            raise Refused(409, "The meeting is not in progress.")
        if meeting.busy_answers:
            meeting.busy_answers -= 1
            raise Refused(423, "The meeting is being changed.", {"Retry-After": "0"})
        return meeting

    def may_see(self, email: str, series: Series) -> bool:
        """Whether this account is host, or co-host of a run, of the series."""
        runs = [one for one in self.meetings.values() if one.series is series]
        return email.casefold() == series.host_email.casefold() or any(one.controlled_by(email) for one in runs)

    def lying(self, request: web.Request) -> bool:
        """Whether this request is answered with success and changes nothing."""
        return self.faults.lie and self.faults.only in f"{request.method} {request.path}"

    async def json_body(self, request: web.Request) -> dict[str, Any]:
        """The body as an object. Raises Refused (400)."""
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError as error:
            raise Refused(400, "The body is not JSON.") from error
        if not isinstance(body, dict):
            raise Refused(400, "The body is not an object.")
        return body

    def paged(self, request: web.Request, items: list[dict[str, Any]]) -> web.Response:
        """One page, with a Link header to the next."""
        size = min(int(request.query.get("max", "10")), self.page_limit)
        start = int(request.query.get("offset", "0"))
        headers = {}
        if start + size < len(items):
            following = request.url.update_query(offset=str(start + size))
            headers["Link"] = f'<{following}>; rel="next"'
        return web.json_response({"items": items[start : start + size]}, headers=headers)

    def _count(self) -> None:
        now = self.now()
        while self._recent and now - self._recent[0] >= timedelta(seconds=1):
            self._recent.popleft()
        if self.calls_per_second is not None and len(self._recent) >= self.calls_per_second:
            raise Refused(429, "Too many requests.", {"Retry-After": "1"})
        self._recent.append(now)

    def _tell(self, meeting: Meeting, member: Member, event: str) -> None:
        self.hooks.send("meetingParticipants", event, meeting.member_json(member))

    async def _me(self, request: web.Request) -> web.Response:
        account = self.enter(request)
        return web.json_response({"id": account.id, "emails": [account.email], "type": "person"})

    async def _access_token(self, request: web.Request) -> web.Response:
        form = await request.post()
        return web.json_response(self.accounts.grant({name: str(value) for name, value in form.items()}))
