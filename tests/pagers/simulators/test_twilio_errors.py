"""The simulated Twilio: who is let in, and each documented refusal."""

import pytest

from modbot.simulators.twilio.account import new_sid
from tests.pagers.simulators.house import ask
from tests.pagers.simulators.twilio_house import ADA, Exchange, basic

CALLS = [
    ({"To": ""}, 21201),
    ({"From": ""}, 21213),
    ({"To": "2025550123"}, 21211),
    ({"To": "+0025550123"}, 21211),
    ({"To": "+1 202 555 0123"}, 21211),
    ({"From": "modbot"}, 21212),
    ({"From": "+12025550155"}, 21210),
    ({"Twiml": ""}, 21205),
    ({"Url": "example.org/voice"}, 21205),
    ({"Url": "ftp://example.org/voice"}, 21205),
    ({"Twiml": "x" * 4001}, 20001),
    ({"StatusCallback": "status"}, 21609),
    ({"StatusCallback": "https://under_score.example.org"}, 21609),
    ({"Timeout": "0"}, 21208),
    ({"Timeout": "601"}, 21208),
    ({"Timeout": "soon"}, 21208),
    ({"Method": "PUT"}, 20001),
    ({"MachineDetection": "yes"}, 20001),
]
TEXTS = [
    ({"To": ""}, 21604),
    ({"From": ""}, 21603),
    ({"Body": ""}, 21602),
    ({"Body": " "}, 21602),
    ({"Body": "x" * 1601}, 21617),
    ({"To": "Ada"}, 21211),
    ({"From": "+12025550155"}, 21606),
    ({"StatusCallback": "status"}, 21609),
]


@pytest.mark.parametrize(("change", "code"), CALLS)
async def test_a_bad_call_is_refused_with_its_code(exchange: Exchange, change: dict[str, str], code: int) -> None:
    answer = await exchange.ask_call(**change)
    assert (answer.status, answer.body["code"], exchange.sim.calls) == (400, code, [])


@pytest.mark.parametrize(("change", "code"), TEXTS)
async def test_a_bad_text_is_refused_with_its_code(exchange: Exchange, change: dict[str, str], code: int) -> None:
    answer = await exchange.ask_text(**change)
    assert (answer.status, answer.body["code"], exchange.sim.messages) == (400, code, [])


async def test_a_refusal_names_its_page(exchange: Exchange) -> None:
    assert (await exchange.ask_text(Body="")).body == {
        "code": 21602,
        "message": "Message body is required.",
        "more_info": "https://www.twilio.com/docs/errors/21602",
        "status": 400,
    }


async def test_a_number_that_takes_no_texts_cannot_send_any(exchange: Exchange) -> None:
    exchange.sim.number.sms = False
    assert (await exchange.ask_text()).body["code"] == 21606


async def test_a_verified_caller_id_may_be_called_from(exchange: Exchange) -> None:
    exchange.sim.account.caller_ids.add("+12025550155")
    assert (await exchange.ask_call(From="+12025550155")).status == 201


async def test_json_is_no_form_and_has_no_fields(exchange: Exchange) -> None:
    url = f"{exchange.sim.api_url}/2010-04-01/Accounts/{exchange.sim.account.sid}/Messages.json"
    answer = await ask(exchange.client, "POST", url, json={"To": ADA}, headers=exchange.credentials)
    assert (answer.status, answer.body["code"]) == (400, 21604)


@pytest.mark.parametrize("change", [{"Record": "true"}, {"StatusCallBack": "https://example.org"}])
async def test_what_is_not_simulated_is_not_passed_over(exchange: Exchange, change: dict[str, str]) -> None:
    assert (await exchange.ask_call(**change)).status == 501


@pytest.mark.parametrize("who", ["wrong token", "wrong account", "unknown key"])
async def test_a_stranger_is_not_let_in(exchange: Exchange, who: str) -> None:
    account = exchange.sim.account
    headers = {
        "wrong token": basic(account.sid, "0" * 32),
        "wrong account": basic(new_sid("AC"), account.auth_token),
        "unknown key": basic(new_sid("SK"), account.auth_token),
    }[who]
    answer = await exchange.post("Messages", [("To", ADA)], headers=headers)
    assert (answer.status, answer.body["code"]) == (401, 20003)


@pytest.mark.parametrize("header", ["", "Bearer abc", "Basic !!", "Basic YWJj", "Basic é"])
async def test_a_request_without_credentials_is_not_let_in(exchange: Exchange, header: str) -> None:
    url = f"{exchange.sim.api_url}/2010-04-01/Accounts/{exchange.sim.account.sid}.json"
    answer = await ask(exchange.client, "GET", url, headers={"Authorization": header})
    assert (answer.status, answer.body["code"]) == (401, 20003)


async def test_an_api_key_is_let_in(exchange: Exchange) -> None:
    headers = basic(*exchange.sim.account.add_api_key())
    fields = [("To", ADA), ("From", exchange.sim.number.number), ("Body", "Help")]
    assert (await exchange.post("Messages", fields, headers=headers)).status == 201


async def test_the_account_of_another_is_not_found(exchange: Exchange) -> None:
    answer = await exchange.post("Messages", [("To", ADA)], account=new_sid("AC"))
    assert (answer.status, answer.body["code"]) == (404, 20404)


@pytest.mark.parametrize("what", ["Calls/CA" + "0" * 32, "Messages/SM" + "0" * 32])
async def test_what_never_was_is_not_found(exchange: Exchange, what: str) -> None:
    answer = await exchange.get(what)
    assert (answer.status, answer.body["code"]) == (404, 20404)


async def test_a_status_that_cannot_be_asked_for_is_refused(exchange: Exchange) -> None:
    call = await exchange.call()
    assert (await exchange.post(f"Calls/{call.sid}", [("Status", "ringing")])).status == 400


async def test_too_many_requests_are_refused_and_nothing_is_done(exchange: Exchange) -> None:
    exchange.sim.throttled = 1
    answer = await exchange.ask_call()
    assert (answer.status, answer.body["code"], exchange.sim.calls) == (429, 20429, [])


async def test_the_account_can_be_read_with_good_credentials(exchange: Exchange) -> None:
    url = f"{exchange.sim.api_url}/2010-04-01/Accounts/{exchange.sim.account.sid}.json"
    answer = await ask(exchange.client, "GET", url, headers=exchange.credentials)
    assert (answer.status, answer.body["status"]) == (200, "active")
