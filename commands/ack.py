"""/ack — I have it: every ringing stops."""

import re

from modbot.command import Command, Context
from modbot.reply import Reply

PAGE = re.compile(r"(u|api-|cli-)?[0-9a-f]+(-[0-9]+)?")

command = Command(
    "ack",
    usage="[page]",
    help="Say that you have it. Every ringing stops; the incident stays open.",
    doing="Taking it …",
    never_late=True,  # an answer is an answer
)


@command.run
async def ack(ctx: Context) -> Reply:
    """Acknowledge the page that is meant, or the only open one."""
    typed = ctx.arguments.text if PAGE.fullmatch(ctx.arguments.text) else ""  # "/ack on my way" is no page
    wanted = ctx.request.given.get("page", "") or typed
    return await ctx.help.acknowledge(ctx.staff, ctx.actor, wanted, ctx.turn)
