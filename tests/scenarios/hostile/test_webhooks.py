"""Webhooks that no platform sent, or that cannot be read: refused, and the class as modbot knows it is unchanged."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Mapping

import orjson

from modbot.simulators.webex.hooks import signatures
from modbot.simulators.zoom.webhooks import signature_of
from tests.scenarios.hostile.wire import ORTIZ, get, post
from tests.scenarios.school import School

MEGABYTE = 1024 * 1024


def zoom_signed(school: School, body: bytes, at: int | None = None) -> dict[str, str]:
    """Zoom's own headers for this body."""
    stamp = str(int(time.time()) if at is None else at)
    secret = school.district.zoom.webhook_secret
    return {"x-zm-request-timestamp": stamp, "x-zm-signature": signature_of(secret, stamp, body)}


def webex_signed(school: School, body: bytes) -> dict[str, str]:
    """Webex's own headers for this body."""
    return signatures(body, school.district.webex.webhook_secret.encode())


async def statuses(school: School, path: str, cases: Mapping[str, tuple[bytes, Mapping[str, str]]]) -> dict[str, int]:
    """What each case was answered with."""
    return {case: (await post(school, path, body, headers))[0] for case, (body, headers) in cases.items()}


async def test_forged_webhooks_are_refused(school: School) -> None:
    body = orjson.dumps({"event": "meeting.ended", "event_ts": 1, "payload": {}})
    late = int(time.time()) - 3600
    zoom = {
        "no headers": (body, {}),
        "another secret": (body, {**zoom_signed(school, body), "x-zm-signature": signature_of("x", "1", body)}),
        "another body": (body + b" ", zoom_signed(school, body)),
        "an hour old": (body, zoom_signed(school, body, late)),
        "no time": (body, {**zoom_signed(school, body), "x-zm-request-timestamp": "now"}),
        "400 digits": (body, {**zoom_signed(school, body), "x-zm-request-timestamp": "1" * 400}),
    }
    webex = {
        "no headers": (body, {}),
        "another secret": (body, signatures(body, b"x")),
        "another body": (body + b" ", webex_signed(school, body)),
        "SHA-1 of nothing": (body, {"X-Spark-Signature": hmac.new(b"", body, hashlib.sha1).hexdigest()}),
    }
    found = await statuses(school, "/webhooks/zoom", zoom), await statuses(school, "/webhooks/webex", webex)
    assert [set(one.values()) for one in found] == [{401}, {401}], found


async def test_signed_garbage_is_refused_and_breaks_nothing(school: School) -> None:
    odd = [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"x"', b"[" * 100_000, b'{"event": 1}']
    odd += [b'{"event": "meeting.participant_joined"}', b'{"event": "meeting.started", "payload": {"object": []}}']
    odd += [b'{"resource": "meetings", "event": "started", "data": {"id": 7}}', b'{"resource": [], "event": {}}']
    zoom = {repr(body[:30]): (body, zoom_signed(school, body)) for body in odd}
    webex = {repr(body[:30]): (body, webex_signed(school, body)) for body in odd}
    found = await statuses(school, "/webhooks/zoom", zoom) | await statuses(school, "/webhooks/webex", webex)
    assert not {case: status for case, status in found.items() if status != 400 and status != 204}
    assert (await get(school, "/readyz"))[0] == 200


async def test_webhooks_of_a_megabyte_are_refused_with_and_without_a_length(school: School) -> None:
    one, _ = await post(school, "/webhooks/zoom", _chunks())
    other, _ = await post(school, "/webhooks/webex", b"".join([chunk async for chunk in _chunks()]).decode())
    assert (one, other) == (413, 413)


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(64):
        yield b"x" * (MEGABYTE // 64)


async def test_a_platform_that_is_not_set_up_is_told_so(school: School) -> None:
    found = [await post(school, f"/webhooks/{vendor}", b"{}") for vendor in ("teams", "meet", "zoom2", "..", "%00")]
    assert {status for status, _ in found} == {404}


async def test_zoom_proves_its_address_and_a_forger_does_not(school: School) -> None:
    body = orjson.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": "x"}})
    forged, _ = await post(school, "/webhooks/zoom", body, {"x-zm-signature": "v0=0"})
    assert (forged, await school.district.zoom.validate_url()) == (401, True)


async def test_a_forged_end_does_not_end_the_class(school: School) -> None:
    meeting = school.district.open_webex_class()
    await school.settled()
    ended = {"resource": "meetings", "event": "ended", "data": meeting.announced()}
    await post(school, "/webhooks/webex", orjson.dumps(ended), signatures(orjson.dumps(ended), b"guess"))
    answer = await school.type(ORTIZ, "/lock")
    assert answer.text == "Grade 3 Reading is locked."
