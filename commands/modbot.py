"""/modbot — help, and who modbot takes you for."""

from modbot.command import Command, Context
from modbot.errors import UnknownCommand
from modbot.reply import Reply

command = Command(
    "modbot",
    usage="help | whoami",
    help="What you can type, and who modbot takes you for.",
    doing="…",
)


@command.run
async def modbot(ctx: Context) -> Reply:
    """Help or whoami; anything else is answered with both."""
    word = ctx.arguments.text.casefold() or "help"
    if word == "whoami":
        return _whoami(ctx)
    if word == "help":
        return _help(ctx)
    raise UnknownCommand(f"/modbot does not know “{word[:40]}”.", suggestions=("modbot help", "modbot whoami"))


def _help(ctx: Context) -> Reply:
    slash = [command for command in ctx.commands.values() if command.slash]
    lines = tuple(f"/{c.name} {c.usage} — {c.help}".replace("  ", " ") for c in slash)
    return Reply("In a raid, type /panic. Nothing else is needed.", lines=lines)


def _whoami(ctx: Context) -> Reply:
    staff = ctx.staff
    roles = ", ".join(sorted(role.value for role in staff.roles)) or "no role"
    return Reply(
        f"You are {staff.name} ({roles}).",
        lines=(
            f"E-mail: {staff.email}",
            f"Schools: {', '.join(sorted(staff.schools)) or 'none'}",
            f"Classes you teach: {len(staff.sections)}",
        ),
    )
