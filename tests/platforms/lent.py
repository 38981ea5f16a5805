"""What a platform is lent in tests: a vault, a budget and a clock in memory, and the events it tells of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from modbot.errors import StoreUnavailable
from modbot.http import Http
from modbot.model import Event
from modbot.platforms import Means


@dataclass(slots=True)
class Clock:
    """A clock that moves only when told. It starts now: the HTTP client reads dates in headers by the real time."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass(slots=True)
class MemoryVault:
    """A vault in memory; entries do not expire by themselves. `gone`: it fails like a lost store."""

    secrets: dict[str, str] = field(default_factory=dict)
    lifetimes: list[int] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    gone: bool = False

    async def get(self, name: str) -> str | None:
        self._need()
        self.read.append(name)
        return self.secrets.get(name)

    async def put(self, name: str, secret: str, *, lifetime_seconds: int) -> None:
        self._need()
        assert lifetime_seconds > 0
        self.secrets[name] = secret
        self.lifetimes.append(lifetime_seconds)

    async def drop(self, name: str) -> None:
        self._need()
        self.secrets.pop(name, None)

    def _need(self) -> None:
        if self.gone:
            raise StoreUnavailable("connection refused")


@dataclass
class FreeBudget:
    """A budget that never makes anybody wait, and writes down who asked."""

    taken: list[tuple[str, float, int]] = field(default_factory=list)

    async def take(self, limit: str, *, per_second: float, urgency: int = 1, burst: int = 0) -> None:
        self.taken.append((limit, per_second, urgency))


@dataclass(slots=True)
class Lent:
    """Everything a platform is lent, kept where a test can look at it."""

    http: Http
    clock: Callable[[], datetime] = field(default_factory=Clock)
    vault: MemoryVault = field(default_factory=MemoryVault)
    budget: FreeBudget = field(default_factory=FreeBudget)
    told: list[Event] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    public_url: str = ""

    @property
    def means(self) -> Means:
        """The same, as the platform takes it."""
        return Means(self.http, self.vault, self.budget, self.clock, self._tell, self._hosts, self.public_url)

    async def _tell(self, events: Sequence[Event]) -> None:
        self.told += events

    async def _hosts(self) -> Sequence[str]:
        return tuple(self.hosts)
