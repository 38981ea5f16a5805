"""Raid radar: the same unmatched person in several sections within a quarter of an hour."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from modbot.findings.found import DEFAULT, Finding, FindingKind, Thresholds
from modbot.identity import Band, NameMemory, Verdict
from modbot.identity.shown import read_shown
from modbot.identity.vocabulary import is_prank
from modbot.model import Session
from modbot.rosters import normal_email

TELLING_FROM = 6  # letters of a name, from which on two people hardly have it by chance
_UNMATCHED = (Band.STRANGER, Band.UNSURE)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Somebody who was not recognised in one section. `marks` are keyed digests of what they showed there."""

    session_key: str
    section: str
    school: str
    participant_id: str
    at: datetime  # when they came
    marks: frozenset[bytes]


def unmatched_in(
    session: Session, verdicts: Mapping[str, Verdict], *, section: str, school: str, memory: NameMemory
) -> tuple[Unmatched, ...]:
    """Those of a session whom the radar looks for elsewhere.

    `memory` must be the same one for every section of the district. Names that anybody could show give no mark.
    """
    return tuple(_unmatched(session, verdicts, section, school, memory))


def _unmatched(
    session: Session, verdicts: Mapping[str, Verdict], section: str, school: str, memory: NameMemory
) -> Iterator[Unmatched]:
    for person in session.participants:
        verdict = verdicts.get(person.id)
        if verdict is None or verdict.band not in _UNMATCHED or person.joined_at is None:
            continue
        marks = _marks(person.name, person.email, memory)
        if marks:
            yield Unmatched(session.key, section, school, person.id, person.joined_at, marks)


def _marks(name: str, email: str, memory: NameMemory) -> frozenset[bytes]:
    marks = set()
    if _tells(name):
        marks.add(b"n" + memory.digest(name))
    if email:
        marks.add(b"e" + memory.digest(normal_email(email)))
    return frozenset(marks)


def _tells(name: str) -> bool:
    """Whether two who show it are hardly two people. Hidden and look-alike letters take nothing away from that."""
    shown = read_shown(name)
    if is_prank(shown.whole) or not shown.words:
        return False
    return sum(map(str.isalpha, name)) >= TELLING_FROM


def raids(sightings: Iterable[Unmatched], thresholds: Thresholds = DEFAULT) -> tuple[Finding, ...]:
    """One finding for each person, or group connected by marks, seen in enough sections, each soon after another.

    Any order and repeats of the sightings give the same findings. Sightings outside the window may be dropped before.
    """
    ordered = sorted(set(sightings), key=_place)
    groups = _connected(ordered, thresholds)
    found = [_raid(group, thresholds) for group in groups if _sections(group) >= thresholds.raid_sections]
    return tuple(sorted(found, key=lambda finding: (finding.at, sorted(finding.causes))))


def _place(sighting: Unmatched) -> tuple[datetime, str, str, str, list[bytes]]:
    return sighting.at, sighting.session_key, sighting.section, sighting.participant_id, sorted(sighting.marks)


def _connected(ordered: list[Unmatched], thresholds: Thresholds) -> list[list[Unmatched]]:
    """Groups in which each is linked to another by a mark within the window, or is the same participant.

    The earlier the first, the earlier.
    """
    group_of = list(range(len(ordered)))

    def root(at: int) -> int:
        while group_of[at] != at:
            at = group_of[at]
        return at

    last_with: dict[bytes, int] = {}
    for at, sighting in enumerate(ordered):
        who = f"{sighting.session_key}/{sighting.participant_id}".encode()  # whatever name they show by now
        for mark in (*sighting.marks, who):
            before = last_with.get(mark)
            if before is not None and sighting.at - ordered[before].at <= thresholds.raid_within:
                first, second = sorted((root(before), root(at)))
                group_of[second] = first
            last_with[mark] = at
    groups: dict[int, list[Unmatched]] = {}
    for at, sighting in enumerate(ordered):
        groups.setdefault(root(at), []).append(sighting)
    return list(groups.values())


def _sections(group: Sequence[Unmatched]) -> int:
    """In how many sections. Two that meet in one session are one here."""
    return min(len({sighting.section for sighting in group}), len({sighting.session_key for sighting in group}))


def _raid(group: list[Unmatched], thresholds: Thresholds) -> Finding:
    complete = next(
        number for number in range(len(group)) if _sections(group[: number + 1]) >= thresholds.raid_sections
    )
    return Finding(
        FindingKind.RAID,
        causes=frozenset(f"{one.session_key}/raid/{one.participant_id}" for one in group),
        sessions=tuple(sorted({one.session_key for one in group})),
        participants=tuple(dict.fromkeys(one.participant_id for one in group)),
        at=group[complete].at,
        evidence=(
            ("sections", _sections(group)),
            ("schools", ",".join(sorted({one.school for one in group}))),
            ("seconds", int((group[-1].at - group[0].at).total_seconds())),
        ),
        thresholds=thresholds,
    )
