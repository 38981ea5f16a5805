"""The demo's settings: nested values as modbot's settings, and as environment variables of its own process."""

import random
import socket
from collections.abc import Mapping
from typing import Any

import orjson
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from modbot.settings import Settings

# Below the ports that systems give to outgoing connections, so that none of those takes it before modbot does.
_PORTS = range(15_000, 32_000)
_TRIES = 50


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


def free_port() -> int:
    """A loopback port that nobody listens on, for a modbot that must know its address before it starts."""
    for _ in range(_TRIES):
        port = random.choice(_PORTS)  # noqa: S311 - no secret
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port was found on loopback")
