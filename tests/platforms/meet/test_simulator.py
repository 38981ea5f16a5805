"""The simulated Google Meet: its doors, what the host's clicks do, and what the API may change."""

from datetime import timedelta

import pytest

from modbot.simulators.meet import CREATED, READONLY, SETTINGS
from tests.platforms.meet.sim_google import COLLEAGUE, STRANGER, TEACHER, Google

pytest_plugins = ("tests.platforms.meet.sim_fixtures",)

HARD = {
    "config": {
        "accessType": "RESTRICTED",
        "moderation": "ON",
        "moderationRestrictions": {"presentRestriction": "HOSTS_ONLY", "chatRestriction": "HOSTS_ONLY"},
    }
}
MASK = "config.accessType,config.moderation,config.moderationRestrictions"


@pytest.mark.parametrize(
    ("access", "guest", "stranger", "pupil", "phone"),
    [
        ("OPEN", "joined", "joined", "joined", "joined"),
        ("TRUSTED", "knocking", "knocking", "joined", "joined"),
        ("RESTRICTED", "knocking", "knocking", "knocking", "knocking"),
    ],
)
async def test_who_must_knock_follows_the_access_type(
    google_sim: Google, access: str, guest: str, stranger: str, pupil: str, phone: str
) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    meeting.space.config["accessType"] = access
    assert sim.join(meeting, "iPhone").state == guest
    assert sim.join(meeting, "Kid", STRANGER).state == stranger
    assert sim.join(meeting, "Cy Diaz", "cy.diaz@example.org").state == pupil
    assert sim.join(meeting, "+1 555-***-**42", phone=True).state == phone


async def test_the_invited_and_members_pass_a_restricted_door(google_sim: Google) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER, created_by_app=True)
    meeting.space.config["accessType"] = "RESTRICTED"
    path = f"/v2/{meeting.space.name}/members"
    assert (await google_sim.ask("POST", path, {"email": COLLEAGUE}))[0] == 200
    assert sim.join(meeting, "Ben Ochoa", COLLEAGUE).state == "joined"
    assert sim.join(meeting, "Kid", STRANGER, invited=True).state == "joined"


async def test_who_knocks_is_no_participant_until_admitted(google_sim: Google) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    guest = sim.join(meeting, "Guest")
    path = f"/v2/{meeting.record}/participants"
    assert guest.resource == ""
    assert len((await google_sim.ask("GET", path))[1]["participants"]) == 1
    sim.admit(meeting, guest.id)
    found = (await google_sim.ask("GET", path))[1]["participants"]
    assert {"displayName": "Guest"} in [one.get("anonymousUser") for one in found]


async def test_who_is_denied_is_gone_from_the_door(google_sim: Google) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    guest = sim.join(meeting, "Guest")
    sim.deny(meeting, guest.id)
    sim.admit(meeting, guest.id)
    assert sim.state(meeting).joined == ("Ada Reyes",)
    assert sim.state(meeting).knocking == ()


@pytest.mark.parametrize(("block", "again"), [(True, "refused"), (False, "joined")])
async def test_only_who_was_removed_and_blocked_stays_out(google_sim: Google, block: bool, again: str) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    pupil = sim.join(meeting, "Cy Diaz", "cy.diaz@example.org")
    sim.remove(meeting, pupil.id, block=block)
    assert sim.state(meeting).joined == ("Ada Reyes",)
    assert sim.join(meeting, "Cy Diaz", "cy.diaz@example.org").state == again


@pytest.mark.parametrize(
    ("access", "before", "after"), [("TRUSTED", "refused", "joined"), ("OPEN", "joined", "joined")]
)
async def test_after_an_end_for_all_the_owner_must_be_back_first_unless_anyone_may_enter(
    google_sim: Google, access: str, before: str, after: str
) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    meeting.space.config["accessType"] = access
    sim.end(meeting)
    assert sim.join(meeting, "Cy Diaz", "cy.diaz@example.org").state == before
    sim.join(meeting, "Ada Reyes", TEACHER)
    assert sim.join(meeting, "Cy Diaz", "cy.diaz@example.org").state == after


async def test_a_call_after_the_end_is_another_record_in_the_same_space(google_sim: Google) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    first = meeting.id
    sim.end(meeting)
    assert not meeting.live
    sim.start_meeting(TEACHER, space=meeting.space)
    assert meeting.live
    assert meeting.id != first


async def test_the_last_one_out_ends_the_call_and_others_may_come_back(google_sim: Google) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    sim.leave(meeting, next(iter(meeting.conference.people)))
    assert not meeting.live
    assert sim.join(meeting, "Cy Diaz", "cy.diaz@example.org").state == "joined"


async def test_a_restricted_share_is_for_hosts(google_sim: Google) -> None:
    sim = google_sim.sim
    meeting = sim.start_meeting(TEACHER)
    host = next(iter(meeting.conference.people))
    pupil = sim.join(meeting, "Cy Diaz", "cy.diaz@example.org")
    assert sim.present(meeting, pupil.id)
    await google_sim.ask("PATCH", f"/v2/{meeting.space.name}?updateMask={MASK}", HARD)
    assert not sim.present(meeting, pupil.id)
    assert sim.present(meeting, host)
    assert sim.state(meeting).presenting == "Ada Reyes"


@pytest.mark.parametrize(("bites", "state"), [(True, "knocking"), (False, "joined")])
async def test_a_patch_bites_in_a_running_call_or_only_in_the_next(google_sim: Google, bites: bool, state: str) -> None:
    sim = google_sim.sim
    sim.live_effect = bites
    meeting = sim.start_meeting(TEACHER)
    await google_sim.ask("PATCH", f"/v2/{meeting.space.name}?updateMask={MASK}", HARD)
    assert sim.join(meeting, "Cy Diaz", "cy.diaz@example.org").state == state
    sim.end(meeting)
    sim.start_meeting(TEACHER, space=meeting.space)
    assert sim.join(meeting, "Dee Park", "dee.park@example.org").state == "knocking"


async def test_settings_are_shown_to_the_owner_alone(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    path = f"/v2/{meeting.space.name}"
    _, owner = await google_sim.ask("GET", path)
    _, other = await google_sim.ask("GET", path, user=COLLEAGUE)
    assert owner["config"]["accessType"] == "TRUSTED"
    assert owner["activeConference"] == {"conferenceRecord": meeting.record}
    assert other.keys() == {"name", "meetingUri", "meetingCode"}


async def test_a_meeting_code_finds_the_space_and_changes_nothing(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER)
    status, found = await google_sim.ask("GET", f"/v2/spaces/{space.code.upper()}")
    assert (status, found["name"]) == (200, space.name)
    status, refusal = await google_sim.ask("PATCH", f"/v2/spaces/{space.code}?updateMask={MASK}", HARD)
    assert (status, refusal["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_a_patch_changes_what_its_mask_names_and_nothing_else(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER)
    status, answer = await google_sim.ask("PATCH", f"/v2/{space.name}?updateMask=config.access_type", HARD)
    assert (status, answer["config"]["accessType"]) == (200, "RESTRICTED")
    assert space.config["moderation"] == "OFF"


async def test_what_the_mask_names_and_the_body_lacks_goes_back_to_its_default(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER)
    await google_sim.ask("PATCH", f"/v2/{space.name}?updateMask={MASK}", HARD)
    await google_sim.ask("PATCH", f"/v2/{space.name}?updateMask=config.accessType", {})
    assert space.config["accessType"] == "TRUSTED"
    assert space.config["moderation"] == "ON"


async def test_moderation_switched_off_resets_its_restrictions(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER)
    await google_sim.ask("PATCH", f"/v2/{space.name}?updateMask={MASK}", HARD)
    assert space.config["moderationRestrictions"]["chatRestriction"] == "HOSTS_ONLY"
    for moderation in ("OFF", "ON"):
        body = {"config": {"moderation": moderation}}
        await google_sim.ask("PATCH", f"/v2/{space.name}?updateMask=config.moderation", body)
    assert space.config["moderationRestrictions"]["chatRestriction"] == "NO_RESTRICTION"


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("updateMask=config.accessTyp", HARD),
        ("updateMask=name", {"name": "spaces/other"}),
        ("updateMask=config.accessType", {"config": {"accessType": "CLOSED"}}),
        ("updateMask=config.accessType", {"config": {"accessType": ["OPEN"]}}),
        ("updateMask=config.accessType", {"config": {"acessType": "OPEN"}}),
        ("updateMask=config.accessType", []),
        ("update=config.accessType", HARD),
    ],
)
async def test_a_patch_that_google_would_not_understand_is_refused_and_changes_nothing(
    google_sim: Google, query: str, body: object
) -> None:
    space = google_sim.sim.schedule(TEACHER)
    status, refusal = await google_sim.ask("PATCH", f"/v2/{space.name}?{query}", body)
    assert (status, refusal["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert space.config["accessType"] == "TRUSTED"


async def test_only_the_owner_changes_a_space(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER)
    status, refusal = await google_sim.ask("PATCH", f"/v2/{space.name}?updateMask={MASK}", HARD, user=COLLEAGUE)
    assert (status, refusal["error"]["status"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize(("by_app", "expected"), [(True, 200), (False, 403)])
async def test_only_a_call_in_a_space_this_app_made_can_be_ended(
    google_sim: Google, by_app: bool, expected: int
) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER, created_by_app=by_app)
    status, _ = await google_sim.ask("POST", f"/v2/{meeting.space.name}:endActiveConference", {})
    assert status == expected
    assert meeting.live == (not by_app)


async def test_what_does_not_run_cannot_be_ended(google_sim: Google) -> None:
    space = google_sim.sim.schedule(TEACHER, created_by_app=True)
    status, refusal = await google_sim.ask("POST", f"/v2/{space.name}:endActiveConference", {})
    assert (status, refusal["error"]["status"]) == (400, "FAILED_PRECONDITION")


async def test_a_space_made_over_the_api_is_the_apps_own(google_sim: Google) -> None:
    status, made = await google_sim.ask("POST", "/v2/spaces", {"config": {"accessType": "RESTRICTED"}})
    assert (status, made["config"]["accessType"]) == (200, "RESTRICTED")
    space = google_sim.sim.spaces[made["name"].removeprefix("spaces/")]
    meeting = google_sim.sim.start_meeting(TEACHER, space=space)
    assert (await google_sim.ask("POST", f"/v2/{made['name']}:endActiveConference", {}))[0] == 200
    assert not meeting.live


@pytest.mark.parametrize("scopes", [(READONLY,), (SETTINGS,)])
async def test_the_scope_of_spaces_made_by_the_app_is_needed_to_end(google_sim: Google, scopes: tuple[str]) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER, created_by_app=True)
    status, refusal = await google_sim.ask("POST", f"/v2/{meeting.space.name}:endActiveConference", {}, scopes=scopes)
    assert status == 403
    assert refusal["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


async def test_the_scope_of_spaces_made_by_the_app_opens_no_others(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER)
    for path in (f"/v2/{meeting.space.name}", f"/v2/{meeting.record}"):
        assert (await google_sim.ask("GET", path, scopes=(CREATED,)))[0] == 403
    assert await google_sim.ask("GET", "/v2/conferenceRecords", scopes=(CREATED,)) == (200, {})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/v2/{space}?updateMask=config.accessType"),
        ("POST", "/v2/{space}:endActiveConference"),
        ("POST", "/v2/{space}/members"),
    ],
)
async def test_a_lie_answers_success_and_changes_nothing(google_sim: Google, method: str, path: str) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER, created_by_app=True)
    bodies = {"PATCH": {"config": {"accessType": "RESTRICTED"}}, "POST": {}}
    body = {"email": COLLEAGUE} if path.endswith("members") else bodies[method]
    google_sim.sim.faults.lie = True
    status, _ = await google_sim.ask(method, path.format(space=meeting.space.name), body)
    assert status == 200
    assert (meeting.live, meeting.space.config["accessType"], meeting.space.members) == (True, "TRUSTED", {})


async def test_a_lie_told_of_one_path_leaves_the_others_honest(google_sim: Google) -> None:
    meeting = google_sim.sim.start_meeting(TEACHER, created_by_app=True)
    google_sim.sim.faults.lie, google_sim.sim.faults.only = True, ":endActiveConference"
    await google_sim.ask("PATCH", f"/v2/{meeting.space.name}?updateMask={MASK}", HARD)
    await google_sim.ask("POST", f"/v2/{meeting.space.name}:endActiveConference", {})
    assert (meeting.live, meeting.space.config["accessType"]) == (True, "RESTRICTED")


async def test_the_quota_of_a_user_is_used_up_and_comes_back_after_a_minute(google_sim: Google) -> None:
    google_sim.sim.gate.limits.read = 2
    space = google_sim.sim.schedule(TEACHER)
    path = f"/v2/{space.name}"
    answers = [await google_sim.ask("GET", path) for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 429]
    assert answers[-1][1]["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert (await google_sim.ask("GET", path, user=COLLEAGUE))[0] == 200
    google_sim.clock.forward(timedelta(minutes=1))
    assert (await google_sim.ask("GET", path))[0] == 200
