"""Where the district's roster comes from by itself, and when: docs/roster.md."""

from datetime import time, timedelta
from typing import Literal

from pydantic import Field, field_validator

from modbot.settings.block import Block

SourceName = Literal["", "clever", "oneroster"]


class RosterSettings(Block):
    """The sync of the roster. Which source: the one that is set up; `source` decides between two."""

    source: SourceName = ""
    at: tuple[str, ...] = ("04:00",)  # on the district's clocks; () = never by itself
    oldest_hours: int = Field(default=48, ge=1, le=24 * 365)  # an older roster is told to be old
    most_removed: float = Field(default=0.1, gt=0, le=1)  # share of staff, students or classes; above it IT is asked
    left_out: float = Field(default=0.01, ge=0, le=1)  # share of the rows of one list that may not fit
    changes: bool = True  # keep what was read in data_dir, sealed, so that only changes need be read

    @field_validator("at")
    @classmethod
    def _are_times(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                time.fromisoformat(one)
            except ValueError as error:
                raise ValueError(f"{one!r} is not a time of day such as 04:00") from error
        return value

    @property
    def times(self) -> tuple[time, ...]:
        """The times of day at which a sync is due."""
        return tuple(sorted(time.fromisoformat(one) for one in self.at))

    @property
    def oldest(self) -> timedelta:
        """How old the roster may be before staff are told that it is old."""
        return timedelta(hours=self.oldest_hours)
