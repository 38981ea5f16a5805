"""What modbot asks of a OneRoster 1.2 service stands in a published description of one."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import yaml  # type: ignore[import-untyped]

from modbot.simulators.oneroster import District as SimulatedDistrict
from modbot.store import Store
from tests.contract.vendor_data import text
from tests.rosters.syncing import District, district

pytestmark = pytest.mark.realstore
SCHEMAS = {
    "orgs": "org",
    "academicSessions": "academicSession",
    "users": "user",
    "classes": "class",
    "enrollments": "enrollment",
}
NOT_DESCRIBED = {"enabledUser"}  # the 1.2 standard has it in a user; this provider's description leaves it out


@pytest.fixture
def described() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text("oneroster", "edfi-oneroster-swagger.yml"))
    return found


@pytest.fixture
async def here(store: Store, tmp_path: Path) -> AsyncIterator[District]:
    async with district(store, tmp_path / "kept") as made:
        await made.sync()
        made.clock.at += timedelta(hours=1)
        await made.sync()
        await made.source.probe()
        yield made


async def test_every_request_is_for_a_described_path_with_described_parameters(
    here: District, described: dict[str, Any]
) -> None:
    asked = [urlsplit(seen.path) for seen in here.simulator.seen if seen.method == "GET"]
    assert {one.path.rpartition("/")[2] for one in asked} == set(SCHEMAS)
    for one in asked:
        known = {parameter["name"] for parameter in described["paths"][one.path]["get"]["parameters"]}
        assert {name for name, _ in parse_qsl(one.query)} <= known


async def test_the_scope_that_is_asked_for_opens_every_path(here: District, described: dict[str, Any]) -> None:
    token = next(seen for seen in here.simulator.seen if seen.method == "POST")
    (scope,) = parse_qs(token.body.decode())["scope"]
    for path in {urlsplit(seen.path).path for seen in here.simulator.seen if seen.method == "GET"}:
        allowed = [name for one in described["paths"][path]["get"]["security"] for name in one["oauth2_auth"]]
        assert scope in allowed


async def test_the_fields_that_are_asked_for_are_described(here: District, described: dict[str, Any]) -> None:
    for name, schema in SCHEMAS.items():
        (fields,) = parse_qs(here.asked(name)[0])["fields"]
        assert set(fields.split(",")) <= set(described["components"]["schemas"][schema]["properties"]) | NOT_DESCRIBED


def test_the_simulated_records_have_described_fields_only(described: dict[str, Any]) -> None:
    simulated = SimulatedDistrict()
    for name, schema in SCHEMAS.items():
        known = set(described["components"]["schemas"][schema]["properties"]) | NOT_DESCRIBED
        record = next(iter(simulated.collections[name].all()))
        assert set(record) - known <= {"grades", "userMasterIdentifier"}, name  # 1.2's own; described as `grade`
