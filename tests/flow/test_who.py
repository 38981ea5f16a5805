"""A name finds one person, or it asks; it never guesses between two."""

import pytest

from modbot.model import Participant, ParticipantRole
from modbot.who import find, unknown_first

PEOPLE = [
    Participant("1", "Jaden O’Neil", "jaden@example.org"),
    Participant("2", "Jaden Brooks"),
    Participant("3", "Zoë Martínez"),
    Participant("4", "\u202eevil\u202c name"),
    Participant("5", "iPhone"),
]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("jaden o'neil", ["1"]),
        ("JADEN@example.org", ["1"]),
        ("jaden", ["1", "2"]),
        ("zoe", ["3"]),
        ("martinez", ["3"]),
        ("evil name", ["4"]),
        ("5", ["5"]),
        ("nobody", []),
        ("", []),
    ],
)
def test_who_is_meant(typed: str, ids: list[str]) -> None:
    assert [person.id for person in find(typed, PEOPLE).matches] == ids


def test_a_misspelt_name_is_offered_and_not_taken() -> None:
    found = find("jadon brooks", PEOPLE)
    assert found.one is None
    assert found.near[0].id == "2"


def test_those_nobody_knows_are_listed_first_and_those_who_run_the_class_last() -> None:
    host = Participant("h", "Ms Chang", "chang@example.org", ParticipantRole.HOST)
    signed_in = Participant("s", "Sam", "sam@example.org")
    stranger = Participant("x", "zzz")
    assert [p.id for p in unknown_first([host, signed_in, stranger], frozenset())] == ["x", "s", "h"]
