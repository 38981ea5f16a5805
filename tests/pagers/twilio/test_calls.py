"""A call says the headline twice and takes a key; who picked up is told; a call nobody needs any more stops ringing."""

import base64
import json
import re
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from modbot.errors import NotFound, VendorError
from modbot.pagers import Fate, Said, Ticket, Turn, Word
from modbot.pagers.twilio.errand import PARAMETER
from modbot.settings.paging import OnCallPerson
from modbot.simulators.twilio import PhoneState
from tests.pagers.door import LOU, TYPED, notice, question
from tests.pagers.twilio.conftest import Exchange
from tests.stores import until

SENTENCE = "This is modbot. Help is needed in Grade 5 Science."
KEYS = "Press 1 if you take it. Press 2 to call the next person."


async def test_whoever_picks_up_hears_the_headline_and_the_keys_twice(exchange: Exchange) -> None:
    exchange.sim.pace = 0.01
    await exchange.over(await exchange.called())
    assert exchange.lou.heard == [SENTENCE, KEYS, SENTENCE, KEYS, "No key was pressed. Goodbye."]


def told_in(exchange: Exchange) -> str:
    """All that Twilio was told of a call, what the addresses for its answers carry included."""
    told = json.dumps(parse_qsl(exchange.sim.seen[0].body.decode()))
    carried = [base64.urlsafe_b64decode(one + "==").decode() for one in re.findall(rf"{PARAMETER}=([\w-]+)", told)]
    assert carried
    return " ".join([told, *carried])


async def test_what_was_typed_is_not_said(exchange: Exchange) -> None:
    await exchange.called()
    assert "a stranger shouts" in TYPED
    assert "a stranger shouts" not in told_in(exchange)


async def test_a_call_that_twilio_takes_is_queued(exchange: Exchange) -> None:
    ticket = await exchange.modbot.voice.ring(LOU, notice())
    assert ticket == Ticket(Fate.QUEUED, exchange.sim.calls[0].sid)


async def test_one_takes_the_page(exchange: Exchange) -> None:
    call = await exchange.called()
    await exchange.lou.press("1")
    await exchange.over(call)
    assert exchange.door.words(Word.ACKNOWLEDGED) == [
        Said("page-1", Word.ACKNOWLEDGED, by="Lou Baker", email="lou@example.org", ref=call.sid, turn=Turn(1))
    ]


async def test_whoever_took_it_hears_that_they_have_it(exchange: Exchange) -> None:
    call = await exchange.called()
    await exchange.lou.press("1")
    await exchange.over(call)
    assert exchange.lou.heard[-1] == "You have it. Nothing rings any more. Goodbye."


async def test_whoever_was_too_late_is_not_told_that_they_have_it(exchange: Exchange) -> None:
    exchange.door.changed = lambda _: False
    call = await exchange.called()
    await exchange.lou.press("1")
    await exchange.over(call)
    assert exchange.lou.heard[-1].startswith("Nothing was changed: somebody has the page already, it rings anew, or")


async def test_two_calls_the_next_person(exchange: Exchange) -> None:
    call = await exchange.called()
    await exchange.lou.press("2")
    await exchange.over(call)
    (said,) = exchange.door.words(Word.ESCALATE)
    assert (said.page, said.by, exchange.lou.heard[-1]) == (
        "page-1",
        "Lou Baker",
        "The next person is called now. Goodbye.",
    )


async def test_whoever_is_called_last_cannot_pass_it_on(exchange: Exchange) -> None:
    await exchange.called(number=3, of=3)
    await exchange.lou.press("2")
    await until("it is said again", lambda: "That key does nothing here." in exchange.lou.heard)
    assert not exchange.door.words(Word.ESCALATE)


@pytest.mark.parametrize("key", ["0", "3", "9", "*", "#"])
async def test_a_key_that_means_nothing_says_it_all_again_and_changes_nothing(exchange: Exchange, key: str) -> None:
    await exchange.called()
    await exchange.lou.press(key)
    await until("it is said again", lambda: exchange.lou.heard[-3:] == ["That key does nothing here.", SENTENCE, KEYS])
    assert not exchange.door.said or {said.word for said in exchange.door.said} == {Word.FATE}


async def test_after_a_key_that_means_nothing_one_still_takes_it(exchange: Exchange) -> None:
    call = await exchange.called()
    await exchange.lou.press("7")
    await until("it is said again", lambda: "That key does nothing here." in exchange.lou.heard)
    await exchange.lou.press("1")
    await exchange.over(call)
    assert exchange.door.words(Word.ACKNOWLEDGED)


async def test_a_person_who_picked_up_was_reached(exchange: Exchange) -> None:
    exchange.sim.pace = 0.01
    await exchange.over(await exchange.called())
    assert exchange.fates() == [Fate.DELIVERED]


async def test_whoever_pressed_a_key_has_answered(exchange: Exchange) -> None:
    call = await exchange.called()
    await exchange.lou.press("1")
    await exchange.over(call)
    assert exchange.fates() == [Fate.DELIVERED, Fate.ANSWERED]


@pytest.mark.parametrize("state", [PhoneState.BUSY, PhoneState.OFF, PhoneState.UNANSWERED, PhoneState.VOICEMAIL])
async def test_who_does_not_pick_up_in_person_was_not_reached(exchange: Exchange, state: PhoneState) -> None:
    exchange.sim.pace, exchange.lou.state = 0.001, state
    ticket = await exchange.modbot.voice.ring(LOU, notice())
    await exchange.over(exchange.sim.calls[0])
    assert {(said.ref, said.fate) for said in exchange.door.words(Word.FATE)} == {(ticket.ref, Fate.FAILED)}


async def test_a_number_nobody_has_was_not_reached(exchange: Exchange) -> None:
    stranger = OnCallPerson(email="eve@example.org", phone="+12025550199")
    await exchange.modbot.voice.ring(stranger, notice())
    await exchange.over(exchange.sim.calls[0])
    assert exchange.fates() == [Fate.FAILED]


async def test_voicemail_is_told_apart_only_where_the_district_wants_it(exchange: Exchange) -> None:
    await exchange.with_settings(detect_machines=False).voice.ring(LOU, notice())
    assert exchange.sim.calls[0].detect_machine == ""


async def test_a_call_that_is_twilio_s_lie_is_no_more_than_queued(exchange: Exchange) -> None:
    exchange.sim.faults.lie = True
    assert (await exchange.modbot.voice.ring(LOU, notice())).fate is Fate.QUEUED


async def test_a_ringing_phone_falls_silent(exchange: Exchange) -> None:
    exchange.lou.state = PhoneState.UNANSWERED
    ticket = await exchange.modbot.voice.ring(LOU, notice())
    await until("Lou's phone rings", lambda: exchange.lou.ringing)
    await exchange.modbot.voice.hush(ticket.ref, "Kim has it.", over=False)
    assert not exchange.sim.ringing


async def test_a_call_that_was_taken_back_is_not_a_failure(exchange: Exchange) -> None:
    exchange.lou.state = PhoneState.UNANSWERED
    ticket = await exchange.modbot.voice.ring(LOU, notice())
    await until("Lou's phone rings", lambda: exchange.lou.ringing)
    await exchange.modbot.voice.hush(ticket.ref, "Kim has it.", over=False)
    await exchange.sim.flush()
    assert not exchange.fates()


async def test_a_call_that_waits_in_twilio_s_queue_is_not_made(exchange: Exchange) -> None:
    exchange.sim.calls_per_second = 0.001
    await exchange.modbot.voice.ring(LOU, notice())
    second = await exchange.modbot.voice.ring(LOU, notice(page="page-2"))
    await exchange.modbot.voice.hush(second.ref, "Kim has it.", over=False)
    assert exchange.sim.calls[1].status == "canceled"


async def test_whoever_listens_is_not_cut_off(exchange: Exchange) -> None:
    call = await exchange.called()
    await exchange.modbot.voice.hush(call.sid, "Kim has it.", over=False)
    assert call.status == "in-progress"


async def test_a_call_that_is_over_needs_no_hush(exchange: Exchange) -> None:
    call = await exchange.called()
    exchange.lou.hang_up()
    await exchange.over(call)
    await exchange.modbot.voice.hush(call.sid, "Kim has it.", over=True)


async def test_a_call_that_goes_on_ringing_is_told(exchange: Exchange) -> None:
    exchange.lou.state = PhoneState.UNANSWERED
    ticket = await exchange.modbot.voice.ring(LOU, notice())
    await until("Lou's phone rings", lambda: exchange.lou.ringing)
    exchange.sim.faults.lie = True
    with pytest.raises(VendorError, match="is still ringing"):
        await exchange.modbot.voice.hush(ticket.ref, "Kim has it.", over=False)


async def test_hushing_is_tried_again(exchange: Exchange) -> None:
    exchange.lou.state = PhoneState.UNANSWERED
    ticket = await exchange.modbot.voice.ring(LOU, notice())
    await until("Lou's phone rings", lambda: exchange.lou.ringing)
    exchange.sim.faults.fail_next.extend([(503, {}, b"")] * 2)
    await exchange.modbot.voice.hush(ticket.ref, "Kim has it.", over=False)
    assert not exchange.sim.ringing


async def test_a_call_that_twilio_does_not_know_cannot_be_hushed(exchange: Exchange) -> None:
    with pytest.raises(NotFound):
        await exchange.modbot.voice.hush("CA" + "0" * 32, "Kim has it.", over=False)


async def test_a_ref_that_is_no_call_stays_inside_its_path(exchange: Exchange) -> None:
    with pytest.raises(NotFound):
        await exchange.modbot.voice.hush("../Messages", "Kim has it.", over=False)
    assert "..%2FMessages" in exchange.sim.seen[-1].path


async def test_somebody_who_has_it_is_asked_by_a_call(exchange: Exchange) -> None:
    exchange.sim.pace = 0.01
    await exchange.modbot.voice.ask(LOU, question())
    await exchange.over(exchange.sim.calls[0])
    assert exchange.lou.heard[:2] == [
        "This is modbot. Do you still have the page of Grade 5 Science?",
        "Press 1 if you do. If not, it rings again in 10 minutes.",
    ]


async def test_one_says_that_they_still_have_it(exchange: Exchange) -> None:
    await exchange.modbot.voice.ask(LOU, question())
    await exchange.lou.press("1")
    await exchange.over(exchange.sim.calls[0])
    assert [said.page for said in exchange.door.words(Word.ACKNOWLEDGED)] == ["page-1"]


async def test_two_does_not_pass_on_what_somebody_has(exchange: Exchange) -> None:
    await exchange.modbot.voice.ask(LOU, question())
    await exchange.lou.press("2")
    await until("it is said again", lambda: "Press 1 if you do." in exchange.lou.heard)
    assert not exchange.door.said


async def test_somebody_without_a_number_cannot_be_called(exchange: Exchange) -> None:
    with pytest.raises(NotFound):
        await exchange.modbot.voice.ring(OnCallPerson(email="eve@example.org"), notice())


async def test_calls_have_their_turn_at_the_district_s_rate(exchange: Exchange) -> None:
    await exchange.with_settings(calls_per_second=2.5).voice.queue.turn(wanted)
    assert exchange.limit.taken == [("twilio-calls", 2.5, 1)]


async def wanted() -> bool:
    return True


async def test_while_no_answer_could_be_kept_none_is_asked_for(exchange: Exchange) -> None:
    exchange.sim.pace = 0.01
    await exchange.modbot.voice.ring(LOU, replace(notice(), answerable=False))
    await exchange.over(exchange.sim.calls[0])
    told = [SENTENCE, "modbot's record store is down: it takes no answers, and calls nobody else by itself."]
    assert exchange.lou.heard == told * 2


@pytest.mark.parametrize(
    "title", ["A & B <Hangup/>", "q\"uo'te", "\u202eevil\x00\x07", "]]>", "\ufffe\uffff", "é" * 500]
)
async def test_a_title_of_any_signs_is_only_said(exchange: Exchange, title: str) -> None:
    await exchange.called(headline=f"PAGE: help is needed in {title}.")
    await exchange.lou.press("5")
    await until("it is said again", lambda: "That key does nothing here." in exchange.lou.heard)
    assert (not exchange.sim.alerts, exchange.lou.heard[0].startswith("This is modbot. Help is needed in")) == (
        True,
        True,
    )


async def test_what_twilio_is_told_names_nobody(exchange: Exchange) -> None:
    await exchange.called()
    told = told_in(exchange)
    assert SENTENCE.removeprefix("This is modbot. ") in told
    assert ("lou" not in told.casefold(), "example.org" not in told) == (True, True)
