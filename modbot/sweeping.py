"""The sweep: who does not belong, shown with reasons; put out after one yes; let back in with one press for an hour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from modbot.command import Asked, Context, title_of
from modbot.model import Operation, Outcome, Participant, Presence, Result, Session
from modbot.outcome_words import reply_to, shut
from modbot.picking import MAX_LISTED, note_of, picker, rows
from modbot.platforms import How
from modbot.reply import Button, Person, Reply, Style
from modbot.standing import DOUBTFUL, ODD, PROVES_ADDRESS, SWEPT, Group, Judged, Standing, Sweep, Swept
from modbot.who import fold, present, runs_the_class

TOO_OLD = "That list is more than an hour old, so nothing was done."
_STAY = (Group.KNOWN, Group.LIKELY, Group.REMEMBERED, Group.SAYS_STAFF, Group.STAFF, Group.HOST)
_BACK_IN = (Outcome.DONE, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class PutOut:
    """What came of putting people out, and of the lock that keeps them out; `locked` is "" where none is needed."""

    result: Result
    locked: str


async def put_out(ctx: Context, session: Session, people: Sequence[Participant], *, noted: str) -> PutOut:
    """Put people out, having shut the door first where they could walk straight back in. `noted` is for the card."""
    locked = await _lock_first(ctx, session)
    result = await ctx.act(Operation.EJECT, session, people=tuple(people))
    await ctx.belonging.put_out(session, people)
    await ctx.help.incident_for(session, ctx.actor, "Someone was put out of the class.")
    await ctx.note(session, f"{noted} ({len(people)}): {result.outcome}.")
    return PutOut(result, _about_the_lock(ctx, session, locked) if locked is not None else "")


async def _lock_first(ctx: Context, session: Session) -> Result | None:
    if not ctx.door.capability(session, Operation.EJECT).needs_lock:
        return None
    return await ctx.act(Operation.LOCK, session, remember="former")


def _about_the_lock(ctx: Context, session: Session, locked: Result) -> str:
    if locked.outcome is Outcome.PARTIAL:
        label, instead = session.room.platform.label, ctx.door.capability(session, Operation.LOCK).instead
        return f"The class is shut too, as far as {label} allows: {instead}. It stays so until you unlock it."
    if shut(locked):
        return "The class is locked too, and stays so until you unlock it: they cannot walk back in."
    return f"The class could not be locked, so they may come back. {locked.said}"


# Who is in, by how they stand


def noted(standing: Standing) -> str:
    """What stands beside a name: how they stand and why; what is known of whoever belongs."""
    person = standing.person
    if standing.group not in ODD:
        return f"staff, {note_of(person)}" if standing.group is Group.STAFF else note_of(person)
    notes = [standing.group.words]
    notes += ["waiting"] * (person.presence is Presence.LOBBY) + ["sharing"] * person.sharing
    return " ".join([f"{', '.join(notes)}.", *standing.reasons])


def offered(ctx: Context, session: Session, judged: Judged, staff: frozenset[str]) -> Reply:
    """A list to choose whom to put out, strangers first; as the platform tells where nobody can be judged."""
    plain = picker(ctx, session, present(session.participants), "Put out", staff)
    if judged.unknown or not plain.people:
        return replace(plain, lines=(*plain.lines, judged.unknown) if judged.unknown else plain.lines)
    shown = tuple(Person(one.person.name, noted(one), _put_out_one(session, one)) for one in judged.standings)
    strangers = _strangers(judged)
    sweep = (sweep_button(session, "Put out the strangers…"),) if strangers else ()
    caution = (judged.caution,) if judged.caution else ()
    return replace(plain, lines=(*plain.lines, *caution), people=shown[:MAX_LISTED], buttons=sweep)


def _put_out_one(session: Session, one: Standing) -> Button:
    return Button("Put out", "eject", {"session": session.key, "people": one.person.id})


def sweep_button(session: Session, label: str) -> Button:
    """Shows who would go, and asks."""
    return Button(label, "sweep", {"session": session.key}, Style.DANGER)


def _strangers(judged: Judged) -> list[Standing]:
    """Whoever only waits is out already."""
    return [one for one in judged.of(Group.STRANGER) if one.person.presence is Presence.JOINED]


def _doubtful(judged: Judged) -> list[Standing]:
    return [one for one in judged.of(*DOUBTFUL) if one.person.presence is Presence.JOINED]


# The question


async def asked(ctx: Context, session: Session, judged: Judged) -> Reply:
    """Who would go and who stays, with a button for yes. Nothing is done where nobody can be judged."""
    strangers, doubtful = _strangers(judged), _doubtful(judged)
    if judged.unknown:
        return await _by_hand(ctx, session, judged)
    if not strangers and not doubtful:
        said = f"modbot sees no stranger in {title_of(session)}. Nothing was done."
        return Reply(said, lines=_staying(judged, ()), buttons=(_choose(session),))
    if strangers and ctx.door.capability(session, Operation.EJECT).how is How.BY_HAND:
        return await _told_by_hand(ctx, session, judged, strangers)
    people = tuple(Swept(one.person.id, one.person.name, one.person.email, one.group) for one in strangers + doubtful)
    await ctx.sweeps.keep(Sweep(ctx.request.id, session.key, people))
    back = ctx.door.capability(session, Operation.EJECT).back
    return Reply(
        _headline(session, len(strangers), len(doubtful)),
        lines=tuple(filter(None, (*_staying(judged, DOUBTFUL if doubtful else ()), back, _listed(len(people))))),
        people=_reasons(strangers + doubtful),
        buttons=(*_yes(ctx, session, len(strangers), len(doubtful)), _choose(session)),
        footnote=session.room.platform.label,
    )


def _headline(session: Session, strangers: int, doubtful: int) -> str:
    title = title_of(session)
    if not strangers:
        return f"No stranger in {title}, but {_people(doubtful)} modbot is not sure of. Nothing has been done yet."
    return f"Put {_counted(strangers, 'stranger')} out of {title}? Nothing has been done yet."


def _staying(judged: Judged, doubtful: Sequence[Group]) -> tuple[str, ...]:
    counts = judged.counts(*_STAY)
    lines = [f"These stay: {counts}."] if counts else []
    if doubtful:
        lines.append(f"These stay too, unless you say so: {judged.counts(*doubtful)}.")
    return (*lines, judged.caution) if judged.caution else tuple(lines)


def _yes(ctx: Context, session: Session, strangers: int, doubtful: int) -> list[Button]:
    given = {"session": session.key, "sweep": ctx.request.id, "confirmed": "1"}
    buttons = []
    if strangers:
        buttons.append(Button(f"Put out {_counted(strangers, 'stranger')}", "sweep", given, Style.DANGER))
    if doubtful:
        label = f"Put out all {strangers + doubtful}" if strangers else f"Put out {_people(doubtful)}"
        buttons.append(Button(label, "sweep", {**given, "doubtful": "1"}, Style.DANGER))
    return buttons


def _reasons(people: Sequence[Standing]) -> tuple[Person, ...]:
    return tuple(Person(one.person.name, noted(one)) for one in people[:MAX_LISTED])


def _listed(many: int) -> str:
    return f"{MAX_LISTED} of {many} are listed." if many > MAX_LISTED else ""


def _choose(session: Session) -> Button:
    return Button("Choose by hand…", "eject", {"session": session.key})


async def _by_hand(ctx: Context, session: Session, judged: Judged) -> Reply:
    staff = frozenset([p.email.casefold() for p in session.participants if await ctx.rooms.is_staff(p.email)])
    listed = offered(ctx, session, judged, staff)
    said = f"Nobody was put out of {title_of(session)}: modbot does not know who belongs. Choose by hand."
    return replace(listed, headline=said)


async def _told_by_hand(ctx: Context, session: Session, judged: Judged, strangers: Sequence[Standing]) -> Reply:
    """Where only the host can put people out, there is nothing to ask: who, why, and the clicks."""
    done = await put_out(ctx, session, [one.person for one in strangers], noted="Sweep")
    also = tuple(filter(None, (done.locked, *_staying(judged, DOUBTFUL if _doubtful(judged) else ()))))
    shown = _reasons([*strangers, *_doubtful(judged)])
    return reply_to(done.result, session, title_of(session), people=shown, also=also)


# Yes


async def carried_out(ctx: Context) -> Reply:
    """Put out whoever was shown and is still in: nobody else, and neither a host nor anybody with a staff address."""
    sweep = await _kept(ctx)
    session = await ctx.session()
    groups = SWEPT if ctx.request.given.get("doubtful") == "1" else (Group.STRANGER,)
    shown = [one for one in sweep.people if one.group in groups]
    if sweep.by != ctx.request.id:  # else this request was begun before, and those meant then are meant now
        session = await ctx.rooms.refreshed(session)
        still = await _still_in(ctx, session, {one.id for one in shown})
        sweep = replace(sweep, by=ctx.request.id, taken=tuple(one.id for one in shown if one.id in still))
        await ctx.sweeps.keep(sweep)
    if not sweep.taken:
        said = f"Nothing was done: whoever you were shown has left {title_of(session)}, or runs it by now."
        return Reply(said, buttons=(sweep_button(session, "Look again"),))
    there = {one.id: one for one in session.participants}
    people = [there.get(one.id) or _participant(one) for one in shown if one.id in sweep.taken]
    return _told(ctx, session, sweep, await put_out(ctx, session, people, noted="Sweep"), people)


async def _kept(ctx: Context) -> Sweep:
    sweep = await ctx.sweeps.kept(ctx.request.given.get("sweep", ""))
    if sweep is None or sweep.session != ctx.request.given.get("session"):
        again = Button("Look again", "sweep", {"session": ctx.request.given.get("session", "")}, Style.DANGER)
        raise Asked(Reply(TOO_OLD, buttons=(again,)))
    return sweep


async def _still_in(ctx: Context, session: Session, ids: set[str]) -> set[str]:
    there = [one for one in session.participants if one.id in ids and one.presence is Presence.JOINED]
    return {one.id for one in there if not runs_the_class(one) and not await ctx.rooms.is_staff(one.email)}


def _participant(one: Swept) -> Participant:
    return Participant(one.id, one.name, one.email)


def _told(ctx: Context, session: Session, sweep: Sweep, done: PutOut, people: Sequence[Participant]) -> Reply:
    result = done.result
    place = {one.id: number for number, one in enumerate(sweep.people)}
    shown = [
        replace(row, button=_let_back(session, sweep, place[one.id])) if result.people.get(one.id) in _BACK_IN else row
        for one, row in zip(people, rows(people, result.people), strict=False)
    ]
    gone = _gone_before(sweep, people, ctx)
    buttons = [sweep_button(session, "Look again")]
    if done.locked:
        buttons.append(Button("Unlock", "unlock", {"session": session.key}))
    buttons.append(Button("Page IT", "page", {"session": session.key}, Style.DANGER))
    back = ctx.door.capability(session, Operation.EJECT).back
    also = tuple(filter(None, (done.locked, gone, back, _listed(len(people)))))
    return reply_to(result, session, title_of(session), buttons=tuple(buttons), people=tuple(shown), also=also)


def _gone_before(sweep: Sweep, people: Sequence[Participant], ctx: Context) -> str:
    groups = SWEPT if ctx.request.given.get("doubtful") == "1" else (Group.STRANGER,)
    many = sum(1 for one in sweep.people if one.group in groups) - len(people)
    return f"{_people(many)} you were shown had gone before, or runs the class by now." if many else ""


# Back in


def _let_back(session: Session, sweep: Sweep, place: int) -> Button:
    return Button("Let back in", "readmit", {"session": session.key, "sweep": sweep.id, "person": str(place)})


async def meant(ctx: Context) -> Swept:
    """Whom the pressed button is about. Raises Asked when the hour is over."""
    sweep = await ctx.sweeps.kept(ctx.request.given.get("sweep", ""))
    place = ctx.number("person")
    if sweep is None or place is None or place >= len(sweep.people):
        session = {"session": ctx.request.given.get("session", "")}
        said = "The hour for this is over. When they wait to come in, let them in by name."
        raise Asked(Reply(said, buttons=(Button("Who is waiting?", "admit", session),)))
    return sweep.people[place]


def the_same(session: Session, one: Swept) -> list[Participant]:
    """Those present who are taken for this person come again: the same id, proved address, or shown name."""
    here = present(session.participants)
    by_id = [who for who in here if who.id == one.id]
    proved = session.room.platform in PROVES_ADDRESS and one.email
    by_email = [who for who in here if proved and who.email.casefold() == one.email.casefold()]
    by_name = [who for who in here if fold(one.name) and fold(who.name) == fold(one.name)]
    return by_id or by_email or by_name


def _counted(many: int, what: str) -> str:
    return f"{many} {what}{'' if many == 1 else 's'}"


def _people(many: int) -> str:
    return "1 person" if many == 1 else f"{many} people"
