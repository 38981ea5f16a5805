"""The scripted raid on Ms Chang's Zoom class: a leaked link, a stranger with a pupil's name, panic, and all clear."""

from modbot.demo.raid import Raid
from modbot.demo.roster import CHANG, REYES
from modbot.demo.steps import Stage, so
from modbot.model import Operation, Outcome, PlatformName
from modbot.simulators.slack import PostedMessage, SlashAnswer, payloads
from modbot.simulators.zoom import JoinRefused, Person

STRANGER = "Jaden O'Neil"  # a pupil's name, with another apostrophe
ZOOM = PlatformName.ZOOM


async def play(stage: Stage) -> None:
    """All steps on Zoom. With lying platforms, those that nothing was changed for are left out."""
    there = stage.day.district.on_zoom
    raid = Raid(stage, there)
    await _link_leaks(stage)
    stranger = there.sim.join(there.meeting, STRANGER)
    uuid = stranger.participant_uuid
    await raid.sees(lambda one: one.id == uuid, "A stranger with a pupil's name joins; modbot sees them")
    there.sim.share(there.meeting, stranger)
    title = "The stranger shares a screen; modbot sees it"
    await raid.sees(lambda one: one.id == uuid and one.sharing, title, step="stranger_shares")
    await raid.panic()
    await _page_is_answered(stage)
    await _stranger_is_put_out(stage, stranger)
    if not stage.lying:
        await raid.kept_out("The stranger tries to come back; Zoom keeps them out", lambda: _comes_in(stage))
        await raid.all_clear()
    await raid.resolve()


async def _link_leaks(stage: Stage) -> None:
    """Zoom tells that the class link was found in public."""
    zoom = stage.day.district.zoom

    async def heard() -> Outcome:
        zoom.expose_link(stage.day.district.on_zoom.meeting)
        await stage.day.settled()
        taken = any(event == "meeting.risk_alert" and 200 <= status < 300 for event, status in zoom.delivered)
        return Outcome.DONE if taken else Outcome.FAILED

    title = "Zoom reports the class link in public; modbot has it"
    await stage.look("link_exposed", title, ZOOM, Outcome.DONE, heard)


async def _page_is_answered(stage: Stage) -> None:
    """Whoever is on call presses Acknowledge in a direct message, which then says who has it."""
    slack, class_ = stage.day.district.slack, stage.day.district.on_zoom.title

    async def answered() -> Outcome:
        try:
            page = await slack.wait_for(lambda one: stage.rings(one, REYES) and class_ in one.everything, "the page")
        except TimeoutError:
            return Outcome.FAILED

        async def stopped() -> bool:
            return page.text.startswith(f"{REYES.name} has it")

        await slack.press(REYES.slack, page, "Acknowledge")
        return await so(stopped)

    title = "IT on call presses Acknowledge; the ringing stops"
    await stage.look("page_acknowledged", title, ZOOM, Outcome.DONE, answered)


async def _stranger_is_put_out(stage: Stage, stranger: Person) -> None:
    """/eject, and the stranger picked from the list."""
    slack = stage.day.district.slack
    picker = await stage.read(CHANG.slack, stage.typed(CHANG.slack, "/eject"))

    async def press() -> SlashAnswer:
        return await slack.press(CHANG.slack, _must(picker), button_for(_must(picker), stranger.participant_uuid))

    title = "/eject: the teacher picks the stranger from the list"
    await stage.act("eject", title, ZOOM, Operation.EJECT, Outcome.DONE, CHANG.slack, press)


async def _comes_in(stage: Stage) -> bool:
    try:
        stage.day.district.zoom.join(stage.day.district.on_zoom.meeting, STRANGER)
    except JoinRefused:
        return False
    return True


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
