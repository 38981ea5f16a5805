"""How the simulated Webex says no: the documented error body."""

import uuid

from aiohttp import web


class Refused(Exception):
    """A status and a description that the caller gets."""

    def __init__(self, status: int, description: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.headers = headers or {}

    def answer(self) -> web.Response:
        """The documented body: message, errors and trackingId."""
        tracking_id = f"ROUTER_{uuid.uuid4()}"
        body = {"message": self.description, "errors": [{"description": self.description}], "trackingId": tracking_id}
        return web.json_response(body, status=self.status, headers={"trackingid": tracking_id, **self.headers})
