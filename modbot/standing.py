"""How those present in a class stand to its class list, for staff: who to look at first, and why. Pure.

What a verdict is: `modbot.identity`. Here hosts and staff are set apart, since no sweep may touch them, and the reasons
name nobody but by a name that somebody in the room shows: the class list's own names stay where they are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from modbot.identity import Band, Person, Reason, Verdict, Why, person_of
from modbot.model import Participant, PlatformName, Presence, Session
from modbot.who import runs_the_class

STAYED_AT_LEAST = timedelta(minutes=10)  # whoever slips in for the last minutes has not been tolerated by anybody
LEFT_WITH_THE_CLASS = timedelta(minutes=2)  # people leave a little before the host ends it

# Where an address says that its owner signed in. Webex documents nothing that tells a guest's typed address from an
# account's, and Jitsi's client sends what its user typed.
PROVES_ADDRESS = frozenset({PlatformName.ZOOM, PlatformName.MEET, PlatformName.TEAMS})

_LATEST = datetime.max.replace(tzinfo=UTC)


class Group(StrEnum):
    """How somebody stands, in the order in which a teacher should look. `words` are for a count or a row."""

    words: str

    def __new__(cls, name: str, words: str = "") -> "Group":
        """`name` is the value; a look-up by value gives no words."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.words = words
        return member

    STRANGER = "stranger", "stranger"
    DUPLICATE = "duplicate", "duplicate"
    UNSURE = "unsure", "unsure"
    SAYS_STAFF = "says_staff", "says staff"
    REMEMBERED = "remembered", "remembered"
    LIKELY = "likely", "likely"
    KNOWN = "known", "on the class list"
    STAFF = "staff", "staff"
    HOST = "host", "running the class"


DOUBTFUL = (Group.DUPLICATE, Group.UNSURE)
ODD = (Group.STRANGER, *DOUBTFUL, Group.SAYS_STAFF)
SWEPT = (Group.STRANGER, *DOUBTFUL)  # nobody else, whatever is pressed
_GROUP_OF = {
    Band.STAFF: Group.STAFF,
    Band.KNOWN: Group.KNOWN,
    Band.LIKELY: Group.LIKELY,
    Band.REMEMBERED: Group.REMEMBERED,
    Band.UNSURE: Group.UNSURE,
    Band.DUPLICATE: Group.DUPLICATE,
    Band.STRANGER: Group.STRANGER,
}
_ORDER = {group: place for place, group in enumerate(Group)}


@dataclass(frozen=True, slots=True)
class Standing:
    """One participant: how they stand, and why, in sentences that may be shown as plain text."""

    person: Participant
    group: Group
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Everybody present, those to look at first in front. Nobody is judged where `unknown` says why not.

    `caution` is said with every list: the roster is old.
    """

    standings: tuple[Standing, ...] = ()
    section: str = ""  # of the roster, as an id
    unknown: str = ""
    caution: str = ""

    def of(self, *groups: Group) -> tuple[Standing, ...]:
        """Those in any of these groups."""
        return tuple(one for one in self.standings if one.group in groups)

    def counts(self, *groups: Group) -> str:
        """`3 on the class list, 1 staff`: how many are in each of these groups, but for the empty ones."""
        found = [(group, len(self.of(group))) for group in groups]
        return ", ".join(f"{many} {group.words}" for group, many in found if many)


@dataclass(frozen=True, slots=True)
class Swept:
    """Somebody shown as not belonging. `name` and `email` are kept to know them again when they come back."""

    id: str
    name: str
    email: str
    group: Group


@dataclass(frozen=True, slots=True)
class Sweep:
    """Who was shown, and once it has been said yes to: by which request, and who was to go."""

    id: str
    session: str
    people: tuple[Swept, ...]
    by: str = ""
    taken: tuple[str, ...] = ()


def in_order(participants: Iterable[Participant]) -> list[Participant]:
    """Those present as matching wants them: in the order in which they came, and who still waits after all others."""
    present = [one for one in participants if one.presence is not Presence.LEFT]
    return sorted(present, key=lambda one: (one.presence is Presence.LOBBY, one.joined_at or _LATEST))


def persons(session: Session, participants: Iterable[Participant]) -> list[Person]:
    """Participants as matching sees them on this platform."""
    proved = session.room.platform in PROVES_ADDRESS
    return [person_of(one, signed_in=proved and bool(one.email)) for one in participants]


def standings(
    session: Session, people: Sequence[Participant], verdicts: Sequence[Verdict], staff: Collection[str]
) -> tuple[Standing, ...]:
    """How everybody stands, by their verdicts. `staff`: those of their addresses, in lower case, that are of staff."""
    shown = {one.id: one.name for one in people}
    exact = {verdict.double_of: verdict.person_id for verdict in verdicts if verdict.double_of}
    found = []
    for person, verdict in zip(people, verdicts, strict=True):
        group = _group(person, verdict, staff)
        if group is Group.SAYS_STAFF:
            why = f"Gave the address of a member of staff. {session.room.platform.label} does not say if it is theirs."
            found.append(Standing(person, group, (why,)))
        else:
            found.append(Standing(person, group, _sentences(verdict, shown, exact)))
    return tuple(sorted(found, key=lambda one: (_ORDER[one.group], not one.person.sharing)))


def _group(person: Participant, verdict: Verdict, staff: Collection[str]) -> Group:
    if runs_the_class(person):
        return Group.HOST
    if verdict.band is not Band.STAFF and person.email and person.email.casefold() in staff:
        return Group.SAYS_STAFF
    return _GROUP_OF[verdict.band]


def _sentences(verdict: Verdict, shown: Mapping[str, str], exact: Mapping[str, str]) -> tuple[str, ...]:
    """The reasons. Whoever they are about is named as that person shows themselves, never by the class list."""
    other = verdict.double_of or exact.get(verdict.person_id, "")
    return tuple(_sentence(reason, shown.get(other)) for reason in verdict.reasons)


def _sentence(reason: Reason, other: str | None) -> str:
    if not reason.about:
        return str(reason)
    return str(replace(reason, about=other or "(no name)")) if other is not None else Why.NEAR.sentence


def stayed(session: Session) -> list[Participant]:
    """Those who were in a class that has ended until its end, and not only for its last minutes."""
    ended = session.ended_at
    if ended is None:
        return []
    return in_order(
        replace(one, presence=Presence.JOINED)
        for one in session.participants
        if one.presence is not Presence.LOBBY and _stayed(one, ended)
    )


def _stayed(one: Participant, ended: datetime) -> bool:
    until = min(one.left_at or ended, ended)
    return bool(one.joined_at and ended - until <= LEFT_WITH_THE_CLASS and until - one.joined_at >= STAYED_AT_LEAST)
