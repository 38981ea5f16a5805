"""A server that proves itself, and modbot that asks it to."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from modbot.errors import AuthRejected
from modbot.http import Http
from modbot.simulators.prosody import HOW_TO_INSTALL, Certificate, Prosody, available
from tests.platforms.jitsi.classroom import TEACHER, Classroom, Server


def self_made(folder: Path, name: str) -> Certificate:
    """A certificate that vouches for itself, as Jitsi's packages make one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    chain, secret = folder / f"{name}.crt", folder / f"{name}.key"
    chain.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Certificate(chain, secret)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """For the name modbot expects: the domain of its own address."""
    return self_made(tmp_path, "localhost")


@pytest.fixture
def encrypted(certificate: Certificate) -> Iterator[Prosody]:
    """A server that speaks to nobody without encryption."""
    if not available():
        pytest.skip(HOW_TO_INSTALL)
    with Prosody(certificate=certificate) as server:
        yield server


@pytest.fixture
async def behind_tls(encrypted: Prosody) -> AsyncIterator[Classroom]:
    """A district whose server is that one."""
    http = Http()
    async with Classroom(Server(encrypted), http) as room:
        yield room
    await http.close()


async def test_a_server_whose_certificate_is_known_is_spoken_to(
    behind_tls: Classroom, certificate: Certificate
) -> None:
    platform = behind_tls.platform(tls=True, ca_file=str(certificate.chain))
    assert dict(await platform.probe())["Jitsi account"] == ""


async def test_a_server_whose_certificate_nobody_vouches_for_is_not(behind_tls: Classroom) -> None:
    with pytest.raises(AuthRejected) as rejected:
        await behind_tls.platform(tls=True).live_sessions(TEACHER)
    assert "ca_file" in rejected.value.staff_text


async def test_a_server_that_proves_to_be_another_is_not(behind_tls: Classroom, tmp_path: Path) -> None:
    other = self_made(tmp_path, "other.example.org")
    with pytest.raises(AuthRejected):
        await behind_tls.platform(tls=True, ca_file=str(other.chain)).live_sessions(TEACHER)


async def test_modbot_does_not_sign_in_without_encryption_where_the_server_wants_it(behind_tls: Classroom) -> None:
    with pytest.raises(AuthRejected):
        await behind_tls.platform(tls=False).live_sessions(TEACHER)


async def test_a_file_of_certificates_that_is_not_there_is_named(behind_tls: Classroom, tmp_path: Path) -> None:
    found = dict(await behind_tls.platform(tls=True, ca_file=str(tmp_path / "none.crt")).probe())
    assert "ca_file" in found["Jitsi account"]
