"""The last day of a class's term: from every kind of source, through reading changes only, into the store."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from modbot.model import Section
from modbot.roster_sync import Kept, sync
from modbot.rosters import ListedSection, Person, Post, Role, Rows, School, Term
from modbot.rosters.network import read
from modbot.rosters.scratch import scratch
from modbot.seal import Keyring
from modbot.store import Store
from modbot.store.roster import RosterStore
from modbot.store.roster.records import Records
from tests.rosters.clever.world import world_of
from tests.rosters.syncing import district

NOW = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
SPRING, SUMMER = date(2027, 1, 29), date(2027, 6, 25)
KEYS = Keyring([b"k" * 32])
TERMS = (
    Term("fall", SPRING),
    Term("year", SUMMER),
    Term("open"),
    Term("over", date(2026, 6, 5)),
    Term("dropped", date(2030, 1, 1), gone=True),
)


@dataclass
class OneClass:
    """A source with one class, which names these terms."""

    terms: Sequence[str]
    name: str = "one_class"

    async def read(self, rows: Rows, *, since: str = "") -> str:
        """See `modbot.rosters.Source`."""
        await rows.places([School("north")], TERMS)
        await rows.people([Person("t1", "Ada", "Okafor", roles=(Role(Post.TEACHER, "north"),))])
        await rows.sections([ListedSection("c1", "Algebra", "north", self.terms)])
        return ""

    async def probe(self) -> Sequence[Any]:
        """Nothing to try."""
        return []


@pytest.mark.parametrize(
    ("terms", "ends"),
    [
        (["fall"], SPRING),
        (["fall", "year"], SUMMER),
        (["over", "fall"], SPRING),
        (["fall", "dropped"], SPRING),
        (["fall", "open"], None),
        (["fall", "unheard"], None),
        ([], None),
    ],
)
async def test_a_class_ends_with_its_last_term_where_all_their_ends_are_known(
    terms: list[str], ends: date | None
) -> None:
    with scratch() as index:
        roster = await read(OneClass(terms), index, today=NOW.date())
        (found,) = (section for section, _ in roster.sections())
    assert found.ends == ends


async def test_a_term_that_oneroster_moves_moves_its_classes_when_only_changes_are_read(
    store: Store, tmp_path: Path
) -> None:
    async with district(store, tmp_path / "kept") as here:
        await here.sync()
        before = await here.roster.section("class-0000000")
        here.simulator.change("academicSessions", "term-0", endDate="2027-06-25")
        report = await here.sync()
        after = await here.roster.section("class-0000000")
    assert before is not None
    assert after is not None
    assert (before.ends, after.ends) == (date(2099, 6, 4), SUMMER)
    assert report.only_changes
    assert report.changes.sections.changed == report.changes.sections.before


async def test_clever_tells_when_a_class_ends(store: Store, tmp_path: Path) -> None:
    async with world_of() as world:
        roster = RosterStore(store, KEYS)
        await sync(world.source(), roster, now=world.clock(), kept=Kept(tmp_path, KEYS))
        section = await roster.section(world.clever.district.id_of("sections", 0))
    assert section is not None
    assert section.ends == date(2099, 6, 4)


@pytest.mark.parametrize("ends", [None, SUMMER])
def test_a_class_comes_out_of_the_store_as_it_went_in(ends: date | None) -> None:
    records, section = Records(KEYS, "g1"), Section("c1", "Algebra", "north", frozenset({"t1"}), ends)
    assert records.open_section("c1", records.seal_section(section)) == section


def test_a_class_that_was_stored_before_ends_were_told_is_read_as_one_without() -> None:
    told = zlib.compress(orjson.dumps(["Algebra", "north", ["t1"]]))
    sealed = KEYS.seal(told, context=b"roster\0g1\0sections\0c1")
    assert Records(KEYS, "g1").open_section("c1", sealed) == Section("c1", "Algebra", "north", frozenset({"t1"}))
