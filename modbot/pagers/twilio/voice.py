"""Calls by Twilio: https://www.twilio.com/docs/voice/api/call-resource"""

import asyncio
from datetime import timedelta

from modbot.errors import Conflict, NotFound, VendorError
from modbot.pagers import Fate, Notice, Question, Ticket
from modbot.pagers.queueing import Queue
from modbot.pagers.twilio import twiml, words
from modbot.pagers.twilio.api import CALL_IS_OVER, VENDOR, TwilioApi
from modbot.pagers.twilio.errand import Addresses, Errand, Kind, mark_of
from modbot.settings.paging import OnCallPerson
from modbot.settings.twilio import TwilioSettings

STILL_TO_RING = frozenset({"queued", "initiated", "ringing"})
LOOKS = (timedelta(milliseconds=100), timedelta(milliseconds=400), timedelta(seconds=1))


class TwilioVoice:
    """A `modbot.pagers.Pager`. A call that Twilio has taken is queued; whether anybody picked up is told later.

    What is said goes along with the call, so it is said even when modbot cannot be reached any more. `queue` is where
    each call waits for its turn before it is made.
    """

    label = "phone"

    def __init__(self, settings: TwilioSettings, api: TwilioApi, addresses: Addresses, queue: Queue) -> None:
        self._settings = settings
        self._api = api
        self._addresses = addresses
        self.queue = queue

    async def ring(self, person: OnCallPerson, notice: Notice) -> Ticket:
        """A call that says the headline twice and takes a key. Raises VendorError; NotFound without a number."""
        said, last = words.headline(notice.headline), notice.number >= notice.of
        errand = Errand(
            Kind.RING, notice.page, mark_of(person.email), said, last, turn=notice.turn, step=notice.number - 1
        )
        form = [
            ("StatusCallback", self._addresses.of(Errand(Kind.STATUS, notice.page))),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
        ]
        if self._settings.detect_machines:
            form.append(("MachineDetection", "Enable"))
        if not notice.answerable:
            return await self._call(person, twiml.telling(words.call(said, notice.place)), form)
        document = twiml.asking(words.call(said, words.keys_of_call(last=last)), self._addresses.of(errand))
        return await self._call(person, document, form)

    async def ask(self, person: OnCallPerson, question: Question) -> Ticket:
        """A call that asks whether they still have it. Raises VendorError."""
        said = words.headline(question.headline)
        errand = Errand(Kind.ASK, question.page, mark_of(person.email), said, turn=question.turn)
        keys = words.keys_of_question(question.minutes)
        return await self._call(person, twiml.asking(words.call(said, keys), self._addresses.of(errand)), [])

    async def hush(self, ref: str, said: str, *, over: bool) -> None:
        """A call that waits or rings is taken back. Raises VendorError, also when it goes on ringing.

        Whoever has picked up already is left to hear the end: they may be the one who took it.
        """
        try:
            status = await self._api.change("Calls", ref, [("Status", "canceled")])
        except Conflict as error:
            if error.code == CALL_IS_OVER:
                return
            raise
        for wait in LOOKS:
            if status not in STILL_TO_RING:
                return
            await asyncio.sleep(wait.total_seconds())
            status = await self._api.status("Calls", ref)
        if status in STILL_TO_RING:
            raise VendorError(VENDOR, "Twilio did not stop a call.", log_detail=f"call={ref} is still {status}")

    async def _call(self, person: OnCallPerson, document: str, more: list[tuple[str, str]]) -> Ticket:
        if not person.phone:
            raise NotFound(VENDOR, "They have no telephone number in modbot's settings.", log_detail="no number")
        form = [
            ("To", person.phone),
            ("From", self._settings.from_number),
            ("Twiml", document),
            ("Timeout", str(self._settings.ring_seconds)),
            *more,
        ]
        return Ticket(Fate.QUEUED, await self._api.create("Calls", form, "CA"))
