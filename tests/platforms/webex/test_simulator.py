"""The simulated Webex itself: its doors, its lies and its list of webhooks."""

from datetime import timedelta

import pytest

from modbot.simulators.webex import WebexSimulator
from tests.platforms.webex.fakes import MODERATOR, TEACHER, District, session_of


async def test_a_locked_class_keeps_newcomers_in_the_lobby_or_turns_them_away(district: District) -> None:
    with_lobby, without = district.class_in_session(), district.class_in_session(lobby=False)
    with_lobby.locked = without.locked = True
    assert district.sim.join(with_lobby, "Guest").state == "lobby"
    refused = district.sim.join(without, "Guest")
    assert (refused.state, refused.id) == ("refused", "")
    assert district.sim.join(with_lobby, "Ada Reyes", TEACHER).state == "joined"


async def test_somebody_expelled_comes_back_to_the_lobby_where_there_is_one(district: District) -> None:
    for lobby, expected in ((True, "lobby"), (False, "joined")):
        meeting = district.class_in_session(lobby=lobby)
        stranger = district.sim.join(meeting, "Guest")
        district.sim.expel(meeting, stranger.id)
        again = district.sim.join(meeting, "Guest")
        assert again.state == expected
        assert again.id != stranger.id


@pytest.mark.parametrize(
    ("security", "stranger", "invited"),
    [
        ("allowJoin", "joined", "joined"),
        ("allowJoinWithLobby", "lobby", "joined"),
        ("blockFromJoin", "refused", "joined"),
    ],
)
async def test_the_door_of_an_unlocked_class_follows_its_settings(
    district: District, security: str, stranger: str, invited: str
) -> None:
    meeting = district.class_in_session()
    meeting.series.settings["unlockedMeetingJoinSecurity"] = security
    assert district.sim.join(meeting, "Guest").state == stranger
    assert district.sim.join(meeting, "Ben Ochoa", "ben.ochoa@example.org", invited=True).state == invited


async def test_a_run_is_listed_only_after_a_while_when_asked_to_behave_so(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.listed_after = timedelta(minutes=15)
    assert await platform.live_sessions(TEACHER) == []
    district.clock.forward(timedelta(minutes=15))
    assert [one.id for one in await platform.live_sessions(TEACHER)] == [meeting.id]


async def test_webhooks_are_kept_changed_and_forgotten(district: District) -> None:
    headers = {"Authorization": f"Bearer {district.sim.accounts.issue(MODERATOR)}"}
    base = f"{district.sim.api_url}/webhooks"

    async def ask(method: str, url: str, body: object = None) -> tuple[int, dict[str, object]]:
        answer = await district.http.request("webex", method, url, headers=headers, json=body)
        return answer.status, answer.json_object()

    wanted = {"name": "n", "targetUrl": "https://modbot.example.org", "resource": "meetings", "event": "started"}
    assert (await ask("POST", base, {"name": "n"}))[0] == 400
    status, made = await ask("POST", base, wanted)
    assert (status, made["status"]) == (200, "active")
    one = f"{base}/{made['id']}"
    assert (await ask("PUT", one, {"status": "inactive"}))[1]["status"] == "inactive"
    assert (await ask("GET", one))[1]["status"] == "inactive"
    assert (await ask("DELETE", one))[0] == 204
    assert (await ask("GET", one))[0] == 404


async def test_the_same_series_runs_again_under_a_new_instance() -> None:
    async with WebexSimulator() as sim:
        series = sim.schedule(TEACHER, "Algebra 1")
        first, second = (sim.start_meeting(TEACHER, "", series=series) for _ in range(2))
        assert first.id != second.id
        assert session_of(first).room == session_of(second).room
