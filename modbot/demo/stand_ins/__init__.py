"""What stands in for each platform of the invented district: its server, its teacher's class, and strangers.

One file a platform. All but Jitsi's are simulators, and can be told to lie.
"""

from typing import Any, Protocol

from modbot.demo.roster import Person
from modbot.demo.stand_ins.picture import Arrival, Picture
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

    def lie(self, *, lying: bool = True) -> None:
        """From now on it answers success and changes nothing. Raises RuntimeError where that cannot be arranged."""

    # What can be seen of the class, and what its people do by their own hands. Ids are the platform's.

    async def look(self) -> None:
        """Bring `picture` up to date where that takes a question to a server."""

    def picture(self) -> Picture:
        """The class now. One that was never opened is not live and has nobody in it."""

    async def reopen(self) -> None:
        """As at the start of the day: the pupils, nobody else, and the settings of before."""

    async def arrive(self, name: str, email: str = "") -> Arrival:
        """Somebody comes with the link, signed in if there is an address."""

    def share(self, person_id: str) -> bool:
        """Somebody shares a screen; False when they may not, or when it is not simulated."""

    async def leave(self, person_id: str) -> None:
        """Somebody goes. Nothing happens when they have gone."""

    async def put_out_by_hand(self, person_id: str) -> None:
        """The teacher's own click. Nothing happens to whoever has gone."""

    async def lock_by_hand(self) -> None:
        """The teacher's own click: nobody new gets in."""
