"""Ways to call people besides Slack: whether each would take a call, and answers come back. Nobody is called."""

import re
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import SecretStr

from modbot.doctor import Check, Probe, bad, good, told
from modbot.doctor.telephone import twilio_probes
from modbot.errors import AuthRejected, ConfigError, Unreachable, VendorError
from modbot.http import Http
from modbot.pagers.email.smtp import Mailer
from modbot.pagers.pagerduty import PagerDutyPager
from modbot.pagers.trying import Patience
from modbot.settings import Settings
from modbot.settings.channels import APPRISE, BY_PHONE, EMAIL, PAGERDUTY
from modbot.settings.email import EmailSettings
from modbot.settings.pagerduty import PagerDutySettings

ROUTING_KEY = re.compile(r"[0-9A-Za-z]{32}")  # https://developer.pagerduty.com/docs/events-api-v2-overview
FIX_KEY = "Set MODBOT_PAGERDUTY__ROUTING_KEY to the integration key of an “Events API V2” integration of the service."
FIX_EVENTS = "Let modbot's machine reach PagerDuty over HTTPS, or correct pagerduty.events_url (another one in the EU)."
FIX_WEBHOOK = "Add a Generic Webhook (v3) in PagerDuty and set MODBOT_PAGERDUTY__WEBHOOK_SECRETS: docs/paging.md."
FIX_ADDRESS = "Set public_url to the https address by which the internet reaches modbot."
FIX_MAIL = "Compare email.host, email.port and email.security with the mail server's, and let modbot reach it."
FIX_SIGN_IN = "Set email.user and MODBOT_EMAIL__PASSWORD to an account of the mail server."
FIX_APPRISE = "Write it as Apprise's page of that service says: https://github.com/caronc/apprise/wiki"
FIX_GUESSED = "Make a new one: openssl rand -hex 24"
FIX_HEARTBEAT = "Set paging.heartbeat_url to the https address that the monitor gives you."
FIX_UNUSED = "Name it among the channels of somebody under paging.people, or take its settings out."
FEWEST_SIGNS = 8  # different ones, in a token
_INSIDE = (".local", ".lan", ".internal", ".localhost", ".home.arpa")


def pager_probes(settings: Settings, http: Http) -> list[Probe]:
    """Those for what is set up, and for what is set up in part."""
    asked_back = settings.twilio.configured or settings.pagerduty.configured
    return [
        *twilio_probes(settings, http),
        *_duty(settings.pagerduty, http),
        *([_probe("address for answers", FIX_ADDRESS, partial(_address, settings.public_url))] if asked_back else ()),
        *_mail(settings.email),
        *(_apprise(name, address) for name, address in settings.paging.apprise.items()),
        *_secrets(settings),
        *_in_use(settings),
    ]


def _probe(name: str, fix: str, look: Callable[[], Check]) -> Probe:
    """One that asks nobody."""

    async def run() -> Sequence[Check]:
        return [look()]

    return Probe(name, fix, run)


def _duty(settings: PagerDutySettings, http: Http) -> list[Probe]:
    if not settings.configured and not settings.webhook_secrets:
        return []
    return [
        Probe("PagerDuty", FIX_EVENTS, partial(_events, settings, http)),
        _probe("answers by PagerDuty", FIX_WEBHOOK, partial(_webhook, settings)),
    ]


async def _events(settings: PagerDutySettings, http: Http) -> Sequence[Check]:
    """PagerDuty has no request that only looks. It drops the end of something that never began: so that is sent.

    https://developer.pagerduty.com/docs/events-api-v2-overview; that a key nobody has is answered 400 is seen by its
    users and not documented.
    """
    name = "PagerDuty"
    key = settings.routing_key.get_secret_value() if settings.routing_key else ""
    if not ROUTING_KEY.fullmatch(key):
        found = f"the key has {len(key)} characters, not 32 letters and digits" if key else "the key is not set"
        return [bad(name, found, FIX_KEY)]
    try:
        await PagerDutyPager(settings, http, Patience()).hush(f"modbot-doctor-{secrets.token_hex(8)}", "", over=True)
    except AuthRejected as error:
        return [bad(name, error.staff_text.rstrip("."), FIX_KEY)]
    except Unreachable as error:
        return [bad(name, told(error), FIX_EVENTS)]
    return [good(name, "takes events with this key; whom its service calls was not checked")]


def _webhook(settings: PagerDutySettings) -> Check:
    name, count = "answers by PagerDuty", len(settings.webhook_secrets)
    if not count:
        return bad(name, "no webhook secret is set: acknowledging in PagerDuty does not stop modbot", FIX_WEBHOOK)
    return good(name, f"{count} webhook secret{'s' if count > 1 else ''}; whether PagerDuty uses it was not checked")


def _address(public_url: str) -> Check:
    name = "address for answers"
    parts = urlsplit(public_url)
    if not public_url:
        return bad(name, "public_url is not set: no answer comes back", FIX_ADDRESS)
    if parts.scheme != "https":
        return bad(name, f"{public_url} is not https: who took a page crosses the internet readable", FIX_ADDRESS)
    if not _is_public(parts.hostname or ""):
        return bad(name, f"{public_url} is an address that nobody outside can reach", FIX_ADDRESS)
    return good(name, f"{public_url}; whether the internet reaches it cannot be checked from here")


def _is_public(host: str) -> bool:
    """By its looks: a name with a dot that is not one for inside, or a number that the internet carries."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.rstrip(".").endswith(_INSIDE)


def _mail(settings: EmailSettings) -> list[Probe]:
    if settings.configured:
        return [Probe("mail server", FIX_MAIL, partial(_signed_in, settings))]
    if settings.user or settings.sender:
        return [_probe("mail server", FIX_MAIL, lambda: bad("mail server", "email.host is not set", FIX_MAIL))]
    return []


async def _signed_in(settings: EmailSettings) -> Sequence[Check]:
    name, where = "mail server", f"{settings.host}:{settings.at_port}"
    try:
        await Mailer(settings).sign_in()
    except AuthRejected as error:
        return [bad(name, f"{where}: {error.staff_text.rstrip('.')}", FIX_SIGN_IN)]
    except VendorError as error:
        return [bad(name, f"{where}: {told(error)}", FIX_MAIL)]
    how = "without encryption" if settings.security == "none" else f"encrypted ({settings.security})"
    who = ", signed in" if settings.user else ""
    sent = f"no mail was sent, so whether it takes mail from {settings.sender} was not checked"
    return [good(name, f"{where} answers, {how}{who}; {sent}")]


def _apprise(channel: str, address: SecretStr) -> Probe:
    name = f"apprise:{channel}"

    def look() -> Check:
        try:
            import_module("modbot.pagers.apprise").build({channel: address})  # slow to load: only where it is used
        except ConfigError as error:
            return bad(name, error.problem, FIX_APPRISE)
        return good(name, "Apprise understands the address; nothing was sent, so the service itself was not checked")

    return _probe(name, FIX_APPRISE, look)


def _in_use(settings: Settings) -> list[Probe]:
    """What is set up calls nobody unless somebody has it as a channel."""
    name = "channels besides Slack"
    ways = _ways(settings)
    used = {channel for person in settings.paging.people for channel in person.channels}
    unused = [way for way, channels in ways.items() if not used & channels]

    def look() -> Check:
        if unused:
            return bad(name, f"set up, and nobody is called by it: {', '.join(unused)}", FIX_UNUSED)
        return good(name, f"somebody is called by {', '.join(ways)}")

    return [_probe(name, FIX_UNUSED, look)] if ways else []


def _ways(settings: Settings) -> dict[str, frozenset[str]]:
    """What is set up, and the channels that use it."""
    ways = {
        "Twilio": BY_PHONE if settings.twilio.configured else frozenset[str](),
        "PagerDuty": frozenset({PAGERDUTY} if settings.pagerduty.configured else ()),
        "e-mail": frozenset({EMAIL} if settings.email.configured else ()),
        **{f"{APPRISE}{name}": frozenset({f"{APPRISE}{name}"}) for name in settings.paging.apprise},
    }
    return {way: channels for way, channels in ways.items() if channels}


def _secrets(settings: Settings) -> list[Probe]:
    found = []
    if settings.page_token is not None:
        found.append(_probe("token of POST /page", FIX_GUESSED, partial(_token, settings.page_token)))
    if settings.paging.heartbeat_url is not None:
        found.append(_probe("heartbeat", FIX_HEARTBEAT, partial(_heartbeat, settings.paging.heartbeat_url)))
    return found


def _token(token: SecretStr) -> Check:
    """That it is long enough is seen to when the settings are read."""
    name, value = "token of POST /page", token.get_secret_value().strip()
    if len(set(value)) < FEWEST_SIGNS:
        return bad(name, "it repeats a few signs and can be guessed: whoever does rings people at night", FIX_GUESSED)
    return good(name, f"{len(value)} characters")


def _heartbeat(url: SecretStr) -> Check:
    """Without calling it: the monitor would take that for all being well. The address is a secret."""
    parts = urlsplit(url.get_secret_value().strip())
    if parts.scheme != "https" or not parts.hostname:
        found = "it is not an https address: the monitor hears nothing, or somebody on the way learns how to silence it"
        return bad("heartbeat", found, FIX_HEARTBEAT)
    return good("heartbeat", "an https address; it was not called, so whether the monitor answers was not checked")
