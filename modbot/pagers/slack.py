"""Paging by direct message in staff chat."""

from modbot.chat import Chat, Posted
from modbot.errors import Conflict, NotFound
from modbot.log import get_logger
from modbot.pagers import Fate, Notice, Question, Ticket
from modbot.reply import Button, Reply, Style
from modbot.settings.paging import OnCallPerson

log = get_logger("pagers.slack")


class SlackPager:
    """A `modbot.pagers.Pager`. A message that Slack has taken is delivered: it stands in the person's messages."""

    label = "Slack"

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def ring(self, person: OnCallPerson, notice: Notice) -> Ticket:
        """A direct message with Acknowledge. Raises VendorError; NotFound for somebody chat does not know."""
        lines = (*notice.details, notice.place)
        return await self._send(
            person, Reply(notice.headline, lines=lines, buttons=_buttons(notice), footnote=f"page {notice.page}")
        )

    async def ask(self, person: OnCallPerson, question: Question) -> Ticket:
        """A direct message with Still on it. Raises VendorError."""
        given = {"page": question.page, "run": str(question.turn.run), "asked": str(question.turn.asked)}
        still = Button("Still on it", "ack", given, Style.PRIMARY)
        line = f"Without an answer it rings again in {question.minutes} minutes."
        return await self._send(
            person, Reply(question.headline, lines=(line,), buttons=(still,), footnote=f"page {question.page}")
        )

    async def _send(self, person: OnCallPerson, reply: Reply) -> Ticket:
        user = person.slack or await self._chat.user_of(person.email)
        if not user:
            raise NotFound("slack", "Slack knows nobody by that address.", log_detail="nobody of this address")
        where = await self._chat.direct(user, reply)
        return Ticket(Fate.DELIVERED, f"{where.channel}|{where.ts}")

    async def hush(self, ref: str, said: str, *, over: bool) -> None:
        """The message stands without its buttons, or was deleted.

        Raises VendorError; Conflict when something newer is to take its place.
        """
        channel, _, ts = ref.partition("|")
        try:
            stands = await self._chat.change(Posted(channel, ts), Reply(said))
        except NotFound as error:
            log.info("message_gone", ref=ref, detail=error.log_detail)
            return
        if not stands:
            raise Conflict("slack", "Something newer takes the place of that message.", log_detail="overtaken")


def _buttons(notice: Notice) -> tuple[Button, ...]:
    """They carry what they answer: one that is pressed twice, or late, has the effect of one, or none."""
    if not notice.answerable:
        return ()
    given = {"page": notice.page, "run": str(notice.run)}
    have = Button("Acknowledge", "ack", given, Style.PRIMARY)
    if notice.number >= notice.of:
        return (have,)
    return have, Button("Call the next person", "escalate", {**given, "step": str(notice.number - 1)})
