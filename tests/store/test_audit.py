"""The audit chain: what is appended, what a check finds, and what survives many writers."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modbot.audit import Audit, AuditEntry, verify
from modbot.audit.chain import EMPTY, GENESIS, AuditLink, link, record_of
from modbot.errors import StoreUnavailable
from modbot.store import Script, Store, Value, connect, keys
from tests.stores import closed

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FIELDS = "at id actor action room platform phase outcome reason elapsed_ms prev hash"


def entry(number: int = 1, *, phase: str = "outcome", at: datetime = NOON, act: str = "") -> AuditEntry:
    return AuditEntry(
        at=at,
        id=act or f"act-{number}",
        actor="slack:U1",
        action="lock",
        room="zoom:857",
        platform="zoom",
        phase=phase,
        outcome="done" if phase == "outcome" else "",
        reason='said "no"\n',
        elapsed_ms=number,
        extra={"people": [f"p{number}"]},
    )


def chain(count: int, *, text: str = "") -> list[str]:
    """An export of `count` entries, made without a store."""
    lines, prev = [], EMPTY
    for number in range(1, count + 1):
        record = record_of(entry(number))
        if text:
            record["reason"] = text
        written, made = link(prev, record)
        lines.append(json.dumps({**json.loads(written), "prev": prev.hash, "hash": made.hash}, ensure_ascii=False))
        prev = made
    return lines


async def exported(audit: Audit, since: datetime | None = None) -> list[dict[str, Any]]:
    return [record async for record in audit.export(since)]


# What a check finds


@given(st.integers(1, 8), st.text(max_size=30))
def test_an_untouched_export_is_good_whatever_its_text(count: int, text: str) -> None:
    assume(text.encode("utf-8", "replace").decode() == text)
    lines = chain(count, text=text)
    verdict = verify(line + "\n" for line in lines)
    assert verdict.ok
    assert (verdict.entries, verdict.head) == (count, json.loads(lines[-1])["hash"])


@given(st.data())
def test_any_changed_character_is_found_at_its_line(data: st.DataObject) -> None:
    lines = chain(data.draw(st.integers(1, 6)))
    at = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[at]) - 1))
    new = data.draw(st.characters(codec="ascii"))
    changed = lines[at][:place] + new + lines[at][place + 1 :]
    assume(not same(changed, lines[at]))
    verdict = verify([*lines[:at], changed, *lines[at + 1 :]])
    assert (verdict.ok, verdict.first_bad, verdict.entries) == (False, at + 1, at)


def same(one: str, other: str) -> bool:
    """Whether two lines say the same: a changed blank between fields is no change of the record."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


@given(st.integers(2, 8), st.data())
def test_a_deleted_entry_is_found_where_it_is_missing(count: int, data: st.DataObject) -> None:
    lines = chain(count)
    at = data.draw(st.integers(0, count - 2))
    verdict = verify(lines[:at] + lines[at + 1 :])
    assert (verdict.ok, verdict.first_bad) == (False, at + 1)
    assert "missing" in verdict.problem


@given(st.integers(2, 8), st.data())
def test_swapped_entries_are_found_at_the_first(count: int, data: st.DataObject) -> None:
    lines = chain(count)
    one, other = sorted(data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True)))
    lines[one], lines[other] = lines[other], lines[one]
    verdict = verify(lines)
    assert not verdict.ok
    assert verdict.first_bad == one + 1 or one == 0  # a copy that begins late is told when what it lacks comes
    assert one == 0 or "reordered" in verdict.problem


@given(st.integers(1, 8), st.data())
def test_an_inserted_entry_is_found_where_it_stands(count: int, data: st.DataObject) -> None:
    lines = chain(count)
    at = data.draw(st.integers(1, count))
    forged = {**json.loads(lines[at - 1]), "id": "forged", "n": at + 1}
    verdict = verify([*lines[:at], json.dumps(forged), *lines[at:]])
    assert (verdict.ok, verdict.first_bad) == (False, at + 1)
    assert ("inserted" in verdict.problem) == (at < count)


def test_a_repeated_entry_is_found() -> None:
    lines = chain(3)
    verdict = verify([*lines[:2], lines[1], lines[2]])
    assert (verdict.first_bad, verdict.entries) == (3, 2)
    assert "repeated" in verdict.problem


def test_an_entry_exchanged_with_a_right_hash_breaks_the_next_link() -> None:
    lines = chain(3)
    prev = AuditLink(1, json.loads(lines[0])["hash"])
    written, made = link(prev, record_of(entry(99)))
    lines[1] = json.dumps({**json.loads(written), "prev": prev.hash, "hash": made.hash})
    verdict = verify(lines)
    assert (verdict.ok, verdict.first_bad) == (False, 3)
    assert "changed or exchanged" in verdict.problem


def test_a_cut_end_is_found_only_against_a_head() -> None:
    lines = chain(4)
    head = json.loads(lines[-1])["hash"]
    assert verify(lines, head=head).ok
    assert verify(lines[:3]).ok
    verdict = verify(lines[:3], head=head)
    assert (verdict.ok, verdict.first_bad, verdict.entries) == (False, 4, 3)


def test_a_copy_of_the_later_part_is_good_after_its_anchor_only() -> None:
    lines = chain(4)
    anchor = json.loads(lines[1])["hash"]
    assert verify(lines[2:], anchor=anchor).ok
    assert verify(lines[2:]).first_bad == 1
    assert verify(lines[2:], anchor=GENESIS).first_bad == 1


def test_an_empty_record_is_good_unless_a_head_says_otherwise() -> None:
    assert verify([]).ok
    assert verify([], head=GENESIS).ok
    assert not verify([], head="ab" * 32).ok


@pytest.mark.parametrize(
    "line", ["{", "[1]", "null", '{"n":1}', '{"n":true,"prev":"","hash":""}', "[" * 100_000, '{"n":1,"n":1}']
)
def test_a_line_that_is_no_entry_is_said_to_be_none(line: str) -> None:
    verdict = verify([*chain(1), line])
    assert (verdict.ok, verdict.first_bad) == (False, 2)


def test_an_entry_needs_a_time_with_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        record_of(entry(at=datetime(2026, 11, 24, 12, 0)))  # noqa: DTZ001 - that is the point


# What the store keeps


async def test_an_export_has_every_field_and_checks(store: Store) -> None:
    audit = Audit(store)
    first = await audit.append(entry(1, phase="intent"))
    second = await audit.append(entry(1))
    records = await exported(audit)
    assert [record["hash"] for record in records] == [first.hash, second.hash]
    assert set(FIELDS.split()) <= set(records[0])
    assert records[1]["at"] == "2026-11-24T12:00:00.000Z"
    assert verify(records, head=(await audit.head()).hash).ok


async def test_appends_of_one_moment_keep_their_order(store: Store) -> None:
    audit = Audit(store)
    links = await asyncio.gather(*(audit.append(entry(number)) for number in range(1, 1201)))
    assert [link.number for link in links] == list(range(1, 1201))
    records = await exported(audit)
    assert [record["elapsed_ms"] for record in records] == list(range(1, 1201))
    assert verify(records).entries == 1200


async def test_many_writers_make_one_chain(store: Store, store_url: str) -> None:
    others = [connect(store_url) for _ in range(4)]
    audits = [Audit(other) for other in others]
    await asyncio.gather(*(audit.append(entry(n)) for n in range(1, 51) for audit in audits))
    assert verify(await exported(Audit(store))).entries == 200
    for other in others:
        await closed(other)


ROOT = Path(__file__).resolve().parents[2]
APPEND_FIFTY = """
import asyncio, sys
from datetime import UTC, datetime
from modbot.audit import Audit, AuditEntry
from modbot.store import connect

async def main():
    store = connect(sys.argv[1])
    audit = Audit(store)
    for n in range(50):
        await audit.append(AuditEntry(datetime.now(UTC), f"{sys.argv[2]}-{n}", "cli:test", "lock"))
    await store.close()

asyncio.run(main())
"""


@pytest.mark.crash
async def test_several_processes_make_one_chain(store: Store, store_url: str) -> None:
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", APPEND_FIFTY, store_url, str(n), cwd=ROOT, stderr=subprocess.PIPE
        )
        for n in range(3)
    ]
    for process in running:
        _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
    records = await exported(Audit(store))
    assert verify(records).entries == 150
    assert len({record["id"] for record in records}) == 150


class SendsTwice(Store):
    """As a client does that lost the first answer and sends again."""

    async def call(self, script: Script, keys: Sequence[str], arguments: Sequence[Value]) -> Any:
        await super().call(script, keys, arguments)
        return await super().call(script, keys, arguments)


async def test_a_write_sent_twice_is_recorded_once(store: Store) -> None:
    audit = Audit(SendsTwice(store.client))
    links = await asyncio.gather(*(audit.append(entry(number)) for number in range(3)))
    assert [link.number for link in links] == [1, 2, 3]
    assert (await audit.append(entry(4))).number == 4
    assert verify(await exported(Audit(store))).entries == 4


async def test_a_lost_head_is_found_again_from_the_entries(store: Store) -> None:
    await Audit(store).append(entry(1))
    await store.run("DEL", keys.AUDIT_HEAD)
    assert (await Audit(store).append(entry(2))).number == 2
    assert verify(await exported(Audit(store))).ok


async def test_an_append_without_a_store_says_so_and_works_again_after(store: Store) -> None:
    audit = Audit(store)
    await store.run("SET", keys.AUDIT_HEAD, "x", "PX", 60_000)
    await store.run("DEL", keys.AUDIT)
    await store.run("SET", keys.AUDIT, "not a stream")
    await store.run("DEL", keys.AUDIT_HEAD)
    with pytest.raises(StoreUnavailable):
        await audit.append(entry(1))
    await store.run("DEL", keys.AUDIT)
    assert (await audit.append(entry(1))).number == 1


async def test_old_entries_go_and_the_rest_still_checks(store: Store) -> None:
    audit = Audit(store, lambda: NOON)
    for days in range(10, 0, -1):
        await audit.append(entry(days, at=NOON - timedelta(days=days)))
    assert await audit.trim(timedelta(days=5, hours=1)) == 5
    records = await exported(audit)
    assert [record["action"] for record in records] == ["lock"] * 5 + ["audit.trim"]
    assert verify(records, head=(await audit.head()).hash).ok
    assert verify(records[:-1]).first_bad == 1  # without the entry that vouches for the gap
    assert verify(records[1:]).first_bad == 1
    assert await audit.trim(timedelta(days=5, hours=1)) == 0
    assert await audit.trim(timedelta(days=1, hours=1)) == 4
    assert verify(await exported(audit)).ok


async def test_a_record_that_is_all_old_keeps_its_chain_when_emptied(store: Store) -> None:
    audit = Audit(store, lambda: NOON)
    await audit.append(entry(1, at=NOON - timedelta(days=9)))
    await audit.append(entry(2, at=NOON - timedelta(days=8)))
    assert await audit.trim(timedelta(days=1)) == 2
    await audit.append(entry(3))
    records = await exported(audit)
    assert [record["n"] for record in records] == [3, 4]
    assert verify(records).ok


async def test_an_export_since_a_moment_leaves_out_what_is_older_and_has_no_gap(store: Store) -> None:
    audit = Audit(store, lambda: NOON)
    for hours in range(1000, 0, -1):
        await audit.append(entry(hours, at=NOON - timedelta(hours=hours)))
    records = await exported(audit, NOON - timedelta(hours=600))
    assert [record["elapsed_ms"] for record in records] == list(range(600, 0, -1))
    assert verify(records, anchor=records[0]["prev"]).ok


async def test_intents_that_never_got_an_outcome_are_named(store: Store) -> None:
    audit = Audit(store, lambda: NOON)
    minute = timedelta(minutes=1)
    for act, age in (("ancient", 60 * 24 * 30), ("lost", 9), ("ended", 8), ("young", 0)):
        await audit.append(entry(phase="intent", act=act, at=NOON - age * minute))
    await audit.append(entry(act="ended", at=NOON - 7 * minute))
    for number in range(600):
        await audit.append(entry(number, at=NOON))
    found = await audit.intents_without_outcome(2 * minute)
    assert [record["id"] for record in found] == ["lost"]
