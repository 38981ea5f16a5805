"""A policy that would call nobody is found at the start, in one clear sentence."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from modbot.settings.paging import PagingSettings

KIM, LOU = {"email": "kim@example.org"}, {"email": "lou@example.org"}
TURNS = {"people": ["kim@example.org", "lou@example.org"], "starts": date(2026, 9, 7)}
STEP = {"people": ["schedule:it"]}
WHOLE: dict[str, Any] = {
    "people": [KIM, {**LOU, "phone": "+15555550100", "channels": ["slack", "sms", "voice"]}],
    "schedules": {"it": TURNS},
    "groups": {"desk": ["schedule:it", "Kim@example.org"]},
    "policies": {"main": {"steps": [STEP, {"people": ["group:desk"]}], "then": "last"}, "last": {"steps": [STEP]}},
    "teams": {"district": {"policy": "main"}, "maple": {"policy": "last", "schools": ["org-maple"]}},
    "last_resort": ["lou@example.org"],
}


def test_an_apprise_address_is_a_secret_under_a_name() -> None:
    people = [KIM, {**LOU, "channels": ["apprise:chat"]}]
    settings = PagingSettings.model_validate({**WHOLE, "people": people, "apprise": {"chat": "json://example.org"}})
    assert "example.org" not in repr(settings.apprise)


def refusal(**changed: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        PagingSettings.model_validate({**WHOLE, **changed})
    (error,) = caught.value.errors()
    return str(error["msg"]).removeprefix("Value error, ")


def test_a_whole_district_is_taken() -> None:
    settings = PagingSettings.model_validate(WHOLE)
    assert settings.policies["main"].steps[1].people == ("group:desk",)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"schedules": {"it": {**TURNS, "people": []}}}, "schedule 'it' has nobody on it"),
        ({"schedules": {"it": {**TURNS, "people": ["eve@example.org"]}}},
         "schedule 'it' names eve@example.org, who is not in paging.people"),
        ({"schedules": {"it": {**TURNS, "handover": "someday"}}},
         "'someday' is not a weekday and a time, such as 'mon 08:00'"),
        ({"schedules": {"it": {**TURNS, "overrides": [
            {"person": "lou@example.org", "since": "2026-12-27T08:00", "until": "2026-12-24T08:00"}]}}},
         "the stand-in of lou@example.org ends before it begins"),
        ({"people": [KIM, {**LOU, "phone": "555-0100"}]},
         "the phone number of lou@example.org is not like +15555550100"),
        ({"people": [KIM, {**LOU, "channels": ["voice"]}]},
         "lou@example.org is to be called by phone and has no phone number"),
        ({"people": [KIM, {**LOU, "channels": ["pigeon"]}]},
         "lou@example.org has a channel 'pigeon': use slack, sms, voice, pagerduty, email or apprise:NAME"),
        ({"people": [KIM, {**LOU, "channels": []}]},
         "lou@example.org has no channel: name at least one of slack, sms, voice, pagerduty, email"),
        ({"people": [KIM, {**LOU, "channels": ["apprise:chat"]}]},
         "lou@example.org has a channel 'apprise:chat', which is not in paging.apprise"),
        ({"people": [KIM, {**LOU, "channels": ["apprise:"]}]},
         "lou@example.org has a channel 'apprise:': use slack, sms, voice, pagerduty, email or apprise:NAME"),
        ({"people": [KIM, {**LOU, "channels": ["slack", "slack"]}]}, "lou@example.org has a channel twice"),
        ({"groups": {"desk": []}}, "group 'desk' has nobody in it"),
        ({"groups": {"desk": ["group:desk"]}}, "group 'desk' names another group: name people and schedules"),
        ({"steps": [{"people": []}]}, "step 1 of paging.steps calls nobody"),
        ({"steps": [{"people": ["eve@example.org"]}]},
         "step 1 of paging.steps names eve@example.org, who is not in paging.people"),
        ({"steps": [{"people": ["schedule:night"]}]},
         "step 1 of paging.steps names the schedule 'night', which there is not"),
        ({"last_resort": ["group:night"]}, "paging.last_resort names the group 'night', which there is not"),
        ({"policies": {"main": {"steps": [STEP]}, "last": {"steps": []}}}, "policy 'last' has no steps"),
        ({"policies": {"main": {"steps": [STEP], "then": "last"}, "last": {"steps": [STEP], "then": "main"}}},
         "policies go round in a circle: main → last → main"),
        ({"policies": {"main": {"steps": [STEP], "then": "night"}, "last": {"steps": [STEP]}}},
         "policy 'main' names the policy 'night', which there is not"),
        ({"teams": {"maple": {"policy": "night"}}}, "team 'maple' names the policy 'night', which there is not"),
        ({"teams": {"a": {"policy": "main"}, "b": {"policy": "last"}}},
         "teams 'a' and 'b' both answer for the whole district"),
        ({"teams": {"a": {"policy": "main", "schools": ["x"]}, "b": {"policy": "last", "schools": ["x"]}}},
         "teams 'a' and 'b' both answer for school 'x'"),
    ],
)  # fmt: skip
def test_what_would_call_nobody_is_refused(changed: dict[str, Any], sentence: str) -> None:
    assert refusal(**changed) == sentence
