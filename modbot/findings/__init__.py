"""What the events of sessions show: findings, with their evidence. Pure; the caller brings events, verdicts and time.

`seen_in` makes of one session's events, in any order and with repeats, what happened; `find` looks through it. `raids`
looks across sessions. Each finding names its causes: `fresh` leaves out those that were told before.
"""

from modbot.findings.found import Finding, FindingKind, Thresholds, fresh
from modbot.findings.history import Attended, Happened, Stay, seen_in
from modbot.findings.radar import Unmatched, raids, unmatched_in
from modbot.findings.session import find

__all__ = [
    "Attended",
    "Finding",
    "FindingKind",
    "Happened",
    "Stay",
    "Thresholds",
    "Unmatched",
    "find",
    "fresh",
    "raids",
    "seen_in",
    "unmatched_in",
]
