"""Raid radar: the same unrecognised person in several classes of a school within minutes is one raid, told once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from modbot.authorize import Place
from modbot.errors import ModbotError
from modbot.findings import Finding, Thresholds, Unmatched, raids
from modbot.identity import NameMemory
from modbot.log import get_logger
from modbot.model import Session
from modbot.store.sightings import Sightings

log = get_logger("radar")


class Radar:
    """Looks across the classes of each school. One per process."""

    def __init__(self, *, sightings: Sightings, thresholds: Thresholds, now: Callable[[], datetime]) -> None:
        self._sightings = sightings
        self._thresholds = thresholds
        self._now = now

    @property
    def memory(self) -> NameMemory:
        """How what people show is digested for the radar: alike in every class of the district."""
        return self._sightings.memory

    @property
    def _keep(self) -> timedelta:
        """Twice the window: what is heard late still finds what it belongs to."""
        return self._thresholds.raid_within * 2

    async def saw(self, session: Session, place: Place, sightings: Sequence[Unmatched]) -> None:
        """These people of a session were not recognised: note them, and raise the alarm if it is a raid.

        Safe to repeat. Raises no ModbotError: what went wrong is logged, and the next look makes up for it.
        """
        if not sightings or not place.school:
            return
        try:
            await self._saw(place.school, sightings)
        except ModbotError as error:
            log.warning("radar_blind", session=session.key, detail=error.log_detail)

    async def _saw(self, school: str, sightings: Sequence[Unmatched]) -> None:
        held = await self._sightings.add(school, sightings, now=self._now(), keep=self._keep)
        for raid in raids(held, self._thresholds):
            self._found(school, raid)

    def _found(self, school: str, raid: Finding) -> None:
        log.warning("raid", school=school, sessions=list(raid.sessions))
