"""Load from a process of its own: requests signed one by one, sent over keep-alive connections, each answer timed.

A plan with `rate` 0 is a closed loop: each connection sends its next request when the last is answered. With a rate,
requests are due at fixed moments whatever the server does, and times count from when they were due, so that a server
that stands still is not spared the requests it kept waiting (coordinated omission).
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


class LoadFailed(Exception):
    """The generator could not do what was asked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send. `kind` names the requests (`benchmarks.load.signed`); `most` is how many are prepared."""

    kind: str  # "slack" or "zoom"
    port: int
    connections: int
    seconds: float
    most: int
    rate: float = 0.0  # requests a second; 0 = as fast as answers come
    secret: str = ""
    command: str = "/lock"
    texts: tuple[str, ...] = ("",)  # taken in turn
    users: tuple[str, ...] = ("U0NOBODY",)  # taken in turn
    response_url: str = "http://127.0.0.1/response/"  # its beginning: each request has its own
    marker: str = ""  # answers that hold this are counted: a 200 alone does not say that a request was taken
    sessions: int = 200  # of zoom's: how many classes the people join
    seed: str = "a"  # two plans with different seeds never send the same bytes


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a plan. Times are milliseconds; `seconds` from the first request to the last answer."""

    sent: int
    answered: int
    marked: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    statuses: Mapping[str, int] = field(default_factory=dict)
    broken: int = 0  # connections that ended before their answer

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds if self.seconds else 0.0

    def must_be(self, status: int) -> "Load":
        """Itself, when every answer had this status. Raises LoadFailed: a fast refusal is not a figure."""
        if set(self.statuses) != {str(status)}:
            raise LoadFailed(f"answers were {dict(self.statuses)} with {self.broken} broken connections, not {status}")
        return self


async def run(plan: Plan, began: asyncio.Event | None = None) -> Load:
    """Carry a plan out in a process of its own. `began` is set when all is signed and it starts to send.

    Raises LoadFailed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asdict(plan)).encode())
    process.stdin.write_eof()
    try:
        await process.stdout.readline()
        if began is not None:
            began.set()
        out, err = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise LoadFailed(err.decode(errors="replace")[-1000:])
    return load_of(json.loads(out))


def load_of(said: Mapping[str, Any]) -> Load:
    """A generator's result as it printed it."""
    return Load(**said)


def plan_of(said: Mapping[str, Any]) -> Plan:
    """A plan as the generator reads it."""
    lists: dict[str, Sequence[str]] = {name: tuple(said[name]) for name in ("texts", "users")}
    return Plan(**{**said, **lists})
