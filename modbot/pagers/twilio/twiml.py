"""The documents Twilio carries out: https://www.twilio.com/docs/voice/twiml and https://www.twilio.com/docs/messaging/twiml"""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from modbot.pagers.plain import one_line

CONTENT_TYPE = "text/xml"
KEY_SECONDS = 10  # to press a key in, after the words
_NOT_XML = dict.fromkeys((0xFFFE, 0xFFFF))
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def asking(words: Sequence[str], action: str) -> str:
    """A call that says these sentences twice and waits for one key, which is told to `action`."""
    said = "".join(_say(one) for one in words)
    gather = f'<Gather numDigits="1" finishOnKey="" timeout="{KEY_SECONDS}" method="POST" action={quoteattr(action)}>'
    ended = _say("No key was pressed. Goodbye.")
    return _document(f'{gather}{said}<Pause length="1"/>{said}</Gather>{ended}<Hangup/>')


def telling(words: Sequence[str]) -> str:
    """A call that says these sentences twice and ends: no answer could be kept."""
    said = "".join(_say(one) for one in words)
    return _document(f'{said}<Pause length="1"/>{said}<Hangup/>')


def parting(words: str) -> str:
    """A call that says this and ends."""
    return _document(f"{_say(words)}<Hangup/>")


def texting(words: str) -> str:
    """A text that is answered with this one."""
    return _document(f"<Message>{_text(words)}</Message>")


def _say(words: str) -> str:
    return f"<Say>{_text(words)}</Say>"


def _text(words: str) -> str:
    return escape(one_line(words).translate(_NOT_XML))


def _document(inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'
