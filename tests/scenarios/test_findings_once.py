"""A finding is told once for its cause, whatever comes twice, dies or is away; and what is kept of it is unreadable."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import aiohttp
import pytest

from modbot.app import App
from modbot.noticing import Noticing
from modbot.simulators import Faults
from modbot.store import keys
from tests.scenarios.conftest import QUICK, OpenSchool
from tests.scenarios.enrolled import STRANGER, ZOOM, comes, enrolled, imported
from tests.scenarios.noticed import looked, noticed, told_in_channel, told_to
from tests.scenarios.school import CHANG, School, buttons, people, shown
from tests.scenarios.test_findings import RAIDERS, leaves, opened
from tests.stores import keys_that_never_expire, until

WAVE = "3 people whom modbot does not recognise came into Grade 5 Science."


@asynccontextmanager
async def another(school: School, *, beside: bool) -> AsyncIterator[App]:
    """Another process of the same modbot."""
    app = App(school.district.settings(), patience=QUICK, beside=beside)
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


async def counts(school: School) -> str:
    """What /metrics shows."""
    address = f"http://127.0.0.1:{school.app.port}/metrics"
    async with aiohttp.ClientSession() as client, client.get(address) as answer:
        return await answer.text()


async def test_webhooks_that_come_twice_tell_once(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    school.district.zoom.faults = Faults(duplicate_webhooks=True)
    await comes(school, ZOOM, *RAIDERS)
    await noticed(school, CHANG, "came into")
    await looked(school)
    assert [message.text for message in told_to(school, CHANG)] == [WAVE]


async def test_what_happens_afterwards_tells_it_no_second_time(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, *RAIDERS)
    await noticed(school, CHANG, "came into")
    await leaves(school, ZOOM, "Ben Okafor")
    await looked(school)
    assert [message.text for message in told_to(school, CHANG)] == [WAVE]


async def test_two_processes_tell_it_once(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    async with another(school, beside=True):
        await comes(school, ZOOM, *RAIDERS)
        await noticed(school, CHANG, "came into")
        await leaves(school, ZOOM, "Ben Okafor")
        await looked(school)
        assert [message.text for message in told_to(school, CHANG)] == [WAVE]


async def test_a_modbot_that_starts_again_does_not_repeat_it(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, *RAIDERS)
    await noticed(school, CHANG, "came into")
    await school.app.stop()
    async with another(school, beside=False) as again:
        school.district.point_at(again.port)
        anew = School(school.district, again)
        await leaves(anew, ZOOM, "Ben Okafor")
        await looked(anew)
        assert [message.text for message in told_to(anew, CHANG)] == [WAVE]


async def test_while_slack_is_away_it_waits_and_is_told_once_it_is_back(
    open_school: OpenSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modbot.parts.Noticing", partial(Noticing, after_failure=timedelta(milliseconds=100)))
    school = await opened(open_school, ZOOM)
    school.slack.faults = Faults(only="chat.postMessage", fail_next=deque([(503, {}, b"")] * 8))
    await comes(school, ZOOM, *RAIDERS)
    await noticed(school, CHANG, "came into")
    await looked(school)
    assert [message.text for message in told_to(school, CHANG)] == [WAVE]


async def test_of_one_kind_what_comes_soon_after_is_told_together(
    open_school: OpenSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modbot.parts.Noticing", partial(Noticing, pause=timedelta(seconds=12)))
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, "Ana Duarta")
    await noticed(school, CHANG, "almost")
    await comes(school, ZOOM, "Ben Okafar", "Chloe Nguyem")
    told = await noticed(school, CHANG, "2 people in Grade 5 Science")
    assert len(people(told)) == 4
    assert len(told_to(school, CHANG)) == 2


async def test_without_a_teacher_in_slack_the_schools_channel_hears_without_names(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    school.slack.world.users[CHANG].deleted = True
    await comes(school, ZOOM, *RAIDERS)
    await until("the channel was told", lambda: bool(told_in_channel(school)))
    (told,) = told_in_channel(school)
    assert told.text == WAVE
    assert buttons(told) == ["Put out…", "Lock the room", "Who is in?", "Not again in this class"]
    assert not [name for name in RAIDERS if name.split()[0] in told.everything]


async def test_a_kind_that_is_switched_off_is_not_told(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM, off=["join_wave"])
    await comes(school, ZOOM, *RAIDERS)
    await looked(school)
    assert told_to(school, CHANG) == []


async def test_of_a_class_that_is_not_known_nothing_is_told(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await enrolled(school, lambda row: row["userSourcedId"] != "usr-chang")
    await comes(school, ZOOM, *RAIDERS)
    await looked(school)
    assert told_to(school, CHANG) == []


async def test_a_district_sets_its_own_thresholds(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM, wave_strangers=4, wave_within_seconds=600)
    await comes(school, ZOOM, *RAIDERS)
    await looked(school)
    assert told_to(school, CHANG) == []
    await comes(school, ZOOM, "Ugo Vex")
    await noticed(school, CHANG, "4 people")


async def test_when_they_have_left_the_button_beside_them_says_so(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    came, *_ = await comes(school, ZOOM, *RAIDERS)
    told = await noticed(school, CHANG, "came into")
    await school.district.on_zoom.leave(came.id)
    await school.settled()
    answer = await school.pick(CHANG, told, STRANGER)
    assert answer.text == "They are not in Grade 5 Science any more."
    assert await school.recorded() == []


async def test_when_the_class_has_ended_the_lock_button_says_so(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, *RAIDERS)
    told = await noticed(school, CHANG, "came into")
    await school.district.on_zoom.close_class()
    await school.settled()
    answer = await school.press(CHANG, told, "Lock the room")
    assert answer.text == "That class has ended, as far as modbot knows. Nothing was done."


async def test_an_old_roster_is_said_with_the_finding(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await imported(school, ago=timedelta(days=5))
    await comes(school, ZOOM, *RAIDERS)
    told = await noticed(school, CHANG, "came into")
    assert "The roster is 5 days old: someone who joined or left since is not known to modbot." in shown(told)


async def test_nobodys_name_can_be_read_in_the_store(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, *RAIDERS)
    await noticed(school, CHANG, "came into")
    await looked(school)
    store = school.app.state.store
    found: list[bytes] = await store.run("KEYS", "*")
    dumps: list[bytes | None] = await store.batch([("DUMP", name) for name in found])
    everything = b"".join([*found, *(dump for dump in dumps if dump is not None)])  # some are gone by then
    assert any(name.startswith(keys.told("zoom:").encode()) for name in found)
    assert not [name for name in RAIDERS if name.encode() in everything]


async def test_every_key_of_it_expires(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, *RAIDERS)
    await noticed(school, CHANG, "came into")
    assert await keys_that_never_expire(school.app.state.store) == []


async def test_findings_are_counted_by_kind_and_by_who_was_told(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, *RAIDERS)
    await noticed(school, CHANG, "came into")
    await looked(school)
    assert 'modbot_findings_total{kind="join_wave",to="teacher"}' in await counts(school)
