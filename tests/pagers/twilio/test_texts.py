"""A text says the headline and two digits to reply with; what is replied is heard; nothing more is sent."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import Forbidden, NotFound
from modbot.pagers import Fate, Said, Ticket, Turn, Word
from modbot.pagers.codes import code_of
from modbot.settings.paging import OnCallPerson
from modbot.simulators.twilio import PhoneState
from modbot.simulators.twilio.segments import segments
from tests.pagers.door import LOU, notice, question
from tests.pagers.twilio.conftest import Exchange

CODE, ASKED = code_of("page-1"), code_of("page-1", Turn(1, 1))


async def test_a_text_says_what_strangers_may_read_and_how_to_take_it(exchange: Exchange) -> None:
    await exchange.texted(await exchange.modbot.sms.ring(LOU, notice()))
    assert [text.body for text in exchange.lou.texts] == [
        f"modbot: Help is needed in Grade 5 Science. Reply {CODE} to take it."
    ]


async def test_a_text_fits_into_one_message_however_long_the_title_is(exchange: Exchange) -> None:
    await exchange.texted(await exchange.modbot.sms.ring(LOU, notice(headline=f"PAGE: help is needed in {'x' * 400}.")))
    assert segments(exchange.lou.texts[0].body) == 1


async def test_a_text_that_twilio_takes_is_queued(exchange: Exchange) -> None:
    ticket = await exchange.modbot.sms.ring(LOU, notice())
    assert ticket == Ticket(Fate.QUEUED, exchange.sim.messages[0].sid)


async def test_a_text_that_arrived_is_told(exchange: Exchange) -> None:
    ticket = await exchange.modbot.sms.ring(LOU, notice())
    await exchange.texted(ticket)
    assert exchange.door.said == [Said("page-1", Word.FATE, ref=ticket.ref, fate=Fate.DELIVERED)]


@pytest.mark.parametrize("trouble", ["off", "landline", "filtered"])
async def test_a_text_that_did_not_arrive_is_told(exchange: Exchange, trouble: str) -> None:
    exchange.lou.state = PhoneState.OFF if trouble == "off" else PhoneState.HUMAN
    exchange.lou.landline, exchange.sim.texting.filtered = trouble == "landline", trouble == "filtered"
    await exchange.texted(await exchange.modbot.sms.ring(LOU, notice()))
    assert exchange.fates() == [Fate.FAILED]


async def test_statuses_in_another_order_say_the_same(exchange: Exchange) -> None:
    exchange.sim.faults.reorder_webhooks = True
    await exchange.texted(await exchange.modbot.sms.ring(LOU, notice()))
    assert exchange.fates() == [Fate.DELIVERED]


async def test_the_digits_of_the_text_take_its_page(exchange: Exchange) -> None:
    await exchange.texted(await exchange.modbot.sms.ring(LOU, notice()))
    await exchange.lou.reply(CODE)
    (said,) = exchange.door.words(Word.ACKNOWLEDGED)
    assert replace(said, ref="") == Said("", Word.ACKNOWLEDGED, by="Lou Baker", email="lou@example.org", code=CODE)


async def test_each_reply_has_a_name_of_its_own(exchange: Exchange) -> None:
    await exchange.lou.reply(CODE)
    await exchange.lou.reply(CODE)
    first, second = exchange.door.words(Word.ACKNOWLEDGED)
    assert (first.ref[:2], first.ref != second.ref) == ("SM", True)


async def test_whoever_took_it_reads_that_they_have_it(exchange: Exchange) -> None:
    answered = await exchange.lou.reply(CODE)
    assert answered.texts == ("You have it. Nothing rings any more.",)


async def test_whoever_was_too_late_does_not_read_that_they_have_it(exchange: Exchange) -> None:
    exchange.door.changed = lambda _: False
    answered = await exchange.lou.reply(CODE)
    assert answered.texts[0].startswith("Nothing was changed: somebody has the page already, it rings anew, or")


@pytest.mark.parametrize("text", [f" {CODE} ", f"{CODE}.", f"{CODE}!", f"{CODE}\n"])
async def test_digits_are_understood_as_phones_write_them(exchange: Exchange, text: str) -> None:
    await exchange.lou.reply(text)
    assert [said.code for said in exchange.door.said] == [CODE]


async def test_a_one_is_for_the_only_page_there_is(exchange: Exchange) -> None:
    await exchange.lou.reply("1")
    assert [(said.page, said.code) for said in exchange.door.said] == [("", "")]


@pytest.mark.parametrize("text", ["", "ok", "yes!", "2", "0", "123", "4 7", "who is this?", "٤٧", "1" * 1600])
async def test_what_means_nothing_changes_nothing_and_says_what_would(exchange: Exchange, text: str) -> None:
    answered = await exchange.lou.reply(text)
    assert (exchange.door.said, answered.texts) == (
        [],
        ("Nothing was changed. To take a page, reply with only the two digits of its text.",),
    )


@pytest.mark.parametrize("text", ["STOP", "stop", " Help ", "START"])
async def test_what_twilio_itself_answers_is_left_to_it(exchange: Exchange, text: str) -> None:
    assert (await exchange.lou.reply(text)).texts == ()


async def test_strangers_are_not_answered_and_take_nothing(exchange: Exchange) -> None:
    answered = await exchange.sim.phone("+12025550177").reply(CODE)
    assert (answered.status, answered.texts, exchange.door.said) == (200, (), [])


async def test_somebody_who_texted_stop_is_told_of_as_such(exchange: Exchange) -> None:
    await exchange.lou.reply("STOP")
    with pytest.raises(Forbidden, match="code=21610"):
        await exchange.modbot.sms.ring(LOU, notice())


async def test_hushing_sends_no_text(exchange: Exchange) -> None:
    ticket = await exchange.modbot.sms.ring(LOU, notice())
    await exchange.modbot.sms.hush(ticket.ref, "Kim has it.", over=True)
    assert len(exchange.sim.seen) == 1


async def test_somebody_who_has_it_is_asked_by_text(exchange: Exchange) -> None:
    await exchange.texted(await exchange.modbot.sms.ask(LOU, question()))
    assert [text.body for text in exchange.lou.texts] == [
        f"modbot: Do you still have the page of Grade 5 Science? Reply {ASKED}, or it rings again in 10 minutes."
    ]


async def test_somebody_without_a_number_cannot_be_texted(exchange: Exchange) -> None:
    with pytest.raises(NotFound):
        await exchange.modbot.sms.ring(OnCallPerson(email="eve@example.org"), notice())


@given(st.text(), st.integers(1, 40), st.integers(1, 40))
def test_each_ringing_and_each_question_has_a_code_of_its_own(page: str, run: int, asked: int) -> None:
    codes = [code_of(page, Turn(run)), code_of(page, Turn(run + 1)), code_of(page, Turn(run, asked))]
    assert len({*codes, code_of(page, Turn(run, asked + 1))}) == 4


@given(st.text())
def test_a_code_is_always_the_same_two_digits(page: str) -> None:
    assert (code_of(page), 10 <= int(code_of(page)) <= 99) == (code_of(page), True)


def test_codes_tell_pages_apart() -> None:
    assert len({code_of(f"page-{number}") for number in range(1000)}) == 90
