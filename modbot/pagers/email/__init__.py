"""Paging by e-mail, with a link to a page whose button takes the page.

What a mail server has taken (a 2xx at the end of the mail) is queued: whether anybody sees it is not known.
"""

from collections.abc import Callable
from datetime import datetime

from modbot.pagers import Fate, Notice, Question, Ticket, Turn
from modbot.pagers.email import letter
from modbot.pagers.email.smtp import Mailer
from modbot.settings.email import EmailSettings
from modbot.settings.paging import OnCallPerson

Link = Callable[[str, str, Turn], str]  # (page id, the person's address, what it answers) → the address of their button


class EmailPager:
    """A `modbot.pagers.Pager`. A mail that has left cannot be taken back, so there is nothing to hush."""

    label = "e-mail"

    def __init__(
        self, mailer: Mailer, *, sender: str, link: Link, link_hours: int, now: Callable[[], datetime]
    ) -> None:
        self._mailer = mailer
        self._sender = sender
        self._link = link
        self._link_hours = link_hours
        self._now = now

    async def ring(self, person: OnCallPerson, notice: Notice) -> Ticket:
        """A mail with a link to acknowledge by. Raises VendorError."""
        link = self._link(notice.page, person.email, notice.turn) if notice.answerable else ""
        text = letter.of_notice(notice, link, self._link_hours)
        return await self._send(person, notice.headline, text)

    async def ask(self, person: OnCallPerson, question: Question) -> Ticket:
        """A mail with a link to say "still on it" by. Raises VendorError."""
        text = letter.of_question(question, self._link(question.page, person.email, question.turn))
        return await self._send(person, question.headline, text)

    async def _send(self, person: OnCallPerson, subject: str, text: str) -> Ticket:
        mail = letter.sealed(subject, text, sender=self._sender, to=person.email, at=self._now())
        await self._mailer.send(mail, sender=self._sender, to=person.email)
        return Ticket(Fate.QUEUED)

    async def hush(self, ref: str, said: str, *, over: bool) -> None:
        """Nothing: the link itself says who has the page by then."""


def build(settings: EmailSettings, link: Link, now: Callable[[], datetime]) -> EmailPager:
    """The pager of a district that has a mail server. Raises ConfigError for a ca_file that is none."""
    return EmailPager(Mailer(settings), sender=settings.sender, link=link, link_hours=settings.link_hours, now=now)
