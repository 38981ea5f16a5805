"""How a district connects its Jitsi server: docs/platforms/jitsi.md."""

import re

from pydantic import Field, SecretStr, field_validator

from modbot.settings.block import Block

_NOT_IN_A_ROOM_NAME = re.compile(r"[\s@/\"&'<>:]")  # what XMPP does not allow before the @ of an address (RFC 7622)


class JitsiSettings(Block):
    """An account on the Jitsi server's XMPP service (Prosody) that is admin of its rooms."""

    jid: str = ""  # modbot@auth.meet.district.example
    password: SecretStr | None = None
    host: str = ""  # where the XMPP service listens; "" = the JID's domain
    port: int = Field(default=5222, ge=1, le=65535)
    rooms_domain: str = ""  # conference.meet.district.example
    tls: bool = True  # off only on a private network
    ca_file: str = ""  # a PEM file to trust besides the system's: Jitsi makes its own certificate for the auth domain
    hosts: dict[str, str] = Field(default_factory=dict)  # room name → e-mail of the teacher whose class meets there
    machines: tuple[str, ...] = ()  # accounts in rooms that are no people; () = focus@ the JID's domain

    @field_validator("hosts")
    @classmethod
    def _as_addresses(cls, hosts: dict[str, str]) -> dict[str, str]:
        """Room names as the server writes them: XMPP addresses know no capital letters."""
        for room in hosts:
            if not room or _NOT_IN_A_ROOM_NAME.search(room):
                raise ValueError(f"{room!r} is not a room name as it stands in the address of a class")
        return {room.lower(): email for room, email in hosts.items()}

    @property
    def configured(self) -> bool:
        """Whether modbot may act on the Jitsi server."""
        return bool(self.jid and self.password and self.rooms_domain)
