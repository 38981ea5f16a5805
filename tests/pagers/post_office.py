"""A mail server on loopback, by aiosmtpd, that can refuse, dawdle and ask for TLS and a password."""

import asyncio
import email
import email.policy
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.stores import until

USER, PASSWORD = "modbot", "invented-password"
LINK = re.compile(r"https?://\S+/ack/\S+")


@dataclass(slots=True)
class Mail:
    """One mail that was taken."""

    sender: str
    to: list[str]
    raw: bytes
    greeted_as: str
    encrypted: bool
    authenticated: bool

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """Its text as somebody reads it."""
        return str(self.message.get_content()).replace("\r\n", "\n")

    @property
    def link(self) -> str:
        """The one link in it."""
        (link,) = LINK.findall(self.text)
        return str(link)


@dataclass
class PostOffice:
    """What the server does: answers by command ("MAIL", "RCPT", "DATA"), else it takes everything."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)  # a command waits until this is set
    asked: list[str] = field(default_factory=list)

    async def to(self, address: str, count: int = 1) -> Mail:
        """The newest mail to somebody, once there are this many."""
        await until(f"{count} mails to {address}", lambda: len(self.found(address)) >= count)
        return self.found(address)[-1]

    def found(self, address: str) -> list[Mail]:
        """Every mail to somebody."""
        return [mail for mail in self.mails if address in mail.to]

    async def _answer(self, command: str) -> str:
        self.asked.append(command)
        if command in self.held:
            await self.held[command].wait()
        return self.answers.get(command, "")

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Who sends."""
        envelope.mail_from = address
        return await self._answer("MAIL") or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """To whom."""
        refused = await self._answer("RCPT")
        if not refused:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The mail itself."""
        refused = await self._answer("DATA")
        if refused:
            return refused
        content = envelope.content
        assert isinstance(content, bytes)
        sender, name = envelope.mail_from or "", session.host_name or ""
        self.mails.append(
            Mail(sender, list(envelope.rcpt_tos), content, name, session.ssl is not None, bool(session.authenticated))
        )
        return "250 queued"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The end."""
        await self._answer("QUIT")
        return "221 Bye"


def _password(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    known = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)  # aiosmtpd is to answer


class _Line(SMTP):
    """One connection, which says when it is gone: a server that is closed does not wait for that."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._gone = asyncio.Event()

    def connection_lost(self, error: Exception | None) -> None:
        """The other end is gone."""
        super().connection_lost(error)
        self._gone.set()

    async def end(self) -> None:
        """Close it, if it was ever open."""
        if self.transport is not None:
            self.transport.close()
            await self._gone.wait()


@asynccontextmanager
async def post_office(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    password: bool = False,
    utf8: bool = True,
) -> AsyncIterator[PostOffice]:
    """A mail server that listens on a free port of loopback."""
    office = PostOffice()
    loop = asyncio.get_running_loop()
    lines: list[_Line] = []

    def protocol() -> SMTP:
        line = _Line(
            office,
            hostname="mail.example.org",
            enable_SMTPUTF8=utf8,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_require_tls=tls is None,  # it does not know that such a line is encrypted from its first byte
            authenticator=_password if password else None,
            loop=loop,
        )
        lines.append(line)
        return line

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        for event in office.held.values():
            event.set()
        server.close()
        await server.wait_closed()
        for line in lines:
            await line.end()
