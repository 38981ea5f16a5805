"""The scripted raid on Ms Voss's Jitsi class, on a real server: locked, a stranger banned, a pupil let in, unlocked."""

from functools import partial

from modbot.demo.roster import REYES, VOSS
from modbot.demo.steps import Stage
from modbot.demo.zoom_raid import resolve
from modbot.model import Operation, Outcome, Participant, PlatformName

STRANGER = "zzz"
LATE = "Mia Rossi"
JITSI = PlatformName.JITSI


async def play(stage: Stage) -> None:
    """All steps on Jitsi. Its server is a real one: it is not part of a day on which the platforms lie."""
    raid = _Raid(stage)
    await raid.stranger_comes()
    await raid.lock()
    await raid.stranger_is_put_out()
    await raid.stranger_tries_again()
    await raid.pupil_is_let_in()
    await raid.unlock()
    await raid.resolve()


class _Raid:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.class_ = stage.day.district.on_jitsi

    async def stranger_comes(self) -> None:
        """With the leaked link, as a guest without an account."""
        await self.class_.come(STRANGER)

        def is_stranger(one: Participant) -> bool:
            return one.name == STRANGER

        title = "A stranger joins by a leaked link; modbot sees them"
        sees = partial(self.stage.sees, JITSI, is_stranger)
        await self.stage.look("stranger_joins", title, JITSI, Outcome.DONE, sees)

    async def lock(self) -> None:
        """/lock, confirmed by reading it back."""
        title = "The teacher types /lock"
        await self.stage.act(
            "lock", title, JITSI, Operation.LOCK, Outcome.DONE, VOSS.slack, self.stage.typed(VOSS.slack, "/lock")
        )

    async def stranger_is_put_out(self) -> None:
        """/eject with their name; they are banned."""
        press = self.stage.typed(VOSS.slack, "/eject", STRANGER)
        title = "The teacher types /eject and the stranger's name"
        await self.stage.act("eject", title, JITSI, Operation.EJECT, Outcome.DONE, VOSS.slack, press)

    async def stranger_tries_again(self) -> None:
        """As somebody new, with a connection of its own: only as far as the lobby."""

        async def refused() -> Outcome:
            return Outcome.DONE if await self.class_.come(STRANGER) else Outcome.REFUSED

        title = "The stranger comes back as somebody new, only as far as the lobby"
        await self.stage.look("stranger_returns", title, JITSI, Outcome.REFUSED, refused)

    async def pupil_is_let_in(self) -> None:
        """A late pupil waits in the lobby, and is admitted by name; the stranger waits on."""
        await self.class_.come(LATE)
        press = self.stage.typed(VOSS.slack, "/admit", LATE)
        title = "A late pupil waits in the lobby; the teacher types /admit"
        await self.stage.act("admit", title, JITSI, Operation.ADMIT, Outcome.DONE, VOSS.slack, press)

    async def unlock(self) -> None:
        """/unlock, confirmed by reading it back."""
        press = self.stage.typed(VOSS.slack, "/unlock")
        title = "The teacher types /unlock"
        await self.stage.act("unlock", title, JITSI, Operation.UNLOCK, Outcome.DONE, VOSS.slack, press)

    async def resolve(self) -> None:
        """/resolve closes the incident that the eject opened."""
        await resolve(self.stage, JITSI, REYES.slack)
