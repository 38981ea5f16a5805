"""The simulated conference records: who sees which, filters, pages and field masks; and members of a space."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from modbot.simulators.meet import READONLY
from tests.platforms.meet.sim_google import COLLEAGUE, STRANGER, TEACHER, Google

pytest_plugins = ("tests.platforms.meet.sim_fixtures",)


async def records(google_sim: Google, wanted: str = "", **how: Any) -> list[str]:
    """The names of the records a filter finds."""
    status, found = await google_sim.ask("GET", f"/v2/conferenceRecords?filter={quote(wanted)}", **how)
    assert status == 200, found
    return [one["name"] for one in found.get("conferenceRecords", [])]


async def test_live_records_are_those_without_an_end(google_sim: Google) -> None:
    over, live = (google_sim.sim.start_meeting(TEACHER) for _ in range(2))
    google_sim.sim.end(over)
    assert await records(google_sim, "end_time IS NULL") == [live.record]


async def test_records_come_with_the_latest_first(google_sim: Google) -> None:
    first = google_sim.sim.start_meeting(TEACHER)
    google_sim.clock.forward(timedelta(hours=1))
    second = google_sim.sim.start_meeting(TEACHER)
    assert await records(google_sim) == [second.record, first.record]


async def test_records_are_found_by_space_code_and_time(google_sim: Google) -> None:
    first = google_sim.sim.start_meeting(TEACHER)
    google_sim.clock.forward(timedelta(hours=1))
    second = google_sim.sim.start_meeting(TEACHER)
    assert await records(google_sim, f'space.name = "{first.space.name}"') == [first.record]
    assert await records(google_sim, f'space.meeting_code="{second.space.code}"') == [second.record]
    assert await records(google_sim, 'start_time>="2026-11-24T16:00:00Z" AND end_time IS NULL') == [second.record]


@pytest.mark.parametrize(
    "wanted",
    ["end_time", "end_time IS NULL OR start_time IS NULL", 'owner="x"', "end_time IS NULL AND ", 'start_time>"noon"'],
)
async def test_a_filter_google_does_not_document_is_refused(google_sim: Google, wanted: str) -> None:
    status, refusal = await google_sim.ask("GET", f"/v2/conferenceRecords?filter={quote(wanted)}")
    assert (status, refusal["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_records_are_for_the_owner_and_who_took_part(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    assert await records(google_sim, user=COLLEAGUE) == []
    assert (await google_sim.ask("GET", f"/v2/{meeting.record}", user=COLLEAGUE))[0] == 403
    google_sim.sim.join(meeting, "Ben Ochoa", COLLEAGUE)
    assert await records(google_sim, user=COLLEAGUE) == [meeting.record]


async def test_records_are_deleted_thirty_days_after_the_end(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    google_sim.sim.end(meeting)
    google_sim.clock.forward(timedelta(days=30, seconds=-1))
    assert await records(google_sim) == [meeting.record]
    google_sim.clock.forward(timedelta(seconds=1))
    assert await records(google_sim) == []


async def test_a_signed_in_participant_has_an_id_of_the_directory_and_a_guest_only_a_name(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    meeting.space.config["accessType"] = "OPEN"
    google_sim.sim.join(meeting, "iPhone")
    google_sim.sim.join(meeting, "+1 555-***-**42", phone=True)
    _, found = await google_sim.ask("GET", f"/v2/{meeting.record}/participants")
    kinds = {key: one[key] for one in found["participants"] for key in one if key.endswith("User") or key[0] == "s"}
    user = google_sim.sim.people.add(TEACHER)
    assert kinds == {
        "signedinUser": {"user": f"users/{user.id}", "displayName": "Ada Reyes"},
        "anonymousUser": {"displayName": "iPhone"},
        "phoneUser": {"displayName": "+1 555-***-**42"},
    }


async def test_who_left_has_an_end_and_is_not_among_the_active(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    pupil = google_sim.sim.join(meeting, "Cy Diaz", "cy.diaz@example.org")
    google_sim.sim.leave(meeting, pupil.id)
    _, gone = await google_sim.ask("GET", f"/v2/{pupil.resource}")
    assert gone["latestEndTime"] == "2026-11-24T15:14:00Z"
    wanted = quote("latest_end_time IS NULL")
    _, found = await google_sim.ask("GET", f"/v2/{meeting.record}/participants?filter={wanted}")
    assert [one["signedinUser"]["displayName"] for one in found["participants"]] == ["Ada Reyes"]


async def test_somebody_who_comes_again_is_one_participant_with_two_sessions(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    first = google_sim.sim.join(meeting, "Cy Diaz", "cy.diaz@example.org")
    google_sim.sim.leave(meeting, first.id)
    again = google_sim.sim.join(meeting, "Cy Diaz", "cy.diaz@example.org")
    assert again.id == first.id
    path = f"/v2/{first.resource}/participantSessions"
    _, found = await google_sim.ask("GET", path)
    assert ["endTime" in one for one in found["participantSessions"]] in ([True, False], [False, True])
    _, active = await google_sim.ask("GET", f"{path}?filter={quote('end_time IS NULL')}")
    session = active["participantSessions"][0]
    assert (await google_sim.ask("GET", f"/v2/{session['name']}"))[1] == session


async def test_the_total_is_told_only_when_asked_for(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    path = f"/v2/{meeting.record}/participants"
    assert "totalSize" not in (await google_sim.ask("GET", path))[1]
    assert (await google_sim.ask("GET", f"{path}?fields=totalSize"))[1] == {"totalSize": 1}
    wanted = "participants(name,signedin_user/user),total_size"
    _, found = await google_sim.ask("GET", f"{path}?fields={wanted}")
    assert found["participants"][0].keys() == {"name", "signedinUser"}
    assert found["participants"][0]["signedinUser"].keys() == {"user"}


@pytest.mark.parametrize("fields", ["participant", "participants(", "participants(name", "participants,,", "a//b", "("])
async def test_a_field_mask_that_names_nothing_is_refused(google_sim: Google, fields: str) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    status, _ = await google_sim.ask("GET", f"/v2/{meeting.record}/participants?fields={quote(fields)}")
    assert status == 400


async def test_pages_together_are_the_whole_list(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    meeting.space.config["accessType"] = "OPEN"
    everybody = {google_sim.sim.join(meeting, f"Guest {n}").resource for n in range(6)}
    path, seen, token = f"/v2/{meeting.record}/participants?pageSize=3", [], ""
    while True:
        _, page = await google_sim.ask("GET", f"{path}&pageToken={token}")
        seen += [one["name"] for one in page["participants"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert len(seen) == 7
    assert everybody < set(seen)


@pytest.mark.parametrize("query", ["pageSize=-1", "pageSize=many", "pageToken=eA", "pageToken=!", "page=2"])
async def test_a_page_that_cannot_be_is_refused(google_sim: Google, query: str) -> None:
    status, refusal = await google_sim.ask("GET", f"/v2/conferenceRecords?{query}")
    assert (status, refusal["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_a_page_token_is_good_only_for_its_own_list(google_sim: Google) -> None:
    for _ in range(2):
        google_sim.sim.start_meeting(TEACHER)
    _, page = await google_sim.ask("GET", "/v2/conferenceRecords?pageSize=1")
    wanted = quote("end_time IS NULL")
    other = f"/v2/conferenceRecords?pageSize=1&filter={wanted}&pageToken={page['nextPageToken']}"
    assert (await google_sim.ask("GET", other))[0] == 400


# Members of a space.


async def test_members_are_made_listed_changed_and_removed(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER, created_by_app=True)
    path = f"/v2/{space.name}/members"
    _, made = await google_sim.ask("POST", path, {"email": COLLEAGUE, "role": "COHOST"})
    assert made.keys() == {"name", "email", "role"}
    assert (await google_sim.ask("GET", path))[1] == {"members": [made]}
    status, plain = await google_sim.ask("PATCH", f"/v2/{made['name']}?updateMask=role", {"role": "ROLE_UNSPECIFIED"})
    assert (status, plain.keys()) == (200, {"name", "email"})
    assert await google_sim.ask("DELETE", f"/v2/{made['name']}") == (200, {})
    assert (await google_sim.ask("GET", f"/v2/{made['name']}"))[0] == 404


async def test_a_batch_changes_all_or_none(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER, created_by_app=True)
    path = f"/v2/{space.name}/members"
    names = [(await google_sim.ask("POST", path, {"email": f"p{n}@example.org"}))[1]["name"] for n in range(2)]
    both = [{"member": {"name": name, "role": "COHOST"}} for name in names]
    stray = {"member": {"name": f"{space.name}/members/none", "role": "COHOST"}}
    assert (await google_sim.ask("POST", f"{path}:batchUpdate", {"requests": [*both, stray]}))[0] == 404
    assert {one.role for one in space.members.values()} == {""}
    assert (await google_sim.ask("POST", f"{path}:batchUpdate", {"requests": both}))[0] == 200
    assert {one.role for one in space.members.values()} == {"COHOST"}


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"email": "nobody"}, 400), ({"email": STRANGER, "role": "HOST"}, 400), ({"email": COLLEAGUE}, 409)],
)
async def test_a_member_needs_an_address_a_known_role_and_to_be_new(
    google_sim: Google, body: dict[str, str], status: int
) -> None:
    space = google_sim.sim.schedule(TEACHER, created_by_app=True)
    await google_sim.ask("POST", f"/v2/{space.name}/members", {"email": COLLEAGUE})
    assert (await google_sim.ask("POST", f"/v2/{space.name}/members", body))[0] == status


async def test_members_of_a_space_another_app_made_are_read_and_not_changed(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER)
    path = f"/v2/{space.name}/members"
    assert (await google_sim.ask("GET", path, scopes=(READONLY,)))[0] == 200
    assert (await google_sim.ask("POST", path, {"email": COLLEAGUE}))[0] == 403
