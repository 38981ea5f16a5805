"""The loop that sends and times. One thread, plain sockets: it must cost less than any server it measures."""

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.figures import percentile
from benchmarks.load import Load, LoadFailed, Plan

LAST_ANSWERS_SECONDS = 10.0  # how long what was sent may still be answered
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(slots=True)
class Line:
    """One connection and the request it waits for."""

    socket: socket.socket
    due: float = 0.0
    held: bytes = b""


@dataclass(slots=True)
class Tally:
    """What was seen so far. Times are seconds."""

    marker: bytes
    times: list[float] = field(default_factory=list)
    statuses: Counter[bytes] = field(default_factory=Counter)
    marked: int = 0
    sent: int = 0
    broken: int = 0
    last: float = 0.0

    def answer(self, held: bytes, due: float) -> None:
        """One whole answer to a request that was due then."""
        self.last = time.perf_counter()
        self.times.append(self.last - due)
        self.statuses[held[9:12]] += 1
        if self.marker and self.marker in held:
            self.marked += 1


def drive(plan: Plan, requests: Sequence[bytes]) -> Load:
    """Send the requests as the plan says and time the answers. Raises LoadFailed when nobody listens."""
    with selectors.DefaultSelector() as selector:
        lines = [_connected(plan.port) for _ in range(plan.connections)]
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
        tally = Tally(plan.marker.encode())
        began = time.perf_counter()
        send = _open_loop if plan.rate else _closed_loop
        send(plan, requests, selector, lines, tally)
        for line in lines:
            line.socket.close()
    return _load(tally, began)


def _closed_loop(
    plan: Plan, requests: Sequence[bytes], selector: selectors.BaseSelector, lines: list[Line], tally: Tally
) -> None:
    waiting = iter(requests)
    end = time.perf_counter() + plan.seconds
    open_requests = 0
    for line in lines:
        open_requests += _send(line, next(waiting, None), time.perf_counter(), tally)
    while open_requests:
        ready = selector.select(LAST_ANSWERS_SECONDS)
        if not ready:
            break  # what is not answered by now shows as sent and not answered
        for key, _ in ready:
            whole = _received(key.data, selector, tally)
            if whole is None:
                continue
            open_requests -= 1
            now = time.perf_counter()
            if whole and now < end:
                open_requests += _send(key.data, next(waiting, None), now, tally)


def _open_loop(
    plan: Plan, requests: Sequence[bytes], selector: selectors.BaseSelector, lines: list[Line], tally: Tally
) -> None:
    total = min(len(requests), int(plan.rate * plan.seconds))
    free = deque(lines)
    began = time.perf_counter()
    number = open_requests = 0
    while number < total or open_requests:
        now = time.perf_counter()
        if now > began + plan.seconds + LAST_ANSWERS_SECONDS:
            break
        while free and number < total and began + number / plan.rate <= now:
            open_requests += _send(free.popleft(), requests[number], began + number / plan.rate, tally)
            number += 1
        pause = 0.001 if free and number < total else 0.05
        for key, _ in selector.select(pause):
            whole = _received(key.data, selector, tally)
            if whole is None:
                continue
            open_requests -= 1
            if whole:
                free.append(key.data)


def _connected(port: int) -> Line:
    try:
        made = socket.create_connection(("127.0.0.1", port), timeout=5)
    except OSError as error:
        raise LoadFailed(f"nobody listens on port {port}: {error.strerror}") from error
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.settimeout(0)
    return Line(made)


def _send(line: Line, request: bytes | None, due: float, tally: Tally) -> int:
    """Send and return 1, or 0 when there is nothing left. A request fits the socket's buffer many times over."""
    if request is None:
        return 0
    line.due = due
    try:
        line.socket.sendall(request)
    except OSError:
        tally.broken += 1
        return 0
    tally.sent += 1
    return 1


def _received(line: Line, selector: selectors.BaseSelector, tally: Tally) -> bool | None:
    """True for a whole answer, False for a connection that ended, None when more is to come."""
    try:
        piece = line.socket.recv(65536)
    except BlockingIOError:
        return None
    except OSError:
        piece = b""
    if not piece:
        selector.unregister(line.socket)
        tally.broken += 1
        return False
    held = line.held + piece if line.held else piece
    if not complete(held):
        line.held = held
        return None
    line.held = b""
    tally.answer(held, line.due)
    return True


def complete(held: bytes) -> bool:
    """Whether this is a whole HTTP answer. One without a length has no body, or arrives chunked."""
    head, mark, body = held.partition(END_OF_HEAD)
    if not mark:
        return False
    lower = head.lower()
    at = lower.find(LENGTH)
    if at < 0:
        return b"transfer-encoding: chunked" not in lower or body.endswith(b"0\r\n\r\n")
    value, _, _ = lower[at + len(LENGTH) :].partition(b"\r\n")
    return len(body) >= int(value)


def _load(tally: Tally, began: float) -> Load:
    times = sorted(tally.times)
    return Load(
        sent=tally.sent,
        answered=len(times),
        marked=tally.marked,
        seconds=max(tally.last - began, 0.0),
        p50_ms=percentile(times, 0.5) * 1000,
        p99_ms=percentile(times, 0.99) * 1000,
        max_ms=times[-1] * 1000 if times else 0.0,
        statuses={status.decode("ascii", "replace"): count for status, count in tally.statuses.items()},
        broken=tally.broken,
    )
