"""Meet v2: conference records, their participants, and when each was there.

https://developers.google.com/workspace/meet/api/reference/rest/v2/conferenceRecords
"""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.meet.filters import Row, clauses
from modbot.simulators.meet.gate import CREATED, READONLY, Caller, query
from modbot.simulators.meet.masks import selection, show
from modbot.simulators.meet.messages import PARTICIPANT, PARTICIPANT_SESSION, RECORD, Message
from modbot.simulators.meet.pages import Paging
from modbot.simulators.meet.refusal import denied, not_found
from modbot.simulators.meet.world import RECORD_KEPT, Conference, Person, Space

if TYPE_CHECKING:
    from modbot.simulators.meet.simulator import MeetSimulator

SCOPES = (CREATED, READONLY)
LIST = ("filter", "pageSize", "pageToken")
RECORDS = Paging("conferenceRecords", RECORD, usual=25, most=100)
PARTICIPANTS = Paging("participants", PARTICIPANT, usual=100, most=250, shown="participants/*,next_page_token")
SESSIONS = Paging(
    "participantSessions", PARTICIPANT_SESSION, usual=100, most=250, shown="participantSessions/*,next_page_token"
)


class RecordRoutes:
    """/v2/conferenceRecords and what is below."""

    def __init__(self, sim: "MeetSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        guarded, one = self._sim.guarded, "/v2/conferenceRecords/{record}"
        person = f"{one}/participants/{{person}}"
        router.add_get("/v2/conferenceRecords", guarded(self.list_records))
        router.add_get(one, guarded(self.get))
        router.add_get(f"{one}/participants", guarded(self.list_participants))
        router.add_get(person, guarded(self.get_participant))
        router.add_get(f"{person}/participantSessions", guarded(self.list_sessions))
        router.add_get(f"{person}/participantSessions/{{session}}", guarded(self.get_session))

    async def list_records(self, request: web.Request) -> web.Response:
        """conferenceRecords.list: of spaces the caller owns or was in, the latest first."""
        caller = self._sim.gate.enter(request, SCOPES, params=LIST)
        wanted = clauses(
            query(request).get("filter", ""),
            times=frozenset({"start_time", "end_time"}),
            names=frozenset({"space.name", "space.meeting_code"}),
        )
        found = []
        for space, one in self._visible(caller):
            row: Row = {
                "space.name": space.name,
                "space.meeting_code": space.code,
                "start_time": one.started_at,
                "end_time": one.ended_at,
            }
            if all(clause.holds(row) for clause in wanted):
                found.append((one.started_at, one.to_json(space.name)))
        found.reverse()  # of two that began at once, the one made later comes first
        found.sort(key=lambda pair: pair[0], reverse=True)
        return RECORDS.page(request, [shown for _, shown in found])

    async def get(self, request: web.Request) -> web.Response:
        """conferenceRecords.get."""
        space, record = self._record(request, self._sim.gate.enter(request, SCOPES))
        return _shown(request, record.to_json(space.name), RECORD)

    async def list_participants(self, request: web.Request) -> web.Response:
        """participants.list, the latest first; `totalSize` only when `fields` asks for it."""
        _, record = self._record(request, self._sim.gate.enter(request, SCOPES, params=LIST))
        times = frozenset({"earliest_start_time", "latest_end_time"})
        wanted = clauses(query(request).get("filter", ""), times=times)
        found = [
            one
            for one in record.people.values()
            if all(each.holds({"earliest_start_time": one.came_at, "latest_end_time": one.left_at}) for each in wanted)
        ]
        found.sort(key=lambda one: one.came_at, reverse=True)
        return PARTICIPANTS.page(request, [one.to_json() for one in found], total=True)

    async def get_participant(self, request: web.Request) -> web.Response:
        """participants.get."""
        return _shown(request, self._person(request).to_json(), PARTICIPANT)

    async def list_sessions(self, request: web.Request) -> web.Response:
        """participantSessions.list: one for each time somebody joined, the latest first."""
        person = self._person(request, *LIST)
        wanted = clauses(query(request).get("filter", ""), times=frozenset({"start_time", "end_time"}))
        found = [
            one
            for one in person.stays
            if all(each.holds({"start_time": one.started_at, "end_time": one.ended_at}) for each in wanted)
        ]
        found.sort(key=lambda one: one.started_at, reverse=True)
        return SESSIONS.page(request, [one.to_json(person.resource) for one in found])

    async def get_session(self, request: web.Request) -> web.Response:
        """participantSessions.get."""
        person = self._person(request)
        found = next((one for one in person.stays if one.id == request.match_info["session"]), None)
        if found is None:
            raise not_found("participant session")
        return _shown(request, found.to_json(person.resource), PARTICIPANT_SESSION)

    def _visible(self, caller: Caller) -> list[tuple[Space, Conference]]:
        """Records the caller may see and that are not yet deleted."""
        return [
            (space, one)
            for space in self._sim.spaces.values()
            for one in space.conferences
            if (caller.user == space.owner or one.had(caller.user))
            and (READONLY in caller.scopes or space.created_by_app)
            and (one.ended_at is None or self._sim.now() < one.ended_at + RECORD_KEPT)
        ]

    def _record(self, request: web.Request, caller: Caller) -> tuple[Space, Conference]:
        wanted = request.match_info["record"]
        found = next((pair for pair in self._visible(caller) if pair[1].id == wanted), None)
        if found is None:
            raise denied("ConferenceRecord")
        return found

    def _person(self, request: web.Request, *params: str) -> Person:
        _, record = self._record(request, self._sim.gate.enter(request, SCOPES, params=params))
        found = record.people.get(request.match_info["person"])
        if found is None:
            raise not_found("participant")
        return found


def _shown(request: web.Request, answer: dict[str, Any], message: Message) -> web.Response:
    fields = query(request).get("fields", "")
    return web.json_response(show(answer, selection(fields, message)) if fields else answer)
