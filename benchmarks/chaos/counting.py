"""What became of each command that was typed: by the platform, the record, the pages and what the teacher read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.school import BigSchool, Teacher
from modbot.audit import Audit
from modbot.store.incidents import Incidents
from modbot.store.pages import Pages

DOING = ("Locking your class", "Calling IT")  # how the acknowledgement of a command that was taken begins

NOTHING_DONE = "nothing was done"


@dataclass(frozen=True, slots=True)
class Typed:
    """One command and its acknowledgement. Status 0: Slack got no answer, and told the teacher so."""

    teacher: Teacher
    command: str
    status: int
    said: str

    @property
    def acked(self) -> bool:
        """Whether modbot promised to do it."""
        return self.status == 200 and self.said.startswith(DOING)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of acknowledged commands: `done_once` with the effect of one; `told_failed` not done, and the teacher told so;
    `lost` not done and nobody told; `doubled` done more than once; across these, `unheard` whose teacher was not told
    what came of it.

    The rest is beside the promise: `refused` were told at once that nothing was taken, or got no answer and Slack said
    so; `heard_twice` read their answer more than once.
    """

    acked: int
    done_once: int
    told_failed: int
    lost: int
    doubled: int
    unheard: int
    refused: int
    heard_twice: int

    @property
    def broken(self) -> bool:
        """Whether a promise was."""
        return bool(self.lost or self.doubled or self.unheard)


async def counted(school: BigSchool, typed: Sequence[Typed]) -> Counts:
    """Look at everything as it is now. The store must run."""
    acked = [one for one in typed if one.acked]
    effects = await _effects(school)
    fates = Counter(_fate(school, one, effects) for one in acked)
    heard = [_answers(school, one.teacher) for one in acked]
    return Counts(
        acked=len(acked),
        done_once=fates["done_once"],
        told_failed=fates["told_failed"],
        lost=fates["lost"],
        doubled=fates["doubled"],
        unheard=sum(1 for count in heard if count == 0),
        refused=len(typed) - len(acked),
        heard_twice=sum(1 for count in heard if count > 1),
    )


async def _effects(school: BigSchool) -> dict[tuple[str, str], list[str]]:
    """Recorded outcomes of locks by actor, and states of pages by who asked for them.

    Calls for help that come from one school within a minute are one page with several incidents.
    """
    found: dict[tuple[str, str], list[str]] = {}
    async with school.opened_store() as store:
        async for record in Audit(store).export():
            if record["action"] == "lock" and record["phase"] == "outcome":
                found.setdefault(("/lock", record["actor"]), []).append(record["outcome"])
        pages, incidents = Pages(store, school.keyring), Incidents(store, school.keyring)
        for page_id in await pages.open_ids():
            page = await pages.get(page_id)
            if page is None:
                continue
            joined = [await incidents.get(one) for one in page.incidents]
            for name in {page.by, *(one.opened_by for one in joined if one is not None)}:
                found.setdefault(("/page", name), []).append(page.state)
    return found


def _fate(school: BigSchool, one: Typed, effects: Mapping[tuple[str, str], Sequence[str]]) -> str:
    """A lock counts as done only when the class is locked, and as failed only when the teacher was told just that."""
    page, lock = ("/page", one.teacher.name), ("/lock", f"slack:{one.teacher.slack}")
    seen = effects.get(page if one.command == "/page" else lock, ())
    if len(seen) > 1:
        return "doubled"
    if seen and (one.command == "/page" or school.district.webex.state(one.teacher.meeting).locked):
        return "done_once"
    failed = seen[0] in ("failed", "unknown", "refused") if seen else _was_told_nothing_was_done(school, one.teacher)
    return "told_failed" if failed and _answers(school, one.teacher) else "lost"


def _was_told_nothing_was_done(school: BigSchool, teacher: Teacher) -> bool:
    messages = school.district.slack.messages
    return any(NOTHING_DONE in each.everything for each in messages if each.only_for == teacher.slack)


def _answers(school: BigSchool, teacher: Teacher) -> int:
    """Messages that only this teacher sees. The acknowledgement is one too, and has no blocks."""
    messages = school.district.slack.messages
    return sum(1 for each in messages if each.only_for == teacher.slack and each.blocks)
