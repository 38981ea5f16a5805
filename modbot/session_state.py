"""What is known of a live session, as registers that only ever move forward.

Platforms deliver events late, twice, out of order or never. So each fact about a participant (present, waiting, role,
sharing, details) is a register holding `time ‖ value`, and two writings of a register merge to the bytewise greater:
an operation that is commutative, associative and idempotent. Whatever the order of arrival, the state is the same,
and no event needs to read what is there before it writes.

A value is the event's time in milliseconds (6 bytes, big-endian) followed by its data. Pure: no I/O, no clock.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from modbot.errors import ModbotError
from modbot.model import Event, EventKind, Participant, ParticipantRole, PlatformName, Presence, Room, Session

TIME_BYTES = 6
MAX_TEXT = 200  # of a title or a name, as kept; the platforms allow less
MAX_PARTICIPANT_ID = 200

META = b"m"  # room, title, host, begin: from the start event
HINT = b"n"  # the same, learned from other events, used when the start event was lost
HOST = b"h"  # the host's e-mail, where an event tells it
ENDED = b"x"
IN_ROOM, IN_LOBBY, ROLE, SHARING, DETAILS = b"p", b"l", b"r", b"s", b"d"

_SEPARATOR = "\x1f"
_SAME = "\x01"


def _dashed(raw: bytes) -> str:
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _undashed(text: str) -> bytes:
    return bytes.fromhex(text.replace("-", ""))


# Written out, since a UUID object takes three times as long, on the path of every arrival.
_UUID_FORMS: tuple[tuple[bytes, int, Callable[[str], bytes], Callable[[bytes], str]], ...] = (
    (b"\x02", 24, lambda text: b64decode(text, validate=True), lambda raw: b64encode(raw).decode()),
    (b"\x03", 36, _undashed, lambda raw: _dashed(raw).upper()),
    (b"\x04", 36, _undashed, _dashed),
    (b"\x05", 32, bytes.fromhex, lambda raw: raw.hex().upper()),
)
_HINT_TIME = bytes(TIME_BYTES)  # hints do not age: the same hint again writes nothing
_OUT, _IN = b"\x00", b"\x01"
_LEFT, _JOINED = b"\x02", b"\x01"  # of one moment's two, having left is the later
_ROLE_CODE = {ParticipantRole.ATTENDEE: b"\x01", ParticipantRole.COHOST: b"\x02", ParticipantRole.HOST: b"\x03"}
_ROLE_OF = {code: role for role, code in _ROLE_CODE.items()}

_LATEST = datetime(9999, 1, 1, tzinfo=UTC)

Seal = Callable[[bytes, bytes], bytes]  # (plain, context) → sealed
Open = Callable[[bytes, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Register:
    """One field to be moved forward to `value`, if that is greater than what is there."""

    field: bytes
    value: bytes


def merge(state: Mapping[bytes, bytes], registers: Iterable[Register]) -> dict[bytes, bytes]:
    """The state after the registers, in any order. The store's script does the same."""
    merged = dict(state)
    for register in registers:
        if merged.get(register.field, b"") < register.value:
            merged[register.field] = register.value
    return merged


def registers_of(event: Event, seal: Seal) -> list[Register]:
    """What an event writes. Participant details are sealed for this session and participant."""
    at = stamp(event.at)
    written = [
        Register(META, at + _meta(event))
        if event.kind is EventKind.STARTED
        else Register(HINT, _HINT_TIME + _meta(event))
    ]
    if event.kind is EventKind.ENDED:
        written.append(Register(ENDED, at))
    if event.host_email:
        written.append(Register(HOST, at + event.host_email[:MAX_TEXT].encode("utf-8", "replace")))
    if event.participant is not None:
        written += _participant_registers(event, event.participant, at, seal)
    return written


def registers_of_read(session: Session, people: Iterable[Participant], at: datetime, seal: Seal) -> list[Register]:
    """What one read of the platform at `at` says about everybody: who is in, who waits, and who has gone unheard.

    Whoever is as was known is not written again: since when they are there would be lost, and so who came first.
    """
    known = Event(EventKind.JOINED, session.room, session.id, at, title=session.title, host_id=session.host_id)
    written = [Register(HINT, _HINT_TIME + _meta(known))]
    heard = {who.id: who for who in session.participants}
    seen = set()
    for who in people:
        if who.presence is Presence.LEFT:
            continue
        seen.add(who.id)
        if who.id in heard and _is_as_known(who, heard[who.id]):
            continue
        kind = EventKind.JOINED if who.presence is Presence.JOINED else EventKind.LOBBY
        told = Event(kind, session.room, session.id, at, who)
        written += _participant_registers(told, who, stamp(at), seal)
    for who in session.participants:
        if who.presence is not Presence.LEFT and who.id not in seen:
            pid = short_id(session.id, who.id)
            written += [Register(IN_ROOM + pid, stamp(at) + _LEFT), Register(IN_LOBBY + pid, stamp(at) + _OUT)]
    return written


def _is_as_known(who: Participant, known: Participant) -> bool:
    details = not who.name or (who.name, who.email, who.alias) == (known.name, known.email, known.alias)
    role = who.role in (ParticipantRole.ATTENDEE, known.role)
    return who.presence is known.presence and details and role


def ended(at: datetime) -> Register:
    """The register that says a session is over."""
    return Register(ENDED, stamp(at))


def _participant_registers(event: Event, who: Participant, at: bytes, seal: Seal) -> list[Register]:
    pid = short_id(event.session_id, who.id)
    match event.kind:
        case EventKind.JOINED:
            return [Register(IN_ROOM + pid, at + _JOINED), *_arrival(event, who, pid, at, seal)]
        case EventKind.LOBBY:
            return [Register(IN_LOBBY + pid, at + _IN), *_arrival(event, who, pid, at, seal)]
        case EventKind.LEFT:
            return [Register(IN_ROOM + pid, at + _LEFT)]
        case EventKind.LOBBY_LEFT:
            return [Register(IN_LOBBY + pid, at + _OUT)]
        case EventKind.ROLE:
            return [Register(ROLE + pid, at + _ROLE_CODE[who.role])]
        case EventKind.SHARING:
            return [Register(SHARING + pid, at + _IN)]
        case EventKind.NOT_SHARING:
            return [Register(SHARING + pid, at + _OUT)]
        case _:
            return []


def _arrival(event: Event, who: Participant, pid: bytes, at: bytes, seal: Seal) -> list[Register]:
    written = []
    if who.name or who.email or who.alias:  # some arrivals are told without a name: they take no known name away
        known = (who.name, who.email, who.alias)
        plain = _SEPARATOR.join(part[:MAX_TEXT].replace(_SEPARATOR, " ") for part in known)
        sealed = seal(plain.encode("utf-8", "replace"), context_of(event.session_id, pid))
        written.append(Register(DETAILS + pid, at + sealed))
    if who.role is not ParticipantRole.ATTENDEE:
        written.append(Register(ROLE + pid, at + _ROLE_CODE[who.role]))
    return written


def short_id(session_id: str, participant_id: str) -> bytes:
    """A participant's id as kept: no part of the session's id (Webex repeats it), a uuid as the bytes it stands for."""
    own = participant_id.removeprefix(session_id)
    if own and own != participant_id:
        return (_SAME + own).encode("utf-8", "replace")[:MAX_PARTICIPANT_ID]
    for mark, length, pack, unpack in _UUID_FORMS:
        if len(participant_id) == length and (raw := _packed(participant_id, pack, unpack)):
            return mark + raw
    return participant_id.encode("utf-8", "replace")[:MAX_PARTICIPANT_ID]


def _packed(participant_id: str, pack: Callable[[str], bytes], unpack: Callable[[bytes], str]) -> bytes:
    """The 16 bytes of a uuid, or b"" for anything that would not come back the same."""
    try:
        raw = pack(participant_id)
    except ValueError:
        return b""
    return raw if len(raw) == 16 and unpack(raw) == participant_id else b""


def _full_id(session_id: str, pid: bytes) -> str:
    for mark, _, _, unpack in _UUID_FORMS:
        if pid[:1] == mark:
            return unpack(pid[1:])
    text = pid.decode("utf-8", "replace")
    return session_id + text.removeprefix(_SAME) if text.startswith(_SAME) else text


def context_of(session_id: str, pid: bytes) -> bytes:
    """What sealed details are bound to: they open for this participant of this session only."""
    return session_id.encode("utf-8", "replace") + b"\x00" + pid


def _meta(event: Event) -> bytes:
    started = _milliseconds(event.at) if event.kind is EventKind.STARTED else 0
    return orjson.dumps([event.room.id, event.title[:MAX_TEXT], event.host_id, started])


def stamp(at: datetime) -> bytes:
    """An aware time as six sortable bytes."""
    return _milliseconds(at).to_bytes(TIME_BYTES, "big")


def _milliseconds(at: datetime) -> int:
    return max(0, min(int(at.timestamp() * 1000), (1 << 48) - 1))


def _time(value: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(value[:TIME_BYTES], "big") / 1000, UTC)


def read(platform: PlatformName, session_id: str, state: Mapping[bytes, bytes], unseal: Open) -> Session | None:
    """The session that a state describes, or None when nothing is known of it.

    Details that do not open (another district's key) leave the participant without a name, never out of the list.
    """
    meta = state.get(META) or state.get(HINT)
    if meta is None:
        return None
    room_id, title, host_id, started_ms = orjson.loads(meta[TIME_BYTES:])
    return Session(
        room=Room(platform, room_id),
        id=session_id,
        title=title,
        host_email=state.get(HOST, b"")[TIME_BYTES:].decode("utf-8", "replace"),
        host_id=host_id,
        started_at=datetime.fromtimestamp(started_ms / 1000, UTC) if started_ms else None,
        ended_at=_time(state[ENDED]) if ENDED in state else None,
        participants=tuple(_participants(session_id, state, unseal)),
    )


def _participants(session_id: str, state: Mapping[bytes, bytes], unseal: Open) -> list[Participant]:
    ids = sorted({field[1:] for field in state if field[:1] in (IN_ROOM, IN_LOBBY)})
    details = {pid: _details(session_id, pid, state, unseal) for pid in ids}
    told_as = {alias.encode(): pid for pid, (_, _, alias) in details.items() if alias}
    state = _unaliased(state, told_as)
    found = [_participant(session_id, pid, state, details[pid]) for pid in ids]
    return sorted(found, key=lambda p: (p.joined_at or _LATEST, p.id))


def _unaliased(state: Mapping[bytes, bytes], told_as: Mapping[bytes, bytes]) -> Mapping[bytes, bytes]:
    """Sharing told under a platform's second id for a participant, moved to the id that arrival gave."""
    known = [(field, told_as[field[1:]]) for field in state if field[:1] == SHARING and field[1:] in told_as]
    return merge(state, (Register(field[:1] + pid, state[field]) for field, pid in known)) if known else state


def _details(session_id: str, pid: bytes, state: Mapping[bytes, bytes], unseal: Open) -> tuple[str, str, str]:
    sealed = state.get(DETAILS + pid)
    if sealed is None:
        return "", "", ""
    try:
        plain = unseal(sealed[TIME_BYTES:], context_of(session_id, pid)).decode("utf-8", "replace")
    except (ValueError, ModbotError):
        return "", "", ""
    name, _, rest = plain.partition(_SEPARATOR)
    email, _, alias = rest.partition(_SEPARATOR)
    return name, email, alias


def _participant(
    session_id: str, pid: bytes, state: Mapping[bytes, bytes], details: tuple[str, str, str]
) -> Participant:
    room, lobby = state.get(IN_ROOM + pid, b""), state.get(IN_LOBBY + pid, b"")
    presence = _presence(room, lobby)
    name, email, alias = details
    shared = state.get(SHARING + pid)
    return Participant(
        id=_full_id(session_id, pid),
        name=name,
        email=email,
        presence=presence,
        role=_ROLE_OF.get(state.get(ROLE + pid, b"")[TIME_BYTES:], ParticipantRole.ATTENDEE),
        sharing=presence is Presence.JOINED and _shares(shared or b"", since=room),
        shared_at=_time(shared) if shared else None,
        joined_at=_time(_arrived(pid, state) or room or lobby) if presence is Presence.LEFT else _time(room or lobby),
        left_at=_time(room or lobby) if presence is Presence.LEFT else None,
        alias=alias,
    )


def _arrived(pid: bytes, state: Mapping[bytes, bytes]) -> bytes:
    """When whoever has left had come: their details were written then. Having left has taken the place of having come.

    A platform that tells the details again at the end gives the later time: nobody seems to have stayed for longer.
    """
    return state.get(DETAILS + pid, b"")


def _shares(sharing: bytes, *, since: bytes) -> bool:
    """Whether the latest word is that they share, and it is not from before they last came in."""
    return sharing[TIME_BYTES:] == _IN and sharing[:TIME_BYTES] >= since[:TIME_BYTES]


def _presence(room: bytes, lobby: bytes) -> Presence:
    """In the lobby if that is the latest word; else in the room if the room's latest word is that they joined."""
    waiting = lobby[TIME_BYTES:] == _IN
    if waiting and lobby[:TIME_BYTES] > room[:TIME_BYTES]:
        return Presence.LOBBY
    return Presence.JOINED if room[TIME_BYTES:] == _JOINED else Presence.LEFT
