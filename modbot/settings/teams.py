"""How a district connects Microsoft Teams: docs/platforms/teams.md."""

from pathlib import Path
from uuid import UUID

from pydantic import SecretStr, field_validator

from modbot.settings.block import Block


class TeamsSettings(Block):
    """An app registration with application permissions, and the application access policy of its organisers."""

    tenant_id: str = ""
    client_id: str = ""
    client_secret: SecretStr | None = None
    certificate_file: Path | None = None  # PEM with the private key and the certificate, instead of a secret
    calling_bot: bool = False  # whether the app is an Azure bot with calling: needed to put people out
    check_as: str = ""  # a teacher's address with whom `modbot doctor` tries the permissions and the policy
    graph_url: str = "https://graph.microsoft.com"
    login_url: str = "https://login.microsoftonline.com"
    bot_keys_url: str = "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration"

    @field_validator("tenant_id", "client_id")
    @classmethod
    def _as_microsoft_writes_it(cls, value: str) -> str:
        """The tenant's domain would do for signing in, and every event would be taken for another tenant's."""
        if not value:
            return value
        try:
            return str(UUID(value.strip()))
        except ValueError as error:
            raise ValueError("must be the id from Entra, such as 11111111-2222-3333-4444-555555555555") from error

    @property
    def configured(self) -> bool:
        """Whether modbot may call Microsoft Graph."""
        return bool(self.tenant_id and self.client_id and (self.client_secret or self.certificate_file))
