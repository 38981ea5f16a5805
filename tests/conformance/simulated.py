"""What stages over a simulator that speaks HTTP share: its faults, what it was sent, a wire that loses answers."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from modbot.model import Operation
from modbot.simulators import Faults, SimServer
from tests.conformance.stage import Stage, Trouble
from tests.conformance.wire import HttpWire

READS = frozenset({"GET", "HEAD"})


class SimulatedStage(Stage):
    """A stage whose platform is a `SimServer`. Subclasses set `sim` when they start it."""

    sim: SimServer
    wire: HttpWire
    call: ClassVar[Mapping[Operation, str]]  # the request that carries an operation out: "METHOD path", in part
    tokens_at: ClassVar[str]  # the path of the token endpoint, in part

    async def power_up(self, sim: SimServer) -> None:
        """Start the simulator and the wire to it."""
        self.sim = sim
        await sim.start()
        self.wire = HttpWire(sim.url)
        await self.wire.start()

    async def stop(self) -> None:
        """Stop both."""
        await self.wire.stop()
        await self.sim.stop()

    @abstractmethod
    def expire_tokens(self) -> None:
        """Every access token given out so far is no longer good."""

    def sent(self) -> int:
        """How many requests the simulator has received."""
        return len(self.sim.seen)

    def changes(self) -> Sequence[str]:
        """`METHOD path` of those that are no reads and ask for no token."""
        seen = [f"{one.method} {one.path}" for one in self.sim.seen if one.method not in READS]
        return [line for line in seen if self.tokens_at not in line]

    async def settle(self) -> None:
        """Every webhook has been answered."""
        await self.sim.flush()

    async def begin(self, trouble: Trouble, operation: Operation) -> None:
        """Set the simulator's faults, for the request that carries `operation` out where it is about a request."""
        faults, call = self.sim.faults, self.call.get(operation, "")
        match trouble:
            case Trouble.EVENTS_LOST:
                faults.mute_webhooks = True
            case Trouble.EVENTS_TWICE:
                faults.duplicate_webhooks = True
            case Trouble.EVENTS_LATE:
                faults.reorder_webhooks = True
            case Trouble.ANSWER_LOST:
                self.wire.lose_answer_to = call
            case Trouble.TOKEN_EXPIRED:
                self.expire_tokens()
            case Trouble.LIE:
                faults.lie = True
            case _:
                faults.only = call
                _answer_badly(faults, trouble)

    async def end_trouble(self) -> None:
        """No faults, and nothing held back."""
        usual, faults = Faults(), self.sim.faults
        for name in Faults.__slots__:
            setattr(faults, name, getattr(usual, name))
        self.wire.lose_answer_to = ""
        await self.sim.flush()


def _answer_badly(faults: Faults, trouble: Trouble) -> None:
    match trouble:
        case Trouble.SLOW_DOWN:
            faults.fail_next.append((429, {"Retry-After": "0"}, b"{}"))
        case Trouble.COME_BACK_LATER:
            faults.fail_next.append((429, {"Retry-After": "60"}, b"{}"))
        case Trouble.FAULT:
            faults.fail_next.append((503, {}, b"{}"))
        case Trouble.CUT:
            faults.drop_connection = True
        case Trouble.UNREADABLE:
            faults.malformed = True
        case _:
            raise AssertionError(f"no such fault: {trouble}")


def flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by flat names, as stages tell them."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": kept for inner, kept in value.items()}
        else:
            flat[name] = value
    return flat
