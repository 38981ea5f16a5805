"""/room — who is in, what this platform can do from here, and how safe the room's settings are."""

from collections.abc import Mapping

from modbot.command import Command, Context, title_of
from modbot.errors import VendorError
from modbot.model import Operation, Presence, Session
from modbot.picking import MAX_LISTED, rows
from modbot.platforms import Capability, How
from modbot.reply import Button, Reply, Style
from modbot.who import present

command = Command(
    "room",
    usage="[room]",
    help="Who is in your class, what modbot can do there, and how safe its settings are.",
    doing="Looking at your class …",
)

WORDS = {
    Operation.LOCK: "lock the class",
    Operation.UNLOCK: "unlock the class",
    Operation.EJECT: "put people out",
    Operation.ADMIT: "let people in from the lobby",
    Operation.MUTE: "mute everyone",
    Operation.END: "end the class",
    Operation.RESTORE: "put the settings back",
}


@command.run
async def room(ctx: Context) -> Reply:
    """One view of a live class."""
    session = await ctx.session(wanted=ctx.arguments.room or ctx.arguments.text)
    session = await ctx.rooms.refreshed(session)
    people = present(session.participants)
    lobby = sum(1 for person in people if person.presence is Presence.LOBBY)
    given = {"session": session.key}
    return Reply(
        f"{title_of(session)}: {len(people) - lobby} in, {lobby} waiting.",
        lines=(
            *_able(ctx.door.capabilities(session)),
            *await _posture(ctx, session),
            await ctx.rooms.class_of(session),
            *([f"{MAX_LISTED} of {len(people)} are listed."] if len(people) > MAX_LISTED else []),
        ),
        people=rows(people),
        buttons=(Button("Lock", "lock", given), Button("Put someone out…", "eject", given, Style.DANGER)),
        footnote=session.room.platform.label,
    )


def _able(table: Mapping[Operation, Capability]) -> list[str]:
    """What modbot can do in one line, then a line for each thing it can do in part, or only the host by hand."""
    rows_of = {how: [(words, table[op]) for op, words in WORDS.items() if table[op].how is how] for how in How}
    native = ", ".join(f"{words} ({row.proviso})" if row.proviso else words for words, row in rows_of[How.NATIVE])
    return [
        *([f"modbot can: {native}."] if native else []),
        *(f"In part, {words} ({row.instead})." for words, row in rows_of[How.SUBSTITUTE]),
        *(f"By hand, {words}: {' '.join(row.steps)}" for words, row in rows_of[How.BY_HAND]),
    ]


async def _posture(ctx: Context, session: Session) -> list[str]:
    try:
        checks = await ctx.rooms.posture(session)
    except VendorError as error:
        return [f"Settings could not be read. {error.staff_text}"]
    unsafe = [check for check in checks if not check.ok]
    if not unsafe:
        return ["Settings: all safe."] if checks else []
    return [f"Setting to mend: {check.name} is {check.found}; safe is {check.wanted}." for check in unsafe]
