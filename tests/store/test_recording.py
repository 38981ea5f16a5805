"""What a store that was gone could not take is written once, however many come to write it."""

import asyncio
from datetime import UTC, datetime

from modbot.audit import Audit
from modbot.model import Actor, Operation, Outcome, PlatformName, Result, Room, Session
from modbot.recording import Act, Recording
from modbot.store import Store
from modbot.store.acts import Acts

ROOM = Room(PlatformName.WEBEX, "reading")
LOCK = Act(
    id="1-0:lock",
    operation=Operation.LOCK,
    session=Session(ROOM, "reading-today"),
    by=Actor("slack:U0ORTIZ", "Luis Ortiz"),
    asked_at=datetime.now(UTC),
)


async def test_an_outcome_that_is_settled_twice_at_once_stands_once_in_the_record(store: Store) -> None:
    record, audit = Recording(Acts(store), Audit(store)), Audit(store)
    await record.begin(LOCK)
    record.owe(LOCK, Result(LOCK.id, Operation.LOCK, ROOM, Outcome.DONE))
    await asyncio.gather(record.settle(), record.settle())
    assert [entry["phase"] async for entry in audit.export()] == ["intent", "outcome"]
