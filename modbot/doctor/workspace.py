"""Slack: the token, its scopes, the incident channels, and the clock by which Slack signs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import SecretStr

from modbot.doctor import Check, Probe, bad, good
from modbot.errors import ConfigError, VendorError
from modbot.http import Answer, Http
from modbot.settings import Settings
from modbot.slack.errors import VENDOR, refusal
from modbot.slack.manifest import SCOPES
from modbot.slack.people import channel_of, identity_of

SKEW = timedelta(seconds=60)  # Slack's signatures are good for five minutes either way
FIX_BOT = "Set MODBOT_SLACK__BOT_TOKEN to the Bot User OAuth Token: api.slack.com/apps, your app, Install App."
FIX_SIGNING = "Set MODBOT_SLACK__SIGNING_SECRET: api.slack.com/apps, your app, Basic Information."
FIX_SOCKET = "Make an app-level token with connections:write: api.slack.com/apps, your app, Basic Information."
FIX_SCOPES = "Add them to the app (api.slack.com/apps, OAuth & Permissions) and install it again: "


class Workspace:
    """Asks Slack plainly, with headers, once. Every method raises VendorError, and ConfigError without a token."""

    def __init__(self, http: Http, api_url: str, token: SecretStr | None) -> None:
        self._http = http
        self._api_url = api_url
        self._token = token.get_secret_value() if token else ""

    async def answer(self, method: str, **params: str) -> tuple[Answer, dict[str, Any]]:
        """Whatever Slack says to a method, refusals too."""
        if not self._token:
            raise ConfigError("MODBOT_SLACK__BOT_TOKEN", "is not set")
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await self._http.request(VENDOR, "POST", self._api_url + method, headers=headers, form=params)
        if answer.status >= 500 or answer.status == 429:
            raise refusal(answer.status, {}, retry_after=answer.retry_after)
        return answer, answer.json_object()

    async def ask(self, method: str, **params: str) -> dict[str, Any]:
        """The answer of a method that said ok. https://docs.slack.dev/reference/methods"""
        answer, said = await self.answer(method, **params)
        if not answer.ok or said.get("ok") is not True:
            raise refusal(answer.status, said, retry_after=answer.retry_after)
        return said


def secret_probe(settings: Settings) -> Probe:
    """Slack's requests can be told from a stranger's."""
    name = "Slack signing secret"

    async def run() -> Sequence[Check]:
        if settings.slack.signing_secret is None:
            return [bad(name, "not set: modbot does not start", FIX_SIGNING)]
        return [good(name, "set")]

    return Probe(name, FIX_SIGNING, run)


def token_probe(workspace: Workspace, now: Callable[[], datetime]) -> Probe:
    """The token works, has its scopes, and Slack's clock is ours. https://docs.slack.dev/reference/methods/auth.test"""

    async def run() -> Sequence[Check]:
        answer, said = await workspace.answer("auth.test")
        clock = _clock(answer, now())
        if said.get("ok") is not True:
            error = refusal(answer.status, said)
            return [bad("Slack token", f"{error.staff_text} ({error.code})", FIX_BOT), clock]
        who = identity_of(said)
        found = f"accepted; workspace {who.team_id}, modbot is {who.user_id}"
        return [good("Slack token", found), clock, await _scopes(workspace, answer.headers, who.user_id)]

    return Probe("Slack token", FIX_BOT, run)


def _clock(answer: Answer, now: datetime) -> Check:
    name = "clock"
    try:
        skew = now - parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return good(name, "not checked: Slack's answer carries no time")
    seconds = abs(skew.total_seconds())
    if abs(skew) > SKEW:
        found = f"{seconds:.0f} s {'ahead of' if skew > timedelta(0) else 'behind'} Slack"
        return bad(
            name, found, "Turn on time synchronisation (timedatectl set-ntp true): Slack's requests are refused."
        )
    return good(name, "within a minute of Slack's")


async def _scopes(workspace: Workspace, headers: Mapping[str, str], bot: str) -> Check:
    """By the header in which Slack lists them; where a proxy strips it, by trying what changes nothing."""
    name = "Slack scopes"
    listed = headers.get("x-oauth-scopes")
    if listed is not None:
        missing = sorted(set(SCOPES) - {scope.strip() for scope in listed.split(",")})
        found = f"all {len(SCOPES)}"
    else:
        missing = await _missing_by_trying(workspace, bot)
        found = "those that can be tried without doing anything; chat:write, im:write and commands were not tried"
    if missing:
        why = "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing if scope in SCOPES) or ", ".join(missing)
        return bad(name, f"missing: {', '.join(missing)}", FIX_SCOPES + why + ".")
    return good(name, found)


async def _missing_by_trying(workspace: Workspace, bot: str) -> list[str]:
    tries = {"users.info": {"user": bot}, "users.lookupByEmail": {"email": "nobody@example.org"}}
    missing: set[str] = set()
    for method, params in {**tries, "conversations.info": {"channel": "C00000000"}}.items():
        _, said = await workspace.answer(method, **params)
        if said.get("error") == "missing_scope":
            missing.update(scope.strip() for scope in str(said.get("needed", "")).split(",") if scope.strip())
    return sorted(missing)


def app_token_probe(workspace: Workspace) -> Probe:
    """Socket Mode can be opened. https://docs.slack.dev/reference/methods/apps.connections.open"""
    name = "Slack app token (Socket Mode)"

    async def run() -> Sequence[Check]:
        await workspace.ask("apps.connections.open")
        return [good(name, "accepted")]

    return Probe(name, FIX_SOCKET, run)


def channel_probes(workspace: Workspace, settings: Settings) -> list[Probe]:
    """Each incident channel exists, has modbot in it and belongs to the district alone."""
    wanted = {settings.district.incident_channel, *(school.incident_channel for school in settings.schools.values())}
    channels = sorted(wanted - {""})
    if not channels:
        return [Probe("incident channel", "", _no_channel)]
    return [_channel(workspace, channel) for channel in channels]


async def _no_channel() -> Sequence[Check]:
    fix = "Make a private channel, invite modbot, and set district.incident_channel to its id."
    return [bad("incident channel", "none is set: nobody sees the incident cards", fix)]


def _channel(workspace: Workspace, channel: str) -> Probe:
    name = f"incident channel {channel}"
    fix = f"Compare the id with the channel's details in Slack, and type there: /invite @modbot ({channel})"

    async def run() -> Sequence[Check]:
        try:
            info = channel_of(await workspace.ask("conversations.info", channel=channel))
        except VendorError as error:
            return [bad(name, f"Slack shows modbot no such channel ({error.code or error.log_detail})", fix)]
        if info.is_archived:
            return [bad(name, "it is archived", "Restore it in Slack, or name another channel.")]
        if not info.is_member:
            return [bad(name, "modbot is not in it", "Open the channel and type: /invite @modbot")]
        if info.is_shared:
            return [bad(name, "it is shared with another organisation", "Name a channel of the district alone.")]
        return [good(name, "modbot is in it, and it is not shared")]

    return Probe(name, fix, run)
