"""Undo the lock of a school's rooms: those that it locked, and nothing that somebody has changed since."""

from modbot.command import Command, Context
from modbot.reply import Reply
from modbot.schoolwide import undone

command = Command(
    "unlockschool",
    usage="",
    help="Unlock the rooms of a school that were locked together.",
    doing="Unlocking the rooms …",
    slash=False,
)


@command.run
async def unlockschool(ctx: Context) -> Reply:
    """Put them back as they were."""
    return await undone(ctx)
