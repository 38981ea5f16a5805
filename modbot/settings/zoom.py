"""How a district connects Zoom: docs/platforms/zoom.md."""

from pydantic import SecretStr

from modbot.settings.block import Block


class ZoomSettings(Block):
    """A Server-to-Server OAuth app: https://developers.zoom.us/docs/internal-apps/"""

    account_id: str = ""
    client_id: str = ""
    client_secret: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    api_url: str = "https://api.zoom.us/v2"
    oauth_url: str = "https://zoom.us/oauth/token"

    @property
    def configured(self) -> bool:
        """Whether modbot may call Zoom."""
        return bool(self.account_id and self.client_id and self.client_secret)
