"""/page — call IT on-call, until someone answers. Anyone on staff may."""

from modbot.command import Command, Context
from modbot.model import Session
from modbot.reply import Reply

command = Command(
    "page",
    usage="[what is wrong]",
    help="Call IT on-call. modbot keeps calling, up the chain, until someone answers.",
    doing="Calling IT …",
    urgent=True,
    never_late=True,  # help that was asked for is called, however late
)


@command.run
async def page(ctx: Context) -> Reply:
    """Page, with the caller's live class if there is exactly one."""
    session = await _their_class(ctx)
    if session is not None:
        await ctx.help.incident_for(session, ctx.actor, "IT was called.")
    return await ctx.help.page(ctx.request.id, ctx.actor, ctx.typed or "Help is needed", session)


async def _their_class(ctx: Context) -> Session | None:
    """The class it is about, if that is plain without asking a platform: help does not wait, and needs no class."""
    if ctx.request.given.get("session"):
        return await ctx.session()
    heard = await ctx.rooms.heard(ctx.staff)
    return heard[0] if len(heard) == 1 else None
