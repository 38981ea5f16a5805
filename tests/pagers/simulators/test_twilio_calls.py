"""The simulated Twilio's calls: how phones meet them, what is told of them, and how they are ended."""

import json

import aiohttp
import pytest

from modbot.simulators.twilio import PhoneState, TwilioSimulator
from tests.pagers.simulators.house import Clock, listening
from tests.pagers.simulators.twilio_house import ADA, EVENTS, NOBODY, Exchange
from tests.stores import until

LISTENING = "<Response><Gather numDigits='1' timeout='30'><Say>Press 1</Say></Gather></Response>"


async def test_a_person_hears_what_is_said(exchange: Exchange) -> None:
    await exchange.ended(await exchange.call())
    assert exchange.ada.heard == ["Class alert"]


async def test_an_accepted_call_is_queued(exchange: Exchange) -> None:
    answer = await exchange.ask_call()
    assert (answer.status, answer.body["status"], answer.body["to"]) == (201, "queued", ADA)


async def test_each_step_that_was_asked_for_is_told_in_order(exchange: Exchange) -> None:
    url = f"{exchange.app.url}/status"
    await exchange.ended(await exchange.call(StatusCallback=url, StatusCallbackEvent=EVENTS))
    assert sorted((one.form["SequenceNumber"], one.form["CallStatus"]) for one in exchange.app.at("/status")) == [
        ("0", "initiated"),
        ("1", "ringing"),
        ("2", "in-progress"),
        ("3", "completed"),
    ]


async def test_without_a_choice_only_the_end_is_told(exchange: Exchange) -> None:
    await exchange.ended(await exchange.call(StatusCallback=f"{exchange.app.url}/status"))
    assert exchange.statuses("/status") == ["completed"]


async def test_steps_in_one_field_are_not_understood_and_nothing_is_told(exchange: Exchange) -> None:
    url = f"{exchange.app.url}/status"
    await exchange.ended(await exchange.call(StatusCallback=url, StatusCallbackEvent="ringing completed"))
    assert (exchange.statuses("/status"), [alert.code for alert in exchange.sim.alerts]) == ([], [21626])


OUTCOMES = {
    PhoneState.HUMAN: "completed",
    PhoneState.VOICEMAIL: "completed",
    PhoneState.BUSY: "busy",
    PhoneState.OFF: "no-answer",
}


@pytest.mark.parametrize("state", OUTCOMES)
async def test_the_state_of_the_phone_decides_how_the_call_ends(exchange: Exchange, state: PhoneState) -> None:
    exchange.ada.state = state
    call = await exchange.ended(await exchange.call(StatusCallback=f"{exchange.app.url}/status"))
    assert (call.status, exchange.statuses("/status")) == (OUTCOMES[state], [OUTCOMES[state]])


async def test_a_number_that_nobody_has_fails(exchange: Exchange) -> None:
    assert (await exchange.ended(await exchange.call(To=NOBODY))).status == "failed"


async def test_a_phone_that_nobody_answers_rings_as_long_as_was_asked(exchange: Exchange) -> None:
    exchange.ada.state = PhoneState.UNANSWERED
    call = await exchange.call(Timeout="20")
    await until("the phone rings", lambda: exchange.ada.ringing)
    exchange.clock.forward(seconds=20)
    assert ((await exchange.ended(call)).status, exchange.ada.ringing) == ("no-answer", False)


async def test_a_phone_that_rings_can_be_picked_up(exchange: Exchange) -> None:
    exchange.ada.state = PhoneState.UNANSWERED
    call = await exchange.call()
    await until("the phone rings", lambda: exchange.ada.ringing)
    exchange.ada.pick_up()
    assert ((await exchange.ended(call)).status, exchange.ada.heard) == ("completed", ["Class alert"])


async def test_a_phone_that_rings_can_be_turned_away(exchange: Exchange) -> None:
    exchange.ada.state = PhoneState.UNANSWERED
    call = await exchange.call()
    await until("the phone rings", lambda: exchange.ada.ringing)
    exchange.ada.hang_up()
    assert (await exchange.ended(call)).status == "busy"


async def test_somebody_who_speaks_is_busy_for_a_second_call(exchange: Exchange) -> None:
    await exchange.call(Twiml=LISTENING)
    await until("the first call is answered", lambda: exchange.sim.calls[0].status == "in-progress")
    assert (await exchange.ended(await exchange.call())).status == "busy"


async def test_hanging_up_ends_the_call_with_its_length(exchange: Exchange) -> None:
    call = await exchange.call(Twiml=LISTENING, StatusCallback=f"{exchange.app.url}/status")
    await until("the call is answered", lambda: call.status == "in-progress")
    exchange.clock.forward(seconds=7)
    exchange.ada.hang_up()
    await exchange.ended(call)
    assert exchange.app.at("/status")[0].form["CallDuration"] == "7"


async def test_nothing_is_said_after_hanging_up(exchange: Exchange) -> None:
    call = await exchange.call(Twiml=LISTENING.replace("</Gather>", "</Gather><Say>Nobody pressed a key</Say>"))
    await until("the question was heard", lambda: bool(exchange.ada.heard))
    exchange.ada.hang_up()
    exchange.clock.forward(seconds=30)
    await exchange.ended(await exchange.call())
    assert (call.heard, exchange.ada.heard) == (["Press 1"], ["Press 1", "Class alert"])


async def test_a_machine_is_told_apart_when_asked(exchange: Exchange) -> None:
    exchange.ada.state = PhoneState.VOICEMAIL
    call = await exchange.call(MachineDetection="Enable", Url=f"{exchange.app.url}/voice")
    await exchange.ended(call)
    asked = exchange.app.at("/voice")[0].form
    assert (call.answered_by, asked["AnsweredBy"]) == ("machine_start", "machine_start")


async def test_nobody_is_told_apart_when_not_asked(exchange: Exchange) -> None:
    exchange.ada.state = PhoneState.VOICEMAIL
    assert (await exchange.ended(await exchange.call())).answered_by is None


async def test_a_machine_hears_the_words_and_no_person_does(exchange: Exchange) -> None:
    exchange.ada.state = PhoneState.VOICEMAIL
    await exchange.ended(await exchange.call())
    assert (exchange.ada.voicemail, exchange.ada.heard) == (["Class alert"], [])


async def test_one_call_a_second_is_made_and_the_rest_wait(exchange: Exchange) -> None:
    exchange.sim.calls_per_second = 1
    waits = [json.loads((await exchange.ask_call()).body["queue_time"]) for _ in range(3)]
    assert waits == [0, 1000, 2000]


async def test_a_queued_call_does_not_ring_before_its_turn(exchange: Exchange) -> None:
    exchange.sim.calls_per_second = 1
    first, second = await exchange.call(), await exchange.call()
    await exchange.ended(first)
    assert second.status == "queued"


async def test_a_queued_call_rings_at_its_turn(exchange: Exchange) -> None:
    exchange.sim.calls_per_second = 1
    await exchange.ended(await exchange.call())
    second = await exchange.call()
    exchange.clock.forward(seconds=1)
    assert (await exchange.ended(second)).status == "completed"


async def test_a_queued_call_can_be_cancelled_and_never_rings(exchange: Exchange) -> None:
    exchange.sim.calls_per_second = 1
    await exchange.ended(await exchange.call())
    second = await exchange.call()
    await exchange.post(f"Calls/{second.sid}", [("Status", "canceled")])
    third = await exchange.call()
    exchange.clock.forward(seconds=2)
    await exchange.ended(third)
    assert (second.status, third.status, exchange.ada.rang) == ("canceled", "completed", 2)


@pytest.mark.parametrize("wanted", ["canceled", "completed"])
async def test_a_call_that_rings_can_be_stopped(exchange: Exchange, wanted: str) -> None:
    exchange.ada.state = PhoneState.UNANSWERED
    call = await exchange.call()
    await until("the phone rings", lambda: exchange.ada.ringing)
    await exchange.post(f"Calls/{call.sid}", [("Status", wanted)])
    assert (call.status, exchange.sim.ringing) == ("canceled", [])


async def test_cancelling_leaves_a_call_in_progress_alone(exchange: Exchange) -> None:
    call = await exchange.call(Twiml=LISTENING)
    await until("the call is answered", lambda: call.status == "in-progress")
    answer = await exchange.post(f"Calls/{call.sid}", [("Status", "canceled")])
    assert (answer.status, answer.body["status"]) == (200, "in-progress")


async def test_completing_ends_a_call_in_progress(exchange: Exchange) -> None:
    call = await exchange.call(Twiml=LISTENING)
    await until("the call is answered", lambda: call.status == "in-progress")
    answer = await exchange.post(f"Calls/{call.sid}", [("Status", "completed")])
    assert (answer.body["status"], exchange.ada.call) == ("completed", None)


async def test_a_call_that_is_over_cannot_be_ended(exchange: Exchange) -> None:
    call = await exchange.ended(await exchange.call())
    answer = await exchange.post(f"Calls/{call.sid}", [("Status", "completed")])
    assert (answer.status, answer.body["code"]) == (400, 21220)


async def test_a_call_can_be_read_again(exchange: Exchange) -> None:
    call = await exchange.ended(await exchange.call())
    body = (await exchange.get(f"Calls/{call.sid}")).body
    assert (body["status"], body["duration"], body["direction"]) == ("completed", "0", "outbound-api")


async def test_seconds_can_be_made_shorter() -> None:
    async with TwilioSimulator() as sim, aiohttp.ClientSession() as client, listening() as app:
        exchange = Exchange(sim, app, Clock(), client, sim.phone(ADA))
        sim.pace, exchange.ada.state = 0.001, PhoneState.UNANSWERED
        assert (await exchange.ended(await exchange.call(Timeout="60"))).status == "no-answer"


async def test_a_status_that_is_answered_badly_is_not_told_again(exchange: Exchange) -> None:
    exchange.app.statuses.append(500)
    await exchange.ended(await exchange.call(StatusCallback=f"{exchange.app.url}/status"))
    assert len(exchange.app.at("/status")) == 1


async def test_a_status_is_told_again_when_the_connection_breaks(exchange: Exchange) -> None:
    exchange.app.statuses.append(0)
    await exchange.ended(await exchange.call(StatusCallback=f"{exchange.app.url}/status"))
    told = exchange.app.at("/status")
    assert (len(told), len({one.headers["i-twilio-idempotency-token"] for one in told})) == (2, 1)


async def test_a_lie_is_a_call_that_never_rings(exchange: Exchange) -> None:
    exchange.sim.faults.lie = True
    call = await exchange.call()
    await exchange.sim.flush()
    assert (call.status, exchange.ada.rang) == ("queued", 0)


async def test_a_lie_about_the_end_leaves_the_phone_ringing(exchange: Exchange) -> None:
    exchange.ada.state = PhoneState.UNANSWERED
    call = await exchange.call()
    await until("the phone rings", lambda: exchange.ada.ringing)
    exchange.sim.faults.lie = True
    answer = await exchange.post(f"Calls/{call.sid}", [("Status", "canceled")])
    assert (answer.status, exchange.ada.ringing) == (200, True)
