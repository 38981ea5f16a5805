"""/room — who is in and who does not belong, what this platform can do from here, and how safe the settings are."""

from collections.abc import Mapping, Sequence

from modbot.command import Command, Context, title_of
from modbot.errors import VendorError
from modbot.model import Operation, Participant, Presence, Session
from modbot.picking import MAX_LISTED, rows
from modbot.platforms import Capability, How
from modbot.reply import Button, Person, Reply, Style
from modbot.standing import ODD, Group, Judged
from modbot.sweeping import noted, sweep_button
from modbot.who import present

command = Command(
    "room",
    usage="[room] | who is NAME | share @person [for 3h] | unshare @person | shared",
    help="Who is in your class, and how safe it is. “share” lets a colleague act there as you do, for a while.",
    doing="Looking …",
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
NAMED = (*ODD, Group.STAFF, Group.HOST)  # one row each; the rest are counted
COUNTED = (Group.KNOWN, Group.LIKELY, Group.REMEMBERED)


@command.run
async def room(ctx: Context) -> Reply:
    """One view of a live class; or whether somebody is on the roster."""
    words = ctx.arguments.words
    if [word.casefold() for word in words[:2]] == ["who", "is"]:
        return await ctx.enquiries.who_is(ctx.request.id, ctx.actor, " ".join(words[2:]))
    if words and words[0].casefold() in ("share", "unshare", "shared"):
        return await _sharing(ctx, words[0].casefold())
    session = await ctx.rooms.refreshed(await ctx.session(wanted=ctx.arguments.room or ctx.arguments.text))
    people = present(session.participants)
    judged = await ctx.belonging.judged(session)
    lobby = sum(1 for person in people if person.presence is Presence.LOBBY)
    return Reply(
        f"{title_of(session)}: {len(people) - lobby} in, {lobby} waiting.",
        lines=(
            *_able(ctx.door.capabilities(session)),
            *await _posture(ctx, session),
            await ctx.rooms.class_of(session),
            *await ctx.sharing.said_of(ctx.staff, session),
            *_counts(judged, people),
        ),
        people=_named(judged, people),
        buttons=_buttons(session, judged),
        footnote=session.room.platform.label,
    )


async def _sharing(ctx: Context, word: str) -> Reply:
    told = {"share": ctx.sharing.share, "unshare": ctx.sharing.unshare, "shared": ctx.sharing.shared}
    return await told[word](ctx)


def _named(judged: Judged, people: Sequence[Participant]) -> tuple[Person, ...]:
    if judged.unknown:
        return rows(people)
    return tuple(Person(one.person.name, noted(one)) for one in judged.of(*NAMED)[:MAX_LISTED])


def _counts(judged: Judged, people: Sequence[Participant]) -> list[str]:
    """Those who belong as figures; whether the roster can be trusted; how many are not listed."""
    counts = judged.counts(*COUNTED)
    many = len(people) if judged.unknown else len(judged.of(*NAMED))
    return [
        *([f"Not listed here: {counts}."] if counts else []),
        *filter(None, (judged.unknown, judged.caution)),
        *([f"{MAX_LISTED} of {many} are listed."] if many > MAX_LISTED else []),
    ]


def _buttons(session: Session, judged: Judged) -> tuple[Button, ...]:
    given = {"session": session.key}
    sweep = (sweep_button(session, "Put out the strangers…"),) if judged.of(Group.STRANGER) else ()
    return (Button("Lock", "lock", given), *sweep, Button("Put someone out…", "eject", given, Style.DANGER))


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
