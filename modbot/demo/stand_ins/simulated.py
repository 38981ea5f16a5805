"""What is alike for every platform of the invented district that a simulator stands in for."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from modbot.demo.stand_ins.picture import Door
from modbot.simulators import SimServer

Server = TypeVar("Server", bound=SimServer)


class Simulated(ABC, Generic[Server]):
    """The part of `modbot.demo.stand_ins.StandIn` that has nothing to do with which platform it is."""

    def __init__(self, sim: Server) -> None:
        self.sim = sim
        self._door = Door()

    async def stop(self) -> None:
        """End it."""
        await self.sim.stop()

    async def settled(self) -> None:
        """Every webhook has been answered."""
        await self.sim.flush()

    def lie(self, *, lying: bool = True) -> None:
        """Success, and nothing is changed."""
        self.sim.faults.lie = lying

    async def look(self) -> None:
        """Nothing to ask: the simulator is here."""

    @abstractmethod
    def open(self) -> object:
        """The class begins, with its pupils in it."""

    async def open_class(self) -> None:
        """The same."""
        self.open()

    @abstractmethod
    async def close_class(self) -> None:
        """The teacher ends it."""

    async def reopen(self) -> None:
        """A new meeting."""
        await self.close_class()
        self._door.forget()
        self.open()
