"""An incident's card comes to show the last state: many changes at once, a slow channel, a death, a refusal."""

import asyncio
from contextlib import AsyncExitStack

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modbot.incidents import CARD_TURN
from modbot.store import Store
from modbot.store.turns import Turns
from tests.flow.bureau import Board, Bureau, headline, open_bureau
from tests.stores import until

MANY = 30
FEWER_THAN_TRIES = 3  # a job that is refused more often is given up for half a minute
STEPS = st.lists(st.sampled_from(["note", "acknowledge", "give back", "hold up", "let pass", "other"]), max_size=14)


async def shown_once(board: Board, lines: list[str], room: str = "1") -> None:
    """The thread of a class's card has each of these lines, in order, and no other."""

    def all_there() -> bool:
        ts = next((ts for ts, card in board.cards.items() if card.headline.endswith(f"Class {room}")), "")
        return len(board.threads.get(ts, [])) >= len(lines)

    await until("every line is in the thread", all_there)
    (thread,) = [board.threads[ts] for ts, card in board.cards.items() if card.headline.endswith(f"Class {room}")]
    assert thread == lines


async def test_what_happens_while_a_card_is_being_shown_makes_no_other_job_wait(bureau: Bureau, board: Board) -> None:
    board.hold_up()
    incident = await bureau.opened()
    await until("the card is on its way", lambda: board.waiting == 1)
    for number in range(MANY):
        await bureau.desk.note_on(incident.id, f"line {number}", once=f"{number}")
    await until("every other job has left", lambda: bureau.counts.done >= MANY)  # and perhaps a timer of theirs
    assert (board.most_waiting, bureau.counts.failed) == (1, 0)


async def test_whoever_shows_a_card_shows_what_happened_meanwhile(bureau: Bureau, board: Board) -> None:
    board.hold_up()
    incident = await bureau.opened()
    await until("the card is on its way", lambda: board.waiting == 1)
    await bureau.desk.acknowledged(incident.id, "Kim Reyes")
    assert await bureau.desk.resolve(incident, "Kim Reyes", "over")
    await until("the other jobs have left", lambda: bureau.counts.done >= 2)
    await board.let_pass()
    await until("the card is green", lambda: headline(board) == "🟢 Resolved: Class 1")
    await shown_once(board, ["Megan Chang: shut the class", "Kim Reyes has it.", "Kim Reyes resolved it: over"])


async def test_the_card_does_not_wait_for_a_long_timeline(bureau: Bureau, board: Board) -> None:
    board.hold_up()
    incident = await bureau.opened()
    for number in range(MANY):
        await bureau.desk.note_on(incident.id, f"line {number}", once=f"{number}")
    await until("all have left but one", lambda: bureau.counts.done >= MANY)
    await board.let_pass(3)  # the card and two lines
    await until("the third line is on its way", lambda: board.lines == 2 and board.waiting == 1)
    assert await bureau.desk.resolve(incident, "Kim Reyes", "over")
    await board.let_pass(2)
    await until("the card is green", lambda: headline(board).startswith("🟢"))
    assert board.lines == 3


async def test_nothing_is_sent_for_a_card_that_shows_all_there_is(bureau: Bureau, board: Board) -> None:
    incident = await bureau.opened()
    await until("the card stands", lambda: headline(board) != "" and bureau.counts.done == 1)
    board.hold_up()
    async with asyncio.timeout(30):
        await bureau.desk.show(incident.id)  # it would wait
    assert board.waiting == 0


async def test_eight_incidents_in_a_channel_that_is_slow_all_come_to_their_last_state(
    bureau: Bureau, board: Board
) -> None:
    rooms = [str(number) for number in range(8)]
    board.hold_up()
    opened = [await bureau.opened(room) for room in rooms]
    await until("every card is on its way", lambda: board.waiting == len(rooms))
    for incident in opened:
        await bureau.desk.note_on(incident.id, "IT was called.", once="called")
        assert await bureau.desk.resolve(incident, "Kim Reyes", "over")
    await board.let_pass()
    await until("all are green", lambda: all(headline(board, room).startswith("🟢") for room in rooms))
    for room in rooms:
        await shown_once(board, ["Megan Chang: shut the class", "IT was called.", "Kim Reyes resolved it: over"], room)
    assert bureau.counts.failed == 0


async def test_the_card_of_somebody_who_died_over_it_is_shown_by_another(
    bureau: Bureau, board: Board, store: Store
) -> None:
    incident = await bureau.opened()
    await until("the card stands", lambda: headline(board) != "" and bureau.counts.done == 1)
    assert await Turns(store).take(f"card:{incident.id}", CARD_TURN)  # and never gives it back
    assert await bureau.desk.resolve(incident, "Kim Reyes", "over")
    await until("the card is green", lambda: headline(board).startswith("🟢"))
    assert bureau.counts.failed == 0


async def test_two_processes_show_one_card_and_each_line_once(store: Store, store_url: str, board: Board) -> None:
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(open_bureau(store, store_url, board)) for _ in range(2)]
        incident = await one.opened()
        lines = [f"line {number}" for number in range(MANY)]
        for number, line in enumerate(lines):
            await (one, other)[number % 2].desk.note_on(incident.id, line, once=line)
        await shown_once(board, ["Megan Chang: shut the class", *lines])
        assert headline(board).startswith("🔴")


async def test_a_chat_that_refuses_for_a_while_gets_it_all_in_the_end(bureau: Bureau, board: Board) -> None:
    board.refusals = 3
    incident = await bureau.opened()
    await bureau.desk.note_on(incident.id, "IT was called.", once="called")
    await shown_once(board, ["Megan Chang: shut the class", "IT was called."])


@pytest.mark.timeout(180)  # many times two processes: on a busy machine, seconds each
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, refusals=st.integers(0, FEWER_THAN_TRIES))
async def test_in_any_order_of_events_the_last_state_is_shown_and_each_line_once(
    store: Store, store_url: str, steps: list[str], refusals: int
) -> None:
    await store.run("FLUSHALL")  # no timer of the last example hangs its card on this one's board
    board = Board(refusals=refusals)
    async with AsyncExitStack() as stack:
        both = [await stack.enter_async_context(open_bureau(store, store_url, board)) for _ in range(2)]
        incident = await both[0].opened()
        for number, step in enumerate(steps):
            await taken(step, both, board, incident.id, number)
        assert await both[1].desk.resolve(incident, "Kim Reyes", "over")
        await board.let_pass()
        await until("the card is green", lambda: headline(board).startswith("🟢"))
        kept = await both[0].desk.get(incident.id)
        assert kept is not None
        await shown_once(board, [orjson.loads(line)[1] for line in kept.lines])


async def taken(step: str, both: list[Bureau], board: Board, incident_id: str, number: int) -> None:
    """One step of many."""
    desk = both[0].desk
    if step == "other":
        both.reverse()
    elif step == "hold up":
        board.hold_up()
    elif step == "let pass":
        await board.let_pass()
    elif step == "acknowledge":
        await desk.acknowledged(incident_id, "Kim Reyes")
    elif step == "give back":
        await desk.given_back(incident_id, once=f"{number}")
    else:
        await desk.note_on(incident_id, f"line {number}", once=f"{number}")
