"""A real browser on the demo page. What it asks for beyond loopback, and what it complains of, fails the test."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from scripts import chromium
from tests.browser.district import snapshot
from tests.browser.served import ServedPage
from tests.browser.visiting import Visitors

BROWSER_TIMEOUT_SECONDS = 240
START_PATIENCE_MS = 120_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all of them, since they share a browser; and patience, since others use the machine too."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.timeout(BROWSER_TIMEOUT_SECONDS))
            if iscoroutinefunction(getattr(item, "function", None)):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium_program() -> str:
    """The path of the distribution's browser."""
    found = chromium.program()
    if found is None:
        pytest.skip(chromium.HOW_TO_INSTALL)
    return found


@pytest.fixture
def shots() -> Iterator[Path]:
    """Where pictures of end states go: $BROWSER_SHOTS, or a folder that is thrown away."""
    kept = os.environ.get("BROWSER_SHOTS")
    with tempfile.TemporaryDirectory(prefix="shots-") as folder:
        at = Path(kept) if kept else Path(folder)
        at.mkdir(parents=True, exist_ok=True)
        yield at


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_program: str) -> AsyncIterator[Browser]:
    """One browser for the session: starting one takes seconds. Visitors share nothing in it."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=chromium_program, args=list(chromium.FLAGS), timeout=START_PATIENCE_MS
        )
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(browser: Browser) -> AsyncIterator[Visitors]:
    """Opens pages, each as another visitor."""
    async with Visitors(browser) as there:
        yield there
    there.assert_well_behaved()


@pytest_asyncio.fixture(loop_scope="session")
async def served() -> AsyncIterator[ServedPage]:
    """The page on a district that stands still until the test changes it."""
    async with ServedPage(snapshot()) as page:
        yield page
