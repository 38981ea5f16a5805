"""The Jitsi platform: rooms of its XMPP server, of which modbot's account is an owner."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from modbot.errors import NotFound, RequestRejected, Unreachable
from modbot.log import get_logger
from modbot.model import Operation, Participant, PlatformName, Presence, Room, Session
from modbot.platforms import Capability, Delivery, Heard, Means, PostureCheck, Receipt, Seen, Target
from modbot.platforms.jitsi import capabilities, posture
from modbot.platforms.jitsi.acts import Acts
from modbot.platforms.jitsi.attendance import Attendance
from modbot.platforms.jitsi.doctor import diagnose
from modbot.platforms.jitsi.people import participant, with_names
from modbot.platforms.jitsi.rooms import Rooms
from modbot.platforms.jitsi.runs import Run, Runs
from modbot.platforms.jitsi.stream import Patience, Stream
from modbot.platforms.jitsi.visits import Visits
from modbot.settings.jitsi import JitsiSettings

SOONEST_RETRY = timedelta(seconds=1)
LATEST_RETRY = timedelta(seconds=30)

log = get_logger("jitsi")


class JitsiPlatform:
    """One district's Jitsi server, as `modbot.platforms.Platform`."""

    name = PlatformName.JITSI

    def __init__(self, settings: JitsiSettings, means: Means, patience: Patience | None = None) -> None:
        self._settings = settings
        self._stream = Stream(settings, patience)
        self._rooms = Rooms(settings, self._stream)
        self._visits = Visits(self._stream, self._rooms)
        self._runs = Runs(means.vault, means.now)
        self._acts = Acts(self._rooms, self._visits, self._runs)
        self._attendance = Attendance(
            rooms=self._rooms,
            visits=self._visits,
            runs=self._runs,
            hosts=settings.hosts,
            told=means.told,
            now=means.now,
        )
        self._capabilities = capabilities.table(connected=settings.configured)
        self._retry_after = SOONEST_RETRY

    @property
    def capabilities(self) -> Mapping[Operation, Capability]:
        """Every operation, and how it is done with these credentials."""
        return self._capabilities

    async def live_sessions(self, host_email: str) -> Sequence[Session]:
        """The rooms of this teacher, by the settings, that somebody is in now. Raises VendorError."""
        mine = [room for room, email in self._settings.hosts.items() if email.casefold() == host_email.casefold()]
        found = [await self._live(room_id) for room_id in mine]
        return [session for session in found if session is not None]

    async def _live(self, room_id: str) -> Session | None:
        room_jid = self._rooms.jid(room_id)
        try:
            present = await self._rooms.occupants(room_jid)
            if not any(self._rooms.is_person(one) for one in present):
                return None
            async with self._visits.visit(room_jid) as visit:
                run = await self._runs.current(room_jid, visit.mark)
        except NotFound:
            return None
        return self._session(room_id, run)

    def _session(self, room_id: str, run: Run) -> Session:
        email = self._settings.hosts.get(room_id, "")
        room = Room(PlatformName.JITSI, room_id)
        return Session(room, run.id, title=room_id, host_email=email, started_at=run.began)

    async def read(self, session: Session) -> Sequence[Participant]:
        """Who is in the class or its lobby now.

        Raises VendorError; NotFound when this run is over, though another may go on.
        """
        room_jid = self._rooms.jid(session.room.id)
        async with self._visits.visit(room_jid) as visit:
            await self._runs.expect(session.id, room_jid, visit.mark)
            present = [one for one in await self._rooms.occupants(room_jid) if self._rooms.is_person(one)]
            inside = [participant(self._rooms, room_jid, one) for one in with_names(present, visit.people)]
            known = {one.id for one in inside}
            waiting = await self._acts.waiting(room_jid)
            knocking = [participant(self._rooms, room_jid, one, Presence.LOBBY) for one in waiting]
            return [*inside, *(one for one in knocking if one.id not in known)]

    async def perform(self, operation: Operation, target: Target) -> Receipt:
        """Ask the server for `operation`. Raises VendorError."""
        act = self._acts.by_operation.get(operation)
        if act is None:
            raise ValueError(f"{operation} is not performed on Jitsi")
        return await act(target)

    async def check(self, operation: Operation, target: Target) -> Seen:
        """Re-read whether `operation` is in effect. Raises VendorError."""
        look = self._acts.checks.get(operation)
        return Seen.CANNOT_TELL if look is None else await look(target)

    async def posture(self, session: Session) -> Sequence[PostureCheck]:
        """The room's settings against the safe ones. Raises VendorError."""
        return posture.checks(await self._rooms.settings(self._rooms.jid(session.room.id)))

    async def probe(self) -> Sequence[tuple[str, str]]:
        """For IT: each thing checked, with "" or what to fix."""
        return await diagnose(self._settings, self._stream, self._rooms)

    async def hear(self, delivery: Delivery) -> Heard:
        """Jitsi sends no webhooks. Raises RequestRejected (404)."""
        raise RequestRejected(404, "Jitsi sends no webhooks: modbot hears its rooms by being in them.")

    async def tend(self) -> timedelta:
        """Look at every configured room; how long until the next look. Raises VendorError, StoreUnavailable.

        While the server does not answer the next tries come sooner than after other failures: 1 to 30 s.
        """
        try:
            wish = await self._attendance.look()
        except Unreachable as error:
            wish, self._retry_after = self._retry_after, min(self._retry_after * 2, LATEST_RETRY)
            log.warning("jitsi_unreachable", wait_seconds=wish.total_seconds(), detail=error.log_detail)
            return wish
        self._retry_after = SOONEST_RETRY
        return wish

    async def close(self) -> None:
        """Leave the rooms and sign out."""
        await self._attendance.close()
        await self._stream.close()
