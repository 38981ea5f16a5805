"""Signed requests as bytes, ready to be sent: no two alike, since a server that remembers replays would know them."""

import hashlib
import hmac
import time
from urllib.parse import urlencode
from uuid import UUID

import orjson

from benchmarks.load import Plan

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
HOST = "127.0.0.1"


def requests_of(plan: Plan) -> list[bytes]:
    """Every request of a plan, signed now. They must be sent within five minutes."""
    make = {"slack": slack, "zoom": zoom}[plan.kind]
    return [make(plan, number) for number in range(plan.most)]


def slack(plan: Plan, number: int) -> bytes:
    """A slash command, with the fields that Slack documents."""
    user = plan.users[number % len(plan.users)]
    fields = {
        "token": "unused-and-deprecated",
        "team_id": "T0EXAMPLE",
        "team_domain": "example",
        "channel_id": "C0STAFFROOM",
        "channel_name": "staff-room",
        "user_id": user,
        "user_name": user.casefold(),
        "command": plan.command,
        "text": plan.texts[number % len(plan.texts)],
        "api_app_id": "A0EXAMPLE",
        "is_enterprise_install": "false",
        "response_url": f"{plan.response_url}{plan.seed}-{number}",
        "trigger_id": f"13345224609.{plan.seed}.{number}",
    }
    body = urlencode(fields).encode()
    now = str(int(time.time()))
    signature = hmac.digest(plan.secret.encode(), b"v0:%b:%b" % (now.encode(), body), hashlib.sha256).hex()
    signed = f"X-Slack-Request-Timestamp: {now}\r\nX-Slack-Signature: v0={signature}\r\n"
    return _post("/slack/events", plan.port, FORM, signed, body)


def zoom(plan: Plan, number: int) -> bytes:
    """Somebody joins one of the plan's classes: `meeting.participant_joined` as Zoom documents it."""
    session = number % plan.sessions
    person = hashlib.blake2b(f"{plan.seed}:{number}".encode(), digest_size=16).digest()
    event = {
        "event": "meeting.participant_joined",
        "event_ts": time.time_ns() // 1_000_000,
        "payload": {
            "account_id": "AAAAAABBBB",
            "object": {
                "id": str(80_000_000_000 + session),
                "uuid": uuid_of(plan.seed, session),
                "host_id": "x1yCzABCDEfg23HiJKl4mN",
                "topic": f"Grade 5 Science {session:05d}",
                "type": 8,
                "start_time": "2026-11-23T15:00:00Z",
                "timezone": "America/Denver",
                "duration": 50,
                "participant": {
                    "user_id": str(16_778_240 + number),
                    "user_name": f"Pupil {number:07d}",
                    "id": "",
                    "participant_uuid": str(UUID(bytes=person)).upper(),
                    "participant_user_id": "",
                    "registrant_id": "",
                    "email": f"pupil{number:07d}@students.example.org",
                    "join_time": "2026-11-23T15:01:00Z",
                },
            },
        },
    }
    body = orjson.dumps(event)
    now = str(int(time.time()))
    signature = hmac.digest(plan.secret.encode(), b"v0:%b:%b" % (now.encode(), body), hashlib.sha256).hex()
    signed = f"x-zm-request-timestamp: {now}\r\nx-zm-signature: v0={signature}\r\n"
    return _post("/webhooks/zoom", plan.port, JSON, signed, body)


def uuid_of(seed: str, session: int) -> str:
    """A meeting's uuid in Zoom's shape: base64 of 16 bytes."""
    digest = hashlib.blake2b(f"{seed}/{session}".encode(), digest_size=16).digest()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"
    return "".join(alphabet[byte % 32] for byte in digest) + "abcdef=="


def _post(path: str, port: int, content_type: str, signed: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n{signed}\r\n"
    )
    return head.encode() + body
