"""Writes classes full of people through modbot's own `Sessions`, as their arrivals would.

Arguments: the store's url, the first session's number, the one after the last, participants a session. The key comes
on standard input. Prints how many participants were written.
"""

import asyncio
import base64
import hashlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from modbot import seal
from modbot.model import Event, EventKind, Participant, PlatformName, Room
from modbot.store import connect
from modbot.store.sessions import Sessions

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
GIVEN = ("Ana", "Ben", "Chloe", "Dev", "Ella", "Finn", "Grace", "Hugo", "Iris", "Jaden", "Kofi", "Alexandra")
FAMILY = ("Duarte", "Okafor", "Nguyen", "Patel", "Moreau", "Larsen", "Kim", "Silva", "Cohen", "Johansson", "Mensah")
EVENTS_TOGETHER = 120


def events_of(session: int, people: int) -> list[Event]:
    """The class begins and everybody comes in, as Zoom tells it: ids in its shapes, district e-mail addresses."""
    room = Room(PlatformName.ZOOM, str(80_000_000_000 + session))
    uuid = base64.b64encode(hashlib.blake2b(str(session).encode(), digest_size=16).digest()).decode()
    title = f"Grade {session % 12 + 1} room {session % 900}"
    host = f"teacher{session:05d}@example.org"
    started = Event(EventKind.STARTED, room, uuid, AT, title=title, host_email=host, host_id="x1yCzABCDEfg23HiJKl4mN")
    return [started, *(_arrival(room, uuid, session, number, title) for number in range(people))]


def _arrival(room: Room, uuid: str, session: int, number: int, title: str) -> Event:
    digest = hashlib.blake2b(f"{session}:{number}".encode(), digest_size=16).digest()
    given, family = GIVEN[digest[0] % len(GIVEN)], FAMILY[digest[1] % len(FAMILY)]
    email = f"{given}.{family}{digest[2]}@students.example.org".casefold()
    at = AT + timedelta(seconds=number)
    person = Participant(str(UUID(bytes=digest)).upper(), f"{given} {family}", email, joined_at=at)
    return Event(EventKind.JOINED, room, uuid, at, participant=person, title=title, host_id="x1yCzABCDEfg23HiJKl4mN")


async def fill(url: str, first: int, end: int, each: float, key: str) -> int:
    """Write the sessions; the number of participants."""
    store = connect(url)
    sessions = Sessions(store, seal.load(key, Path()), keep=timedelta(hours=24))
    written = 0
    waiting: list[Event] = []
    for session in range(first, end):
        people = int((session + 1) * each) - int(session * each)
        written += people
        waiting += events_of(session, people)
        if len(waiting) >= EVENTS_TOGETHER:
            await sessions.ingest(waiting)
            waiting = []
    await sessions.ingest(waiting)
    await store.close()
    await store.client.connection_pool.disconnect()
    return written


if __name__ == "__main__":
    given_url, given_first, given_end, given_each = sys.argv[1:]
    count = asyncio.run(fill(given_url, int(given_first), int(given_end), float(given_each), sys.stdin.read().strip()))
    print(count)
