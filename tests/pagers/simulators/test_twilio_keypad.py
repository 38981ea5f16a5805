"""The simulated Twilio: what a call does by its TwiML, and keys that people press."""

import pytest

from modbot.simulators.twilio import PhoneState
from tests.pagers.simulators.twilio_house import Exchange
from tests.stores import until

ASK = """<?xml version="1.0" encoding="UTF-8"?>
<Response><Gather numDigits="1" action="keys" timeout="10"><Say>Press 1 to take it</Say></Gather>
<Say>Nobody pressed a key</Say></Response>"""


async def test_a_key_is_told_to_the_address_of_the_gather(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = ASK
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await exchange.ada.press("1")
    await until("the keys are told", lambda: bool(exchange.app.at("/keys")))
    form = exchange.app.at("/keys")[0].form
    assert (form["Digits"], form["CallSid"], form["CallStatus"]) == ("1", call.sid, "in-progress")


async def test_what_the_application_answers_to_the_key_is_heard(exchange: Exchange) -> None:
    exchange.app.documents |= {"/voice": ASK, "/keys": "<Response><Say>Thank you</Say><Hangup/></Response>"}
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await exchange.ada.press("1")
    await exchange.ended(call)
    assert exchange.ada.heard == ["Press 1 to take it", "Thank you"]


async def test_without_a_key_the_call_goes_on_after_the_gather(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = ASK
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await until("the question was heard", lambda: bool(exchange.ada.heard))
    exchange.clock.forward(seconds=10)
    await exchange.ended(call)
    assert (exchange.ada.heard[-1], exchange.app.at("/keys")) == ("Nobody pressed a key", [])


async def test_no_key_is_told_too_when_asked(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = ASK.replace("timeout=", 'actionOnEmptyResult="true" timeout=')
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await until("the question was heard", lambda: bool(exchange.ada.heard))
    exchange.clock.forward(seconds=10)
    await exchange.ended(call)
    assert exchange.app.at("/keys")[0].form["Digits"] == ""


async def test_the_finish_key_ends_a_number_of_any_length(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = "<Response><Gather action='/keys'/></Response>"
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await exchange.ada.press("4711#")
    await exchange.ended(call)
    form = exchange.app.at("/keys")[0].form
    assert (form["Digits"], form["FinishedOnKey"]) == ("4711", "#")


async def test_silence_ends_a_number_of_any_length(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = "<Response><Gather action='/keys' timeout='3'/></Response>"
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await exchange.ada.press("47")
    exchange.clock.forward(seconds=3)
    await exchange.ended(call)
    assert exchange.app.at("/keys")[0].form["Digits"] == "47"


async def test_a_gather_without_an_address_asks_where_it_came_from(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = "<Response><Gather numDigits='1'/></Response>"
    await exchange.call(Url=f"{exchange.app.url}/voice?page=7")
    await exchange.ada.press("1")
    await until("the keys are told", lambda: len(exchange.app.at("/voice")) == 2)
    asked = exchange.app.at("/voice")[1]
    assert (asked.url, asked.form["Digits"]) == (f"{exchange.app.url}/voice?page=7", "1")


async def test_two_questions_get_a_key_each(exchange: Exchange) -> None:
    exchange.app.documents |= {
        "/voice": "<Response><Gather numDigits='1' action='/one'/></Response>",
        "/one": "<Response><Gather numDigits='1' action='/two'/></Response>",
    }
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await exchange.ada.press("1")
    await exchange.ada.press("2")
    await exchange.ended(call)
    assert [exchange.app.at(path)[0].form["Digits"] for path in ("/one", "/two")] == ["1", "2"]


async def test_a_key_too_many_is_not_kept_for_the_next_question(exchange: Exchange) -> None:
    exchange.app.documents |= {
        "/voice": "<Response><Gather numDigits='1' action='/one'/></Response>",
        "/one": "<Response><Gather numDigits='1' action='/two'/></Response>",
    }
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await exchange.ada.press("12")
    await exchange.ada.press("3")
    await exchange.ended(call)
    assert exchange.app.at("/two")[0].form["Digits"] == "3"


async def test_a_redirect_goes_on_with_another_document(exchange: Exchange) -> None:
    exchange.app.documents |= {
        "/voice": "<Response><Redirect method='GET'>/next</Redirect><Say>Never</Say></Response>",
        "/next": "<Response><Say>Further</Say></Response>",
    }
    await exchange.ended(await exchange.call(Url=f"{exchange.app.url}/voice"))
    assert (exchange.ada.heard, exchange.app.at("/next")[0].method) == (["Further"], "GET")


async def test_nothing_is_heard_after_a_hangup(exchange: Exchange) -> None:
    await exchange.ended(await exchange.call(Twiml="<Response><Hangup/><Say>Never</Say></Response>"))
    assert exchange.ada.heard == []


async def test_a_pause_lasts_as_long_as_it_says(exchange: Exchange) -> None:
    call = await exchange.call(Twiml="<Response><Say>One</Say><Pause length='5'/><Say>Two</Say></Response>")
    await until("the first word was heard", lambda: bool(exchange.ada.heard))
    before = list(exchange.ada.heard)
    exchange.clock.forward(seconds=5)
    await exchange.ended(call)
    assert (before, exchange.ada.heard) == (["One"], ["One", "Two"])


async def test_pressing_while_a_pause_lasts_cuts_it_short(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = (
        "<Response><Gather numDigits='1' action='/keys'><Pause length='60'/></Gather></Response>"
    )
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await exchange.ada.press("1")
    await exchange.ended(call)
    assert len(exchange.app.at("/keys")) == 1


async def test_a_machine_presses_nothing(exchange: Exchange) -> None:
    exchange.ada.state = PhoneState.VOICEMAIL
    exchange.app.documents["/voice"] = ASK
    await exchange.call(Url=f"{exchange.app.url}/voice")
    await until("the machine listens", lambda: bool(exchange.ada.voicemail))
    with pytest.raises(TimeoutError, match="no call asked"):
        await exchange.ada.press("1", within_seconds=0)


async def test_what_is_no_key_cannot_be_pressed(exchange: Exchange) -> None:
    with pytest.raises(ValueError, match="no keys"):
        await exchange.ada.press("x")


WRONG = {
    "not XML": ("<Response><Say>", 12100),
    "another root": ("<Twiml/>", 12100),
    "an unknown verb": ("<Response><Dial>+12025550177</Dial></Response>", 12200),
    "an unknown attribute": ("<Response><Say tone='x'>Hello</Say></Response>", 12200),
    "a bad finish key": ("<Response><Gather finishOnKey='12'/></Response>", 13310),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_document_that_is_not_as_documented_ends_the_call_with_an_apology(
    exchange: Exchange, case: str
) -> None:
    document, code = WRONG[case]
    await exchange.ended(await exchange.call(Twiml=document))
    assert ([alert.code for alert in exchange.sim.alerts], exchange.ada.heard) == (
        [code],
        ["An application error has occurred. Goodbye."],
    )


@pytest.mark.parametrize("status", [404, 500, 302])
async def test_an_application_that_answers_badly_ends_the_call_with_an_apology(exchange: Exchange, status: int) -> None:
    exchange.app.statuses.append(status)
    await exchange.ended(await exchange.call(Url=f"{exchange.app.url}/voice"))
    assert ([alert.code for alert in exchange.sim.alerts], len(exchange.ada.heard)) == ([11200], 1)


async def test_an_answer_that_is_no_xml_by_its_type_ends_the_call(exchange: Exchange) -> None:
    exchange.app.content_type = "application/json"
    await exchange.ended(await exchange.call(Url=f"{exchange.app.url}/voice"))
    assert [alert.code for alert in exchange.sim.alerts] == [12300]


async def test_a_relative_address_in_words_given_with_the_call_leads_nowhere(exchange: Exchange) -> None:
    await exchange.ended(await exchange.call(Twiml="<Response><Redirect>/next</Redirect></Response>"))
    assert [alert.code for alert in exchange.sim.alerts] == [11100]


async def test_keys_that_are_lost_end_the_call_with_an_apology(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = ASK
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await until("the question was heard", lambda: bool(exchange.ada.heard))
    exchange.sim.faults.mute_webhooks = True
    await exchange.ada.press("1")
    await exchange.ended(call)
    assert (exchange.app.at("/keys"), [alert.code for alert in exchange.sim.alerts]) == ([], [11200])


async def test_keys_can_be_told_twice_with_one_token(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = ASK
    call = await exchange.call(Url=f"{exchange.app.url}/voice")
    await until("the question was heard", lambda: bool(exchange.ada.heard))
    exchange.sim.faults.duplicate_webhooks = True
    await exchange.ada.press("1")
    await exchange.ended(call)
    told = exchange.app.at("/keys")
    assert (len(told), len({one.headers["i-twilio-idempotency-token"] for one in told})) == (2, 1)
