"""The simulated Twilio's texts: out with their statuses, in with their answers."""

import pytest

from modbot.simulators.twilio import PhoneState
from tests.pagers.simulators.twilio_house import ADA, NOBODY, Exchange
from tests.stores import until


async def test_a_text_arrives(exchange: Exchange) -> None:
    await exchange.text()
    assert [(text.sender, text.body) for text in exchange.ada.texts] == [
        (exchange.sim.number.number, "Room 12 asks for help")
    ]


async def test_an_accepted_text_is_queued(exchange: Exchange) -> None:
    answer = await exchange.ask_text()
    assert (answer.status, answer.body["status"], answer.body["num_segments"]) == (201, "queued", "1")


async def test_each_status_of_a_text_is_told(exchange: Exchange) -> None:
    await exchange.text(StatusCallback=f"{exchange.app.url}/status")
    assert sorted(exchange.statuses("/status")) == ["delivered", "queued", "sent"]


async def test_a_text_can_be_read_again(exchange: Exchange) -> None:
    body = (await exchange.get(f"Messages/{await exchange.text()}")).body
    assert (body["status"], body["error_code"], body["body"]) == ("delivered", None, "Room 12 asks for help")


async def test_statuses_can_come_in_the_wrong_order(exchange: Exchange) -> None:
    exchange.sim.faults.reorder_webhooks = True
    await exchange.text(StatusCallback=f"{exchange.app.url}/status")
    told = exchange.statuses("/status")
    assert told.index("sent") < told.index("queued")


OBSTACLES = {"off": 30003, "landline": 30006, "filtered": 30007, "nobody": 30005}


@pytest.mark.parametrize("obstacle", OBSTACLES)
async def test_a_text_that_does_not_arrive_is_told_with_the_reason(exchange: Exchange, obstacle: str) -> None:
    exchange.ada.state = PhoneState.OFF if obstacle == "off" else PhoneState.HUMAN
    exchange.ada.landline = obstacle == "landline"
    exchange.sim.texting.filtered = obstacle == "filtered"
    await exchange.text(To=NOBODY if obstacle == "nobody" else ADA, StatusCallback=f"{exchange.app.url}/status")
    last = next(one.form for one in exchange.app.at("/status") if one.form["MessageStatus"] == "undelivered")
    assert (last["ErrorCode"], exchange.ada.texts) == (str(OBSTACLES[obstacle]), [])


async def test_one_text_a_second_leaves_a_number(exchange: Exchange) -> None:
    exchange.sim.messages_per_second = 1
    await exchange.text()
    await exchange.ask_text()
    second = exchange.sim.messages[1]
    before = second.status
    exchange.clock.forward(seconds=1)
    await until("the second text is delivered", lambda: second.status == "delivered")
    assert before == "queued"


async def test_a_lie_is_a_text_that_never_arrives(exchange: Exchange) -> None:
    exchange.sim.faults.lie = True
    answer = await exchange.ask_text()
    await exchange.sim.flush()
    assert (answer.status, exchange.ada.texts) == (201, [])


async def test_a_reply_is_told_to_the_address_of_the_number(exchange: Exchange) -> None:
    await exchange.text()
    await exchange.ada.reply("ACK")
    form = exchange.app.at("/texts")[0].form
    assert (form["From"], form["To"], form["Body"], form["NumMedia"]) == (ADA, exchange.sim.number.number, "ACK", "0")


async def test_without_an_address_of_its_own_a_number_uses_the_common_one(exchange: Exchange) -> None:
    exchange.sim.number.sms_url, exchange.sim.webhook_url = "", f"{exchange.app.url}/webhooks/twilio"
    await exchange.ada.reply("ACK")
    assert len(exchange.app.at("/webhooks/twilio")) == 1


async def test_a_text_to_a_number_without_any_address_is_told_nowhere(exchange: Exchange) -> None:
    exchange.sim.number.sms_url = ""
    await exchange.text(StatusCallback=f"{exchange.app.url}/status")
    before = len(exchange.app.heard)
    assert ((await exchange.ada.reply("ACK")).status, len(exchange.app.heard)) == (0, before)


async def test_what_the_application_answers_to_a_text_is_texted_back(exchange: Exchange) -> None:
    exchange.app.documents["/texts"] = "<Response><Message>You have it</Message></Response>"
    answered = await exchange.ada.reply("ACK")
    assert (answered.texts, exchange.ada.texts[-1].body) == (("You have it",), "You have it")


async def test_a_plain_answer_to_a_text_is_texted_back(exchange: Exchange) -> None:
    exchange.app.documents["/texts"], exchange.app.content_type = "You have it", "text/plain"
    assert (await exchange.ada.reply("ACK")).texts == ("You have it",)


async def test_an_empty_answer_to_a_text_is_fine(exchange: Exchange) -> None:
    exchange.app.documents["/texts"] = "<Response/>"
    assert ((await exchange.ada.reply("ACK")).texts, exchange.sim.alerts) == ((), [])


@pytest.mark.parametrize(("status", "document", "code"), [(500, "", 11200), (200, "{}", 12100)])
async def test_a_bad_answer_to_a_text_is_in_the_debugger(
    exchange: Exchange, status: int, document: str, code: int
) -> None:
    exchange.app.documents["/texts"] = document
    exchange.app.statuses.append(status)
    await exchange.ada.reply("ACK")
    assert [alert.code for alert in exchange.sim.alerts] == [code]


@pytest.mark.parametrize("word", ["STOP", " cancel ", "End"])
async def test_somebody_who_texts_stop_gets_no_more_texts(exchange: Exchange, word: str) -> None:
    await exchange.ada.reply(word)
    answer = await exchange.ask_text()
    assert (answer.status, answer.body["code"]) == (400, 21610)


async def test_somebody_who_texts_start_gets_texts_again(exchange: Exchange) -> None:
    await exchange.ada.reply("STOP")
    await exchange.ada.reply("START")
    assert (await exchange.ask_text()).status == 201
