"""Not again in this class: a teacher silences one kind of finding, for this session, and takes it back."""

from datetime import timedelta
from functools import partial

import pytest

from modbot.noticing import Noticing
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import STRANGER, ZOOM, comes
from tests.scenarios.noticed import looked, noticed, told_to
from tests.scenarios.school import CHANG, School, buttons
from tests.scenarios.test_findings import RAIDERS, opened

QUIET = "modbot will not tell you of strangers who share in Grade 5 Science again, until it ends."


async def shares(school: School, name: str) -> None:
    """A stranger comes in and shares."""
    (came,) = await comes(school, ZOOM, name)
    school.district.on_zoom.share(came.id)
    await school.settled()


async def test_a_silenced_kind_is_not_told_again_and_others_are(
    open_school: OpenSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modbot.parts.Noticing", partial(Noticing, pause=timedelta(0)))
    school = await opened(open_school, ZOOM)
    await shares(school, STRANGER)
    told = await noticed(school, CHANG, "shares")
    answer = await school.press(CHANG, told, "Not again in this class")
    assert answer.text == QUIET
    await shares(school, "Zed Zzz")
    await comes(school, ZOOM, "Otto Pike")
    await noticed(school, CHANG, "came into")
    await looked(school)
    assert [message.text for message in told_to(school, CHANG) if "screen" in message.text] == [told.text]


async def test_it_is_taken_back_with_one_more_press(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, *RAIDERS)
    told = await noticed(school, CHANG, "came into")
    answer = await school.press(CHANG, told, "Not again in this class")
    assert buttons(answer) == ["Tell me again"]
    again = await school.press(CHANG, answer, "Tell me again")
    assert again.text == "modbot tells you of crowds of unknown people in Grade 5 Science again."


async def test_both_presses_are_recorded(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM, wave_strangers=1)
    await comes(school, ZOOM, STRANGER)
    told = await noticed(school, CHANG, "came into")
    answer = await school.press(CHANG, told, "Not again in this class")
    assert (await school.recorded())[-1] == (CHANG, "findings.quiet", "done")
    await school.press(CHANG, answer, "Tell me again")
    assert (await school.recorded())[-1] == (CHANG, "findings.tell", "done")


async def test_when_the_class_has_ended_the_button_says_so(open_school: OpenSchool) -> None:
    school = await opened(open_school, ZOOM)
    await comes(school, ZOOM, *RAIDERS)
    told = await noticed(school, CHANG, "came into")
    await school.district.on_zoom.close_class()
    await school.settled()
    answer = await school.press(CHANG, told, "Not again in this class")
    assert answer.text == "That class has ended, as far as modbot knows. Nothing was done."
