"""Signing in: a secret or a certificate, one token for all, renewed in time."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from modbot.errors import AuthRejected, MalformedAnswer, RateLimited, Unreachable, VendorError, VendorFault
from modbot.platforms.teams.credentials import assertion
from tests.platforms.teams.fakes import TEACHER, District


def certificate_file(district: District, folder: Path, *, registered: bool = True) -> Path:
    """A PEM file with a key and its certificate, registered with the app or not."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "modbot")])
    now = district.clock()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    if registered:
        district.sim.entra.certificates.append(certificate)
    file = folder / "teams.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return file


async def test_a_secret_signs_in_once_for_many_calls(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await asyncio.gather(*(platform.live_sessions(TEACHER) for _ in range(8)))
    assert district.sim.entra.issued == 1


async def test_processes_share_a_token(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    await district.platform().live_sessions(TEACHER)
    await district.platform().live_sessions(TEACHER)
    assert district.sim.entra.issued == 1


async def test_a_token_is_renewed_before_it_runs_out(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.live_sessions(TEACHER)
    district.clock.forward(district.sim.entra.lifetime - timedelta(minutes=4))
    await platform.live_sessions(TEACHER)
    assert district.sim.entra.issued == 2


async def test_a_revoked_token_is_replaced_and_the_call_goes_through(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.live_sessions(TEACHER)
    district.sim.entra.revoke_tokens()
    assert len(await platform.live_sessions(TEACHER)) == 1
    assert district.sim.entra.issued == 2


async def test_a_certificate_signs_in_instead_of_a_secret(district: District, tmp_path: Path) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform(client_secret=None, certificate_file=certificate_file(district, tmp_path))
    assert len(await platform.live_sessions(TEACHER)) == 1
    assert b"client_secret" not in next(one.body for one in district.sim.seen if one.method == "POST")


def test_an_assertion_has_the_form_that_entra_documents(district: District, tmp_path: Path) -> None:
    pem = certificate_file(district, tmp_path).read_bytes()
    token = assertion(district.settings(), pem, district.clock())
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (header["alg"], header["typ"]) == ("PS256", "JWT")
    assert len(header["x5t#S256"]) == 43
    assert claims["iss"] == claims["sub"] == district.sim.entra.client_id
    assert claims["aud"] == f"https://login.microsoftonline.com/{district.sim.entra.tenant}/oauth2/v2.0/token"
    assert claims["exp"] - claims["nbf"] == 300


async def test_a_certificate_that_is_not_registered_says_so(district: District, tmp_path: Path) -> None:
    file = certificate_file(district, tmp_path, registered=False)
    with pytest.raises(AuthRejected) as rejected:
        await district.platform(client_secret=None, certificate_file=file).live_sessions(TEACHER)
    assert "not the one registered" in rejected.value.staff_text


@pytest.mark.parametrize("content", [b"", b"-----BEGIN NONSENSE-----", b"\x00\xff"])
async def test_an_unusable_certificate_file_is_named(district: District, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "teams.pem"
    file.write_bytes(content)
    with pytest.raises(AuthRejected) as rejected:
        await district.platform(certificate_file=file).live_sessions(TEACHER)
    assert "MODBOT_TEAMS__CERTIFICATE_FILE" in rejected.value.staff_text


async def test_a_certificate_file_that_is_not_there_is_named(district: District, tmp_path: Path) -> None:
    with pytest.raises(AuthRejected) as rejected:
        await district.platform(certificate_file=tmp_path / "none.pem").live_sessions(TEACHER)
    assert "cannot be read" in rejected.value.staff_text


async def test_a_key_that_is_not_rsa_is_refused_before_it_is_sent(district: District, tmp_path: Path) -> None:
    file = certificate_file(district, tmp_path)
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = file.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")
    file.write_bytes(other + certificate[1] + certificate[2])
    with pytest.raises(AuthRejected) as rejected:
        await district.platform(certificate_file=file).live_sessions(TEACHER)
    assert "not RSA" in rejected.value.staff_text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"client_secret": SecretStr("guess")}, "secret is wrong"),
        ({"client_id": "11111111-2222-3333-4444-555555555555"}, "MODBOT_TEAMS__CLIENT_ID"),
        ({"tenant_id": "11111111-2222-3333-4444-555555555555"}, "MODBOT_TEAMS__TENANT_ID"),
    ],
)
async def test_a_wrong_setting_is_named(district: District, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(AuthRejected) as rejected:
        await district.platform(**wrong).live_sessions(TEACHER)
    assert told in rejected.value.staff_text


async def test_a_credential_set_anew_does_not_use_the_others_token(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    await district.platform().live_sessions(TEACHER)
    with pytest.raises(AuthRejected):
        await district.platform(client_secret=SecretStr("another")).live_sessions(TEACHER)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((500, {}, b""), VendorFault),
        ((429, {"Retry-After": "7"}, b"{}"), RateLimited),
        ((302, {}, b""), VendorError),
        ((200, {}, b"{}"), MalformedAnswer),
        ((200, {}, b'{"access_token": "x", "expires_in": true}'), MalformedAnswer),
        ((200, {}, b'{"access_token": "x", "expires_in": -5}'), MalformedAnswer),
        ((400, {}, b"not json"), AuthRejected),
    ],
)
async def test_entras_trouble_is_told_for_what_it_is(
    district: District, answer: tuple[int, dict[str, str], bytes], kind: type[VendorError]
) -> None:
    district.sim.faults.only = "oauth2"
    district.sim.faults.fail_next.append(answer)
    with pytest.raises(kind):
        await district.platform().live_sessions(TEACHER)


async def test_a_cut_connection_is_no_answer(district: District) -> None:
    district.sim.faults.drop_connection = True
    with pytest.raises(Unreachable):
        await district.platform().live_sessions(TEACHER)


async def test_no_secret_and_no_token_stands_in_a_refusal(district: District) -> None:
    with pytest.raises(AuthRejected) as rejected:
        await district.platform(client_secret=SecretStr("hunter2-hunter2")).live_sessions(TEACHER)
    assert "hunter2" not in rejected.value.log_detail + rejected.value.staff_text
