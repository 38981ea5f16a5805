"""Single cases on every platform that can come to them."""

import pytest

from modbot.model import Operation, PlatformName
from tests.conformance.cases import (
    prove_eject_from_lobby,
    prove_eject_of_who_left,
    prove_next_class_is_spared,
    prove_two_at_once,
)
from tests.conformance.conftest import Open
from tests.conformance.stages import ACTS, STAGES, acts

EJECT = [name for name, _ in acts([Operation.EJECT])]
END = [name for name, _ in acts([Operation.END])]


@pytest.mark.parametrize("name", [name for name in EJECT if STAGES[name].lists_lobby])
async def test_somebody_who_waits_is_turned_away(open_class: Open, name: PlatformName) -> None:
    await prove_eject_from_lobby(await open_class(name))


@pytest.mark.parametrize("name", EJECT)
async def test_somebody_who_left_by_themselves_is_not_said_to_be_kept_out(open_class: Open, name: PlatformName) -> None:
    await prove_eject_of_who_left(await open_class(name))


@pytest.mark.parametrize("name", END)
async def test_an_end_asked_of_a_class_that_is_over_spares_the_next(open_class: Open, name: PlatformName) -> None:
    await prove_next_class_is_spared(await open_class(name))


@pytest.mark.parametrize(("name", "operation"), ACTS)
async def test_two_who_ask_at_once_have_the_effect_of_one(
    open_class: Open, name: PlatformName, operation: Operation
) -> None:
    await prove_two_at_once(await open_class(name), operation)
