"""The simulated Twilio's Messages: sent, read, and texts that come in.

https://www.twilio.com/docs/messaging/api/message-resource and https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from typing import TYPE_CHECKING

from aiohttp import web

from modbot.simulators.twilio.account import Slots, new_sid
from modbot.simulators.twilio.forms import BAD_CALLBACK, Form, is_number, read_form
from modbot.simulators.twilio.outgoing import Fetched
from modbot.simulators.twilio.phones import Answered, Phone, PhoneState, Text
from modbot.simulators.twilio.refusal import Refused, guarded
from modbot.simulators.twilio.segments import segments
from modbot.simulators.twilio.twiml import TwimlError, read_messages
from modbot.simulators.twilio.world import API_VERSION, Alert, Message

if TYPE_CHECKING:
    from modbot.simulators.twilio.simulator import TwilioSimulator

SIMULATED = frozenset({"To", "From", "Body", "StatusCallback"})
MOST_CHARACTERS = 1600
# Twilio itself blocks and unblocks the sender, whatever the application does: https://help.twilio.com/articles/223134027
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})


class Texting:
    """The routes, and every message."""

    def __init__(self, sim: "TwilioSimulator") -> None:
        self._sim = sim
        self._slots: dict[str, Slots] = {}  # by own number
        self.messages: dict[str, Message] = {}
        self.filtered = False  # carriers drop what is sent from an unregistered number

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        path = "/2010-04-01/Accounts/{account}/Messages"
        router.add_post(f"{path}.json", guarded(self._create))
        router.add_get(f"{path}/{{sid}}.json", guarded(self._get))

    async def incoming(self, phone: Phone, to: str, body: str) -> Answered:
        """Somebody texts one of the account's numbers; what the application says is texted back."""
        own = self._sim.account.numbers[to]
        self._note_opt_out(phone, to, body)
        sid = new_sid("SM")
        fields = {
            "ToCountry": "US",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": body,
            "FromCountry": "US",
            "To": to,
            "NumSegments": str(segments(body)),
            "MessageSid": sid,
            "AccountSid": self._sim.account.sid,
            "From": phone.number,
            "ApiVersion": API_VERSION,
        }
        url = own.sms_url or self._sim.webhook_url
        if not url:
            return Answered(0)
        found = await self._sim.outgoing.ask("text in", url, "POST", fields)
        texts = self._texts(found, sid)
        phone.texts += [Text(self._sim.now(), to, text) for text in texts]
        return Answered(found.status, texts)

    def _texts(self, found: Fetched, sid: str) -> tuple[str, ...]:
        if not 200 <= found.status < 300:
            self._sim.alerts.append(Alert(11200, sid, f"the application answered {found.status}"))
            return ()
        if not found.body:
            return ()
        if found.content_type == "text/plain":
            return (found.body.decode(errors="replace"),)
        try:
            return read_messages(found.body)
        except TwimlError as error:
            self._sim.alerts.append(Alert(error.code, sid, str(error)))
            return ()

    def _note_opt_out(self, phone: Phone, to: str, body: str) -> None:
        word, pair = body.strip().upper(), (phone.number, to)
        if word in STOP_WORDS:
            self._sim.account.opted_out.add(pair)
        elif word in START_WORDS:
            self._sim.account.opted_out.discard(pair)

    async def _create(self, request: web.Request) -> web.Response:
        self._sim.enter(request)
        form = await read_form(request, SIMULATED)
        self._check(form)
        message = Message(
            sid=new_sid("SM"),
            account_sid=self._sim.account.sid,
            to=form.one("To"),
            sender=form.one("From"),
            body=form.one("Body"),
            created_at=self._sim.now(),
            callback_url=form.address("StatusCallback", BAD_CALLBACK),
        )
        self.messages[message.sid] = message
        answer = web.json_response(message.json(), status=201)
        if not self._sim.lying(request):
            self._sim.begin(self._deliver(message))
        return answer

    async def _get(self, request: web.Request) -> web.Response:
        self._sim.enter(request)
        message = self.messages.get(request.match_info["sid"])
        if message is None:
            raise Refused(404, 20404, f"The requested resource {request.path} was not found")
        return web.json_response(message.json())

    def _check(self, form: Form) -> None:
        to, sender, body = form.one("To"), form.one("From"), form.one("Body")
        if not to:
            raise Refused(400, 21604, "A 'To' phone number is required.")
        if not sender:
            raise Refused(400, 21603, "A 'From' phone number is required.")
        if not body.strip():
            raise Refused(400, 21602, "Message body is required.")
        if len(body) > MOST_CHARACTERS:
            raise Refused(400, 21617, f"The concatenated message body exceeds the {MOST_CHARACTERS} character limit")
        if not is_number(to):
            raise Refused(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        own = self._sim.account.numbers.get(sender)
        if own is None or not own.sms:
            raise Refused(400, 21606, f"The 'From' phone number {sender} is not a valid, message-capable number.")
        if (to, sender) in self._sim.account.opted_out:
            raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")

    async def _deliver(self, message: Message) -> None:
        self._report(message, "queued")
        slots = self._slots.setdefault(message.sender, Slots(self._sim.now))
        await self._sim.reached(slots.take(self._sim.messages_per_second))
        message.sent_at = self._sim.now()
        self._report(message, "sent")
        phone = self._sim.phones.get(message.to)
        message.error_code = self._obstacle(phone)
        if message.error_code is None and phone is not None:
            phone.texts.append(Text(self._sim.now(), message.sender, message.body))
            self._report(message, "delivered")
        else:
            self._report(message, "undelivered")

    def _obstacle(self, phone: Phone | None) -> int | None:
        if phone is None:
            return 30005
        if self.filtered:
            return 30007
        if phone.landline:
            return 30006
        return 30003 if phone.state is PhoneState.OFF else None

    def _report(self, message: Message, status: str) -> None:
        message.status, message.updated_at = status, self._sim.now()
        if message.callback_url:
            self._sim.outgoing.tell(f"text {status}", message.callback_url, "POST", message.fields())
