"""`modbot audit`: the record leaves the building, and a changed one is found out."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modbot.audit import AuditEntry
from modbot.demo.district import District
from modbot.state import State
from tests.cli.running import modbot, typed

PROMISED = {
    "at",
    "id",
    "actor",
    "action",
    "room",
    "platform",
    "phase",
    "outcome",
    "reason",
    "elapsed_ms",
    "prev",
    "hash",
}


def entry(number: int) -> AuditEntry:
    return AuditEntry(
        datetime(2026, 9, number, 10, 14, tzinfo=UTC), f"act-{number}", "slack:U0ORTIZ", "lock", outcome="done"
    )


@pytest.fixture
async def env(district: District, state: State) -> dict[str, str]:
    """Three entries, in a store that another modbot holds."""
    for number in (1, 2, 3):
        await state.audit.append(entry(number))
    return district.environment(port=0)


async def test_an_export_beside_a_running_modbot_has_one_line_for_each_entry(env: dict[str, str]) -> None:
    lines = [json.loads(line) for line in (await modbot("audit", "export", env=env)).out.splitlines()]
    assert [line["id"] for line in lines] == ["act-1", "act-2", "act-3"]
    assert all(set(line) >= PROMISED for line in lines)


async def test_an_export_starts_the_store_itself_when_no_modbot_runs(district: District) -> None:
    done = await modbot("audit", "export", env=district.environment(port=0))
    assert (done.code, done.out) == (0, "")
    assert done.err == "The record is empty.\n"


async def test_an_export_since_a_day_leaves_out_what_is_older(env: dict[str, str]) -> None:
    done = await modbot("audit", "export", "--since", "2026-09-02", env=env)
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == ["act-2", "act-3"]


async def test_a_since_that_is_no_day_is_refused(env: dict[str, str]) -> None:
    done = await modbot("audit", "export", "--since", "yesterday", env=env)
    assert done.code == 2
    assert "'yesterday' is not a day such as 2026-09-01" in done.err


async def test_an_export_to_a_file_is_its_owners_alone(env: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "record.jsonl"
    await modbot("audit", "export", "--out", str(out), env=env)
    assert len(out.read_text().splitlines()) == 3
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert not out.with_name(".record.jsonl.part").exists()


async def test_an_export_never_writes_over_a_file(env: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "record.jsonl"
    out.write_text("last month's\n")
    assert (await modbot("audit", "export", "--out", str(out), env=env)).code == 2
    assert out.read_text() == "last month's\n"


async def exported(env: dict[str, str], tmp_path: Path) -> Path:
    """A whole export in a file."""
    out = tmp_path / "record.jsonl"
    assert (await modbot("audit", "export", "--out", str(out), env=env)).code == 0
    return out


async def test_a_whole_export_is_verified_without_any_setting(env: dict[str, str], tmp_path: Path) -> None:
    out = await exported(env, tmp_path)
    done = typed("audit", "verify", str(out), "--json")
    assert done.code == 0
    assert (done.json()["ok"], done.json()["entries"]) == (True, 3)


async def test_a_changed_line_is_named(env: dict[str, str], tmp_path: Path) -> None:
    out = await exported(env, tmp_path)
    lines = out.read_text().splitlines()
    lines[1] = lines[1].replace('"outcome": "done"', '"outcome": "refused"')
    out.write_text("\n".join(lines))
    done = typed("audit", "verify", str(out))
    assert done.code == 1
    assert done.out == "BROKEN at line 2: this entry was changed: its hash does not fit its text.\n"


async def test_a_cut_off_end_shows_against_a_head_written_down(env: dict[str, str], tmp_path: Path) -> None:
    out = await exported(env, tmp_path)
    lines = out.read_text().splitlines()
    head = json.loads(lines[-1])["hash"]
    out.write_text("\n".join(lines[:-1]))
    done = typed("audit", "verify", str(out), "--head", head)
    assert done.code == 1
    assert "the end is missing" in done.out


async def test_part_of_a_record_is_verified_from_the_hash_it_follows(env: dict[str, str], tmp_path: Path) -> None:
    out = await exported(env, tmp_path)
    first, *rest = out.read_text().splitlines()
    out.write_text("\n".join(rest))
    assert typed("audit", "verify", str(out)).code == 1
    assert typed("audit", "verify", str(out), "--anchor", json.loads(first)["hash"]).code == 0


async def test_the_live_record_is_verified(env: dict[str, str]) -> None:
    done = await modbot("audit", "verify", env=env)
    assert done.code == 0
    assert done.out.startswith("Whole: 3 entries")


async def test_a_live_record_that_lost_its_end_is_found_out(env: dict[str, str], state: State) -> None:
    await state.store.run("XDEL", "mb:{audit}", "3-0")
    done = await modbot("audit", "verify", env=env)
    assert done.code == 1
    assert "the end is missing or was rewritten" in done.out


async def test_a_rewritten_record_is_found_out_by_a_hash_written_down(env: dict[str, str]) -> None:
    done = await modbot("audit", "verify", "--head", "f" * 64, env=env)
    assert done.code == 1
    assert "the record was rewritten" in done.out


async def test_an_older_head_is_still_in_a_record_that_has_grown(env: dict[str, str], state: State) -> None:
    head = (await state.audit.head()).hash
    await state.audit.append(entry(4))
    assert (await modbot("audit", "verify", "--head", head, env=env)).code == 0


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    done = typed("audit", "verify", str(tmp_path / "none.jsonl"))
    assert done.code == 2
    assert "No such file" in done.err
