"""The service account that modbot signs in with: its key file, and names that stand for people in keys and logs.

The key file is what Google's console gives: https://developers.google.com/identity/protocols/oauth2/service-account
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from modbot.errors import AuthRejected
from modbot.platforms.meet.answers import VENDOR
from modbot.settings.meet import MeetSettings

ASSERTION_LIFE = timedelta(hours=1)  # the longest Google takes
ALIAS_CHARACTERS = 24

KEY_UNREADABLE = "modbot's key for Google cannot be read. IT must set the service account's key file again."


@dataclass(frozen=True, slots=True)
class Account:
    """A service account and its private key."""

    email: str
    client_id: str  # the number that an admin delegates to
    key_id: str
    private_key: RSAPrivateKey
    secret: bytes  # derived from the private key, for `alias`

    def assertion(self, user: str, scope: str, audience: str, now: datetime) -> str:
        """A signed wish for a token to act as `user` within `scope`."""
        claims = {
            "iss": self.email,
            "sub": user,
            "scope": scope,
            "aud": audience,
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFE).timestamp()),
        }
        return jwt.encode(claims, self.private_key, algorithm="RS256", headers={"kid": self.key_id})

    def alias(self, *parts: str) -> str:
        """A name that stands for these parts where an address must not be seen. Only this key can make it."""
        text = "\x1f".join(part.casefold() for part in parts)
        return hmac.digest(self.secret, text.encode("utf-8", "replace"), "sha256").hex()[:ALIAS_CHARACTERS]


class Credentials:
    """The account of these settings, read when it is first needed."""

    def __init__(self, settings: MeetSettings) -> None:
        self._settings = settings
        self._account: Account | None = None

    @property
    def account(self) -> Account:
        """The account. Raises AuthRejected when the key is missing or cannot be read."""
        if self._account is None:
            self._account = _account(self._key_file())
        return self._account

    def _key_file(self) -> bytes:
        if self._settings.service_account is not None:
            return self._settings.service_account.get_secret_value().encode()
        if self._settings.service_account_file is None:
            raise _unreadable("MODBOT_MEET__SERVICE_ACCOUNT is not set")
        try:
            return self._settings.service_account_file.read_bytes()
        except OSError as error:
            raise _unreadable(f"MODBOT_MEET__SERVICE_ACCOUNT_FILE: {error.strerror}") from error


def _account(key_file: bytes) -> Account:
    try:
        fields = orjson.loads(key_file)
    except orjson.JSONDecodeError as error:
        raise _unreadable("the key file is not JSON") from error
    if not isinstance(fields, dict) or fields.get("type") != "service_account":
        raise _unreadable("the key file is not that of a service account")
    email, pem = fields.get("client_email"), fields.get("private_key")
    if not isinstance(email, str) or not isinstance(pem, str):
        raise _unreadable("the key file lacks client_email or private_key")
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise _unreadable("the private key cannot be read") from error
    if not isinstance(key, RSAPrivateKey):
        raise _unreadable("the private key is not an RSA key")
    secret = hashlib.sha256(pem.encode()).digest()
    return Account(email, str(fields.get("client_id", "")), str(fields.get("private_key_id", "")), key, secret)


def _unreadable(detail: str) -> AuthRejected:
    return AuthRejected(VENDOR, KEY_UNREADABLE, code="key", log_detail=detail)
