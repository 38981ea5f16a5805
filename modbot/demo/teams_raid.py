"""The scripted raid on Mr Lind's class on Microsoft Teams: lobby shut, all muted, a stranger removed by the bot."""

from modbot.demo.raid import Raid
from modbot.demo.steps import Stage

STRANGER = "zzz"


async def play(stage: Stage) -> None:
    """All steps on Microsoft Teams. With lying platforms nothing is shut, so there is nothing to put back."""
    there = stage.day.district.on_teams
    raid = Raid(stage, there)
    came = there.sim.join(there.meeting, STRANGER)  # Graph tells it encrypted
    await raid.sees(lambda one: one.id == came.id)
    await raid.panic()
    await raid.eject(STRANGER, "The teacher types /eject and the stranger's name")  # by modbot's bot in the class
    if not stage.lying:

        async def comes_in() -> bool:
            return there.sim.join(there.meeting, STRANGER).state == "joined"

        await raid.kept_out("The stranger comes back, only as far as the lobby", comes_in)
        await raid.all_clear()
    await raid.resolve()
