"""Whose token is used, when it is renewed, and what IT is told when Webex no longer accepts it."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr

from modbot.errors import AuthRejected, Forbidden, MalformedAnswer, RateLimited, VendorFault
from modbot.model import Operation
from modbot.platforms import Seen
from modbot.simulators.webex import ADMIN_SCOPES, USER_SCOPES
from tests.platforms.webex.fakes import MODERATOR, TEACHER, District, aim, session_of


async def test_a_teachers_own_connection_speaks_for_their_class(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    token = SecretStr(district.sim.accounts.connect(TEACHER))
    platform = district.platform(teacher_refresh_tokens={TEACHER.upper(): token})
    await platform.perform(Operation.LOCK, aim(meeting))
    assert await platform.check(Operation.LOCK, aim(meeting)) is Seen.IN_EFFECT
    assert len(await platform.read(session_of(meeting))) == 1
    assert not any("hostEmail" in one.path for one in district.sim.seen)


async def test_the_moderator_account_names_the_host_when_it_reads(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    await platform.read(session_of(meeting))
    (path,) = district.calls("GET", "/meetingParticipants")
    assert "hostEmail=ada.reyes@example.org" in path.replace("%40", "@")


async def test_a_teacher_who_is_not_connected_and_no_moderator_is_told_what_it_must_do(district: District) -> None:
    meeting = district.class_in_session()
    token = SecretStr(district.sim.accounts.connect("ben.ochoa@example.org"))
    platform = district.platform(teacher_refresh_tokens={"ben.ochoa@example.org": token})
    with pytest.raises(AuthRejected) as caught:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert "IT must connect" in caught.value.staff_text
    assert "@" not in caught.value.log_detail


async def test_a_dead_teacher_connection_falls_back_to_the_moderator_account(district: District) -> None:
    meeting = district.class_in_session()
    moderator = SecretStr(district.sim.accounts.connect(MODERATOR, USER_SCOPES | ADMIN_SCOPES))
    platform = district.platform(teacher_refresh_tokens={TEACHER: SecretStr("dead")}, refresh_token=moderator)
    await platform.perform(Operation.LOCK, aim(meeting))
    assert district.sim.state(meeting).locked
    assert await platform.read(session_of(meeting))


async def test_a_dead_teacher_connection_alone_tells_it_to_reconnect_the_teacher(district: District) -> None:
    meeting = district.class_in_session()
    platform = district.platform(teacher_refresh_tokens={TEACHER: SecretStr("dead")})
    with pytest.raises(AuthRejected) as caught:
        await platform.perform(Operation.LOCK, aim(meeting))
    assert "ask the teacher to connect Webex" in caught.value.staff_text
    assert "@" not in caught.value.log_detail


async def test_the_trial_token_works_until_webex_rejects_it(district: District) -> None:
    meeting = district.class_in_session()
    platform = district.platform(access_token=SecretStr(district.sim.accounts.issue(MODERATOR)))
    await platform.perform(Operation.LOCK, aim(meeting))
    district.clock.forward(timedelta(hours=13))
    with pytest.raises(AuthRejected) as caught:
        await platform.check(Operation.LOCK, aim(meeting))
    assert "MODBOT_WEBEX__ACCESS_TOKEN" in caught.value.staff_text


async def test_one_refresh_serves_many_calls_at_once(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    await asyncio.gather(*(platform.read(session_of(meeting)) for _ in range(10)))
    assert district.sim.accounts.refreshes == 1


async def test_a_token_is_renewed_before_it_ends(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.accounts.lifetime = timedelta(hours=1)
    await platform.read(session_of(meeting))
    district.clock.forward(timedelta(minutes=49))
    await platform.read(session_of(meeting))
    assert district.sim.accounts.refreshes == 1
    district.clock.forward(timedelta(minutes=2))
    await platform.read(session_of(meeting))
    assert district.sim.accounts.refreshes == 2
    assert not district.sim.faults.fail_next


async def test_the_newest_refresh_token_is_kept_and_used(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    for _ in range(3):
        await platform.read(session_of(meeting))
        district.clock.forward(timedelta(days=1))
    assert district.sim.accounts.refreshes == 3
    assert [name.rpartition("-")[0] for name in district.vault.secrets] == [
        "webex:refresh:moderator",
        "webex:access:moderator",
    ]


async def test_another_process_uses_the_token_in_the_vault(district: District) -> None:
    meeting = district.class_in_session()
    settings = {"refresh_token": SecretStr(district.sim.accounts.connect(MODERATOR, USER_SCOPES | ADMIN_SCOPES))}
    await district.platform(**settings).read(session_of(meeting))
    await district.platform(**settings).read(session_of(meeting))
    assert district.sim.accounts.refreshes == 1


async def test_a_401_is_answered_with_one_refresh_and_the_call_made_again(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    await platform.read(session_of(meeting))
    district.sim.accounts.revoke_access()
    await platform.perform(Operation.LOCK, aim(meeting))
    assert district.sim.state(meeting).locked
    assert district.sim.accounts.refreshes == 2


async def test_many_401s_at_once_lead_to_one_refresh(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    await platform.read(session_of(meeting))
    district.sim.accounts.revoke_access()
    await asyncio.gather(*(platform.read(session_of(meeting)) for _ in range(8)))
    assert district.sim.accounts.refreshes == 2


async def test_a_second_401_is_the_end_of_it(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "controls"
    district.sim.faults.fail_next += [(401, {}, b"{}")] * 2
    with pytest.raises(AuthRejected) as caught:
        await platform.check(Operation.LOCK, aim(meeting))
    assert "MODBOT_WEBEX__REFRESH_TOKEN" in caught.value.staff_text
    assert len(district.calls("GET", "/meetings/controls")) == 2


async def test_a_dead_refresh_token_in_the_vault_gives_way_to_the_configured_one(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.accounts.rotate = False
    await platform.read(session_of(meeting))
    district.vault.secrets = dict.fromkeys(district.vault.secrets, "dead")
    district.clock.forward(timedelta(days=1))
    await platform.read(session_of(meeting))
    assert "dead" not in district.vault.secrets.values()


async def test_a_refresh_token_set_anew_may_be_another_accounts_and_is_used_at_once(district: District) -> None:
    meeting = district.sim.start_meeting(TEACHER, "Algebra 1")
    with_old = district.platform()
    with pytest.raises(Forbidden):
        await with_old.perform(Operation.LOCK, aim(meeting))
    with_new = district.platform(refresh_token=SecretStr(district.sim.accounts.connect(TEACHER)))
    await with_new.perform(Operation.LOCK, aim(meeting))
    assert district.sim.state(meeting).locked


async def test_a_dead_refresh_token_tells_it_what_to_set(district: District) -> None:
    meeting = district.class_in_session()
    platform = district.platform(refresh_token=SecretStr("dead-and-secret"))
    with pytest.raises(AuthRejected) as caught:
        await platform.read(session_of(meeting))
    assert "MODBOT_WEBEX__REFRESH_TOKEN" in caught.value.staff_text
    assert "dead-and-secret" not in caught.value.log_detail


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, b"{}", RateLimited),
        (503, b"{}", VendorFault),
        (200, b"{}", MalformedAnswer),
        (200, b'{"access_token":"a"}', MalformedAnswer),
        (200, b'{"access_token":"a","expires_in":-5}', MalformedAnswer),
        (200, b'{"access_token":"","expires_in":60}', MalformedAnswer),
        (200, b"<html>", MalformedAnswer),
    ],
)
async def test_a_refresh_that_fails_otherwise_says_so(
    district: District, status: int, body: bytes, kind: type[Exception]
) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    district.sim.faults.only = "access_token"
    district.sim.faults.fail_next.append((status, {}, body))
    with pytest.raises(kind):
        await platform.read(session_of(meeting))


async def test_an_unreadable_vault_entry_is_as_good_as_none(district: District) -> None:
    meeting = district.class_in_session()
    settings = {"refresh_token": SecretStr(district.sim.accounts.connect(MODERATOR, USER_SCOPES | ADMIN_SCOPES))}
    await district.platform(**settings).read(session_of(meeting))
    name = next(name for name in district.vault.secrets if name.startswith("webex:access:"))
    district.vault.secrets[name] = "from an older version"
    await district.platform(**settings).read(session_of(meeting))
    assert district.sim.accounts.refreshes == 2
