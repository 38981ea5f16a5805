"""Sealing: what opens, what does not, and which keys are refused."""

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modbot import seal
from modbot.errors import ConfigError, SealBroken
from modbot.seal import Keyring

ALPHA = bytes(range(32))
BETA = bytes(range(1, 33))


def b64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_what_was_sealed_opens_with_its_context(plain: bytes, context: bytes) -> None:
    ring = Keyring([ALPHA])
    sealed = ring.seal(plain, context=context)
    assert ring.open(sealed, context=context) == plain
    assert len(sealed) == len(plain) + 29
    assert len(plain) < 4 or plain not in sealed


@given(st.binary(max_size=60), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_anywhere_does_not_open(plain: bytes, place: int, flip: int) -> None:
    ring = Keyring([ALPHA])
    sealed = bytearray(ring.seal(plain, context=b"s:1"))
    sealed[place % len(sealed)] ^= flip
    with pytest.raises(SealBroken):
        ring.open(bytes(sealed), context=b"s:1")


@given(st.binary(max_size=80))
def test_bytes_that_were_never_sealed_do_not_open(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        Keyring([ALPHA]).open(junk, context=b"")


def test_a_value_moved_to_another_place_does_not_open() -> None:
    ring = Keyring([ALPHA])
    with pytest.raises(SealBroken, match="moved"):
        ring.open(ring.seal(b"Ada", context=b"s:1"), context=b"s:2")


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    old, both, new = Keyring([ALPHA]), Keyring([BETA, ALPHA]), Keyring([BETA])
    sealed = old.seal(b"Ada", context=b"x")
    assert both.open(sealed, context=b"x") == b"Ada"
    assert new.open(both.seal(b"Ada", context=b"x"), context=b"x") == b"Ada"
    with pytest.raises(SealBroken, match="not in the keyring"):
        new.open(sealed, context=b"x")


def test_two_keys_with_the_same_id_byte_both_open() -> None:
    by_id: dict[int, bytes] = {}
    for number in range(1000):
        key = number.to_bytes(32)
        mark = Keyring([key]).seal(b"", context=b"")[0]
        if mark in by_id:
            first, second = by_id[mark], key
            break
        by_id[mark] = key
    sealed = Keyring([first]).seal(b"Ada", context=b"x")
    assert Keyring([second, first]).open(sealed, context=b"x") == b"Ada"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("not base64!", "key 1 is not base64"),
        (b64(ALPHA) + "," + b64(b"short"), "key 2 has 5 bytes"),
        ("", "key 1 has 0 bytes"),
        (b64(ALPHA) + ",", "key 2 has 0 bytes"),
        (b64(ALPHA) + "," + b64(ALPHA), "twice"),
        ("ключ", "key 1 is not base64"),
    ],
)
def test_a_malformed_setting_is_refused_by_name_and_never_shown(written: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=problem) as raised:
        seal.load(written, tmp_path)
    assert raised.value.setting == "MODBOT_ENCRYPTION_KEYS"
    assert b64(ALPHA) not in str(raised.value)


def test_the_first_start_makes_a_key_that_only_the_owner_reads_and_the_second_uses_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    sealed = seal.load(None, data).seal(b"Ada", context=b"x")
    assert stat.S_IMODE((data / "keys").stat().st_mode) == 0o600
    assert [found.name for found in data.iterdir()] == ["keys"]
    assert seal.load(None, data).open(sealed, context=b"x") == b"Ada"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_file_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    seal.load(None, tmp_path)
    (tmp_path / "keys").chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        seal.load(None, tmp_path)


@pytest.mark.parametrize("written", ["", "rubbish\n", "\n\n"])
def test_a_spoilt_key_file_is_refused_and_not_replaced(written: str, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(written)
    path.chmod(0o600)
    with pytest.raises(ConfigError):
        seal.load(None, tmp_path)
    assert path.read_text() == written


def test_rotating_the_file_puts_a_new_key_first(tmp_path: Path) -> None:
    sealed = seal.load(None, tmp_path).seal(b"Ada", context=b"x")
    rotated = seal.rotate(tmp_path)
    assert rotated.open(sealed, context=b"x") == b"Ada"
    first, second = (tmp_path / "keys").read_text().split()
    assert seal.load(first, tmp_path).open(rotated.seal(b"Bo", context=b"x"), context=b"x") == b"Bo"
    assert seal.load(second, tmp_path).open(sealed, context=b"x") == b"Ada"
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600


def test_a_keyring_prints_no_key() -> None:
    assert repr(Keyring([ALPHA, BETA])) == "<Keyring of 2>"
