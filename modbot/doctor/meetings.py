"""The meeting platforms: which have credentials, and what each says of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from modbot.doctor import Check, Probe, bad, good
from modbot.http import Http
from modbot.model import Event, PlatformName
from modbot.platforms import Means, Platform
from modbot.settings import Settings

NAME = "meeting platforms"


def platform_probes(platforms: Mapping[PlatformName, Platform]) -> list[Probe]:
    """Each configured platform's own probe."""
    return [_probe(name, platform) for name, platform in platforms.items()]


def _probe(name: PlatformName, platform: Platform) -> Probe:
    async def run() -> Sequence[Check]:
        return [
            bad(what, "not in order", fix) if fix else good(what, "in order") for what, fix in await platform.probe()
        ]

    return Probe(name.label, f"See docs/platforms/{name}.md.", run)


def setup_probe(settings: Settings, platforms: Mapping[PlatformName, Platform]) -> Probe:
    """At least one platform has all its credentials, and none has only some."""

    async def run() -> Sequence[Check]:
        half = [name for name in PlatformName if name not in platforms and _begun(settings, name)]
        checks = [
            bad(name.label, "some of its credentials are missing", f"Complete them: docs/platforms/{name}.md.")
            for name in half
        ]
        if platforms:
            return [good(NAME, ", ".join(name.label for name in platforms)), *checks]
        fix = "Connect the platform your classes run on: docs/platforms/. Until then modbot can page, and nothing else."
        return [bad(NAME, "none has its credentials", fix), *checks]

    return Probe(NAME, "See docs/platforms/.", run)


def _begun(settings: Settings, name: PlatformName) -> bool:
    """Whether something of its credentials is set; addresses have defaults and say nothing."""
    block = getattr(settings, name)
    return any(getattr(block, field) for field in block.model_fields_set if not field.endswith("_url"))


def looking(http: Http, now: Callable[[], datetime], public_url: str = "") -> Means:
    """What platforms that are only looked at are lent, where there is no store: nothing is kept, limited or told."""
    return Means(http, Unkept(), Unkept(), now, _untold, _no_hosts, public_url)


async def _untold(_: Sequence[Event]) -> None:
    """Nobody listens."""


async def _no_hosts() -> Sequence[str]:
    return ()


class Unkept:
    """The vault and budget of platforms that are only looked at, where there is no store."""

    async def get(self, _: str) -> str | None:
        """Nothing is kept."""
        return None

    async def put(self, _: str, secret: str, *, lifetime_seconds: int) -> None:
        """Nothing is kept."""

    async def drop(self, _: str) -> None:
        """Nothing is kept."""

    async def take(self, _: str, *, per_second: float, urgency: int = 1, burst: int = 0) -> None:
        """Nothing is limited."""
