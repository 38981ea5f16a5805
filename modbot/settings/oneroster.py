"""How a district connects a OneRoster REST service: docs/roster.md."""

from pydantic import Field, SecretStr, field_validator

from modbot.settings.block import Block


class OneRosterSettings(Block):
    """A consumer of the district's student information system, with OAuth 2 client credentials.

    `api_url` ends with the version: …/ims/oneroster/rostering/v1p2 or …/ims/oneroster/v1p1.
    """

    api_url: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: SecretStr | None = None
    scope: str = "https://purl.imsglobal.org/spec/or/{version}/scope/roster-core.readonly"  # "" = ask for none
    page_rows: int = Field(default=1000, ge=1, le=10_000)  # asked for at once; a service may give fewer

    @field_validator("api_url", "token_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https://")
        return value.rstrip("/")

    @field_validator("api_url")
    @classmethod
    def _names_a_version(cls, value: str) -> str:
        if value and not value.endswith(("/v1p2", "/v1p1")):
            raise ValueError("must end with the version, such as …/ims/oneroster/rostering/v1p2 or …/v1p1")
        return value

    @property
    def configured(self) -> bool:
        """Whether modbot may ask the service."""
        return bool(self.api_url and self.token_url and self.client_id and self.client_secret)

    @property
    def version(self) -> str:
        """v1p2 or v1p1."""
        return self.api_url.rpartition("/")[2]
