"""How a district connects Google Meet: docs/platforms/meet.md."""

from pathlib import Path

from pydantic import SecretStr

from modbot.settings.block import Block


class MeetSettings(Block):
    """A service account with domain-wide delegation, and the Pub/Sub push that brings events."""

    service_account: SecretStr | None = None  # the key file's JSON, as Google's console gives it
    service_account_file: Path | None = None  # or where that file lies
    directory_admin: str = (
        ""  # e-mail of an admin who may read users; "" = no participant has an e-mail, no event comes
    )
    create_rooms: bool = False  # whether meetings.space.created is delegated: create class rooms, and end those
    pubsub_topic: str = ""  # projects/PROJECT/topics/TOPIC
    push_account: str = ""  # the service account's e-mail that signs the pushes
    push_audience: str = ""  # "" = <public_url>/webhooks/meet
    api_url: str = "https://meet.googleapis.com"
    token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    events_url: str = "https://workspaceevents.googleapis.com"
    directory_url: str = "https://admin.googleapis.com"
    certs_url: str = "https://www.googleapis.com/oauth2/v3/certs"

    @property
    def configured(self) -> bool:
        """Whether modbot may call Google Meet."""
        return bool(self.service_account or self.service_account_file)
