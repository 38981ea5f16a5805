"""Whose order about a door counts: the newest that was carried out, however late a timer comes to take another back."""

import pytest

from modbot.model import Operation, Outcome, PlatformName, Result, Room
from modbot.store import Store
from modbot.store.acts import Acts, Begun, Held, Overruled

ROOM = Room(PlatformName.WEBEX, "reading")


async def begun(acts: Acts, act_id: str, *, while_stands: str = "") -> Begun | Held | Overruled | Result:
    return await acts.begin(act_id, ROOM, said="lock by Luis Ortiz", intent={}, while_stands=while_stands)


async def done(acts: Acts, act_id: str, operation: Operation = Operation.LOCK, outcome: Outcome = Outcome.DONE) -> None:
    await begun(acts, act_id)
    await acts.end(Result(act_id, operation, ROOM, outcome))


async def test_a_timer_that_waited_behind_a_panic_does_not_open_the_door(store: Store) -> None:
    acts = Acts(store)
    await done(acts, "timed:lock")
    await begun(acts, "panic:lock")
    waiting = await begun(acts, "timed:lock:undo", while_stands="timed:lock")
    await acts.end(Result("panic:lock", Operation.LOCK, ROOM, Outcome.ALREADY))
    assert isinstance(waiting, Held)
    assert await begun(acts, "timed:lock:undo", while_stands="timed:lock") == Overruled()


async def test_a_timer_takes_back_the_order_that_stands(store: Store) -> None:
    acts = Acts(store)
    await done(acts, "timed:lock")
    assert await begun(acts, "timed:lock:undo", while_stands="timed:lock") == Begun(again=False)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REFUSED, Outcome.UNSUPPORTED])
async def test_an_order_given_in_vain_overrules_nothing(store: Store, outcome: Outcome) -> None:
    acts = Acts(store)
    await done(acts, "timed:lock")
    await done(acts, "later:lock", outcome=outcome)
    assert await begun(acts, "timed:lock:undo", while_stands="timed:lock") == Begun(again=False)


async def test_what_is_no_order_about_the_door_overrules_nothing(store: Store) -> None:
    acts = Acts(store)
    await done(acts, "timed:lock")
    await done(acts, "panic:mute", Operation.MUTE)
    assert await begun(acts, "timed:lock:undo", while_stands="timed:lock") == Begun(again=False)


async def test_an_overruled_act_leaves_the_room_to_others(store: Store) -> None:
    acts = Acts(store)
    await done(acts, "timed:lock")
    await done(acts, "panic:lock")
    await begun(acts, "timed:lock:undo", while_stands="timed:lock")
    assert await begun(acts, "next:unlock") == Begun(again=False)
