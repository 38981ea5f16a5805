"""Everything as it was in the morning: fresh classes, nobody lies, Slack is up, nothing rings."""

from collections.abc import Iterator

from modbot.demo.day import SchoolDay
from modbot.demo.page.hands import CannotDo, Hands
from modbot.demo.roster import REYES
from modbot.log import get_logger
from modbot.simulators.slack import PostedMessage, payloads

_CLOSING = ("Resolve", "Acknowledge")  # the words on modbot's own buttons, in the order they are looked for

log = get_logger("demo")


async def clean_slate(day: SchoolDay, hands: Hands) -> None:
    """Old conversations stay where they are, as in life. Old pages and incidents are closed by IT, in Slack."""
    slack_is(day, up=True)
    for there in day.classes:
        there.lie(lying=False)
    for message, action_id in list(_closing(day.district.slack.messages)):
        await _press(hands, message, action_id)
    for there in day.classes:
        await there.reopen()
    await day.settled()


def slack_is(day: SchoolDay, *, up: bool) -> None:
    """Whether Slack takes anything from modbot, and from people."""
    day.district.slack.faults.drop_connection = not up


def _closing(messages: list[PostedMessage]) -> Iterator[tuple[PostedMessage, str]]:
    """The one button of each open card or page with which it is closed."""
    for message in messages:
        buttons = [element for _, element in payloads.elements(message.blocks) if element["type"] == "button"]
        for word in _CLOSING:
            found = [one["action_id"] for one in buttons if one["text"]["text"] == word]
            if found and not message.only_for:
                yield message, found[0]
                break


async def _press(hands: Hands, message: PostedMessage, action_id: str) -> None:
    try:
        await hands.press(REYES.slack, message, action_id)
    except CannotDo as no:
        log.info("not_closed", reason=no.sentence)  # the button went away by itself
