"""Notifications and callbacks that are forged, tampered with or not for us."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from modbot.errors import RequestRejected
from modbot.simulators.teams.signing import Signer
from tests.platforms.teams.fakes import OTHER_TENANT, District, composed, hear, started

Change = Callable[[dict[str, Any]], None]


def other_state(body: dict[str, Any]) -> None:
    body["value"][0]["clientState"] = "guessed"


def other_tenant(body: dict[str, Any]) -> None:
    body["value"][0]["tenantId"] = OTHER_TENANT


def no_tokens(body: dict[str, Any]) -> None:
    body["validationTokens"] = []


def no_data(body: dict[str, Any]) -> None:
    del body["value"][0]["encryptedContent"]


def other_key(body: dict[str, Any]) -> None:
    body["value"][0]["encryptedContent"]["encryptionCertificateId"] = "theirs"


def flipped(name: str, at: int) -> Change:
    def change(body: dict[str, Any]) -> None:
        content = body["value"][0]["encryptedContent"]
        raw = bytearray(base64.b64decode(content[name]))
        raw[at] ^= 1
        content[name] = base64.b64encode(bytes(raw)).decode()

    return change


def cut(name: str) -> Change:
    def change(body: dict[str, Any]) -> None:
        body["value"][0]["encryptedContent"][name] = "AAAA"

    return change


@pytest.mark.parametrize("length", [0, 5, 17, 64])
async def test_a_key_of_a_wrong_length_is_doubted_though_it_opens(district: District, length: int) -> None:
    platform, _ = await started(district)
    (subscription,) = district.sim.notices.live
    assert subscription.certificate is not None
    public = subscription.certificate.public_key()
    assert isinstance(public, RSAPublicKey)
    key = b"k" * length
    wrapped = public.encrypt(key, OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None))  # noqa: S303 - Graph's choice
    body = composed(district)
    content = body["value"][0]["encryptedContent"]
    data = base64.b64decode(content["data"])
    content["dataKey"] = base64.b64encode(wrapped).decode()
    content["dataSignature"] = base64.b64encode(hmac.digest(key, data, "sha256")).decode()
    heard = await hear(platform, body)
    assert heard.doubted == "the data's key has a wrong length"


CHANGES: dict[str, Change] = {
    "another client state": other_state,
    "another tenant": other_tenant,
    "no validation tokens": no_tokens,
    "no data": no_data,
    "a key that is not ours": other_key,
    "data changed at its start": flipped("data", 0),
    "data changed at its end": flipped("data", -1),
    "signature changed": flipped("dataSignature", 0),
    "key changed": flipped("dataKey", 5),
    "data cut": cut("data"),
    "key cut": cut("dataKey"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_a_tampered_notification_is_doubted_and_tells_nothing(district: District, change: Change) -> None:
    platform, _ = await started(district)
    body = composed(district)
    change(body)
    heard = await hear(platform, body)
    assert heard.events == []
    assert heard.doubted


FORGED: dict[str, dict[str, Any]] = {
    "for another app": {"aud": "11111111-2222-3333-4444-555555555555"},
    "by another app": {"appid": "11111111-2222-3333-4444-555555555555"},
    "of another tenant": {"iss": f"https://sts.windows.net/{OTHER_TENANT}/"},
    "expired": {"exp": 1_700_000_000},
}


@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED.keys())
async def test_a_validation_token_that_is_not_for_us_is_doubted(district: District, claims: dict[str, Any]) -> None:
    platform, _ = await started(district)
    body = composed(district)
    body["validationTokens"] = [district.sim.entra.validation_token(**claims)]
    heard = await hear(platform, body)
    assert (list(heard.events), bool(heard.doubted)) == ([], True)


async def test_a_validation_token_signed_by_somebody_else_is_doubted(district: District) -> None:
    platform, _ = await started(district)
    body = composed(district)
    now = int(district.clock().timestamp())
    claims = {"aud": district.sim.entra.client_id, "iss": f"https://sts.windows.net/{district.sim.entra.tenant}/",
              "iat": now, "exp": now + 60, "appid": "0bf30f3b-4a52-48df-9a82-234910c4a086"}  # fmt: skip
    body["validationTokens"] = [Signer("somebody else").sign(claims)]
    heard = await hear(platform, body)
    assert (list(heard.events), bool(heard.doubted)) == ([], True)


async def test_one_bad_validation_token_spoils_the_good_one_beside_it(district: District) -> None:
    platform, _ = await started(district)
    body = composed(district)
    body["validationTokens"].append(district.sim.entra.validation_token(aud="another"))
    assert (await hear(platform, body)).events == []


async def test_the_newer_form_of_validation_tokens_is_taken(district: District) -> None:
    platform, _ = await started(district)
    district.sim.entra.validation_token_version = "2.0"
    assert len((await hear(platform, composed(district))).events) == 1


async def test_a_new_signing_key_of_microsofts_is_found(district: District) -> None:
    platform, _ = await started(district)
    district.sim.entra.signer.rotate(keep_old=False)
    district.clock.forward(timedelta(minutes=2))
    assert len((await hear(platform, composed(district))).events) == 1


async def test_without_microsofts_keys_graph_is_asked_to_tell_again(district: District) -> None:
    platform, _ = await started(district)
    fresh = district.platform()
    district.sim.faults.only = "discovery"
    district.sim.faults.fail_next.append((500, {}, b""))
    with pytest.raises(RequestRejected) as refused:
        await hear(fresh, composed(district))
    assert refused.value.status == 503
    assert platform is not fresh


async def test_a_doubted_item_does_not_take_the_others_with_it(district: District) -> None:
    platform, _ = await started(district)
    body = composed(district)
    body["value"].insert(0, {**body["value"][0], "clientState": "guessed"})
    heard = await hear(platform, body)
    assert len(heard.events) == 1
    assert heard.doubted == "the client state is not one of modbot's"


async def test_doubt_is_answered_as_if_it_were_believed(district: District) -> None:
    await started(district)
    body = composed(district)
    other_state(body)
    async with district.sim.client.post(f"{district.webhook.url}/webhooks/teams", data=json.dumps(body)) as answer:
        assert answer.status == 204
    assert district.webhook.doubts == ["the client state is not one of modbot's"]


async def test_a_callback_without_microsofts_token_is_refused(district: District) -> None:
    body = {"@odata.type": "#microsoft.graph.commsNotifications", "value": []}
    with pytest.raises(RequestRejected) as refused:
        await hear(district.with_bot(), body)
    assert refused.value.status == 401


@pytest.mark.parametrize("claims", [{"aud": "another"}, {"iss": "https://example.org"}, {"exp": 1_700_000_000}])
async def test_a_callback_with_a_token_for_somebody_else_is_refused(district: District, claims: dict[str, Any]) -> None:
    body = {"@odata.type": "#microsoft.graph.commsNotifications", "value": []}
    token = district.sim.legs.callback_token(**claims)
    with pytest.raises(RequestRejected) as refused:
        await hear(district.with_bot(), body, authorization=f"Bearer {token}")
    assert refused.value.status == 401
