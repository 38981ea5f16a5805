"""What one session shows: waves of arrivals, impostors, strangers who share, names taken over."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from modbot.findings.found import DEFAULT, Finding, FindingKind, Thresholds
from modbot.findings.history import Attended, Happened, Stay
from modbot.identity import Band, Verdict, Why, may_be_remembered
from modbot.model import ParticipantRole
from modbot.who import fold

_SAME = (Why.DOUBLE, Why.SAME_NAME)  # exactly the same name: may be one person whose connection was lost
_NEARLY = (Why.NEAR_DOUBLE,)
_MISSING = (Why.NO_SIGN_IN, Why.STUDENT_SIGNS_IN)


def find(
    happened: Happened,
    verdicts: Mapping[str, Verdict],
    *,
    class_size: int,
    now: datetime,
    thresholds: Thresholds = DEFAULT,
) -> tuple[Finding, ...]:
    """Every finding of the session as of `now` (aware), in a fixed order. `class_size`: students on the class list.

    `verdicts` by participant id, as `judge` gave them for those who are here; a verdict on somebody who has left since
    still counts for what they did. Who has none is taken for somebody who was not recognised.
    """
    return (
        *_waves(happened, verdicts, class_size, thresholds),
        *_impostors(happened, verdicts, now, thresholds),
        *_strangers_who_share(happened, verdicts, thresholds),
        *_names_taken_over(happened, thresholds),
    )


def _waves(
    happened: Happened, verdicts: Mapping[str, Verdict], class_size: int, thresholds: Thresholds
) -> Iterator[Finding]:
    """One for a session at the most: who is told of it looks at the whole room."""
    unknown = [
        person
        for person_id, person in happened.people.items()
        if not _runs(person) and (person_id not in verdicts or not verdicts[person_id].band.welcome)
    ]
    strangers = [person for person in unknown if _band(verdicts, person) is Band.STRANGER]
    enough = class_size + thresholds.wave_over_class
    crowds = _gathered(unknown, thresholds.wave_arrivals, thresholds)
    crowd = next((moment for moment in crowds if _here_at(happened, moment[0]) > enough), None)
    waves = [
        wave
        for wave in (crowd, next(_gathered(strangers, thresholds.wave_strangers, thresholds), None))
        if wave is not None
    ]
    if waves:
        at, who = min(waves)
        here = _here_at(happened, at)
        evidence = (("arrivals", len(who)), ("here", here), ("class_size", class_size))
        yield _finding(FindingKind.JOIN_WAVE, happened, ("wave",), who, at, thresholds, evidence)


def _gathered(people: Sequence[Attended], enough: int, thresholds: Thresholds) -> Iterator[tuple[datetime, list[str]]]:
    """Moments at which so many of these people had come within the window, with those who had."""
    arrivals = sorted((stay.since, person.participant.id) for person in people for stay in person.stays[:1])
    first = 0
    for last, (at, _) in enumerate(arrivals):
        while at - arrivals[first][0] > thresholds.wave_within:
            first += 1
        if last + 1 - first >= enough:
            yield at, [who for _, who in arrivals[first : last + 1]]


def _here_at(happened: Happened, at: datetime) -> int:
    """How many people who do not run the meeting were here at that moment."""
    return sum(
        any(_covers(stay, at) for stay in person.stays) for person in happened.people.values() if not _runs(person)
    )


def _impostors(
    happened: Happened, verdicts: Mapping[str, Verdict], now: datetime, thresholds: Thresholds
) -> Iterator[Finding]:
    for person_id, person in happened.people.items():
        verdict = verdicts.get(person_id)
        if verdict is None or not person.here or person.came is None:
            continue
        other = happened.people.get(verdict.double_of)
        if other is not None and other.here and verdict.has(*_SAME, *_NEARLY):
            yield from _double(happened, person, other, verdict, now, thresholds)
        elif verdict.student_id and _borrowed(verdict, thresholds):
            evidence = (("why", str(verdict.reasons[0].why)),)
            cause = ("impostor", person_id)
            yield _finding(FindingKind.IMPOSTOR, happened, cause, [person_id], person.came, thresholds, evidence)


def _double(
    happened: Happened, person: Attended, other: Attended, verdict: Verdict, now: datetime, thresholds: Thresholds
) -> Iterator[Finding]:
    """Two who are here together. The same name counts only after a while: a rejoin may show both connections."""
    together = max(one.came for one in (person, other) if one.came is not None)
    grace = thresholds.double_grace if verdict.has(*_SAME) else thresholds.double_grace * 0
    if now - together < grace:
        return
    pair = sorted((person.participant.id, other.participant.id))
    evidence = (("why", str(verdict.reasons[0].why)),)
    who = [person.participant.id, other.participant.id]
    yield _finding(FindingKind.IMPOSTOR, happened, ("double", *pair), who, together + grace, thresholds, evidence)


def _borrowed(verdict: Verdict, thresholds: Thresholds) -> bool:
    """A student's name on somebody else's account, or in letters that only look right."""
    if verdict.band is Band.UNSURE and verdict.has(Why.OTHER_ACCOUNT, Why.ALIKE):
        return True
    return thresholds.missing_sign_in and verdict.band is Band.UNSURE and verdict.has(*_MISSING)


def _strangers_who_share(
    happened: Happened, verdicts: Mapping[str, Verdict], thresholds: Thresholds
) -> Iterator[Finding]:
    for person_id, person in happened.people.items():
        if person.shared_at is not None and not _runs(person) and _band(verdicts, person) is Band.STRANGER:
            cause = ("shares", person_id)
            evidence = (("sharing_now", int(person.sharing)),)
            yield _finding(
                FindingKind.STRANGER_SHARES, happened, cause, [person_id], person.shared_at, thresholds, evidence
            )


def _names_taken_over(happened: Happened, thresholds: Thresholds) -> Iterator[Finding]:
    """Who left had an account; who came with their name has another one, or none. A plain rejoin keeps the account."""
    by_name: dict[str, list[Attended]] = {}
    for person in happened.people.values():
        if may_be_remembered(person.participant.name):
            by_name.setdefault(fold(person.participant.name), []).append(person)
    for people in by_name.values():
        for gone in people:
            for come in people:
                at = _took_over(gone, come, thresholds)
                if at is not None:
                    who = [gone.participant.id, come.participant.id]
                    yield _finding(FindingKind.NAME_TAKEN_OVER, happened, ("taken", *who), who, at, thresholds)


def _took_over(gone: Attended, come: Attended, thresholds: Thresholds) -> datetime | None:
    """When the one came shortly after the other had left, if the accounts differ."""
    account = gone.participant.email.casefold()
    if gone is come or not account or come.participant.email.casefold() == account:
        return None
    moments = [
        stay.since
        for stay in come.stays
        for left in gone.stays
        if left.until is not None
        and left.until <= stay.since <= left.until + thresholds.just_left
        and not any(_covers(again, stay.since) for again in gone.stays if again is not left)
    ]
    return min(moments, default=None)


def _covers(stay: Stay, at: datetime) -> bool:
    return stay.since <= at and (stay.until is None or at < stay.until)


def _runs(person: Attended) -> bool:
    return person.participant.role is not ParticipantRole.ATTENDEE


def _band(verdicts: Mapping[str, Verdict], person: Attended) -> Band | None:
    verdict = verdicts.get(person.participant.id)
    return None if verdict is None else verdict.band


def _finding(
    kind: FindingKind,
    happened: Happened,
    cause: Sequence[str],
    who: Sequence[str],
    at: datetime,
    thresholds: Thresholds,
    evidence: tuple[tuple[str, int | str], ...] = (),
) -> Finding:
    key = "/".join((happened.session_key, *cause))
    return Finding(kind, frozenset({key}), (happened.session_key,), tuple(who), at, evidence, thresholds)
