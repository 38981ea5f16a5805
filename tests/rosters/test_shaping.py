"""Pages with half a character in them, as systems send them that cut names at so many units, are read all the same."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import MalformedAnswer
from modbot.rosters.clever.shapes import USERS
from modbot.rosters.oneroster_rest.shapes import Shape, User

PEOPLE = Shape("users", User)
ANY_TEXT = st.text(st.characters())  # halves of characters too


def at_clever(first: str, unused: str = "") -> bytes:
    """A page of one person, and a field modbot has no use for."""
    return json.dumps({"data": [{"data": {"id": "1", "nickname": unused, "name": {"first": first}}}]}).encode()


def at_oneroster(given_name: str, unused: str = "") -> bytes:
    """The same in OneRoster's words."""
    return json.dumps({"users": [{"sourcedId": "1", "pronouns": unused, "givenName": given_name}]}).encode()


def names(page: bytes) -> list[str | None]:
    """Who is on a page of either."""
    if b'"users"' in page[:20]:
        return [user.givenName for user in PEOPLE.read(page) if user is not None]
    return [user.name.first for user in USERS.read(page)[0] if user is not None and user.name is not None]


@pytest.mark.parametrize("page", [at_clever, at_oneroster])
@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("Zoë \ud83d", "Zoë \ufffd"),
        ("\udd8a Fox", "\ufffd Fox"),
        ("\ud83d\ud83d", "\ufffd\ufffd"),
        ("\ud83d \U0001f98a", "\ufffd \U0001f98a"),
        (r"C:\ud83d \ud83d" + "\ud83d", r"C:\ud83d \ud83d" + "\ufffd"),  # written out, it is no character
    ],
)
def test_half_a_character_in_a_name_is_shown_as_one_that_cannot_be(
    page: Callable[[str], bytes], sent: str, read: str
) -> None:
    assert names(page(sent)) == [read]


@pytest.mark.parametrize("page", [at_clever("Ann", "\ud83d"), at_oneroster("Ann", "\ud83d")])
def test_half_a_character_where_modbot_does_not_look_spoils_nothing(page: bytes) -> None:
    assert names(page) == ["Ann"]


@pytest.mark.parametrize("page", [at_clever("Ann"), at_oneroster("Ann")])
def test_a_byte_order_mark_spoils_nothing(page: bytes) -> None:
    assert names(b"\xef\xbb\xbf" + page) == ["Ann"]


@pytest.mark.parametrize("page", [at_clever("Ann"), at_oneroster("Ann")])
def test_half_a_page_is_still_no_page(page: bytes) -> None:
    with pytest.raises(MalformedAnswer, match="json_invalid"):
        names(page[:-3])


@given(ANY_TEXT, ANY_TEXT)
def test_whatever_a_name_is_made_of_its_page_is_read(sent: str, unused: str) -> None:
    whole = sent.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert names(at_clever(sent, unused))[0] is not None
    if "\ufffd" not in whole:
        assert names(at_clever(sent, unused)) == names(at_oneroster(sent, unused)) == [whole]
