"""The simulated token endpoint and gate: whose assertions are taken, and what an access token opens."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from modbot.simulators.meet import DIRECTORY, READONLY, SETTINGS
from modbot.simulators.meet.keys import Key
from tests.platforms.meet.sim_google import COLLEAGUE, STRANGER, TEACHER, Google

pytest_plugins = ("tests.platforms.meet.sim_fixtures",)

NOW = 1_795_533_240  # the clock's start


async def test_the_key_file_signs_assertions_that_are_taken(google_sim: Google) -> None:
    key_file, now = google_sim.sim.service_account, int(google_sim.clock().timestamp())
    claims = {"iss": key_file["client_email"], "sub": TEACHER, "aud": key_file["token_uri"], "scope": READONLY}
    assertion = jwt.encode({**claims, "iat": now, "exp": now + 3600}, key_file["private_key"], algorithm="RS256")
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    async with google_sim.client.post(key_file["token_uri"], data=form) as answer:
        granted = await answer.json()
    assert (answer.status, granted["token_type"]) == (200, "Bearer")
    assert (await google_sim.ask("GET", "/v2/conferenceRecords", token=granted["access_token"]))[0] == 200


@pytest.mark.parametrize(
    ("claims", "status", "error"),
    [
        ({"sub": "nobody@example.org"}, 400, "invalid_grant"),
        ({"sub": STRANGER}, 401, "unauthorized_client"),
        ({"scope": f"{READONLY} https://www.googleapis.com/auth/calendar"}, 401, "unauthorized_client"),
        ({"scope": ""}, 400, "invalid_scope"),
        ({"iss": "other@district-classes.iam.gserviceaccount.com"}, 400, "invalid_grant"),
        ({"aud": "https://meet.googleapis.com/"}, 400, "invalid_grant"),
        ({"exp": NOW + 3601}, 400, "invalid_grant"),
        ({"iat": NOW - 7200, "exp": NOW - 3600}, 400, "invalid_grant"),
        ({"iat": NOW + 1800, "exp": NOW + 3600}, 400, "invalid_grant"),
        ({"iat": None}, 400, "invalid_grant"),
        ({"grant": "refresh_token"}, 400, "unsupported_grant_type"),
        ({"key": Key(9)}, 400, "invalid_grant"),
    ],
)
async def test_an_assertion_that_is_not_right_gets_an_oauth_error(
    google_sim: Google, claims: dict[str, Any], status: int, error: str
) -> None:
    answered, body = await google_sim.exchange(**claims)
    assert (answered, body["error"]) == (status, error)


async def test_what_is_no_token_gets_an_oauth_error(google_sim: Google) -> None:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"}
    async with google_sim.client.post(google_sim.sim.token_url, data=form) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_grant")


async def test_a_scope_that_is_no_longer_delegated_gets_no_tokens(google_sim: Google) -> None:
    assert (await google_sim.exchange())[0] == 200
    google_sim.sim.delegated.discard(SETTINGS)
    assert (await google_sim.exchange())[0] == 401


async def test_an_access_token_lasts_an_hour(google_sim: Google) -> None:
    token = (await google_sim.exchange())[1]["access_token"]
    google_sim.clock.forward(timedelta(minutes=59, seconds=59))
    assert (await google_sim.ask("GET", "/v2/conferenceRecords", token=token))[0] == 200
    google_sim.clock.forward(timedelta(seconds=1))
    status, refusal = await google_sim.ask("GET", "/v2/conferenceRecords", token=token)
    assert (status, refusal["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert refusal["error"]["details"][0]["reason"] == "ACCESS_TOKEN_EXPIRED"


@pytest.mark.parametrize("token", ["", "ya29.unknown"])
async def test_without_a_valid_token_nothing_is_answered(google_sim: Google, token: str) -> None:
    status, refusal = await google_sim.ask("GET", "/v2/conferenceRecords", token=token)
    assert (status, refusal["error"]["status"]) == (401, "UNAUTHENTICATED")


async def test_a_service_account_that_impersonates_nobody_may_call_nothing(google_sim: Google) -> None:
    token = (await google_sim.exchange(sub=None))[1]["access_token"]
    assert (await google_sim.ask("GET", "/v2/conferenceRecords", token=token))[0] == 403


async def test_revoked_tokens_are_no_longer_good(google_sim: Google) -> None:
    token = (await google_sim.exchange())[1]["access_token"]
    google_sim.sim.tokens.revoke_access()
    assert (await google_sim.ask("GET", "/v2/conferenceRecords", token=token))[0] == 401


async def test_the_directory_tells_an_administrator_who_somebody_is(google_sim: Google) -> None:
    user = google_sim.sim.people.add(COLLEAGUE)
    path = f"/admin/directory/v1/users/{user.id}"
    status, found = await google_sim.ask("GET", path, user=google_sim.sim.admin_email)
    assert status == 200
    assert (found["primaryEmail"], found["name"]["fullName"]) == (COLLEAGUE, "Ben Ochoa")


async def test_the_directory_tells_a_teacher_nothing(google_sim: Google) -> None:
    status, refusal = await google_sim.ask("GET", f"/admin/directory/v1/users/{TEACHER}")
    assert (status, refusal["error"]["errors"][0]["reason"]) == (403, "forbidden")


async def test_the_directory_does_not_know_people_of_other_domains(google_sim: Google) -> None:
    user = google_sim.sim.people.add(STRANGER)
    path = f"/admin/directory/v1/users/{user.id}"
    status, refusal = await google_sim.ask("GET", path, user=google_sim.sim.admin_email)
    assert (status, refusal["error"]["errors"][0]["reason"]) == (404, "notFound")


async def test_the_directory_needs_its_own_scope(google_sim: Google) -> None:
    admin, path = google_sim.sim.admin_email, f"/admin/directory/v1/users/{TEACHER}"
    assert (await google_sim.ask("GET", path, user=admin, scopes=(DIRECTORY,)))[0] == 200
    assert (await google_sim.ask("GET", path, user=admin, scopes=(READONLY,)))[0] == 403
