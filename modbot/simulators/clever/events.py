"""What changed in a simulated district, kept for thirty days: https://dev.clever.com/docs/events-api"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from modbot.simulators.clever.collection import LAST, Page
from modbot.simulators.clever.district import object_id
from modbot.simulators.clever.people import Record

KEPT = timedelta(days=30)


@dataclass(slots=True)
class Events:
    """Events by ascending id. Only an app that has switched them on gets any."""

    now: Callable[[], datetime]
    enabled: bool = True
    _made: int = 0
    _log: list[tuple[datetime, Record]] = field(default_factory=list)

    def tell(self, kind: str, record: Record, former: Record | None = None) -> None:
        """Something of this kind (`users.updated`) happened to a record."""
        if not self.enabled:
            return
        self._made += 1
        moment = self.now()
        event: dict[str, Any] = {
            "id": object_id("events", self._made),
            "type": kind,
            "created": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": {"object": record},
        }
        if former is not None:
            event["previous_attributes"] = {
                name: value for name, value in former.items() if record.get(name) != value and isinstance(value, dict)
            }
        self._log.append((moment, event))

    def get(self, event_id: str) -> Record | None:
        """One event, while it is kept."""
        return next((event for event in self._kept() if event["id"] == event_id), None)

    def page(self, *, after: str, before: str, limit: int, kinds: frozenset[str]) -> Page:
        """Some events; of these kinds of records when any is named."""
        kept = [event for event in self._kept() if not kinds or event["type"].partition(".")[0] in kinds]
        if before:
            earlier = [event for event in kept if before == LAST or event["id"] < before]
            return Page(tuple(earlier[-limit:]), before=len(earlier) > limit, after=len(earlier) < len(kept))
        later = [event for event in kept if event["id"] > after]
        return Page(tuple(later[:limit]), before=len(later) < len(kept), after=len(later) > limit)

    def _kept(self) -> list[Record]:
        oldest = self.now() - KEPT
        return [event for moment, event in self._log if moment >= oldest]
