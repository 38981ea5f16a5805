"""`modbot demo`: start the invented district and show it on a page, until Ctrl-C."""

import os
import secrets
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path
from threading import Thread

from modbot.demo.day import school_day
from modbot.demo.page.server import Page, listener, serving
from modbot.demo.page.wire import WireLog

Say = Callable[[str], None]


class PortTaken(Exception):
    """Somebody else listens there. The text says what to do."""

    def __init__(self, port: int, option: str) -> None:
        super().__init__(
            f"Port {port} is taken by another program. Give another one with {option}, or 0 for a free one."
        )


async def play(data_dir: Path, say: Say, *, port: int = 0, modbot_port: int = 0, show: bool = True) -> None:
    """Start everything, tell where the page is, and serve it until cancelled. Raises PortTaken and ConfigError.

    `port` is the page's own and `modbot_port` modbot's, 0 for a free one. `show` opens a browser.
    """
    if modbot_port:
        _bound(modbot_port, "--modbot-port").close()
    with closing(_bound(port, "--port")) as at:
        wire = WireLog()
        token = secrets.token_urlsafe(24)
        changes = {"page_token": token}
        async with AsyncExitStack() as stack:
            opening = school_day(data_dir, say, port=modbot_port, watch=wire, changes=changes)
            page = Page(await stack.enter_async_context(opening), wire, page_token=token)
            served = await stack.enter_async_context(serving(page, at))
            say(f"\nThe demo is at {served.address}\nCtrl-C ends it, and leaves nothing behind.")
            if show and _has_display():
                Thread(target=webbrowser.open, args=(served.address,), daemon=True).start()
            await served.forever()


def _bound(port: int, option: str) -> socket.socket:
    try:
        return listener(port)
    except OSError as error:
        raise PortTaken(port, option) from error


def _has_display() -> bool:
    """Whether a browser would have a window: one that runs in the terminal would cover it."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
