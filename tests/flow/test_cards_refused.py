"""An incident's card that chat refuses, has lost, or takes late: how often it is tried, and what stands in the end."""

import asyncio
from datetime import timedelta

import pytest

from modbot.metrics import REGISTRY
from modbot.seal import Keyring
from modbot.store import Store, keys
from modbot.store.incidents import Incident, Incidents, line
from tests.flow.bureau import Board, Bureau, headline, now, open_bureau
from tests.stores import until


@pytest.fixture
def incidents(store: Store) -> Incidents:
    """What is kept of them."""
    return Incidents(store, Keyring([bytes(32)]))


async def hung(bureau: Bureau, incidents: Incidents) -> Incident:
    """An incident whose card shows all there is, and nobody is at it any more."""
    incident = await bureau.opened()
    await until("the card hangs", lambda: bureau.counts.done == 1)
    await until_shown(incidents, incident)
    return incident


async def until_shown(incidents: Incidents, incident: Incident) -> None:
    async def up_to_date() -> bool:
        return not await incidents.out_of_date(incident.id)

    await until("the card shows all there is", up_to_date)


async def until_free(store: Store, incident: Incident) -> None:
    async def nobody_has_it() -> bool:
        return await store.run("GET", keys.turn(f"card:{incident.id}")) is None

    await until("it is nobody's turn", nobody_has_it)


async def touch(incidents: Incidents, incident: Incident) -> None:
    """The card is out of date, with nothing new for its timeline, and nobody is told to show it."""
    await incidents.add_line(incident.id, line(now(), "as before"), once="opened")


def given_up() -> float:
    return REGISTRY.get_sample_value("modbot_cards_given_up_total", {"kind": "incident"}) or 0


async def test_a_card_that_somebody_took_away_is_not_tried_again(
    bureau: Bureau, board: Board, incidents: Incidents
) -> None:
    incident = await hung(bureau, incidents)
    board.torn_down = True
    assert await bureau.desk.resolve(incident, "Kim Reyes", "over")
    await until_shown(incidents, incident)
    assert bureau.counts.failed == 0


async def test_a_channel_that_does_not_take_the_first_card_is_tried_again(
    bureau: Bureau, board: Board, incidents: Incidents
) -> None:
    board.torn_down = True
    incident = await bureau.opened()
    await until("it was refused", lambda: bureau.counts.failed > 0)
    board.torn_down = False
    await until_shown(incidents, incident)
    assert headline(board).startswith("🔴")


async def test_a_card_that_is_refused_for_too_long_is_given_up(
    bureau: Bureau, board: Board, incidents: Incidents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modbot.card_patience.GIVEN_UP", timedelta(0))
    incident = await hung(bureau, incidents)
    before = given_up()
    board.refusals = 1_000_000
    assert await bureau.desk.resolve(incident, "Kim Reyes", "over")
    await until("it is given up", lambda: given_up() > before)


async def test_a_card_that_was_given_up_shows_what_happens_next(
    bureau: Bureau, board: Board, incidents: Incidents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modbot.jobs.ATTEMPTS", 1)
    monkeypatch.setattr("modbot.card_patience.GIVEN_UP", timedelta(0))
    incident = await hung(bureau, incidents)
    before = given_up()
    board.refusals = 1_000_000
    await bureau.desk.acknowledged(incident.id, "Kim Reyes")
    await until("it is given up", lambda: given_up() > before)
    board.refusals = 0
    assert await bureau.desk.resolve(incident, "Kim Reyes", "over")
    await until("the card is green", lambda: headline(board).startswith("🟢"))


async def test_something_newer_need_not_wait_while_a_change_waits_for_its_channel(
    bureau: Bureau, board: Board, incidents: Incidents
) -> None:
    incident = await hung(bureau, incidents)
    board.hold_up()
    await bureau.desk.note_on(incident.id, "as before", once="opened")
    await until("a change waits", lambda: board.waiting == 1)
    await bureau.desk.note_on(incident.id, "as before", once="opened")
    await until("a newer one does not wait for it", lambda: board.waiting == 2)
    await board.let_pass()
    await until_shown(incidents, incident)


async def test_an_older_state_that_another_process_shows_late_does_not_stay(
    bureau: Bureau, board: Board, incidents: Incidents, store: Store, store_url: str
) -> None:
    incident = await hung(bureau, incidents)
    slow = Board(board.cards, board.threads)
    async with open_bureau(store, store_url, slow) as other:
        slow.hold_up()
        await touch(incidents, incident)
        late = asyncio.create_task(other.desk.show(incident.id))
        await until("the older state is on its way", lambda: slow.waiting == 1)
        await until_free(store, incident)
        await incidents.resolve(incident, by="Kim Reyes", at=now(), why="over")
        await touch(incidents, incident)
        await bureau.desk.show(incident.id)
        assert headline(board).startswith("🟢")
        await slow.let_pass()
        await late
    assert headline(board).startswith("🟢")
