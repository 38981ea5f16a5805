"""The samples of Graph's notifications and of the bot's callbacks, as modbot hears them.

They are made whole here: decrypted samples are encrypted for the certificate of the subscription that modbot made, and
carry its client state.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

from modbot.errors import RequestRejected
from modbot.model import Event, EventKind, Presence
from modbot.platforms import Delivery, Heard
from modbot.platforms.teams import TeamsPlatform
from modbot.simulators.teams import Meeting
from modbot.simulators.teams.sealing import read_certificate, seal
from tests.contract import vendor_data
from tests.platforms.teams.fakes import TEACHER, District, open_district

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)  # when the samples say that the call began


def sample(name: str) -> dict[str, Any]:
    """A copy, to be changed at will."""
    return dict(json.loads(json.dumps(vendor_data.table("teams", "samples/notifications.json")[name])))


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A platform that has subscribed to a class, and what it asked for."""

    district: District
    platform: TeamsPlatform
    meeting: Meeting
    asked: Mapping[str, Any]

    @property
    def of_ours(self) -> dict[str, str]:
        """What marks a notification as of this subscription."""
        return {
            "subscriptionId": self.district.sim.notices.live[0].id,
            "clientState": self.asked["clientState"],
            "tenantId": self.district.sim.entra.tenant,
        }

    async def hear(self, body: Mapping[str, Any], token: str = "") -> Heard:
        """As posted to modbot."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await self.platform.hear(Delivery(headers, orjson.dumps(body)))

    async def hear_sealed(self, content: dict[str, Any]) -> Heard:
        """The content encrypted for the subscription's certificate, in an envelope that Graph signed."""
        certificate = read_certificate(self.asked["encryptionCertificate"])
        sealed = seal(content, certificate, self.asked["encryptionCertificateId"])
        item = {"changeType": "updated", "resource": self.asked["resource"], "encryptedContent": sealed, **self.of_ours}
        return await self.hear({"value": [item], "validationTokens": [self.district.sim.entra.validation_token()]})

    async def told(self, name: str) -> list[Event]:
        """The events of a decrypted sample."""
        heard = await self.hear_sealed(sample(name))
        assert heard.doubted == ""
        return list(heard.events)


@pytest.fixture
async def subscribed() -> AsyncIterator[Subscribed]:
    """A class of the teacher's, subscribed to before anything happens in it."""
    async with open_district() as district:
        meeting = district.sim.schedule(TEACHER, "Algebra 1")
        platform = district.with_bot()
        await platform.tend()
        (asked,) = [one for one in district.sim.seen if one.method == "POST" and one.path == "/beta/subscriptions"]
        yield Subscribed(district, platform, meeting, orjson.loads(asked.body))


@pytest.mark.parametrize(
    ("name", "kind", "at"),
    [
        ("legacy_CallStarted_decrypted", EventKind.STARTED, AT),
        ("legacy_CallEnded_decrypted", EventKind.ENDED, AT.replace(minute=40)),
    ],
)
async def test_a_sample_of_a_call_is_told(subscribed: Subscribed, name: str, kind: EventKind, at: datetime) -> None:
    (event,) = await subscribed.told(name)
    assert (event.kind, event.at, event.host_email, event.title) == (kind, at, TEACHER, "Algebra 1")
    assert event.room.id == subscribed.meeting.join_meeting_id


async def test_a_sample_of_a_roster_tells_who_came_and_who_went(subscribed: Subscribed) -> None:
    events = await subscribed.told("legacy_CallRosterUpdate_decrypted")
    people = [event.participant for event in events if event.participant is not None]
    assert [event.kind for event in events] == [EventKind.JOINED, EventKind.LEFT]
    assert [(one.id, one.name, one.alias, one.presence) for one in people] == [
        ("p-1", "Student A", "u-1", Presence.JOINED),
        ("p-2", "ACS guest", "", Presence.LEFT),
    ]
    assert {(event.at, event.room.id) for event in events} == {(AT, subscribed.meeting.join_meeting_id)}


async def test_a_sample_that_somebody_else_encrypted_is_doubted(subscribed: Subscribed) -> None:
    body = {"value": [{**subscribed.of_ours, "encryptedContent": {"data": "AAAA"}}], "validationTokens": ["a.b.c"]}
    heard = await subscribed.hear(body)
    assert (list(heard.events), bool(heard.doubted)) == ([], True)


async def test_the_lifecycle_sample_is_taken_and_the_subscription_renewed(subscribed: Subscribed) -> None:
    notice = sample("lifecycle")
    notice["value"][0] |= subscribed.of_ours
    assert await subscribed.hear(notice) == Heard(events=[])
    await subscribed.platform.tend()
    assert len(subscribed.district.sent("PATCH", "/beta/subscriptions/")) == 1


async def test_the_lifecycle_sample_of_a_stranger_is_doubted(subscribed: Subscribed) -> None:
    assert (await subscribed.hear(sample("lifecycle"))).doubted


async def test_the_handshake_sample_gets_its_answer(subscribed: Subscribed) -> None:
    handshake = sample("validation_handshake")
    query = dict(parse_qsl(urlsplit(handshake["request"].split()[1]).query))
    heard = await subscribed.platform.hear(Delivery({}, b"", query))
    assert heard.reply == handshake["response"]["body"]


@pytest.mark.parametrize("name", ["calling_callback_roster", "calling_callback_terminated"])
async def test_a_sample_of_a_callback_is_taken_from_microsofts_bot_service(subscribed: Subscribed, name: str) -> None:
    token = subscribed.district.sim.legs.callback_token()
    assert await subscribed.hear(sample(name), token) == Heard()


@pytest.mark.parametrize("name", ["calling_callback_roster", "calling_callback_terminated"])
async def test_a_sample_of_a_callback_is_refused_from_anybody_else(subscribed: Subscribed, name: str) -> None:
    with pytest.raises(RequestRejected) as refused:
        await subscribed.hear(sample(name), subscribed.district.sim.entra.validation_token())
    assert refused.value.status == 401
