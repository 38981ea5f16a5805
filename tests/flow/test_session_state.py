"""Whatever order events arrive in, however often, the session ends in the same state."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from modbot.model import Event, EventKind, Participant, ParticipantRole, PlatformName, Presence, Room, Session
from modbot.session_state import merge, read, registers_of, registers_of_read

ROOM = Room(PlatformName.ZOOM, "85746065432")
T0 = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)


def plain(data: bytes, context: bytes) -> bytes:
    return data


def event(kind: EventKind, seconds: float, who: str = "p1", **participant: object) -> Event:
    person = Participant(id=who, name=f"Name {who}", **participant) if who else None  # type: ignore[arg-type]
    return Event(kind, ROOM, "uuid-1", T0 + timedelta(seconds=seconds), person, title="Period 3", host_id="h1")


def after(*events: Event) -> Session:
    state: dict[bytes, bytes] = {}
    for each in events:
        state = merge(state, registers_of(each, plain))
    session = read(PlatformName.ZOOM, "uuid-1", state, plain)
    assert session is not None
    return session


def presence(session: Session, who: str = "p1") -> Presence:
    return next(person.presence for person in session.participants if person.id == who)


KINDS = [
    EventKind.STARTED,
    EventKind.ENDED,
    EventKind.JOINED,
    EventKind.LEFT,
    EventKind.LOBBY,
    EventKind.LOBBY_LEFT,
    EventKind.ROLE,
    EventKind.SHARING,
    EventKind.NOT_SHARING,
]

some_events = st.lists(
    st.builds(
        lambda kind, seconds, who, role: event(kind, seconds, who, role=role),
        st.sampled_from(KINDS),
        st.integers(0, 30),
        st.sampled_from(["p1", "p2", "p3"]),
        st.sampled_from(list(ParticipantRole)),
    ),
    min_size=1,
    max_size=25,
)


@given(some_events, st.randoms(use_true_random=False))
def test_any_order_with_any_duplicates_gives_the_same_session(events: list[Event], chance: object) -> None:
    shuffled = [*events, *events]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert after(*shuffled) == after(*events)


def test_a_late_join_does_not_bring_back_somebody_who_left() -> None:
    assert presence(after(event(EventKind.LEFT, 20), event(EventKind.JOINED, 10))) is Presence.LEFT


def test_whoever_comes_back_is_in_again() -> None:
    events = [event(EventKind.JOINED, 1), event(EventKind.LEFT, 2), event(EventKind.JOINED, 3)]
    assert presence(after(*events)) is Presence.JOINED


def test_admitted_from_the_lobby_is_in_even_when_the_lobby_event_comes_last() -> None:
    events = [event(EventKind.LOBBY, 1), event(EventKind.JOINED, 5), event(EventKind.LOBBY_LEFT, 6)]
    assert presence(after(*events)) is Presence.JOINED


def test_put_back_into_the_lobby_is_waiting() -> None:
    assert presence(after(event(EventKind.JOINED, 1), event(EventKind.LOBBY, 9))) is Presence.LOBBY


def test_giving_up_in_the_lobby_is_gone() -> None:
    assert presence(after(event(EventKind.LOBBY, 1), event(EventKind.LOBBY_LEFT, 2))) is Presence.LEFT


def test_of_whoever_has_left_it_is_known_from_when_to_when_they_were_there() -> None:
    (person,) = after(event(EventKind.JOINED, 1), event(EventKind.LEFT, 20)).participants
    assert (person.joined_at, person.left_at) == (T0 + timedelta(seconds=1), T0 + timedelta(seconds=20))


def test_a_read_tells_who_is_in_who_waits_and_who_has_gone_unheard() -> None:
    state = merge({}, registers_of(event(EventKind.JOINED, 1, "gone"), plain))
    known = read(PlatformName.ZOOM, "uuid-1", state, plain)
    assert known is not None
    found = [Participant("in"), Participant("waits", presence=Presence.LOBBY)]
    state = merge(state, registers_of_read(known, found, T0 + timedelta(seconds=5), plain))
    session = read(PlatformName.ZOOM, "uuid-1", state, plain)
    assert session is not None
    assert {person.id: person.presence for person in session.participants} == {
        "in": Presence.JOINED,
        "waits": Presence.LOBBY,
        "gone": Presence.LEFT,
    }


def test_a_session_is_known_from_a_join_when_its_start_was_lost() -> None:
    session = after(event(EventKind.JOINED, 4))
    assert (session.title, session.room, session.live) == ("Period 3", ROOM, True)


def test_an_ended_session_is_not_brought_back_by_a_late_start() -> None:
    assert not after(event(EventKind.ENDED, 50, who=""), event(EventKind.STARTED, 1, who="")).live


def test_sharing_from_before_a_drop_does_not_count_after_coming_back() -> None:
    events = [event(EventKind.JOINED, 1), event(EventKind.SHARING, 2), event(EventKind.JOINED, 5)]
    assert not after(*events).participants[0].sharing


def test_sharing_told_under_a_second_id_is_the_same_person() -> None:
    joined = event(EventKind.JOINED, 1, "uuid-of-p", alias="16778240")
    session = after(joined, event(EventKind.SHARING, 2, "16778240"))
    assert [(person.id, person.sharing) for person in session.participants] == [("uuid-of-p", True)]


def test_details_that_do_not_open_leave_the_person_in_the_list() -> None:
    state = merge({}, registers_of(event(EventKind.JOINED, 1), plain))

    def broken(data: bytes, context: bytes) -> bytes:
        raise ValueError("another key")

    session = read(PlatformName.ZOOM, "uuid-1", state, broken)
    assert session is not None
    assert [(person.id, person.name) for person in session.participants] == [("p1", "")]


@given(
    st.one_of(
        st.binary(min_size=16, max_size=16).map(lambda raw: b64encode(raw).decode()),
        st.uuids().map(str),
        st.uuids().map(lambda uuid: uuid.hex.upper()),
        st.uuids().map(lambda uuid: str(uuid).upper()),
        st.text("aZ9+/=_-", min_size=1, max_size=30),
    )
)
def test_every_participants_id_comes_back_as_the_platform_gave_it(participant_id: str) -> None:
    assert after(event(EventKind.JOINED, 1, participant_id)).participants[0].id == participant_id
