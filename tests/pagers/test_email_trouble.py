"""A mail server that refuses, dawdles, breaks off or lies: the call has failed at once, and says how."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from modbot.errors import AuthRejected, NotFound, NotOffered, Unreachable, VendorError, VendorFault
from tests.pagers import certificates
from tests.pagers.mailing import AT_ONCE, KIM, NOTICE, pager
from tests.pagers.post_office import USER, PostOffice, post_office
from tests.stores import until

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A mail server without TLS."""
    async with post_office() as opened:
        yield opened


@asynccontextmanager
async def rude(serve: Serve) -> AsyncIterator[PostOffice]:
    """Something that listens and is no mail server."""

    serving: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await serve(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def begun(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.ensure_future(handle(reader, writer)))

    server = await asyncio.start_server(begun, "127.0.0.1", 0)
    try:
        yield PostOffice(port=server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*serving)


@pytest.mark.parametrize(
    ("command", "answer", "kind"),
    [
        ("MAIL", "421 4.3.2 shutting down", VendorFault),
        ("MAIL", "530 5.7.0 log in first", VendorError),
        ("MAIL", "550 5.7.1 no", VendorError),
        ("RCPT", "450 4.2.1 come back later", VendorFault),
        ("RCPT", "451 4.7.1 greylisted", VendorFault),
        ("RCPT", "452 4.2.2 full", VendorFault),
        ("RCPT", "550 5.1.1 no such person", NotFound),
        ("RCPT", "552 5.2.2 full", NotFound),
        ("RCPT", "554 5.7.1 refused", NotFound),
        ("DATA", "451 4.3.0 broken", VendorFault),
        ("DATA", "552 5.3.4 too long", VendorError),
        ("DATA", "554 5.6.0 refused", VendorError),
    ],
)
async def test_each_refusal_is_told_by_its_status(
    office: PostOffice, command: str, answer: str, kind: type[VendorError]
) -> None:
    office.answers[command] = answer
    with pytest.raises(VendorError) as refused:
        await pager(office).ring(KIM, NOTICE)
    assert (type(refused.value), refused.value.status) == (kind, int(answer[:3]))
    assert refused.value.code == answer.split(" ")[1]


async def test_a_refusal_is_logged_without_the_address(office: PostOffice) -> None:
    office.answers["RCPT"] = f"550 5.1.1 <{KIM.email}>: nobody of this name"
    with pytest.raises(NotFound) as refused:
        await pager(office).ring(KIM, NOTICE)
    assert refused.value.log_detail == "mail server status=550 code=5.1.1"


async def test_a_refused_mail_is_not_tried_again(office: PostOffice) -> None:
    office.answers["RCPT"] = "451 4.7.1 greylisted"
    with pytest.raises(VendorFault):
        await pager(office).ring(KIM, NOTICE)
    assert office.asked.count("RCPT") == 1


async def test_a_wrong_password_is_told_as_such(tmp_path: Path) -> None:
    public, context = certificates.make(tmp_path)
    async with post_office(starttls=context, password=True) as office:
        wrong = pager(office, security="starttls", ca_file=str(public), user=USER, password="wrong")
        with pytest.raises(AuthRejected):
            await wrong.ring(KIM, NOTICE)


async def test_a_certificate_that_nobody_trusts_gets_no_mail(tmp_path: Path) -> None:
    _, context = certificates.make(tmp_path)
    async with post_office(tls=context) as office:
        with pytest.raises(Unreachable):
            await pager(office, security="tls").ring(KIM, NOTICE)
    assert not office.mails


async def test_a_server_that_offers_no_starttls_gets_no_mail_in_the_clear(office: PostOffice) -> None:
    with pytest.raises(VendorError):
        await pager(office, security="starttls").ring(KIM, NOTICE)
    assert not office.asked


async def test_an_address_that_is_none_is_not_sent_to(office: PostOffice) -> None:
    with pytest.raises(NotFound):
        await pager(office).ring(KIM.model_copy(update={"email": "kim\r\nRCPT TO:<x@example.org>"}), NOTICE)
    assert not office.mails


async def test_an_address_outside_ascii_is_said_where_the_server_cannot() -> None:
    async with post_office(utf8=False) as office:
        with pytest.raises(NotOffered):
            await pager(office).ring(KIM.model_copy(update={"email": "josé@example.org"}), NOTICE)


async def test_where_nobody_listens_it_has_certainly_not_left(office: PostOffice) -> None:
    nobody = PostOffice(port=1)
    with pytest.raises(Unreachable) as failed:
        await pager(nobody).ring(KIM, NOTICE)
    assert not failed.value.maybe_applied


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_slow_answer_is_given_up_at_the_deadline(office: PostOffice, command: str) -> None:
    office.held[command] = asyncio.Event()
    for deadline in (AT_ONCE, 10 * AT_ONCE, 60 * AT_ONCE):  # on a busy machine the first may be over too early
        with pytest.raises(Unreachable) as failed:
            await pager(office, deadline=deadline).ring(KIM, NOTICE)
        if command in office.asked:
            break
    assert failed.value.maybe_applied


async def test_a_server_that_is_slow_to_part_does_not_hold_the_call_up(office: PostOffice) -> None:
    office.held["QUIT"] = asyncio.Event()
    await pager(office).ring(KIM, NOTICE)
    assert len(office.mails) == 1


async def test_a_server_that_never_greets_is_given_up_at_the_deadline() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with rude(silent) as office:
        with pytest.raises(Unreachable) as failed:
            await pager(office, deadline=AT_ONCE).ring(KIM, NOTICE)
    assert not failed.value.maybe_applied


async def test_a_server_that_dribbles_is_given_up_at_the_deadline_of_the_whole() -> None:
    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reading = asyncio.create_task(reader.read())

        async def until_gone() -> bool:
            writer.write(b"2")
            await writer.drain()
            return reading.done()

        await until("the caller is gone", until_gone)

    async with rude(dribble) as office:
        with pytest.raises(Unreachable):
            await pager(office, deadline=AT_ONCE).ring(KIM, NOTICE)


@pytest.mark.parametrize(
    "greeting", [b"", b"\xff\xfe\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 hello\r\n", b"999 x\r\n"]
)
async def test_what_is_no_mail_server_is_a_failed_call(greeting: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()

    async with rude(answer) as office:
        with pytest.raises(VendorError):
            await pager(office).ring(KIM, NOTICE)


async def test_a_line_cut_in_the_middle_of_the_mail_may_have_left() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org\r\n")
        for answer in (b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"):
            await reader.readline()
            writer.write(answer)
        await reader.readuntil(b"\r\n.\r\n")

    async with rude(cut) as office:
        with pytest.raises(Unreachable) as failed:
            await pager(office).ring(KIM, NOTICE)
    assert failed.value.maybe_applied
