"""Only Twilio is believed, only for the address it was given, and only while a call can last."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import RequestRejected
from modbot.model import Delivery
from modbot.pagers import Fate, HeardBack, Said, Turn, Word
from modbot.pagers.twilio.callback import TwilioListener
from modbot.pagers.twilio.errand import Addresses, Errand, Kind, mark_of
from modbot.pagers.twilio.phonebook import Phonebook
from modbot.pagers.twilio.signature import Signature
from modbot.simulators.twilio import sign
from tests.pagers.door import LOU
from tests.pagers.simulators.house import Clock
from tests.pagers.twilio.conftest import Exchange

PUBLIC = "https://modbot.example.org"
BASE = f"{PUBLIC}/webhooks/twilio"
TOKEN = "invented-token"
RING = Errand(Kind.RING, "page-1", mark_of(LOU.email), "Help is needed.", turn=Turn(2), step=1)
STATUS = Errand(Kind.STATUS, "page-1")
SID = "CA" + "0" * 32
ONE = {"CallSid": SID, "Digits": "1", "CallStatus": "in-progress"}


def listener(clock: Clock, *tokens: str, base: str = BASE, public: str = PUBLIC) -> TwilioListener:
    return TwilioListener(Addresses(public, clock), Signature(base, tokens or (TOKEN,)), Phonebook([LOU]))


def delivery(about: Errand | str | None, fields: dict[str, str], *, url: str = "", token: str = TOKEN) -> Delivery:
    """As Twilio sends it, signed for `url` or for where it came."""
    written = Addresses(PUBLIC, Clock()).of(about).partition("=")[2] if isinstance(about, Errand) else about
    query = {} if written is None else {"about": written}
    signed = sign(url or (f"{BASE}?about={written}" if query else BASE), fields, token)
    return Delivery({"x-twilio-signature": signed}, urlencode(fields).encode(), query)


async def heard(given: Delivery, *tokens: str) -> HeardBack:
    return await listener(Clock(), *tokens).hear(given)


async def status_of(given: Delivery, *tokens: str) -> int:
    try:
        await heard(given, *tokens)
    except RequestRejected as rejection:
        return rejection.status
    return 200


async def test_a_key_pressed_is_heard() -> None:
    said = (await heard(delivery(RING, ONE))).said
    assert [(one.word, one.page, one.ref) for one in said] == [
        (Word.FATE, "page-1", SID),
        (Word.ACKNOWLEDGED, "page-1", SID),
    ]


async def test_a_key_pressed_is_of_the_ringing_it_was_called_for() -> None:
    assert (await heard(delivery(RING, ONE))).said[-1].turn == Turn(2)


async def test_two_pressed_passes_on_the_call_it_was_pressed_on() -> None:
    said = (await heard(delivery(RING, {**ONE, "Digits": "2"}))).said[-1]
    assert (said.word, said.turn, said.step) == (Word.ESCALATE, Turn(2), 1)


@pytest.mark.parametrize("digits", ["", "3", "11", "12", "1#", "*", "one", "١", "1" * 500])
async def test_digits_that_mean_nothing_change_nothing_and_are_asked_for_again(digits: str) -> None:
    found = await heard(delivery(RING, {**ONE, "Digits": digits}))
    assert (found.said, "That key does nothing here." in found.reply) == ((), True)


async def test_a_key_pressed_by_somebody_who_left_the_settings_counts_all_the_same() -> None:
    gone = Errand(Kind.RING, "page-1", mark_of("eve@example.org"))
    assert (await heard(delivery(gone, ONE))).said[-1].by == "Somebody by phone"


async def test_the_address_of_one_page_is_not_good_for_another(exchange: Exchange) -> None:
    one, other = (exchange.modbot.voice._addresses.of(Errand(Kind.RING, page)) for page in ("page-1", "page-2"))
    signature = sign(one, ONE, exchange.sim.account.auth_token)
    assert await exchange.post(ONE, query="?" + other.partition("?")[2], signed=signature) == 401


async def test_another_key_than_the_signed_one_is_refused() -> None:
    given = delivery(RING, {**ONE, "Digits": "5"})
    forged = Delivery(given.headers, given.body.replace(b"Digits=5", b"Digits=1"), given.query)
    assert await status_of(forged) == 401


@pytest.mark.parametrize("header", ["", "AAAA", "ä", "=" * 9999])
async def test_a_signature_that_is_none_is_refused(header: str) -> None:
    given = delivery(RING, ONE)
    assert await status_of(Delivery({"x-twilio-signature": header}, given.body, given.query)) == 401


async def test_a_request_without_a_signature_is_refused() -> None:
    given = delivery(RING, ONE)
    assert await status_of(Delivery({}, given.body, given.query)) == 401


async def test_the_signature_of_another_account_is_refused() -> None:
    assert await status_of(delivery(RING, ONE, token="another")) == 401


@pytest.mark.parametrize("by", ["the-old-one", "the-new-one"])
async def test_while_a_token_is_replaced_either_is_good(by: str) -> None:
    assert await status_of(delivery(RING, ONE, token=by), "the-old-one", "the-new-one") == 200


async def test_an_empty_token_signs_nothing() -> None:
    with pytest.raises(RequestRejected):
        await TwilioListener(Addresses(PUBLIC, Clock()), Signature(BASE, [""]), Phonebook([])).hear(
            delivery(RING, ONE, token="")
        )


@pytest.mark.parametrize(
    ("public", "signed"),
    [
        ("https://modbot.example.org", "https://modbot.example.org:443"),
        ("http://modbot.example.org", "http://modbot.example.org:80"),
        ("https://modbot.example.org:8443", "https://modbot.example.org"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]"),
        ("https://modbot.example.org", "https://modbot.example.org"),
    ],
)
async def test_a_port_may_be_told_in_the_signed_address_or_not(public: str, signed: str) -> None:
    given = delivery(None, {"MessageSid": "SM1", "From": LOU.phone, "Body": "47"}, url=f"{signed}/webhooks/twilio")
    found = await listener(Clock(), base=f"{public}/webhooks/twilio").hear(given)
    assert [said.code for said in found.said] == ["47"]


async def test_another_host_than_modbot_s_is_refused() -> None:
    given = delivery(None, {"MessageSid": "SM1"}, url="https://evil.example.org/webhooks/twilio")
    assert await status_of(given) == 401


async def test_a_number_s_own_address_may_carry_a_query() -> None:
    fields = {"MessageSid": "SM1", "From": LOU.phone, "Body": "47"}
    signed = sign(f"{BASE}?district=maple&x=a+b", fields, TOKEN)
    given = Delivery({"x-twilio-signature": signed}, urlencode(fields).encode(), {"district": "maple", "x": "a b"})
    assert (await heard(given)).said


async def test_a_field_that_comes_twice_is_signed_by_its_sorted_values() -> None:
    told = f"{BASE}BodyaBodybMessageSidSM1"
    signed = base64.b64encode(hmac.new(TOKEN.encode(), told.encode(), hashlib.sha1).digest()).decode()
    given = Delivery({"x-twilio-signature": signed}, b"Body=b&MessageSid=SM1&Body=a&Body=b", {})
    assert await status_of(given) == 200


@pytest.mark.parametrize("body", [b"\xff", b"&".join([b"a=1"] * 201)])
async def test_what_is_no_form_is_refused(body: bytes) -> None:
    assert await status_of(Delivery({}, body, {})) == 400


async def test_a_form_longer_than_twilio_s_is_refused_unread() -> None:
    assert await status_of(Delivery({}, b"a" * (64 * 1024 + 1), {})) == 413


def written(*told: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(told[0] if len(told) == 1 else told).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "about",
    [
        "",
        "!",
        "ä",
        "AAAA",
        written(None),
        written("ring", "page-1"),
        written("invented", "page-1", "", "", False, 1, 0, 0, 0),
        written("ring", "", "", "", False, 1, 0, 0, 0),
        written("ring", 5, "", "", False, 1, 0, 0, 0),
        written("ring", "page-1", "", "", False, 1, 0, 0, "now"),
        written("ring", "page-1", "", "", False, 1, 0, 0, 10**30),
        written("ring", "page-1", "", "", False, -1, 0, 0, 0),
        written("ring", "page-1", "", "", False, 1, "0", 0, 0),
        written("ring", "page-1", "", "", False, 0),
        "A" * 3001,
    ],
)
async def test_a_signed_address_with_an_errand_nobody_gave_is_refused(about: str) -> None:
    signed = sign(f"{BASE}?{urlencode({'about': about})}", ONE, TOKEN)
    given = Delivery({"x-twilio-signature": signed}, urlencode(ONE).encode(), {"about": about})
    assert await status_of(given) == 400


async def test_a_key_pressed_on_an_old_call_changes_nothing_and_is_told_so() -> None:
    clock = Clock()
    given = delivery(RING, ONE)
    clock.forward(hours=1, seconds=1)
    found = await listener(clock).hear(given)
    assert (found.said, "too old to answer" in found.reply) == ((), True)


async def test_a_key_is_good_for_as_long_as_a_call_can_wait_and_last() -> None:
    clock = Clock()
    given = delivery(RING, ONE)
    clock.forward(minutes=59)
    assert (await listener(clock).hear(given)).said


async def test_a_key_that_is_told_twice_says_the_same_twice(exchange: Exchange) -> None:
    exchange.sim.faults.duplicate_webhooks = True
    call = await exchange.called()
    await exchange.lou.press("1")
    await exchange.over(call)
    first, second = exchange.door.words(Word.ACKNOWLEDGED)
    assert first == second


async def test_somebody_who_calls_modbot_s_number_is_told_whom_to_call() -> None:
    found = await heard(delivery(None, {"CallSid": SID, "CallStatus": "ringing", "From": LOU.phone}))
    assert (found.said, "phone the help desk" in found.reply) == ((), True)


@pytest.mark.parametrize(
    ("fields", "fate"),
    [
        ({"CallStatus": "in-progress"}, Fate.DELIVERED),
        ({"CallStatus": "in-progress", "AnsweredBy": "human"}, Fate.DELIVERED),
        ({"CallStatus": "in-progress", "AnsweredBy": "machine_start"}, Fate.FAILED),
        ({"CallStatus": "completed", "AnsweredBy": "machine_end_beep"}, Fate.FAILED),
        ({"CallStatus": "completed", "AnsweredBy": "fax"}, Fate.FAILED),
        ({"CallStatus": "busy"}, Fate.FAILED),
        ({"CallStatus": "no-answer"}, Fate.FAILED),
        ({"CallStatus": "failed"}, Fate.FAILED),
        ({"MessageStatus": "delivered"}, Fate.DELIVERED),
        ({"MessageStatus": "read"}, Fate.DELIVERED),
        ({"MessageStatus": "undelivered"}, Fate.FAILED),
        ({"MessageStatus": "failed"}, Fate.FAILED),
    ],
)
async def test_what_became_of_a_call_or_text_is_heard(fields: dict[str, str], fate: Fate) -> None:
    sid = "CallSid" if "CallStatus" in fields else "MessageSid"
    found = await heard(delivery(STATUS, {sid: "XX1", **fields}))
    assert found == HeardBack((Said("page-1", Word.FATE, ref="XX1", fate=fate),))


@pytest.mark.parametrize(
    "fields",
    [
        {"CallSid": SID, "CallStatus": "in-progress", "AnsweredBy": "unknown"},
        {"CallSid": SID, "CallStatus": "completed"},
        {"CallSid": SID, "CallStatus": "completed", "AnsweredBy": "human"},
        {"CallSid": SID, "CallStatus": "canceled"},
        {"CallSid": SID, "CallStatus": "ringing"},
        {"CallSid": SID, "CallStatus": "invented"},
        {"CallStatus": "busy"},
        {"MessageSid": "SM1", "MessageStatus": "sent"},
        {"MessageSid": "SM1", "MessageStatus": "queued"},
        {},
    ],
)
async def test_what_tells_nothing_certain_changes_nothing(fields: dict[str, str]) -> None:
    assert await heard(delivery(STATUS, fields)) == HeardBack()


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=6))
async def test_whatever_form_twilio_signs_is_understood(fields: dict[str, str]) -> None:
    for about in (RING, STATUS, None):
        assert await status_of(delivery(about, fields)) == 200


@given(st.binary(max_size=200), st.text(max_size=60), st.dictionaries(st.just("about"), st.text(max_size=60)))
async def test_nobody_signs_by_chance(body: bytes, header: str, query: dict[str, str]) -> None:
    assert await status_of(Delivery({"x-twilio-signature": header}, body, query)) in (400, 401)


@given(st.text(min_size=1, max_size=200), st.text(max_size=110), st.booleans(),
       st.builds(Turn, st.integers(0, 99), st.integers(0, 99)), st.integers(0, 499))  # fmt: skip
def test_an_address_tells_its_errand(page: str, said: str, last: bool, turn: Turn, step: int) -> None:
    addresses, errand = Addresses(PUBLIC, Clock()), Errand(Kind.RING, page, mark_of(LOU.email), said, last, turn, step)
    read = addresses.read({"about": addresses.of(errand).partition("=")[2]})
    assert read == (errand, Clock()())


@given(st.text(min_size=1, max_size=200), st.text(max_size=110))
def test_an_address_needs_no_escaping_and_has_one_parameter(page: str, said: str) -> None:
    query = Addresses(PUBLIC, Clock()).of(Errand(Kind.RING, page, "", said)).partition("?")[2]
    name, _, value = query.partition("=")
    assert urlencode({name: value}) == query
