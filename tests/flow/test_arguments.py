"""What teachers type on phones is understood, and nothing typed can break the parser."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.arguments import MAX_DURATION, parse


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Jaden", ("Jaden",)),
        ("“Jaden O’Neil”", ("Jaden O’Neil",)),
        ('"Jaden O\'Neil", Sam', ("Jaden O'Neil", "Sam")),
        ("O’Neil", ("O’Neil",)),
        ("O'Neil D'Arcy", ("O'Neil", "D'Arcy")),
        ("‘Sam Lee’", ("Sam Lee",)),
        ("«Sam Lee»", ("Sam Lee",)),
        ("<@U123|sam>", ("@U123",)),
        ("<mailto:sam@example.org|sam@example.org>", ("sam@example.org",)),
        ("<https://zoom.us/j/123|zoom.us/j/123>", ("https://zoom.us/j/123",)),
        ("sam,lee", ("sam", "lee")),
        ('"unclosed name', ('"unclosed', "name")),
        ("", ()),
        ("   ", ()),
    ],
)
def test_words_are_kept_together_as_they_were_meant(typed: str, words: tuple[str, ...]) -> None:
    assert parse(typed).words == words


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("for 15m", 15),
        ("for 15 minutes", 15),
        ("FOR 15 MIN", 15),
        ("for 1h", 60),
        ("for 1h 30m", 90),
        ("for 90s", 1.5),
        ("for 999h", MAX_DURATION.total_seconds() / 60),
        ("for 2 days", MAX_DURATION.total_seconds() / 60),
    ],
)
def test_a_time_at_the_end_is_a_duration(typed: str, minutes: float) -> None:
    assert parse(f"period 3 {typed}").duration == timedelta(minutes=minutes)
    assert parse(f"period 3 {typed}").words == ("period", "3")


@pytest.mark.parametrize("typed", ["for 0m", "for ever", "for", "for 15", "for 15 parsecs", "for 2 months"])
def test_what_is_not_a_time_stays_words(typed: str) -> None:
    assert parse(typed).duration is None
    assert parse(typed).words == tuple(typed.split())


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("for 2 days", timedelta(days=2)),
        ("for 1w 2d", timedelta(days=9)),
        ("for 36h", timedelta(hours=36)),
        ("for 99999 weeks", timedelta(weeks=99999)),
    ],
)
def test_how_long_was_typed_is_known_however_long_it_is(typed: str, span: timedelta) -> None:
    assert parse(f"share @U1 {typed}").span == span


@pytest.mark.parametrize("typed", ["for 15m in period 3", "in period 3 for 15m"])
def test_the_time_may_stand_before_or_after_the_room(typed: str) -> None:
    arguments = parse(f"share @U1 {typed}")
    assert (arguments.words, arguments.room, arguments.span) == (("share", "@U1"), "period 3", timedelta(minutes=15))


def test_a_room_follows_in_and_a_reason_follows_because() -> None:
    arguments = parse("Sam Lee in Period 3 because shouting slurs, twice")
    assert (arguments.words, arguments.room, arguments.reason) == (
        ("Sam", "Lee"),
        "Period 3",
        "shouting slurs, twice",
    )


def test_a_quoted_in_is_a_name_and_not_a_keyword() -> None:
    assert parse('"in" lee').room == ""


@given(st.text(max_size=400))
def test_nothing_typed_makes_parsing_fail(typed: str) -> None:
    arguments = parse(typed)
    assert all(word.strip() for word in arguments.words)


@given(st.lists(st.from_regex(r"[A-Za-zÀ-ÿ’'\-]{1,12}", fullmatch=True), min_size=1, max_size=4))
def test_a_name_in_curly_quotes_is_always_one_word(parts: list[str]) -> None:
    name = " ".join(part.strip("'’-") or "x" for part in parts)
    assert parse(f"“{name}”").words == (name,)
