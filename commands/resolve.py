"""/resolve — it is over."""

from modbot.command import Command, Context
from modbot.reply import Reply

command = Command(
    "resolve",
    usage="[reason]",
    help="Close your incident and stop its pages. Say in a few words what it was.",
    doing="Closing the incident …",
)


@command.run
async def resolve(ctx: Context) -> Reply:
    """Resolve the incident that is meant, or the only open one, with the reason given."""
    wanted = ctx.request.given.get("incident", "") or ctx.request.given.get("room", "")
    reason = ctx.typed.removeprefix("because ")
    return await ctx.help.resolve(ctx.staff, ctx.actor, wanted, reason)
