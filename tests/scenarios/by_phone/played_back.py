"""Callbacks as vendors send them, signed, to be sent again: late, twice, or by somebody who has recorded them."""

import hashlib
import hmac
import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import aiohttp
import orjson

from modbot.demo.telephones import NUMBERS
from modbot.simulators.twilio import sign
from tests.scenarios.by_phone.exchange import KIM, Phones

ACTION = re.compile(r'action="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Recorded:
    """One callback, byte for byte."""

    url: str
    body: bytes
    headers: dict[str, str]

    async def play(self) -> tuple[int, str]:
        """Send it; the answer's status and text."""
        async with (
            aiohttp.ClientSession() as client,
            client.post(self.url, data=self.body, headers=self.headers) as answer,
        ):
            return answer.status, await answer.text()


def key_pressed(phones: Phones, key: str, *, call: int = 0) -> Recorded:
    """Whoever took the `call`-th call presses a key."""
    made = [seen for seen in phones.twilio.seen if seen.path.endswith("/Calls.json")][call]
    document = parse_qs(made.body.decode())["Twiml"][0]
    (address,) = ACTION.findall(document)
    sid = phones.twilio.calls[call].sid
    return _by_twilio(phones, html.unescape(address), CallSid=sid, Digits=key, CallStatus="in-progress")


def replied(phones: Phones, text: str, sid: str = "SM" + "7" * 32) -> Recorded:
    """Kim replies a text."""
    return _by_twilio(phones, phones.twilio.number.sms_url, MessageSid=sid, From=NUMBERS[KIM], Body=text)


def said_in_pagerduty(phones: Phones, word: str, key: str) -> Recorded:
    """Ivo acknowledges or resolves the incident of this key."""
    event = {
        "id": "01INVENTED",
        "event_type": f"incident.{word}",
        "occurred_at": datetime.now(UTC).isoformat(),
        "agent": {"type": "user_reference", "summary": phones.ivo.name},
        "data": {"incident_key": key},
    }
    body = orjson.dumps({"event": event})
    signature = hmac.new(phones.duty.hooks.secrets[0].encode(), body, hashlib.sha256).hexdigest()
    return Recorded(phones.duty.webhook_url, body, {"X-PagerDuty-Signature": f"v1={signature}"})


def _by_twilio(phones: Phones, url: str, **fields: str) -> Recorded:
    signature = sign(url, fields, phones.twilio.account.auth_token)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return Recorded(url, urlencode(fields).encode(), headers)
