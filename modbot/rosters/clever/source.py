"""Clever as a source of the roster."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from modbot.rosters import Gap, Probe, Rows
from modbot.rosters.clever.api import CleverApi
from modbot.rosters.clever.mark import Mark
from modbot.rosters.clever.probing import probes
from modbot.rosters.clever.reading import Reading

# An app whose events are switched off hears of no changes, which looks like a quiet district. Reading everything once
# a week bounds how long that can go unnoticed; Clever keeps events for 30 days.
EVERYTHING_EVERY = timedelta(days=7)


class CleverSource:
    """A district's Clever app. Keeps the token in memory between readings."""

    name = "clever"

    def __init__(self, api: CleverApi, district: str, now: Callable[[], datetime]) -> None:
        self._api = api
        self._district = district
        self._now = now

    async def read(self, rows: Rows, *, since: str = "") -> str:
        """See `modbot.rosters.Source`. The mark is "" when the app's events are switched off."""
        began = self._now()
        await self._api.district()
        reading = Reading(self._api, rows)
        if since:
            mark = await self._usable(since, began)
            return Mark(self._district, await reading.changes(mark.event), mark.everything_at).packed()
        newest = await self._api.newest_event()  # before the first record is read, so that nothing falls between
        await reading.everything()
        return Mark(self._district, newest, began).packed() if newest else ""

    async def probe(self) -> Sequence[Probe]:
        """See `modbot.rosters.Source`."""
        return await probes(self._api.briefly())

    async def _usable(self, since: str, now: datetime) -> Mark:
        mark = Mark.unpacked(since)
        if mark is None:
            raise Gap("The mark of the last reading cannot be read, so everything is read anew.")
        if mark.district != self._district:
            raise Gap("The last reading was of another district, so everything is read anew.")
        if now - mark.everything_at > EVERYTHING_EVERY:
            raise Gap("Everything is read anew once a week.")
        if not await self._api.keeps_event(mark.event):
            raise Gap("Clever no longer keeps the last change modbot heard of, so everything is read anew.")
        return mark
