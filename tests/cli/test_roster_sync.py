"""`modbot roster sync`, and `check` without a folder: what an admin sees of a source on the network."""

from collections.abc import AsyncIterator, Mapping

import pytest

from modbot.demo.district import District
from modbot.simulators.oneroster import OneRosterSimulator, Size
from modbot.state import State
from tests.cli.running import modbot


@pytest.fixture
async def service() -> AsyncIterator[OneRosterSimulator]:
    async with OneRosterSimulator(Size(students=40, sections=10, seats=8)) as simulator:
        yield simulator


@pytest.fixture
def env(district: District, service: OneRosterSimulator) -> Mapping[str, str]:
    return {**district.environment(port=0), **service.environment()}


async def test_a_sync_says_what_it_brought_and_is_in_force(env: Mapping[str, str], state: State) -> None:
    done = await modbot("roster", "sync", env=env)
    assert done.code == 0, done.err
    assert "10 classes: 10 added, 0 changed, 0 removed." in done.out
    assert "In force." in done.out
    assert await state.roster.staff_by_email("u1@staff.example.org") is not None


async def test_a_sync_is_on_the_record_with_figures(env: Mapping[str, str], state: State) -> None:
    await modbot("roster", "sync", env=env)
    (record,) = [record async for record in state.audit.export()]
    assert (record["action"], record["outcome"], record["extra"]["sections"]) == ("roster.sync", "done", 10)


async def test_the_report_is_plain_data_for_programs(env: Mapping[str, str]) -> None:
    done = await modbot("roster", "sync", "--dry-run", "--json", env=env)
    assert done.code == 0, done.err
    report = done.json()
    assert report["changes"]["students"] == {"before": 0, "added": 40, "changed": 0, "removed": 0, "after": 40}
    assert (report["in_force"], report["read"], report["counts"]["seats"]) == (False, "everything", 80)


async def test_a_sync_that_would_remove_too_much_ends_with_3_and_goes_on_when_told(
    env: Mapping[str, str], service: OneRosterSimulator, state: State
) -> None:
    await modbot("roster", "sync", env=env)
    for number in range(3):
        service.remove("classes", f"class-{number:07}")
    stopped = await modbot("roster", "sync", env=env)
    assert stopped.code == 3
    assert "3 of 10 sections" in stopped.out
    accepted = await modbot("roster", "sync", "--accept-removals", env=env)
    assert accepted.code == 0, accepted.err
    assert await state.roster.section("class-0000000") is None


async def test_a_source_that_tells_nonsense_ends_with_1(env: Mapping[str, str], service: OneRosterSimulator) -> None:
    for number in range(5):
        service.change("users", f"user-{number:08}", givenName="", familyName="")
    done = await modbot("roster", "sync", env=env)
    assert done.code == 1
    assert "people: user-00000001: given name and family name are both empty" in done.err
    assert "in people 5 of 43 rows do not fit" in done.out


async def test_a_check_without_a_folder_tries_the_source(env: Mapping[str, str]) -> None:
    done = await modbot("roster", "check", env=env)
    assert done.code == 0, done.err
    assert "The source can be asked." in done.out


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"MODBOT_ONEROSTER__CLIENT_SECRET": "another"}, "does not accept modbot's client id and secret"),
        ({"MODBOT_ONEROSTER__SCOPE": "everything"}, "does not grant the scope"),
        ({"MODBOT_ONEROSTER__TOKEN_URL": "http://localhost:9"}, "did not answer"),
    ],
)
async def test_a_check_says_what_is_wrong_in_the_admins_words(
    env: Mapping[str, str], change: Mapping[str, str], says: str
) -> None:
    done = await modbot("roster", "check", "--json", env={**env, **change})
    assert done.code == 1
    (probe,) = done.json()["checks"]
    assert says in probe["said"]


async def test_a_wrong_address_is_told_for_each_list(env: Mapping[str, str], service: OneRosterSimulator) -> None:
    done = await modbot("roster", "check", env={**env, "MODBOT_ONEROSTER__API_URL": f"{service.url}/elsewhere/v1p2"})
    assert done.code == 1
    assert "MODBOT_ONEROSTER__API_URL" in done.out


async def test_without_a_source_both_say_how_to_set_one_up(district: District) -> None:
    for command in ("sync", "check"):
        done = await modbot("roster", command, env=district.environment(port=0))
        assert done.code == 2
        assert "no source is set up" in done.err


async def test_two_sources_need_a_word_which_one_counts(env: Mapping[str, str]) -> None:
    clever = {"CLIENT_ID": "a", "CLIENT_SECRET": "b", "DISTRICT": "6a" * 12}
    both = {**env, **{f"MODBOT_CLEVER__{name}": value for name, value in clever.items()}}
    done = await modbot("roster", "sync", env=both)
    assert done.code == 2
    assert "MODBOT_ROSTERS__SOURCE" in done.err
    assert (await modbot("roster", "check", env={**both, "MODBOT_ROSTERS__SOURCE": "oneroster"})).code == 0
