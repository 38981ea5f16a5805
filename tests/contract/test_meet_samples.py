"""The samples of Google's pushes and answers, as modbot hears and reads them.

The samples carry no signature: a key made here signs their claims, and is published where modbot is told to look.
"""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from modbot.errors import Forbidden, RequestRejected
from modbot.http import Http
from modbot.model import EventKind, Operation, PlatformName, Presence, Room
from modbot.platforms import Delivery, Heard, Seen
from modbot.platforms.meet import MeetPlatform, build
from modbot.settings.meet import MeetSettings
from modbot.simulators import Seen as SeenRequest
from modbot.simulators.meet import MeetSimulator
from tests.contract import vendor_data
from tests.contract.described import complaints
from tests.contract.google_description import GoogleDescription
from tests.contract.signing import KeyServer, signed
from tests.platforms.lent import Clock, Lent
from tests.platforms.meet.world import Receiver, World, aim, session_of

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)  # when the samples say that everything happened
ROOM = Room(PlatformName.MEET, "jQCFfuBOdN5z")


def samples() -> dict[str, Any]:
    return vendor_data.table("meet", "samples/events.json")


def rest_sample(name: str) -> Any:
    return vendor_data.table("meet", "samples/rest.json")[name]


@dataclass(frozen=True, slots=True)
class Listening:
    """A platform that knows where the keys are, and its clock."""

    platform: MeetPlatform
    clock: Clock

    async def hear(self, sample: dict[str, Any], **claims: Any) -> Heard:
        """As pushed at this moment; `claims` over the sample's own."""
        now = int(self.clock().timestamp())
        given = {**samples()["push_oidc_claims"], "iat": now, "exp": now + 3600, **claims}
        return await self.platform.hear(Delivery({"authorization": f"Bearer {signed(given)}"}, orjson.dumps(sample)))


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    claims, clock, http = samples()["push_oidc_claims"], Clock(AT + timedelta(seconds=5)), Http()
    async with KeyServer() as keys:
        settings = MeetSettings(
            push_account=claims["email"], push_audience=claims["aud"], certs_url=f"{keys.url}/oauth2/v3/certs"
        )
        yield Listening(build(settings, Lent(http, clock).means), clock)
        await http.close()


@pytest.mark.parametrize(
    ("name", "kind"), [("conference_started", EventKind.STARTED), ("conference_ended", EventKind.ENDED)]
)
async def test_a_sample_of_a_call_is_told(listening: Listening, name: str, kind: EventKind) -> None:
    (event,) = (await listening.hear(samples()[name])).events
    assert (event.kind, event.room, event.session_id, event.at, event.participant) == (kind, ROOM, "CR1", AT, None)


@pytest.mark.parametrize(
    ("name", "kind", "presence"),
    [
        ("participant_joined", EventKind.JOINED, Presence.JOINED),
        ("participant_left", EventKind.LEFT, Presence.LEFT),
    ],
)
async def test_a_sample_of_a_person_is_told_by_id(
    listening: Listening, name: str, kind: EventKind, presence: Presence
) -> None:
    (event,) = (await listening.hear(samples()[name])).events
    assert (event.kind, event.room, event.session_id, event.at) == (kind, ROOM, "CR1", AT)
    assert event.participant is not None
    assert (event.participant.id, event.participant.presence) == ("P1", presence)


@pytest.mark.parametrize("name", ["lifecycle_expirationReminder", "lifecycle_suspended"])
async def test_a_sample_about_a_subscription_is_taken_and_tells_of_no_class(listening: Listening, name: str) -> None:
    assert await listening.hear(samples()[name]) == Heard()


async def test_every_sample_of_a_push_is_heard_without_doubt(listening: Listening) -> None:
    pushes = [sample for sample in samples().values() if isinstance(sample, dict) and "message" in sample]
    assert len(pushes) == 6
    assert [(await listening.hear(sample)).doubted for sample in pushes] == [""] * 6


async def test_the_sampled_claims_are_good_in_their_own_hour(listening: Listening) -> None:
    claims = samples()["push_oidc_claims"]
    listening.clock.at = datetime.fromtimestamp(claims["iat"], UTC) + timedelta(minutes=1)
    heard = await listening.hear(samples()["conference_started"], iat=claims["iat"], exp=claims["exp"])
    assert len(heard.events) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example.org/hooks/meet"},
        {"iss": "https://accounts.example.org"},
        {"email": "somebody@else.iam.gserviceaccount.com"},
        {"email_verified": False},
        {"iat": 1550182335, "exp": 1550185935},
    ],
    ids="-".join,
)
async def test_a_sample_with_other_claims_is_refused(listening: Listening, claims: dict[str, Any]) -> None:
    with pytest.raises(RequestRejected) as refused:
        await listening.hear(samples()["conference_started"], **claims)
    assert refused.value.status == 401


async def test_a_sample_of_an_event_modbot_has_no_use_for_is_taken_in_silence(listening: Listening) -> None:
    push = json.loads(json.dumps(samples()["conference_started"]))
    push["message"]["attributes"]["ce-type"] = "google.workspace.meet.recording.v2.fileGenerated"
    push["message"]["data"] = b64encode(b'{"recording": {"name": "conferenceRecords/CR1/recordings/R1"}}').decode()
    assert await listening.hear(push) == Heard()


def test_the_sampled_hardening_is_one_google_describes() -> None:
    sample = rest_sample("harden_patch")
    sent = SeenRequest("PATCH", sample["url"], {"content-type": "application/json"}, orjson.dumps(sample["body"]), 0.0)
    assert complaints(GoogleDescription(), [sent]) == []


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock, http = Clock(AT), Http()
    async with MeetSimulator(clock) as sim:
        yield World(sim, clock, Lent(http, clock), Receiver())
        await http.close()


def answer_next(world: World, request: str, sample: str, status: int = 200) -> None:
    """The next such request is answered with the sample."""
    world.sim.faults.only = request
    body = orjson.dumps(rest_sample(sample))
    world.sim.faults.fail_next.append((status, {"Content-Type": "application/json"}, body))


async def test_the_sample_of_a_list_of_people_is_read(world: World) -> None:
    session = session_of(world.class_in_session())
    answer_next(world, "/participants", "participants_list")
    people = await world.platform(directory_admin="").read(session)
    assert [(one.id, one.name, one.email) for one in people] == [
        ("P1", "Ms Rivera", ""),
        ("P2", "iPhone", ""),
        ("P3", "+1 555-***-**42", ""),
    ]
    assert people[0].joined_at == AT


async def test_the_sample_of_a_class_link_is_read(world: World) -> None:
    session = session_of(world.class_in_session())
    answer_next(world, "/v2/spaces/", "space_get")
    found = {check.name: check.found for check in await world.platform().posture(session)}
    assert found["Who comes in without knocking"] == "everyone of the district, and invited people"
    assert found["Host management"] == "off"


async def test_the_sample_of_a_class_link_is_not_locked(world: World) -> None:
    target = aim(world.class_in_session())
    answer_next(world, "/v2/spaces/", "space_get")
    assert await world.platform().check(Operation.LOCK, target) is Seen.NOT_IN_EFFECT


async def test_the_sample_of_a_refusal_is_one(world: World) -> None:
    session = session_of(world.class_in_session())
    answer_next(world, "/v2/spaces/", "error_403", status=403)
    with pytest.raises(Forbidden) as refused:
        await world.platform().posture(session)
    assert refused.value.code == "PERMISSION_DENIED"
