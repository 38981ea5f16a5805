"""The scripted raid on Ms Chang's Zoom class: a leaked link, a stranger with a pupil's name, panic, and all clear."""

from modbot.demo.day import SchoolDay
from modbot.demo.roster import CHANG, REYES
from modbot.demo.steps import Stage, so
from modbot.model import Operation, Outcome, Participant, PlatformName, Presence
from modbot.simulators.slack import PostedMessage, SlashAnswer, payloads
from modbot.simulators.zoom import JoinRefused, Person

STRANGER = "Jaden O'Neil"  # a pupil's name, with another apostrophe
ZOOM = PlatformName.ZOOM


async def play(stage: Stage) -> None:
    """All steps on Zoom. With lying platforms, those that nothing was changed for are left out."""
    raid = _Raid(stage)
    await raid.link_leaks()
    await raid.stranger_comes()
    await raid.panic()
    await raid.page_is_answered()
    await raid.stranger_is_put_out()
    if not stage.lying:
        await raid.stranger_tries_again()
        await raid.all_clear()
    await raid.resolve()


class _Raid:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.day: SchoolDay = stage.day
        self.stranger: Person | None = None

    async def link_leaks(self) -> None:
        """Zoom tells that the class link was found in public."""
        zoom = self.day.district.zoom

        async def heard() -> Outcome:
            zoom.expose_link(self.day.district.on_zoom.meeting)
            await self.day.settled()
            event, status = zoom.delivered[-1]
            taken = event == "meeting.risk_alert" and 200 <= status < 300
            return Outcome.DONE if taken else Outcome.FAILED

        title = "Zoom reports the class link in public; modbot has it"
        await self.stage.look("link_exposed", title, ZOOM, Outcome.DONE, heard)

    async def stranger_comes(self) -> None:
        """A stranger joins and shares a screen; modbot sees both."""
        zoom, meeting = self.day.district.zoom, self.day.district.on_zoom.meeting
        stranger = self.stranger = zoom.join(meeting, STRANGER)

        async def seen_in() -> bool:
            who = await self._seen(stranger)
            return who is not None and who.presence is Presence.JOINED

        async def seen_sharing() -> bool:
            who = await self._seen(stranger)
            return who is not None and who.sharing

        title = "A stranger with a pupil's name joins; modbot sees them"
        await self.stage.look("stranger_joins", title, ZOOM, Outcome.DONE, lambda: so(seen_in))
        zoom.share(meeting, stranger)
        title = "The stranger shares a screen; modbot sees it"
        await self.stage.look("stranger_shares", title, ZOOM, Outcome.DONE, lambda: so(seen_sharing))

    async def _seen(self, person: Person) -> Participant | None:
        session = await self.day.session(ZOOM)
        people = session.participants if session else ()
        return next((one for one in people if one.id == person.participant_uuid), None)

    async def panic(self) -> None:
        """/panic. Zoom gives no lock to anybody outside the meeting: the strongest substitute is in part."""

        async def press() -> SlashAnswer:
            return await self.day.district.slack.slash(CHANG.slack, "/panic")

        title = "The teacher types /panic"
        await self.stage.act("panic", title, ZOOM, Operation.LOCK, Outcome.PARTIAL, CHANG.slack, press)

    async def page_is_answered(self) -> None:
        """Whoever is on call presses Acknowledge in a direct message, which then says who has it."""
        slack = self.day.district.slack

        def rings(message: PostedMessage) -> bool:
            place = slack.world.channels[message.channel]
            return place.is_im and REYES.slack in place.members and "Acknowledge" in message.everything

        async def answered() -> Outcome:
            try:
                page = await slack.wait_for(rings, "the page")
            except TimeoutError:
                return Outcome.FAILED

            async def stopped() -> bool:
                return page.text.startswith(f"{REYES.name} has it")

            await slack.press(REYES.slack, page, "Acknowledge")
            return await so(stopped)

        title = "IT on call presses Acknowledge; the ringing stops"
        await self.stage.look("page_acknowledged", title, ZOOM, Outcome.DONE, answered)

    async def stranger_is_put_out(self) -> None:
        """/eject, and the stranger picked from the list."""
        slack, stranger = self.day.district.slack, self._stranger
        picker = await self.stage.read(CHANG.slack, lambda: slack.slash(CHANG.slack, "/eject"))

        async def press() -> SlashAnswer:
            return await slack.press(CHANG.slack, _must(picker), button_for(_must(picker), stranger.participant_uuid))

        title = "/eject: the teacher picks the stranger from the list"
        await self.stage.act("eject", title, ZOOM, Operation.EJECT, Outcome.DONE, CHANG.slack, press)

    async def stranger_tries_again(self) -> None:
        """The way back is shut."""

        async def refused() -> Outcome:
            try:
                self.day.district.zoom.join(self.day.district.on_zoom.meeting, STRANGER)
            except JoinRefused:
                return Outcome.REFUSED
            return Outcome.DONE

        title = "The stranger tries to come back; Zoom keeps them out"
        await self.stage.look("stranger_returns", title, ZOOM, Outcome.REFUSED, refused)

    async def all_clear(self) -> None:
        """/allclear puts back what the panic changed, read back from Zoom."""

        async def press() -> SlashAnswer:
            return await self.day.district.slack.slash(CHANG.slack, "/allclear")

        title = "The teacher types /allclear"
        await self.stage.act("all_clear", title, ZOOM, Operation.RESTORE, Outcome.DONE, CHANG.slack, press)

    async def resolve(self) -> None:
        """/resolve closes the incident."""
        await resolve(self.stage, ZOOM, REYES.slack)

    @property
    def _stranger(self) -> Person:
        if self.stranger is None:
            raise RuntimeError("the stranger has not come yet")
        return self.stranger


async def resolve(stage: Stage, platform: PlatformName, user: str) -> None:
    """/resolve, and a look at the record: is the incident closed?"""
    day = stage.day
    open_now = await day.incidents.open_ids()

    async def closed() -> Outcome:
        await stage.read(user, lambda: day.district.slack.slash(user, "/resolve", "the intruder is out"))
        incidents = [await day.incidents.get(incident) for incident in open_now]
        states = {incident.state for incident in incidents if incident and incident.room.platform is platform}
        return Outcome.DONE if states == {"resolved"} else Outcome.FAILED

    title = "/resolve: the incident is closed in the record"
    await stage.look("resolve", title, platform, Outcome.DONE, closed)


def button_for(message: PostedMessage, participant_id: str) -> str:
    """The action_id of the button that stands for this person. Raises LookupError."""
    for _, element in payloads.elements(message.blocks):
        if participant_id in element.get("value", ""):
            return str(element["action_id"])
    raise LookupError("the stranger is not on the list")


def _must(message: PostedMessage | None) -> PostedMessage:
    if message is None:
        raise LookupError("modbot did not answer with a list")
    return message
