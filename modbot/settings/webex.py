"""How a district connects Webex: docs/platforms/webex.md."""

from pydantic import Field, SecretStr

from modbot.settings.block import Block


class WebexSettings(Block):
    """A Service App for reading, and one account that is co-host of every class (or one token a teacher) for acting.

    `access_token` is for trying things out: it lives 12 hours. See docs/platforms/webex.md.
    """

    client_id: str = ""
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None  # the moderator account's; the newest is kept sealed in the store
    access_token: SecretStr | None = None
    teacher_refresh_tokens: dict[str, SecretStr] = Field(default_factory=dict)  # e-mail → token
    webhook_secret: SecretStr | None = None
    api_url: str = "https://webexapis.com/v1"

    @property
    def configured(self) -> bool:
        """Whether modbot may call Webex: as a moderator, or as at least one teacher."""
        refreshable = self.refresh_token or self.teacher_refresh_tokens
        return bool(self.access_token or (self.client_id and self.client_secret and refreshable))
