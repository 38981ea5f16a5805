"""What a sync did, for IT: in sentences, and as plain data."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from modbot.rosters import RosterReport
from modbot.rosters.comparison import Change, Changes

WORDS = {"staff": "staff", "students": "students", "sections": "classes", "seats": "seats in classes"}


@dataclass(frozen=True, slots=True)
class SyncReport:
    """One sync. `stopped` says why nothing was changed, though the roster was read and fits; else it is ""."""

    roster: RosterReport
    changes: Changes
    took: timedelta
    only_changes: bool = False  # only what changed since the last sync was read
    generation: str = ""  # the roster that came into force by it, "" for none
    stopped: str = ""

    @property
    def in_force(self) -> bool:
        """Whether what was read is in force."""
        return bool(self.generation)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What became of staff, students, classes and seats: one line each."""
        changes = self.changes
        told = {
            "staff": changes.staff, "students": changes.students, "sections": changes.sections, "seats": changes.seats,
        }  # fmt: skip
        return tuple(_line(WORDS[name], change) for name, change in told.items())

    def to_json(self) -> dict[str, Any]:
        """The report as plain data for a JSON writer."""
        return {
            **self.roster.to_json(),
            "changes": self.changes.to_json(),
            "in_force": self.in_force,
            "stopped": self.stopped,
            "read": "changes" if self.only_changes else "everything",
            "seconds": round(self.took.total_seconds(), 2),
        }


def _line(what: str, change: Change) -> str:
    parts = [f"{change.added:,} added"]
    if what != WORDS["seats"]:
        parts.append(f"{change.changed:,} changed")
    return f"{change.after:,} {what}: {', '.join(parts)}, {change.removed:,} removed."


def asks_it(gone: str) -> str:
    """The sentence that stops a sync which would take too much away."""
    return (
        f"The sync stopped and changed nothing: it would remove {gone}. "
        "If that is right, such as when a new term has begun, run: modbot roster sync --accept-removals"
    )
