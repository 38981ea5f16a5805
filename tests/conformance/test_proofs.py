"""Every declared capability of every platform, proven on its simulator or its real server."""

import pytest

from modbot.model import Operation, PlatformName
from tests.conformance.conftest import Open
from tests.conformance.proofs import PROOFS, prove_by_hand, prove_once
from tests.conformance.stages import ACTS, BY_HAND, OFFERED


@pytest.mark.parametrize(("name", "operation"), OFFERED)
async def test_what_is_declared_is_done_confirmed_and_nothing_more(
    open_class: Open, name: PlatformName, operation: Operation
) -> None:
    await PROOFS[operation](await open_class(name))


@pytest.mark.parametrize(("name", "operation"), ACTS)
async def test_done_twice_has_the_effect_of_one(open_class: Open, name: PlatformName, operation: Operation) -> None:
    await prove_once(await open_class(name), operation)


@pytest.mark.parametrize(("name", "operation"), BY_HAND)
async def test_what_only_the_host_can_do_is_answered_with_the_clicks_and_sends_nothing(
    open_class: Open, name: PlatformName, operation: Operation
) -> None:
    await prove_by_hand(await open_class(name), operation)
