"""The Google Meet calls modbot makes, one method each, answers narrowed to what modbot reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from modbot.model import PlatformName, Room
from modbot.platforms.meet.answers import malformed
from modbot.platforms.meet.api import CREATIONS, LATER, NOW, READS, WRITES, Call, MeetApi, segment
from modbot.platforms.meet.config import Change
from modbot.platforms.meet.retry import PATIENCE
from modbot.platforms.meet.tokens import Scope

RECORDS_AT_ONCE, PEOPLE_AT_ONCE = 100, 250  # the most Google gives on a page
LIVE = "end_time IS NULL"
INSIDE = "latest_end_time IS NULL"


@dataclass(frozen=True, slots=True)
class Record:
    """One run of a class: a conference record."""

    id: str
    space: str
    started_at: datetime | None
    ended_at: datetime | None


class MeetCalls:
    """Each call in the name of a class's owner. All raise VendorError."""

    def __init__(self, api: MeetApi) -> None:
        self._api = api

    async def live_records(self, owner: str) -> Sequence[Record]:
        """Calls running now that this user owns or takes part in.

        https://developers.google.com/workspace/meet/api/reference/rest/v2/conferenceRecords/list
        """
        params = {"filter": LIVE, "pageSize": str(RECORDS_AT_ONCE)}
        call = Call("GET", self._api.meet + "conferenceRecords", owner, Scope.READ, READS, params=params)
        return [_record(row) for row in await self._api.rows(call, "conferenceRecords")]

    async def record(
        self, record_id: str, owner: str, *, urgency: int = LATER, patience: timedelta = PATIENCE
    ) -> Record:
        """One run, running or over.

        https://developers.google.com/workspace/meet/api/reference/rest/v2/conferenceRecords/get
        """
        url = f"{self._api.meet}conferenceRecords/{segment(record_id)}"
        return _record(await self._api.send(Call("GET", url, owner, Scope.READ, READS, urgency, patience=patience)))

    async def people(self, record_id: str, owner: str) -> Sequence[Mapping[str, Any]]:
        """Everyone in a call now.

        https://developers.google.com/workspace/meet/api/reference/rest/v2/conferenceRecords.participants/list
        """
        url = f"{self._api.meet}conferenceRecords/{segment(record_id)}/participants"
        params = {"filter": INSIDE, "pageSize": str(PEOPLE_AT_ONCE)}
        return await self._api.rows(Call("GET", url, owner, Scope.READ, READS, params=params), "participants")

    async def space(
        self, space_id: str, owner: str, *, scope: Scope = Scope.CHANGE, urgency: int = LATER
    ) -> Mapping[str, Any]:
        """A class link: its settings, for its owner only, and what runs in it.

        https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces/get
        """
        return await self._api.send(Call("GET", self._space(space_id), owner, scope, READS, urgency))

    async def set(self, space_id: str, owner: str, change: Change, *, urgency: int = LATER) -> None:
        """Change settings of a class link. The answer shows what was written, not what a running call does.

        https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces/patch
        """
        params = {"updateMask": change.mask}
        url = self._space(space_id)
        await self._api.send(Call("PATCH", url, owner, Scope.CHANGE, WRITES, urgency, params, change.body))

    async def end(self, space_id: str, owner: str) -> None:
        """End what runs in a class link that modbot made. Sent once: again, it might end the next call.

        https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces/endActiveConference
        """
        url = self._space(space_id) + ":endActiveConference"
        await self._api.send(Call("POST", url, owner, Scope.CREATE, WRITES, NOW, body={}, repeatable=False))

    async def create(self, owner: str, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """A new class link. Sent once: again, it might make a second one.

        https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces/create
        """
        url = self._api.meet + "spaces"
        body = {"config": config}
        return await self._api.send(Call("POST", url, owner, Scope.CREATE, CREATIONS, body=body, repeatable=False))

    async def add_cohost(self, space_id: str, owner: str, email: str) -> None:
        """Let somebody in without knocking, as co-host. Raises Conflict for somebody who is a member already.

        https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces.members/create
        """
        url = self._space(space_id) + "/members"
        await self._api.send(
            Call("POST", url, owner, Scope.CREATE, WRITES, body={"email": email, "role": "COHOST"}, repeatable=False)
        )

    def _space(self, space_id: str) -> str:
        return f"{self._api.meet}spaces/{segment(space_id)}"


def room_of(space_id: str) -> Room:
    """The room of a class link, by the id that outlives its code."""
    return Room(PlatformName.MEET, space_id)


def running(space: Mapping[str, Any]) -> str:
    """The id of the record of the call that runs in a class link; "" when none is shown."""
    active = space.get("activeConference")
    name = active.get("conferenceRecord") if isinstance(active, dict) else None
    return last(name, "conferenceRecords") if isinstance(name, str) else ""


def last(name: object, collection: str) -> str:
    """The id in `collection/ID`. Raises MalformedAnswer for anything else."""
    head, _, identifier = name.rpartition("/") if isinstance(name, str) else ("", "", "")
    if not identifier or head.rpartition("/")[2] != collection:
        raise malformed(f"a name in {collection}")
    return identifier


def moment(raw: object) -> datetime | None:
    """A time as Google writes it, in UTC; None for anything else."""
    if not isinstance(raw, str):
        return None
    try:
        value = datetime.fromisoformat(raw)
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _record(row: Mapping[str, Any]) -> Record:
    return Record(
        id=last(row.get("name"), "conferenceRecords"),
        space=last(row.get("space"), "spaces"),
        started_at=moment(row.get("startTime")),
        ended_at=moment(row.get("endTime")),
    )
