"""What one session shows: waves of arrivals, impostors, strangers who share, names taken over."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from modbot.findings.found import DEFAULT, Finding, FindingKind, Thresholds
from modbot.identity import Band, Verdict, Why, may_be_remembered
from modbot.model import Participant, Presence, Session
from modbot.who import fold, runs_the_class

_SAME = (Why.DOUBLE, Why.SAME_NAME)  # exactly the same name: may be one person whose connection was lost
_NEARLY = (Why.NEAR_DOUBLE,)
_ELSEWHERE = (Why.OTHER_ACCOUNT, Why.ALIKE)
_MISSING = (Why.NO_SIGN_IN, Why.STUDENT_SIGNS_IN)


def find(
    session: Session,
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
        *_waves(session, verdicts, class_size, thresholds),
        *_impostors(session, verdicts, now, thresholds),
        *_strangers_who_share(session, verdicts, thresholds),
        *_names_taken_over(session, thresholds),
    )


def found_later(
    session: Session, verdicts: Mapping[str, Verdict], *, now: datetime, thresholds: Thresholds = DEFAULT
) -> datetime | None:
    """When next a finding will be complete by the passing of time alone; None if nothing waits for that."""
    waiting = [at for person, other, verdict in _doubles(session, verdicts)
               if (at := _double_since(person, other, verdict, thresholds)) > now]  # fmt: skip
    return min(waiting, default=None)


def _waves(
    session: Session, verdicts: Mapping[str, Verdict], class_size: int, thresholds: Thresholds
) -> Iterator[Finding]:
    """One for a session at the most: who is told of it looks at the whole room."""
    unknown = [person for person in session.participants if _is_unknown(person, verdicts)]
    strangers = [person for person in unknown if _band(verdicts, person) is Band.STRANGER]
    enough = class_size + thresholds.wave_over_class
    crowds = _gathered(unknown, thresholds.wave_arrivals, thresholds)
    crowd = next((moment for moment in crowds if _here_at(session, moment[0]) > enough), None)
    waves = [
        wave
        for wave in (crowd, next(_gathered(strangers, thresholds.wave_strangers, thresholds), None))
        if wave is not None
    ]
    if waves:
        at, who = min(waves)
        came = _unbroken(unknown, who[0], thresholds)
        first, last = came[0][0], came[-1][0]
        seconds, here = int((last - first).total_seconds()), _here_at(session, last)
        evidence = (("arrivals", len(came)), ("seconds", seconds), ("here", here), ("class_size", class_size))
        yield _finding(FindingKind.JOIN_WAVE, session, ("wave",), [who for _, who in came], at, thresholds, evidence)


def _is_unknown(person: Participant, verdicts: Mapping[str, Verdict]) -> bool:
    """Whether they may belong to a wave. Of whom no name was told yet, as on some platforms, nothing can be said."""
    if runs_the_class(person) or not (person.name or person.email):
        return False
    return person.id not in verdicts or not verdicts[person.id].band.welcome


def _gathered(
    people: Sequence[Participant], enough: int, thresholds: Thresholds
) -> Iterator[tuple[datetime, list[str]]]:
    """Moments at which so many of these people had come within the window, with those who had."""
    arrivals = _arrivals(people)
    first = 0
    for last, (at, _) in enumerate(arrivals):
        while at - arrivals[first][0] > thresholds.wave_within:
            first += 1
        if last + 1 - first >= enough:
            yield at, [who for _, who in arrivals[first : last + 1]]


def _arrivals(people: Sequence[Participant]) -> list[tuple[datetime, str]]:
    return sorted((person.joined_at, person.id) for person in people if person.joined_at is not None)


def _unbroken(people: Sequence[Participant], first: str, thresholds: Thresholds) -> list[tuple[datetime, str]]:
    """Those who came from this one on, for as long as they kept coming: a wave goes on after it was seen to be one."""
    came: list[tuple[datetime, str]] = []
    for at, who in _arrivals(people):
        if came and at - came[-1][0] > thresholds.wave_within:
            break
        if came or who == first:
            came.append((at, who))
    return came


def _here_at(session: Session, at: datetime) -> int:
    """How many people who do not run the meeting were here at that moment."""
    return sum(_was_here(person, at) for person in session.participants if not runs_the_class(person))


Double = tuple[Participant, Participant, Verdict]


def _impostors(
    session: Session, verdicts: Mapping[str, Verdict], now: datetime, thresholds: Thresholds
) -> Iterator[Finding]:
    doubles = {person.id: (person, other, verdict) for person, other, verdict in _doubles(session, verdicts)}
    for person in session.participants:
        verdict = verdicts.get(person.id)
        if person.id in doubles:
            yield from _double(session, doubles[person.id], now, thresholds)
            continue
        why = _borrowed(verdict, thresholds) if verdict is not None and _is_here(person) else None
        if why is not None:
            evidence = (("why", str(why)),)
            at, cause = person.joined_at or now, ("impostor", person.id)
            yield _finding(FindingKind.IMPOSTOR, session, cause, [person.id], at, thresholds, evidence)


def _doubles(session: Session, verdicts: Mapping[str, Verdict]) -> Iterator[Double]:
    """Those who are here together with somebody whose name they show, or nearly."""
    here = {person.id: person for person in session.participants if _is_here(person)}
    for person in here.values():
        verdict = verdicts.get(person.id)
        other = here.get(verdict.double_of) if verdict is not None else None
        if verdict is not None and other is not None and verdict.has(*_SAME, *_NEARLY):
            yield person, other, verdict


def _double_since(person: Participant, other: Participant, verdict: Verdict, thresholds: Thresholds) -> datetime:
    """From when on it counts. The same name does only after a while: a rejoin may show both connections."""
    together = max(one.joined_at for one in (person, other) if one.joined_at is not None)
    return together + thresholds.double_grace if verdict.has(*_SAME) else together


def _double(session: Session, double: Double, now: datetime, thresholds: Thresholds) -> Iterator[Finding]:
    person, other, verdict = double
    at = _double_since(person, other, verdict, thresholds)
    if at <= now:
        pair = sorted((person.id, other.id))
        evidence = (("why", str(verdict.reasons[0].why)),)
        who = [person.id, other.id]
        yield _finding(FindingKind.IMPOSTOR, session, ("double", *pair), who, at, thresholds, evidence)


def _borrowed(verdict: Verdict, thresholds: Thresholds) -> Why | None:
    """Why a student's name does not seem to be theirs: on another account, or in letters that only look right."""
    if verdict.band is not Band.UNSURE or not verdict.student_id:
        return None
    counting = (*_ELSEWHERE, *_MISSING) if thresholds.missing_sign_in else _ELSEWHERE
    return next((why for why in counting if verdict.has(why)), None)


def _strangers_who_share(
    session: Session, verdicts: Mapping[str, Verdict], thresholds: Thresholds
) -> Iterator[Finding]:
    for person in session.participants:
        at = person.shared_at
        if at is not None and not runs_the_class(person) and _band(verdicts, person) is Band.STRANGER:
            evidence = (("sharing_now", int(person.sharing)),)
            cause = ("shares", person.id)
            yield _finding(FindingKind.STRANGER_SHARES, session, cause, [person.id], at, thresholds, evidence)


def _names_taken_over(session: Session, thresholds: Thresholds) -> Iterator[Finding]:
    """Who left had an account; who came with their name has another one, or none. A plain rejoin keeps the account."""
    for people in _namesakes(session):
        for gone in people:
            for come in people:
                at = _took_over(gone, come, thresholds)
                if at is not None:
                    who = [gone.id, come.id]
                    yield _finding(FindingKind.NAME_TAKEN_OVER, session, ("taken", *who), who, at, thresholds)


def _namesakes(session: Session) -> Iterator[list[Participant]]:
    """People of one name, some of whom have left."""
    by_name: dict[str, list[Participant]] = {}
    for person in session.participants:
        by_name.setdefault(fold(person.name), []).append(person)
    for people in by_name.values():
        if len(people) > 1 and not all(map(_is_here, people)) and may_be_remembered(people[0].name):
            yield people


def _took_over(gone: Participant, come: Participant, thresholds: Thresholds) -> datetime | None:
    """When the one came shortly after the other had left, if the accounts differ."""
    account = gone.email.casefold()
    if gone is come or not account or come.email.casefold() == account:
        return None
    left, came = gone.left_at, come.joined_at
    if left is None or came is None:
        return None
    return came if left <= came <= left + thresholds.just_left else None


def _is_here(person: Participant) -> bool:
    return person.presence is not Presence.LEFT


def _was_here(person: Participant, at: datetime) -> bool:
    return person.joined_at is not None and person.joined_at <= at and (person.left_at is None or at < person.left_at)


def _band(verdicts: Mapping[str, Verdict], person: Participant) -> Band | None:
    verdict = verdicts.get(person.id)
    return None if verdict is None else verdict.band


def _finding(
    kind: FindingKind,
    session: Session,
    cause: Sequence[str],
    who: Sequence[str],
    at: datetime,
    thresholds: Thresholds,
    evidence: tuple[tuple[str, int | str], ...] = (),
) -> Finding:
    key = "/".join((session.key, *cause))
    return Finding(kind, frozenset({key}), (session.key,), tuple(who), at, evidence, thresholds)
