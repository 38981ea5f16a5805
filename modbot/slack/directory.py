"""Slack's list of people as `modbot.people` asks for it."""

from modbot.errors import NotFound
from modbot.slack.client import SlackClient


class Directory:
    """Who a Slack user is."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def user_info(self, user_id: str) -> tuple[str, str] | None:
        """Confirmed e-mail and name; None for bots, outsiders, deleted users and unknown ids. Raises VendorError."""
        try:
            user = await self._client.user_info(user_id)
        except NotFound:
            return None
        return (user.email, user.name) if user.email else None
