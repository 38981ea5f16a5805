"""The distribution's own Chromium, for browser tests and for the README's pictures: where it is, how it is started."""

import shutil

HOW_TO_INSTALL = "chromium is not installed (apt-get install chromium)"
# --no-sandbox: a container's root may not make one; the pages it opens are our own, on loopback.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> str | None:
    """Its path; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")
