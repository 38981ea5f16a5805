"""What a live session shows: findings, with their evidence. Pure; the caller brings session, verdicts and time.

`find` looks through one session as modbot keeps it: whatever the order its events came in, it is the same session.
`raids` looks across sessions. Each finding names its causes: `fresh` leaves out those that were told before.
"""

from modbot.findings.found import Finding, FindingKind, Thresholds, fresh
from modbot.findings.radar import Unmatched, raids, unmatched_in
from modbot.findings.session import find, found_later

__all__ = [
    "Finding",
    "FindingKind",
    "Thresholds",
    "Unmatched",
    "find",
    "found_later",
    "fresh",
    "raids",
    "unmatched_in",
]
