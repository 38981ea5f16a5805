"""Every request modbot sends, and every answer the simulated Webex gives, against Webex's own OpenAPI description."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from modbot.http import Answer
from modbot.model import Operation
from modbot.platforms import Target
from modbot.platforms.webex.calls import PATCH_TYPE
from modbot.simulators import Seen
from modbot.simulators.webex import ADMIN_SCOPES, USER_SCOPES
from tests.platforms.webex.fakes import MODERATOR, TEACHER, District, aim, session_of
from tests.platforms.webex.test_posture import planned

SPEC = Path(__file__).parents[4] / "shared/specs/webex/webex-meeting-subset.openapi.json"
OUTSIDE = "/v1/access_token"  # OAuth is not part of the Meetings description


@pytest.fixture(scope="module")
def webex_api() -> OpenAPI:
    """The vendor's description, or a skip that says it is not here."""
    if not SPEC.exists():
        pytest.skip(f"vendor data not present: {SPEC.name}")
    config = Config(extra_media_type_deserializers={PATCH_TYPE: orjson.loads})
    return OpenAPI.from_dict(orjson.loads(SPEC.read_bytes()), config=config)


def as_sent(seen: Seen) -> MockRequest:
    """A recorded request as it would have reached webexapis.com."""
    parts = urlsplit(seen.path)
    return MockRequest(
        "https://webexapis.com",
        seen.method.lower(),
        parts.path,
        args=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=seen.headers,
        data=seen.body or None,
        content_type=seen.headers.get("content-type", "application/json"),
    )


async def a_whole_lesson(district: District) -> None:
    """Everything the adapter can ask of Webex, once."""
    platform, meeting = district.platform(), district.class_in_session()
    strangers = [district.sim.join(meeting, f"Guest {n}").id for n in range(3)]
    receipt = await platform.perform(Operation.LOCK, aim(meeting))
    waiting = district.sim.join(meeting, "Ben Ochoa").id
    await platform.perform(Operation.EJECT, aim(meeting, *strangers[:2]))
    await platform.perform(Operation.ADMIT, aim(meeting, waiting))
    await platform.perform(Operation.MUTE, aim(meeting))
    await platform.perform(Operation.RESTORE, aim(meeting, former=receipt.former))
    await platform.perform(Operation.UNLOCK, aim(meeting))
    await platform.read(session_of(meeting))
    await platform.posture(session_of(meeting))
    await platform.live_sessions(TEACHER)
    await platform.perform(Operation.END, aim(meeting))
    await platform.check(Operation.END, aim(meeting))
    coming = Target(planned(district.sim.schedule(TEACHER, "Algebra 2")))
    hardened = await platform.perform(Operation.HARDEN, coming)
    await platform.perform(Operation.RESTORE, Target(coming.session, former=hardened.former))
    await platform.probe()


async def test_every_request_is_one_webex_describes(webex_api: OpenAPI, district: District) -> None:
    await a_whole_lesson(district)
    sent = [seen for seen in district.sim.seen if seen.path != OUTSIDE]
    for seen in sent:
        webex_api.validate_request(as_sent(seen))
    kinds = {(seen.method, urlsplit(seen.path).path.split("/")[2]) for seen in sent}
    assert kinds >= {
        ("GET", "meetings"),
        ("PUT", "meetings"),
        ("POST", "meetings"),
        ("PATCH", "meetings"),
        ("GET", "meetingParticipants"),
        ("PUT", "meetingParticipants"),
        ("POST", "meetingParticipants"),
    }


async def test_no_request_carries_a_field_webex_does_not_describe(webex_api: OpenAPI, district: District) -> None:
    await a_whole_lesson(district)
    schemas = orjson.loads(SPEC.read_bytes())["components"]["schemas"]
    bodies = [orjson.loads(seen.body) for seen in district.sim.seen if seen.method == "PATCH"]
    assert len(bodies) == 2
    assert all(body.keys() <= schemas["PatchMeetingObject"]["properties"].keys() for body in bodies)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/meetings?meetingType=meeting&state=inProgress&max=10", None),
        ("GET", "/meetings/{series}", None),
        ("GET", "/meetings/{run}", None),
        ("GET", "/meetings/controls?meetingId={run}", None),
        ("PUT", "/meetings/controls?meetingId={run}", {"locked": True}),
        ("GET", "/meetingParticipants?meetingId={run}", None),
        ("GET", "/meetingParticipants/{person}", None),
        ("PUT", "/meetingParticipants/{person}", {"muted": True}),
        ("GET", "/people/me", None),
        ("GET", "/webhooks", None),
        ("POST", "/webhooks", {"name": "n", "targetUrl": "u", "resource": "meetings", "event": "started"}),
    ],
)
async def test_the_simulator_answers_as_webex_describes(
    webex_api: OpenAPI, district: District, method: str, path: str, body: Any
) -> None:
    meeting = district.class_in_session()
    person = district.sim.join(meeting, "Guest")
    path = path.format(series=meeting.series.id, run=meeting.id, person=person.id)
    answer: Answer = await district.http.request(
        "webex",
        method,
        district.sim.api_url + path,
        headers={"Authorization": f"Bearer {district.sim.accounts.issue(TEACHER, USER_SCOPES | ADMIN_SCOPES)}"},
        json=body,
    )
    assert answer.status == 200
    content_type = "application/json;charset=UTF-8" if path.startswith("/meetings") and "controls" not in path else ""
    webex_api.validate_response(
        as_sent(district.sim.seen[-1]),
        MockResponse(answer.body, answer.status, dict(answer.headers), content_type or "application/json"),
    )


async def test_the_simulator_answers_401_403_and_404_in_the_documented_body(district: District) -> None:
    meeting = district.class_in_session()
    bare = district.sim.accounts.issue(MODERATOR, scopes=())
    for token, path, status in [
        ("nobody", "/people/me", 401),
        (bare, f"/meetings/controls?meetingId={meeting.id}", 403),
        (bare, "/webhooks/none", 404),
    ]:
        answer = await district.http.request(
            "webex", "GET", district.sim.api_url + path, headers={"Authorization": f"Bearer {token}"}
        )
        refusal = answer.json_object()
        assert answer.status == status
        assert refusal.keys() == {"message", "errors", "trackingId"}
        assert answer.headers["trackingid"] == refusal["trackingId"]
