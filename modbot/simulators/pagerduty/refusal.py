"""How the simulated PagerDuty says no: the error object of the Events API."""

from collections.abc import Sequence

from aiohttp import web


class Refused(Exception):
    """A status, a short name of the error, a sentence, and the single errors.

    https://developer.pagerduty.com/docs/events-api-v2-overview (response codes)
    """

    def __init__(self, status: int, name: str, message: str, errors: Sequence[str] = ()) -> None:
        super().__init__(f"{status} {name}: {', '.join(errors) or message}")
        self.status = status
        self.name = name
        self.message = message
        self.errors = tuple(errors)

    def answer(self) -> web.Response:
        """The error object."""
        body: dict[str, object] = {"status": self.name, "message": self.message}
        if self.errors:
            body["errors"] = list(self.errors)
        return web.json_response(body, status=self.status)


def invalid_event(*errors: str) -> Refused:
    """A 400: the event is not as documented."""
    return Refused(400, "invalid event", "Event object is invalid", errors)


def unreadable_event() -> Refused:
    """A 400: it is no JSON object."""
    return Refused(400, "Unrecognized object", "Event object format is unrecognized", ["JSON parse error"])


def too_many_events() -> Refused:
    """A 429: more than the key may send. Nothing was taken in."""
    return Refused(429, "throttle exceeded", "Requests for this service are arriving too quickly. Please retry later.")
