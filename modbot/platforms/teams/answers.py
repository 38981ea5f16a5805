"""Graph's JSON read with care: fields of any shape, names in either spelling, and times.

Older notifications write `Identity` where newer ones write `identity`, so names are compared without case.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

CLOCK_SKEW = timedelta(minutes=5)


def field(source: Any, name: str) -> Any:
    """The value under a name in either spelling; None when there is none or `source` is no object."""
    if not isinstance(source, Mapping):
        return None
    if name in source:
        return source[name]
    wanted = name.casefold()
    return next((value for key, value in source.items() if isinstance(key, str) and key.casefold() == wanted), None)


def text(source: Any, *path: str) -> str:
    """The text at the end of a path of names; "" when it is absent or not text."""
    for name in path:
        source = field(source, name)
    return source if isinstance(source, str) else ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; of anything else, none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def moment(raw: Any) -> datetime | None:
    """A time as Graph writes it, in UTC; None for anything else. Without an offset it is UTC already."""
    if not isinstance(raw, str):
        return None
    try:
        value = datetime.fromisoformat(raw)
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def believable(raw: Any, arrived: datetime) -> datetime:
    """An event's own time, unless it has none or one that would order it after everything that follows."""
    own = moment(raw)
    return own if own is not None and own <= arrived + CLOCK_SKEW else arrived


def wire(at: datetime) -> str:
    """A time as Graph reads it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
