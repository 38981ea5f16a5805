"""What Twilio tells and asks: keys pressed, texts replied, and what became of calls and texts.

https://www.twilio.com/docs/voice/twiml/gather, https://www.twilio.com/docs/voice/api/call-resource#statuscallback,
https://www.twilio.com/docs/messaging/guides/webhook-request and
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl

from modbot.errors import RequestRejected
from modbot.model import Delivery
from modbot.pagers import NOW, Fate, HeardBack, Said, Turn, Word
from modbot.pagers.twilio import twiml, words
from modbot.pagers.twilio.errand import Addresses, Errand, Kind
from modbot.pagers.twilio.phonebook import Phonebook
from modbot.pagers.twilio.signature import HEADER, Fields, Signature
from modbot.settings.paging import OnCallPerson

MOST_BODY_BYTES = 64 * 1024
MOST_FIELDS = 200
TAKE, NEXT = "1", "2"

# What is not here changes nothing: "sent" is the carrier's word, "canceled" is modbot's own doing, and a completed
# call was answered before, which is told by itself.
_FATES: Mapping[str, Fate] = {
    "in-progress": Fate.DELIVERED,
    "busy": Fate.FAILED,
    "no-answer": Fate.FAILED,
    "failed": Fate.FAILED,
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
    "undelivered": Fate.FAILED,
}
_NOBODY = ("machine", "fax")  # machine_start, machine_end_beep and so on
_UNSURE = "unknown"
_CODE = re.compile(r"\s*([0-9]{1,2})\s*[.!]?\s*", re.ASCII)
_KEYWORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "START", "UNSTOP", "HELP", "INFO"})


class TwilioListener:
    """A `modbot.pagers.Listener`."""

    def __init__(self, addresses: Addresses, signature: Signature, phonebook: Phonebook) -> None:
        self._addresses = addresses
        self._signature = signature
        self._phonebook = phonebook

    async def hear(self, delivery: Delivery) -> HeardBack:
        """Verify a request and say what it means and what is to be said. Raises RequestRejected (400, 401, 413)."""
        fields = _form(delivery.body)
        if not self._signature.holds(delivery.headers.get(HEADER, ""), delivery.query, fields):
            raise RequestRejected(401, "signature")
        form = dict(fields)
        found = self._addresses.read(delivery.query)
        if found is None:
            return self._incoming(form)
        errand, given_out = found
        return _status(errand, form) if errand.kind is Kind.STATUS else self._key(errand, given_out, form)

    def _key(self, errand: Errand, given_out: datetime, form: Mapping[str, str]) -> HeardBack:
        if self._addresses.is_old(given_out):
            return _spoken(words.TOO_OLD)
        person, ref = self._phonebook.called(errand.whom), form.get("CallSid", "")
        answered = Said(errand.page, Word.FATE, ref=ref, fate=Fate.ANSWERED)
        pressed = form.get("Digits", "")
        if pressed == TAKE:
            said = _said(errand.page, Word.ACKNOWLEDGED, person, ref, turn=errand.turn)
            return _spoken(words.ANSWER_TAKEN, words.STILL, words.LATE, (answered, said))
        if pressed == NEXT and errand.kind is Kind.RING and not errand.last:
            said = replace(_said(errand.page, Word.ESCALATE, person, ref, turn=errand.turn), step=errand.step)
            return _spoken(words.PASSED_ON, words.NEXT_CALLED, words.NOT_PASSED_ON, (answered, said))
        return self._again(errand)

    def _again(self, errand: Errand) -> HeardBack:
        """The key means nothing: say so, and ask once more."""
        keys = words.KEYS_OF_QUESTION if errand.kind is Kind.ASK else words.keys_of_call(last=errand.last)
        document = twiml.asking((words.NO_SUCH_KEY, *words.call(errand.words, keys)), self._addresses.of(errand))
        return HeardBack(reply=document, content_type=twiml.CONTENT_TYPE)

    def _incoming(self, form: Mapping[str, str]) -> HeardBack:
        """Somebody texts or calls modbot's number of their own accord."""
        if "MessageSid" not in form:
            return _spoken(words.NOT_FOR_CALLS)
        person, body = self._phonebook.at(form.get("From", "")), form.get("Body", "")
        if person is None or body.strip().upper() in _KEYWORDS:
            return _texted("")  # strangers get no answer, and Twilio itself answers its keywords
        code = _CODE.fullmatch(body)
        if code is None or (len(code[1]) == 1 and code[1] != TAKE):
            return _texted(words.TEXT_NOT_UNDERSTOOD)
        digits = "" if code[1] == TAKE else code[1]
        said = _said("", Word.ACKNOWLEDGED, person, form["MessageSid"], digits)
        return _texted(words.TEXT_ANSWER_TAKEN, words.TEXT_TAKEN, words.TEXT_LATE, (said,))


def _form(body: bytes) -> Fields:
    if len(body) > MOST_BODY_BYTES:
        raise RequestRejected(413, "too large")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise RequestRejected(400, "no form") from error


def _status(errand: Errand, form: Mapping[str, str]) -> HeardBack:
    """What became of one call or text. Any status may come twice, late, or before an earlier one."""
    ref = form.get("CallSid") or form.get("MessageSid", "")
    fate = _fate(form)
    return HeardBack((Said(errand.page, Word.FATE, ref=ref, fate=fate),)) if fate and ref else HeardBack()


def _fate(form: Mapping[str, str]) -> Fate | None:
    status = form.get("CallStatus") or form.get("MessageStatus", "")
    by = form.get("AnsweredBy", "")
    if by.startswith(_NOBODY) and status in ("in-progress", "completed"):
        return Fate.FAILED
    return None if by == _UNSURE and status == "in-progress" else _FATES.get(status)


def _said(
    page: str, word: Word, person: OnCallPerson | None, ref: str = "", code: str = "", *, turn: Turn = NOW
) -> Said:
    if person is None:
        return Said(page, word, by="Somebody by phone", ref=ref, code=code, turn=turn)
    return Said(page, word, by=person.name or person.email, email=person.email, ref=ref, code=code, turn=turn)


def _spoken(reply: str, changed: str = "", late: str = "", said: tuple[Said, ...] = ()) -> HeardBack:
    taken, not_taken = (twiml.parting(one) if one else "" for one in (changed, late))
    return HeardBack(said, twiml.parting(reply), taken, not_taken, twiml.CONTENT_TYPE)


def _texted(reply: str, changed: str = "", late: str = "", said: tuple[Said, ...] = ()) -> HeardBack:
    taken, not_taken = (twiml.texting(one) if one else "" for one in (changed, late))
    said_now = twiml.texting(reply) if reply else twiml.NOTHING
    return HeardBack(said, said_now, taken, not_taken, twiml.CONTENT_TYPE)
