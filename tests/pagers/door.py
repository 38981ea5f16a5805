"""A web server that takes pagers' callbacks as modbot's own does, and keeps what they meant."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from modbot.errors import RequestRejected
from modbot.model import Delivery
from modbot.pagers import HeardBack, Listener, Notice, Question, Said, Turn, Word
from modbot.settings.paging import OnCallPerson

LOU = OnCallPerson(email="lou@example.org", name="Lou Baker", phone="+12025550123", channels=("sms", "voice"))
HEADLINE = "PAGE: help is needed in Grade 5 Science."
TYPED = "Ada Brook: a stranger shouts"


class Deaf:
    """Nobody listens yet."""

    async def hear(self, delivery: Delivery) -> HeardBack:
        """Always RequestRejected (404)."""
        raise RequestRejected(404, f"nobody listens to {len(delivery.body)} bytes")


@dataclass(slots=True)
class Door:
    """Give it a `listener`; `url` is what vendors are told."""

    url: str = ""
    listener: Listener = field(default_factory=Deaf)
    heard: list[HeardBack] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    changed: Callable[[HeardBack], bool] = lambda _: True  # whether what was said took effect

    @property
    def said(self) -> list[Said]:
        """All that was said, in order."""
        return [said for heard in self.heard for said in heard.said]

    def words(self, word: Word) -> list[Said]:
        """What was said of this kind."""
        return [said for said in self.said if said.word is word]

    async def handle(self, request: web.Request) -> web.Response:
        """Verify, keep, answer."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = Delivery(headers, await request.read(), request.query if request.query_string else {})
        self.deliveries.append(delivery)
        try:
            heard = await self.listener.hear(delivery)
        except RequestRejected as rejection:
            self.rejected.append(rejection.status)
            return web.Response(status=rejection.status)
        self.heard.append(heard)
        body = (heard.changed if self.changed(heard) else heard.late) or heard.reply
        return web.Response(text=body, content_type=heard.content_type) if body else web.Response(status=204)


@asynccontextmanager
async def open_door() -> AsyncIterator[Door]:
    """A door on a free port."""
    door, server = Door(), web.Application()
    server.router.add_post("/webhooks/{vendor}", door.handle)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield door
    finally:
        await runner.cleanup()


def notice(*, page: str = "page-1", headline: str = HEADLINE, number: int = 1, of: int = 3, run: int = 1) -> Notice:
    """What Lou is told."""
    return Notice(page, headline, (TYPED,), number, of, run)


def question(page: str = "page-1") -> Question:
    """What Lou is asked."""
    return Question(page, "Do you still have the page of Grade 5 Science?", 10, Turn(1, 1))
