"""Sessions in a real store: any order, duplicates and long names; found by host and room; unlisted when over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modbot.model import Event, EventKind, Participant, PlatformName, Presence, Room
from modbot.seal import Keyring
from modbot.session_state import merge, read, registers_of
from modbot.store import Store, connect
from modbot.store.sessions import Sessions

T0 = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
ROOM = Room(PlatformName.WEBEX, "room-1")
RUN = "3a688f6284034_I_1979"
KEYRING = Keyring([bytes(32)])


def event(kind: EventKind, seconds: float = 0, who: Participant | None = None, session_id: str = RUN) -> Event:
    return Event(kind, ROOM, session_id, T0 + timedelta(seconds=seconds), who, "Reading", "Ortiz@example.org")


@pytest.fixture
def sessions(store: Store) -> Sessions:
    return Sessions(store, KEYRING, keep=timedelta(hours=24))


async def test_a_class_is_found_by_its_host_whatever_the_case_of_the_address(sessions: Sessions) -> None:
    await sessions.ingest([event(EventKind.STARTED)])
    assert [s.key for s in await sessions.live_of_host("ortiz@EXAMPLE.org")] == [f"webex:{RUN}"]


async def test_an_ended_class_is_not_live(sessions: Sessions) -> None:
    await sessions.ingest([event(EventKind.STARTED), event(EventKind.ENDED, 60)])
    assert await sessions.live_of_host("ortiz@example.org") == []
    assert await sessions.live_everywhere() == []


async def test_a_class_whose_start_was_lost_is_found_from_a_join(sessions: Sessions) -> None:
    await sessions.ingest([event(EventKind.JOINED, 5, Participant(f"{RUN}_p1", "Sam"))])
    assert [s.title for s in await sessions.live_in_room(ROOM)] == ["Reading"]


async def test_a_participants_whole_id_comes_back(sessions: Sessions) -> None:
    await sessions.ingest([event(EventKind.JOINED, 5, Participant(f"{RUN}_p1", "Sam", "sam@example.org"))])
    found = await sessions.get(f"webex:{RUN}")
    assert found is not None
    assert [(p.id, p.name, p.email) for p in found.participants] == [(f"{RUN}_p1", "Sam", "sam@example.org")]


async def test_a_shorter_name_replaces_a_long_one_whole(sessions: Sessions) -> None:
    await sessions.ingest([event(EventKind.JOINED, 1, Participant("p", "x" * 150, "long@example.org"))])
    await sessions.ingest([event(EventKind.JOINED, 2, Participant("p", "y"))])
    found = await sessions.get(f"webex:{RUN}")
    assert found is not None
    assert [(p.name, p.email) for p in found.participants] == [("y", "")]


async def test_a_join_told_without_a_name_takes_no_known_name_away(sessions: Sessions) -> None:
    await sessions.ingest(
        [event(EventKind.JOINED, 1, Participant("p", "Sam")), event(EventKind.LEFT, 2, Participant("p"))]
    )
    await sessions.ingest([event(EventKind.JOINED, 3, Participant("p"))])
    found = await sessions.get(f"webex:{RUN}")
    assert found is not None
    assert [(p.name, p.presence) for p in found.participants] == [("Sam", Presence.JOINED)]


async def test_no_name_or_address_stands_in_the_store_in_clear(sessions: Sessions, store: Store) -> None:
    await sessions.ingest([event(EventKind.JOINED, 1, Participant("p", "Zebulon Quux", "zeb@pupils.example.org"))])
    (key,) = await store.run("KEYS", "mb:s:*")
    kept = str(await store.run("HGETALL", key)).encode()
    assert b"Zebulon" not in kept
    assert b"pupils" not in kept


async def test_a_full_class_keeps_the_servers_compact_form(sessions: Sessions, store: Store) -> None:
    people = [
        Participant(f"{RUN}_p{n}", f"Some Longer Name {n}", f"some.longer.name{n}@students.example.org")
        for n in range(30)
    ]
    await sessions.ingest([event(EventKind.STARTED), *(event(EventKind.JOINED, n, p) for n, p in enumerate(people))])
    (key,) = await store.run("KEYS", "mb:s:*")
    assert await store.run("OBJECT", "ENCODING", key) == b"listpack"


async def test_one_read_of_the_platform_repairs_what_events_did_not_tell(sessions: Sessions) -> None:
    joined = [event(EventKind.JOINED, n, Participant(f"p{n}", f"Name {n}")) for n in (1, 2)]
    await sessions.ingest(joined)
    before = await sessions.get(f"webex:{RUN}")
    assert before is not None
    there = [Participant("p2", "Name 2"), Participant("p3", "Late", presence=Presence.LOBBY)]
    await sessions.repair(before, there, T0 + timedelta(seconds=30))
    after = await sessions.get(f"webex:{RUN}")
    assert after is not None
    assert {p.id: p.presence for p in after.participants} == {
        "p1": Presence.LEFT,
        "p2": Presence.JOINED,
        "p3": Presence.LOBBY,
    }


async def test_an_event_after_the_read_still_counts(sessions: Sessions) -> None:
    await sessions.ingest([event(EventKind.JOINED, 1, Participant("p1", "Sam"))])
    before = await sessions.get(f"webex:{RUN}")
    assert before is not None
    await sessions.repair(before, [], T0 + timedelta(seconds=30))
    await sessions.ingest([event(EventKind.JOINED, 31, Participant("p1", "Sam"))])
    after = await sessions.get(f"webex:{RUN}")
    assert after is not None
    assert after.participants[0].presence is Presence.JOINED


async def test_a_session_the_platform_no_longer_knows_is_closed(sessions: Sessions) -> None:
    await sessions.ingest([event(EventKind.STARTED)])
    await sessions.close(f"webex:{RUN}", T0 + timedelta(hours=1))
    assert await sessions.live_of_host("ortiz@example.org") == []


people = st.builds(
    Participant,
    st.sampled_from(["p1", f"{RUN}_p2", "p3"]),
    st.text(max_size=90),
    st.sampled_from(["", "a@example.org", "b" * 60 + "@example.org"]),
)
histories = st.lists(
    st.builds(
        event,
        st.sampled_from([kind for kind in EventKind if kind is not EventKind.LINK_EXPOSED]),
        st.integers(0, 5),
        people,
    ),
    min_size=1,
    max_size=12,
)


def sealed(plain: bytes, context: bytes) -> bytes:
    """The same words always sealed alike, so that two stores can be compared."""
    return b"k" + plain


@pytest.mark.usefixtures("unhurried")
@given(histories)
@settings(max_examples=60)
async def test_the_stores_script_merges_exactly_as_the_pure_reducer(server_url: str, events: list[Event]) -> None:
    store = connect(server_url)
    sessions = Sessions(store, KEYRING, keep=timedelta(minutes=1))
    await store.run("FLUSHALL")
    await sessions.ingest(events)
    kept = await sessions.get(f"webex:{RUN}")
    state: dict[bytes, bytes] = {}
    for each in events:
        state = merge(state, registers_of(each, sealed))
    pure = read(PlatformName.WEBEX, RUN, state, lambda data, _: data[1:])
    await store.close()
    assert kept is not None
    assert pure is not None
    assert [(p.id, p.presence, p.role, p.sharing) for p in kept.participants] == [
        (p.id, p.presence, p.role, p.sharing) for p in pure.participants
    ]
    assert (kept.live, kept.title) == (pure.live, pure.title)
