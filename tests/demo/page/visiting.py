"""Somebody at the demo page, over HTTP: reads its state, does what a browser would do."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from modbot.demo.day import SchoolDay, school_day
from modbot.demo.district import FEW
from modbot.demo.page.pacing import FASTEST
from modbot.demo.page.server import Page, listener, serving
from modbot.demo.page.wire import WireLog
from modbot.model import PlatformName
from tests.stores import until

LONGEST_LINE_BYTES = 16 * 1024 * 1024
TOKEN = "an-invented-token-for-the-button-on-the-wall"
LONG = timedelta(seconds=120)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page answered."""

    status: int
    body: Json
    headers: Any


@dataclass(slots=True)
class Visitor:
    """A browser without a screen. `day` is for looking at the simulators behind the page."""

    url: str
    day: SchoolDay
    client: aiohttp.ClientSession
    seen: Json = field(default_factory=dict)

    async def state(self) -> Json:
        """The whole state now."""
        async with self.client.get(f"{self.url}api/state") as answer:
            self.seen = orjson.loads(await answer.read())
        return self.seen

    async def do(self, path: str, **body: Any) -> Answer:
        """POST to the page."""
        async with self.client.post(f"{self.url}api/{path}", json=body) as answer:
            return Answer(answer.status, orjson.loads(await answer.read()), answer.headers)

    async def done(self, path: str, **body: Any) -> None:
        """The same, for what must succeed."""
        answer = await self.do(path, **body)
        assert (answer.status, answer.body["ok"]) == (200, True), answer.body

    async def type(self, user: str, line: str, channel: str = "") -> None:
        """Somebody types a command."""
        command, _, text = line.partition(" ")
        await self.done("slash", user=user, command=command, text=text, channel=channel)

    async def until(self, what: str, holds: Callable[[Json], Any], *, within: timedelta = LONG) -> Json:
        """The first state in which it holds."""

        async def so() -> bool:
            return bool(holds(await self.state()))

        await until(what, so, within=within)
        return self.seen

    async def told(self, user: str, words: str) -> Json:
        """The message with these words that this person sees."""
        state = await self.until(f"{user} reads {words!r}", lambda state: message(state, user, words))
        found = message(state, user, words)
        assert found is not None
        return found

    async def watch(self) -> AsyncGenerator[Json, None]:
        """Every state that is told as it changes."""
        ever = aiohttp.ClientTimeout(total=None)
        async with self.client.get(f"{self.url}api/events", timeout=ever, read_bufsize=LONGEST_LINE_BYTES) as answer:
            async for line in answer.content:
                if line.startswith(b"data: "):
                    yield orjson.loads(line.removeprefix(b"data: "))


def message(state: Json, user: str, words: str) -> Json | None:
    """The newest message with these words that this person sees."""
    places = {one["id"] for one in state["channels"] if user in one["members"]}
    found = [
        one
        for one in state["messages"]
        if one["channel"] in places and one["only_for"] in ("", user) and words in orjson.dumps(one).decode()
    ]
    return found[-1] if found else None


def buttons(shown: Json) -> list[Json]:
    """Every button of a message."""
    elements = [one for block in shown["blocks"] for one in (*block.get("elements", ()), block.get("accessory") or {})]
    return [one for one in elements if one.get("type") == "button"]


def button(shown: Json, label: str) -> str:
    """The action_id of the button with that label."""
    found = [one["action_id"] for one in buttons(shown) if one["text"]["text"] == label]
    assert found, f"no button {label!r} among {[one['text']['text'] for one in buttons(shown)]}"
    return str(found[0])


def room(state: Json, platform: PlatformName = PlatformName.WEBEX) -> Json:
    """The class on that platform."""
    found = next(one for one in state["rooms"] if one["platform"] == platform)
    assert isinstance(found, dict)
    return found


def names(shown: Json, where: str = "joined") -> list[str]:
    """Who is there."""
    return [one["name"] for one in shown["people"] if one["where"] == where]


@asynccontextmanager
async def visiting(folder: Path, *platforms: PlatformName) -> AsyncIterator[Visitor]:
    """The page of a district with classes on these platforms, else Zoom and Webex, at its fastest pace."""
    wire = WireLog()
    async with AsyncExitStack() as stack:
        opening = school_day(
            folder, lambda _: None, watch=wire, platforms=platforms or FEW, changes={"page_token": TOKEN}
        )
        day = await stack.enter_async_context(opening)
        page = Page(day, wire, page_token=TOKEN)
        page.player.pace.set(FASTEST)
        served = await stack.enter_async_context(serving(page, listener(0)))
        client = await stack.enter_async_context(aiohttp.ClientSession())
        yield Visitor(served.address, day, client)
