"""Pieces of the shapes that sources read a vendor's JSON into.

The parser builds what a shape names and skips all else: a field modbot has no use for never becomes a value in memory.
A field of another type than the vendor documents is as good as absent; it does not spoil its page.
"""

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class OrNothing:
    """None for whatever does not fit."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


Text = Annotated[str | None, OrNothing]
Texts = Annotated[list[Text] | None, OrNothing]
Flag = Annotated[bool | None, OrNothing]  # true, false, or a text that says so
