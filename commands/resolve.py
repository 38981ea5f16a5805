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
    """Resolve the incident or page that is meant, or the only open one, with the reason given."""
    given = ctx.request.given
    wanted = given.get("incident", "") or given.get("room", "") or given.get("page", "")
    reason = ctx.typed.removeprefix("because ")
    return await ctx.help.resolve(ctx.staff, ctx.actor, wanted, reason)
