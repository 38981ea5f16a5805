"""Nothing hidden in a name reaches staff hidden."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot.messages.names import defang

NASTY = "\u202e\u200b\u200d\ufeff\u2066\u0000\n\r\u2028\u00a0\ufe0f\u034f\u3164\u0301\u0338\u0353= ❤☃⟨\U000e0041\ud800"

# Lists of parts, since st.text would draw from all of Unicode alike and hardly ever meet these.
hostile = st.lists(
    st.sampled_from(NASTY) | st.characters(exclude_categories=()) | st.sampled_from("Jaden Cole"), max_size=80
).map("".join)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Jaden Cole", "Jaden Cole"),
        ("Zoë Núñez", "Zoë Núñez"),
        ("Zoe\u0308", "Zoë"),
        ("  Ms.\tRivera \n (host) ", "Ms. Rivera (host)"),
        ("\u202eneda\u202c", "⟨U+202E⟩neda⟨U+202C⟩"),
        ("Ja\u200bden", "Ja⟨U+200B⟩den"),
        ("a\x00b", "a⟨U+0000⟩b"),
        ("\U000e0041dmin", "⟨U+E0041⟩dmin"),
        ("\u3164", "⟨U+3164⟩"),
        ("Mia ❤️", "Mia ❤"),
        ("Mia\ufe0f", "Mia⟨U+FE0F⟩"),
        ("", "(no name)"),
        (" \n\u3000", "(no name)"),
        ("\ud800", "⟨U+D800⟩"),
        ("<!channel> & *bold*", "<!channel> & *bold*"),
        ("李小龍", "李小龍"),
        ("أحمد", "أحمد"),
    ],
)
def test_a_name_is_shown_like_this(name: str, shown: str) -> None:
    assert defang(name) == shown


def test_a_long_name_is_cut_with_an_ellipsis() -> None:
    assert defang("x" * 100, 20) == "x" * 19 + "…"


def test_an_escape_is_never_cut_in_two() -> None:
    assert defang("x" * 15 + "\u202e" + "y", 20) == "x" * 15 + "…"


def test_a_name_of_a_million_characters_is_still_cut_and_says_so() -> None:
    assert defang(" " * 5000 + "x") == "…"
    assert len(defang("\u0301" * 1_000_000)) <= 60


def test_stacked_marks_do_not_paint_over_the_lines_above() -> None:
    shown = defang("Z" + "\u0353" * 30, 60)
    assert sum(unicodedata.category(char) == "Mn" for char in shown) == 4


def test_a_limit_too_small_for_anything_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        defang("x", 15)


@given(name=hostile, limit=st.integers(16, 300))
def test_what_is_shown_hides_nothing_and_is_bounded(name: str, limit: int) -> None:
    shown = defang(name, limit)
    assert 0 < len(shown) <= limit
    for char in shown:
        assert unicodedata.category(char)[0] != "C", f"U+{ord(char):04X}"
        assert unicodedata.category(char) not in ("Zl", "Zp")
        assert unicodedata.bidirectional(char) not in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        assert char not in "\u200b\u200c\u200d\u2060\ufeff\ufe0f\u3164\u115f\u034f"
    assert shown == shown.strip()
    assert shown.isprintable()


@given(name=hostile)
def test_showing_what_is_shown_changes_nothing(name: str) -> None:
    shown = defang(name)
    assert defang(shown) == shown
