"""How a district lets modbot send mail: docs/paging.md."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from modbot.settings.block import Block

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class EmailSettings(Block):
    """The district's mail server. `security` "none" is for a server on the same machine, and takes no password."""

    host: str = ""
    port: int = Field(default=0, ge=0, le=65535)  # 0: 587 for starttls, 465 for tls, 25 for none
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: str = ""  # where the mail server's certificate is signed by an authority of the district's own
    user: str = ""
    password: SecretStr | None = None
    sender: str = ""  # modbot@district.example
    link_hours: int = Field(default=12, ge=1, le=72)  # how long an acknowledge link works

    @property
    def configured(self) -> bool:
        """Whether modbot may send mail."""
        return bool(self.host)

    @property
    def at_port(self) -> int:
        """The port to connect to."""
        return self.port or _PORTS[self.security]

    @model_validator(mode="after")
    def _can_send(self) -> Self:
        if not self.host:
            return self
        local, _, domain = self.sender.partition("@")
        if not (local and domain) or not self.sender.isprintable() or " " in self.sender:
            raise ValueError("sender must be an address such as modbot@district.example")
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password belong together: set both or none")
        if self.user and self.security == "none":
            raise ValueError("the password would cross the network in the clear: set security to starttls or tls")
        if self.ca_file and not Path(self.ca_file).is_file():
            raise ValueError(f"there is no file {self.ca_file}")
        return self
