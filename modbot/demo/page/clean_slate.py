"""Everything as it was in the morning: fresh classes, nobody lies, Slack is up, nothing rings."""

from modbot.demo.day import SchoolDay
from modbot.demo.page.hands import CannotDo, Hands
from modbot.demo.roster import REYES
from modbot.log import get_logger
from modbot.resolving import NOTHING_OPEN
from modbot.simulators.slack import PostedMessage, payloads

MOST_ROUNDS = 10
ANSWER_WITHIN_SECONDS = 30.0
_RESOLVE = "Resolve"  # how the buttons begin by which incidents and pages are closed

log = get_logger("demo")


async def clean_slate(day: SchoolDay, hands: Hands) -> None:
    """Old conversations stay where they are, as in life. What is still open is closed by IT, in Slack."""
    slack_is(day, up=True)
    for there in day.classes:
        there.lie(lying=False)
    if hands.typed:
        await _close_everything(day, hands)
    for there in day.classes:
        await there.reopen()
    await day.settled()


def slack_is(day: SchoolDay, *, up: bool) -> None:
    """Whether Slack takes anything from modbot, and from people."""
    day.district.slack.faults.drop_connection = not up


async def _close_everything(day: SchoolDay, hands: Hands) -> None:
    """Kim Reyes types /resolve until nothing is open, and presses what she is asked."""
    for _ in range(MOST_ROUNDS):
        known = {id(message) for message in day.district.slack.messages}
        await hands.slash(REYES.slack, "/resolve", "over")
        try:
            answer = await day.district.slack.wait_for(
                lambda message: id(message) not in known and message.only_for == REYES.slack and bool(message.blocks),  # noqa: B023
                "an answer",
                ANSWER_WITHIN_SECONDS,
            )
        except TimeoutError:
            log.critical("not_closed", reason="no answer in time")
            return
        if NOTHING_OPEN in answer.everything:
            return
        await _press_all(hands, answer)


async def _press_all(hands: Hands, asked: PostedMessage) -> None:
    for _, element in payloads.elements(asked.blocks):
        if element["type"] == "button" and element["text"]["text"].startswith(_RESOLVE):
            try:
                await hands.press(REYES.slack, asked, element["action_id"])
            except CannotDo as no:
                log.warning("not_closed", reason=no.sentence)  # the question went away by itself
                return
