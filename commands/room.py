"""/room — who is in, what this platform can do from here, and how safe the room's settings are."""

from modbot.command import Command, Context, title_of
from modbot.errors import VendorError
from modbot.model import Operation, Presence, Session
from modbot.picking import rows
from modbot.platforms import How
from modbot.reply import Button, Reply, Style
from modbot.who import present

command = Command(
    "room",
    usage="[room]",
    help="Who is in your class, what modbot can do there, and how safe its settings are.",
    doing="Looking at your class …",
)

SHOWN = (Operation.LOCK, Operation.EJECT, Operation.ADMIT, Operation.MUTE, Operation.END)
WORDS = {How.NATIVE: "modbot can", How.SUBSTITUTE: "modbot can in part", How.BY_HAND: "only you can, in the meeting"}


@command.run
async def room(ctx: Context) -> Reply:
    """One view of a live class."""
    session = await ctx.session(wanted=ctx.arguments.room or ctx.arguments.text)
    session = await ctx.rooms.refreshed(session)
    people = present(session.participants)
    lobby = sum(1 for person in people if person.presence is Presence.LOBBY)
    able = ctx.door.capabilities(session)
    given = {"session": session.key}
    return Reply(
        f"{title_of(session)}: {len(people) - lobby} in, {lobby} waiting.",
        lines=(
            *(f"{operation.capitalize()}: {WORDS[able[operation].how]}." for operation in SHOWN),
            *await _posture(ctx, session),
            await ctx.rooms.class_of(session),
        ),
        people=rows(people),
        buttons=(Button("Lock", "lock", given), Button("Put someone out…", "eject", given, Style.DANGER)),
        footnote=session.room.platform.label,
    )


async def _posture(ctx: Context, session: Session) -> list[str]:
    try:
        checks = await ctx.rooms.posture(session)
    except VendorError as error:
        return [f"Settings could not be read. {error.staff_text}"]
    unsafe = [check for check in checks if not check.ok]
    if not unsafe:
        return ["Settings: all safe."] if checks else []
    return [f"Setting to mend: {check.name} is {check.found}; safe is {check.wanted}." for check in unsafe]
