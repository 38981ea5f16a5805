"""Webex's signed sample, and the resources its description shows, as modbot hears and reads them.

A webhook's `data` is the resource itself: https://developer.webex.com/docs/api/guides/webhooks
"""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from modbot.http import Http
from modbot.model import EventKind, Operation, ParticipantRole, PlatformName, Presence, Room
from modbot.platforms import Delivery, Heard, Seen
from modbot.platforms.webex import build
from modbot.settings.webex import WebexSettings
from modbot.simulators.webex import WebexSimulator
from tests.contract import vendor_data
from tests.platforms.lent import Clock, Lent
from tests.platforms.webex.fakes import District, aim, session_of

NOW = datetime(2026, 11, 22, 14, 0, 5, tzinfo=UTC)
ONE_PERSON = "GET /meetingParticipants/{participantId}"
DOCUMENTED, IN_THE_FIELD = "X-Spark-Signature", "X-Webex-Signature"


def vector() -> dict[str, Any]:
    return vendor_data.table("webex", "samples/webhook-signature-vector.json")


def example(call: str) -> dict[str, Any]:
    """The body that Webex's own description gives as an example answer."""
    return dict(vendor_data.table("webex", "samples/rest.json")[call]["responses"]["200"])


async def hear(body: bytes, header: str, signature: str) -> Heard:
    settings = WebexSettings(webhook_secret=SecretStr(vector()["secret"]))
    return await build(settings, Lent(Http(), lambda: NOW).means).hear(Delivery({header.lower(): signature}, body))


async def heard_of(resource: str, event: str, data: dict[str, Any]) -> Heard:
    body = orjson.dumps({"resource": resource, "event": event, "data": data})
    return await hear(body, DOCUMENTED, hmac.new(vector()["secret"].encode(), body, hashlib.sha1).hexdigest())


@pytest.mark.parametrize("header", [DOCUMENTED, IN_THE_FIELD])
async def test_the_signed_sample_is_let_in_and_read(header: str) -> None:
    sample = vector()
    (signature,) = (value for name, value in sample.items() if name.startswith(header))
    (joined,) = (await hear(base64.b64decode(sample["body_base64"]), header, signature)).events
    assert (joined.kind, joined.room, joined.session_id, joined.host_email, joined.at) == (
        EventKind.JOINED,
        Room(PlatformName.WEBEX, "3a688f62840346e8b87dde2b50703511"),
        "3a688f62840346e8b87dde2b50703511_I_197977258267247872",
        "teacher@district.example",
        NOW,
    )
    assert joined.participant is not None
    assert (joined.participant.name, joined.participant.email, joined.participant.presence) == (
        "Guest",
        "guest@nowhere.example",
        Presence.JOINED,
    )


async def test_the_example_of_a_person_is_told_as_waiting_in_the_lobby() -> None:
    (event,) = (
        await heard_of("meetingParticipants", "joined", example("GET /meetingParticipants/{participantId}"))
    ).events
    assert (event.kind, event.room.id) == (EventKind.LOBBY, "3a688f62840346e8b87dde2b50703511")
    assert event.at == datetime(2022, 10, 25, 9, 0, tzinfo=UTC)
    assert event.participant is not None
    assert (event.participant.presence, event.participant.role) == (Presence.LOBBY, ParticipantRole.HOST)


async def test_the_example_of_a_person_who_left_is_told_with_the_time_of_leaving() -> None:
    (event,) = (
        await heard_of("meetingParticipants", "left", example("GET /meetingParticipants/{participantId}"))
    ).events
    assert (event.kind, event.at) == (EventKind.LEFT, datetime(2022, 10, 25, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize(("name", "kind"), [("started", EventKind.STARTED), ("ended", EventKind.ENDED)])
async def test_the_example_of_a_meeting_is_told(name: str, kind: EventKind) -> None:
    (meeting, *_) = example("GET /meetings")["items"]
    (event,) = (await heard_of("meetings", name, meeting)).events
    assert (event.kind, event.room.id) == (kind, "870f51ff287b41be84648412901e0402")
    assert (event.title, event.host_email) == ("Example Daily Meeting", "john.andersen@example.com")


@pytest.fixture
async def district() -> AsyncIterator[District]:
    clock, http = Clock(), Http()
    async with WebexSimulator(clock) as sim:
        yield District(sim, http, clock)
        await http.close()


def answer_next(district: District, call: str) -> None:
    """The next such request is answered with the description's own example."""
    method, path = call.split()
    district.sim.faults.only = f"{method} /v1{path.partition('/{')[0]}"
    district.sim.faults.fail_next.append((200, {"Content-Type": "application/json"}, orjson.dumps(example(call))))


async def test_the_example_of_a_list_of_people_is_read(district: District) -> None:
    session = session_of(district.class_in_session())
    answer_next(district, "GET /meetingParticipants")
    (person,) = await district.platform().read(session)
    assert (person.name, person.role, person.presence) == ("Joe Doe", ParticipantRole.HOST, Presence.LOBBY)


async def test_the_example_of_a_meetings_controls_is_read_as_unlocked(district: District) -> None:
    target = aim(district.class_in_session())
    answer_next(district, "GET /meetings/controls")
    assert await district.platform().check(Operation.LOCK, target) is Seen.NOT_IN_EFFECT


async def test_the_example_of_a_meetings_settings_is_read(district: District) -> None:
    session = session_of(district.class_in_session())
    answer_next(district, "GET /meetings/{meetingId}")
    found = {check.name: check for check in await district.platform().posture(session)}
    assert (found["Class password"].ok, found["People who are not invited"].found) == (True, "come straight in")
