"""What Prosody reads: its settings and its accounts. https://prosody.im/doc/configure"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LOBBY_MODULE = "lobby_stand_in"

# What modbot needs of Jitsi's muc_lobby_rooms, in the few calls of Prosody that both use: a members-only room has a
# lobby of the same name on another domain, says so in its description, and the lobby ends with the lock.
_LOBBY = """\
local node = require "util.jid".node;
local domain = module:get_option_string("lobby");
local function lobbies() return prosody.hosts[domain].modules.muc; end
local function address(room) return node(room.jid) .. "@" .. domain; end

local function close(room)
    local lobby = lobbies().get_room_from_jid(address(room));
    if lobby then
        lobby:set_persistent(false);
        lobby:destroy();
    end
end

module:hook("muc-config-submitted", function (event)
    local room = event.room;
    if not event.fields["muc#roomconfig_membersonly"] then
        close(room);
    elseif not lobbies().get_room_from_jid(address(room)) then
        lobbies().create_room(address(room)):set_persistent(true);
    end
end);

module:hook("muc-room-destroyed", function (event) close(event.room); end);

module:hook("muc-disco#info", function (event)
    if event.room:get_members_only() then
        table.insert(event.form, { name = "muc#roominfo_lobbyroom", type = "text-single" });
        event.formdata["muc#roominfo_lobbyroom"] = address(event.room);
    end
end);
"""


@dataclass(frozen=True, slots=True)
class Domains:
    """The names the server answers to. Guests have no accounts: each connection gets an address of its own, as in
    Jitsi.
    """

    people: str = "localhost"
    guests: str = "guest.localhost"
    rooms: str = "conference.localhost"
    lobby: str = ""  # where members-only rooms have lobbies; "" for a server without them


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the server proves itself with, as PEM files. Connections are then encrypted, and must be."""

    chain: Path
    key: Path


def configuration(
    folder: Path, port: int, admins: Iterable[str], domains: Domains, certificate: Certificate | None = None
) -> str:
    """The settings file: loopback only, no other servers, plain accounts on disk, rooms that admins own.

    Without a certificate nothing is encrypted: it does not leave the machine. `muc_room_locking` is off, as in the
    template of Jitsi's own packages.
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
modules_enabled = {{ "disco", "saslauth", "ping", "posix"{', "tls"' if certificate else ""} }}
modules_disabled = {{ "s2s", "offline" }}
c2s_require_encryption = {"true" if certificate else "false"}
{_proof(certificate)}
authentication = "internal_plain"
storage = "internal"
log = {{ info = "{folder}/prosody.log" }}

VirtualHost "{domains.people}"

VirtualHost "{domains.guests}"
authentication = "anonymous"

{_rooms(domains.rooms, listed, domains.lobby)}
{_rooms(domains.lobby, listed) if domains.lobby else ""}
"""


def _proof(certificate: Certificate | None) -> str:
    if certificate is None:
        return ""
    return f'ssl = {{ certificate = "{certificate.chain}", key = "{certificate.key}" }}'


def _rooms(domain: str, admins: str, lobby: str = "") -> str:
    """A place for rooms, with admins of its own."""
    module = f'modules_enabled = {{ "{LOBBY_MODULE}" }}\nlobby = "{lobby}"' if lobby else ""
    return f"""\
Component "{domain}" "muc"
admins = {{ {admins} }}
storage = "memory"
restrict_room_creation = false
muc_room_locking = false
{module}
"""


def account_file(folder: Path, domain: str, name: str) -> Path:
    """Where Prosody's internal storage keeps an account: everything but letters and digits is written as %xx."""
    return folder / "data" / _encoded(domain) / "accounts" / f"{_encoded(name)}.dat"


def write_modules(folder: Path) -> None:
    """Put the lobby module where the server looks beside its own."""
    modules = folder / "modules"
    modules.mkdir(parents=True, exist_ok=True)
    (modules / f"mod_{LOBBY_MODULE}.lua").write_text(_LOBBY, encoding="utf-8")


def _encoded(text: str) -> str:
    return "".join(chr(b) if chr(b).isalnum() and b < 128 else f"%{b:02x}" for b in text.encode())
