"""An e-mail pager for tests, and what it is told to say."""

from datetime import UTC, datetime, timedelta
from typing import Any

from modbot.pagers import Notice, Question, Turn
from modbot.pagers.email import EmailPager
from modbot.pagers.email.smtp import Mailer
from modbot.settings.email import EmailSettings
from modbot.settings.paging import OnCallPerson
from tests.pagers.post_office import PostOffice

KIM = OnCallPerson(email="kim.reyes@example.org", name="Kim Reyes", channels=("email",))
AT = datetime(2026, 11, 24, 17, 14, tzinfo=UTC)
NOTICE = Notice("p1", "PAGE: help is needed in Grade 5 Science.", ("Mei Chang: Ben S. shouts at Ana",), number=2, of=6)
QUESTION = Question("p1", "Do you still have the page of Grade 5 Science?", minutes=10)
IN_TIME = timedelta(seconds=30)
AT_ONCE = timedelta(milliseconds=300)


def link(page: str, email: str, turn: Turn) -> str:
    """As long as a real one."""
    return f"https://modbot.example.org/ack/{page}-{len(email)}-{turn.run}{turn.asked}-{'x' * 150}"


def settings(office: PostOffice, **changes: Any) -> EmailSettings:
    """The settings for a mail server."""
    plain = {"host": "127.0.0.1", "port": office.port, "security": "none", "sender": "modbot@example.org"}
    return EmailSettings.model_validate(plain | changes)


def pager(office: PostOffice, *, deadline: timedelta = IN_TIME, **changes: Any) -> EmailPager:
    """A pager that sends by a mail server."""
    given = settings(office, **changes)
    return EmailPager(
        Mailer(given, deadline=deadline),
        sender=given.sender,
        link=link,
        link_hours=given.link_hours,
        now=lambda: AT,
    )
