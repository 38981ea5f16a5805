"""The scripted raid on Mr Lind's class on Microsoft Teams: lobby shut, all muted, a stranger removed by the bot."""

from functools import partial

from modbot.demo.roster import LIND, REYES
from modbot.demo.steps import Stage
from modbot.demo.zoom_raid import resolve
from modbot.model import Operation, Outcome, Participant, PlatformName

STRANGER = "zzz"
TEAMS = PlatformName.TEAMS


async def play(stage: Stage) -> None:
    """All steps on Microsoft Teams. With lying platforms nothing is shut, so there is nothing to put back."""
    raid = _Raid(stage)
    await raid.stranger_comes()
    await raid.panic()
    await raid.stranger_is_put_out()
    if not stage.lying:
        await raid.stranger_tries_again()
        await raid.all_clear()
    await raid.resolve()


class _Raid:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.class_ = stage.day.district.on_teams

    async def stranger_comes(self) -> None:
        """By the leaked link; Graph tells it encrypted."""
        came = self.class_.sim.join(self.class_.meeting, STRANGER)

        def is_stranger(one: Participant) -> bool:
            return one.id == came.id

        title = "A stranger joins by a leaked link; modbot sees them"
        sees = partial(self.stage.sees, TEAMS, is_stranger)
        await self.stage.look("stranger_joins", title, TEAMS, Outcome.DONE, sees)

    async def panic(self) -> None:
        """/panic. Graph has no lock: the lobby is shut instead, and so in part."""
        title = "The teacher types /panic"
        press = self.stage.typed(LIND.slack, "/panic")
        await self.stage.act("panic", title, TEAMS, Operation.LOCK, Outcome.PARTIAL, LIND.slack, press)

    async def stranger_is_put_out(self) -> None:
        """/eject, by modbot's calling bot in the class."""
        press = self.stage.typed(LIND.slack, "/eject", STRANGER)
        title = "The teacher types /eject and the stranger's name"
        await self.stage.act("eject", title, TEAMS, Operation.EJECT, Outcome.DONE, LIND.slack, press)

    async def stranger_tries_again(self) -> None:
        """Only as far as the lobby."""

        async def kept_out() -> Outcome:
            came = self.class_.sim.join(self.class_.meeting, STRANGER)
            return Outcome.DONE if came.state == "joined" else Outcome.REFUSED

        title = "The stranger comes back, only as far as the lobby"
        await self.stage.look("stranger_returns", title, TEAMS, Outcome.REFUSED, kept_out)

    async def all_clear(self) -> None:
        """/allclear puts back what the panic changed, read back from Graph."""
        press = self.stage.typed(LIND.slack, "/allclear")
        title = "The teacher types /allclear"
        await self.stage.act("all_clear", title, TEAMS, Operation.RESTORE, Outcome.DONE, LIND.slack, press)

    async def resolve(self) -> None:
        """/resolve closes the incident."""
        await resolve(self.stage, TEAMS, REYES.slack)
