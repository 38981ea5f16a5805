"""People in a Jitsi room as modbot's participants."""

from collections.abc import Iterable

from modbot.model import Participant, ParticipantRole, Presence
from modbot.platforms.jitsi.rooms import Rooms
from modbot.platforms.jitsi.stanzas import Occupant


def participant(rooms: Rooms, room_jid: str, occupant: Occupant, presence: Presence = Presence.JOINED) -> Participant:
    """One connection to a room. Its id is of the connection, not of the nick, which anybody may change or copy,
    and it is the same in the lobby (`room_jid` is the class's room then too).

    Name and e-mail are what the person typed. Who is moderator is the server's word.
    """
    return Participant(
        id=participant_id(rooms, room_jid, occupant),
        name=occupant.name or occupant.nick,
        email=occupant.email,
        role=role_of(occupant),
        presence=presence,
    )


def participant_id(rooms: Rooms, room_jid: str, occupant: Occupant) -> str:
    """The participant's id, by which eject finds them again."""
    return rooms.pseudonym(room_jid, occupant.jid or f"/{occupant.nick}")


def role_of(occupant: Occupant) -> ParticipantRole:
    """Jitsi's focus makes the first moderator, or all of them, owner of the room."""
    if occupant.role != "moderator":
        return ParticipantRole.ATTENDEE
    return ParticipantRole.HOST if occupant.affiliation == "owner" else ParticipantRole.COHOST


def with_names(present: Iterable[Occupant], seen: dict[str, Occupant]) -> list[Occupant]:
    """Those who are present now, with the name and e-mail each was seen with."""
    named = []
    for one in present:
        known = seen.get(one.jid)
        named.append(Occupant(one.nick, one.jid, one.affiliation, one.role, known.name, known.email) if known else one)
    return named
