"""What the simulated Webex answers is what Webex describes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from openapi_core.exceptions import OpenAPIError

from modbot.http import Answer, Http
from modbot.simulators.webex import ADMIN_SCOPES, USER_SCOPES, WebexSimulator
from tests.contract.webex_description import check_answer
from tests.platforms.lent import Clock
from tests.platforms.webex.fakes import MODERATOR, TEACHER, District

PLAIN = "application/json"
MEETINGS = "application/json;charset=UTF-8"  # the description names this type for some of its answers


@pytest.fixture
async def district() -> AsyncIterator[District]:
    clock, http = Clock(), Http()
    async with WebexSimulator(clock) as sim:
        yield District(sim, http, clock)
        await http.close()


async def asked(district: District, token: str, method: str, path: str, body: Any = None) -> Answer:
    headers = {"Authorization": f"Bearer {token}"}
    return await district.http.request("webex", method, district.sim.api_url + path, headers=headers, json=body)


@pytest.mark.parametrize(
    ("method", "path", "body", "content_type"),
    [
        ("GET", "/meetings?meetingType=meeting&state=inProgress&max=10", None, MEETINGS),
        ("GET", "/meetings/{series}", None, MEETINGS),
        ("GET", "/meetings/{run}", None, MEETINGS),
        ("GET", "/meetings/controls?meetingId={run}", None, PLAIN),
        ("PUT", "/meetings/controls?meetingId={run}", {"locked": True}, PLAIN),
        ("GET", "/meetingParticipants?meetingId={run}", None, PLAIN),
        ("GET", "/meetingParticipants/{person}", None, PLAIN),
        ("PUT", "/meetingParticipants/{person}", {"muted": True}, PLAIN),
        ("GET", "/people/me", None, PLAIN),
        ("GET", "/webhooks", None, PLAIN),
        ("POST", "/webhooks", {"name": "n", "targetUrl": "u", "resource": "meetings", "event": "started"}, PLAIN),
    ],
)
async def test_the_simulator_answers_as_webex_describes(
    district: District, method: str, path: str, body: Any, content_type: str
) -> None:
    meeting = district.class_in_session()
    person = district.sim.join(meeting, "Guest")
    token = district.sim.accounts.issue(TEACHER, USER_SCOPES | ADMIN_SCOPES)
    path = path.format(series=meeting.series.id, run=meeting.id, person=person.id)
    answer = await asked(district, token, method, path, body)
    assert answer.status == 200
    check_answer(district.sim.seen[-1], answer, content_type)


async def test_an_answer_webex_does_not_describe_is_found(district: District) -> None:
    meeting = district.class_in_session()
    token = district.sim.accounts.issue(TEACHER)
    answer = await asked(district, token, "GET", f"/meetings/controls?meetingId={meeting.id}")
    forged = Answer("webex", 200, answer.headers, b'{"locked": "yes"}')
    with pytest.raises(OpenAPIError):
        check_answer(district.sim.seen[-1], forged, PLAIN)


@pytest.mark.parametrize(
    ("known", "path", "status"),
    [(False, "/people/me", 401), (True, "/meetings/controls?meetingId={run}", 403), (True, "/webhooks/none", 404)],
)
async def test_a_refusal_has_the_documented_body(district: District, known: bool, path: str, status: int) -> None:
    meeting = district.class_in_session()
    token = district.sim.accounts.issue(MODERATOR, scopes=()) if known else "nobody"
    answer = await asked(district, token, "GET", path.format(run=meeting.id))
    refusal = answer.json_object()
    assert answer.status == status
    assert refusal.keys() == {"message", "errors", "trackingId"}
    assert answer.headers["trackingid"] == refusal["trackingId"]
