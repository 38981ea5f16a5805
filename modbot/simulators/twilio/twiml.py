"""The simulated Twilio: TwiML read as strictly as it is documented, in the part that pages need. No HTTP.

Voice: Say, Gather, Pause, Hangup, Redirect. Messaging: Message. Anything else is refused with 12200, where Twilio
itself warns and goes on. https://www.twilio.com/docs/voice/twiml and https://www.twilio.com/docs/messaging/twiml
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from xml.etree.ElementTree import Element

NOT_READABLE = 12100
NOT_AS_DOCUMENTED = 12200
BAD_FINISH_KEY = 13310
BAD_EMPTY_RESULT = 13338
T = TypeVar("T")
KEYS = "0123456789#*"
METHODS = ("GET", "POST")


class TwimlError(ValueError):
    """A document that cannot be carried out. `code` is the one Twilio's debugger would show."""

    def __init__(self, code: int, problem: str) -> None:
        super().__init__(f"{code}: {problem}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Say:
    """Words that are read out."""

    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    seconds: int = 1


@dataclass(frozen=True, slots=True)
class Hangup:
    """The end."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with another document."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Gather:
    """Wait for keys. An empty `action` is the address that this document came from."""

    prompts: tuple[Say | Pause, ...] = ()
    action: str = ""
    method: str = "POST"
    digits: int | None = None  # no limit
    timeout_seconds: int = 5
    finish_on_key: str = "#"
    keypad: bool = True  # false: only speech, which nobody here gives
    action_on_empty: bool = False


Verb = Say | Pause | Hangup | Redirect | Gather


def read_voice(document: str | bytes) -> tuple[Verb, ...]:
    """What a call is to do, in order. An empty Response is fine and hangs up. Raises TwimlError."""
    return tuple(_one(element, _VERBS) for element in _children(_response(document)))


def read_messages(document: str | bytes) -> tuple[str, ...]:
    """The texts to answer with. Raises TwimlError."""
    found = []
    for element in _children(_response(document)):
        if element.tag != "Message":
            raise TwimlError(NOT_AS_DOCUMENTED, f"<{element.tag}> is not understood")
        body = element.find("Body")
        found.append(_words(element if body is None else body))
    return tuple(found)


def _response(document: str | bytes) -> Element:
    try:
        text = document.decode() if isinstance(document, bytes) else document
    except UnicodeDecodeError as error:
        raise TwimlError(NOT_READABLE, "the document is not UTF-8") from error
    if "<!DOCTYPE" in text:
        raise TwimlError(NOT_READABLE, "the document declares a type")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without a DOCTYPE no entities can be declared
    except (ET.ParseError, ValueError) as error:
        raise TwimlError(NOT_READABLE, f"the document is not XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(NOT_READABLE, "the root element is not <Response>")
    if root.attrib:
        raise TwimlError(NOT_AS_DOCUMENTED, "<Response> has no attributes")
    return root


def _children(holder: Element) -> Iterator[Element]:
    loose = [holder.text, *(child.tail for child in holder)]
    if any(text and text.strip() for text in loose):
        raise TwimlError(NOT_AS_DOCUMENTED, f"<{holder.tag}> holds text outside of a verb")
    yield from holder


def _say(element: Element) -> Say:
    _only(element, {"voice", "language", "loop"})
    return Say(_words(element))


def _pause(element: Element) -> Pause:
    _only(element, {"length"})
    _empty(element)
    return Pause(_whole(element, "length", 1))


def _hangup(element: Element) -> Hangup:
    _only(element, set())
    _empty(element)
    return Hangup()


def _redirect(element: Element) -> Redirect:
    _only(element, {"method"})
    return Redirect(_words(element), _method(element))


def _gather(element: Element) -> Gather:
    known = {"action", "method", "numDigits", "timeout", "finishOnKey", "input", "actionOnEmptyResult", "language"}
    _only(element, known)
    finish_on_key = element.get("finishOnKey", "#")
    if len(finish_on_key) > 1 or finish_on_key not in KEYS:
        raise TwimlError(BAD_FINISH_KEY, "finishOnKey is no key")
    on_empty = element.get("actionOnEmptyResult", "false")
    if on_empty not in ("true", "false"):
        raise TwimlError(BAD_EMPTY_RESULT, "actionOnEmptyResult is neither true nor false")
    wanted = element.get("input", "dtmf").split()
    if not wanted or not {"dtmf", "speech"}.issuperset(wanted):
        raise TwimlError(NOT_AS_DOCUMENTED, "input is neither dtmf nor speech")
    return Gather(
        prompts=tuple(_one(child, _PROMPTS) for child in _children(element)),
        action=element.get("action", ""),
        method=_method(element),
        digits=_whole(element, "numDigits", 1) if "numDigits" in element.attrib else None,
        timeout_seconds=_whole(element, "timeout", 5),
        finish_on_key=finish_on_key,
        keypad="dtmf" in wanted,
        action_on_empty=on_empty == "true",
    )


_PROMPTS: dict[str, Callable[[Element], Say | Pause]] = {"Say": _say, "Pause": _pause}
_VERBS: dict[str, Callable[[Element], Verb]] = {
    **_PROMPTS,
    "Gather": _gather,
    "Hangup": _hangup,
    "Redirect": _redirect,
}


def _one(element: Element, known: dict[str, Callable[[Element], T]]) -> T:
    read = known.get(element.tag)
    if read is None:
        raise TwimlError(NOT_AS_DOCUMENTED, f"<{element.tag}> is not understood")
    return read(element)


def _only(element: Element, known: set[str]) -> None:
    if strange := sorted(set(element.attrib) - known):
        raise TwimlError(NOT_AS_DOCUMENTED, f"<{element.tag}> has no attribute {strange[0]}")


def _empty(element: Element) -> None:
    if len(element) or (element.text or "").strip():
        raise TwimlError(NOT_AS_DOCUMENTED, f"<{element.tag}> holds nothing")


def _words(element: Element) -> str:
    text = " ".join((element.text or "").split())
    if len(element) or not text:
        raise TwimlError(NOT_AS_DOCUMENTED, f"<{element.tag}> must hold text and nothing else")
    return text


def _whole(element: Element, name: str, usual: int) -> int:
    raw = element.get(name, str(usual))
    if not raw.isascii() or not raw.isdigit() or len(raw) > 6 or int(raw) < 1:
        raise TwimlError(NOT_AS_DOCUMENTED, f"{name} is not a whole number above 0")
    return int(raw)


def _method(element: Element) -> str:
    method = element.get("method", "POST").upper()
    if method not in METHODS:
        raise TwimlError(NOT_AS_DOCUMENTED, "method is neither GET nor POST")
    return method
