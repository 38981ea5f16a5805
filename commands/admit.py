"""/admit — let people in from the lobby."""

from modbot.command import Command, Context, title_of
from modbot.model import Operation, Participant, Presence
from modbot.outcome_words import reply_to
from modbot.picking import chosen, picker, rows
from modbot.platforms import How
from modbot.reply import Reply

command = Command(
    "admit",
    usage="[who …] [in room]",
    help="Let someone in from the lobby. With no name, choose from who waits.",
    doing="Looking at who is waiting …",
)


def waiting(people: tuple[Participant, ...]) -> list[Participant]:
    """Those in the lobby."""
    return [person for person in people if person.presence is Presence.LOBBY]


@command.run
async def admit(ctx: Context) -> Reply:
    """Let in those named or picked."""
    session = await ctx.session()
    if ctx.door.capability(session, Operation.ADMIT).how is How.BY_HAND:
        result = await ctx.act(Operation.ADMIT, session)
        return reply_to(result, session, title_of(session), people=rows(waiting(session.participants)))
    session, people = await chosen(ctx, await ctx.rooms.refreshed(session), among=waiting)
    if not people:
        return picker(ctx, session, waiting(session.participants), "Let in", frozenset())
    result = await ctx.act(Operation.ADMIT, session, people=tuple(people))
    await ctx.note(session, f"Admit ({len(people)}): {result.outcome}.")
    return reply_to(result, session, title_of(session), people=rows(people, result.people))
