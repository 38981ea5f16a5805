"""What a page says by mail.

A locked phone shows a mail's subject and the beginning of its text. Both are words of modbot's own; what somebody typed
to call for help stands at the end (P9).
"""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from modbot.pagers import Notice, Question
from modbot.pagers.plain import one_line

_NOT_READ = "Nobody reads answers to this mail."


def of_notice(notice: Notice, link: str, hours: int) -> str:
    """The text of a call; without a `link` nothing can be answered."""
    by_button = (
        "Have you got it? Then open this page and press its button. Nobody else is called after that.",
        link,
        f"Only the button counts. The link is yours alone, and works once, within {hours} hours.",
    )
    paragraphs = [
        one_line(notice.headline),
        *(by_button if link else ()),
        f"{notice.place} {_NOT_READ}",
        "\n".join(["What was typed:", *(f"  {one_line(line)}" for line in notice.details)]) if notice.details else "",
        f"page {one_line(notice.page)}",
    ]
    return _joined(paragraphs)


def of_question(question: Question, link: str) -> str:
    """The text of the question whether somebody still has it."""
    minutes = "minute" if question.minutes == 1 else "minutes"
    return _joined(
        [
            one_line(question.headline),
            "If you do, open this page and press its button.",
            link,
            f"Without an answer it rings again in {question.minutes} {minutes}. {_NOT_READ}",
            f"page {one_line(question.page)}",
        ]
    )


def sealed(subject: str, text: str, *, sender: str, to: str, at: datetime) -> EmailMessage:
    """A mail ready to be sent. It asks out-of-office programs for no answer (RFC 3834, section 5)."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = one_line(to)
    mail["Subject"] = one_line(subject, 200)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])  # else it tells the machine's own name
    mail["Auto-Submitted"] = "auto-generated"
    mail["Importance"] = "high"
    mail.set_content(text)
    return mail


def _joined(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"
