"""Whether Teams is set up: each grant proved by a harmless call, each with what IT must do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from modbot.errors import Forbidden, NotFound, VendorError
from modbot.platforms import Hosts
from modbot.platforms.teams.api import Call, GraphApi, segment
from modbot.platforms.teams.calls import JOIN
from modbot.platforms.teams.graph import CALENDARS, READ, USERS, WRITE, Graph
from modbot.platforms.teams.refusals import policy_is_missing
from modbot.platforms.teams.tokens import GraphTokens

Finding = tuple[str, str]

NOBODYS = "modbot-doctor-asks"  # no meeting has this id: a change of it changes nothing
PUBLIC_URL = "Set MODBOT_PUBLIC_URL to the https address at which Microsoft reaches modbot."
CONSENT = "Add the application permission {} to modbot's app, and grant admin consent."
POLICY = (
    "Run New-CsApplicationAccessPolicy and Grant-CsApplicationAccessPolicy for the teachers (docs/platforms/teams.md). "
    "It takes up to 30 minutes to count."
)

NOT_TRIED = "It could not be tried: set MODBOT_TEAMS__CHECK_AS to the address of a teacher who has it."
# Permissions that include the one asked for: https://learn.microsoft.com/graph/permissions-reference
MORE: Mapping[str, Sequence[str]] = {
    USERS: ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All"),
    CALENDARS: ("Calendars.Read", "Calendars.ReadWrite"),
    READ: (WRITE,),
}


@dataclass(frozen=True, slots=True)
class Doctor:
    """Tries each thing that modbot will need."""

    tokens: GraphTokens
    api: GraphApi
    graph: Graph
    hosts: Hosts
    check_as: str
    public_url: str
    calling_bot: bool
    now: Callable[[], datetime]

    async def findings(self) -> Sequence[Finding]:
        """Each thing checked, with "" or what to fix."""
        try:
            token = await self.tokens.access()
        except VendorError as error:
            return [("Teams sign-in", error.staff_text), *self._addresses()]
        found = [("Teams sign-in", ""), *self._addresses()]
        teacher = self.check_as or next(iter(await self.hosts()), "")
        found += await self._grants(teacher) if teacher else _named(token)
        return [*found, self._bot(token)]

    def _addresses(self) -> list[Finding]:
        https = self.public_url.startswith("https://")
        return [("Teams events", "" if https else PUBLIC_URL)]

    async def _grants(self, host: str) -> list[Finding]:
        found = [(f"Teams permission {CALENDARS}", await self._calendar(host))]
        try:
            oid = await self.graph.object_id(host)
        except NotFound:
            missing = "Nobody signs in to Microsoft with the address that was tried: CHECK_AS, or the roster's first."
            return [*found, ("Teams teacher look-up", missing)]
        except VendorError as error:
            return [*found, (f"Teams permission {USERS}", _remedy(error, USERS))]
        found.append((f"Teams permission {USERS}", ""))
        read = await self._refusal(Call("GET", f"/users/{segment(oid)}/onlineMeetings/{NOBODYS}", READ))
        write = await self._refusal(Call("PATCH", f"/users/{segment(oid)}/onlineMeetings/{NOBODYS}", WRITE, body={}))
        policy = any(error is not None and policy_is_missing(error) for error in (read, write))
        return [
            *found,
            (f"Teams permission {READ}", _consent(read, READ)),
            (f"Teams permission {WRITE}", _consent(write, WRITE)),
            ("Teams application access policy", POLICY if policy else ""),
        ]

    async def _calendar(self, host: str) -> str:
        now = self.now()
        try:
            await self.graph.calendar(host, now, now + timedelta(minutes=1))
        except VendorError as error:
            return _remedy(error, CALENDARS)
        return ""

    async def _refusal(self, call: Call) -> VendorError | None:
        """How Graph refuses a meeting that is not there: "not found" is the good answer, and so is "bad request"."""
        try:
            await self.api.send(call)
        except NotFound:
            return None
        except VendorError as error:
            return None if error.status == 400 else error
        return None

    def _bot(self, token: str) -> Finding:
        if not self.calling_bot:
            return ("Teams calling bot is off: teachers put people out themselves", "")
        return _named_one(_roles(token), JOIN)


def _named(token: str) -> list[Finding]:
    """Without a teacher to try with: the permissions by their names in the token; the policy cannot be seen."""
    roles = _roles(token)
    return [
        *(_named_one(roles, one) for one in (USERS, CALENDARS, READ, WRITE)),
        ("Teams application access policy", NOT_TRIED),
    ]


def _named_one(roles: frozenset[str] | None, permission: str) -> Finding:
    name = f"Teams permission {permission}"
    if roles is None:
        return (name, "It could not be looked at. Try /lock, and /eject with a bot, in a class of your own.")
    enough = {permission, *MORE.get(permission, ())}
    return (name, "" if roles & enough else CONSENT.format(permission))


def _consent(error: VendorError | None, permission: str) -> str:
    return "" if error is None or policy_is_missing(error) else _remedy(error, permission)


def _remedy(error: VendorError, permission: str) -> str:
    return CONSENT.format(permission) if isinstance(error, Forbidden) else error.staff_text


def _roles(token: str) -> frozenset[str] | None:
    """The permissions in modbot's own token: joining a call cannot be tried without joining one. None: unreadable."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return None
    roles = claims.get("roles")
    return frozenset(str(one) for one in roles) if isinstance(roles, list) else None
