"""How a finding is told: what was seen and what is not known, without a name but beside the buttons of its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from modbot.command import title_of
from modbot.findings import Finding, FindingKind
from modbot.identity import Verdict, Why
from modbot.model import Participant, Presence, Session
from modbot.outcome_words import span
from modbot.picking import MAX_LISTED
from modbot.reply import Button, Person, Reply, Style
from modbot.standing import Group, Standing
from modbot.sweeping import noted, sweep_button

UNTAUGHT = "modbot knows no teacher of this class in Slack, so it tells you. Names are shown to whoever asks."
ABOUT: Mapping[str, str] = {
    FindingKind.JOIN_WAVE: "crowds of unknown people",
    FindingKind.IMPOSTOR: "names that may not be theirs",
    FindingKind.STRANGER_SHARES: "strangers who share",
    FindingKind.NAME_TAKEN_OVER: "names taken over from people who left",
}
_GUARDED = (Group.HOST, Group.STAFF)
_TWO = {
    Why.DOUBLE: "Two people in {title} show the same name.",
    Why.SAME_NAME: "Two people in {title} show the same name.",
    Why.NEAR_DOUBLE: "Two people in {title} show almost the same name: a letter or two differ.",
}
_ONE = {
    Why.OTHER_ACCOUNT: "Somebody in {title} shows a student's name, with an account that is not in this class.",
    Why.ALIKE: "Somebody in {title} shows a student's name in letters that only look alike.",
    Why.NO_SIGN_IN: "Somebody in {title} shows a student's name and is not signed in.",
    Why.STUDENT_SIGNS_IN: "Somebody in {title} shows the name of a student who usually signs in, and did not.",
}
_PERHAPS_ONE = "It may be a typing mistake, a shared account or another device: modbot cannot tell."
_PERHAPS_TWO = "It may be one person with two devices."
_WHO = {True: "One is signed in as a student of this class; the other is not.",
        False: "modbot sees neither of them signed in as a student, so it cannot tell which one is."}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """Findings of one kind in one session, and how those present stand. `caution`: the roster is old."""

    session: Session
    kind: FindingKind
    findings: Sequence[Finding]
    verdicts: Mapping[str, Verdict]
    standings: Sequence[Standing]
    caution: str = ""


def to_teacher(seen: Seen) -> Reply:
    """For the teacher of the class alone: with the names that people show, and a button beside each."""
    rows = _rows(seen)
    more = len(_people(seen)) - len(rows)
    listed = (f"{len(rows)} of {len(rows) + more} are listed.",) if more > 0 else ()
    sweep = (sweep_button(seen.session, "Put out the strangers…"),) if seen.kind is FindingKind.JOIN_WAVE else ()
    return Reply(
        _headline(seen),
        lines=tuple(filter(None, (*_lines(seen), seen.caution, *listed))),
        people=rows,
        buttons=(*sweep, *_buttons(seen)),
        footnote=_footnote(seen),
    )


def to_helpers(seen: Seen) -> Reply:
    """For a channel that many read: nobody is named."""
    lines = tuple(filter(None, (*_lines(seen), seen.caution, UNTAUGHT)))
    choose = Button("Put out…", "eject", {"session": seen.session.key}, Style.DANGER)
    return Reply(_headline(seen), lines=lines, buttons=(choose, *_buttons(seen)), footnote=_footnote(seen))


def _footnote(seen: Seen) -> str:
    return f"{seen.session.room.platform.label} · noticed by modbot"


def _buttons(seen: Seen) -> tuple[Button, ...]:
    given = {"session": seen.session.key}
    return (
        Button("Lock the room", "lock", given),
        Button("Who is in?", "room", given),
        Button("Not again in this class", "quiet", {**given, "kind": str(seen.kind)}),
    )


# Sentences


def _headline(seen: Seen) -> str:
    title, many = title_of(seen.session), len(seen.findings)
    match seen.kind:
        case FindingKind.JOIN_WAVE:
            came = _figure(seen.findings[0], "arrivals")
            return f"{came} {_people_word(came)} whom modbot does not recognise came into {title}."
        case FindingKind.STRANGER_SHARES:
            who = "Somebody" if many == 1 else f"{many} people"
            return f"{who} whom modbot does not recognise {_shares(seen)} in {title}."
        case FindingKind.NAME_TAKEN_OVER if many == 1:
            return f"Somebody came into {title} under the name of a person who had just left."
        case FindingKind.NAME_TAKEN_OVER:
            return f"{many} people came into {title} under the names of people who had just left."
        case _ if many == 1:
            why = _why(seen.findings[0])
            return (
                (_TWO | _ONE).get(why, "Somebody in {title} shows a name that may not be theirs.").format(title=title)
            )
        case _:
            return f"{many} people in {title} show names that may not be theirs."


def _shares(seen: Seen) -> str:
    if not any(_figure(one, "sharing_now") for one in seen.findings):
        return "shared a screen"
    return "shares a screen" if len(seen.findings) == 1 else "share screens"


def _lines(seen: Seen) -> tuple[str, ...]:
    first = seen.findings[0]
    match seen.kind:
        case FindingKind.JOIN_WAVE:
            here, students = _figure(first, "here"), _figure(first, "class_size")
            came = f"They came within {span(timedelta(seconds=max(1, _figure(first, 'seconds'))))}."
            size = f"{students} {'student' if students == 1 else 'students'}"
            return f"{came} {here} were in then; the class has {size}.", "They may be guests: modbot cannot tell."
        case FindingKind.STRANGER_SHARES:
            stopped = () if any(_figure(one, "sharing_now") for one in seen.findings) else ("It has stopped.",)
            return (*stopped, "modbot does not see what is shared.")
        case FindingKind.NAME_TAKEN_OVER:
            said = "Whoever left had shown an e-mail address. Whoever came shows another one, or none."
            return said, "It may be the same person with another device."
        case _ if _why(first) in _TWO:
            return (_WHO[_one_is_signed_in(seen, first)], _PERHAPS_TWO) if len(seen.findings) == 1 else (_PERHAPS_TWO,)
        case _:
            return (_PERHAPS_ONE,)


def _one_is_signed_in(seen: Seen, finding: Finding) -> bool:
    known = (seen.verdicts.get(who) for who in finding.participants)
    return any(verdict is not None and verdict.has(Why.OWN_ACCOUNT) for verdict in known)


def _why(finding: Finding) -> Why:
    return Why(str(dict(finding.evidence)["why"]))


def _figure(finding: Finding, name: str) -> int:
    return int(dict(finding.evidence)[name])


def _people_word(many: int) -> str:
    return "person" if many == 1 else "people"


# People


def _people(seen: Seen) -> list[Participant]:
    """Those it is about, in the order in which the findings name them, who are there or were."""
    known = {one.id: one for one in seen.session.participants}
    named = dict.fromkeys(who for finding in seen.findings for who in finding.participants)
    return [known[who] for who in named if who in known]


def _rows(seen: Seen) -> tuple[Person, ...]:
    stand = {one.person.id: one for one in seen.standings}
    return tuple(_row(seen, person, stand.get(person.id)) for person in _people(seen)[:MAX_LISTED])


def _row(seen: Seen, person: Participant, standing: Standing | None) -> Person:
    if standing is None or person.presence is Presence.LEFT:
        return Person(person.name, "has left")
    button = Button("Put out", "eject", {"session": seen.session.key, "people": person.id})
    spared = standing.group in _GUARDED or _is_own(seen, person)
    return Person(person.name, noted(standing), None if spared else button)


def _is_own(seen: Seen, person: Participant) -> bool:
    """Signed in with the account of a student of the class: nobody to be put out over somebody else's doings."""
    verdict = seen.verdicts.get(person.id)
    return verdict is not None and verdict.has(Why.OWN_ACCOUNT)
