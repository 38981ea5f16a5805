"""/page — call IT on-call, until someone answers. Anyone on staff may."""

from modbot.command import Command, Context
from modbot.errors import CommandError
from modbot.reply import Reply

command = Command(
    "page",
    usage="[what is wrong]",
    help="Call IT on-call. modbot keeps calling, up the chain, until someone answers.",
    doing="Calling IT …",
    urgent=True,
)


@command.run
async def page(ctx: Context) -> Reply:
    """Page, with the caller's live class if there is exactly one."""
    try:
        session = await ctx.session(wanted="")
    except CommandError:
        session = None  # help is never refused for want of a class
    if session is not None:
        await ctx.help.incident_for(session, ctx.actor, "IT was called.")
    return await ctx.help.page(ctx.request.id, ctx.actor, ctx.arguments.text or "Help is needed", session)
