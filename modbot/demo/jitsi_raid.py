"""The scripted raid on Ms Voss's Jitsi class, on a real server: locked, a stranger banned, a pupil let in, unlocked."""

from modbot.demo.raid import Raid
from modbot.demo.steps import Stage

STRANGER = "zzz"
LATE = "Mia Rossi"


async def play(stage: Stage) -> None:
    """All steps on Jitsi. Its server is a real one: it is not part of a day on which the platforms lie."""
    there = stage.day.district.on_jitsi
    raid = Raid(stage, there)
    await there.come(STRANGER)  # as a guest without an account
    await raid.sees(lambda one: one.name == STRANGER)
    await raid.lock()
    await raid.eject(STRANGER, "The teacher types /eject and the stranger's name")

    async def comes_in() -> bool:
        return await there.come(STRANGER)

    await raid.kept_out("The stranger comes back as somebody new, only as far as the lobby", comes_in)
    await there.come(LATE)
    await raid.admit(LATE, "A late pupil waits in the lobby; the teacher types /admit")  # the stranger waits on
    await raid.unlock()
    await raid.resolve()
