"""How a district connects Clever: docs/roster.md."""

from pydantic import Field, SecretStr

from modbot.settings.block import Block


class CleverSettings(Block):
    """The district's own Clever app with Secure Sync: https://dev.clever.com/docs/secure-sync-rostering"""

    client_id: str = ""
    client_secret: SecretStr | None = None
    district: str = Field(default="", pattern=r"^([0-9a-f]{24})?$")  # Clever's id of the district
    api_url: str = "https://api.clever.com/v3.1"
    oauth_url: str = "https://clever.com/oauth/tokens"

    @property
    def configured(self) -> bool:
        """Whether modbot may call Clever."""
        return bool(self.client_id and self.client_secret and self.district)
