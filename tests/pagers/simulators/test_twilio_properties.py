"""What holds of the simulated Twilio for every input: reading TwiML, signatures, and the parts of a text."""

import base64
import hashlib
import hmac
from xml.sax.saxutils import escape, quoteattr

from hypothesis import given
from hypothesis import strategies as st

from modbot.simulators.twilio import sign
from modbot.simulators.twilio.segments import segments
from modbot.simulators.twilio.twiml import (
    Gather,
    Hangup,
    Pause,
    Redirect,
    Say,
    TwimlError,
    Verb,
    read_messages,
    read_voice,
)

WORDS = st.lists(st.text("abcxyz é&<>'\"0-", min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=4).map(
    lambda words: " ".join(" ".join(words).split())
)
SAYS = WORDS.map(Say)
PAUSES = st.integers(1, 600).map(Pause)
GATHERS = st.builds(
    Gather,
    prompts=st.lists(SAYS | PAUSES, max_size=3).map(tuple),
    action=st.sampled_from(["", "/keys", "https://example.org/keys?page=7&at=1"]),
    method=st.sampled_from(["GET", "POST"]),
    digits=st.none() | st.integers(1, 20),
    timeout_seconds=st.integers(1, 600),
    finish_on_key=st.sampled_from(["", *"0123456789#*"]),
    keypad=st.just(True),
    action_on_empty=st.booleans(),
)
VERBS = st.lists(SAYS | PAUSES | GATHERS | st.just(Hangup()) | WORDS.map(Redirect), max_size=5).map(tuple)


def written(verb: Verb) -> str:
    """A verb as an application writes it."""
    match verb:
        case Say(text):
            return f"<Say voice='alice'>{escape(text)}</Say>"
        case Pause(seconds):
            return f"<Pause length='{seconds}'/>"
        case Redirect(url, method):
            return f"<Redirect method='{method}'>{escape(url)}</Redirect>"
        case Gather():
            return f"<Gather {attributes(verb)}>{''.join(written(one) for one in verb.prompts)}</Gather>"
        case _:
            return "<Hangup/>"


def attributes(verb: Gather) -> str:
    """The attributes of a Gather."""
    digits = f"numDigits='{verb.digits}'" if verb.digits else ""
    empty = str(verb.action_on_empty).lower()
    return (
        f"action={quoteattr(verb.action)} method='{verb.method}' timeout='{verb.timeout_seconds}' {digits} "
        f"finishOnKey='{verb.finish_on_key}' actionOnEmptyResult='{empty}' input='dtmf'"
    )


@given(verbs=VERBS)
def test_what_is_written_is_read(verbs: tuple[Verb, ...]) -> None:
    document = f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(map(written, verbs))}</Response>'
    assert read_voice(document.encode()) == verbs


@given(texts=st.lists(WORDS, max_size=3).map(tuple))
def test_messages_are_read_with_and_without_a_body(texts: tuple[str, ...]) -> None:
    plain = "".join(f"<Message>{escape(text)}</Message>" for text in texts)
    nested = "".join(f"<Message><Body>{escape(text)}</Body></Message>" for text in texts)
    assert read_messages(f"<Response>{plain}{nested}</Response>") == texts * 2


@given(document=st.text(max_size=80) | st.text("<>/ResponseSayGather='\" ", max_size=80) | st.binary(max_size=80))
def test_any_document_is_read_or_refused_with_a_code(document: str | bytes) -> None:
    try:
        found = read_voice(document)
    except TwimlError as error:
        found = ()
        refused = error.code in (12100, 12200, 13310, 13338)
    else:
        refused = True
    assert refused or found


@given(content=st.text("<>/!DOCTYPEentity&;[]\"' ", max_size=60))
def test_a_document_that_declares_a_type_is_never_carried_out(content: str) -> None:
    document = f"<!DOCTYPE Response [{content}]><Response><Say>Hello</Say></Response>"
    assert refusal(document) == 12100


def refusal(document: str) -> int:
    """The code that a document is refused with; 0 when it is carried out."""
    try:
        read_voice(document)
    except TwimlError as error:
        return error.code
    return 0


@given(
    url=st.text(min_size=1, max_size=60),
    fields=st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=30), max_size=8),
    token=st.text("0123456789abcdef", min_size=32, max_size=32),
)
def test_the_signature_does_not_depend_on_the_order_of_the_fields(url: str, fields: dict[str, str], token: str) -> None:
    pairs = "".join(name + value for name, value in sorted(fields.items()))
    digest = hmac.digest(token.encode(), (url + pairs).encode(), hashlib.sha1)
    backwards = dict(reversed(list(fields.items())))
    assert sign(url, backwards, token) == base64.b64encode(digest).decode()


@given(text=st.text(max_size=1600))
def test_a_text_has_at_least_one_part_and_no_more_than_its_length_needs(text: str) -> None:
    units = len(text.encode("utf-16-be", "surrogatepass")) // 2
    assert 1 <= segments(text) <= max(1, -(-units // 67))


@given(length=st.integers(1, 1600))
def test_plain_letters_take_160_places_for_one_part_and_153_for_several(length: int) -> None:
    assert segments("a" * length) == (1 if length <= 160 else -(-length // 153))
