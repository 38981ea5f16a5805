"""Who is in a class: rows of Teams' rosters as participants, and which row is somebody whom events told of.

Graph does not say that the ids in events are those of the calling bot's roster. So a person is found by id where the
ids agree, else by their directory id, else by a name that leaves no choice.
https://learn.microsoft.com/graph/api/resources/participant
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from modbot.model import Participant, ParticipantRole, Presence
from modbot.platforms.teams.answers import field, text
from modbot.platforms.teams.classes import OnlineClass

MAX_ID = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A participant with what the roster says beside it."""

    participant: Participant
    muted: bool = False


def row_of(source: Mapping[str, Any], of: OnlineClass, bot_id: str) -> Row | None:
    """One row of a roster or of an event; None for modbot's own bot, and for what has no id."""
    identity = field(field(source, "info"), "identity") or field(source, "identity")
    own_id = text(source, "id")
    if not own_id or len(own_id) > MAX_ID or text(identity, "application", "id").casefold() == bot_id.casefold():
        return None
    oid = text(identity, "user", "id")
    hosting = bool(oid) and oid.casefold() == of.organizer_oid.casefold()
    who = Participant(
        id=own_id,
        name=_name(identity),
        email=of.host_email if hosting else "",
        role=ParticipantRole.HOST if hosting else ParticipantRole.ATTENDEE,
        presence=_presence(source),
        alias=oid,
    )
    return Row(who, muted=field(source, "isMuted") is True)


def known_rows(rows: Sequence[Row], heard: Sequence[Participant]) -> list[Row]:
    """The rows, each under the id by which modbot knows the person where it knows them.

    Where people of one name cannot be told apart, all whom events told of count as present: nobody is taken for gone
    because of a name they share.
    """
    by_id, apart, strangers = _sorted(rows, heard)
    found = [by_id[who.id] for who in heard if who.id in by_id]
    for person, alike in strangers.items():
        known = apart.pop(person, [])
        somebody_in = any(row.participant.presence is Presence.JOINED for row in alike)
        presence = Presence.JOINED if somebody_in else Presence.LOBBY
        for number, who in enumerate(known):
            row = alike[min(number, len(alike) - 1)]
            found.append(Row(replace(row.participant, id=who.id, presence=presence), row.muted))
        found += alike[len(known) :]
    return found


def to_remove(
    rows: Sequence[Row], people: Sequence[Participant], heard: Sequence[Participant]
) -> tuple[list[str], list[Participant]]:
    """The roster's ids to remove so that `people` are out; and those who share a name with somebody who is to stay."""
    by_id, apart, strangers = _sorted(rows, heard)
    wanted = {who.id for who in people}
    removed, unclear = wanted & by_id.keys(), []
    for who in people:
        person = same_person(who)
        alike = strangers.get(person, []) if person else []
        if who.alias:  # every device of theirs
            removed |= {row.participant.id for row in rows if same_person(row.participant) == person}
        elif who.id not in by_id and alike:
            known = apart.get(person, [])
            if len(alike) <= len(known) and all(one.id in wanted for one in known):
                removed |= {row.participant.id for row in alike}
            else:
                unclear.append(who)
    return sorted(removed), unclear


def _sorted(
    rows: Sequence[Row], heard: Sequence[Participant]
) -> tuple[dict[str, Row], dict[str, list[Participant]], dict[str, list[Row]]]:
    """Rows whose id is known; then those known and those in the roster who are left, by what makes them one person."""
    ids = {who.id for who in heard}
    by_id = {row.participant.id: row for row in rows if row.participant.id in ids}
    apart: dict[str, list[Participant]] = defaultdict(list)
    strangers: dict[str, list[Row]] = defaultdict(list)
    for who in heard:
        if who.id not in by_id and who.presence is not Presence.LEFT and same_person(who):
            apart[same_person(who)].append(who)
    for row in rows:
        if row.participant.id not in by_id:
            strangers[same_person(row.participant)].append(row)
    return by_id, apart, strangers


def same_person(who: Participant) -> str:
    """What makes two rows one person: the directory id, else the name of somebody without one. "": nothing does."""
    if who.alias:
        return f"id:{who.alias.casefold()}"
    return f"name:{who.name}" if who.name else ""


def _presence(source: Mapping[str, Any]) -> Presence:
    if field(source, "removedState") is not None:
        return Presence.LEFT
    return Presence.LOBBY if field(source, "isInLobby") is True else Presence.JOINED


def _name(identity: Any) -> str:
    """The display name of whatever kind of identity it is: user, guest, phone, or one that is not known yet."""
    if not isinstance(identity, Mapping):
        return ""
    names = [text(one, "displayName") for one in (field(identity, "user"), *identity.values())]
    return next((name for name in names if name), "")
