"""Incidents and pages as cases: where each is, who was called about it, and so who may answer for it."""

from dataclasses import replace

from modbot.authority import Places
from modbot.authorize import Place
from modbot.errors import Denied
from modbot.incidents import IncidentDesk
from modbot.model import Staff
from modbot.page_state import PageState
from modbot.paging import Paging
from modbot.store.incidents import Incident


class Cases:
    """Looks both up. Raises StoreUnavailable."""

    def __init__(self, desk: IncidentDesk, paging: Paging, places: Places) -> None:
        self._desk = desk
        self._paging = paging
        self._places = places

    async def may(self, verb: str, staff: Staff, case: Incident | PageState) -> bool:
        """Whether somebody may do this with it."""
        return (await self._places.may_at(staff, verb, await self._place(case))).allowed

    async def must(self, verb: str, staff: Staff, case: Incident | PageState) -> None:
        """Raises Denied, in words for whoever asked."""
        decision = await self._places.may_at(staff, verb, await self._place(case))
        if not decision.allowed:
            raise Denied(decision.why)

    async def _place(self, case: Incident | PageState) -> Place:
        """Those called may answer, and so may whoever called for help, whatever else they may do."""
        if isinstance(case, Incident):
            page = await self._paging.get(case.page) if case.page else None
            return _where(case, page)
        return _where(await self._desk.get(case.incident) if case.incident else None, case)


def _where(incident: Incident | None, page: PageState | None) -> Place:
    where = Place("")
    if incident is not None:
        where = Place(incident.room.key, incident.host, incident.section or None, incident.school or None)
    return replace(where, involved=_involved(page)) if page is not None else where


def _involved(page: PageState) -> frozenset[str]:
    return frozenset(email for email in (page.by_email, *(call.email for call in page.calls)) if email)
