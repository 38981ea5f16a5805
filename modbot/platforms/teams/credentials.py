"""How modbot proves to Entra that it is the app: a secret, or an assertion signed with its certificate.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

import asyncio
import base64
import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from modbot.errors import AuthRejected
from modbot.settings.teams import TeamsSettings

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = timedelta(minutes=5)
ENTRA = "https://login.microsoftonline.com"  # the audience of an assertion, by whatever address Entra is reached


def kept_as(settings: TeamsSettings) -> str:
    """A name for what this credential gets, that tells nothing of it. Another credential gets another name."""
    secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
    parts = (settings.tenant_id, settings.client_id, secret, str(settings.certificate_file or ""))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


async def proof(settings: TeamsSettings, now: datetime) -> Mapping[str, str]:
    """The form fields that prove it. A certificate is preferred to a secret. Raises AuthRejected."""
    if settings.certificate_file is not None:
        pem = await asyncio.to_thread(_read, settings.certificate_file)
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion(settings, pem, now)}
    secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
    return {"client_secret": secret}


def assertion(settings: TeamsSettings, pem: bytes, now: datetime) -> str:
    """A token for Entra's token endpoint, signed with the key in `pem`. Raises AuthRejected for an unusable file."""
    try:
        key = load_pem_private_key(pem, password=None)
        certificate = x509.load_pem_x509_certificate(pem)
    except (ValueError, TypeError) as error:
        raise _unusable("it does not hold an unencrypted private key and its certificate") from error
    if not isinstance(key, RSAPrivateKey):
        raise _unusable("its key is not RSA")
    start = int(now.timestamp())
    claims = {
        "aud": f"{ENTRA}/{settings.tenant_id}/oauth2/v2.0/token",
        "iss": settings.client_id,
        "sub": settings.client_id,
        "jti": str(uuid.uuid4()),
        "nbf": start,
        "iat": start,
        "exp": start + int(ASSERTION_LIFE.total_seconds()),
    }
    return jwt.encode(claims, key, algorithm="PS256", headers={"x5t#S256": _thumbprint(certificate)})


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unusable("it cannot be read") from error


def _thumbprint(certificate: x509.Certificate) -> str:
    return base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).rstrip(b"=").decode()


def _unusable(why: str) -> AuthRejected:
    return AuthRejected(
        "teams",
        f"modbot cannot sign in to Microsoft. IT must look at MODBOT_TEAMS__CERTIFICATE_FILE: {why}.",
        log_detail=f"certificate file: {why}",
    )
