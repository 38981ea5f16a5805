"""Proofs that an undo puts back exactly what there was, whatever that was."""

from collections.abc import Sequence

from modbot.model import Operation, PlatformName
from modbot.platforms import How
from tests.conformance.deeds import HARDENING, UNDOES
from tests.conformance.lesson import Lesson
from tests.conformance.proofs import COMES_TRUE
from tests.conformance.stages import STAGES, acts, hows

Safe = frozenset[str]  # the settings that were safe before modbot came


def formers() -> Sequence[tuple[PlatformName, Operation, Safe]]:
    """For each undo: nothing was safe before, one half was, the other half was, everything was."""
    found = []
    for name, undo in acts(UNDOES):
        settings = sorted(STAGES[name].asked[UNDOES[undo]])
        subsets = [(), settings[::2], settings[1::2], settings]
        if undo is Operation.UNLOCK and hows(undo)[name] is How.NATIVE:
            subsets = [(), *(half for half in subsets[1:3] if len(half) < len(settings))]  # unlocked means open
        found += [(name, undo, safe) for safe in sorted({frozenset(subset) for subset in subsets}, key=sorted)]
    return found


async def prove_restores(lesson: Lesson, undo: Operation, safe: Safe, *, times: int = 1) -> None:
    """Some of it was so before; it is done, once or more; undone, all is as it was."""
    do, stage = UNDOES[undo], lesson.stage
    if undo in HARDENING:
        await stage.before_hardening()
    await stage.put({name: value for name, value in stage.asked[do].items() if name in safe})
    original = await stage.picture()
    for _ in range(times):
        assert (await lesson.act(do)).outcome in COMES_TRUE
    assert (await stage.picture()).settings == {**original.settings, **stage.asked[do]}
    assert (await lesson.act(undo)).outcome in COMES_TRUE
    assert await stage.picture() == original


async def prove_restores_both(lesson: Lesson, *undoing: Operation) -> None:
    """Locked and then hardened; undone in either order, all is as it was."""
    original = await lesson.stage.picture()
    for operation in (Operation.LOCK, Operation.HARDEN, *undoing):
        assert (await lesson.act(operation)).outcome in COMES_TRUE
    assert await lesson.stage.picture() == original
