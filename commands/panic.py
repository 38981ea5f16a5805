"""/panic — shut the class as far as its platform allows, and get help. No arguments needed."""

import asyncio

from modbot.command import Command, Context, title_of
from modbot.errors import NoLiveSession
from modbot.model import Operation, Outcome, Result, Session
from modbot.outcome_words import headline, shut
from modbot.reply import Ask, Button, Reply, Style
from modbot.sweeping import sweep_button

command = Command(
    "panic",
    usage="",
    help="Lock and mute your class, open an incident and page IT, all at once.",
    doing="Shutting your class and calling IT …",
    urgent=True,
)

SHUTTING = (Operation.LOCK, Operation.MUTE)
BY_HAND = ("Lock the meeting.", "Mute everyone.", "Put the intruder out, or end the meeting for all.")


@command.run
async def panic(ctx: Context) -> Reply:
    """Shut first, call for help at the same moment, say line by line what was confirmed."""
    try:
        session = await ctx.session(wanted=ctx.arguments.room or ctx.arguments.text)
    except NoLiveSession as none:
        return await _help_all_the_same(ctx, none)
    (results, paged) = await asyncio.gather(_shut(ctx, session), _call_for_help(ctx, session))
    for result in results:
        await ctx.note(session, f"Panic, {result.operation}: {result.outcome}.")
    return _reply(session, results, paged)


async def _help_all_the_same(ctx: Context, none: NoLiveSession) -> Reply:
    paged = await ctx.help.page(ctx.request.id, ctx.actor, "Panic, but modbot sees no live class", None)
    wrong = f"Nothing was shut: {none.staff_text}"
    return Reply(f"{wrong} {paged.headline}", lines=paged.lines, steps=BY_HAND, footnote=paged.footnote)


async def _shut(ctx: Context, session: Session) -> list[Result]:
    return [await ctx.act(operation, session, remember="panic") for operation in SHUTTING]


async def _call_for_help(ctx: Context, session: Session) -> Reply:
    await ctx.help.incident_for(session, ctx.actor, "Panic.")
    return await ctx.help.page(ctx.request.id, ctx.actor, "Panic in a live class", session)


def _reply(session: Session, results: list[Result], paged: Reply) -> Reply:
    title = title_of(session)
    locked = results[0]
    first = f"{title} is shut." if shut(locked) and not locked.by_hand else headline(locked, title)
    lines = [line for result in results for line in _lines(result, title, first)]
    steps = tuple(step for result in results if not shut(result) or result.by_hand for step in result.by_hand)
    return Reply(
        f"{first} {paged.headline}",
        lines=(*lines, *paged.lines),
        steps=steps,
        buttons=_next_steps(session, title),
        footnote=f"{session.room.platform.label} · {_slowest(results):.1f} s from your key press",
    )


def _slowest(results: list[Result]) -> float:
    return max(result.elapsed_ms for result in results) / 1000


def _lines(result: Result, title: str, first: str) -> list[str]:
    said = headline(result, title)
    plain = result.outcome in (Outcome.DONE, Outcome.ALREADY) or said == first
    unrecorded = [] if result.recorded else ["This could not be recorded: modbot's record store is down."]
    return [result.said if plain else f"{said} {result.said}", *unrecorded]


def _next_steps(session: Session, title: str) -> tuple[Button, ...]:
    count = sum(1 for person in session.participants if person.presence == "joined")
    end = Ask("End the class?", f"{title} ends for everyone in it ({count} people). It cannot be undone.", "End it")
    given = {"session": session.key}
    return (
        sweep_button(session, "Put out the strangers…"),
        Button("Put someone out…", "eject", given, Style.DANGER),
        Button("All clear", "allclear", given),
        Button("End the class…", "end", {**given, "confirmed": "1"}, Style.DANGER, ask=end),
    )
