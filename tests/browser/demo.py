"""`modbot demo` as its own process, and a visitor who plays on its page as a person would."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Locator, Page

from tests.demo.running import start
from tests.stores import until

STARTS_WITHIN_SECONDS = 240  # seen: more than 90 with thirty processes on two cores
STOPS_WITHIN_SECONDS = 120
A_WHILE = timedelta(seconds=150)
ONE_MS = timedelta(milliseconds=1)


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """A demo that is running; its page's address."""
    process = await start(folder, "--no-open")
    assert process.stdout is not None
    try:
        async with asyncio.timeout(STARTS_WITHIN_SECONDS):
            address = None
            while address is None:
                line = (await process.stdout.readline()).decode()
                assert line, "the demo ended before it said where it is"
                address = re.search(r"http://\S+", line)
        yield address[0]
    finally:
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOPS_WITHIN_SECONDS):
            await process.communicate()


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody at the page."""

    page: Page

    async def begin(self, scenario: str) -> None:
        """Start a scenario with one click, and have it go four times as fast."""
        await self.page.locator(f'[data-scenario="{scenario}"]').click()
        await self.page.locator(f'[data-running="{scenario}"]').wait_for()
        await self.page.get_by_label("Pace").select_option("4×")

    async def type(self, line: str) -> None:
        """Type a line into the chat and send it."""
        composer = self.page.get_by_role("combobox", name="Type a command")
        await composer.fill(line)
        await composer.press("Escape")
        await composer.press("Enter")

    async def follow_hint(self) -> str:
        """Wait for the next hint with a command, and do as it says; the command. A hint may move on as one clicks."""
        composer = self.page.get_by_role("combobox", name="Type a command")
        await self.page.get_by_role("button", name="Put /").click()
        await until("a command stands in the composer", lambda: self._holds_one(composer))
        command = await composer.input_value()
        await composer.press("Enter")
        return command

    async def _holds_one(self, field: Locator) -> bool:
        return (await field.input_value()).startswith("/")

    async def answer_phone(self) -> None:
        """Answer the first phone that rings, and press 1."""
        await self.page.get_by_role("button", name="Answer", exact=True).first.click(timeout=A_WHILE / ONE_MS)
        await self.page.get_by_role("button", name="1", exact=True).click()

    async def silence(self) -> None:
        """Wait until no phone rings or speaks."""
        await until("every phone is quiet", self._quiet, within=A_WHILE)

    async def _quiet(self) -> bool:
        phones = self.page.locator(".phone")
        return (
            await phones.count() > 0 and await phones.and_(self.page.locator(".idle")).count() == await phones.count()
        )

    async def close_incident(self, title: str) -> None:
        """Press Resolve on the card of a class in #incidents, say yes, and wait until the card is green."""
        log = await self.look_into("incidents")
        card = log.get_by_role("article").filter(has_text=title)
        await card.get_by_role("button", name="Resolve").click(timeout=A_WHILE / ONE_MS)
        await self.page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
        await self.card_is_green(title)

    async def card_is_green(self, title: str) -> None:
        """Wait until the card of a class in #incidents, which must be in view, is green and says why."""
        card = self.page.get_by_role("log").get_by_role("article").filter(has_text=f"Resolved: {title}")
        await card.locator(".card-sign.good").wait_for(timeout=A_WHILE / ONE_MS)

    async def nobody_from_outside_is_in(self, title: str) -> None:
        """The class is in view, and shows none but its own people; who waits outside it is shown apart."""
        inside = self.room(title).get_by_role("list", name=f"In {title}")
        await inside.wait_for()
        await self.gone(inside.locator(".tile.outside"))

    async def gone(self, what: Locator) -> None:
        """Wait until there is none of it on the page."""

        async def none() -> bool:
            return await what.count() == 0

        await until(f"{what} is gone", none, within=A_WHILE)

    async def is_locked(self, title: str) -> None:
        """The class shows that nobody new gets in."""
        await self.room(title).locator('[data-entry="locked"]').wait_for()

    async def ends_well(self) -> None:
        """Wait until the scenario is done; every goal is met."""
        await until("the scenario is done", self.page.locator(".running.done").is_visible, within=A_WHILE)
        goals = await self.page.locator(".goals li").all()
        open_goals = [
            await goal.inner_text() for goal in goals if "met" not in (await goal.get_attribute("class") or "")
        ]
        assert not open_goals

    def room(self, title: str) -> Locator:
        """The card of a class."""
        return self.page.locator(f'[data-room="{title}"]')

    async def look_into(self, channel: str) -> Locator:
        """Open a channel; its messages."""
        await self.page.get_by_role("navigation", name="Conversations").get_by_role("button", name=channel).click()
        return self.page.get_by_role("log")
