"""How an outcome is told: one headline per operation and outcome, the same words everywhere."""

from datetime import timedelta

from modbot.model import Operation, Outcome, Result, Session
from modbot.reply import Button, Person, Reply

_DONE = {
    Operation.LOCK: "{title} is locked.",
    Operation.UNLOCK: "{title} is unlocked.",
    Operation.EJECT: "{count} out of {title}.",
    Operation.ADMIT: "{count} let into {title}.",
    Operation.MUTE: "Everyone but the hosts is muted in {title}.",
    Operation.END: "{title} has been ended for everyone.",
    Operation.RESTORE: "{title} is back to how it was.",
    Operation.HARDEN: "{title} has the safe settings.",
}
_VERB = {
    Operation.LOCK: "lock",
    Operation.UNLOCK: "unlock",
    Operation.EJECT: "put people out of",
    Operation.ADMIT: "let people into",
    Operation.MUTE: "mute",
    Operation.END: "end",
    Operation.RESTORE: "restore",
    Operation.HARDEN: "change the settings of",
}


def headline(result: Result, title: str) -> str:
    """One plain sentence that is true (P3)."""
    verb = _VERB.get(result.operation, str(result.operation))
    match result.outcome:
        case Outcome.DONE | Outcome.ALREADY:
            return _DONE.get(result.operation, "Done in {title}.").format(title=title, count=_people(result))
        case Outcome.PARTIAL:
            return f"Only in part: modbot could not fully {verb} {title}."
        case Outcome.REFUSED:
            return f"Not done: {title} is unchanged."
        case Outcome.UNSUPPORTED:
            return f"modbot cannot {verb} {title}: you can, in the meeting."
        case Outcome.UNKNOWN:
            return f"Not confirmed: modbot asked to {verb} {title} and cannot see whether it happened."
        case Outcome.FAILED:
            return f"It did not work: modbot could not {verb} {title}."


def reply_to(
    result: Result,
    session: Session,
    title: str,
    *,
    buttons: tuple[Button, ...] = (),
    people: tuple[Person, ...] = (),
    also: tuple[str, ...] = (),
) -> Reply:
    """The reply to one act: what is so, how that is known, what is left to do by hand."""
    lines = [result.said] if result.said else []
    if not result.recorded:
        lines.append("modbot's record store is down: this could not be recorded.")
    took = f"{session.room.platform.label} · {result.elapsed_ms / 1000:.1f} s from your key press"
    return Reply(
        headline(result, title),
        lines=(*lines, *also),
        steps=result.by_hand,
        people=people,
        buttons=buttons,
        footnote=took,
    )


def shut(result: Result) -> bool:
    """Whether a lock, or the strongest thing like it, is in effect."""
    return result.outcome in (Outcome.DONE, Outcome.ALREADY, Outcome.PARTIAL)


def span(duration: timedelta) -> str:
    """`15 minutes`, `1 hour 30 minutes`."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute"), (seconds if not hours else 0, "second")]
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)


def _people(result: Result) -> str:
    count = max(1, len(result.people))
    return "1 person" if count == 1 else f"{count} people"
