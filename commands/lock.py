"""/lock — stop anyone new from joining a class. Nobody inside is removed."""

from datetime import timedelta

from modbot.command import Command, Context, title_of
from modbot.model import Operation, Result
from modbot.outcome_words import reply_to, shut, span
from modbot.reply import Button, Reply, Style

command = Command(
    "lock",
    usage="[room] [for 15m]",
    help="Stop new people joining your class. Nobody inside is removed.",
    doing="Locking your class …",
    urgent=True,
)


@command.run
async def lock(ctx: Context) -> Reply:
    """Lock, and unlock again by itself when a time was given."""
    session = await ctx.session(wanted=ctx.arguments.room or ctx.arguments.text)
    duration = ctx.arguments.duration
    result = await ctx.act(Operation.LOCK, session, remember="former", undo_after=duration)
    await ctx.note(session, f"Lock: {result.outcome}.")
    also: tuple[str, ...] = ()
    buttons = [Button("Put someone out…", "eject", {"session": session.key}, Style.DANGER)]
    if shut(result):
        buttons.insert(0, Button("Unlock", "unlock", {"session": session.key}))
        also = (await _about_the_time(ctx, result, duration),) if duration else ()
    return reply_to(result, session, title_of(session), buttons=tuple(buttons), also=also)


async def _about_the_time(ctx: Context, result: Result, duration: timedelta) -> str:
    if await ctx.door.will_undo(result):
        return f"modbot undoes this by itself in {span(duration)}."
    return "It was so before, so modbot will not undo it by itself."
