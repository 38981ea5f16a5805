"""The simulated Entra: whether a client assertion was signed with a registered certificate.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

import base64
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from modbot.simulators.teams.refusal import LoginRefused

NO_OTHER_CHECKS = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}


def check_assertion(
    assertion: str, certificates: Sequence[x509.Certificate], client_id: str, addresses: Collection[str], now: datetime
) -> None:
    """Raises LoginRefused (401 with the number of what is wrong)."""
    claims = _signed_claims(assertion, certificates)
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise LoginRefused(401, "invalid_client", 700021, "The assertion's application is not the client_id.")
    if claims.get("aud") not in addresses:
        raise LoginRefused(401, "invalid_client", 700023, "The assertion's audience is not this authority.")
    if not _holds_at(claims, now.timestamp()):
        raise LoginRefused(401, "invalid_client", 700024, "The assertion is not within its valid time range.")
    if not claims.get("jti"):
        raise LoginRefused(401, "invalid_client", 50027, "The assertion lacks a jti.")


def _signed_claims(assertion: str, certificates: Sequence[x509.Certificate]) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.InvalidTokenError as error:
        raise LoginRefused(401, "invalid_client", 50027, "The assertion is malformed.") from error
    key = _registered_key(header, certificates)
    try:
        claims: dict[str, Any] = jwt.decode(assertion, key, algorithms=["RS256", "PS256"], options=NO_OTHER_CHECKS)  # type: ignore[arg-type]
    except jwt.InvalidTokenError as error:
        raise LoginRefused(401, "invalid_client", 700027, "The assertion failed signature validation.") from error
    return claims


def _registered_key(header: dict[str, Any], certificates: Sequence[x509.Certificate]) -> RSAPublicKey:
    for certificate in certificates:
        key = certificate.public_key()
        if isinstance(key, RSAPublicKey) and _names(header, certificate):
            return key
    raise LoginRefused(
        401,
        "invalid_client",
        700027,
        "The certificate with identifier used to sign the client assertion is not registered on application."
        " [Reason - The key was not found.]",
    )


def _names(header: dict[str, Any], certificate: x509.Certificate) -> bool:
    newer = header.get("x5t#S256")
    if newer is not None:
        return bool(newer == thumbprint(certificate, hashes.SHA256()))
    return bool(header.get("x5t") == thumbprint(certificate, hashes.SHA1()))  # noqa: S303 - that is what x5t is


def thumbprint(certificate: x509.Certificate, algorithm: hashes.HashAlgorithm) -> str:
    """The certificate's hash as a token header writes it: base64url without padding."""
    return base64.urlsafe_b64encode(certificate.fingerprint(algorithm)).rstrip(b"=").decode()


def _holds_at(claims: dict[str, Any], now: float) -> bool:
    start, end = claims.get("nbf", 0), claims.get("exp")
    return isinstance(end, int | float) and isinstance(start, int | float) and start - 300 <= now < end
