"""A finding, the thresholds that make one, and which findings are new."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from modbot.settings.findings import FindingSettings


class FindingKind(StrEnum):
    """What a detector saw."""

    JOIN_WAVE = "join_wave"  # many more people than the class has, within a short time
    IMPOSTOR = "impostor"  # the name of a student, from somebody who does not seem to be that student
    STRANGER_SHARES = "stranger_shares"
    NAME_TAKEN_OVER = "name_taken_over"  # the name of somebody who just left, from another account or none
    RAID = "raid"  # the same unmatched person in several sections


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something is a finding. A district may set its own."""

    wave_arrivals: int = 5  # people who are not recognised, arriving within `wave_within`
    wave_within: timedelta = timedelta(minutes=1)
    wave_over_class: int = 2  # people here at once beyond the students of the class, for those arrivals to count
    wave_strangers: int = 3  # strangers arriving within `wave_within`, however many others are here
    missing_sign_in: bool = False  # whether a student's name without the usual sign-in is an impostor, or only held
    double_grace: timedelta = timedelta(seconds=90)  # a lost connection may still be shown beside the new one
    just_left: timedelta = timedelta(minutes=5)
    raid_sections: int = 2
    raid_within: timedelta = timedelta(minutes=15)

    @classmethod
    def of(cls, settings: FindingSettings) -> Self:
        """The district's own."""
        return cls(
            wave_arrivals=settings.wave_arrivals,
            wave_within=timedelta(seconds=settings.wave_within_seconds),
            wave_over_class=settings.wave_over_class,
            wave_strangers=settings.wave_strangers,
            missing_sign_in=settings.missing_sign_in,
            double_grace=timedelta(seconds=settings.double_grace_seconds),
            just_left=timedelta(seconds=settings.just_left_seconds),
            raid_sections=settings.raid_sections,
            raid_within=timedelta(seconds=settings.raid_within_seconds),
        )


DEFAULT = Thresholds()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen, with its evidence. Ids and figures only: names are looked up where they are shown.

    `causes` identify what happened: two findings with a cause in common are the same one, grown.
    """

    kind: FindingKind
    causes: frozenset[str]
    sessions: tuple[str, ...]  # keys of the sessions, sorted
    participants: tuple[str, ...]  # ids, those whom the finding is about, in the order they came
    at: datetime  # when the evidence was complete
    evidence: tuple[tuple[str, int | str], ...] = ()  # what was counted or compared, by name
    thresholds: Thresholds = DEFAULT


def fresh(findings: Iterable[Finding], told: Collection[str]) -> list[Finding]:
    """Those of which no cause was told before, and no two of the same cause. `told` holds causes."""
    seen, new = set(told), []
    for finding in findings:
        if not finding.causes & seen:
            new.append(finding)
        seen |= finding.causes
    return new
