"""Whether Google Meet is set up: the key, each delegated scope, the APIs, and what events need."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from modbot.errors import AuthRejected, Forbidden, NotFound, StoreUnavailable, VendorError
from modbot.platforms import Hosts
from modbot.platforms.meet.account import Credentials
from modbot.platforms.meet.answers import NO_SUCH_USER, SWITCHED_OFF
from modbot.platforms.meet.calls import MeetCalls
from modbot.platforms.meet.people import Directory
from modbot.platforms.meet.subscriptions import STARTED, Subscriptions
from modbot.platforms.meet.tokens import Scope, Tokens
from modbot.settings.meet import MeetSettings

TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")

Finding = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Grants:
    """What is looked at."""

    settings: MeetSettings
    credentials: Credentials
    tokens: Tokens
    calls: MeetCalls
    directory: Directory
    subscriptions: Subscriptions
    hosts: Hosts
    audience: str


async def diagnose(grants: Grants) -> Sequence[Finding]:
    """Each thing checked, with "" or what to fix. Nothing is changed: tokens are asked for, and lists read."""
    try:
        client_id = grants.credentials.account.client_id
    except AuthRejected as error:
        return [("Google service account", f"{error.staff_text} ({error.log_detail})"), *_events(grants)]
    user = await _somebody(grants)
    if not user:
        fix = "Set MODBOT_MEET__DIRECTORY_ADMIN, or import a roster: modbot needs somebody to try the key as."
        return [("Google service account", ""), ("Google delegation", fix), *_events(grants)]
    scopes = [_delegated(grants, scope, user, client_id) for scope in _wanted(grants.settings)]
    apis = [_meet(grants, user), _directory(grants)]
    if grants.settings.pubsub_topic:
        apis.append(_workspace_events(grants, user))
    return [("Google service account", ""), *await asyncio.gather(*scopes, *apis), *_events(grants)]


async def _somebody(grants: Grants) -> str:
    if grants.settings.directory_admin:
        return grants.settings.directory_admin
    try:
        hosts = await grants.hosts()
    except StoreUnavailable:
        return ""
    return hosts[0] if hosts else ""


def _wanted(settings: MeetSettings) -> Sequence[Scope]:
    scopes = [Scope.CHANGE, Scope.READ]
    if settings.create_rooms:
        scopes.append(Scope.CREATE)
    if settings.directory_admin:
        scopes.append(Scope.DIRECTORY)
    return scopes


async def _delegated(grants: Grants, scope: Scope, user: str, client_id: str) -> Finding:
    what = f"Google scope {scope.rpartition('/')[2]}"
    try:
        await grants.tokens.current(user, scope)
    except AuthRejected as error:
        if error.code == NO_SUCH_USER:
            return what, f"Google does not know {user}, as whom modbot tried. Correct the address."
        if error.code == "unauthorized_client":
            fix = f"In the Admin console, under domain-wide delegation, add {scope} to client id {client_id}."
            return what, f"{fix} It may take Google a day to obey."
        return what, f"{error.staff_text} ({error.log_detail})"
    except VendorError as error:
        return what, f"{error.staff_text} ({error.log_detail})"
    return what, ""


async def _meet(grants: Grants, user: str) -> Finding:
    what = "Google Meet REST API"
    try:
        await grants.calls.live_records(user)
    except VendorError as error:
        return what, _problem(error, "Google Meet REST API")
    return what, ""


async def _directory(grants: Grants) -> Finding:
    what = "Google directory"
    admin = grants.settings.directory_admin
    if not admin:
        fix = "Set MODBOT_MEET__DIRECTORY_ADMIN: without it people have no address, and modbot hears no events."
        return what, fix
    try:
        await grants.directory.look_up(admin)
    except (Forbidden, NotFound) as error:
        if error.code != SWITCHED_OFF:
            return what, f"{admin} may not read the directory. Give an administrator who may read users."
        return what, _problem(error, "Admin SDK API")
    except VendorError as error:
        return what, _problem(error, "Admin SDK API")
    return what, ""


async def _workspace_events(grants: Grants, user: str) -> Finding:
    what = "Google Workspace Events API"
    try:
        await grants.subscriptions.listed(user, f'event_types:"{STARTED}"')
    except VendorError as error:
        return what, _problem(error, "Google Workspace Events API")
    return what, ""


def _problem(error: VendorError, api: str) -> str:
    if error.code == SWITCHED_OFF:
        return f"Switch the {api} on in modbot's Cloud project."
    return f"{error.staff_text} ({error.log_detail})"


def _events(grants: Grants) -> Sequence[Finding]:
    settings = grants.settings
    topic = settings.pubsub_topic
    if not topic:
        fix = "Set MODBOT_MEET__PUBSUB_TOPIC: without events modbot sees a class only when a command asks for it."
        return [("Google Pub/Sub topic", fix)]
    shape = "" if TOPIC.fullmatch(topic) else "MODBOT_MEET__PUBSUB_TOPIC must read projects/PROJECT/topics/TOPIC."
    account = "" if settings.push_account else "Set MODBOT_MEET__PUSH_ACCOUNT: pushes are refused without it."
    audience = "" if grants.audience else "Set MODBOT_PUBLIC_URL or MODBOT_MEET__PUSH_AUDIENCE: pushes are refused."
    return [
        ("Google Pub/Sub topic", shape),
        ("Google Pub/Sub push account", account),
        ("Google Pub/Sub push audience", audience),
    ]
