"""Policies come down to calls, and names to people, whatever else is not there."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from modbot.errors import StoreUnavailable
from modbot.escalation import Escalation
from modbot.oncall import Shift
from modbot.settings.paging import PagingSettings

KIM, LOU, ADA = "kim@example.org", "lou@example.org", "ada@example.org"
NOW = datetime(2026, 9, 8, 17, tzinfo=UTC)


class NoStore:
    async def take(self, schedule: str, shift: Shift, now: datetime) -> None:
        raise StoreUnavailable("connection refused")

    async def of(self, schedule: str) -> Iterable[Shift]:
        raise StoreUnavailable("connection refused")


def escalation(**given: Any) -> Escalation:
    people = [{"email": email} for email in (KIM, LOU, ADA)]
    schedules = {"it": {"people": [KIM, LOU], "starts": date(2026, 9, 7)}}
    settings = PagingSettings.model_validate({"people": people, "schedules": schedules, **given})
    return Escalation(settings, ZoneInfo("America/Denver"), NoStore(), lambda: NOW)


def test_a_policy_is_gone_through_in_all_its_rounds_then_the_one_after_it_then_the_last_resort() -> None:
    policies = {
        "main": {"steps": [{"people": [KIM]}, {"people": [LOU]}], "rounds": 2, "then": "late"},
        "late": {"steps": [{"people": [ADA]}], "rounds": 1},
    }
    steps = escalation(policies=policies, teams={"all": {"policy": "main"}}, last_resort=[KIM, ADA]).steps("any")
    assert [step.people for step in steps] == [(KIM,), (LOU,), (KIM,), (LOU,), (ADA,), (KIM, ADA)]


def test_a_school_without_a_team_has_the_districts_steps() -> None:
    policies = {"main": {"steps": [{"people": [LOU]}], "rounds": 1}}
    teams = {"maple": {"policy": "main", "schools": ["org-maple"]}}
    given = escalation(policies=policies, teams=teams, steps=[{"people": [KIM]}], rounds=1)
    assert [step.people for step in given.steps("org-maple")] == [(LOU,)]
    assert [step.people for step in given.steps("org-elm")] == [(KIM,)]
    assert given.teams == ("maple", "district")


def test_rounds_without_end_in_sight_are_bounded() -> None:
    steps = [{"people": [KIM]}] * 60
    assert len(escalation(steps=steps, rounds=20).steps()) == 500


async def test_groups_and_schedules_come_down_to_people_each_once() -> None:
    given = escalation(groups={"desk": ["schedule:it", ADA]})
    assert await given.people([LOU, "group:desk", "schedule:it"]) == (LOU, KIM, ADA)


async def test_without_a_store_the_schedule_stands_as_it_is_in_the_settings() -> None:
    assert await escalation().people(["schedule:it"]) == (KIM,)


async def test_a_schedule_that_is_gone_from_the_settings_calls_nobody_and_stops_nothing() -> None:
    assert await escalation().people(["schedule:night", ADA]) == (ADA,)
