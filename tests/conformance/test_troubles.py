"""Every act of every platform while something goes wrong on the way."""

import pytest

from modbot.model import Operation, PlatformName
from tests.conformance.conftest import Open
from tests.conformance.stage import Trouble
from tests.conformance.stages import ACTS, STAGES, acts
from tests.conformance.troubles import EVENTS, ON_THE_WIRE, prove_found, prove_heard, prove_not_deceived, prove_survives

WITH_EVENTS = acts([Operation.EJECT, Operation.ADMIT, Operation.END])
NEEDS_NO_EVENT = [one for one in ACTS if one not in WITH_EVENTS]


def _possible(name: PlatformName, trouble: Trouble) -> bool:
    return trouble not in STAGES[name].without


@pytest.mark.parametrize(
    ("name", "operation", "trouble"),
    [(*act, trouble) for act in ACTS for trouble in ON_THE_WIRE if _possible(act[0], trouble)],
)
async def test_whatever_goes_wrong_on_the_wire_the_outcome_is_true_and_asking_again_mends_it(
    open_class: Open, name: PlatformName, operation: Operation, trouble: Trouble
) -> None:
    await prove_survives(await open_class(name), operation, trouble)


@pytest.mark.parametrize(
    ("name", "operation", "trouble"),
    [(*act, trouble) for act in WITH_EVENTS for trouble in sorted(EVENTS) if _possible(act[0], trouble)],
)
async def test_an_act_is_confirmed_although_its_event_is_lost_doubled_or_late(
    open_class: Open, name: PlatformName, operation: Operation, trouble: Trouble
) -> None:
    await prove_survives(await open_class(name), operation, trouble)


@pytest.mark.parametrize(("name", "operation"), ACTS)
async def test_a_class_whose_events_never_came_can_be_acted_on_all_the_same(
    open_class: Open, name: PlatformName, operation: Operation
) -> None:
    await prove_survives(await open_class(name, deaf=True), operation, Trouble.EVENTS_LOST)


@pytest.mark.parametrize(("name", "operation"), [act for act in ACTS if _possible(act[0], Trouble.LIE)])
async def test_a_platform_that_lies_is_not_believed(open_class: Open, name: PlatformName, operation: Operation) -> None:
    await prove_not_deceived(await open_class(name), operation)


@pytest.mark.parametrize(
    ("name", "trouble"),
    [(name, trouble) for name in STAGES for trouble in sorted(EVENTS) if _possible(name, trouble)],
)
async def test_who_is_in_class_is_kept_right_although_events_are_lost_doubled_or_late(
    open_class: Open, name: PlatformName, trouble: Trouble
) -> None:
    await prove_heard(await open_class(name), trouble)


@pytest.mark.parametrize("name", list(STAGES))
async def test_a_teachers_class_is_known_from_its_events_alone(open_class: Open, name: PlatformName) -> None:
    await prove_found(await open_class(name))
