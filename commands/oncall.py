"""/oncall — who is on call now and next; or take the turn for a while."""

from collections.abc import Sequence
from datetime import timedelta

from modbot.arguments import span_of
from modbot.command import Command, Context
from modbot.errors import CommandError
from modbot.reply import Reply

command = Command(
    "oncall",
    usage="[take 2h [schedule]]",
    help="Who is on call now and next. “take 2h” makes it you for two hours.",
    doing="…",
)


@command.run
async def oncall(ctx: Context) -> Reply:
    """The people who would be paged, in order."""
    words = ctx.arguments.words
    if not words:
        return await ctx.duty.on_call()
    if words[0].casefold() != "take":
        raise CommandError("Type /oncall to see who is on call, or /oncall take 2h to take the turn.")
    span, schedule = _span_and_schedule(words[1:], ctx.arguments.duration)
    return await ctx.duty.take(ctx.request.id, ctx.actor, schedule, span)


def _span_and_schedule(words: Sequence[str], typed_after_for: timedelta | None) -> tuple[timedelta, str]:
    spans = [span for word in words if (span := span_of(word)) is not None]
    span = typed_after_for or next(iter(spans), None)
    if span is None:
        raise CommandError("For how long? For example: /oncall take 2h")
    return span, " ".join(word for word in words if span_of(word) is None)
