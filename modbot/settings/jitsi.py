"""How a district connects its Jitsi server: docs/platforms/jitsi.md."""

from pydantic import Field, SecretStr

from modbot.settings.block import Block


class JitsiSettings(Block):
    """An account on the Jitsi server's XMPP service (Prosody) that is admin of its rooms."""

    jid: str = ""  # modbot@auth.meet.district.example
    password: SecretStr | None = None
    host: str = ""  # where the XMPP service listens; "" = the JID's domain
    port: int = Field(default=5222, ge=1, le=65535)
    rooms_domain: str = ""  # conference.meet.district.example
    tls: bool = True  # off only on a private network
    hosts: dict[str, str] = Field(default_factory=dict)  # room name → e-mail of the teacher whose class meets there

    @property
    def configured(self) -> bool:
        """Whether modbot may act on the Jitsi server."""
        return bool(self.jid and self.password and self.rooms_domain)
