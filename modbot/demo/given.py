"""The demo's settings: nested values as modbot's settings, and as environment variables of its own process."""

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from modbot.settings import Settings


class GivenSettings(Settings):
    """Settings from what is given and nothing else: a real district's MODBOT_ variables must never reach the demo."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments alone."""
        return (init_settings,)


def merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with `changes`, block by block."""
    found = dict(values)
    for name, value in changes.items():
        known = found.get(name)
        found[name] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return found


def variables(prefix: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The same as environment variables."""
    found: dict[str, str] = {}
    for name, value in values.items():
        full = f"{prefix}{'_' if prefix == 'MODBOT' else '__'}{name.upper()}"
        found[full] = orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)
    return found
