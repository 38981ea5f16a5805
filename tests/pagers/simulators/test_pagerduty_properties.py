"""What holds of the simulated PagerDuty for every input: reading events, and signatures."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import given
from hypothesis import strategies as st

from modbot.simulators.pagerduty.events import ACTIONS, SEVERITIES, read_alert, read_change, read_object
from modbot.simulators.pagerduty.hooks import sign
from modbot.simulators.pagerduty.refusal import Refused

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TEXT = st.text(min_size=1, max_size=60).filter(str.strip)
PAYLOAD = st.fixed_dictionaries(
    {"summary": TEXT | JSON, "source": TEXT | JSON, "severity": st.sampled_from(SEVERITIES) | JSON},
    optional={"timestamp": JSON, "component": JSON, "custom_details": JSON},
)
EVENT = st.fixed_dictionaries(
    {
        "routing_key": st.just("0" * 32) | JSON,
        "event_action": st.sampled_from(ACTIONS) | JSON,
        "payload": PAYLOAD | JSON,
    },
    optional={"dedup_key": TEXT | JSON, "links": JSON, "images": JSON, "client": JSON, "client_url": JSON},
)


Read = TypeVar("Read")


def read_or_refused(read: Callable[[Any], Read], what: object) -> Read | None:
    """What was read; None when it was refused with a reason. Anything else fails."""
    try:
        return read(what)
    except Refused as refusal:
        if refusal.status != 400 or not refusal.errors:
            raise
        return None


@given(event=EVENT)
def test_every_event_is_read_or_refused_with_a_reason(event: dict[str, Any]) -> None:
    read = read_or_refused(read_alert, event)
    assert read is None or (read.action in ACTIONS and len(read.summary) <= 1024 and len(read.dedup_key) <= 255)


@given(event=EVENT)
def test_every_change_is_read_or_refused_with_a_reason(event: dict[str, Any]) -> None:
    read = read_or_refused(read_change, event)
    assert read is None or read.summary


@given(body=st.binary(max_size=200))
def test_every_body_is_an_object_or_refused(body: bytes) -> None:
    assert isinstance(read_or_refused(read_object, body), dict | None)


@given(body=st.binary(max_size=300), secrets=st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=3))
def test_any_one_of_the_secrets_verifies_a_webhook(body: bytes, secrets: list[str]) -> None:
    given_signatures = sign(body, secrets).split(",")
    expected = [f"v1={hmac.digest(secret.encode(), body, hashlib.sha256).hex()}" for secret in secrets]
    assert given_signatures == expected
