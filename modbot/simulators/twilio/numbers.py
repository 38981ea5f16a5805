"""The simulated Twilio's lists of numbers: the account's own, and those it may call from besides.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource and
https://www.twilio.com/docs/voice/api/outgoing-caller-ids
"""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from modbot.simulators.twilio.account import OwnNumber
from modbot.simulators.twilio.refusal import guarded

if TYPE_CHECKING:
    from modbot.simulators.twilio.simulator import TwilioSimulator

PAGE_SIZE = 50


class Numbers:
    """The routes. `PhoneNumber` in the query keeps numbers that it is a part of; other filters are not simulated."""

    def __init__(self, sim: "TwilioSimulator") -> None:
        self._sim = sim

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        path = "/2010-04-01/Accounts/{account}"
        router.add_get(f"{path}/IncomingPhoneNumbers.json", guarded(self._own))
        router.add_get(f"{path}/OutgoingCallerIds.json", guarded(self._caller_ids))

    async def _own(self, request: web.Request) -> web.Response:
        self._sim.enter(request)
        wanted = request.query.get("PhoneNumber", "")
        own = [self._shown(one) for number, one in self._sim.account.numbers.items() if wanted in number]
        return _page(request, "incoming_phone_numbers", own)

    async def _caller_ids(self, request: web.Request) -> web.Response:
        self._sim.enter(request)
        wanted, account = request.query.get("PhoneNumber", ""), self._sim.account
        verified = [
            {"sid": _sid("PN", number), "account_sid": account.sid, "phone_number": number, "friendly_name": number}
            for number in sorted(account.caller_ids)
            if wanted in number
        ]
        return _page(request, "outgoing_caller_ids", verified)

    def _shown(self, own: OwnNumber) -> dict[str, Any]:
        return {
            "sid": _sid("PN", own.number),
            "account_sid": self._sim.account.sid,
            "phone_number": own.number,
            "friendly_name": own.number,
            "capabilities": {"voice": own.voice, "sms": own.sms, "mms": False, "fax": False},
            "sms_url": own.sms_url or self._sim.webhook_url,
            "sms_method": "POST",
            "sms_application_sid": "",
            "voice_url": "",
            "status": "in-use",
        }


def _sid(prefix: str, number: str) -> str:
    return prefix + hashlib.md5(number.encode(), usedforsecurity=False).hexdigest()


def _page(request: web.Request, name: str, rows: Iterable[dict[str, Any]]) -> web.Response:
    shown = list(rows)[:PAGE_SIZE]
    body = {name: shown, "page": 0, "page_size": PAGE_SIZE, "uri": request.path_qs, "next_page_uri": None}
    return web.json_response(body)
