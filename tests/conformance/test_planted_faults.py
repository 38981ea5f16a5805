"""The suite's own proofs, tried on adapters that are broken on purpose: each must be caught."""

import pytest

from modbot.model import Operation, PlatformName
from modbot.platforms import How
from tests.conformance.conftest import Open
from tests.conformance.lesson import Spoil
from tests.conformance.proofs import (
    Proof,
    prove_admit,
    prove_by_hand,
    prove_eject,
    prove_lock,
    prove_mute,
    prove_restore,
)
from tests.conformance.spoilt import (
    Boasting,
    BoastingOfAdmit,
    Credulous,
    Deaf,
    Forgetful,
    Idle,
    Mistaken,
    Modest,
    Overstating,
    Sweeping,
    Unremembering,
)
from tests.conformance.stage import Trouble
from tests.conformance.stages import ACTS, BY_HAND, STAGES, acts, hows
from tests.conformance.troubles import prove_heard, prove_not_deceived

LOCKS, RESTORES, EJECTS = (acts([one]) for one in (Operation.LOCK, Operation.RESTORE, Operation.EJECT))
# Teams' shut lobby keeps everybody out of the class as a lock does: that it is weaker, only its sentence can say.
LOCKS_IN_NAME = [name for name, how in hows(Operation.LOCK).items() if how is How.SUBSTITUTE and name != "teams"]

CAUGHT: list[tuple[str, PlatformName, Spoil, Proof]] = [
    *[("a lock that does nothing and claims it", name, Idle, prove_lock) for name, _ in LOCKS],
    *[("a restore that forgets a setting", name, Forgetful, prove_restore) for name, _ in RESTORES],
    *[("former settings that are not told", name, Unremembering, prove_restore) for name, _ in RESTORES],
    *[("somebody else put out", name, Mistaken, prove_eject) for name, _ in EJECTS],
    *[("everybody else put out too", name, Sweeping, prove_eject) for name, _ in EJECTS],
    *[("a substitute declared as a lock", name, Overstating, prove_lock) for name in LOCKS_IN_NAME],
    *[("mute declared without code", name, Boasting, prove_mute) for name, by in BY_HAND if by is Operation.MUTE],
    *[
        ("admit declared without code", name, BoastingOfAdmit, prove_admit)
        for name, by in BY_HAND
        if by is Operation.ADMIT
    ],
]


@pytest.mark.parametrize(
    ("name", "spoil", "proof"), [pytest.param(*row[1:], id=f"{row[1]}: {row[0]}") for row in CAUGHT]
)
async def test_a_proof_fails_for_an_adapter_with(
    open_class: Open, name: PlatformName, spoil: Spoil, proof: Proof
) -> None:
    lesson = await open_class(name, spoil)
    with pytest.raises((AssertionError, ValueError), match=r"modbot says|not so|modbot does not know|not performed"):
        await proof(lesson)


@pytest.mark.parametrize(("name", "operation"), ACTS)
async def test_an_adapter_that_reads_back_what_it_wishes_is_caught_by_a_lie(
    open_class: Open, name: PlatformName, operation: Operation
) -> None:
    lesson = await open_class(name, Credulous)
    with pytest.raises(AssertionError, match="modbot believes it"):
        await prove_not_deceived(lesson, operation)


@pytest.mark.parametrize(("name", "operation"), LOCKS)
async def test_a_capability_left_undeclared_is_caught(
    open_class: Open, name: PlatformName, operation: Operation
) -> None:
    lesson = await open_class(name, Modest)
    with pytest.raises(AssertionError, match="the adapter does it"):
        await prove_by_hand(lesson, operation)


@pytest.mark.parametrize("name", list(STAGES))
async def test_an_adapter_that_understands_no_event_is_caught(open_class: Open, name: PlatformName) -> None:
    lesson = await open_class(name, Deaf)
    with pytest.raises(AssertionError, match="modbot thinks"):
        await prove_heard(lesson, Trouble.EVENTS_TWICE)
