"""The simulated Graph: users, calendars and meetings, their options, and who gets through the door."""

from datetime import timedelta
from typing import Any

import pytest

from modbot.simulators.teams import Meeting
from tests.platforms.teams.sim_house import OTHER_TENANT, PUPIL, TEACHER, House

pytest_plugins = ["tests.platforms.teams.sim_fixtures"]

NEWER = {"Prefer": "include-unknown-enum-members"}


def window(house: House) -> dict[str, str]:
    """Today, as calendarView asks for it."""
    today = house.clock().replace(hour=0, minute=0)
    return {"startDateTime": today.isoformat(), "endDateTime": (today + timedelta(days=1)).isoformat()}


def lobby(scope: str, **more: Any) -> dict[str, Any]:
    """A change of who skips the lobby."""
    return {"lobbyBypassSettings": {"scope": scope}, **more}


async def changed(house: House, meeting: Meeting, change: dict[str, Any]) -> None:
    """The change was taken."""
    assert (await house.ask("PATCH", house.meeting_path(meeting), change)).status == 200


async def test_a_user_is_found_by_address_and_by_object_id(house: House) -> None:
    oid = house.sim.user(TEACHER, "Ada Reyes").oid
    for name in (TEACHER, oid):
        assert (await house.ask("GET", f"/v1.0/users/{name}")).body["id"] == oid


async def test_an_unknown_user_is_not_found(house: House) -> None:
    got = await house.ask("GET", f"/v1.0/users/{TEACHER}")
    assert (got.status, got.code) == (404, "Request_ResourceNotFound")


async def test_somebody_of_another_organisation_is_not_in_the_directory(house: House) -> None:
    house.sim.user(TEACHER, tenant=OTHER_TENANT)
    assert (await house.ask("GET", f"/v1.0/users/{TEACHER}")).status == 404


async def test_the_calendar_leads_to_the_meeting_for_organiser_and_invited(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1", attendees={PUPIL: "attendee"})
    for who, organiser in ((TEACHER, True), (house.sim.user(PUPIL).oid, False)):
        got = await house.ask("GET", f"/v1.0/users/{who}/calendarView", query=window(house))
        (event,) = got.body["value"]
        assert event["onlineMeeting"]["joinUrl"] == meeting.join_web_url
        assert event["isOrganizer"] is organiser


async def test_a_day_with_many_meetings_comes_in_pages(house: House) -> None:
    wanted = [house.sim.schedule(TEACHER, f"Period {number}").subject for number in range(5)]
    house.sim.page_size = 2
    url, found = f"/v1.0/users/{TEACHER}/calendarView", list[str]()
    got = await house.ask("GET", url, query={**window(house), "$select": "subject"})
    while True:
        assert all(event.keys() == {"id", "subject"} for event in got.body["value"])
        found += [event["subject"] for event in got.body["value"]]
        if "@odata.nextLink" not in got.body:
            break
        got = await house.ask("GET", got.body["@odata.nextLink"])
    assert sorted(found) == wanted


async def test_yesterdays_window_does_not_show_todays_class(house: House) -> None:
    house.sim.start_meeting(TEACHER, "Algebra 1")
    query = window(house)
    house.clock.forward(timedelta(days=-1))
    yesterday = window(house)
    assert yesterday != query
    assert (await house.ask("GET", f"/v1.0/users/{TEACHER}/calendarView", query=yesterday)).body["value"] == []


@pytest.mark.parametrize(
    "query",
    [{}, {"startDateTime": "2026-11-24"}, {"startDateTime": "soon", "endDateTime": "later"}, {"$filter": "x eq 1"}],
)
async def test_a_calendar_without_a_proper_window_is_refused(house: House, query: dict[str, str]) -> None:
    house.sim.user(TEACHER)
    assert (await house.ask("GET", f"/v1.0/users/{TEACHER}/calendarView", query=query)).status == 400


async def test_the_calendar_needs_its_own_consent(house: House) -> None:
    house.sim.user(TEACHER)
    house.sim.roles.discard("Calendars.Read")
    got = await house.ask("GET", f"/v1.0/users/{TEACHER}/calendarView", query=window(house))
    assert (got.status, got.code) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize("by", ["JoinWebUrl", "joinMeetingIdSettings/joinMeetingId"])
async def test_a_meeting_is_found_by_link_and_by_number(house: House, by: str) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    value = meeting.join_web_url if by == "JoinWebUrl" else meeting.join_meeting_id
    url = f"/v1.0/users/{meeting.organizer.oid}/onlineMeetings"
    got = await house.ask("GET", url, query={"$filter": f"{by} eq '{value}'"})
    assert [one["id"] for one in got.body["value"]] == [meeting.id]


@pytest.mark.parametrize(
    ("query", "status"),
    [({}, 400), ({"$filter": "subject eq 'Algebra 1'"}, 400), ({"$filter": "JoinWebUrl eq 'elsewhere'"}, 404)],
)
async def test_meetings_cannot_be_listed_and_an_unknown_link_finds_nothing(
    house: House, query: dict[str, str], status: int
) -> None:
    oid = house.sim.start_meeting(TEACHER, "Algebra 1").organizer.oid
    assert (await house.ask("GET", f"/v1.0/users/{oid}/onlineMeetings", query=query)).status == status


async def test_a_meeting_is_not_read_through_somebody_else_or_an_address(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    for who in (house.sim.user(PUPIL).oid, TEACHER):
        assert (await house.ask("GET", f"/v1.0/users/{who}/onlineMeetings/{meeting.id}")).status == 404


async def test_a_missing_access_policy_reads_differently_from_missing_consent(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    house.sim.policy_for_all = False
    without_policy = await house.ask("GET", house.meeting_path(meeting))
    house.sim.policy.add(meeting.organizer.oid)
    assert (await house.ask("GET", house.meeting_path(meeting))).status == 200
    house.sim.roles.difference_update({"OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All"})
    house.with_new_token()
    without_consent = await house.ask("GET", house.meeting_path(meeting))
    assert (without_policy.status, without_consent.status) == (403, 403)
    told = without_policy.body["error"]["message"]
    assert told == "No application access policy found for this app."
    assert without_consent.body["error"]["message"] != told


async def test_the_older_wording_of_a_missing_policy_can_be_asked_for(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    house.sim.policy_for_all, house.sim.old_policy_error = False, True
    got = await house.ask("GET", house.meeting_path(meeting))
    assert (got.status, got.code) == (403, "Unauthorized")
    assert meeting.organizer.oid in got.body["error"]["message"]


async def test_reading_consent_does_not_let_the_app_change_a_meeting(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    house.sim.roles.discard("OnlineMeetings.ReadWrite.All")
    assert (await house.ask("GET", house.meeting_path(meeting))).status == 200
    got = await house.ask("PATCH", house.meeting_path(meeting), {"allowMeetingChat": "disabled"})
    assert (got.status, got.code) == (403, "Forbidden")


async def test_live_options_bite_at_once(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    panic = {"allowMeetingChat": "disabled", "allowAttendeeToEnableMic": False, "allowAttendeeToEnableCamera": False}
    await changed(house, meeting, {**lobby("organizer"), **panic})
    seen = house.sim.state(meeting)
    assert (seen.lobby_scope, seen.chat) == ("organizer", "disabled")
    assert not seen.attendees_may_unmute
    assert not seen.attendees_may_show_video


async def test_other_options_wait_for_the_next_run(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await changed(house, meeting, {"allowWhiteboard": False})
    assert meeting.in_force["allowWhiteboard"] is True
    assert (await house.ask("GET", house.meeting_path(meeting))).body["allowWhiteboard"] is False
    house.sim.end(meeting)
    house.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    assert meeting.in_force["allowWhiteboard"] is False


async def test_one_of_the_two_lobby_settings_can_be_changed_alone(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await changed(house, meeting, {"lobbyBypassSettings": {"isDialInBypassEnabled": False}})
    got = await house.ask("GET", house.meeting_path(meeting))
    assert got.body["lobbyBypassSettings"] == {"scope": "everyone", "isDialInBypassEnabled": False}


@pytest.mark.parametrize(
    "change",
    [
        lobby("nobody"),
        lobby("unknownFutureValue"),
        {"lobbyBypassSettings": {}},
        {"lobbyBypassSettings": {"scope": "organizer", "other": True}},
        {"lobbyBypassSettings": {"isDialInBypassEnabled": "no"}},
        {"allowedPresenters": "teacher"},
        {"allowedPresenters": "roleIsPresenter"},
        {"allowMeetingChat": False},
        {"allowAttendeeToEnableMic": "false"},
        {"allowAttendeeToEnableMic": None},
        {"joinMeetingIdSettings": {"passcode": "new"}},
        {"joinWebUrl": "https://elsewhere.example.org"},
        {"locked": True},
        {"startDateTime": "2026-11-24T15:00:00Z"},
        {"startDateTime": "soon", "endDateTime": "later"},
        {"participants": {"organizer": {}}},
        {"participants": {"attendees": [7]}},
        {"participants": {"attendees": [{"upn": "ben.ochoa@example.org", "role": "king"}]}},
        [],
    ],
)
async def test_a_change_that_cannot_be_is_refused_whole(house: House, change: Any) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    before = dict(meeting.settings)
    body = {"allowMeetingChat": "disabled", **change} if isinstance(change, dict) else change
    got = await house.ask("PATCH", house.meeting_path(meeting), body)
    assert (got.status, got.code) == (400, "BadRequest")
    assert meeting.settings == before


@pytest.mark.parametrize("scope", ["invited", "organizationExcludingGuests"])
async def test_newer_lobby_values_are_shown_only_on_request(house: House, scope: str) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await changed(house, meeting, lobby(scope))
    plain = await house.ask("GET", house.meeting_path(meeting))
    asked = await house.ask("GET", house.meeting_path(meeting), headers=NEWER)
    assert plain.body["lobbyBypassSettings"]["scope"] == "unknownFutureValue"
    assert asked.body["lobbyBypassSettings"]["scope"] == scope


@pytest.mark.parametrize(
    ("scope", "admitted"),
    [
        ("everyone", {"pupil", "stranger", "other school", "guest"}),
        ("organizationAndFederated", {"pupil", "stranger", "other school"}),
        ("organization", {"pupil", "stranger"}),
        ("organizationExcludingGuests", {"pupil", "stranger"}),
        ("invited", {"pupil"}),
        ("organizer", set()),
    ],
)
async def test_the_lobby_holds_whom_the_scope_does_not_name(house: House, scope: str, admitted: set[str]) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1", attendees={PUPIL: "attendee"})
    await changed(house, meeting, lobby(scope))
    came = {
        "pupil": house.sim.join(meeting, "Ben Ochoa", PUPIL),
        "stranger": house.sim.join(meeting, "Cy Dunn", "cy.dunn@example.org"),
        "other school": house.sim.join(meeting, "Di Eng", "di.eng@school.example.net", tenant=OTHER_TENANT),
        "guest": house.sim.join(meeting, "Guest"),
    }
    assert {who for who, joined in came.items() if joined.state == "joined"} == admitted
    assert house.sim.join(meeting, "Ada Reyes", TEACHER).state == "joined"


async def test_a_locked_or_ended_meeting_lets_nobody_in(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    house.sim.lock(meeting)
    assert house.sim.join(meeting, "Guest").state == "refused"
    house.sim.lock(meeting, locked=False)
    assert house.sim.join(meeting, "Guest").state == "joined"
    house.sim.end(meeting)
    assert house.sim.join(meeting, "Guest").id == ""


async def test_attendees_cannot_unmute_or_share_but_presenters_can(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    pupil = house.sim.join(meeting, "Ben Ochoa", PUPIL).id
    await changed(house, meeting, {"allowAttendeeToEnableMic": False})
    assert house.sim.unmute(meeting, pupil), (
        "with the default everybody presents, and the ban does not touch presenters"
    )
    await changed(house, meeting, {"allowedPresenters": "organizer"})
    assert not house.sim.unmute(meeting, pupil)
    assert not house.sim.share(meeting, pupil)
    assert house.sim.state(meeting).presenters == ("ada.reyes",)


@pytest.mark.parametrize("stops", [True, False])
async def test_whether_demotion_stops_a_share_can_be_set(house: House, stops: bool) -> None:
    house.sim.demotion_stops_sharing = stops
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    assert house.sim.share(meeting, house.sim.join(meeting, "Ben Ochoa", PUPIL).id)
    await changed(house, meeting, {"allowedPresenters": "organizer"})
    assert house.sim.state(meeting).sharing == (() if stops else ("Ben Ochoa",))


async def test_a_lie_answers_as_if_changed_and_changes_nothing(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    house.sim.faults.lie, house.sim.faults.only = True, "PATCH"
    got = await house.ask("PATCH", house.meeting_path(meeting), lobby("organizer"))
    assert got.body["lobbyBypassSettings"]["scope"] == "organizer"
    assert house.sim.state(meeting).lobby_scope == "everyone"
    assert meeting.settings["lobbyBypassSettings"]["scope"] == "everyone"


async def test_too_many_requests_are_told_when_to_come_back(house: House) -> None:
    house.sim.user(TEACHER)
    house.sim.throttled, house.sim.retry_after_seconds = 1, 7
    got = await house.ask("GET", f"/v1.0/users/{TEACHER}")
    assert (got.status, got.code, got.headers["Retry-After"]) == (429, "TooManyRequests", "7")
    assert (await house.ask("GET", f"/v1.0/users/{TEACHER}")).status == 200


async def test_an_error_carries_a_request_id(house: House) -> None:
    got = await house.ask("GET", f"/v1.0/users/{TEACHER}")
    assert got.body["error"]["innerError"]["request-id"] == got.headers["request-id"]
