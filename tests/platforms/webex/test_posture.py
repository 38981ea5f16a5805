"""A class's settings: read, hardened before the start, and put back."""

import copy

import pytest

from modbot.errors import Conflict
from modbot.model import Operation, PlatformName, Room, Session
from modbot.platforms import Seen, Target
from modbot.simulators.webex import Series
from tests.platforms.webex.fakes import TEACHER, District, aim, session_of


def planned(series: Series) -> Session:
    """A class that has not started: it has no run yet."""
    return Session(Room(PlatformName.WEBEX, series.id), series.id, host_email=series.host_email)


async def test_posture_names_what_is_unsafe_in_words_for_staff(district: District) -> None:
    meeting = district.class_in_session()
    found = {check.name: check for check in await district.platform().posture(session_of(meeting))}
    assert found["Class password"].ok
    lobby = found["People who are not invited"]
    assert (lobby.found, lobby.wanted, lobby.ok) == ("come straight in", "wait in the lobby", False)
    assert found["Listed in public"].ok
    assert "BgJep43x" not in repr(found)


async def test_a_setting_webex_does_not_state_is_not_called_safe(district: District) -> None:
    meeting = district.class_in_session()
    meeting.series.settings.clear()
    checks = await district.platform().posture(session_of(meeting))
    assert not any(check.ok for check in checks)
    assert {check.found for check in checks} == {"Webex does not say", "Webex does not show one"}


async def test_harden_changes_what_is_unsafe_and_restore_puts_back_exactly_that(district: District) -> None:
    platform, series = district.platform(), district.sim.schedule(TEACHER, "Algebra 1")
    before = copy.deepcopy(series.settings)
    target = Target(planned(series))
    assert await platform.check(Operation.HARDEN, target) is Seen.NOT_IN_EFFECT
    receipt = await platform.perform(Operation.HARDEN, target)
    assert await platform.check(Operation.HARDEN, target) is Seen.IN_EFFECT
    assert all(check.ok for check in await platform.posture(planned(series)))
    assert series.settings["meetingOptions"] == before["meetingOptions"]

    undo = Target(planned(series), former=receipt.former)
    assert await platform.check(Operation.RESTORE, undo) is Seen.NOT_IN_EFFECT
    await platform.perform(Operation.RESTORE, undo)
    assert series.settings == before
    assert await platform.check(Operation.RESTORE, undo) is Seen.IN_EFFECT
    assert (await platform.perform(Operation.RESTORE, undo)).already


async def test_hardening_a_hardened_class_is_already_so(district: District) -> None:
    platform, series = district.platform(), district.sim.schedule(TEACHER, "Algebra 1")
    await platform.perform(Operation.HARDEN, Target(planned(series)))
    assert (await platform.perform(Operation.HARDEN, Target(planned(series)))).already
    assert len(district.calls("PATCH", "/meetings")) == 1


async def test_hardening_mails_nobody_and_names_the_host(district: District) -> None:
    platform, series = district.platform(), district.sim.schedule(TEACHER, "Algebra 1")
    await platform.perform(Operation.HARDEN, Target(planned(series)))
    (body,) = [one.body for one in district.sim.seen if one.method == "PATCH"]
    assert b'"sendEmail":false' in body
    assert f'"hostEmail":"{TEACHER}"'.encode() in body


async def test_a_running_class_is_not_hardened_and_the_reason_is_told(district: District) -> None:
    platform, meeting = district.platform(), district.class_in_session()
    with pytest.raises(Conflict) as caught:
        await platform.perform(Operation.HARDEN, aim(meeting))
    assert "running" in caught.value.staff_text
    assert district.calls("PATCH", "/meetings") == []


async def test_a_lie_about_hardening_is_seen(district: District) -> None:
    platform, series = district.platform(), district.sim.schedule(TEACHER, "Algebra 1")
    district.sim.faults.lie = True
    await platform.perform(Operation.HARDEN, Target(planned(series)))
    assert await platform.check(Operation.HARDEN, Target(planned(series))) is Seen.NOT_IN_EFFECT
