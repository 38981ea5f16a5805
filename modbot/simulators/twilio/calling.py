"""The simulated Twilio's Calls: made, read, ended. https://www.twilio.com/docs/voice/api/call-resource"""

from typing import TYPE_CHECKING

from aiohttp import web

from modbot.simulators.twilio.account import Slots, new_sid
from modbot.simulators.twilio.forms import BAD_CALLBACK, BAD_URL, Form, is_number, read_form
from modbot.simulators.twilio.line import Line
from modbot.simulators.twilio.refusal import Refused, guarded
from modbot.simulators.twilio.world import Alert, Call, Callback

if TYPE_CHECKING:
    from modbot.simulators.twilio.simulator import TwilioSimulator

SIMULATED = frozenset(
    {
        "To",
        "From",
        "Url",
        "Method",
        "Twiml",
        "StatusCallback",
        "StatusCallbackEvent",
        "StatusCallbackMethod",
        "Timeout",
        "MachineDetection",
    }
)
EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
BAD_EVENTS = 21626
MOST_TWIML_CHARACTERS = 4000
MOST_RINGING_SECONDS = 600
NOT_IN_PROGRESS = "Call is not in-progress. Cannot redirect."


class Calling:
    """The routes, and every call."""

    def __init__(self, sim: "TwilioSimulator") -> None:
        self._sim = sim
        self._slots = Slots(sim.now)
        self.lines: dict[str, Line] = {}

    def add(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        path = "/2010-04-01/Accounts/{account}/Calls"
        router.add_post(f"{path}.json", guarded(self._create))
        router.add_get(f"{path}/{{sid}}.json", guarded(self._get))
        router.add_post(f"{path}/{{sid}}.json", guarded(self._update))

    async def _create(self, request: web.Request) -> web.Response:
        self._sim.enter(request)
        call = self._new(await read_form(request, SIMULATED))
        line = self.lines[call.sid] = Line(self._sim, call)
        if not self._sim.lying(request):
            line.begin()
        return web.json_response(call.json(), status=201)

    async def _get(self, request: web.Request) -> web.Response:
        self._sim.enter(request)
        return web.json_response(self._line(request).call.json())

    async def _update(self, request: web.Request) -> web.Response:
        self._sim.enter(request)
        line, form = self._line(request), await read_form(request, ("Status",))
        wanted = form.one("Status")
        if wanted not in ("canceled", "completed"):
            raise Refused(400, 20001, "Status must be canceled or completed")
        if line.call.over:
            raise Refused(400, 21220, NOT_IN_PROGRESS)
        if not self._sim.lying(request):
            self._stop(line, wanted)
        return web.json_response(line.call.json())

    def _stop(self, line: Line, wanted: str) -> None:
        """`canceled` leaves a call in progress alone, as documented; `completed` ends it whatever its state."""
        if line.call.status != "in-progress":
            line.end("canceled")
        elif wanted == "completed":
            line.end("completed")

    def _line(self, request: web.Request) -> Line:
        line = self.lines.get(request.match_info["sid"])
        if line is None:
            raise Refused(404, 20404, f"The requested resource {request.path} was not found")
        return line

    def _new(self, form: Form) -> Call:
        self._check_numbers(form)
        url = form.address("Url", BAD_URL)
        twiml = form.one("Twiml")
        if not url and not twiml:
            raise Refused(400, BAD_URL, "Url parameter is required.")
        if len(twiml) > MOST_TWIML_CHARACTERS:
            raise Refused(400, 20001, f"Twiml is longer than {MOST_TWIML_CHARACTERS} characters")
        sid = new_sid("CA")
        return Call(
            sid=sid,
            account_sid=self._sim.account.sid,
            to=form.one("To"),
            sender=form.one("From"),
            created_at=self._sim.now(),
            callback=self._callback(form, sid),
            twiml="" if url else twiml,
            url=url,
            method=form.method("Method"),
            timeout_seconds=_ringing_seconds(form),
            detect_machine=_detection(form),
            starts_at=self._slots.take(self._sim.calls_per_second),
        )

    def _check_numbers(self, form: Form) -> None:
        account, to, sender = self._sim.account, form.one("To"), form.one("From")
        if not to:
            raise Refused(400, 21201, "No 'To' number is specified")
        if not sender:
            raise Refused(400, 21213, "No 'From' number is specified")
        if not is_number(to):
            raise Refused(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
        if not is_number(sender):
            raise Refused(400, 21212, f"The 'From' number {sender} is not a valid phone number.")
        own = account.numbers.get(sender)
        if sender not in account.caller_ids and (own is None or not own.voice):
            raise Refused(400, 21210, f"The source phone number provided, {sender}, is not yet verified.")

    def _callback(self, form: Form, sid: str) -> Callback:
        url = form.address("StatusCallback", BAD_CALLBACK)
        events = frozenset(form.many("StatusCallbackEvent"))
        if strange := sorted(events - EVENTS):
            # Seen by many: the call is made, the debugger warns, and nothing at all is told of the call.
            self._sim.alerts.append(Alert(BAD_EVENTS, sid, f"invalid statusCallbackEvents {' '.join(strange)}"))
            return Callback()
        return Callback(url, form.method("StatusCallbackMethod"), events or frozenset({"completed"}))


def _ringing_seconds(form: Form) -> int:
    raw = form.one("Timeout", "60")
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:9]) <= MOST_RINGING_SECONDS:
        raise Refused(400, 21208, f"Timeout must be from 1 to {MOST_RINGING_SECONDS} seconds")
    return int(raw)


def _detection(form: Form) -> str:
    wanted = form.one("MachineDetection")
    if wanted not in ("", "Enable", "DetectMessageEnd"):
        raise Refused(400, 20001, "MachineDetection must be Enable or DetectMessageEnd")
    return wanted
