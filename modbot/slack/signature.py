"""Is this request really from Slack? https://docs.slack.dev/authentication/verifying-requests-from-slack/

Slack signs `v0:timestamp:body` with the app's signing secret. Two requests with the same signature are the same bytes
sent at the same second, so the signature itself is what a memory of replays should keep: there is no need to hash
the body again.
"""

import hashlib
import hmac

from modbot.errors import RequestRejected

MAX_AGE_SECONDS = 300
_MAX_TIMESTAMP_DIGITS = 12
_PREFIX = "v0="
_SIGNATURE_LENGTH = len(_PREFIX) + 64


def verify(secret: bytes, timestamp: str, signature: str, body: bytes, now: float) -> None:
    """Return when the request is Slack's and at most 300 s away from `now` (Unix seconds), either way.

    `timestamp` and `signature` are the headers X-Slack-Request-Timestamp and X-Slack-Signature, "" when absent.
    Raises RequestRejected with 401 for anything else. A replay inside the window passes: remember `signature`.
    """
    _check_time(timestamp, now)
    # compare_digest takes ASCII only, and a signature that is not lower-case hexadecimal cannot be equal to ours.
    if len(signature) != _SIGNATURE_LENGTH or not signature.isascii():
        raise RequestRejected(401, "The request is not signed the way Slack signs.")
    if not secret:
        raise RequestRejected(401, "There is no signing secret to check the request with.")
    if not hmac.compare_digest(sign(secret, timestamp, body), signature):
        raise RequestRejected(401, "The request's signature is wrong.")


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """The signature Slack would send. `timestamp` is Unix seconds in ASCII digits."""
    return _PREFIX + hmac.digest(secret, b"v0:%b:%b" % (timestamp.encode("ascii"), body), hashlib.sha256).hex()


def _check_time(timestamp: str, now: float) -> None:
    # str.isdigit alone also accepts digits of other scripts, and int() of many digits is slow or raises.
    if len(timestamp) > _MAX_TIMESTAMP_DIGITS or not (timestamp.isascii() and timestamp.isdigit()):
        raise RequestRejected(401, "The request does not say when it was sent.")
    if abs(now - int(timestamp)) > MAX_AGE_SECONDS:
        raise RequestRejected(401, "The request is too old, or the clocks differ.")
