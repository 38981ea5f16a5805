"""The scripted raid on Ms Haddad's class on Google Meet: entry restricted, a stranger put out by hand, all clear."""

from modbot.demo.raid import Raid
from modbot.demo.steps import Stage
from modbot.model import Outcome

STRANGER, FRIEND = "zzz", "qqq"


async def play(stage: Stage) -> None:
    """All steps on Google Meet. With lying platforms nothing is restricted, so there is nothing to put back."""
    there = stage.day.district.on_meet
    raid = Raid(stage, there)
    came = there.sim.join(there.meeting, STRANGER)
    # Google tells modbot only that somebody came: who, modbot reads a moment later.
    await raid.sees(lambda one: one.id == came.id and one.name == STRANGER)
    await raid.panic()
    # Google lets nobody put people out from outside, so the teacher gets the clicks, and does them.
    title = "The teacher types /eject; only they can do it, and are told how"
    await raid.eject(STRANGER, title, Outcome.UNSUPPORTED)
    there.sim.remove(there.meeting, came.id)
    if not stage.lying:

        async def comes_in() -> bool:
            return "joined" in [there.sim.join(there.meeting, name).state for name in (STRANGER, FRIEND)]

        await raid.kept_out("The stranger comes back and a friend tries; neither gets in", comes_in)
        await raid.all_clear()
    await raid.resolve()
