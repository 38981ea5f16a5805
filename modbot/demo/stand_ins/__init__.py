"""What stands in for each platform of the invented district: its server, its teacher's class, and strangers.

One file a platform. All but Jitsi's are simulators, and can be told to lie.
"""

from typing import Any, Protocol

from modbot.demo.roster import Person
from modbot.model import PlatformName, Room


class StandIn(Protocol):
    """One platform of the invented district, and the one class on it."""

    name: PlatformName
    teacher: Person
    title: str  # of the class, in the roster
    needs_address: bool  # whether modbot must know its own address before it starts

    async def start(self) -> None:
        """Start the server. What was started is ended by `stop`, also when this raises."""

    async def stop(self) -> None:
        """End the server."""

    def settings(self) -> dict[str, Any]:
        """modbot's settings for it, once it is started."""

    def point_at(self, base_url: str) -> None:
        """modbot listens there now."""

    @property
    def heard(self) -> bool:
        """Whether modbot would hear of a class that begins now: for some, it has to subscribe first."""

    async def open_class(self) -> None:
        """The class begins, with its pupils in it."""

    async def close_class(self) -> None:
        """The class is over; nothing happens when none was opened."""

    @property
    def room(self) -> Room:
        """Where the class meets."""

    async def settled(self) -> None:
        """Every webhook sent so far has been answered."""

    async def stranger(self, name: str) -> str:
        """Somebody comes with the leaked link. What came of it, for "“zzz” …"."""

    def lie(self) -> None:
        """From now on it answers success and changes nothing. Raises RuntimeError where that cannot be arranged."""
