"""`modbot audit times`: from key press to confirmed effect, by operation and platform."""

import json
from datetime import UTC, datetime

from modbot.audit import AuditEntry
from modbot.demo.district import District
from modbot.state import State
from tests.cli.running import modbot

AT = datetime(2026, 9, 1, 10, 14, tzinfo=UTC)


def outcome(number: int, action: str, platform: str, word: str, elapsed_ms: int) -> AuditEntry:
    return AuditEntry(
        AT,
        f"act-{number}",
        "slack:U0ORTIZ",
        action,
        platform=platform,
        phase="outcome",
        outcome=word,
        elapsed_ms=elapsed_ms,
    )


async def test_percentiles_are_of_confirmed_acts_and_the_rest_is_counted_apart(
    district: District, state: State
) -> None:
    for number in range(1, 21):
        await state.audit.append(outcome(number, "lock", "webex", "done", number * 100))
    await state.audit.append(outcome(21, "lock", "webex", "unknown", 9_000))
    await state.audit.append(outcome(22, "eject", "zoom", "failed", 9_000))
    done = await modbot("audit", "times", "--json", env=district.environment(port=0))
    assert json.loads(done.out) == [
        {"operation": "eject", "platform": "zoom", "count": 0, "others": 1, "p50_ms": None, "p95_ms": None},
        {"operation": "lock", "platform": "webex", "count": 20, "others": 1, "p50_ms": 1000, "p95_ms": 1900},
    ]


async def test_people_get_a_table_in_seconds(district: District, state: State) -> None:
    await state.audit.append(outcome(1, "lock", "webex", "done", 450))
    done = await modbot("audit", "times", env=district.environment(port=0))
    assert "From key press to confirmed effect" in done.out
    assert "0.45 s" in done.out


async def test_an_empty_record_is_said_to_be_empty(district: District) -> None:
    done = await modbot("audit", "times", env=district.environment(port=0))
    assert done.out == "No act is in the record.\n"
