"""From an accepted request to an answer: who is it, which command, run it, tell them.

Runs after the acknowledgement, on whichever process took the item. Whatever goes wrong, the person hears of it in one
plain sentence, and the log has the rest under the same id.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

import orjson

from modbot.audit import Audit, AuditEntry
from modbot.chat import Chat
from modbot.command import Acting, Asked, Command, Context, Helping, Request, Rooms, arguments_of
from modbot.errors import CommandError, Denied, ModbotError, RoomBusy, StoreUnavailable, VendorError
from modbot.log import get_logger
from modbot.metrics import INBOX_FAILURES
from modbot.people import People
from modbot.reply import Button, Reply
from modbot.seal import Keyring
from modbot.store.inbox import Inbox, Item

CONTEXT = b"inbox"
UNKNOWN_PERSON = (
    "modbot does not know you as staff of this district, so nothing was done. If you are staff, ask IT to check that "
    "your Slack e-mail is the one in the roster. In danger, phone the office."
)

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
        chat: Chat,
        audit: Audit,
        keyring: Keyring,
    ) -> None:
        self.commands = commands
        self._people = people
        self._rooms = rooms
        self._door = door
        self._help = help_desk
        self._chat = chat
        self._audit = audit
        self._keyring = keyring

    async def accept(self, inbox: Inbox, payload: Mapping[str, Any], *, signature: str) -> str | None:
        """Make a request durable, sealed: what people type may name pupils. See `Inbox.accept`."""
        sealed = self._keyring.seal(orjson.dumps(payload), context=CONTEXT)
        return await inbox.accept("request", sealed, signature=signature)

    async def handle(self, item: Item) -> None:
        """Work off one item. Raises StoreUnavailable, or VendorError when the answer could not be given: try again."""
        payload = orjson.loads(self._keyring.open(item.payload, context=CONTEXT))
        request = request_of(item.id, payload)
        try:
            reply = await self._reply(request)
        except StoreUnavailable:
            if not item.last_try:
                raise
            reply = Reply("modbot's record store is down, and this could not be done. Use the meeting's own controls.")
        try:
            await self._chat.answer(request.user, request.response_url, reply)
        except VendorError as error:
            log.warning("answer_not_given", item=item.id, detail=error.log_detail)
            if item.last_try:
                INBOX_FAILURES.inc()
                return
            raise StoreUnavailable(f"answer not given: {error.log_detail}") from error

    async def handle_unrecorded(self, payload: Mapping[str, Any]) -> None:
        """The store is gone and it is urgent: try all the same, from memory alone (P12)."""
        request = request_of(f"u{secrets.token_hex(8)}", payload)
        try:
            reply = await self._reply(request)
        except StoreUnavailable:
            reply = Reply("modbot's record store is down, and this could not be done. Use the meeting's own controls.")
        try:
            await self._chat.answer(request.user, request.response_url, reply)
        except VendorError as error:
            log.warning("answer_not_given", item=request.id, detail=error.log_detail)

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
            return Reply(busy.staff_text, buttons=(Button("Try again", request.name, _again(request)),))
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
        staff = await self._people.staff_of(request.user)
        if staff is None:
            raise Denied(UNKNOWN_PERSON)
        command = self.commands.get(request.name)
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
                commands=self.commands,
            )
        )

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


def _again(request: Request) -> dict[str, str]:
    return {**request.given, "text": request.given.get("text", request.text)}
