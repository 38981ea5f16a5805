"""The sources that are asked over the network, by name: each folder exports `build`, each has its settings block."""

from importlib import import_module

from modbot.errors import ConfigError
from modbot.rosters import Means, Source
from modbot.settings import Settings

FOLDERS = {"clever": "modbot.rosters.clever", "oneroster": "modbot.rosters.oneroster_rest"}  # block → folder


def configured(settings: Settings, means: Means) -> Source | None:
    """The source this district's roster comes from; None when none is set up. Raises ConfigError when two could be."""
    ready = [name for name in FOLDERS if getattr(settings, name).configured]
    wanted = settings.rosters.source
    if wanted:
        if wanted not in ready:
            raise ConfigError("MODBOT_ROSTERS__SOURCE", f"{wanted} is not set up: see docs/roster.md for what it needs")
        return _built(wanted, settings, means)
    if len(ready) > 1:
        raise ConfigError("MODBOT_ROSTERS__SOURCE", f"both {' and '.join(ready)} are set up; say which one counts")
    return _built(ready[0], settings, means) if ready else None


def _built(name: str, settings: Settings, means: Means) -> Source:
    source = import_module(FOLDERS[name]).build(getattr(settings, name), means)
    if not isinstance(source.name, str):
        raise TypeError(f"{FOLDERS[name]}.build gave something that is not a Source")
    built: Source = source
    return built
