"""The README's pictures, taken of the running demo while a scenario is played on it: `make screenshots`.

    python -m scripts.screenshots [FOLDER]     docs/pictures when no folder is named

Nothing in them is drawn: when the page changes, they are taken again.
"""

import asyncio
import base64
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, CDPSession, Page, ViewportSize, async_playwright

from scripts import chromium
from scripts.animated import Frame, animation

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
DESK = ViewportSize(width=1600, height=1000)
PHONE = ViewportSize(width=390, height=844)
MOVING = ViewportSize(width=1400, height=875)
MOVING_QUALITY = 62
LONGEST_SHOWN = timedelta(seconds=2)
LAST_SHOWN = timedelta(seconds=4)
FRAME_EVERY_SECONDS = 0.3
PATIENCE_MS = 90_000
STARTS_WITHIN_SECONDS = 120
STORY = "copied_name"


@asynccontextmanager
async def demo() -> AsyncIterator[str]:
    """A demo that is running; its page's address. Raises RuntimeError when it does not start."""
    command = (sys.executable, "-m", "modbot", "demo", "--no-open")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(STARTS_WITHIN_SECONDS):
            yield await _address(process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise RuntimeError("the demo's output cannot be read")
    while line := await process.stdout.readline():
        if found := re.search(r"http://\S+", line.decode()):
            return found[0]
    raise RuntimeError("the demo ended before it said where it is")


async def visit(browser: Browser, address: str, size: ViewportSize, *, dark: bool = False, scale: float = 1) -> Page:
    """The page, as one visitor sees it."""
    context = await browser.new_context(
        viewport=size,
        color_scheme="dark" if dark else "light",
        device_scale_factor=scale,
        locale="en-US",
        reduced_motion="reduce",  # half-way states would be most of the frames
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_role("heading", level=1).wait_for()
    return page


class Camera:
    """Takes a picture again and again; what did not change is one picture that is shown longer."""

    def __init__(self, camera: CDPSession) -> None:
        self._camera = camera
        self._taken: list[tuple[bytes, float]] = []

    async def run(self) -> None:
        """Take pictures until cancelled."""
        how = {"format": "webp", "quality": MOVING_QUALITY}
        while True:
            taken = await self._camera.send("Page.captureScreenshot", how)
            picture = base64.b64decode(taken["data"])
            if not self._taken or picture != self._taken[-1][0]:
                self._taken.append((picture, time.monotonic()))
            await asyncio.sleep(FRAME_EVERY_SECONDS)

    def frames(self) -> Sequence[Frame]:
        """What was taken; nothing stands still for long, but for the end."""
        until = [at for _, at in self._taken[1:]]
        lasted = [
            min(timedelta(seconds=end - at), LONGEST_SHOWN) for (_, at), end in zip(self._taken, until, strict=False)
        ]
        return [Frame(taken, shown) for (taken, _), shown in zip(self._taken, [*lasted, LAST_SHOWN], strict=True)]


async def play(page: Page) -> None:
    """The teacher puts out the right one of two people of one name."""
    await page.locator(f'[data-scenario="{STORY}"]').click()
    hint = page.get_by_role("button", name="Put /")
    await hint.wait_for()
    composer = page.get_by_role("combobox", name="Type a command")
    await composer.press_sequentially(await hint.locator("code").inner_text(), delay=60)
    await composer.press("Enter")
    asked = page.locator(".block-section", has_text="no e-mail shown")
    await asked.get_by_role("button", name="This one").click()
    await page.locator(".running.done").wait_for()


async def moving(browser: Browser, address: str, folder: Path) -> None:
    """The scenario as it is played, as one moving picture."""
    page = await visit(browser, address, MOVING)
    camera = Camera(await page.context.new_cdp_session(page))
    running = asyncio.create_task(camera.run())
    await play(page)
    await asyncio.sleep(1)  # the last change settles
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (folder / "demo.webp").write_bytes(animation(camera.frames()))


async def still(browser: Browser, address: str, folder: Path) -> None:
    """The page at the moment when two people have one name, on a desk in light and dark, and on a phone."""
    desk, dark = await visit(browser, address, DESK), await visit(browser, address, DESK, dark=True)
    phone = await visit(browser, address, PHONE, scale=2)
    await play(desk)
    for name, page in {"desk-light": desk, "desk-dark": dark, "phone": phone}.items():
        await page.locator(".running.done").wait_for()
        if page is not desk:
            await page.reload()  # as who comes now: the person that the scenario is about
            await page.get_by_role("article").first.wait_for()
        await asyncio.sleep(1)  # what arrives has arrived
        await page.screenshot(path=folder / f"{name}.png")


async def take(program: str, folder: Path) -> None:
    """Take every picture."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        for pictures in (still, moving):
            async with demo() as address:
                await pictures(browser, address, folder)
        await browser.close()


def main(arguments: Sequence[str]) -> int:
    """Take the pictures; the exit status is 1 where no browser is."""
    program = chromium.program()
    if program is None:
        sys.stderr.write(f"{chromium.HOW_TO_INSTALL}\n")
        return 1
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(program, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
