"""Zoom as one of modbot's platforms: each operation is a few calls, each check a re-read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from modbot.errors import Forbidden, NotFound, VendorError
from modbot.model import Operation, Participant, PlatformName, Session
from modbot.platforms import (
    NOTHING_TO_TEND,
    Capability,
    Delivery,
    Heard,
    How,
    Means,
    PostureCheck,
    Receipt,
    Seen,
    Target,
)
from modbot.platforms.zoom.answers import VENDOR
from modbot.platforms.zoom.api import LATER, NOW, SOON, ZoomApi
from modbot.platforms.zoom.capabilities import BUSINESS_PLAN, SCOPES, capabilities_for
from modbot.platforms.zoom.eject import remove_all, still_in
from modbot.platforms.zoom.people import moment, participant_of, session_of
from modbot.platforms.zoom.posture import HARD, SHUT, checks, differing, settings_of
from modbot.platforms.zoom.retry import PATIENCE
from modbot.platforms.zoom.tokens import Tokens
from modbot.platforms.zoom.webhook import Ear
from modbot.settings.zoom import ZoomSettings

_URGENCY = {Operation.LOCK: NOW, Operation.HARDEN: NOW, Operation.END: NOW, Operation.EJECT: SOON}


class ZoomPlatform:
    """Zoom with one Server-to-Server app. Zoom calls act on the meeting id; lists of people are read by run."""

    name = PlatformName.ZOOM

    def __init__(self, settings: ZoomSettings, api: ZoomApi, ear: Ear, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._api = api
        self._ear = ear
        self._now = now
        self._capabilities = capabilities_for(configured=settings.configured)
        self._acts: Mapping[Operation, Callable[[Target], Awaitable[Receipt]]] = {
            Operation.LOCK: self._lock,
            Operation.UNLOCK: self._restore,
            Operation.EJECT: self._eject,
            Operation.END: self._end,
            Operation.HARDEN: self._harden,
            Operation.RESTORE: self._restore,
        }

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        """Every operation, and how it is done with these credentials."""
        return self._capabilities

    async def live_sessions(self, host_email: str) -> Sequence[Session]:
        """The classes this person hosts now. Raises VendorError.

        Instant meetings are seen only where the plan has the dashboard; without it they are missing here.
        """
        try:
            rows = await self._api.live_meetings_of(host_email)
        except NotFound:
            rows = []  # not a Zoom user, so no scheduled meeting; the dashboard knows other addresses of a host
        if rows:
            # a scheduled meeting's start_time is the timetable's, not this run's
            return [session_of(row, host_email, started_at=None) for row in rows]
        return await self._live_by_dashboard(host_email)

    async def _live_by_dashboard(self, host_email: str) -> Sequence[Session]:
        today = self._now().date()
        try:
            rows = await self._api.live_meetings(today - timedelta(days=1), today)
        except Forbidden:
            return []
        wanted = host_email.casefold()
        return [
            session_of(row, host_email, started_at=moment(row.get("start_time")))
            for row in rows
            if str(row.get("email", "")).casefold() == wanted
        ]

    async def read(self, session: Session) -> Sequence[Participant]:
        """Who Zoom's dashboard lists in the class or its waiting room now. Raises VendorError."""
        return [participant_of(row) for row in await self._api.live_people(session.id)]

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        """Ask Zoom for `operation`. Raises VendorError; safe to call twice.

        An eject of several tries everyone before it raises, except after "no permission".
        """
        act = self._acts.get(operation)
        if act is None or self._capabilities[operation].how is How.BY_HAND:
            raise VendorError(VENDOR, "Zoom gives modbot no way to do this.", log_detail=f"no call for {operation}")
        return await act(target)

    async def check(self, operation: Operation, target: Target) -> Seen:
        """Re-read whether `operation` is in effect. Raises VendorError."""
        match operation:
            case Operation.LOCK:
                return await self._settings_are(SHUT, target, operation)
            case Operation.HARDEN:
                return await self._settings_are(HARD, target, operation)
            case Operation.UNLOCK | Operation.RESTORE:
                return await self._settings_are(target.former, target, operation)
            case Operation.EJECT:
                return await self._are_out(target)
            case Operation.END:
                return await self._is_over(target)
            case _:
                return Seen.CANNOT_TELL

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        """The meeting's settings against the safe ones. Raises VendorError."""
        return checks(await self._api.meeting(session.room.id))

    async def probe(self) -> Sequence[tuple[str, str]]:
        """Token, scopes, plan and webhook secret: (what was checked, "" or what to fix)."""
        secret = "" if self._settings.webhook_secret else "Set MODBOT_ZOOM__WEBHOOK_SECRET to the app's secret token."
        heard = ("Zoom webhook secret", secret)
        if not self._settings.configured:
            return [("Zoom app", "Set MODBOT_ZOOM__ACCOUNT_ID, __CLIENT_ID and __CLIENT_SECRET."), heard]
        try:
            token = await self._api.token()
        except VendorError as error:
            return [("Zoom token", f"{error.staff_text} ({error.log_detail})"), heard]
        missing = [scope for scope in SCOPES if scope not in token.scopes]
        scopes = "Add these scopes to the Zoom app: " + ", ".join(missing) if missing else ""
        return [("Zoom token", ""), ("Zoom scopes", scopes), ("Zoom plan", await self._plan_problem()), heard]

    async def _plan_problem(self) -> str:
        today = self._now().date()
        try:
            await self._api.live_meetings(today - timedelta(days=1), today)
        except Forbidden as error:
            return f"Reading who is in a class needs {BUSINESS_PLAN}. ({error.log_detail})"
        except VendorError as error:
            return f"{error.staff_text} ({error.log_detail})"
        return ""

    async def hear(self, delivery: Delivery) -> Heard:
        """Verify a webhook and say what happened. Raises RequestRejected (401, 400)."""
        return self._ear.hear(delivery)

    async def tend(self) -> timedelta:
        """Nothing: the event subscription is set up once, in the Zoom app."""
        return NOTHING_TO_TEND

    async def close(self) -> None:
        """Nothing of its own to give up: the connection pool belongs to the process."""

    async def _lock(self, target: Target) -> Receipt:
        return await self._set(target, SHUT, NOW)

    async def _harden(self, target: Target) -> Receipt:
        return await self._set(target, HARD, NOW)

    async def _restore(self, target: Target) -> Receipt:
        if not target.former:
            return Receipt(already=True)
        return await self._set(target, target.former, LATER)

    async def _set(self, target: Target, wanted: Mapping[str, Any], urgency: int) -> Receipt:
        """Change only what differs: Zoom allows 100 updates a day and meeting, and undo must not touch the rest."""
        current = settings_of(await self._api.meeting(target.session.room.id, urgency=urgency))
        changes = differing(current, wanted)
        if not changes:
            return Receipt(already=True)
        former = {field: current[field] for field in changes if field in current}
        await target.remember(former)
        await self._api.update_settings(target.session.room.id, changes, urgency=urgency)
        return Receipt(former=former)

    async def _eject(self, target: Target) -> Receipt:
        await remove_all(self._api, target.session, target.people)
        return Receipt()

    async def _end(self, target: Target) -> Receipt:
        if await self._another_run_goes_on(target.session):
            return Receipt(already=True)
        try:
            await self._api.end(target.session.room.id)
        except NotFound:
            return Receipt(already=True)  # Zoom's code for a meeting that is not there or has expired
        return Receipt()

    async def _another_run_goes_on(self, session: Session) -> bool:
        """Whether this run is over and the next has begun: Zoom ends by meeting id, and would end that one.

        Two reads must say so, for Zoom does not say whose uuid the first gives, and may list a new run late.
        """
        try:
            meeting = await self._api.meeting(session.room.id, urgency=NOW)
            if meeting.get("uuid") in (None, "", session.id):
                return False
            await self._api.live_people(session.id, urgency=NOW)
        except NotFound:
            return True
        except VendorError:
            return False  # what cannot be looked at is ended as it was asked
        return False

    async def _settings_are(self, wanted: Mapping[str, Any], target: Target, operation: Operation) -> Seen:
        if not wanted:
            return Seen.IN_EFFECT
        meeting = await self._api.meeting(target.session.room.id, urgency=_URGENCY.get(operation, LATER))
        return Seen.NOT_IN_EFFECT if differing(settings_of(meeting), wanted) else Seen.IN_EFFECT

    async def _are_out(self, target: Target) -> Seen:
        try:
            stays = await still_in(self._api, target.session, target.people)
        except (Forbidden, NotFound):
            return Seen.CANNOT_TELL  # no dashboard on this plan, or not yet listed there
        return Seen.NOT_IN_EFFECT if stays else Seen.IN_EFFECT

    async def _is_over(self, target: Target) -> Seen:
        try:
            meeting = await self._api.meeting(target.session.room.id, urgency=NOW)
        except NotFound:
            return Seen.IN_EFFECT
        match meeting.get("status"):
            case "started":
                over = await self._another_run_goes_on(target.session)
                return Seen.IN_EFFECT if over else Seen.NOT_IN_EFFECT
            case "waiting":
                return Seen.IN_EFFECT
            case _:
                return Seen.CANNOT_TELL


def build(settings: ZoomSettings, means: Means, *, patience: timedelta = PATIENCE) -> ZoomPlatform:
    """Zoom with these settings. `patience` is the longest one call may take, with its repetitions."""
    tokens = Tokens(settings, means.http, means.vault, means.now, patience)
    api = ZoomApi(settings.api_url, means.http, tokens, means.budget, patience)
    secret = settings.webhook_secret.get_secret_value().encode() if settings.webhook_secret else b""
    return ZoomPlatform(settings, api, Ear(secret, means.now), means.now)
