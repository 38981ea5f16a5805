"""What Prosody reads: its settings and its accounts. https://prosody.im/doc/configure"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Domains:
    """The names the server answers to. Guests have no accounts: each connection gets an address of its own, as in
    Jitsi.
    """

    people: str = "localhost"
    guests: str = "guest.localhost"
    rooms: str = "conference.localhost"


def configuration(folder: Path, port: int, admins: Iterable[str], domains: Domains) -> str:
    """The settings file: loopback only, no other servers, plain accounts on disk, rooms that admins own.

    Connections are not encrypted: they do not leave the machine. `muc_room_locking` is off as in Jitsi's own template.
    """
    listed = ", ".join(f'"{admin}"' for admin in admins)
    return f"""\
run_as_root = true
daemonize = false
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
plugin_paths = {{ "{folder}/modules" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{ }}
http_ports = {{ }}
https_ports = {{ }}
modules_enabled = {{ "disco", "saslauth", "ping", "posix" }}
modules_disabled = {{ "s2s", "offline", "tls" }}
c2s_require_encryption = false
authentication = "internal_plain"
storage = "internal"
admins = {{ {listed} }}
log = {{ info = "{folder}/prosody.log" }}

VirtualHost "{domains.people}"

VirtualHost "{domains.guests}"
authentication = "anonymous"

Component "{domains.rooms}" "muc"
storage = "memory"
restrict_room_creation = false
muc_room_locking = false
"""


def account_file(folder: Path, domain: str, name: str) -> Path:
    """Where Prosody's internal storage keeps an account: everything but letters and digits is written as %xx."""
    return folder / "data" / _encoded(domain) / "accounts" / f"{_encoded(name)}.dat"


def write_modules(folder: Path) -> None:
    """A place for modules beside the server's own."""
    (folder / "modules").mkdir(parents=True, exist_ok=True)


def _encoded(text: str) -> str:
    return "".join(chr(b) if chr(b).isalnum() and b < 128 else f"%{b:02x}" for b in text.encode())
