"""What the warning of a raid says: without names in channels, with them to those who may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from modbot.outcome_words import span
from modbot.reply import Button, Person, Reply, Style
from modbot.store.raids import Note

MOST_CLASSES = 15
MOST_PEOPLE = 15
MOST_NOTES = 5  # the latest. Each line is a block of its own, and Slack takes fifty


@dataclass(frozen=True, slots=True)
class SeenHere:
    """One unrecognised person in one class. `name` is hostile, "" when nothing is known of them any more."""

    session_key: str
    participant_id: str
    name: str
    at: datetime
    title: str  # of the class, with its platform


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a warning is about. `seen` is by time."""

    raid: str
    school: str
    school_name: str
    people: int
    seen: Sequence[SeenHere]
    notes: Sequence[Note]
    zone: ZoneInfo

    def local(self, at: datetime) -> str:
        """The time of day on the district's clocks."""
        return at.astimezone(self.zone).strftime("%H:%M")


def warning(scene: Scene, *, named: bool) -> Reply:
    """The warning as it is now. `named`: for one person who may see what the people showed."""
    lines = [*_classes(scene), _evidence(scene), _doubt(scene)]
    if not named:
        lines.append("What they call themselves is in the direct messages to IT on call and the principal.")
    lines += [f"{scene.local(note.at)} {note.said}" for note in scene.notes[-MOST_NOTES:]]
    given = {"raid": scene.raid, "school": scene.school}
    lock = Button(f"Lock the live rooms of {scene.school_name}…", "lockschool", given, Style.DANGER)
    what = f"Somebody unrecognised goes through classes of {scene.school_name}"
    page = Button("Page IT", "page", {"text": what}, Style.DANGER)  # of no class: anybody on staff may
    people = tuple(_person(scene, one) for one in scene.seen[:MOST_PEOPLE]) if named else ()
    return Reply(
        _headline(scene), lines=tuple(lines), people=people, buttons=(lock, page), footnote=f"raid {scene.raid}"
    )


def _headline(scene: Scene) -> str:
    """Becomes the push preview: it names nobody."""
    many = len({one.session_key for one in scene.seen})
    where = f"{many} classes of {scene.school_name}"
    if scene.people > 1:
        return f"{scene.people} unrecognised people, each in several classes: {where} within {_within(scene)}."
    return f"The same unrecognised person came into {where} within {_within(scene)}."


def _within(scene: Scene) -> str:
    between = scene.seen[-1].at - scene.seen[0].at
    return span(timedelta(minutes=int(between.total_seconds() // 60) + 1))


def _classes(scene: Scene) -> list[str]:
    """One line a class, in the order in which they were come into."""
    by_class: dict[str, list[SeenHere]] = {}
    for one in scene.seen:
        by_class.setdefault(one.session_key, []).append(one)
    rows = [_class(scene, here) for here in by_class.values()]
    left = len(rows) - MOST_CLASSES
    more = [f"And {left} more {'class' if left == 1 else 'classes'}."] if left > 0 else []
    return [*rows[:MOST_CLASSES], *more]


def _class(scene: Scene, here: Sequence[SeenHere]) -> str:
    first = scene.local(here[0].at)
    if scene.people > 1:
        return f"{here[0].title}: {len(here)} of them, the first at {first}."
    return f"{here[0].title}: at {first}."


def _evidence(scene: Scene) -> str:
    whose = "Each of them" if scene.people > 1 else "They"
    return f"{whose} showed the same name or e-mail address in every class, and modbot recognised them in none."


def _doubt(scene: Scene) -> str:
    who = "Some may be pupils or colleagues" if scene.people > 1 else "It may be a pupil or a colleague"
    return f"{who} whom modbot could not know. Nothing has been done: look before you act."


def _person(scene: Scene, one: SeenHere) -> Person:
    out = Button("Put out", "eject", {"session": one.session_key, "people": one.participant_id})
    return Person(one.name, f"{one.title}, {scene.local(one.at)}", out)
