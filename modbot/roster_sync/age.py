"""How old the roster is, in one sentence, for whoever relies on it."""

from datetime import datetime, timedelta

NONE = "There is no roster: modbot cannot tell students from strangers."


def said_if_old(imported_at: datetime | None, now: datetime, oldest: timedelta) -> str:
    """What staff must know of the roster's age; "" while it is fresh enough. `imported_at` is None without a roster."""
    if imported_at is None:
        return NONE
    age = now - imported_at
    if age <= oldest:
        return ""
    return f"The roster is {_span(age)} old: someone who joined or left since is not known to modbot."


def _span(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{age.days} days" if age.days > 2 else f"{hours} hours"
