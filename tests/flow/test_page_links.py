"""Links by which one person takes one page: only what the district's keys made opens, and only while it is new."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.errors import RequestRejected
from modbot.pagers import Turn
from modbot.seal import KEY_BYTES, Keyring
from modbot.web_pages.links import MOST, PATH, PageLinks

AT = datetime(2026, 11, 24, 17, 14, tzinfo=UTC)
NEW, OLD = b"n" * KEY_BYTES, b"o" * KEY_BYTES
HOUR = timedelta(hours=1)
TURN = Turn(2, 1)


def links(*keys: bytes, at: datetime = AT) -> PageLinks:
    """Links of a district with these keys."""
    return PageLinks(Keyring(keys or (NEW,)), public_url="https://m.example.org", keep=HOUR, now=lambda: at)


def token(page: str = "p1", email: str = "kim.reyes@example.org", made: PageLinks | None = None) -> str:
    """The last part of a link."""
    return (made or links()).url(page, email, TURN).rpartition(PATH)[2]


def refused(found: str, by: PageLinks | None = None) -> int:
    """The status of a link that does not open."""
    with pytest.raises(RequestRejected) as rejected:
        (by or links()).read(found)
    return rejected.value.status


@given(st.text(max_size=80), st.emails())
def test_a_link_says_which_page_and_whose_it_is(page: str, email: str) -> None:
    read = links().read(token(page, email))
    assert (read.page, read.email, read.until, read.turn) == (page, email, AT + HOUR, TURN)


def test_a_link_shows_neither_the_page_nor_the_person() -> None:
    raw = base64.urlsafe_b64decode(token("page-one") + "==")
    assert b"page-one" not in raw
    assert b"kim.reyes" not in raw


def test_two_links_of_one_page_and_person_are_two() -> None:
    assert links().read(token()).id != links().read(token()).id


@given(st.data())
def test_a_link_with_any_bit_changed_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(base64.urlsafe_b64decode(token() + "=="))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert refused(base64.urlsafe_b64encode(sealed).decode().rstrip("=")) == 404


@given(st.text(max_size=2 * MOST))
def test_no_other_words_open(words: str) -> None:
    assert refused(words) == 404


def test_a_link_of_another_district_does_not_open() -> None:
    assert refused(token(made=links(OLD))) == 404


def test_after_the_keys_were_rotated_a_link_still_opens() -> None:
    assert links(NEW, OLD).read(token(made=links(OLD))).page == "p1"


def test_a_link_opens_until_its_time_is_over_and_not_then() -> None:
    found = token()
    assert links(at=AT + HOUR - timedelta(seconds=1)).read(found).page == "p1"
    assert refused(found, links(at=AT + HOUR)) == 410
