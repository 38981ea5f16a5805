"""Pieces of the shapes that sources read a vendor's JSON into.

The parser builds what a shape names and skips all else: a field modbot has no use for never becomes a value in memory.
A field of another type than the vendor documents is as good as absent; it does not spoil its page.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_JSON = "json_invalid"
# A whole pair of surrogates, one that is alone, or any other escaped character.
_ESCAPED = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.DOTALL
)
_ALONE_BYTES = len(rb"\ud83d")


class OrNothing:
    """None for whatever does not fit."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


Text = Annotated[str | None, OrNothing]
Texts = Annotated[list[Text] | None, OrNothing]
Flag = Annotated[bool | None, OrNothing]  # true, false, or a text that says so


def parsed(parse: Callable[[bytes], T], body: bytes) -> T:
    """A page as `parse` reads it. Half a character, as of a name that was cut inside an emoji, does not spoil it.

    Raises ValidationError, whose message quotes what was sent.
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        return parse(body)
    except ValidationError as error:
        if fault(error) != _NOT_JSON:
            raise
    return parse(_ESCAPED.sub(_whole, body))


def fault(error: ValidationError) -> str:
    """The kind of fault and nothing of what was sent."""
    return str(error.errors(include_input=False, include_url=False)[0]["type"])


def _whole(escaped: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if len(escaped[0]) == _ALONE_BYTES else escaped[0]
