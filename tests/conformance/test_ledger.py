"""The ledger of the suite itself: nothing declared is left unproven, and no platform is left out."""

from typing import Any

import pytest

from modbot.model import Operation, PlatformName
from modbot.platforms import How
from modbot.platforms.registry import DECLARED
from tests.conformance import test_proofs, test_restores, test_troubles
from tests.conformance.conftest import Open
from tests.conformance.deeds import UNDOES
from tests.conformance.proofs import PROOFS
from tests.conformance.stage import Trouble
from tests.conformance.stages import ACTS, READ_ONLY, STAGES

EVERY = [(name, operation) for name in PlatformName for operation in Operation]


def exercised(test: Any) -> set[tuple[Any, ...]]:
    """The cases that a test function is collected for."""
    (mark,) = [mark for mark in test.pytestmark if mark.name == "parametrize"]
    return {case if isinstance(case, tuple) else (case,) for case in mark.args[1]}


def of(*hows: How, read_too: bool = False) -> set[tuple[PlatformName, Operation]]:
    """Every operation declared so, found here another way than the suite finds it."""
    return {
        (name, operation)
        for name, operation in EVERY
        if DECLARED[name][operation].how in hows and (read_too or operation not in READ_ONLY)
    }


def test_every_platform_has_a_stage() -> None:
    assert set(STAGES) == set(PlatformName)


def test_every_operation_has_a_proof() -> None:
    assert set(PROOFS) == set(Operation)


def test_every_platform_declares_every_operation() -> None:
    assert all(set(DECLARED[name]) == set(Operation) for name in PlatformName)


@pytest.mark.parametrize(("name", "operation"), EVERY)
def test_whatever_is_declared_is_said_in_full(name: PlatformName, operation: Operation) -> None:
    row = DECLARED[name][operation]
    assert row.steps, "the host's own clicks are always given"
    assert bool(row.via) is (row.how is not How.BY_HAND), "a call is named where there is one, and only there"
    assert row.effect or row.how is How.BY_HAND


def test_whatever_is_declared_is_proven_on_every_platform() -> None:
    proven = exercised(test_proofs.test_what_is_declared_is_done_confirmed_and_nothing_more)
    assert proven == of(How.NATIVE, How.SUBSTITUTE, read_too=True)


def test_whatever_is_not_declared_is_shown_to_have_no_way_on_every_platform() -> None:
    shown = exercised(test_proofs.test_what_only_the_host_can_do_is_answered_with_the_clicks_and_sends_nothing)
    assert shown == of(How.BY_HAND, read_too=True)


def test_every_act_is_done_twice_and_lied_to() -> None:
    acts = of(How.NATIVE, How.SUBSTITUTE)
    honest = {act for act in ACTS if Trouble.LIE in STAGES[act[0]].without}
    assert exercised(test_proofs.test_done_twice_has_the_effect_of_one) == acts
    assert exercised(test_troubles.test_a_platform_that_lies_is_not_believed) == acts - honest


def test_every_undo_is_tried_from_several_beginnings() -> None:
    tried = {case[:2] for case in exercised(test_restores.test_an_undo_puts_back_exactly_what_there_was)}
    assert tried == {act for act in of(How.NATIVE, How.SUBSTITUTE) if act[1] in UNDOES}


def test_every_act_meets_every_trouble_its_platform_can_have() -> None:
    met: dict[tuple[PlatformName, Operation], set[Trouble]] = {}
    for test in (
        test_troubles.test_whatever_goes_wrong_on_the_wire_the_outcome_is_true_and_asking_again_mends_it,
        test_troubles.test_an_act_is_confirmed_although_its_event_is_lost_doubled_or_late,
    ):
        for name, operation, trouble in exercised(test):
            met.setdefault((name, operation), set()).add(trouble)
    told_of = {Operation.EJECT, Operation.ADMIT, Operation.END}
    silent = {Trouble.EVENTS_LOST, Trouble.EVENTS_TWICE, Trouble.EVENTS_LATE}  # these acts send no event
    for name, operation in of(How.NATIVE, How.SUBSTITUTE) & set(ACTS):
        spared = set(STAGES[name].without) | {Trouble.LIE} | (set() if operation in told_of else silent)
        assert met[name, operation] == set(Trouble) - spared, (name, operation)


def test_what_a_platform_is_spared_is_explained() -> None:
    assert all(why.strip() for stage in STAGES.values() for why in stage.without.values())


@pytest.mark.parametrize("name", list(STAGES))
async def test_with_every_credential_a_platform_can_do_what_it_declares(open_class: Open, name: PlatformName) -> None:
    assert dict((await open_class(name)).platform.capabilities) == dict(DECLARED[name])
