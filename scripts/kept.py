"""What modbot keeps, for docs/privacy.md: one row for every key that modbot/store/keys.py can build.

The words come from keys.py; how long and how readable is said here. A key without a row stops `scripts.tables`.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from modbot.store import keys

CLEAR = "readable"
SEALED = "sealed"
IDS = "ids and figures only"


@dataclass(frozen=True, slots=True)
class Kept:
    """How long something stays after its last change, and in which form."""

    life: str
    form: str


def span(life: timedelta) -> str:
    """A length of time as an administrator says it."""
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, rest = divmod(int(life.total_seconds()), seconds)
        if count and not rest:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return str(life)


_SESSION_LIFE = "24 hours (`session_hours`)"
_GRANT_LIFE = f"until the last of them is over, at most {span(keys.GRANT_LONGEST)}"
_AUDIT_LIFE = "365 days (`audit_days`)"

LIVES = {
    "mb:{audit}": Kept(_AUDIT_LIFE, f"{IDS}, and the reason that staff typed, readable"),
    "mb:{audit}:head": Kept("for good", "one hash"),
    "mb:{in}:inbox": Kept("seconds: until it is done", SEALED),
    "mb:roster:current": Kept("until the next import", "a number"),
    "mb:roster:g": Kept("until the next import", f"{SEALED}; ids and keyed digests of addresses readable"),
    "mb:docket": Kept("until it has rung", "ids only"),
    "replay": Kept(span(keys.REPLAY_KEEP), "a digest"),
    "answer": Kept(span(keys.ANSWER_KEEP), SEALED),
    "session": Kept(
        _SESSION_LIFE, f"participants' names and addresses {SEALED}; title, host's address, ids and times {CLEAR}"
    ),
    "host": Kept(_SESSION_LIFE, "a digest of the host's address"),
    "room_sessions": Kept(_SESSION_LIFE, IDS),
    "LIVE": Kept(span(keys.LIVE_KEEP), f"class titles and hosts' addresses, {CLEAR}"),
    "act": Kept(span(keys.ACT_KEEP), IDS),
    "room_lock": Kept(span(keys.ROOM_LOCK_KEEP), f"the name of the staff member who acts, {CLEAR}"),
    "order": Kept(span(keys.ACT_KEEP), "an act's id"),
    "former": Kept(span(keys.ACT_KEEP), "settings, no people"),
    "panic": Kept(span(keys.ACT_KEEP), "settings, no people"),
    "vault": Kept("as long as the platform says; participants' addresses 12 hours", SEALED),
    "turn": Kept("about 10 minutes", "a random word"),
    "budget": Kept("about a minute", "figures only"),
    "slack_person": Kept(span(keys.PERSON_KEEP), SEALED),
    "incident": Kept(span(keys.INCIDENT_KEEP), f"why it was resolved {SEALED}; class title, names of staff {CLEAR}"),
    "incident_lines": Kept(
        span(keys.INCIDENT_KEEP), f"{SEALED}; names of staff and what they did, no participant's name"
    ),
    "open_incident": Kept("7 days", "an id"),
    "OPEN_INCIDENTS": Kept(span(keys.INCIDENT_KEEP), "ids"),
    "shifts": Kept("until they are over, at least a day", f"addresses of staff on call, {CLEAR}"),
    "sweep": Kept(span(keys.SWEEP_KEEP), SEALED),
    "acted_on": Kept(span(keys.ACTED_ON_KEEP), IDS),
    "ENDED": Kept(f"seconds; at most {span(keys.ENDED_KEEP)}", "ids"),
    "LOOKS_DUE": Kept(f"seconds; at most {span(keys.LOOKS_KEEP)}", IDS),
    "LOOKS_TAKEN": Kept(f"seconds; at most {span(keys.LOOKS_KEEP)}", IDS),
    "told": Kept(span(keys.TOLD_KEEP), IDS),
    "tolerated": Kept(
        f"until the term ends; {span(keys.TOLERATED_KEEP)} where the roster does not tell; at most a year",
        "keyed digests of names and of roster ids, with dates, and three marks for each of the latest ten meetings",
    ),
    "sightings": Kept("twice the window of the raid radar: 30 minutes", "ids, keyed digests and times"),
    "raid_now": Kept("twice the window of the raid radar, and 5 minutes", "an id"),
    "raid": Kept(span(keys.RAID_KEEP), f"{IDS}; which staff locked or unlocked rooms after it, {SEALED}"),
    "grants_to": Kept(_GRANT_LIFE, f"{SEALED}; ids of classes and rooms {CLEAR}"),
    "grants_in": Kept(_GRANT_LIFE, "digests and times"),
    "school_lock": Kept(
        f"{span(keys.SWEEP_KEEP)}; {span(keys.RAID_KEEP)} once rooms were locked",
        f"ids; a staff member's name {SEALED}",
    ),
    "asked_who": Kept("an hour", "a count"),
    "page": Kept(span(keys.PAGE_KEEP), SEALED),
    "page_group": Kept("a minute", "an id"),
    "text_answer": Kept(span(keys.PAGE_KEEP), "a page's id"),
    "page_calling": Kept(span(keys.PAGE_CALLING_KEEP), "a mark"),
    "used_link": Kept("as long as the link would work (`email.link_hours`)", "a digest"),
    "open_pages": Kept(span(keys.PAGE_KEEP), "ids"),
}
WORDS = {
    "LIVE": "Every class that runs now, for those who may act on any.",
    "ENDED": "Classes that have just ended, whose tolerated names are still to be noted.",
    "LOOKS_DUE": "Live classes in which something happened, until modbot has looked at who is in.",
    "LOOKS_TAKEN": "Live classes that a process is looking at.",
    "OPEN_INCIDENTS": "Ids of incidents not yet resolved.",
}
SAID_ELSEWHERE = {"roster"}  # under mb:roster:g


def rows() -> Iterator[tuple[str, str, str]]:
    """(what, how long, in which form), in the order of keys.py. Raises KeyError for a key that nobody described."""
    described: set[str] = set()
    for name, words in _built():
        described.add(name)
        yield words, LIVES[name].life, LIVES[name].form
    if left := set(LIVES) - described:
        raise KeyError(f"no longer in modbot/store/keys.py: {sorted(left)}")


def _built() -> Iterator[tuple[str, str]]:
    for prefix, why in {**keys.PERMANENT, **keys.PERMANENT_PREFIXES}.items():
        yield prefix, f"{why[0].upper()}{why[1:]}."
    yield from WORDS.items()
    for name, function in inspect.getmembers(keys, inspect.isfunction):
        if function.__module__ == keys.__name__ and not name.startswith("_") and name not in SAID_ELSEWHERE:
            yield name, inspect.getdoc(function) or ""
