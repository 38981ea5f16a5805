"""What the simulated Twilio holds: calls, messages, and what its debugger shows. No HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from modbot.simulators.twilio.segments import segments

API_VERSION = "2010-04-01"
ENDED = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Alert:
    """One line of the debugger: what went wrong for the account, by Twilio's code. `sid` is of the call or message."""

    code: int
    sid: str
    problem: str


@dataclass(frozen=True, slots=True)
class Callback:
    """Where and of what the status is told."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(slots=True)
class Call:
    """One call to a phone. `status` is as in callbacks: `initiated` is still `queued` in the API."""

    sid: str
    account_sid: str
    to: str
    sender: str
    created_at: datetime
    starts_at: datetime
    callback: Callback
    twiml: str = ""
    url: str = ""
    method: str = "POST"
    timeout_seconds: int = 60
    detect_machine: str = ""
    status: str = "queued"
    answered_by: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    updated_at: datetime | None = None
    told: int = 0  # callbacks sent
    heard: list[str] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether it has ended, however."""
        return self.status in ENDED

    @property
    def seconds(self) -> int:
        """How long people, or a person and a machine, were connected."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return int((self.ended_at - self.answered_at).total_seconds())

    def fields(self) -> dict[str, str]:
        """What every request about it carries. https://www.twilio.com/docs/voice/twiml#request-parameters"""
        found = {
            "CallSid": self.sid,
            "AccountSid": self.account_sid,
            "From": self.sender,
            "To": self.to,
            "Caller": self.sender,
            "Called": self.to,
            "CallStatus": self.status,
            "ApiVersion": API_VERSION,
            "Direction": "outbound-api",
        }
        return found | ({"AnsweredBy": self.answered_by} if self.answered_by else {})

    def json(self) -> dict[str, Any]:
        """As the API shows it. https://www.twilio.com/docs/voice/api/call-resource"""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}"
        answered = self.status == "completed"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "to": self.to,
            "to_formatted": self.to,
            "from": self.sender,
            "from_formatted": self.sender,
            "status": "queued" if self.status == "initiated" else self.status,
            "direction": "outbound-api",
            "api_version": API_VERSION,
            "answered_by": self.answered_by,
            "date_created": wire(self.created_at),
            "date_updated": wire(self.updated_at or self.created_at),
            "start_time": wire(self.answered_at) if self.answered_at else None,
            "end_time": wire(self.ended_at) if self.ended_at else None,
            "duration": str(self.seconds) if answered else None,
            "queue_time": str(int((self.starts_at - self.created_at).total_seconds() * 1000)),
            **_nothing("parent_call_sid phone_number_sid price forwarded_from group_sid caller_name trunk_sid"),
            "price_unit": "USD",
            "uri": f"{uri}.json",
            "subresource_uris": {"notifications": f"{uri}/Notifications.json", "recordings": f"{uri}/Recordings.json"},
        }


@dataclass(slots=True)
class Message:
    """One text to a phone."""

    sid: str
    account_sid: str
    to: str
    sender: str
    body: str
    created_at: datetime
    callback_url: str = ""
    status: str = "queued"
    error_code: int | None = None
    sent_at: datetime | None = None
    updated_at: datetime | None = None

    def fields(self) -> dict[str, str]:
        """What a status callback carries.

        https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
        """
        found = {
            "SmsSid": self.sid,
            "SmsStatus": self.status,
            "MessageStatus": self.status,
            "To": self.to,
            "MessageSid": self.sid,
            "AccountSid": self.account_sid,
            "From": self.sender,
            "ApiVersion": API_VERSION,
        }
        return found | ({"ErrorCode": str(self.error_code)} if self.error_code else {})

    def json(self) -> dict[str, Any]:
        """As the API shows it. https://www.twilio.com/docs/messaging/api/message-resource"""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "status": self.status,
            "direction": "outbound-api",
            "api_version": API_VERSION,
            "num_segments": str(segments(self.body)),
            "num_media": "0",
            "error_code": self.error_code,
            "error_message": UNDELIVERED.get(self.error_code) if self.error_code else None,
            "date_created": wire(self.created_at),
            "date_updated": wire(self.updated_at or self.created_at),
            "date_sent": wire(self.sent_at) if self.sent_at else None,
            **_nothing("messaging_service_sid price"),
            "price_unit": "USD",
            "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }


UNDELIVERED: Mapping[int, str] = {
    30003: "Unreachable destination handset",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
}


def wire(moment: datetime) -> str:
    """As Twilio writes a time: RFC 2822 in UTC."""
    return format_datetime(moment.astimezone(UTC))


def _nothing(names: str) -> dict[str, None]:
    return dict.fromkeys(names.split())
