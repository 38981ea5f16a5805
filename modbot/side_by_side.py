"""Asking a vendor for many things, a few at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from modbot.errors import VendorError

T = TypeVar("T")
R = TypeVar("R")


async def side_by_side(items: Sequence[T], work: Callable[[T], Awaitable[R]], *, at_most: int) -> list[R]:
    """Work on each; the results in the order of the items. The first trouble is raised, after all have ended."""
    limit = asyncio.Semaphore(at_most)

    async def one(item: T) -> R:
        async with limit:
            return await work(item)

    done = await asyncio.gather(*(one(item) for item in items), return_exceptions=True)
    for result in done:
        if isinstance(result, BaseException):
            raise result
    return [result for result in done if not isinstance(result, BaseException)]


async def failures_of(items: Sequence[T], ask: Callable[[T], Awaitable[None]], *, at_most: int) -> list[VendorError]:
    """Ask for each; what the vendor refused, in the order of the items."""

    refused: dict[int, VendorError] = {}

    async def one(numbered: tuple[int, T]) -> None:
        number, item = numbered
        try:
            await ask(item)
        except VendorError as error:
            refused[number] = error

    await side_by_side(list(enumerate(items)), one, at_most=at_most)
    return [refused[number] for number in sorted(refused)]


def raise_first(refused: Sequence[VendorError]) -> None:
    """Raise the first of them, if there is one."""
    if refused:
        raise refused[0]
