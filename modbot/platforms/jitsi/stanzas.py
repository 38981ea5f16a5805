"""The XMPP modbot speaks with Jitsi's rooms: requests as elements, answers as plain data.

Rooms are XEP-0045, forms XEP-0004, occupant ids XEP-0421: https://xmpp.org/extensions/xep-0045.html and so on.
Jitsi's own client adds a display name (`nick`) and an `email` to its presence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

CLIENT = "jabber:client"
MUC = "http://jabber.org/protocol/muc"
USER = "http://jabber.org/protocol/muc#user"
ADMIN = "http://jabber.org/protocol/muc#admin"
OWNER = "http://jabber.org/protocol/muc#owner"
DATA = "jabber:x:data"
NICK = "http://jabber.org/protocol/nick"
OCCUPANT_ID = "urn:xmpp:occupant-id:0"
INFO = "http://jabber.org/protocol/disco#info"
ITEMS = "http://jabber.org/protocol/disco#items"
COMMANDS = "http://jabber.org/protocol/commands"
ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas"

ROOM_FORM = "http://jabber.org/protocol/muc#roomconfig"
MEMBERS_ONLY = "muc#roomconfig_membersonly"
LOBBY = "muc#roominfo_lobbyroom"  # of Jitsi's module muc_lobby_rooms
SECRET = "muc#roomconfig_roomsecret"  # noqa: S105 - the name of a form's field

ROLES = ("moderator", "participant", "visitor")
SELF, CREATED, BANNED, NICK_CHANGED, KICKED = 110, 201, 301, 303, 307
NO_LONGER_ALLOWED = frozenset({321, 322})
SERVER_STOPS, LOST = 332, 333


@dataclass(frozen=True, slots=True)
class Occupant:
    """Somebody in a room. `nick`, `name` and `email` are what they say of themselves.

    `jid` is what the server knows: the full address of the connection, or "" where the server does not show it.
    """

    nick: str
    jid: str = ""
    affiliation: str = "none"
    role: str = "none"
    name: str = ""
    email: str = ""

    @property
    def bare_jid(self) -> str:
        """The account, without the connection."""
        return self.jid.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Sight:
    """One presence stanza from a room. `occupants` has one entry a connection: a nick may be used by several."""

    room_jid: str
    nick: str
    available: bool
    codes: frozenset[int]
    occupants: tuple[Occupant, ...]
    occupant_id: str
    destroyed: bool
    error: str  # the condition, when the stanza is an error


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """What a room's owner reads in its configuration form."""

    members_only: bool
    password: str = field(repr=False)  # "" for none


def sight_of(presence: Element) -> Sight:
    """A presence stanza as plain data. Whatever is missing is empty."""
    room_jid, _, nick = presence.get("from", "").partition("/")
    user = presence.find(f"{{{USER}}}x")
    said = _said(presence)
    items = user.findall(f"{{{USER}}}item") if user is not None else []
    marker = presence.find(f"{{{OCCUPANT_ID}}}occupant-id")
    return Sight(
        room_jid=room_jid,
        nick=nick,
        available=presence.get("type") is None,
        codes=_codes(user),
        occupants=tuple(_occupant(item, nick, said) for item in items),
        occupant_id=marker.get("id", "") if marker is not None else "",
        destroyed=user is not None and user.find(f"{{{USER}}}destroy") is not None,
        error=condition_of(presence) if presence.get("type") == "error" else "",
    )


def _codes(user: Element | None) -> frozenset[int]:
    found = user.findall(f"{{{USER}}}status") if user is not None else []
    return frozenset(int(code) for status in found if (code := status.get("code", "")).isdecimal() and len(code) < 5)


def _said(presence: Element) -> tuple[str, str]:
    name = presence.findtext(f"{{{NICK}}}nick") or ""
    email = presence.findtext(f"{{{CLIENT}}}email") or ""
    return name.strip(), email.strip()


def _occupant(item: Element, nick: str, said: tuple[str, str] = ("", "")) -> Occupant:
    affiliation, role = item.get("affiliation", "none"), item.get("role", "none")
    return Occupant(nick, item.get("jid", ""), affiliation, role, *said)


def condition_of(stanza: Element) -> str:
    """The defined condition of an error stanza (RFC 6120, 8.3.3), or `undefined-condition`."""
    error = stanza.find(f"{{{CLIENT}}}error")
    for child in error if error is not None else ():
        namespace, _, name = child.tag[1:].partition("}")
        if namespace == ERRORS and name != "text":
            return name
    return "undefined-condition"


def entering(password: str) -> Element:
    """What a presence carries to enter a room, without its history."""
    x = Element(f"{{{MUC}}}x")
    SubElement(x, f"{{{MUC}}}history", maxstanzas="0")
    if password:
        SubElement(x, f"{{{MUC}}}password").text = password
    return x


def form_request() -> Element:
    """Ask for the room's configuration form (XEP-0045, 10.2)."""
    return Element(f"{{{OWNER}}}query")


def form_with(fields: Mapping[str, str]) -> Element:
    """Submit these fields of the configuration form, and no other: what is not sent stays as it is."""
    query = Element(f"{{{OWNER}}}query")
    form = SubElement(query, f"{{{DATA}}}x", type="submit")
    for name, value in {"FORM_TYPE": ROOM_FORM, **fields}.items():
        SubElement(SubElement(form, f"{{{DATA}}}field", var=name), f"{{{DATA}}}value").text = value
    return query


def settings_in(answer: Element) -> RoomSettings | None:
    """The settings in a configuration form; None when the answer holds no such form."""
    form = answer.find(f"{{{OWNER}}}query/{{{DATA}}}x")
    if form is None:
        return None
    fields = {one.get("var"): one.findtext(f"{{{DATA}}}value") or "" for one in form.findall(f"{{{DATA}}}field")}
    if MEMBERS_ONLY not in fields:
        return None
    return RoomSettings(fields[MEMBERS_ONLY] in ("1", "true"), fields.get(SECRET, ""))


def holders_of_role(role: str) -> Element:
    """Ask who has a role in the room now (XEP-0045, 9.6 and 10.6 show the same for other roles)."""
    query = Element(f"{{{ADMIN}}}query")
    SubElement(query, f"{{{ADMIN}}}item", role=role)
    return query


def holders_of_affiliation(affiliation: str) -> Element:
    """Ask who has a lasting relation to the room, present or not (XEP-0045, 9.5)."""
    query = Element(f"{{{ADMIN}}}query")
    SubElement(query, f"{{{ADMIN}}}item", affiliation=affiliation)
    return query


def appointment(bare_jid: str, affiliation: str) -> Element:
    """Give one account an affiliation. One a request: Prosody reads the first item and leaves the others."""
    query = Element(f"{{{ADMIN}}}query")
    SubElement(query, f"{{{ADMIN}}}item", affiliation=affiliation, jid=bare_jid)
    return query


def people_in(answer: Element) -> tuple[Occupant, ...]:
    """The items of an admin answer."""
    items = answer.findall(f"{{{ADMIN}}}query/{{{ADMIN}}}item")
    return tuple(_occupant(item, item.get("nick", "")) for item in items)


def destruction() -> Element:
    """Ask for the room to be destroyed (XEP-0045, 10.9)."""
    query = Element(f"{{{OWNER}}}query")
    SubElement(query, f"{{{OWNER}}}destroy")
    return query


def description_request() -> Element:
    """Ask what the room says of itself (XEP-0045, 6.4)."""
    return Element(f"{{{INFO}}}query")


def lobby_in(answer: Element) -> str:
    """The address of the room's lobby, or "" when it has none."""
    for one in answer.findall(f"{{{INFO}}}query/{{{DATA}}}x/{{{DATA}}}field"):
        if one.get("var") == LOBBY:
            return (one.findtext(f"{{{DATA}}}value") or "").lower()
    return ""


def invitation(jid: str) -> Element:
    """What a message to a room carries to have somebody invited (XEP-0045, 7.8.2)."""
    x = Element(f"{{{USER}}}x")
    SubElement(x, f"{{{USER}}}invite", to=jid)
    return x


def commands_request() -> Element:
    """Ask which commands the rooms' service offers to modbot (XEP-0050, 2.2)."""
    return Element(f"{{{ITEMS}}}query", node=COMMANDS)


def commands_in(answer: Element) -> frozenset[str]:
    """The commands by their node."""
    return frozenset(item.get("node", "") for item in answer.findall(f"{{{ITEMS}}}query/{{{ITEMS}}}item"))
