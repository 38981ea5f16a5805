"""Choosing people: from names typed, from buttons pressed, or from a list put up for it."""

from collections.abc import Callable, Mapping, Sequence

from modbot.command import Asked, Context, title_of
from modbot.errors import CommandError
from modbot.model import Outcome, Participant, ParticipantRole, Presence, Session
from modbot.reply import Button, Person, Reply
from modbot.who import Found, find, unknown_first

MAX_LISTED = 30

Among = Callable[[tuple[Participant, ...]], list[Participant]]

_OUTCOME = {Outcome.DONE: "done, confirmed", Outcome.UNKNOWN: "not confirmed", Outcome.FAILED: "still there"}


async def chosen(ctx: Context, session: Session, *, among: Among) -> tuple[Session, list[Participant]]:
    """Those meant, and the session as last read; an empty list when nobody was named.

    Raises Asked when a name fits several people or none: the question goes back with buttons, nothing is done.
    """
    ids = ctx.request.given.get("people", "").split()
    phrases = [] if ids else list(ctx.arguments.words)
    found = _look(ids, phrases, among(session.participants))
    if not all(each.matches for each in found) or not _all_named(session):
        session = await ctx.rooms.refreshed(session)
        found = _look(ids, phrases, among(session.participants))
    people: list[Participant] = []
    for each in found:
        people += [_one(ctx, session, each)]
    return session, list({person.id: person for person in people}.values())


def _all_named(session: Session) -> bool:
    """Whether the events told everybody's name; some platforms tell only ids."""
    return bool(session.participants) and all(person.name for person in session.participants)


def _look(ids: Sequence[str], phrases: Sequence[str], people: Sequence[Participant]) -> list[Found]:
    whole = find(" ".join(phrases), people) if len(phrases) > 1 else None
    if whole is not None and whole.matches:
        return [whole]  # O'Neil Jaden, typed without quotes
    found = [find(phrase, people) for phrase in (*ids, *phrases)]
    if whole is not None and whole.near and not all(each.matches for each in found):
        return [whole]  # one misspelt name of several words
    return found


def _one(ctx: Context, session: Session, found: Found) -> Participant:
    if found.one is not None:
        return found.one
    candidates = found.matches or found.near
    if not candidates and ctx.request.given.get("people"):
        raise CommandError(f"They are not in {title_of(session)} any more.")
    if not candidates:
        everyone = ctx.again("Show who is in", session=session.key, text="")
        raise Asked(Reply(f"Nobody in {title_of(session)} has that name. Nothing was done.", buttons=(everyone,)))
    question = "Which of them?" if found.matches else "Nobody has exactly that name. Do you mean one of these?"
    raise Asked(Reply(f"{question} Nothing has been done yet.", people=_pickable(ctx, session, candidates, "This one")))


def picker(ctx: Context, session: Session, people: Sequence[Participant], label: str, staff: frozenset[str]) -> Reply:
    """A list to choose from, those nobody knows first."""
    title = title_of(session)
    if not people:
        return Reply(f"modbot sees nobody to choose from in {title}.")
    ordered = unknown_first(people, staff)
    more = len(ordered) - MAX_LISTED
    lines = (f"{more} more are in. Type part of the name after the command to find them.",) if more > 0 else ()
    shown = _pickable(ctx, session, ordered[:MAX_LISTED], label)
    return Reply(f"Who? {len(people)} in {title}, unknown people first.", lines=lines, people=shown)


def _pickable(ctx: Context, session: Session, people: Sequence[Participant], label: str) -> tuple[Person, ...]:
    return tuple(
        Person(person.name, note_of(person), _pick(ctx, session, person, label)) for person in people[:MAX_LISTED]
    )


def _pick(ctx: Context, session: Session, person: Participant, label: str) -> Button:
    return Button(label, ctx.request.name, {"session": session.key, "people": person.id})


def rows(people: Sequence[Participant], outcomes: Mapping[str, Outcome] | None = None) -> tuple[Person, ...]:
    """People as they are shown, with what became of each."""
    outcomes = outcomes or {}
    return tuple(
        Person(person.name, _OUTCOME.get(outcomes[person.id], "") if person.id in outcomes else note_of(person))
        for person in people[:MAX_LISTED]
    )


def note_of(person: Participant) -> str:
    """What is known of a participant, in a few words."""
    notes = []
    if person.role is not ParticipantRole.ATTENDEE:
        notes.append("host" if person.role is ParticipantRole.HOST else "co-host")
    if person.presence is Presence.LOBBY:
        notes.append("waiting")
    if person.sharing:
        notes.append("sharing")
    notes.append("e-mail shown" if person.email else "no e-mail shown")  # on some platforms only what they typed
    return ", ".join(notes)
