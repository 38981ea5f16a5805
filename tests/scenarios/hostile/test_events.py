"""Webhooks doubled, swapped, late and lost around what a teacher does: the class as modbot knows it stays true."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from modbot.model import Presence, Session
from modbot.simulators import Faults
from modbot.store.sessions import Sessions
from tests.scenarios.hostile.wire import CHANG, ORTIZ, outcomes, until_idle
from tests.scenarios.school import School, people

MISTREAT: dict[str, Callable[[], Faults]] = {
    "doubled": lambda: Faults(duplicate_webhooks=True),
    "swapped": lambda: Faults(reorder_webhooks=True),
    "late": lambda: Faults(webhook_lag_seconds=0.1),
    "lost": lambda: Faults(mute_webhooks=True),
}


async def known(school: School, key: str) -> Session:
    """The class as modbot knows it."""
    state = school.app.state
    session = await Sessions(state.store, state.keyring, keep=timedelta(hours=1)).get(key)
    assert session is not None
    return session


def inside(session: Session) -> set[str]:
    """Who is in, by name."""
    return {person.name for person in session.participants if person.presence is Presence.JOINED}


@pytest.mark.parametrize("way", MISTREAT)
async def test_an_eject_on_zoom_is_confirmed_whatever_happens_to_its_webhooks(school: School, way: str) -> None:
    zoom = school.district.zoom
    meeting = await school.zoom_class()
    intruder = zoom.join(meeting, "Zed Intruder")
    await school.settled()
    zoom.faults = MISTREAT[way]()
    answer = await school.type(CHANG, "/eject", "zed")
    assert answer.text == "1 person out of Grade 5 Science."
    assert not intruder.present


@pytest.mark.parametrize("way", MISTREAT)
async def test_an_eject_on_webex_is_confirmed_whatever_happens_to_its_webhooks(school: School, way: str) -> None:
    webex = school.district.webex
    meeting = await school.webex_class()
    webex.join(meeting, "Zed Intruder")
    await school.settled()
    webex.faults = MISTREAT[way]()
    answer = await school.type(ORTIZ, "/eject", "zed")
    assert answer.text == "1 person out of Grade 3 Reading."
    assert "Zed Intruder" not in webex.state(meeting).joined


@pytest.mark.parametrize("way", ["doubled", "swapped", "late"])
async def test_a_whole_lesson_ends_in_the_same_state_however_its_webhooks_come(school: School, way: str) -> None:
    zoom = school.district.zoom
    zoom.faults = MISTREAT[way]()
    meeting = school.district.open_zoom_class()
    stays, goes, shares = (zoom.join(meeting, name) for name in ("Stays Here", "Goes Away", "Shares Screen"))
    zoom.share(meeting, shares)
    zoom.leave(meeting, goes)
    zoom.put_in_waiting_room(meeting, stays)
    zoom.admit(meeting, stays)
    zoom.stop_sharing(meeting, shares)
    await school.settled()
    session = await known(school, f"zoom:{meeting.uuid}")
    assert inside(session) == {person.name for person in meeting.present}
    assert not any(person.sharing for person in session.participants)


async def test_somebody_whose_coming_was_never_heard_can_still_be_put_out_by_name(school: School) -> None:
    webex = school.district.webex
    meeting = await school.webex_class()
    webex.faults = Faults(mute_webhooks=True)
    webex.join(meeting, "Zed Intruder")
    answer = await school.type(ORTIZ, "/eject", "zed")
    assert answer.text == "1 person out of Grade 3 Reading."


async def test_somebody_whose_going_was_never_heard_is_not_said_to_have_been_put_out(school: School) -> None:
    webex = school.district.webex
    meeting = await school.webex_class()
    intruder = webex.join(meeting, "Zed Intruder")
    await school.settled()
    webex.faults = Faults(mute_webhooks=True)
    webex.leave(meeting, intruder.id)
    answer = await school.type(ORTIZ, "/eject", "zed")
    await until_idle(school)
    assert "They were out already: they had left, or somebody had put them out." in answer.everything
    assert ("eject", "already") in await outcomes(school)


async def test_a_class_of_which_nothing_was_heard_is_found_and_locked(school: School) -> None:
    webex = school.district.webex
    webex.faults = Faults(mute_webhooks=True)
    meeting = school.district.open_webex_class()
    answer = await school.type(ORTIZ, "/lock")
    assert answer.text == "Grade 3 Reading is locked."
    assert webex.state(meeting).locked


async def test_a_late_word_of_somebody_coming_does_not_bring_back_who_was_put_out(school: School) -> None:
    zoom = school.district.zoom
    meeting = await school.zoom_class()
    zoom.faults = Faults(reorder_webhooks=True)
    zoom.join(meeting, "Zed Intruder")  # held back
    await school.type(CHANG, "/eject", "zed")  # its `left` overtakes
    await school.settled()
    session = await known(school, f"zoom:{meeting.uuid}")
    assert "Zed Intruder" not in inside(session)


async def test_events_after_the_end_do_not_bring_a_class_back(school: School) -> None:
    zoom = school.district.zoom
    meeting = await school.zoom_class()
    zoom.faults = Faults(reorder_webhooks=True)
    zoom.leave(meeting, meeting.present[-1])
    zoom.end(meeting)
    await school.settled()
    zoom.faults = Faults()
    answer = await school.type(CHANG, "/lock")
    assert answer.text.startswith("modbot sees no class of yours running now.")


async def test_a_second_run_of_a_room_is_not_mistaken_for_the_first(school: School) -> None:
    zoom = school.district.zoom
    meeting = await school.zoom_class()
    zoom.faults = Faults(mute_webhooks=True)
    zoom.end(meeting)  # nobody hears of it
    zoom.faults = Faults()
    zoom.start_again(meeting)
    zoom.join(meeting, "Second Lesson")
    await school.settled()
    picker = await school.type(CHANG, "/eject")
    assert [row for row in people(picker) if "Second Lesson" in row]


async def test_a_lock_needs_no_webhook_at_all(school: School) -> None:
    await school.webex_class()
    school.district.webex.faults = Faults(mute_webhooks=True)
    await school.type(ORTIZ, "/lock")
    await until_idle(school)
    assert await outcomes(school) == [("lock", "done")]


async def test_doubled_webhooks_show_nobody_twice(school: School) -> None:
    school.district.webex.faults = Faults(duplicate_webhooks=True)
    meeting = await school.webex_class()
    school.district.webex.join(meeting, "Zed Intruder")
    await school.settled()
    picker = await school.type(ORTIZ, "/eject")
    assert len([row for row in people(picker) if "Zed Intruder" in row]) == 1
