"""The simulated Twilio shows its account and numbers as the real one documents them."""

import aiohttp

from tests.pagers.simulators.house import ask
from tests.pagers.simulators.twilio_house import Exchange, basic

OTHER = "+12025550188"


async def test_the_account_s_numbers_are_listed_with_what_they_can_do(exchange: Exchange) -> None:
    exchange.sim.account.add_number(OTHER).sms = False
    found = (await exchange.get("IncomingPhoneNumbers")).body["incoming_phone_numbers"]
    able = {one["phone_number"]: one["capabilities"] for one in found}
    assert able[OTHER] == {"voice": True, "sms": False, "mms": False, "fax": False}
    assert able[exchange.sim.number.number]["sms"]


async def listed(exchange: Exchange, query: str) -> list[str]:
    """The numbers that a query finds."""
    url = f"{exchange.sim.api_url}/2010-04-01/Accounts/{exchange.sim.account.sid}/IncomingPhoneNumbers.json?{query}"
    answer = await ask(exchange.client, "GET", url, headers=exchange.credentials)
    return [one["phone_number"] for one in answer.body["incoming_phone_numbers"]]


async def test_part_of_a_number_finds_it(exchange: Exchange) -> None:
    exchange.sim.account.add_number(OTHER)
    assert await listed(exchange, "PhoneNumber=0188") == [OTHER]


async def test_a_plus_that_is_not_escaped_finds_nothing(exchange: Exchange) -> None:
    assert await listed(exchange, f"PhoneNumber={exchange.sim.number.number}") == []


async def test_verified_caller_ids_are_listed_apart(exchange: Exchange) -> None:
    exchange.sim.account.caller_ids.add(OTHER)
    found = (await exchange.get("OutgoingCallerIds")).body["outgoing_caller_ids"]
    assert [one["phone_number"] for one in found] == [OTHER]


async def test_a_standard_api_key_sees_the_numbers_and_not_the_account(exchange: Exchange) -> None:
    headers = basic(*exchange.sim.account.add_api_key())
    base = f"{exchange.sim.api_url}/2010-04-01/Accounts/{exchange.sim.account.sid}"
    statuses = [(await _get(exchange.client, f"{base}{what}.json", headers)) for what in ("", "/IncomingPhoneNumbers")]
    assert statuses == [401, 200]


async def _get(client: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> int:
    async with client.get(url, headers=headers) as answer:
        return answer.status
