"""`modbot page`: call IT on-call from a terminal, for when Slack commands do not work; and say that a page is over."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import NoReturn

import typer

from modbot.audit import AuditEntry
from modbot.cli import printing
from modbot.cli.opening import quiet_settings, who
from modbot.errors import StoreUnavailable
from modbot.http import Http
from modbot.model import Actor
from modbot.page_state import PageState
from modbot.parts import Parts
from modbot.reply import Reply
from modbot.settings import Settings
from modbot.state import State, now, open_state

DRAIN = timedelta(seconds=5)
NOT_RUNNING = "modbot itself is not running here: start `modbot serve`, or nobody is called a second time."
UNRECORDED = "the store does not answer: this page is not recorded, and nobody is called a second time"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog='Example: modbot page "The Zoom account is locked"')(page)


def page(
    what: str = typer.Argument("", help="What is wrong, in a few words.", show_default=False),
    over: str = typer.Option("", metavar="PAGE", help="Call nobody: this page is over.", show_default=False),
    json_: bool = typer.Option(False, "--json", help="Print what happened as JSON."),
) -> None:
    """Call IT on-call, until someone answers. Exit code 1 when nobody was reached at once.

    With --over, a page that belongs to no incident is over instead; exit code 1 when there is no such page.
    """
    if bool(what) == bool(over):
        raise typer.BadParameter("say in a few words what is wrong, or with --over which page is over")
    settings = quiet_settings()
    if over:
        _say_over(asyncio.run(_end(settings, over)), as_json=json_)
    page_id = f"cli-{secrets.token_hex(6)}"
    reply, opened, running = asyncio.run(_page(settings, page_id, what))
    reached = sorted(opened.reached) if opened else []
    if json_:
        printing.as_json({"page": opened.id if opened else None, "said": reply.headline, "reached": reached})
    else:
        printing.say("\n".join((reply.headline, *reply.lines)))
    if opened is not None and running is False:
        printing.note(NOT_RUNNING)
    raise typer.Exit(0 if reached else 1)


def _say_over(ended: tuple[str, bool], *, as_json: bool) -> NoReturn:
    said, over = ended
    if as_json:
        printing.as_json({"said": said, "over": over})
    else:
        printing.say(said)
    raise typer.Exit(0 if over else 1)


async def _end(settings: Settings, page_id: str) -> tuple[str, bool]:
    """What is to be said, and whether the page is over. Raises StoreUnavailable."""
    async with _opened(settings) as (state, parts):
        page = await parts.paging.get(page_id)
        if page is None:
            return "There is no such page.", False
        if page.incidents:
            return "That page is of an incident: resolve the incident in Slack.", False
        if not await parts.paging.resolve(page_id):
            return "That page was over before.", True
        await state.audit.append(AuditEntry(now(), page_id, who(), "page.resolve", outcome="done"))
        return "The page is over. Nothing rings any more.", True


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[State, Parts]]:
    """The store and all parts, for a moment: nothing is worked off but what is called here."""
    async with AsyncExitStack() as stack:
        http = Http()
        stack.push_async_callback(http.close)
        state = await open_state(settings, stack, beside=True)
        parts = Parts(state, settings, http)
        stack.push_async_callback(parts.queue.drain, DRAIN)
        try:
            await parts.jobs.start(work=False)
            stack.push_async_callback(parts.jobs.drain, DRAIN)
        except StoreUnavailable:
            printing.note(UNRECORDED)
        stack.push_async_callback(parts.paging.drain)
        yield state, parts


async def _page(settings: Settings, page_id: str, what: str) -> tuple[Reply, PageState | None, bool | None]:
    """What was said, the page if it is recorded, and whether modbot runs here (None: on other machines, perhaps)."""
    async with _opened(settings) as (state, parts):
        reply = await parts.help_desk.page(page_id, Actor(who(), who()), what, None)
        opened = await _recorded(state, parts, page_id)
        return reply, opened, state.embedded.joined if state.embedded else None


async def _recorded(state: State, parts: Parts, page_id: str) -> PageState | None:
    try:
        opened = await parts.paging.get(page_id)
        if opened is not None:
            await state.audit.append(AuditEntry(now(), page_id, who(), "page", outcome="done"))
    except StoreUnavailable:
        return None
    return opened
