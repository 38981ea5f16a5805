"""The wires themselves: what they pass on is what was sent, however it came in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.xmpp_wire import of, split

STANZAS = (
    b"<iq type='get' id='1' to='algebra@conference.localhost'><query xmlns='jabber:iq:last'/></iq>",
    b'<iq id="2" type="result" from="conference.localhost"/>',
    b"<presence to='algebra@conference.localhost/modbot'/>",
    b"<message to='a'><body>no &lt;iq here</body></message>",
    b"<presence from='a@conference.localhost/iq'><show>away</show><x><status code='110'/></x></presence>",
)
BETWEEN = (b"", b" ", b"<r xmlns='urn:xmpp:sm:3'/>", b"<stream:features/>")


@st.composite
def _chunked(draw: st.DrawFn) -> tuple[list[bytes], list[bytes]]:
    stanzas = draw(st.lists(st.sampled_from(STANZAS), max_size=6))
    between = [draw(st.sampled_from(BETWEEN)) for _ in stanzas]
    stream = b"".join(part for pair in zip(between, stanzas, strict=True) for part in pair)
    cuts = sorted(draw(st.sets(st.integers(0, len(stream)))))
    return stanzas, [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


@given(_chunked())
def test_stanzas_are_found_whole_and_nothing_is_lost(chunked: tuple[list[bytes], list[bytes]]) -> None:
    stanzas, chunks = chunked
    passed: list[bytes] = []
    rest = b""
    for chunk in chunks:
        parts, rest = split(rest + chunk)
        passed += parts
    assert rest == b""
    assert b"".join(passed) == b"".join(chunks)
    assert [part for part in passed if part.startswith((b"<iq", b"<presence", b"<message"))] == stanzas


def test_the_attributes_of_a_request_are_read_in_either_quotes() -> None:
    assert [of(stanza, b"id") for stanza in STANZAS[:2]] == [b"1", b"2"]
    assert of(STANZAS[0], b"to") == b"algebra@conference.localhost"
    assert of(STANZAS[1], b"to") == b""
