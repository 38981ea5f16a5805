"""How the simulated Twilio says no: its documented error body."""

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Refused(Exception):
    """A status, Twilio's own code and a sentence. https://www.twilio.com/docs/api/errors"""

    def __init__(self, status: int, code: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def answer(self) -> web.Response:
        """The error object."""
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return web.json_response(body, status=self.status, headers=self.headers)


def guarded(handler: Handler) -> Handler:
    """The handler, with refusals answered in Twilio's error body."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except Refused as refusal:
            return refusal.answer()

    return handle
