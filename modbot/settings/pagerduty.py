"""How a district connects PagerDuty: docs/paging.md."""

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import NoDecode

from modbot.settings.block import Block

ENQUEUE = "/v2/enqueue"


class PagerDutySettings(Block):
    """One service of the district's PagerDuty. Whom it calls, and how, is decided there."""

    routing_key: SecretStr | None = None  # the integration key of an Events API v2 integration
    # Of the webhook subscription; two while one takes the other's place. In the environment with a comma between.
    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    events_url: str = "https://events.pagerduty.com"  # https://events.eu.pagerduty.com in the EU
    source: str = "modbot"  # what PagerDuty shows as the source of a page
    severity: Literal["critical", "error", "warning", "info"] = "critical"
    link: str = ""  # an address put on every page, such as the incident channel's

    @field_validator("webhook_secrets", mode="before")
    @classmethod
    def _split(cls, value: str | Sequence[str | SecretStr]) -> Sequence[str | SecretStr]:
        return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value

    @field_validator("webhook_secrets")
    @classmethod
    def _are_secrets(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not all(one.get_secret_value().strip() for one in value):
            raise ValueError("must not hold an empty secret: anybody could sign with it")
        return value

    @field_validator("events_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        return value.rstrip("/").removesuffix(ENQUEUE)

    @field_validator("link")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and (not value.startswith(("https://", "http://")) or not urlsplit(value).hostname):
            raise ValueError("must be a web address, such as https://district.slack.com/archives/C0123456789")
        return value

    @field_validator("source")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("must not be empty: PagerDuty takes no page without a source")
        return value

    @property
    def configured(self) -> bool:
        """Whether pages can be sent."""
        return self.routing_key is not None
