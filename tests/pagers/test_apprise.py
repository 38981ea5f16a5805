"""Paging by Apprise: what is sent, and services that refuse, hang and fall over."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest
from apprise import NotifyBase
from apprise.manager_plugins import NotificationManager
from pydantic import SecretStr

from modbot.errors import ConfigError, NotOffered, Unreachable, VendorError, VendorFault
from modbot.pagers import Fate, Ticket
from modbot.pagers.apprise import ApprisePager, build
from modbot.pagers.threads import Threads
from tests.pagers.mailing import KIM, NOTICE, QUESTION
from tests.stores import until

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise's own
QUICKLY = timedelta(milliseconds=300)
IN_TIME = timedelta(seconds=30)


@dataclass(slots=True)
class Service:
    """A web service that takes JSON, in threads of its own as Apprise blocks."""

    port: int = 0
    status: int = 200
    taken: list[dict[str, Any]] = field(default_factory=list)
    going_on: threading.Event = field(default_factory=threading.Event)  # it answers when this is set

    @property
    def address(self) -> SecretStr:
        """As Apprise writes it."""
        return SecretStr(f"json://127.0.0.1:{self.port}/?rto=30")


def _handler(service: Service) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.taken.append(orjson.loads(body))
            service.going_on.wait(30)
            self.send_response(service.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    return Handler


@asynccontextmanager
async def serving() -> AsyncIterator[Service]:
    """A service on a free port, which answers at once until told otherwise."""
    service = Service()
    service.going_on.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        service.going_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A service that answers at once."""
    async with serving() as opened:
        yield opened


def pager(service: Service, *, threads: Threads | None = None, deadline: timedelta = IN_TIME) -> ApprisePager:
    """A pager for the service."""
    return ApprisePager("desk", service.address, threads or Threads(4), deadline=deadline)


def hanging() -> int:
    """How many calls are under way."""
    return sum(thread.name == "pager" for thread in threading.enumerate())


async def test_what_a_service_took_is_queued_and_cannot_be_taken_back(service: Service) -> None:
    assert await pager(service).ring(KIM, NOTICE) == Ticket(Fate.QUEUED, "")


async def test_it_says_the_headline_and_for_whom_the_call_is(service: Service) -> None:
    await pager(service).ring(KIM, NOTICE)
    (sent,) = service.taken
    assert sent["title"] == NOTICE.headline
    assert sent["message"].startswith("Kim Reyes, this call is for you. Call 2 of 6.")


async def test_what_was_typed_is_not_sent(service: Service) -> None:
    await pager(service).ring(KIM, NOTICE)
    (sent,) = service.taken
    assert "Ben" not in str(sent)


async def test_a_refusal_is_a_failed_call(service: Service) -> None:
    service.status = 403
    with pytest.raises(VendorError) as refused:
        await pager(service).ring(KIM, NOTICE)
    assert refused.value.staff_text == "That channel did not take the message."


async def test_where_nobody_listens_the_call_has_failed() -> None:
    with pytest.raises(VendorError):
        await pager(Service(port=1)).ring(KIM, NOTICE)


async def test_a_service_that_hangs_is_given_up_at_the_deadline(service: Service) -> None:
    service.going_on.clear()
    with pytest.raises(Unreachable) as failed:
        await pager(service, deadline=QUICKLY).ring(KIM, NOTICE)
    assert failed.value.maybe_applied


async def test_services_that_hang_take_no_more_threads_than_there_may_be(service: Service) -> None:
    service.going_on.clear()
    slow = pager(service, threads=Threads(2), deadline=QUICKLY)
    for _ in range(4):
        with pytest.raises(Unreachable):
            await slow.ring(KIM, NOTICE)
    await until("the first two have arrived", lambda: len(service.taken) >= 2)
    service.going_on.set()
    await until("no call is under way", lambda: hanging() == 0)
    assert len(service.taken) == 2


async def test_a_thread_that_ended_late_makes_room_for_the_next_call(service: Service) -> None:
    service.going_on.clear()
    one = Threads(1)
    with pytest.raises(Unreachable):
        await pager(service, threads=one, deadline=QUICKLY).ring(KIM, NOTICE)
    service.going_on.set()
    assert await pager(service, threads=one).ring(KIM, NOTICE) == Ticket(Fate.QUEUED)


async def test_a_thread_ends_when_its_service_does(service: Service) -> None:
    service.going_on.clear()
    with pytest.raises(Unreachable):
        await pager(service, deadline=QUICKLY).ring(KIM, NOTICE)
    service.going_on.set()
    await until("no call is under way", lambda: hanging() == 0)


async def test_a_question_is_put_by_another_channel(service: Service) -> None:
    with pytest.raises(NotOffered):
        await pager(service).ask(KIM, QUESTION)
    assert not service.taken


async def test_hush_sends_nothing(service: Service) -> None:
    await pager(service).hush("", "Lou Baker has it.", over=False)
    assert not service.taken


@pytest.mark.parametrize("address", ["", "nonsense", "nosuchservice://secret-token", "json://"])
def test_an_address_that_apprise_does_not_understand_is_refused_at_the_start_without_being_told(address: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build({"desk": SecretStr(address)})
    assert refused.value.setting == "MODBOT_PAGING__APPRISE__DESK"
    assert "secret" not in str(refused.value)


def test_each_address_is_a_channel_of_its_name() -> None:
    assert set(build({"desk": SecretStr("json://127.0.0.1"), "wall": SecretStr("json://127.0.0.1")})) == {
        "apprise:desk",
        "apprise:wall",
    }


class FallsOver(NotifyBase):  # type: ignore[no-untyped-call]  # the library is typed in part
    """A service that raises."""

    def send(self, *_: Any, **__: Any) -> bool:
        """Never."""
        raise KeyError("secret-token")


@pytest.fixture
def falls_over() -> Iterator[SecretStr]:
    """The address of a service that raises."""
    services = NotificationManager()  # type: ignore[no-untyped-call]  # the library is typed in part
    services.add(FallsOver, schemas="fallsover")  # type: ignore[no-untyped-call]
    yield SecretStr("fallsover://secret-token")
    services.remove("fallsover")  # type: ignore[no-untyped-call]


async def test_what_a_service_raises_is_a_failed_call_without_its_words(falls_over: SecretStr) -> None:
    with pytest.raises(VendorFault) as failed:
        await ApprisePager("desk", falls_over, Threads(1)).ring(KIM, NOTICE)
    assert failed.value.log_detail == "apprise status=None code= KeyError"
