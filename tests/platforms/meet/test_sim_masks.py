"""The parsers of the simulated Google, fed with whatever somebody may send."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.simulators.meet.filters import clauses, event_filter
from modbot.simulators.meet.masks import selection, show, update_paths
from modbot.simulators.meet.messages import PARTICIPANT, SPACE, page_of, read
from modbot.simulators.meet.refusal import Refused

PEOPLE = page_of("participants", PARTICIPANT)
TIMES, NAMES = frozenset({"start_time", "end_time"}), frozenset({"space.name"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(SPACE)) | st.text(), inner),
    max_leaves=12,
)


def status_of(parse: Any, *args: Any) -> int:
    """200 when a parser understands it, or what it is refused with: anything else it raises is a fault."""
    try:
        parse(*args)
    except Refused as refusal:
        return refusal.status
    return 200


@given(st.text(alphabet="participantsname/.,()* _x"))
def test_a_field_mask_is_understood_or_refused(text: str) -> None:
    assert status_of(selection, text, PEOPLE) in {200, 400}


@given(st.text() | st.text(alphabet='start_time ISNULAD<>="2026-01'))
def test_a_filter_is_understood_or_refused(text: str) -> None:
    assert status_of(clauses, text, TIMES, NAMES) in {200, 400}
    assert status_of(event_filter, text) in {200, 400}


@given(JSON)
def test_a_body_is_understood_or_refused(body: Any) -> None:
    assert status_of(read, body, SPACE) in {200, 400}


@given(st.text())
def test_an_update_mask_is_understood_or_refused(text: str) -> None:
    assert status_of(update_paths, text, {}, SPACE, "config") in {200, 400}


def test_a_mask_that_nests_without_end_is_refused() -> None:
    with pytest.raises(Refused):
        selection("participants/" + "a(" * 5000, PEOPLE)


@given(st.sets(st.sampled_from(sorted(PARTICIPANT)), min_size=1))
def test_a_mask_shows_what_it_names_and_nothing_else(names: set[str]) -> None:
    answer = {"participants": [dict.fromkeys(PARTICIPANT, "x")], "totalSize": 1}
    chosen = selection(f"participants({','.join(sorted(names))})", PEOPLE)
    assert show(answer, chosen) == {"participants": [dict.fromkeys(names, "x")]}


def test_the_wider_of_two_selections_of_one_field_counts() -> None:
    answer = {"participants": [{"name": "n", "earliestStartTime": "t"}]}
    for text in ("participants,participants/name", "participants/name,participants", "participants/*"):
        assert show(answer, selection(text, PEOPLE)) == answer


def test_enumerations_are_taken_by_number_as_generated_clients_send_them() -> None:
    assert read({"config": {"access_type": 3}}, SPACE) == {"config": {"accessType": "RESTRICTED"}}
