"""The scripted raid on Mr Ortiz's Webex class: strangers by a leaked link, lock, eject, and a pupil let back in."""

from modbot.demo.day import SchoolDay
from modbot.demo.roster import ORTIZ, PUPILS, REYES, pupil_email
from modbot.demo.steps import Stage, so
from modbot.demo.zoom_raid import resolve
from modbot.model import Operation, Outcome, PlatformName, Presence

STRANGERS = ("zzz", "qqq")
PUPIL = PUPILS[5]
WEBEX = PlatformName.WEBEX


async def play(stage: Stage) -> None:
    """All steps on Webex. With lying platforms nothing is locked, so there is nothing to unlock."""
    raid = _Raid(stage)
    await raid.strangers_come()
    await raid.lock()
    await raid.strangers_are_put_out()
    if not stage.lying:
        await raid.stranger_tries_again()
    await raid.pupil_is_let_in()
    if not stage.lying:
        await raid.unlock()
    await raid.resolve()


class _Raid:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.day: SchoolDay = stage.day

    async def strangers_come(self) -> None:
        """With the leaked link, and names of their own making."""
        ids = {self.day.district.webex.join(self.day.district.on_webex.meeting, name).id for name in STRANGERS}

        async def seen_in() -> bool:
            session = await self.day.session(WEBEX)
            people = session.participants if session else ()
            return ids <= {one.id for one in people if one.presence is Presence.JOINED}

        title = "Strangers join by a leaked link; modbot sees them"
        await self.stage.look("strangers_join", title, WEBEX, Outcome.DONE, lambda: so(seen_in))

    async def lock(self) -> None:
        """/lock, confirmed by reading it back."""
        title = "The teacher types /lock"
        await self.stage.act(
            "lock", title, WEBEX, Operation.LOCK, Outcome.DONE, ORTIZ.slack, self.stage.typed(ORTIZ.slack, "/lock")
        )

    async def strangers_are_put_out(self) -> None:
        """/eject with their names."""
        typed = self.stage.typed(ORTIZ.slack, "/eject", " ".join(STRANGERS))
        title = "The teacher types /eject and the strangers' names"
        await self.stage.act("eject", title, WEBEX, Operation.EJECT, Outcome.DONE, ORTIZ.slack, typed)

    async def stranger_tries_again(self) -> None:
        """Only as far as the lobby."""

        async def kept_out() -> Outcome:
            came = self.day.district.webex.join(self.day.district.on_webex.meeting, STRANGERS[0])
            return Outcome.DONE if came.state == "joined" else Outcome.REFUSED

        title = "A stranger comes back, only as far as the lobby"
        await self.stage.look("stranger_returns", title, WEBEX, Outcome.REFUSED, kept_out)

    async def pupil_is_let_in(self) -> None:
        """A pupil whose connection broke waits in the lobby, and is admitted by name."""
        webex, meeting = self.day.district.webex, self.day.district.on_webex.meeting
        if self.stage.lying:
            meeting.locked = True  # by the teacher's own click
        before = next(one for one in meeting.members.values() if one.name == PUPIL and one.state == "joined")
        webex.leave(meeting, before.id)
        webex.join(meeting, PUPIL, pupil_email(PUPIL), invited=True)
        await self.day.settled()
        typed = self.stage.typed(ORTIZ.slack, "/admit", PUPIL)
        title = "A pupil waits in the lobby; the teacher types /admit"
        await self.stage.act("admit", title, WEBEX, Operation.ADMIT, Outcome.DONE, ORTIZ.slack, typed)

    async def unlock(self) -> None:
        """/unlock, confirmed by reading it back."""
        typed = self.stage.typed(ORTIZ.slack, "/unlock")
        title = "The teacher types /unlock"
        await self.stage.act("unlock", title, WEBEX, Operation.UNLOCK, Outcome.DONE, ORTIZ.slack, typed)

    async def resolve(self) -> None:
        """/resolve closes the incident that the eject opened."""
        await resolve(self.stage, WEBEX, REYES.slack)
