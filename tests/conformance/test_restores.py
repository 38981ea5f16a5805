"""Every undo of every platform, from different beginnings."""

import pytest

from modbot.model import Operation, PlatformName
from tests.conformance.conftest import Open
from tests.conformance.deeds import UNDOES
from tests.conformance.restores import Safe, formers, prove_restores, prove_restores_both
from tests.conformance.stages import STAGES, acts

BOTH = [name for name, _ in acts([Operation.RESTORE]) if STAGES[name].hardens_live]


def _id(value: object) -> str | None:
    return f"{len(value)} safe" if isinstance(value, frozenset) else None


@pytest.mark.parametrize(("name", "undo", "safe"), formers(), ids=_id)
async def test_an_undo_puts_back_exactly_what_there_was(
    open_class: Open, name: PlatformName, undo: Operation, safe: Safe
) -> None:
    await prove_restores(await open_class(name), undo, safe)


@pytest.mark.parametrize(("name", "undo"), acts(UNDOES))
async def test_what_was_asked_for_twice_is_undone_to_what_there_was_before_the_first_time(
    open_class: Open, name: PlatformName, undo: Operation
) -> None:
    await prove_restores(await open_class(name), undo, frozenset(), times=2)


@pytest.mark.parametrize("undoing", [(Operation.UNLOCK, Operation.RESTORE), (Operation.RESTORE, Operation.UNLOCK)])
@pytest.mark.parametrize("name", BOTH)
async def test_a_lock_and_a_hardening_are_undone_in_either_order(
    open_class: Open, name: PlatformName, undoing: tuple[Operation, Operation]
) -> None:
    await prove_restores_both(await open_class(name), *undoing)
