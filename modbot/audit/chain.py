"""The audit chain itself, without a store: how an entry is written, how it is linked, and how a copy is checked.

An entry's hash is SHA-256 over the hash of the entry before it and the entry's own text: JSON with sorted keys, no
spaces and no escapes but JSON's own, in UTF-8, without `prev` and `hash`. Anybody can check an export without modbot.
The chain has no secret: whoever may write to the store can rebuild it whole. What shows that is a head kept elsewhere.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

GENESIS = "0" * 64  # what the first entry of all follows
TRIM = "audit.trim"  # the action of an entry that records the removal of old ones

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What happened, by ids only: never a name, an e-mail or what somebody typed."""

    at: datetime
    id: str  # the act's; its intent and its outcome share it
    actor: str  # "slack:U123", "timer:undo"
    action: str  # an operation, or a word such as "page.acknowledge"
    room: str = ""  # the room's key
    platform: str = ""
    phase: str = "outcome"  # or "intent"
    outcome: str = ""
    reason: str = ""
    elapsed_ms: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)  # small, JSON, without names


@dataclass(frozen=True, slots=True)
class AuditLink:
    """An entry's place in the chain: its number, from 1, and its hash. Number 0 is the empty chain."""

    number: int
    hash: str


EMPTY = AuditLink(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found. `first_bad` is a line number from 1; `problem` says in a sentence what is wrong there."""

    ok: bool
    entries: int  # good ones, up to the first bad
    first_bad: int | None
    problem: str
    head: str  # hash of the last good entry


def record_of(entry: AuditEntry) -> Record:
    """The entry as JSON values, without its place in the chain. Raises ValueError for a time without a zone."""
    if entry.at.tzinfo is None:
        raise ValueError("an audit entry needs an aware time")
    record = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "id": entry.id,
        "actor": entry.actor,
        "action": entry.action,
        "room": entry.room,
        "platform": entry.platform,
        "phase": entry.phase,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "elapsed_ms": entry.elapsed_ms,
        "extra": dict(entry.extra),
    }
    # Text that is not valid Unicode has no UTF-8: it is made so once, here, or the hash could not be recomputed.
    valid = json.dumps(record, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    cleaned: Record = json.loads(valid)
    return cleaned


def canonical(record: Mapping[str, Any]) -> bytes:
    """The one text of a record that is hashed. Includes its number `n`; `prev` and `hash` are left out."""
    inner = {name: value for name, value in record.items() if name not in ("prev", "hash")}
    text = json.dumps(inner, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def hash_after(prev: str, text: bytes) -> str:
    """The hash of an entry with this text that follows the entry with hash `prev`."""
    return sha256(prev.encode("ascii", "replace") + text).hexdigest()


def link(prev: AuditLink, record: Record) -> tuple[bytes, AuditLink]:
    """The text and the link of a record that follows `prev`."""
    number = prev.number + 1
    text = canonical({**record, "n": number})
    return text, AuditLink(number, hash_after(prev.hash, text))


def verify(lines: Iterable[str | Mapping[str, Any]], *, anchor: str = "", head: str = "") -> Verdict:
    """Check an export, line by line, offline.

    It must begin with the first entry of all, or where an entry in it records that older ones were removed by age, or
    right after the entry with hash `anchor`. Entries cut off at the end show only against `head`, the live chain's last
    hash or one that was written down.
    """
    walk = _Walk(anchor)
    numbered = ((number, line) for number, line in enumerate(lines, 1) if not _blank(line))
    number = 0
    for number, line in numbered:
        record = _parse(line)
        problem = walk.problem_with(record, (following for _, following in numbered))
        if problem:
            return Verdict(ok=False, entries=walk.entries, first_bad=number, problem=problem, head=walk.head.hash)
        walk.step(record or {})
    return walk.end(number + 1, head)


class _Walk:
    """How far a check has come."""

    def __init__(self, anchor: str) -> None:
        self.entries = 0
        self.head = EMPTY
        self._anchor = anchor
        self._start: AuditLink | None = None  # begins here, which an entry must still vouch for

    def problem_with(self, record: Record | None, rest: Iterator[str | Mapping[str, Any]]) -> str:
        """A sentence on what is wrong with the record after what came before it, or ""."""
        if record is None:
            return "this line is not an audit entry"
        if not self.entries:
            self._begin_at(record)
        if hash_after(record["prev"], canonical(record)) != record["hash"]:
            return self._changed_or_inserted(rest)
        number, expected = record["n"], self.head.number + 1
        if number < expected:
            return f"entry {number} does not belong here: it was inserted, repeated or reordered"
        if number > expected:
            return self._missing_or_reordered(number, expected, rest)
        if record["prev"] != self.head.hash:
            return f"entry {number} does not follow the one before it: that one was changed or exchanged"
        return ""

    def step(self, record: Record) -> None:
        """Take a good record."""
        self.entries += 1
        self.head = AuditLink(record["n"], record["hash"])
        start = self._start
        if start is not None and record.get("action") == TRIM:
            said = record.get("extra")
            if isinstance(said, dict) and (said.get("through"), said.get("anchor")) == (start.number, start.hash):
                self._start = None

    def end(self, line_number: int, head: str) -> Verdict:
        """The verdict when every line was good by itself."""
        if self._start is not None:
            problem = (
                f"entries 1 to {self._start.number} are missing, and no entry records that they were removed by age"
            )
            return Verdict(ok=False, entries=0, first_bad=1, problem=problem, head=self.head.hash)
        if head and head != self.head.hash:
            problem = f"the end is missing or was rewritten: after entry {self.head.number} the head is another one"
            return Verdict(ok=False, entries=self.entries, first_bad=line_number, problem=problem, head=self.head.hash)
        return Verdict(ok=True, entries=self.entries, first_bad=None, problem="", head=self.head.hash)

    def _begin_at(self, record: Record) -> None:
        if record["n"] <= 1:
            return
        before = AuditLink(record["n"] - 1, self._anchor or record["prev"])
        self.head = before
        if not self._anchor:
            self._start = before

    def _changed_or_inserted(self, rest: Iterator[str | Mapping[str, Any]]) -> str:
        following = next((_parse(line) for line in rest), None)
        if following is not None and following["prev"] == self.head.hash:
            return "this entry was inserted: its hash is wrong, and the next one follows the one before it"
        return "this entry was changed: its hash does not fit its text"

    def _missing_or_reordered(self, number: int, expected: int, rest: Iterator[str | Mapping[str, Any]]) -> str:
        if any((later := _parse(line)) is not None and later["n"] == expected for line in rest):
            return f"reordered: entry {number} stands where entry {expected} belongs"
        gone = f"entry {expected} is" if number == expected + 1 else f"entries {expected} to {number - 1} are"
        return f"{gone} missing before entry {number}"


def _blank(line: str | Mapping[str, Any]) -> bool:
    return isinstance(line, str) and not line.strip()


def _parse(line: str | Mapping[str, Any]) -> Record | None:
    try:
        record = json.loads(line, object_pairs_hook=_no_twins) if isinstance(line, str) else dict(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or type(record.get("n")) is not int:
        return None
    return record if all(isinstance(record.get(name), str) for name in ("prev", "hash")) else None


def _no_twins(pairs: list[tuple[str, Any]]) -> Record:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name appears twice")
    return made
