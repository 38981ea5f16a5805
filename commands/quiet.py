"""Not again in this class: a button on what modbot told by itself. One more press takes it back."""

from modbot.command import Command, Context, title_of
from modbot.reply import Button, Reply

command = Command(
    "quiet",
    usage="",
    help="Do not tell me of this again in this class.",
    doing="Noting it …",
    slash=False,
)


@command.run
async def quiet(ctx: Context) -> Reply:
    """For everybody who is told of this class, until it ends; other kinds are still told."""
    session = await ctx.session()
    kind, again = ctx.request.given.get("kind", ""), ctx.request.given.get("again") == "1"
    about = await ctx.notices.quieten(session, kind, quiet=not again, by=ctx.actor, request_id=ctx.request.id)
    given = {"session": session.key, "kind": kind}
    if again:
        stop = Button("Not again in this class", "quiet", given)
        return Reply(f"modbot tells you of {about} in {title_of(session)} again.", buttons=(stop,))
    undo = Button("Tell me again", "quiet", {**given, "again": "1"})
    return Reply(f"modbot will not tell you of {about} in {title_of(session)} again, until it ends.", buttons=(undo,))
