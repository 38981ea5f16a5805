"""The simulated Entra: credentials, consent, and how long tokens live."""

import base64
import uuid
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes

from tests.platforms.teams.sim_house import TEACHER, House, Identity

pytest_plugins = ["tests.platforms.teams.sim_fixtures"]

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def assertion(house: House, identity: Identity, *, alg: str = "PS256", **changes: Any) -> str:
    """A good client assertion, `changes` over its claims."""
    now = house.clock()
    claims = {
        "aud": house.token_address,
        "iss": house.sim.entra.client_id,
        "sub": house.sim.entra.client_id,
        "jti": str(uuid.uuid4()),
        "nbf": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=5)).timestamp()),
    }
    name, algorithm = ("x5t#S256", hashes.SHA256()) if alg == "PS256" else ("x5t", hashes.SHA1())  # noqa: S303 - x5t
    thumbprint = base64.urlsafe_b64encode(identity.certificate.fingerprint(algorithm)).rstrip(b"=").decode()
    return jwt.encode({**claims, **changes}, identity.key, algorithm=alg, headers={name: thumbprint})


async def test_a_good_secret_gets_a_token_that_graph_takes(house: House) -> None:
    got = await house.log_in(client_secret=house.sim.entra.client_secret)
    assert (got.status, got.body["token_type"], got.body["expires_in"]) == (200, "Bearer", 75 * 60)
    house.sim.user(TEACHER)
    house.token = got.body["access_token"]
    assert (await house.ask("GET", f"/v1.0/users/{TEACHER}")).status == 200


@pytest.mark.parametrize(
    ("form", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({}, 401, "invalid_client", 7000216),
        ({"client_secret": "x", "client_id": "somebody-else"}, 400, "unauthorized_client", 700016),
        ({"client_secret": "x", "grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"client_secret": "x", "scope": "User.Read"}, 400, "invalid_scope", 1002012),
        ({"client_secret": "x", "scope": "https://other.example.org/.default"}, 400, "invalid_resource", 500011),
        ({"client_assertion": "x"}, 400, "invalid_request", 900144),
        ({"client_assertion": "x", "client_assertion_type": BEARER}, 401, "invalid_client", 50027),
    ],
)
async def test_a_wrong_request_gets_the_number_that_entra_gives_it(
    house: House, form: dict[str, str], status: int, error: str, number: int
) -> None:
    got = await house.log_in(**form)
    assert (got.status, got.body["error"], got.body["error_codes"]) == (status, error, [number])
    assert got.body["error_description"].startswith(f"AADSTS{number}: ")


async def test_another_tenant_is_not_found(house: House) -> None:
    async with house.http.post(f"{house.sim.login_url}/{uuid.uuid4()}/oauth2/v2.0/token", data={}) as answer:
        assert answer.status == 400
        assert (await answer.json())["error_codes"] == [90002]


@pytest.mark.parametrize("alg", ["PS256", "RS256"])
async def test_an_assertion_of_a_registered_certificate_gets_a_token(
    house: House, identity: Identity, alg: str
) -> None:
    house.sim.entra.certificates.append(identity.certificate)
    got = await house.log_in(client_assertion_type=BEARER, client_assertion=assertion(house, identity, alg=alg))
    assert got.status == 200


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"aud": "https://elsewhere.example.org/token"}, 700023),
        ({"iss": "somebody-else"}, 700021),
        ({"exp": 1}, 700024),
        ({"nbf": 4_000_000_000}, 700024),
        ({"jti": ""}, 50027),
    ],
)
async def test_an_assertion_with_wrong_claims_is_refused(
    house: House, identity: Identity, changes: dict[str, Any], number: int
) -> None:
    house.sim.entra.certificates.append(identity.certificate)
    got = await house.log_in(client_assertion_type=BEARER, client_assertion=assertion(house, identity, **changes))
    assert (got.status, got.body["error_codes"]) == (401, [number])


async def test_an_assertion_of_an_unregistered_certificate_is_refused(house: House, identity: Identity) -> None:
    got = await house.log_in(client_assertion_type=BEARER, client_assertion=assertion(house, identity))
    assert (got.status, got.body["error_codes"]) == (401, [700027])


async def test_an_assertion_that_was_changed_after_signing_is_refused(house: House, identity: Identity) -> None:
    house.sim.entra.certificates.append(identity.certificate)
    head, body, _ = assertion(house, identity).split(".")
    forged = f"{head}.{body}.{base64.urlsafe_b64encode(bytes(256)).rstrip(b'=').decode()}"
    got = await house.log_in(client_assertion_type=BEARER, client_assertion=forged)
    assert (got.status, got.body["error_codes"]) == (401, [700027])


@pytest.mark.parametrize("headers", [{"Authorization": ""}, {"Authorization": "Bearer stale"}])
async def test_graph_wants_a_token_of_its_own(house: House, headers: dict[str, str]) -> None:
    got = await house.ask("GET", f"/v1.0/users/{TEACHER}", headers=headers)
    assert (got.status, got.code) == (401, "InvalidAuthenticationToken")


async def test_a_token_ends_by_the_clock(house: House) -> None:
    house.sim.user(TEACHER)
    assert (await house.ask("GET", f"/v1.0/users/{TEACHER}")).status == 200
    house.clock.forward(house.sim.entra.lifetime)
    assert (await house.ask("GET", f"/v1.0/users/{TEACHER}")).status == 401


async def test_consent_that_is_withdrawn_is_missing_from_the_next_token_only(house: House) -> None:
    house.sim.user(TEACHER)
    await house.ask("GET", f"/v1.0/users/{TEACHER}")
    house.sim.roles.discard("User.Read.All")
    assert (await house.ask("GET", f"/v1.0/users/{TEACHER}")).status == 200
    house.with_new_token()
    got = await house.ask("GET", f"/v1.0/users/{TEACHER}")
    assert (got.status, got.code) == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize("keep_old", [True, False])
async def test_a_rotated_key_signs_from_then_on_and_the_old_one_may_stay_listed(house: House, keep_old: bool) -> None:
    entra = house.sim.entra
    keys = f"{house.sim.login_url}/{entra.tenant}/discovery/v2.0/keys"
    before = entra.validation_token()
    entra.signer.rotate(keep_old=keep_old)
    await house.verified(entra.validation_token(), keys, audience=entra.client_id)
    if keep_old:
        await house.verified(before, keys, audience=entra.client_id)
    else:
        with pytest.raises(jwt.InvalidKeyError):
            await house.verified(before, keys, audience=entra.client_id)


@pytest.mark.parametrize("tenant", ["", "common"])
async def test_the_metadata_leads_to_the_keys(house: House, tenant: str) -> None:
    base = f"{house.sim.login_url}/{tenant or house.sim.entra.tenant}"
    async with house.http.get(f"{base}/v2.0/.well-known/openid-configuration") as answer:
        found = await answer.json()
    await house.verified(house.sim.entra.validation_token(), found["jwks_uri"], audience=house.sim.entra.client_id)
