"""`modbot roster sync` and `check` with a district at Clever: what an admin sees."""

from collections.abc import AsyncIterator, Mapping

import pytest

from modbot.demo.district import District
from modbot.simulators.clever import PLANTED, CleverSimulator, Size
from modbot.state import State
from tests.cli.running import modbot


@pytest.fixture
async def clever() -> AsyncIterator[CleverSimulator]:
    async with CleverSimulator(size=Size(students=40, sections=10, seats=8)) as simulator:
        yield simulator


@pytest.fixture
def env(district: District, clever: CleverSimulator) -> Mapping[str, str]:
    return {**district.environment(port=0), **clever.environment()}


async def test_a_sync_brings_the_district_into_force(
    env: Mapping[str, str], clever: CleverSimulator, state: State
) -> None:
    done = await modbot("roster", "sync", env=env)
    assert done.code == 0, done.err
    assert "10 classes: 10 added, 0 changed, 0 removed." in done.out
    assert not [word for word in PLANTED if word in done.out + done.err]
    teacher = await state.roster.staff_by_email(clever.district.email_of("teacher", 0))
    assert teacher is not None
    assert teacher.sections


async def test_a_check_tries_every_kind_of_record_modbot_needs(env: Mapping[str, str], clever: CleverSimulator) -> None:
    clever.gate.unshared.add("sections")
    done = await modbot("roster", "check", env=env)
    assert done.code == 1
    said = " ".join(done.out.split())
    assert "The token is this district's." in said
    assert "does not share this district's sections" in said


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("MODBOT_CLEVER__CLIENT_SECRET", "wrong", "does not accept modbot's client id and secret"),
        ("MODBOT_CLEVER__DISTRICT", "f" * 24, "no token for this district: it is not connected"),
    ],
)
async def test_a_sync_that_cannot_begin_says_what_to_do(
    env: Mapping[str, str], setting: str, value: str, said: str
) -> None:
    done = await modbot("roster", "sync", env={**env, setting: value})
    assert done.code == 2
    assert said in done.err
