"""The scripted raid on Ms Haddad's class on Google Meet: entry restricted, a stranger put out by hand, all clear."""

from functools import partial

from modbot.demo.roster import HADDAD, REYES
from modbot.demo.steps import Stage
from modbot.demo.zoom_raid import resolve
from modbot.model import Operation, Outcome, Participant, PlatformName
from modbot.simulators.meet import Joined

STRANGER = "zzz"
MEET = PlatformName.MEET


async def play(stage: Stage) -> None:
    """All steps on Google Meet. With lying platforms nothing is restricted, so there is nothing to put back."""
    raid = _Raid(stage)
    await raid.stranger_comes()
    await raid.panic()
    await raid.teacher_is_told_the_clicks()
    if not stage.lying:
        await raid.stranger_tries_again()
        await raid.all_clear()
    await raid.resolve()


class _Raid:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.class_ = stage.day.district.on_meet
        self.stranger: Joined | None = None

    async def stranger_comes(self) -> None:
        """By the leaked link. Google tells modbot only that somebody came: who, modbot reads a moment later."""
        came = self.stranger = self.class_.sim.join(self.class_.meeting, STRANGER)

        def is_stranger(one: Participant) -> bool:
            return one.id == came.id and one.name == STRANGER

        title = "A stranger joins by a leaked link; modbot sees them"
        sees = partial(self.stage.sees, MEET, is_stranger)
        await self.stage.look("stranger_joins", title, MEET, Outcome.DONE, sees)

    async def panic(self) -> None:
        """/panic. Google Meet has no lock: restricted entry is the strongest substitute, and so in part."""
        press = self.stage.typed(HADDAD.slack, "/panic")
        title = "The teacher types /panic"
        await self.stage.act("panic", title, MEET, Operation.LOCK, Outcome.PARTIAL, HADDAD.slack, press)

    async def teacher_is_told_the_clicks(self) -> None:
        """/eject: Google lets nobody do it from outside, so the teacher gets the clicks, and does them."""
        press = self.stage.typed(HADDAD.slack, "/eject", STRANGER)
        title = "The teacher types /eject; only they can do it, and are told how"
        await self.stage.act("eject", title, MEET, Operation.EJECT, Outcome.UNSUPPORTED, HADDAD.slack, press)
        if self.stranger is not None:
            self.class_.sim.remove(self.class_.meeting, self.stranger.id)

    async def stranger_tries_again(self) -> None:
        """Blocked by name, and somebody else gets as far as the door."""

        async def kept_out() -> Outcome:
            tries = [self.class_.sim.join(self.class_.meeting, name).state for name in (STRANGER, "qqq")]
            return Outcome.DONE if "joined" in tries else Outcome.REFUSED

        title = "The stranger comes back and a friend tries; neither gets in"
        await self.stage.look("stranger_returns", title, MEET, Outcome.REFUSED, kept_out)

    async def all_clear(self) -> None:
        """/allclear puts back what the panic changed, read back from Google."""
        press = self.stage.typed(HADDAD.slack, "/allclear")
        title = "The teacher types /allclear"
        await self.stage.act("all_clear", title, MEET, Operation.RESTORE, Outcome.DONE, HADDAD.slack, press)

    async def resolve(self) -> None:
        """/resolve closes the incident."""
        await resolve(self.stage, MEET, REYES.slack)
