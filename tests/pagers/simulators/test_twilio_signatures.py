"""The simulated Twilio signs what it sends: checked by a computation of the test's own, and by the vendor's example."""

import base64
import hashlib
from urllib.parse import parse_qsl

from modbot.simulators.twilio import sign
from tests.pagers.simulators.house import Heard
from tests.pagers.simulators.twilio_house import Exchange
from tests.stores import until


def expected(token: str, url: str, pairs: list[tuple[str, str]]) -> str:
    """HMAC-SHA1 by its definition, without Python's hmac, over the address and the sorted fields."""
    told = url.encode() + b"".join((name + value).encode() for name, value in sorted(pairs))
    key = token.encode().ljust(64, b"\0")
    inner = hashlib.sha1(bytes(byte ^ 0x36 for byte in key) + told).digest()  # noqa: S324 - Twilio's own choice
    outer = hashlib.sha1(bytes(byte ^ 0x5C for byte in key) + inner).digest()  # noqa: S324
    return base64.b64encode(outer).decode()


def rightly_signed(exchange: Exchange, heard: Heard, url: str = "") -> bool:
    """Whether the request carries the signature of its address and its body."""
    pairs = parse_qsl(heard.body.decode(), keep_blank_values=True)
    signature = expected(exchange.sim.account.auth_token, url or heard.url, pairs)
    return heard.headers["x-twilio-signature"] == signature


async def test_every_request_about_a_call_is_signed(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = "<Response><Gather numDigits='1' action='/keys?page=7&amp;at=1'/></Response>"
    url = f"{exchange.app.url}/voice?page=7&who=%C3%A9"
    call = await exchange.call(Url=url, StatusCallback=f"{exchange.app.url}/status")
    await exchange.ada.press("1")
    await exchange.ended(call)
    paths = {one.url.removeprefix(exchange.app.url).partition("?")[0] for one in exchange.app.heard}
    assert paths == {"/voice", "/keys", "/status"}
    assert all(rightly_signed(exchange, one) for one in exchange.app.heard)


async def test_a_request_by_get_is_signed_over_its_address_alone(exchange: Exchange) -> None:
    exchange.app.documents["/voice"] = "<Response/>"
    await exchange.ended(await exchange.call(Url=f"{exchange.app.url}/voice?page=7", Method="GET"))
    heard = exchange.app.at("/voice")[0]
    assert heard.url.startswith(f"{exchange.app.url}/voice?page=7&CallSid=CA")
    assert rightly_signed(exchange, heard)


async def test_a_text_that_comes_in_is_signed_whatever_it_says(exchange: Exchange) -> None:
    await exchange.ada.reply("Já vou & volto + 1 = 😀")
    assert rightly_signed(exchange, exchange.app.at("/texts")[0])


async def test_the_signature_can_leave_out_the_port(exchange: Exchange) -> None:
    exchange.sim.outgoing.signs_port = False
    await exchange.ada.reply("ACK")
    assert rightly_signed(exchange, exchange.app.at("/texts")[0], url="http://" + "127.0.0.1/texts")


async def test_signing_follows_the_account_token(exchange: Exchange) -> None:
    before = exchange.sim.account.auth_token
    exchange.sim.account.auth_token = "f" * 32
    await exchange.ada.reply("ACK")
    heard = exchange.app.at("/texts")[0]
    assert rightly_signed(exchange, heard)
    assert heard.headers["x-twilio-signature"] != expected(before, heard.url, list(heard.form.items()))


async def test_a_fragment_is_neither_sent_nor_signed(exchange: Exchange) -> None:
    await exchange.call(Url=f"{exchange.app.url}/voice#rc=3")
    await until("the document is asked for", lambda: bool(exchange.app.at("/voice")))
    assert rightly_signed(exchange, exchange.app.at("/voice")[0], url=f"{exchange.app.url}/voice")


def test_the_example_of_the_vendor_is_signed_alike() -> None:
    # What Twilio's own libraries are tested with: github.com/twilio/twilio-python, tests/unit/test_request_validator.py
    told = {
        "CallSid": "CA1234567890ABCDE",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
        "Caller": "+14158675309",
    }
    assert sign("https://mycompany.com/myapp.php?foo=1&bar=2", told, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
