"""Who may ask the page's server: only this very page, in a browser on this machine.

Another site that a browser has open could send requests to loopback, or point a name of its own at it (DNS rebinding):
the Host, Origin and Content-Type of each request tell them apart.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from modbot.demo.page.hands import CannotDo

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HOSTS = ("127.0.0.1", "localhost")
JSON = "application/json"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """To every answer, whatever it is."""
    response.headers.update(HEADERS)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse strangers, and tell whoever may ask in one sentence why something cannot be done."""
    try:
        _check(request)
        return await handler(request)
    except CannotDo as no:
        return refusal(no.status, no.sentence)
    except web.HTTPException as no:
        if no.status < 400:
            raise
        return refusal(no.status, f"{no.reason}.")


def refusal(status: int, sentence: str) -> web.Response:
    """The answer to what cannot be done."""
    return web.json_response({"ok": False, "error": sentence}, status=status)


def _check(request: web.Request) -> None:
    port = request.get_extra_info("sockname")[1]
    hosts = {f"{name}:{port}" for name in HOSTS} | (set(HOSTS) if port == 80 else set())
    if request.headers.getall("Host", []) not in [[host] for host in hosts]:
        raise CannotDo(403, "This page is only for this machine.")
    origin = request.headers.get("Origin")
    if request.method not in ("GET", "HEAD"):
        if origin is not None and origin not in {f"http://{host}" for host in hosts}:
            raise CannotDo(403, "Another site may not do this.")
        if request.content_type != JSON:
            raise CannotDo(415, "Send application/json.")
