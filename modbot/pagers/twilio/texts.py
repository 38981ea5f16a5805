"""Text messages by Twilio: https://www.twilio.com/docs/messaging/api/message-resource"""

from modbot.errors import NotFound
from modbot.pagers import Fate, Notice, Question, Ticket
from modbot.pagers.codes import code_of
from modbot.pagers.twilio import words
from modbot.pagers.twilio.api import VENDOR, TwilioApi
from modbot.pagers.twilio.errand import Addresses, Errand, Kind
from modbot.settings.paging import OnCallPerson
from modbot.settings.twilio import TwilioSettings


class TwilioSms:
    """A `modbot.pagers.Pager`. A text that Twilio has taken is queued; that it arrived is told later."""

    label = "text message"

    def __init__(self, settings: TwilioSettings, api: TwilioApi, addresses: Addresses) -> None:
        self._from = settings.from_number
        self._api = api
        self._addresses = addresses

    async def ring(self, person: OnCallPerson, notice: Notice) -> Ticket:
        """The headline, and the digits to reply with. Raises VendorError; NotFound for somebody without a number."""
        told = self._addresses.of(Errand(Kind.STATUS, notice.page))
        said = words.headline(notice.headline)
        text = words.message(said, code_of(notice.page, notice.turn))
        if not notice.answerable:
            text = words.message_without_answer(said, notice.place)
        return await self._send(person, text, [("StatusCallback", told)])

    async def ask(self, person: OnCallPerson, question: Question) -> Ticket:
        """Whether they still have it. Raises VendorError."""
        code, said = code_of(question.page, question.turn), words.headline(question.headline)
        return await self._send(person, words.message_asking(said, code, question.minutes), [])

    async def hush(self, ref: str, said: str, *, over: bool) -> None:
        """Nothing: a text rings once, and one more to say that nothing is to do would ring again."""

    async def _send(self, person: OnCallPerson, text: str, more: list[tuple[str, str]]) -> Ticket:
        if not person.phone:
            raise NotFound(VENDOR, "They have no telephone number in modbot's settings.", log_detail="no number")
        form = [("To", person.phone), ("From", self._from), ("Body", text), *more]
        return Ticket(Fate.QUEUED, await self._api.create("Messages", form, "SM"))
