"""The sync as a district's settings want it: once, and by the clock."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from modbot.audit import Audit
from modbot.http import Http
from modbot.roster_sync import Choices, Kept, SyncReport, sync
from modbot.roster_sync.schedule import Schedule, Tells
from modbot.rosters import Means
from modbot.rosters.registry import configured
from modbot.settings import Settings
from modbot.store.roster import RosterStore, Sealer
from modbot.store.turns import Turns

FOLDER = "roster-kept"


def chosen(
    settings: Settings, *, accept_removals: bool = False, dry_run: bool = False, everything: bool = False
) -> Choices:
    """How a sync is to be done."""
    block = settings.rosters
    return Choices(
        accept_removals=accept_removals,
        dry_run=dry_run,
        everything=everything,
        most_removed=block.most_removed,
        left_out=block.left_out,
    )


def keeping(settings: Settings, sealer: Sealer) -> Kept | None:
    """Where what was read is kept; None when the district wants nothing kept, and then nothing is."""
    kept = Kept(settings.data_dir.expanduser() / FOLDER, sealer)
    if settings.rosters.changes:
        return kept
    kept.forget()
    return None


def scheduled(
    settings: Settings,
    *,
    roster: RosterStore,
    sealer: Sealer,
    turns: Turns,
    audit: Audit,
    chat: Tells,
    http: Http,
    now: Callable[[], datetime],
) -> Schedule | None:
    """The sync by the clock; None when no source is set up or no time of day is given. Raises ConfigError."""
    source = configured(settings, Means(http, now))
    if source is None or not settings.rosters.times:
        return None
    kept, choices = keeping(settings, sealer), chosen(settings)

    async def once() -> SyncReport:
        return await sync(source, roster, now=now(), kept=kept, choices=choices)

    return Schedule(
        once,
        times=settings.rosters.times,
        zone=ZoneInfo(settings.district.timezone),
        imported=roster,
        turns=turns,
        record=audit,
        chat=chat,
        channel=settings.district.incident_channel,
        now=now,
    )
