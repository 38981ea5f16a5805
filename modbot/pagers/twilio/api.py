"""Twilio's REST API, and its refusals as modbot's errors: https://www.twilio.com/docs/usage/api

What Twilio writes about an error may hold a telephone number, so only its code goes into the log.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from modbot.errors import (
    AuthRejected,
    Conflict,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    VendorError,
    VendorFault,
)
from modbot.http import Answer, Http
from modbot.pagers.trying import Patience, answered
from modbot.settings.twilio import TwilioSettings

VENDOR = "twilio"
CALL_IS_OVER = "21220"


class TwilioApi:
    """One account."""

    def __init__(self, settings: TwilioSettings, http: Http, patience: Patience) -> None:
        token, secret = settings.auth_token, settings.api_key_secret
        name = settings.api_key or settings.account_sid
        password = secret.get_secret_value() if secret else token.get_secret_value() if token else ""
        self._authorization = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
        self._base = f"{settings.api_url.rstrip('/')}/2010-04-01/Accounts/{settings.account_sid}"
        self._http = http
        self._patience = patience

    async def create(self, what: str, form: Sequence[tuple[str, str]], prefix: str) -> str:
        """A new call or message; its sid, which begins with `prefix`. Raises VendorError.

        Not sent again when it may have been taken: two would ring.
        """
        sid = (await self._send("POST", f"{what}.json", form, repeatable=False)).get("sid")
        if not isinstance(sid, str) or not sid.startswith(prefix) or not sid.isalnum() or len(sid) > 64:
            raise MalformedAnswer(VENDOR, "Twilio gave an answer modbot could not read.", log_detail="no sid")
        return sid

    async def change(self, what: str, sid: str, form: Sequence[tuple[str, str]]) -> str:
        """A call with these changes; its status then. Raises VendorError."""
        return _status(await self._send("POST", f"{what}/{quote(sid, safe='')}.json", form, repeatable=True))

    async def status(self, what: str, sid: str) -> str:
        """The status of a call. Raises VendorError."""
        return _status(await self._send("GET", f"{what}/{quote(sid, safe='')}.json", (), repeatable=True))

    async def account(self) -> dict[str, Any]:
        """The account. Raises VendorError: AuthRejected with a standard API key too.

        https://www.twilio.com/docs/iam/api/account
        """
        return await self._send("GET", "", (), repeatable=True)

    async def number(self, number: str) -> dict[str, Any] | None:
        """A number of the account's own; None when it has no such number. Raises VendorError.

        https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
        """
        return await self._listed("IncomingPhoneNumbers", "incoming_phone_numbers", number)

    async def caller_id(self, number: str) -> dict[str, Any] | None:
        """A number of somebody else's that the account may call from, and not text from. Raises VendorError.

        https://www.twilio.com/docs/voice/api/outgoing-caller-ids
        """
        return await self._listed("OutgoingCallerIds", "outgoing_caller_ids", number)

    async def _listed(self, what: str, field: str, number: str) -> dict[str, Any] | None:
        query = f"PhoneNumber={quote(number, safe='')}"
        rows = (await self._send("GET", f"{what}.json?{query}", (), repeatable=True)).get(field)
        if not isinstance(rows, list):
            raise MalformedAnswer(VENDOR, "Twilio gave an answer modbot could not read.", log_detail=f"no {field}")
        return next((one for one in rows if isinstance(one, dict) and one.get("phone_number") == number), None)

    async def _send(
        self, method: str, path: str, form: Sequence[tuple[str, str]], *, repeatable: bool
    ) -> dict[str, Any]:
        headers = {"Authorization": self._authorization, "Accept": "application/json"}
        url = f"{self._base}/{path}" if path else f"{self._base}.json"

        async def once(within: timedelta) -> Answer:
            return await self._http.request(VENDOR, method, url, headers=headers, form=form or None, timeout=within)

        answer = await answered(once, self._patience, repeatable=repeatable)
        if not answer.ok:
            raise _refusal(answer)
        return answer.json_object()


def _status(body: Mapping[str, Any]) -> str:
    status = body.get("status")
    if not isinstance(status, str) or not status:
        raise MalformedAnswer(VENDOR, "Twilio gave an answer modbot could not read.", log_detail="no status")
    return status


def _refusal(answer: Answer) -> VendorError:
    code = _code(answer)
    if answer.status == 429:
        return RateLimited(
            VENDOR, "Twilio takes no more calls for the moment.", retry_after=answer.retry_after, code=code
        )
    if answer.status >= 500:
        return VendorFault(VENDOR, "Twilio is having trouble.", status=answer.status, code=code)
    kind, sentence = _BY_CODE.get(code) or _BY_STATUS.get(answer.status, (VendorError, "Twilio did not do it."))
    return kind(VENDOR, sentence, status=answer.status, code=code)


def _code(answer: Answer) -> str:
    """Twilio's own code; "" where it gave none that can be read."""
    try:
        code = answer.json_object().get("code")
    except MalformedAnswer:
        return ""
    return str(code) if isinstance(code, int) else ""


_NO_NUMBER = (NotFound, "Twilio says that this is no telephone number it can reach. IT must look at paging.people.")
_FROM = (Forbidden, "Twilio does not let modbot use its number so. IT must look at twilio.from_number.")
_NOT_THERE = (Forbidden, "Twilio's account may not reach that country or number. IT must look at its permissions.")
_BY_CODE: Mapping[str, tuple[type[VendorError], str]] = {
    "21201": _NO_NUMBER,
    "21211": _NO_NUMBER,
    "21214": _NO_NUMBER,
    "21217": _NO_NUMBER,
    "21614": _NO_NUMBER,
    "21210": _FROM,
    "21212": _FROM,
    "21213": _FROM,
    "21603": _FROM,
    "21606": _FROM,
    "21608": _NOT_THERE,
    "21215": _NOT_THERE,
    "21216": _NOT_THERE,
    "21219": _NOT_THERE,
    "21408": _NOT_THERE,
    "21610": (Forbidden, "They have texted STOP to modbot's number, so Twilio sends them nothing. START undoes it."),
    CALL_IS_OVER: (Conflict, "That call is over."),
}
_BY_STATUS: Mapping[int, tuple[type[VendorError], str]] = {
    401: (AuthRejected, "Twilio does not know modbot's credentials. IT must set them again."),
    403: (Forbidden, "Twilio's account may not do that. IT must look at the account."),
    404: (NotFound, "Twilio has no such call."),
}
