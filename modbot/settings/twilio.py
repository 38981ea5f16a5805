"""How a district connects Twilio: docs/paging.md."""

import re
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from modbot.settings.block import Block
from modbot.settings.phone import is_phone

_ACCOUNT = re.compile(r"AC[0-9A-Za-z]+", re.ASCII)


class TwilioSettings(Block):
    """One Twilio account and the number that calls and texts come from."""

    account_sid: str = ""
    auth_token: SecretStr | None = None  # Twilio signs with it, so it is needed beside an API key too
    next_auth_token: SecretStr | None = None  # the secondary one, while it takes the other's place
    api_key: str = ""  # SK…, with its secret: modbot then calls with these
    api_key_secret: SecretStr | None = None
    from_number: str = ""
    api_url: str = "https://api.twilio.com"
    calls_per_second: float = Field(default=1.0, gt=0, le=100)  # as Twilio permits the account
    ring_seconds: int = Field(default=25, ge=5, le=600)  # shorter than most voicemails wait
    detect_machines: bool = True  # a person hears nothing for some seconds, and voicemail is told apart

    @field_validator("account_sid")
    @classmethod
    def _is_an_account(cls, value: str) -> str:
        if value and not _ACCOUNT.fullmatch(value):
            raise ValueError("is not an account id: it begins with AC")
        return value

    @field_validator("from_number")
    @classmethod
    def _is_a_number(cls, value: str) -> str:
        if value and not is_phone(value):
            raise ValueError("is not like +15555550100")
        return value

    @model_validator(mode="after")
    def _key_is_whole(self) -> Self:
        if bool(self.api_key) != bool(self.api_key_secret):
            raise ValueError("twilio.api_key and twilio.api_key_secret are needed together")
        return self

    @property
    def configured(self) -> bool:
        """Whether calls and texts can be sent, and what comes back can be believed."""
        return bool(self.account_sid and self.auth_token and self.from_number)
