"""Up to where a reading came: the district, its last event, and when everything was last read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import orjson


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the next reading begins."""

    district: str
    event: str
    everything_at: datetime  # aware, UTC

    def packed(self) -> str:
        """As it is kept between two readings."""
        return orjson.dumps([self.district, self.event, int(self.everything_at.timestamp())]).decode()

    @classmethod
    def unpacked(cls, kept: str) -> Self | None:
        """The inverse of `packed`; None for anything else."""
        try:
            district, event, seconds = orjson.loads(kept)
            return cls(str(district), str(event), datetime.fromtimestamp(seconds, UTC))
        except (ValueError, TypeError, OverflowError, OSError):
            return None
