"""Which participant is meant by what somebody typed. Pure; never guesses between two people."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from modbot.model import Participant, ParticipantRole, Presence

_QUOTES = str.maketrans({"’": "'", "‘": "'", **dict.fromkeys('"“”„«»')})  # double ones are typed around names


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found for one phrase: `matches` has one person, several, or none with `near` names instead."""

    phrase: str
    matches: tuple[Participant, ...] = ()
    near: tuple[Participant, ...] = ()

    @property
    def one(self) -> Participant | None:
        """The person, when exactly one is meant."""
        return self.matches[0] if len(self.matches) == 1 else None


def find(phrase: str, people: Sequence[Participant]) -> Found:
    """Id or e-mail first, then the whole name, then the start of a name's words; else near misses, to be offered."""
    wanted = fold(phrase)
    for test in (_is_id, _is_whole_name, _starts_a_word):
        matches = tuple(person for person in people if test(person, phrase, wanted))
        if matches:
            return Found(phrase, matches)
    return Found(phrase, near=tuple(_near(wanted, people)))


def _near(wanted: str, people: Sequence[Participant]) -> list[Participant]:
    """At most four whose name, or one word of it, is almost what was typed; nearest first."""
    called: dict[str, list[Participant]] = {}
    for person in people:
        whole = fold(person.name)
        for name in {whole, *whole.split()}:
            called.setdefault(name, []).append(person)
    near = [person for name in get_close_matches(wanted, list(called), n=4, cutoff=0.7) for person in called[name]]
    return list({person.id: person for person in near}.values())[:4]


def _is_id(person: Participant, phrase: str, wanted: str) -> bool:
    return person.id == phrase or (bool(person.email) and person.email.casefold() == wanted)


def _is_whole_name(person: Participant, _: str, wanted: str) -> bool:
    return bool(wanted) and fold(person.name) == wanted


def _starts_a_word(person: Participant, _: str, wanted: str) -> bool:
    words = fold(person.name).split()
    return bool(wanted) and (any(word.startswith(wanted) for word in words) or " ".join(words).startswith(wanted))


def fold(name: str) -> str:
    """A name without case, accents, double quotes, marks and doubled spaces, for comparing only."""
    plain = unicodedata.normalize("NFKD", name.translate(_QUOTES))
    kept = (c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) not in ("Cf", "Cc"))
    return " ".join("".join(kept).casefold().split())


def present(people: Sequence[Participant]) -> list[Participant]:
    """Those in the room or its lobby."""
    return [person for person in people if person.presence is not Presence.LEFT]


def runs_the_class(person: Participant) -> bool:
    """Hosts and co-hosts: never put out without a second word."""
    return person.role is not ParticipantRole.ATTENDEE


def unknown_first(people: Sequence[Participant], staff: frozenset[str]) -> list[Participant]:
    """In the order a teacher looks for an intruder: no e-mail and late in first, staff and hosts last."""

    def rank(person: Participant) -> tuple[int, float, str]:
        safe = 2 if runs_the_class(person) or person.email.casefold() in staff else 1 if person.email else 0
        joined = person.joined_at.timestamp() if person.joined_at else 0.0
        return safe, -joined, person.id

    return sorted(people, key=rank)
