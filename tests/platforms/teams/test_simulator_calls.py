"""The simulated Graph: the calling bot joins, sees, removes, mutes, keeps its leg alive and is thrown out."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from modbot.simulators.teams import Meeting
from tests.platforms.teams.sim_house import PUPIL, TEACHER, House

pytest_plugins = ["tests.platforms.teams.sim_fixtures"]

CALLS = "/v1.0/communications/calls"


async def told(house: House) -> list[tuple[str, Any]]:
    """The callbacks so far: the state of the call, or what is told below it; and what was told."""
    await house.sim.flush()
    items = [item for body in house.listener.at("/calls") for item in body["value"]]
    found = []
    for item in items:
        below, data = item["resourceUrl"].split("/")[4:], item["resourceData"]
        found.append((below[0], data) if below else (data["state"], data.get("resultInfo")))
    return found


async def scope(house: House, meeting: Meeting, value: str) -> None:
    """Who skips the lobby from now on."""
    change = {"lobbyBypassSettings": {"scope": value}}
    assert (await house.ask("PATCH", house.meeting_path(meeting), change)).status == 200


async def rows(house: House, call: str) -> dict[str, dict[str, Any]]:
    """The roster by participant id."""
    got = await house.ask("GET", f"{call}/participants")
    return {row["id"]: row for row in got.body["value"]}


async def test_a_bot_joins_and_gets_the_whole_roster_with_itself_in_it(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    made = await house.ask("POST", CALLS, house.call(meeting))
    assert (made.status, made.body["state"]) == (201, "establishing")
    assert made.headers["Location"].endswith(made.body["id"])
    callbacks = await told(house)
    assert [kind for kind, _ in callbacks] == ["establishing", "established", "participants"]
    identities = [set(row["info"]["identity"]) for row in callbacks[-1][1]]
    assert identities == [{"user"}, {"application"}]
    assert callbacks[-1][1][1]["id"] == made.body["myParticipantId"]
    assert (await house.ask("GET", f"{CALLS}/{made.body['id']}")).body["state"] == "established"


async def test_a_bot_joins_by_organiser_and_thread(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    info = {
        "@odata.type": "#microsoft.graph.organizerMeetingInfo",
        "organizer": {"user": {"id": meeting.organizer.oid, "tenantId": meeting.organizer.tenant}},
    }
    chat = {"@odata.type": "#microsoft.graph.chatInfo", "threadId": meeting.thread_id, "messageId": "0"}
    assert (await house.ask("POST", CALLS, house.call(meeting, meetingInfo=info, chatInfo=chat))).status == 201
    assert (await house.ask("POST", CALLS, house.call(meeting, meetingInfo=info))).status == 404


NUMBER = "#microsoft.graph.joinMeetingIdMeetingInfo"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"callbackUri": None}, 400, "BadRequest"),
        ({"callbackUri": "ftp://modbot.example.org"}, 400, "BadRequest"),
        ({"mediaConfig": {"@odata.type": "#microsoft.graph.appHostedMediaConfig"}}, 400, "BadRequest"),
        ({"requestedModalities": []}, 400, "BadRequest"),
        ({"meetingInfo": None}, 400, "BadRequest"),
        ({"meetingInfo": {"joinMeetingId": "200"}}, 400, "BadRequest"),
        ({"meetingInfo": {"@odata.type": NUMBER, "joinMeetingId": "200"}}, 404, "NotFound"),
        ({"tenantId": "another"}, 403, "7505"),
    ],
)
async def test_a_wrong_call_is_refused(house: House, change: dict[str, Any], status: int, code: str) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    got = await house.ask("POST", CALLS, house.call(meeting, **change))
    assert (got.status, got.code, house.sim.legs.live()) == (status, code, [])


async def test_a_wrong_passcode_keeps_the_bot_out(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    info = {"@odata.type": NUMBER, "joinMeetingId": meeting.join_meeting_id, "passcode": "wrong"}
    assert (await house.ask("POST", CALLS, house.call(meeting, meetingInfo=info))).status == 403


async def test_calling_needs_consent(house: House) -> None:
    house.sim.roles.discard("Calls.JoinGroupCall.All")
    got = await house.ask("POST", CALLS, house.call(house.sim.start_meeting(TEACHER, "Algebra 1")))
    assert (got.status, got.code) == (403, "7504")


async def test_callbacks_carry_a_token_of_the_bot_framework(house: House) -> None:
    await house.bot_in(house.sim.start_meeting(TEACHER, "Algebra 1"))
    await house.sim.flush()
    token = house.listener.heard[0][2]["authorization"].removeprefix("Bearer ")
    async with house.http.get(house.sim.bot_keys_url) as answer:
        metadata = await answer.json()
    client_id = house.sim.entra.client_id
    await house.verified(token, metadata["jwks_uri"], audience=client_id, issuer=metadata["issuer"])
    keys = f"{house.sim.login_url}/{house.sim.entra.tenant}/discovery/v2.0/keys"
    with pytest.raises(jwt.InvalidKeyError):
        await house.verified(token, keys, audience=client_id)


async def test_a_bot_that_the_lobby_holds_is_established_when_it_is_admitted(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await scope(house, meeting, "organizer")
    call = await house.bot_in(meeting)
    assert (await house.ask("GET", call)).body["state"] == "establishing"
    assert (await house.ask("GET", f"{call}/participants")).status == 409
    (waiting,) = meeting.present("lobby")
    house.sim.admit(meeting, waiting.id)
    assert [kind for kind, _ in await told(house)] == ["establishing", "established", "participants"]


async def test_a_bot_that_nobody_admits_is_sent_away(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await scope(house, meeting, "organizer")
    call = await house.bot_in(meeting)
    house.clock.forward(house.sim.legs.lobby_timeout)
    assert (await house.ask("GET", call)).status == 404
    kind, result = (await told(house))[-1]
    assert (kind, result["code"], result["subcode"]) == ("terminated", 200, 5855)


async def test_a_bot_that_comes_first_meets_the_class_when_it_comes(house: House) -> None:
    meeting = house.sim.schedule(TEACHER, "Algebra 1")
    call = await house.bot_in(meeting)
    house.sim.start_meeting(TEACHER, "", meeting=meeting)
    assert [set(row["info"]["identity"]) for row in (await rows(house, call)).values()] == [{"application"}, {"user"}]


async def test_a_bot_with_guest_rights_only_waits_where_guests_wait(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await scope(house, meeting, "organization")
    house.sim.roles.discard("Calls.JoinGroupCall.All")
    house.sim.roles.add("Calls.JoinGroupCallAsGuest.All")
    house.with_new_token()
    call = await house.bot_in(meeting)
    assert (await house.ask("GET", call)).body["state"] == "establishing"


async def test_a_locked_meeting_keeps_the_bot_out(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    house.sim.lock(meeting)
    call = await house.bot_in(meeting)
    assert (await house.ask("GET", call)).status == 404
    assert [kind for kind, _ in await told(house)] == ["establishing", "terminated"]


async def test_who_is_removed_is_gone_at_once_and_may_come_back(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    call = await house.bot_in(meeting)
    guest = house.sim.join(meeting, "Guest").id
    assert (await house.ask("DELETE", f"{call}/participants/{guest}")).status == 204
    assert house.sim.state(meeting).joined == ("ada.reyes",)
    assert guest not in await rows(house, call)
    assert guest not in {row["id"] for row in (await told(house))[-1][1]}
    assert (await house.ask("DELETE", f"{call}/participants/{guest}")).status == 404
    assert house.sim.join(meeting, "Guest").state == "joined"


async def test_removing_needs_the_tenants_leave(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    call = await house.bot_in(meeting)
    house.sim.remove_allowed.clear()
    guest = house.sim.join(meeting, "Guest").id
    assert (await house.ask("DELETE", f"{call}/participants/{guest}")).status == 403
    assert "Guest" in house.sim.state(meeting).joined


@pytest.mark.parametrize(("stays", "status"), [(True, 403), (False, 204)])
async def test_the_organiser_may_be_out_of_reach(house: House, stays: bool, status: int) -> None:
    house.sim.organizer_stays = stays
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    call = await house.bot_in(meeting)
    organiser = next(one for one in meeting.present() if one.user)
    assert (await house.ask("DELETE", f"{call}/participants/{organiser.id}")).status == status


@pytest.mark.parametrize(("deniable", "status", "left"), [(True, 204, ()), (False, 404, ("Guest",))])
async def test_whether_removing_turns_away_who_waits_can_be_set(
    house: House, deniable: bool, status: int, left: tuple[str, ...]
) -> None:
    house.sim.lobby_can_be_denied = deniable
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    call = await house.bot_in(meeting)
    await scope(house, meeting, "organizer")
    guest = house.sim.join(meeting, "Guest").id
    assert (await rows(house, call))[guest]["isInLobby"] is True
    assert (await house.ask("DELETE", f"{call}/participants/{guest}")).status == status
    assert house.sim.state(meeting).lobby == left


async def test_who_is_muted_shows_so_in_the_next_roster(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    call = await house.bot_in(meeting)
    pupil = house.sim.join(meeting, "Ben Ochoa", PUPIL).id
    got = await house.ask("POST", f"{call}/participants/{pupil}/mute", {"clientContext": "act-1"})
    assert (got.status, got.body["status"], got.body["clientContext"]) == (200, "Completed", "act-1")
    assert {row["id"]: row["isMuted"] for row in (await told(house))[-1][1]}[pupil] is True
    assert house.sim.state(meeting).muted == ("Ben Ochoa",)


async def test_a_client_context_is_short(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    call = await house.bot_in(meeting)
    pupil = house.sim.join(meeting, "Ben Ochoa", PUPIL).id
    got = await house.ask("POST", f"{call}/participants/{pupil}/mute", {"clientContext": "x" * 257})
    assert (got.status, house.sim.state(meeting).muted) == (400, ())


@pytest.mark.parametrize(("method", "below", "status"), [("DELETE", "", 204), ("POST", "/mute", 200)])
async def test_a_lie_about_a_person_changes_nothing(house: House, method: str, below: str, status: int) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    call = await house.bot_in(meeting)
    pupil = house.sim.join(meeting, "Ben Ochoa", PUPIL).id
    house.sim.faults.lie = True
    assert (await house.ask(method, f"{call}/participants/{pupil}{below}", {})).status == status
    seen = house.sim.state(meeting)
    assert ("Ben Ochoa" in seen.joined, seen.muted) == (True, ())


async def test_a_leg_that_is_kept_alive_lives_and_one_that_is_not_ends(house: House) -> None:
    call = await house.bot_in(house.sim.start_meeting(TEACHER, "Algebra 1"))
    house.clock.forward(timedelta(minutes=44))
    assert (await house.ask("POST", f"{call}/keepAlive")).status == 200
    house.clock.forward(timedelta(minutes=44))
    house.with_new_token()
    assert (await house.ask("GET", call)).status == 200
    house.clock.forward(timedelta(minutes=2))
    assert (await house.ask("POST", f"{call}/keepAlive")).status == 404
    kind, result = (await told(house))[-1]
    assert (kind, result["code"], result["subcode"]) == ("terminated", 408, 8537)


async def test_hanging_up_leaves_the_class_running(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    call = await house.bot_in(meeting)
    assert (await house.ask("DELETE", call)).status == 204
    assert (await house.ask("GET", call)).status == 404
    assert house.sim.state(meeting).live
    assert [one.app_id for one in meeting.present()] == [""]


@pytest.mark.parametrize(("what", "subcode"), [("removed", 5300), ("ended", 5000), ("alone", 5010)])
async def test_a_leg_ends_with_the_code_of_what_happened(house: House, what: str, subcode: int) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await house.bot_in(meeting)
    teacher, bot = meeting.present()
    if what == "removed":
        house.sim.remove(meeting, bot.id)
    elif what == "ended":
        house.sim.end(meeting)
    else:
        house.sim.leave(meeting, teacher.id)
    ended = [result for kind, result in await told(house) if kind == "terminated"]
    assert [(result["code"], result["subcode"]) for result in ended] == [(200, subcode)]
    assert house.sim.state(meeting).live is (what == "removed")


async def test_sharing_is_told_to_the_bot(house: House) -> None:
    meeting = house.sim.start_meeting(TEACHER, "Algebra 1")
    await house.bot_in(meeting)
    pupil = house.sim.join(meeting, "Ben Ochoa", PUPIL).id
    house.sim.share(meeting, pupil)
    house.sim.stop_sharing(meeting, pupil)
    await house.sim.flush()
    items = [item for body in house.listener.at("/calls") for item in body["value"]]
    about = [item["changeType"] for item in items if item["resourceUrl"].endswith("/contentsharingsessions")]
    assert about == ["created", "deleted"]
