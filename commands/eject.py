"""/eject — put someone out of a class so that they cannot walk back in, as far as the platform allows."""

from modbot.command import Command, Context, title_of
from modbot.model import Participant, Session
from modbot.outcome_words import reply_to
from modbot.picking import chosen, rows
from modbot.reply import Button, Reply, Style
from modbot.sweeping import offered, put_out
from modbot.who import present, runs_the_class

command = Command(
    "eject",
    usage="[who … | strangers] [in room] [because …]",
    help="Put someone out of your class, or all strangers. With no name, choose from who is in.",
    doing="Looking at who is in your class …",
    urgent=True,
)


@command.run
async def eject(ctx: Context) -> Reply:
    """Put out those named or picked; hosts, co-hosts and staff only when confirmed."""
    if ctx.arguments.text.casefold() == "strangers" and "people" not in ctx.request.given:
        return await ctx.commands["sweep"](ctx)
    session = await ctx.session()
    session, people = await chosen(ctx, session, among=present)
    if not people:
        staff = frozenset([p.email.casefold() for p in session.participants if await ctx.rooms.is_staff(p.email)])
        return offered(ctx, session, await ctx.belonging.judged(session), staff)
    guarded = [person for person in people if runs_the_class(person) or await ctx.rooms.is_staff(person.email)]
    if guarded and not ctx.confirmed:
        return _are_you_sure(ctx, session, people, guarded)
    return await _put_out(ctx, session, people)


def _are_you_sure(ctx: Context, session: Session, people: list[Participant], guarded: list[Participant]) -> Reply:
    ids = " ".join(person.id for person in people)
    yes = ctx.again("Put them out all the same", session=session.key, people=ids, confirmed="1")
    return Reply(
        f"Careful: {len(guarded)} of those you named run {title_of(session)} or are staff. Nothing has been done.",
        people=rows(guarded),
        buttons=(Button(yes.label, yes.command, yes.args, Style.DANGER),),
    )


async def _put_out(ctx: Context, session: Session, people: list[Participant]) -> Reply:
    done = await put_out(ctx, session, people, noted="Eject")
    buttons = [Button("Put out someone else…", "eject", {"session": session.key})]
    if done.locked:
        buttons.append(Button("Unlock", "unlock", {"session": session.key}))
    buttons.append(Button("Page IT", "page", {"session": session.key}, Style.DANGER))
    shown = rows(people, done.result.people)
    also = (done.locked,) if done.locked else ()
    return reply_to(done.result, session, title_of(session), buttons=tuple(buttons), people=shown, also=also)
