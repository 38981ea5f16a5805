"""Only Slack's own, recent requests are let in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from modbot.errors import RequestRejected
from modbot.slack.signature import sign, verify

SECRET = b"invented-signing-secret"
NOW = 1_800_000_000.0
STAMP = "1800000000"
BODY = b"command=%2Flock&text=Room+12"


def test_a_rightly_signed_request_passes() -> None:
    verify(SECRET, STAMP, sign(SECRET, STAMP, BODY), BODY, NOW)


@pytest.mark.parametrize("age", [-300, -1, 0, 299, 300])
def test_up_to_300_seconds_either_way_pass(age: int) -> None:
    stamp = str(int(NOW) - age)
    verify(SECRET, stamp, sign(SECRET, stamp, BODY), BODY, NOW)


@pytest.mark.parametrize("age", [-301, 301, 86_400])
def test_older_or_newer_is_rejected_though_rightly_signed(age: int) -> None:
    stamp = str(int(NOW) - age)
    with pytest.raises(RequestRejected) as rejected:
        verify(SECRET, stamp, sign(SECRET, stamp, BODY), BODY, NOW)
    assert rejected.value.status == 401


ODD_TIMESTAMPS = {
    "absent": "",
    "400 digits": "1" * 400,
    "13 digits": "1800000000000",
    "words": "yesterday",
    "negative": "-1800000000",
    "fraction": "1800000000.0",
    "spaces": " 1800000000",
    "underscore": "1_800_000_000",
    "Arabic digits": "١٨٠٠٠٠٠٠٠٠",
    "superscript": "²",
    "null": "18000000\x000",
    "lone surrogate": "\udcff",
}


@pytest.mark.parametrize("stamp", ODD_TIMESTAMPS.values(), ids=ODD_TIMESTAMPS.keys())
def test_an_odd_timestamp_is_rejected_with_401(stamp: str) -> None:
    with pytest.raises(RequestRejected) as rejected:
        verify(SECRET, stamp, sign(SECRET, STAMP, BODY), BODY, NOW)
    assert rejected.value.status == 401


def test_a_400_digit_timestamp_is_rejected_even_when_rightly_signed() -> None:
    stamp = "1" * 400
    with pytest.raises(RequestRejected):
        verify(SECRET, stamp, sign(SECRET, stamp, BODY), BODY, NOW)


GOOD = sign(SECRET, STAMP, BODY)
ODD_SIGNATURES = {
    "absent": "",
    "no prefix": GOOD[3:],
    "other version": "v1=" + GOOD[3:],
    "cut": GOOD[:-1],
    "longer": GOOD + "0",
    "upper case": GOOD.upper().replace("V0", "v0"),
    "not hexadecimal": "v0=" + "g" * 64,
    "not ASCII": "v0=" + "é" * 64,
    "lone surrogate": "v0=" + "\udcff" * 64,
    "one digit off": GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"),
}


@pytest.mark.parametrize("signature", ODD_SIGNATURES.values(), ids=ODD_SIGNATURES.keys())
def test_an_odd_signature_is_rejected_with_401(signature: str) -> None:
    with pytest.raises(RequestRejected) as rejected:
        verify(SECRET, STAMP, signature, BODY, NOW)
    assert rejected.value.status == 401


def test_a_changed_body_another_secret_and_no_secret_are_rejected() -> None:
    for secret, body in ((SECRET, BODY + b"!"), (b"other", BODY), (b"", BODY)):
        with pytest.raises(RequestRejected):
            verify(secret, STAMP, GOOD, body, NOW)


def test_an_empty_secret_never_verifies_what_was_signed_with_it() -> None:
    with pytest.raises(RequestRejected):
        verify(b"", STAMP, sign(b"", STAMP, BODY), BODY, NOW)


@given(stamp=st.text(), signature=st.text(), body=st.binary())
def test_whatever_comes_is_rejected_and_nothing_else_is_raised(stamp: str, signature: str, body: bytes) -> None:
    with pytest.raises(RequestRejected):
        verify(SECRET, stamp, signature, body, NOW)


@given(body=st.text(st.characters(codec="utf-8")))
def test_the_signature_is_the_one_slacks_own_library_makes(body: str) -> None:
    theirs = SignatureVerifier(SECRET.decode()).generate_signature(timestamp=STAMP, body=body.encode())
    assert sign(SECRET, STAMP, body.encode()) == theirs
