"""The scripted raid on Mr Ortiz's Webex class: strangers by a leaked link, lock, eject, and a pupil let back in."""

from modbot.demo.raid import Raid
from modbot.demo.roster import PUPILS, pupil_email
from modbot.demo.steps import Stage

STRANGERS = ("zzz", "qqq")
PUPIL = PUPILS[5]


async def play(stage: Stage) -> None:
    """All steps on Webex. With lying platforms nothing is locked, so there is nothing to unlock."""
    there = stage.day.district.on_webex
    raid = Raid(stage, there)
    ids = {there.sim.join(there.meeting, name).id for name in STRANGERS}
    title = "Strangers join by a leaked link; modbot sees them"
    await raid.sees(lambda one: one.id in ids, title, step="strangers_join", count=len(ids))
    await raid.lock()
    await raid.eject(" ".join(STRANGERS), "The teacher types /eject and the strangers' names")
    if not stage.lying:

        async def comes_in() -> bool:
            return there.sim.join(there.meeting, STRANGERS[0]).state == "joined"

        await raid.kept_out("A stranger comes back, only as far as the lobby", comes_in)
    await _pupil_waits(stage)
    await raid.admit(PUPIL, "A pupil waits in the lobby; the teacher types /admit")
    if not stage.lying:
        await raid.unlock()
    await raid.resolve()


async def _pupil_waits(stage: Stage) -> None:
    """A pupil whose connection broke comes back to a locked class."""
    sim, meeting = stage.day.district.webex, stage.day.district.on_webex.meeting
    if stage.lying:
        meeting.locked = True  # by the teacher's own click
    before = next(one for one in meeting.members.values() if one.name == PUPIL and one.state == "joined")
    sim.leave(meeting, before.id)
    sim.join(meeting, PUPIL, pupil_email(PUPIL), invited=True)
    await stage.day.settled()
