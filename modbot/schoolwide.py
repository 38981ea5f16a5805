"""Every live room of a school locked at once: which ones is shown, one yes, each room's outcome, one press to undo."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from modbot.authorize import Place, may
from modbot.command import Asked, Context, title_of
from modbot.errors import Denied, RoomBusy
from modbot.model import Operation, Outcome, Result, Session
from modbot.outcome_words import headline, shut
from modbot.platforms import How
from modbot.reply import Button, Reply, Style
from modbot.side_by_side import side_by_side
from modbot.whole_school import Locked, SchoolLock

AT_ONCE = 20  # rooms: more at once would only wait for the vendors' limits
REFUSED = "Only the principal of this school and IT may lock all its rooms. You can /lock your own class, and /page IT."
TOO_OLD = "That question is more than an hour old, so nothing was done."
ASK_HOSTS = "Ask the hosts to do this in their meetings now:"
STAYS = "Nobody inside is put out. The rooms stay so until somebody unlocks them."


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of one room. `result` is None where somebody else held the room all the time."""

    session: Session
    result: Result | None
    said: str = ""


# The question


async def asked(ctx: Context) -> Reply:
    """Which rooms would be locked, with a button for yes. Raises Denied."""
    school = ctx.request.given.get("school", "")
    _must_lead(ctx, school)
    here = await ctx.schools.rooms.live(school)
    sessions = await _sessions(ctx, here.sessions)
    name = ctx.schools.rooms.name(school)
    unclear = _unclear(here.unclear)
    if not sessions:
        return Reply(f"modbot sees no live room of {name}. Nothing was done.", lines=unclear)
    raid = ctx.request.given.get("raid", "")
    await ctx.schools.questions.ask(
        SchoolLock(ctx.request.id, school, raid, tuple(session.key for session in sessions))
    )
    given = {"school": school, "raid": raid, "question": ctx.request.id, "confirmed": "1"}
    yes = Button(f"Lock {_rooms(len(sessions))}", "lockschool", given, Style.DANGER)
    return Reply(
        f"Lock {_rooms(len(sessions))} of {name}? Nothing has been done yet.",
        lines=(f"Live now: {_listed(sessions)}.", *_not_by_modbot(ctx, sessions), STAYS, *unclear),
        buttons=(yes,),
    )


def _must_lead(ctx: Context, school: str) -> None:
    """The door asks again for each room; nobody without a right to any is shown which rooms are live."""
    if not may(ctx.staff, Operation.LOCK, Place("", school=school or None)).allowed:
        raise Denied(REFUSED)


async def _sessions(ctx: Context, session_keys: Sequence[str]) -> list[Session]:
    """Those that still run, by title."""
    found = await asyncio.gather(*(ctx.rooms.session(ctx.staff, key) for key in session_keys))
    return sorted((one for one in found if one is not None and one.live), key=lambda one: (title_of(one), one.key))


def _not_by_modbot(ctx: Context, sessions: Sequence[Session]) -> tuple[str, ...]:
    in_part = [one for one in sessions if ctx.door.capability(one, Operation.LOCK).how is How.SUBSTITUTE]
    by_hand = [one for one in sessions if ctx.door.capability(one, Operation.LOCK).how is How.BY_HAND]
    said = [f"modbot can shut these only in part; their hosts can do the rest: {_listed(in_part)}."] if in_part else []
    said += [f"Only their hosts can lock these: {_listed(by_hand)}."] if by_hand else []
    return tuple(said)


def _unclear(many: int) -> tuple[str, ...]:
    if not many:
        return ()
    classes = "1 more live class is" if many == 1 else f"{many} more live classes are"
    return (f"{classes} hosted by staff of this school, but modbot does not know of which school: not included.",)


# Yes


async def carried_out(ctx: Context) -> Reply:
    """Lock what was shown and still runs: once, however often yes is pressed. Raises Denied, Asked."""
    question = await _answered(ctx)
    if question.by != ctx.request.id:
        said = f"{question.by_name} said yes to this before, so it was not done a second time."
        return Reply(said, buttons=(_ask_again(question.school, question.raid),))
    name = ctx.schools.rooms.name(question.school)
    sessions = await _sessions(ctx, question.sessions)
    if not sessions:
        return Reply(f"Nothing was done: every room of {name} that you were shown has ended.")
    came = await side_by_side(sessions, lambda session: _lock(ctx, session), at_most=AT_ONCE)
    locked = [
        Locked(one.session.key, one.result.act_id)
        for one in came
        if one.result is not None and await _ours(ctx, question, one.session, one.result)
    ]
    await ctx.schools.questions.done(question.id, locked)
    told = _told_of_locks(question, name, came, many=len(locked), ended=len(question.sessions) - len(sessions))
    await _noted(ctx, question, f"{ctx.actor.name}: {told.headline}")
    return told


async def _answered(ctx: Context) -> SchoolLock:
    """The question with whoever said yes first."""
    question = await ctx.schools.questions.get(ctx.request.given.get("question", ""))
    if question is not None:
        _must_lead(ctx, question.school)
        sessions = await _sessions(ctx, question.sessions)
        kept = await asyncio.gather(*(ctx.door.remembered("former", one.room) for one in sessions))
        held = [session.key for session, former in zip(sessions, kept, strict=True) if former]
        question = await ctx.schools.questions.claim(question.id, ctx.request.id, ctx.actor.name, held)
    if question is None:
        given = ctx.request.given
        raise Asked(Reply(TOO_OLD, buttons=(_ask_again(given.get("school", ""), given.get("raid", "")),)))
    return question


def _ask_again(school: str, raid: str) -> Button:
    return Button("Look again", "lockschool", {"school": school, "raid": raid})


async def _lock(ctx: Context, session: Session) -> _Came:
    return await _act(ctx, session, Operation.LOCK, remember="former")


async def _act(ctx: Context, session: Session, operation: Operation, **details: object) -> _Came:
    act_id = f"{ctx.request.id}:{operation}:{session.key}"
    try:
        result = await ctx.act(operation, session, id=act_id, **details)
    except RoomBusy as busy:
        return _Came(session, None, busy.staff_text)
    await ctx.note(session, f"The whole school, {operation}: {result.outcome}.")
    return _Came(session, result)


async def _ours(ctx: Context, question: SchoolLock, session: Session, result: Result) -> bool:
    """Whether an undo takes it back: what was locked before, or as far as the platform allows, stays so."""
    if result.outcome is Outcome.ALREADY or (result.outcome is Outcome.PARTIAL and session.key in question.held):
        return False
    return await ctx.door.will_undo(result)


def _told_of_locks(question: SchoolLock, name: str, came: Sequence[_Came], *, many: int, ended: int) -> Reply:
    """`many` of the rooms an undo would unlock."""
    lines = [
        _together("Locked", came, Outcome.DONE),
        _together("Were locked already", came, Outcome.ALREADY),
        *_one_by_one(came),
        f"{ended} of the rooms that you were shown had ended before." if ended else "",
        STAYS if any(one.result is not None and shut(one.result) for one in came) else "",
        *_unrecorded(came),
    ]
    buttons = [_ask_again(question.school, question.raid)]
    if many:
        undo = Button(f"Undo: unlock {_rooms(many)}", "unlockschool", {"question": question.id})
        buttons.insert(0, undo)
    return Reply(
        _count(came, name, "locked"),
        lines=tuple(filter(None, lines)),
        steps=_steps(came),
        steps_title=ASK_HOSTS,
        buttons=tuple(buttons),
        footnote=_slowest(came),
    )


# Undo


async def undone(ctx: Context) -> Reply:
    """Unlock what was locked then, except where somebody has changed the door since. Raises Denied, Asked."""
    question = await ctx.schools.questions.get(ctx.request.given.get("question", ""))
    if question is None:
        raise Asked(Reply("That was more than a day ago, so nothing was done. Use /unlock for a class."))
    _must_lead(ctx, question.school)
    act_of = {one.session_key: one.act_id for one in question.locked}
    sessions = await _sessions(ctx, tuple(act_of))
    name = ctx.schools.rooms.name(question.school)
    if not sessions:
        return Reply(f"Nothing was done: no room of {name} that was locked then is still live.")
    came = await side_by_side(sessions, lambda session: _unlock(ctx, session, act_of[session.key]), at_most=AT_ONCE)
    lines = [
        _together("Unlocked", came, Outcome.DONE),
        _together("Were unlocked already", came, Outcome.ALREADY),
        *_one_by_one(came),
        *_unrecorded(came),
    ]
    told = Reply(
        _count(came, name, "unlocked again"),
        lines=tuple(filter(None, lines)),
        steps=_steps(came),
        steps_title=ASK_HOSTS,
        footnote=_slowest(came),
    )
    await _noted(ctx, question, f"{ctx.actor.name}: {told.headline}")
    return told


async def _unlock(ctx: Context, session: Session, lock: str) -> _Came:
    former = await ctx.door.remembered("former", session.room)
    came = await _act(ctx, session, Operation.UNLOCK, former=former, while_stands=lock)
    if came.result is not None and shut(came.result):
        await ctx.door.forget("former", session.room)
    return came


async def _noted(ctx: Context, question: SchoolLock, said: str) -> None:
    if question.raid:
        await ctx.schools.warnings.noted(question.raid, said, once=ctx.request.id)


# Words


def _together(what: str, came: Sequence[_Came], outcome: Outcome) -> str:
    rooms = [one.session for one in came if one.result and one.result.outcome is outcome]
    return f"{what}: {_listed(rooms)}." if rooms else ""


def _one_by_one(came: Sequence[_Came]) -> list[str]:
    """Whatever did not simply work: the rooms of which the same is to be said, and what."""
    said: dict[str, list[Session]] = {}
    for one in came:
        if one.result is not None and one.result.outcome is Outcome.PARTIAL:
            said.setdefault(f"only in part: {one.result.said}", []).append(one.session)
    whole = (Outcome.DONE, Outcome.ALREADY, Outcome.PARTIAL)
    others = [_said(one) for one in came if one.result is None or one.result.outcome not in whole]
    return [*(f"{_listed(rooms)}, {what}" for what, rooms in said.items()), *others]


def _said(one: _Came) -> str:
    if one.result is None:
        return f"{_named(one.session)}: {one.said}"
    return " ".join(filter(None, (headline(one.result, _named(one.session)), one.result.said)))


def _unrecorded(came: Sequence[_Came]) -> list[str]:
    if all(one.result is None or one.result.recorded for one in came):
        return []
    return ["modbot's record store is down: this could not be recorded."]


def _steps(came: Sequence[_Came]) -> tuple[str, ...]:
    """What the platforms leave to the hosts, and in which rooms."""
    rooms: dict[tuple[str, ...], list[Session]] = {}
    for one in came:
        if one.result is not None and one.result.by_hand:
            rooms.setdefault(one.result.by_hand, []).append(one.session)
    return tuple(f"{_listed(where)}: {' '.join(by_hand)}" for by_hand, where in rooms.items())


def _count(came: Sequence[_Came], name: str, what: str) -> str:
    outcomes = [one.result.outcome if one.result is not None else Outcome.FAILED for one in came]
    whole = sum(1 for one in outcomes if one in (Outcome.DONE, Outcome.ALREADY))
    part = outcomes.count(Outcome.PARTIAL)
    if whole == len(came):
        return f"{_rooms(whole)} of {name} {'is' if whole == 1 else 'are'} {what}."
    said = [f"{whole} {what}"] if whole else []
    if part:
        said.append(f"{part} only in part" if said else f"{part} {what} only in part")
    if left := len(came) - whole - part:
        said.append(f"{left} not" if said else f"{left} not {what}")
    return f"{_rooms(len(came))} of {name}: {', '.join(said)}."


def _slowest(came: Sequence[_Came]) -> str:
    took = [one.result.elapsed_ms for one in came if one.result is not None]
    return f"{max(took) / 1000:.1f} s from your key press" if took else ""


def _listed(sessions: Sequence[Session]) -> str:
    return ", ".join(_named(session) for session in sessions)


def _named(session: Session) -> str:
    return f"{title_of(session)} ({session.room.platform.label})"


def _rooms(many: int) -> str:
    return "1 live room" if many == 1 else f"{many} live rooms"
