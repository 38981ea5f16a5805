"""What comes from the server is read whatever it holds: names are hostile, and so may be a server."""

from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from modbot.platforms.jitsi import stanzas
from modbot.platforms.jitsi.whole_tags import WholeTags
from modbot.settings.jitsi import JitsiSettings
from tests.platforms.jitsi.proxy import Stanzas

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
TAGS = st.sampled_from(
    [
        f"{{{stanzas.USER}}}x",
        f"{{{stanzas.USER}}}item",
        f"{{{stanzas.USER}}}status",
        f"{{{stanzas.USER}}}destroy",
        f"{{{stanzas.NICK}}}nick",
        f"{{{stanzas.OCCUPANT_ID}}}occupant-id",
        f"{{{stanzas.CLIENT}}}error",
        f"{{{stanzas.ERRORS}}}conflict",
        f"{{{stanzas.OWNER}}}query",
        f"{{{stanzas.DATA}}}x",
        f"{{{stanzas.DATA}}}field",
    ]
)
NAMES = st.sampled_from(["from", "type", "code", "jid", "role", "affiliation", "nick", "id", "var"])


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> Element:
    """Any tree of the elements that rooms speak with, in any order."""
    element = Element(draw(TAGS), draw(st.dictionaries(NAMES, TEXTS, max_size=4)))
    element.text = draw(TEXTS)
    if depth:
        element.extend(draw(st.lists(elements(depth=depth - 1), max_size=3)))
    return element


@st.composite
def users(draw: st.DrawFn) -> Element:
    """What a room says of whoever is there, with anything in it."""
    user = Element(f"{{{stanzas.USER}}}x")
    SubElement(user, f"{{{stanzas.USER}}}item", draw(st.dictionaries(NAMES, TEXTS, max_size=4)))
    user.extend(draw(st.lists(elements(), max_size=3)))
    return user


@given(st.dictionaries(NAMES, TEXTS, max_size=4), st.lists(elements() | users(), max_size=4))
def test_any_presence_can_be_read(attributes: dict[str, str], children: list[Element]) -> None:
    presence = Element(f"{{{stanzas.CLIENT}}}presence", attributes)
    presence.extend(children)
    sight = stanzas.sight_of(presence)
    assert all(occupant.nick == sight.nick for occupant in sight.occupants)


@given(st.lists(elements(), max_size=4))
def test_any_answer_can_be_read_for_settings(children: list[Element]) -> None:
    answer = Element(f"{{{stanzas.CLIENT}}}iq")
    answer.extend(children)
    found = stanzas.settings_in(answer)
    assert found is None or isinstance(found.members_only, bool)


@given(TEXTS, TEXTS)
def test_a_name_comes_through_as_it_was_sent(nick: str, name: str) -> None:
    presence = Element(f"{{{stanzas.CLIENT}}}presence", {"from": f"room@conference.example/{nick}"})
    SubElement(presence, f"{{{stanzas.NICK}}}nick").text = name
    SubElement(SubElement(presence, f"{{{stanzas.USER}}}x"), f"{{{stanzas.USER}}}item", jid="a@b/c")
    (occupant,) = stanzas.sight_of(fromstring(tostring(presence))).occupants  # noqa: S314 - written above
    assert (occupant.nick, occupant.name) == (nick, name.strip())


@given(st.lists(elements(), min_size=1, max_size=5), st.integers(1, 50))
def test_the_relay_cuts_a_stream_into_the_stanzas_it_is_made_of(sent: list[Element], size: int) -> None:
    written = [tostring(one) for one in sent]
    stream = b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>" + b"".join(written)
    cutter = Stanzas()
    pieces = [piece for at in range(0, len(stream), size) for piece in cutter.feed(stream[at : at + size])]
    assert pieces[1:] == written


@given(st.lists(elements(), min_size=1, max_size=5), st.integers(1, 50))
def test_a_parser_never_sees_half_a_tag_and_misses_nothing(sent: list[Element], size: int) -> None:
    stream, tags = b"".join(tostring(one) for one in sent), WholeTags()
    given = [tags.feed(stream[at : at + size]) for at in range(0, len(stream), size)]
    assert b"".join(given) == stream
    assert all(piece.endswith(b">") for piece in given if piece)


def test_an_empty_answer_holds_no_settings() -> None:
    assert stanzas.settings_in(Element(f"{{{stanzas.CLIENT}}}iq")) is None


@pytest.mark.parametrize("room", ["", "period 3", "algebra@conference.example", "a/b", "a'b", "<a>"])
def test_a_room_name_that_no_address_can_hold_is_a_mistake_in_the_settings(room: str) -> None:
    with pytest.raises(ValidationError, match="room name"):
        JitsiSettings(hosts={room: "ada.reyes@example.org"})


def test_room_names_are_kept_as_the_server_writes_them() -> None:
    assert JitsiSettings(hosts={"Algebra1": "ada.reyes@example.org"}).hosts == {"algebra1": "ada.reyes@example.org"}


def test_a_password_is_not_shown_with_the_settings_of_a_room() -> None:
    assert "invented" not in repr(stanzas.RoomSettings(members_only=True, password="invented"))
