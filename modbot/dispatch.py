"""From an accepted request to an answer: who is it, which command, run it, tell them.

Runs after the acknowledgement, on whichever process took the item. Whatever goes wrong, the person hears of it in one
plain sentence, and the log has the rest under the same id.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any

import orjson

from modbot.audit import Audit, AuditEntry
from modbot.chat import Chat
from modbot.command import (
    Acting,
    Asked,
    Belongs,
    Command,
    Context,
    Enquiries,
    Helping,
    Notices,
    OnDuty,
    Request,
    Rooms,
    Sharing,
    SweepsOfTheHour,
    arguments_of,
)
from modbot.errors import (
    CommandError,
    Denied,
    Forbidden,
    ModbotError,
    NotFound,
    RoomBusy,
    StoreUnavailable,
    VendorError,
)
from modbot.log import get_logger
from modbot.metrics import INBOX_FAILURES
from modbot.model import Staff
from modbot.people import People
from modbot.reply import Button, Reply
from modbot.seal import Keyring
from modbot.store.answers import Answers
from modbot.store.inbox import Inbox, Item
from modbot.whole_school import WholeSchools

CONTEXT = b"inbox"
OLD_REQUEST = timedelta(minutes=10)
UNKNOWN_PERSON = (
    "modbot does not know you as staff of this district, so nothing was done. If you are staff, ask IT to check that "
    "your Slack e-mail is the one in the roster. In danger, phone the office."
)

NOT_LOOKED_UP = (
    "modbot could not ask Slack who you are, so nothing was done. Try again in a minute. In danger, use the meeting's "
    "own controls and phone the office."
)

STORE_DOWN = "modbot's record store is down, and this could not be done. Use the meeting's own controls."
NOBODY_TO_TELL = (Forbidden, NotFound)  # a bot, somebody who has left: trying again reaches them no better

log = get_logger("dispatch")


class Dispatcher:
    """Runs commands."""

    def __init__(
        self,
        *,
        commands: Mapping[str, Command],
        people: People,
        rooms: Rooms,
        door: Acting,
        help_desk: Helping,
        duty: OnDuty,
        belonging: Belongs,
        sweeps: SweepsOfTheHour,
        enquiries: Enquiries,
        schools: WholeSchools,
        notices: Notices,
        sharing: Sharing,
        chat: Chat,
        audit: Audit,
        keyring: Keyring,
        answers: Answers,
    ) -> None:
        self.commands = commands
        self._people = people
        self._rooms = rooms
        self._door = door
        self._help = help_desk
        self._duty = duty
        self._belonging = belonging
        self._sweeps = sweeps
        self._enquiries = enquiries
        self._schools = schools
        self._notices = notices
        self._sharing = sharing
        self._chat = chat
        self._audit = audit
        self._keyring = keyring
        self._answers = answers

    async def accept(self, inbox: Inbox, payload: Mapping[str, Any], *, signature: str) -> str | None:
        """Make a request durable, sealed: what people type may name pupils. See `Inbox.accept`."""
        sealed = self._keyring.seal(orjson.dumps(payload), context=CONTEXT)
        return await inbox.accept("request", sealed, signature=signature)

    async def handle(self, item: Item) -> None:
        """Work off one item. Raises StoreUnavailable when it could not be done or told yet: try again."""
        payload = orjson.loads(self._keyring.open(item.payload, context=CONTEXT))
        request = request_of(item.id, payload)
        reply = await self._answers.kept(item.id) if item.deliveries > 1 else None
        if reply is None:
            reply = await self._reply_or_put_back(item, request)
            await self._answers.keep(item.id, reply)
        await self._answer(item, request, reply)

    async def _reply_or_put_back(self, item: Item, request: Request) -> Reply:
        try:
            return await self._reply(request)
        except StoreUnavailable:
            if not item.last_try:
                raise
            return Reply(STORE_DOWN)

    async def _answer(self, item: Item, request: Request, reply: Reply) -> None:
        try:
            await self._chat.answer(request.user, request.response_url, reply)
        except VendorError as error:
            log.warning("answer_not_given", item=item.id, detail=error.log_detail)
            if _is_our_fault(error):
                await self._answer_in_short(request, reply)
            elif isinstance(error, NOBODY_TO_TELL) or item.last_try:
                INBOX_FAILURES.inc()
            else:
                raise StoreUnavailable(f"answer not given: {error.log_detail}") from error

    async def _answer_in_short(self, request: Request, reply: Reply) -> None:
        """Slack does not take the message as it is, and would not the next time either."""
        short = Reply(reply.headline, lines=("The rest of this answer could not be shown in Slack.",))
        try:
            await self._chat.answer(request.user, "", short)
        except VendorError as error:
            log.error("answer_lost", item=request.id, detail=error.log_detail)  # noqa: TRY400 - ids only
            INBOX_FAILURES.inc()

    async def handle_unrecorded(self, payload: Mapping[str, Any]) -> None:
        """The store is gone and it is urgent: try all the same, from memory alone (P12)."""
        request = request_of(f"u{secrets.token_hex(8)}", payload)
        try:
            reply = await self._reply(request)
        except StoreUnavailable:
            reply = Reply(STORE_DOWN)
        try:
            await self._chat.answer(request.user, request.response_url, reply)
        except VendorError as error:
            log.warning("answer_not_given", item=request.id, detail=error.log_detail)

    async def tell(self, payload: Mapping[str, Any], sentence: str) -> None:
        """Say why a request was not taken, where its acknowledgement cannot."""
        try:
            await self._chat.answer(payload["user"], payload.get("response_url", ""), Reply(sentence))
        except VendorError as error:
            log.warning("refusal_not_told", command=payload["command"], detail=error.log_detail)

    async def _reply(self, request: Request) -> Reply:
        try:
            return await self._run(request)
        except Asked as asked:
            return asked.reply
        except CommandError as error:
            return Reply(error.staff_text, buttons=self._suggested(request, error.suggestions))
        except Denied as denied:
            await self._record_refusal(request, denied.staff_text)
            return Reply(denied.staff_text)
        except RoomBusy as busy:
            return Reply(busy.staff_text, buttons=(_try_again(request),))
        except StoreUnavailable:
            raise
        except ModbotError as error:
            log.warning("command_failed", command=request.name, item=request.id, detail=error.log_detail)
            return Reply(f"It did not work. {error.staff_text}")
        except Exception:
            error_id = secrets.token_hex(4)
            log.exception("command_broke", command=request.name, item=request.id, error_id=error_id)
            return Reply(
                "Something broke inside modbot. It may or may not have been done: look at the class, and use the "
                "meeting's own controls.",
                footnote=f"error {error_id}",
            )

    async def _run(self, request: Request) -> Reply:
        staff = await self._who_asks(request)
        command = self.commands.get(request.name)
        if command is None or not command.never_late:
            _still_wanted(request)
        if command is None:
            raise CommandError(
                f"modbot has no command /{request.name[:40]}. Nothing was done.",
                suggestions=get_close_matches(request.name, list(self.commands), n=3, cutoff=0.4),
            )
        return await command(
            Context(
                request=request,
                staff=staff,
                arguments=arguments_of(request),
                rooms=self._rooms,
                door=self._door,
                help=self._help,
                duty=self._duty,
                belonging=self._belonging,
                sweeps=self._sweeps,
                enquiries=self._enquiries,
                schools=self._schools,
                notices=self._notices,
                sharing=self._sharing,
                commands=self.commands,
            )
        )

    async def _who_asks(self, request: Request) -> Staff:
        try:
            staff = await self._people.staff_of(request.user)
        except VendorError as error:
            log.warning("person_not_looked_up", item=request.id, detail=error.log_detail)
            raise Asked(Reply(NOT_LOOKED_UP, buttons=(_try_again(request),))) from error
        if staff is None:
            raise Denied(UNKNOWN_PERSON)
        return staff

    def _suggested(self, request: Request, suggestions: tuple[str, ...]) -> tuple[Button, ...]:
        """Nearest matches as buttons, a whole command or this one with another word; nothing is run by itself."""
        buttons = []
        for suggestion in suggestions[:5]:
            first, _, rest = suggestion.partition(" ")
            name, text = (first, rest) if first in self.commands else (request.name, suggestion)
            buttons.append(Button(f"/{name} {text}".strip(), name, {"text": text}))
        return tuple(buttons)

    async def _record_refusal(self, request: Request, why: str) -> None:
        entry = AuditEntry(
            at=datetime.now(UTC), id=request.id, actor=f"slack:{request.user}", action=request.name, room="",
            platform="", phase="outcome", outcome="refused", reason=why, elapsed_ms=None, extra={},
        )  # fmt: skip
        try:
            await self._audit.append(entry)
        except StoreUnavailable as error:
            log.warning("refusal_unrecorded", item=request.id, detail=error.log_detail)


def _still_wanted(request: Request) -> None:
    """What was asked long ago, before modbot was down, is asked about and not done by surprise."""
    waited = datetime.now(UTC) - request.asked_at
    if waited < OLD_REQUEST:
        return
    minutes = int(waited.total_seconds() // 60)
    said = f"You asked for /{request.name} {minutes} minutes ago, and modbot was down. It may not have been done."
    given = {**request.given, "text": request.given.get("text", request.text)}
    raise Asked(Reply(said, buttons=(Button("Do it now", request.name, given),)))


def request_of(request_id: str, payload: Mapping[str, Any]) -> Request:
    """A request as it was accepted."""
    return Request(
        id=request_id,
        name=payload["command"],
        user=payload["user"],
        asked_at=datetime.fromtimestamp(payload["at_ms"] / 1000, UTC),
        text=payload.get("text", ""),
        given=payload.get("given", {}),
        channel=payload.get("channel", ""),
        response_url=payload.get("response_url", ""),
        trigger_id=payload.get("trigger_id", ""),
    )


def payload_of(*, command: str, user: str, at_ms: int, **more: Any) -> dict[str, Any]:
    """The inverse of `request_of`, for those who accept requests."""
    return {"command": command, "user": user, "at_ms": at_ms, **more}


def _is_our_fault(error: VendorError) -> bool:
    """Whether Slack found the message itself wrong (`modbot.slack.errors`), rather than the moment or the person."""
    return type(error) is VendorError


def _try_again(request: Request) -> Button:
    return Button("Try again", request.name, {**request.given, "text": request.given.get("text", request.text)})
