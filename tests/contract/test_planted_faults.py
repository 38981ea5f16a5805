"""The suite catches a wrong request: each adapter is broken on purpose, one request at a time."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pytest

from modbot.model import PlatformName
from modbot.simulators import Seen
from tests.contract.bent import Bend, BentHttp, Sent
from tests.contract.described import complaints
from tests.contract.lanes import LANES
from tests.contract.written import unsent


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in which request, and what the complaint must speak of."""

    name: str
    request: str
    bend: Bend
    complaint: str


ZOOM = (
    Fault("an unknown field", "PATCH /events", lambda out: out.with_field("reason", "x"), "'reason' was unexpected"),
    Fault("an unknown method", "PATCH /events", lambda out: out.with_field("method", "participant.ban"), "is not one"),
    Fault("no participant", "PATCH /events", lambda out: out.with_field("params", {}), "'participant_uuid' is a requ"),
    Fault("an unknown action", "PUT /status", lambda out: out.with_field("action", "stop"), "'stop' is not one of"),
    Fault("no action", "PUT /status", lambda out: out.without_field("action"), "'action' is a required"),
    Fault(
        "a setting of another type",
        "PATCH ",
        lambda out: out.with_field("settings", {"waiting_room": "on"}),
        "is not of type 'boolean'",
    ),
    Fault(
        "a setting Zoom does not have",
        "PATCH ",
        lambda out: out.with_field("settings", {"locked": True}),
        "'locked' was unexpected",
    ),
    Fault("another path", "PUT /status", lambda out: out.to("/status", "/state"), "no such path"),
    Fault("another grant", "POST /token", lambda out: out.with_form("grant_type", "password"), "unknown grant type"),
    Fault("no date", "GET /metrics/meetings", lambda out: out.without_param("from"), "missing parameter: from"),
    Fault("an unknown parameter", "GET /participants", lambda out: out.with_param("live", "1"), "unknown parameter"),
    Fault("an unknown type", "GET /participants", lambda out: out.with_param("type", "now"), "unknown type: now"),
)
WEBEX = (
    Fault("an unknown field", "PUT /controls", lambda out: out.with_field("lock", 1), "'lock' was unexpected"),
    Fault("a field of another type", "PUT /controls", lambda out: out.with_field("locked", "yes"), "not of type"),
    Fault("no meeting", "PUT /controls", lambda out: out.without_param("meetingId"), "meetingId"),
    Fault("another path", "POST /end", lambda out: out.to("/end", "/close"), "no such path"),
    Fault(
        "an unknown parameter",
        "GET /meetingParticipants",
        lambda out: out.with_param("state", "joined"),
        "unknown parameter: state",
    ),
    Fault("an unknown state", "GET /meetings", lambda out: out.with_param("state", "live"), "live"),
    Fault(
        "an unknown field of an item",
        "POST /meetingParticipants/admit",
        lambda out: out.with_field("items", [{"id": "somebody"}]),
        "'id' was unexpected",
    ),
)
MEET = (
    Fault(
        "an unknown field",
        "PATCH /spaces/*",
        lambda out: out.with_field("config", {"locked": True}),
        "'locked' was unexpected",
    ),
    Fault(
        "an unknown value",
        "PATCH /spaces/*",
        lambda out: out.with_field("config", {"accessType": "LOCKED"}),
        "'LOCKED' is not one of",
    ),
    Fault("what Google alone sets", "POST /spaces", lambda out: out.with_field("meetingCode", "a"), "was unexpected"),
    Fault(
        "a mask of no field",
        "PATCH /spaces/*",
        lambda out: out.with_param("updateMask", "config.lock"),
        "Space has no config.lock",
    ),
    Fault("another path", "POST :endActiveConference", lambda out: out.to(":endActive", ":stop"), "no such path"),
    Fault("a size in words", "GET /participants", lambda out: out.with_param("pageSize", "all"), "not a number: all"),
    Fault(
        "an unknown parameter",
        "GET /participants",
        lambda out: out.with_param("live", "true"),
        "unknown parameter: live",
    ),
    Fault(
        "a filter by no field",
        "GET /conferenceRecords",
        lambda out: out.with_param("filter", "ended = false"),
        "filter: there is no ended",
    ),
    Fault(
        "no event types", "POST /subscriptions", lambda out: out.without_field("eventTypes"), "'eventTypes' is a req"
    ),
    Fault("a life in no unit", "POST /subscriptions", lambda out: out.with_field("ttl", "7 days"), "does not match"),
    Fault("no filter", "GET /subscriptions", lambda out: out.without_param("filter"), "missing parameter: filter"),
    Fault("another grant", "POST /token", lambda out: out.with_form("grant_type", "password"), "jwt-bearer"),
)
TEAMS = (
    Fault(
        "an unknown option",
        "PATCH /onlineMeetings/*",
        lambda out: out.with_field("isLocked", "yes"),
        "onlineMeeting has no isLocked",
    ),
    Fault(
        "an unknown value",
        "PATCH /onlineMeetings/*",
        lambda out: out.with_field("allowMeetingChat", "off"),
        "'off' is not one of",
    ),
    Fault(
        "an unknown value inside an option",
        "PATCH /onlineMeetings/*",
        lambda out: out.with_field("lobbyBypassSettings", {"scope": "nobody"}),
        "'nobody' is not one of",
    ),
    Fault("another path", "POST /mute", lambda out: out.to("/mute", "/silence"), "no such path"),
    Fault("an unknown parameter of an action", "POST /mute", lambda out: out.with_field("reason", "x"), "'reason' was"),
    Fault("a body to an action that takes none", "POST /keepAlive", lambda out: out.with_field("a", "b"), "'null'"),
    Fault("no address", "POST /calls", lambda out: out.without_field("callbackUri"), "call needs callbackUri"),
    Fault(
        "a thing of another type",
        "POST /calls",
        lambda out: out.with_field("meetingInfo", {"@odata.type": "#microsoft.graph.chatInfo"}),
        "chatInfo is no meetingInfo",
    ),
    Fault("no resource", "POST /subscriptions", lambda out: out.without_field("resource"), "needs resource"),
    Fault(
        "an unknown resource",
        "POST /subscriptions",
        lambda out: out.with_field("resource", "communications/onlineMeetings"),
        "no such resource",
    ),
    Fault("an unknown change", "POST /subscriptions", lambda out: out.with_field("changeType", "all"), "changeType"),
    Fault(
        "no certificate",
        "POST /subscriptions",
        lambda out: out.without_field("encryptionCertificate"),
        "missing field: encryptionCertificate",
    ),
    Fault(
        "a time in words",
        "PATCH /subscriptions/*",
        lambda out: out.with_field("expirationDateTime", "tomorrow"),
        "is not a time",
    ),
    Fault(
        "a filter by no field",
        "GET /onlineMeetings",
        lambda out: out.with_param("$filter", "meetingUrl eq 'x'"),
        "onlineMeeting has no meetingUrl",
    ),
    Fault("no end", "GET /calendarView", lambda out: out.without_param("endDateTime"), "missing parameter: endDate"),
    Fault("an unknown parameter", "GET /participants", lambda out: out.with_param("live", "1"), "unknown parameter"),
    Fault("another scope", "POST /token", lambda out: out.with_form("scope", "calls"), "the scope .default"),
)
FAULTS: Mapping[PlatformName, Sequence[Fault]] = {
    PlatformName.ZOOM: ZOOM,
    PlatformName.WEBEX: WEBEX,
    PlatformName.MEET: MEET,
    PlatformName.TEAMS: TEAMS,
}
CASES = [
    pytest.param(name, fault, id=f"{name}: {fault.name} in {fault.request}")
    for name, faults in FAULTS.items()
    for fault in faults
]


async def sent_by_a_broken_adapter(name: PlatformName, fault: Fault) -> Sequence[Seen]:
    """What the simulator received, up to the broken request."""
    http = BentHttp(fault.request, fault.bend)
    try:
        async with LANES[name].drive(http) as drive:
            with suppress(Sent):
                await drive.everything()
    finally:
        await http.close()
    assert http.bent, "the planted fault was never sent"
    return drive.seen


@pytest.mark.parametrize(("name", "fault"), CASES)
async def test_a_wrong_request_is_found(name: PlatformName, fault: Fault) -> None:
    description = LANES[name].describe()
    (found,) = complaints(description, await sent_by_a_broken_adapter(name, fault))
    assert fault.complaint in found


def test_every_lane_has_its_planted_faults() -> None:
    assert FAULTS.keys() == LANES.keys()


def test_a_request_that_nobody_sent_is_found() -> None:
    sent = [Seen("GET", "/v1/meetings/controls?meetingId=1", {}, b"", 0.0)]
    assert unsent({"GET /meetings/controls", "PUT /meetings/controls", "POST /meetings/{}/end"}, sent) == [
        "POST /meetings/{}/end",
        "PUT /meetings/controls",
    ]
