"""Opens the demo page as a visitor: desk or phone, light or dark. Records what leaves loopback and what goes wrong."""

from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Route

DESK = (1600, 1000)
PHONE = (390, 844)
PATIENCE_MS = 60_000
LOOPBACK = {"127.0.0.1", "localhost"}
CUT_LINE = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")


@dataclass
class Visitors:
    """Each page it opens is another visitor's. Use as an async context manager: at its end every page is closed."""

    browser: Browser
    strayed: list[str] = field(default_factory=list)  # requests beyond loopback; none is let through
    complaints: list[str] = field(default_factory=list)  # what the console showed as an error, and errors nobody caught
    _contexts: list[BrowserContext] = field(default_factory=list)

    async def __aenter__(self) -> "Visitors":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for context in self._contexts:
            await context.close()

    async def page(self, url: str, *, size: tuple[int, int] = DESK, dark: bool = False, still: bool = True) -> Page:
        """The page as another visitor sees it, once it shows the district. `still`: without animation."""
        width, height = size
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if still else "no-preference",
            timezone_id="America/New_York",
            locale="en-US",
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        await context.route("**/*", self._watch)
        page = await context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(url)
        await page.get_by_role("heading", level=1).wait_for()
        return page

    async def _watch(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname in LOOPBACK:
            await route.continue_()
            return
        self.strayed.append(route.request.url)
        await route.abort()

    def _heard(self, message: ConsoleMessage) -> None:
        cut = any(word in message.text for word in CUT_LINE)  # the browser's own words for a server that went away
        if message.type in ("error", "warning") and not cut:
            self.complaints.append(message.text)

    def assert_well_behaved(self) -> None:
        """Nothing strayed, nothing went wrong."""
        assert not self.strayed, "the page asked for something beyond loopback"
        assert not self.complaints, "the browser complained"
