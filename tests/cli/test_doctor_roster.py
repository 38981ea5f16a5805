"""What the doctor says of the roster in force and of the source it comes from."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modbot.demo.district import District
from modbot.demo.given import GivenSettings
from modbot.doctor import Check, examine
from modbot.doctor.rosters import roster_probe, source_probes
from modbot.http import Http
from modbot.rosters import Counts
from modbot.simulators.clever import CleverSimulator
from modbot.simulators.oneroster import CLIENT_ID, CLIENT_SECRET, OneRosterSimulator, Size
from modbot.state import State
from tests.cli.running import modbot

NOW = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
CLEVER = {"client_id": "sim-client", "client_secret": "sim-client-secret"}


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    made = Http()
    yield made
    await made.close()


@pytest.fixture
async def clever() -> AsyncIterator[CleverSimulator]:
    async with CleverSimulator() as simulator:
        yield simulator


@pytest.fixture
async def oneroster() -> AsyncIterator[OneRosterSimulator]:
    async with OneRosterSimulator(Size(students=40, sections=10, seats=8)) as simulator:
        yield simulator


def of(clever: CleverSimulator, **changes: str) -> dict[str, Any]:
    """Settings that lead to the simulated Clever."""
    where = {"district": clever.district.id, "api_url": clever.api_url, "oauth_url": clever.oauth_url}
    return {"clever": {**CLEVER, **where, **changes}}


async def asked(http: Http, **values: Any) -> dict[str, Check]:
    """What is said of the source, by name."""
    found = await examine(source_probes(GivenSettings(**values), http, lambda: NOW))
    return {check.name: check for check in found}


async def in_force(state: State, at: datetime = NOW) -> None:
    """An empty roster of a moment."""
    writer = await state.roster.begin(salt=b"s" * 32, now=at)
    await writer.commit(Counts())


async def roster_now(state: State, **values: Any) -> Check:
    """What is said of the roster."""
    (found,) = await examine([roster_probe(state.roster, GivenSettings(**values), lambda: NOW)])
    return found


async def test_without_a_roster_the_ways_to_get_one_are_told(state: State) -> None:
    found = await roster_now(state)
    assert not found.ok
    assert "modbot roster sync" in found.fix
    assert "modbot roster import FOLDER" in found.fix


async def test_with_a_source_the_way_to_a_roster_is_a_sync(state: State, clever: CleverSimulator) -> None:
    assert (await roster_now(state, **of(clever))).fix == "Run: modbot roster sync."


async def test_with_a_source_that_is_never_asked_by_itself_that_is_told(state: State, clever: CleverSimulator) -> None:
    found = await roster_now(state, **of(clever), rosters={"at": []})
    assert found.fix == "Run: modbot roster sync. Set rosters.at, so that it runs by itself."


@pytest.mark.parametrize(("hours", "ok"), [(11, True), (13, False)])
async def test_a_roster_is_old_when_the_settings_say_so(state: State, hours: int, ok: bool) -> None:
    await in_force(state, NOW - timedelta(hours=hours))
    found = await roster_now(state, rosters={"oldest_hours": 12})
    assert found.ok is ok
    assert found.found.startswith(f"0 staff and 0 classes, imported {hours} hours ago")
    assert ("rosters.oldest_hours allows 12 hours" in found.found) is not ok


async def test_without_a_source_nothing_is_asked(http: Http) -> None:
    assert await asked(http) == {}


async def test_a_connected_clever_is_in_order_in_every_part(http: Http, clever: CleverSimulator) -> None:
    checks = await asked(http, **of(clever))
    assert [name for name, check in checks.items() if not check.ok] == []
    assert list(checks)[:2] == ["Clever credentials", "Clever district"]
    assert "Clever sections" in checks


@pytest.mark.parametrize(
    ("changes", "name", "found", "fix"),
    [
        (
            {"client_secret": "wrong"},
            "Clever credentials",
            "Clever does not accept modbot's client id and secret",
            "Compare MODBOT_CLEVER__CLIENT_ID",
        ),
        (
            {"district": "f" * 24},
            "Clever credentials",
            "The Clever app has no token for this district: it is not connected, or the district has shut the app out",
            "Connect it again in the district's Clever dashboard",
        ),
    ],
)
async def test_each_fault_at_clever_is_one_sentence_and_what_to_do(
    http: Http, clever: CleverSimulator, changes: dict[str, str], name: str, found: str, fix: str
) -> None:
    check = (await asked(http, **of(clever, **changes)))[name]
    assert (check.ok, check.found) == (False, found)
    assert check.fix.startswith(fix)


async def test_the_token_of_another_district_is_told(http: Http, clever: CleverSimulator) -> None:
    clever.add_district(7)
    clever.gate.disconnect(clever.district.id)
    clever.gate.mislabelled = clever.district.id
    check = (await asked(http, **of(clever)))["Clever district"]
    assert check.found == "Clever's token belongs to another district than MODBOT_CLEVER__DISTRICT names"
    assert check.fix.startswith("Nothing was taken. Correct the district's id")


async def test_what_the_district_does_not_share_is_told_and_the_rest_is_asked(
    http: Http, clever: CleverSimulator
) -> None:
    clever.gate.unshared.add("sections")
    checks = await asked(http, **of(clever))
    assert [name for name, check in checks.items() if not check.ok] == ["Clever sections"]
    assert "the district must share sections with it" in checks["Clever sections"].fix


async def test_a_clever_that_does_not_answer_is_told(http: Http, clever: CleverSimulator) -> None:
    clever.faults.drop_connection = True
    (check,) = (await asked(http, **of(clever))).values()
    assert (check.name, check.ok, bool(check.fix)) == ("Clever credentials", False, True)


@pytest.mark.parametrize(
    ("secret", "name", "said"),
    [
        (CLIENT_SECRET, "OneRoster token", "The OneRoster service gave a token"),
        ("wrong", "OneRoster token", "The OneRoster service does not accept modbot's client id and secret"),
    ],
)
async def test_a_oneroster_service_is_asked_too(
    http: Http, oneroster: OneRosterSimulator, secret: str, name: str, said: str
) -> None:
    where = {"api_url": oneroster.api_url, "token_url": oneroster.token_url}
    block = {**where, "client_id": CLIENT_ID, "client_secret": secret}
    assert (await asked(http, oneroster=block))[name].found == said


async def test_what_is_missing_of_a_source_is_named(http: Http) -> None:
    checks = await asked(
        http, clever={"client_id": "sim-client"}, oneroster={"client_id": "x", "token_url": "https://x"}
    )
    assert checks["Clever"].found.startswith("MODBOT_CLEVER__CLIENT_SECRET, MODBOT_CLEVER__DISTRICT not set")
    assert checks["OneRoster"].found.startswith("MODBOT_ONEROSTER__API_URL, MODBOT_ONEROSTER__CLIENT_SECRET not set")


async def test_two_sources_of_which_none_was_chosen_are_told(
    http: Http, clever: CleverSimulator, oneroster: OneRosterSimulator
) -> None:
    where = {"api_url": oneroster.api_url, "token_url": oneroster.token_url}
    block = {**where, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    (check,) = (await asked(http, **of(clever), oneroster=block)).values()
    assert check.found == "both clever and oneroster are set up; say which one counts"
    assert "MODBOT_ROSTERS__SOURCE" in check.fix


async def test_the_doctor_tells_of_the_source_as_json(district: District, clever: CleverSimulator) -> None:
    clever.gate.unshared.add("schools")
    done = await modbot("doctor", "--json", env={**district.environment(port=0), **clever.environment()})
    told = {check["name"]: check for check in done.json()["checks"]}
    assert told["Clever credentials"]["ok"] is True
    assert told["Clever schools"]["ok"] is False
    assert told["roster"]["fix"] == "Run: modbot roster sync."
