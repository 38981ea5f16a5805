"""Settings: `MODBOT_` environment variables (nested with `__`) over one TOML file over defaults.

Nothing is read at import. `load` raises one ConfigError that names the setting, as the admin writes it.
"""

import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from modbot.errors import ConfigError
from modbot.settings.block import Block
from modbot.settings.channels import EMAIL, PAGERDUTY, SMS, VOICE, without_means
from modbot.settings.clever import CleverSettings
from modbot.settings.email import EmailSettings
from modbot.settings.findings import FindingSettings
from modbot.settings.jitsi import JitsiSettings
from modbot.settings.meet import MeetSettings
from modbot.settings.oneroster import OneRosterSettings
from modbot.settings.pagerduty import PagerDutySettings
from modbot.settings.paging import PagingSettings
from modbot.settings.rosters import RosterSettings
from modbot.settings.teams import TeamsSettings
from modbot.settings.twilio import TwilioSettings
from modbot.settings.webex import WebexSettings
from modbot.settings.zoom import ZoomSettings

PAGE_TOKEN_CHARACTERS = 24


class SlackSettings(Block):
    """The district's own internal Slack app."""

    bot_token: SecretStr | None = None
    signing_secret: SecretStr | None = None
    app_token: SecretStr | None = None  # set it to use Socket Mode
    api_url: str = "https://slack.com/api/"

    @field_validator("api_url")
    @classmethod
    def _ends_with_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"


class DistrictSettings(Block):
    """The district as a whole."""

    name: str = "the district"
    timezone: str = "UTC"
    incident_channel: str = ""  # Slack channel id; a school may have its own
    it: tuple[str, ...] = ()  # e-mails of IT staff: they act on every room
    security: tuple[str, ...] = ()  # e-mails of security officers: they read and export

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone such as America/Denver") from error
        return value


class SchoolSettings(Block):
    """One school, by its roster id."""

    name: str = ""  # as staff know it, for messages about the whole school
    incident_channel: str = ""
    principals: tuple[str, ...] = ()  # e-mails


class Settings(BaseSettings):
    """Everything the district decides. Secrets are SecretStr: they never print."""

    model_config = SettingsConfigDict(
        env_prefix="MODBOT_", env_nested_delimiter="__", extra="forbid", frozen=True, toml_file=None
    )

    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    public_url: str = ""  # https://…: where the platforms reach this modbot from outside
    processes: int = Field(default=1, ge=1, le=64)
    data_dir: Path = Field(default_factory=lambda: Path.home() / ".modbot")
    redis_url: SecretStr | None = None  # unset = the embedded store in data_dir
    encryption_keys: SecretStr | None = None  # comma-separated base64 keys of 32 bytes, newest first
    page_token: SecretStr | None = None  # lets POST /page call for help; unset: there is no such address
    log_level: str = "info"
    audit_days: int = Field(default=365, ge=1, le=3650)
    session_hours: int = Field(default=24, ge=1, le=168)

    slack: SlackSettings = SlackSettings()
    zoom: ZoomSettings = ZoomSettings()
    webex: WebexSettings = WebexSettings()
    meet: MeetSettings = MeetSettings()
    teams: TeamsSettings = TeamsSettings()
    jitsi: JitsiSettings = JitsiSettings()
    district: DistrictSettings = DistrictSettings()
    schools: dict[str, SchoolSettings] = Field(default_factory=dict)
    paging: PagingSettings = PagingSettings()
    pagerduty: PagerDutySettings = PagerDutySettings()
    twilio: TwilioSettings = TwilioSettings()
    email: EmailSettings = EmailSettings()
    clever: CleverSettings = CleverSettings()
    oneroster: OneRosterSettings = OneRosterSettings()
    rosters: RosterSettings = RosterSettings()
    findings: FindingSettings = FindingSettings()
    rooms: dict[str, str] = Field(default_factory=dict)  # room key → section id: the explicit link

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https://, such as https://modbot.district.example")
        return value.rstrip("/")

    @field_validator("page_token")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().strip()) < PAGE_TOKEN_CHARACTERS:
            raise ValueError(f"must have at least {PAGE_TOKEN_CHARACTERS} characters: openssl rand -hex 24 makes one")
        return value

    @model_validator(mode="after")
    def _channels_are_set_up(self) -> Self:
        people = {person.email: person.channels for person in self.paging.people}
        if wrong := without_means(people, self._channels_missing()):
            raise ValueError(wrong)
        return self

    def _channels_missing(self) -> Mapping[str, str]:
        """What each channel that cannot be used needs."""
        missing: dict[str, str] = {}
        if not self.pagerduty.configured:
            missing[PAGERDUTY] = "pagerduty.routing_key"
        if not self.twilio.configured:
            missing[SMS] = missing[VOICE] = "twilio.account_sid, twilio.auth_token and twilio.from_number"
        elif not self.public_url:
            missing[SMS] = missing[VOICE] = "public_url: without it no answer comes back from a phone"
        if not self.email.configured:
            missing[EMAIL] = "email.host and email.sender"
        elif not self.public_url:
            missing[EMAIL] = "public_url: a mail carries a link to modbot"
        return missing

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the TOML file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def incident_channel_of(self, school: str) -> str:
        """The Slack channel of a school's incidents: its own, else the district's, else ""."""
        own = self.schools.get(school)
        return (own.incident_channel if own else "") or self.district.incident_channel

    @property
    def session_keep(self) -> timedelta:
        """How long a session's state lives after its last event."""
        return timedelta(hours=self.session_hours)


_NOT_SETTINGS = {"MODBOT_CONFIG"}


def load(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """The district's settings. Raises ConfigError naming the first wrong one."""
    env = os.environ if environ is None else environ
    _refuse_unknown(env)
    config = _config_file(env)
    chosen = type("ChosenSettings", (Settings,), {"model_config": {**Settings.model_config, "toml_file": config}})
    try:
        return chosen(**overrides)  # type: ignore[no-any-return]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        path = [str(part) for part in first["loc"]]
        raise ConfigError(_as_written(path), first["msg"].removeprefix("Value error, ")) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("MODBOT_CONFIG", f"{config} is not valid TOML: {error}") from None


def _config_file(env: Mapping[str, str]) -> Path | None:
    named = env.get("MODBOT_CONFIG", "")
    if not named:
        return None
    path = Path(named)
    if not path.is_file():
        raise ConfigError("MODBOT_CONFIG", f"there is no file {path}")
    return path


def _refuse_unknown(env: Mapping[str, str]) -> None:
    known = {f"MODBOT_{name.upper()}" for name in Settings.model_fields} | _NOT_SETTINGS
    for name in sorted(env):
        if name.startswith("MODBOT_") and name.split("__", 1)[0].upper() not in known:
            raise ConfigError(name, "there is no such setting")


def _as_written(path: list[str]) -> str:
    return "MODBOT_" + "__".join(part.upper() for part in path) if path else "settings"
