"""The doctor: each grant tried, the missing one named."""

import pytest
from pydantic import SecretStr

from modbot.platforms.teams import TeamsPlatform
from tests.platforms.teams.fakes import TEACHER, District


@pytest.fixture
def district(district: District) -> District:
    """A district whose teacher signs in to Microsoft."""
    district.sim.user(TEACHER)
    return district


async def wrong(platform: TeamsPlatform) -> dict[str, str]:
    """What is to be fixed, by what was checked."""
    return {name: fix for name, fix in await platform.probe() if fix}


async def test_a_district_that_is_set_up_has_nothing_to_fix(district: District) -> None:
    assert await wrong(district.with_bot(public_url="https://modbot.example.org")) == {}


async def test_the_doctor_changes_nothing(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    before = dict(meeting.settings)
    await wrong(district.with_bot())
    assert meeting.settings == before
    assert district.sim.notices.live == []
    assert district.sim.legs.live() == []


@pytest.mark.parametrize(
    ("taken", "named"),
    [
        ({"User.Read.All"}, "User.ReadBasic.All"),
        ({"Calendars.Read"}, "Calendars.ReadBasic.All"),
        ({"OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All"}, "OnlineMeetings.Read.All"),
        ({"OnlineMeetings.ReadWrite.All"}, "OnlineMeetings.ReadWrite.All"),
        ({"Calls.JoinGroupCall.All"}, "Calls.JoinGroupCall.All"),
    ],
)
async def test_a_missing_permission_is_named(district: District, taken: set[str], named: str) -> None:
    district.sim.roles.difference_update(taken)
    found = await wrong(district.with_bot(public_url="https://modbot.example.org"))
    assert named in found[f"Teams permission {named}"]


async def test_a_missing_policy_is_not_called_a_missing_permission(district: District) -> None:
    district.sim.policy_for_all = False
    found = await wrong(district.with_bot(public_url="https://modbot.example.org"))
    assert list(found) == ["Teams application access policy"]
    assert "Grant-CsApplicationAccessPolicy" in found["Teams application access policy"]


async def test_a_wrong_secret_ends_the_look_with_what_to_do(district: District) -> None:
    found = await wrong(district.platform(client_secret=SecretStr("guess")))
    assert "MODBOT_TEAMS__CLIENT_SECRET" in found["Teams sign-in"]


async def test_without_an_https_address_events_cannot_come(district: District) -> None:
    found = await wrong(district.platform(public_url=""))
    assert "MODBOT_PUBLIC_URL" in found["Teams events"]


async def test_a_bot_that_is_off_is_said_to_be_off_and_is_nothing_to_fix(district: District) -> None:
    platform = district.platform(public_url="https://modbot.example.org")
    assert [fix for name, fix in await platform.probe() if "calling bot is off" in name] == [""]


async def test_without_a_teacher_the_permissions_are_known_by_name_and_the_policy_is_not(district: District) -> None:
    district.hosts.clear()
    found = await wrong(district.with_bot(public_url="https://modbot.example.org"))
    assert list(found) == ["Teams application access policy"]
    assert "MODBOT_TEAMS__CHECK_AS" in found["Teams application access policy"]


async def test_without_a_teacher_a_missing_permission_is_named_all_the_same(district: District) -> None:
    district.hosts.clear()
    district.sim.roles.discard("OnlineMeetings.ReadWrite.All")
    found = await wrong(district.with_bot(public_url="https://modbot.example.org"))
    assert "OnlineMeetings.ReadWrite.All" in found["Teams permission OnlineMeetings.ReadWrite.All"]


async def test_the_teacher_named_for_it_is_tried_where_there_is_no_roster(district: District) -> None:
    district.hosts.clear()
    assert await wrong(district.with_bot(public_url="https://modbot.example.org", check_as=TEACHER)) == {}


async def test_a_teacher_whom_microsoft_does_not_know_is_said_to_be_unknown(district: District) -> None:
    district.hosts[:] = ["nobody@example.org"]
    found = await wrong(district.with_bot(public_url="https://modbot.example.org"))
    assert "Teams teacher look-up" in found
