"""Twilio: whether calls and texts would leave by it, and replies come back. Nobody is called and nothing is texted."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from modbot.doctor import Check, Probe, bad, good
from modbot.errors import AuthRejected, Forbidden
from modbot.http import Http
from modbot.pagers.plain import one_line
from modbot.pagers.trying import Patience
from modbot.pagers.twilio.api import TwilioApi
from modbot.pagers.twilio.errand import PATH
from modbot.settings import Settings
from modbot.settings.channels import BY_PHONE, SMS, VOICE
from modbot.settings.twilio import TwilioSettings

ACCOUNT, NUMBER, REPLIES = "Twilio account", "Twilio number", "replies to texts"
FIX_ACCOUNT = "Set twilio.account_sid and MODBOT_TWILIO__AUTH_TOKEN as Twilio's console shows them under Account Info."
FIX_KEY = "Set twilio.api_key and its secret to a key of this account that may read its numbers, or remove both."
FIX_NUMBER = "Set twilio.from_number to a number of this account: Twilio's console, Phone Numbers, Active numbers."
_DOES = {VOICE: "call", SMS: "text"}


def twilio_probes(settings: Settings, http: Http) -> list[Probe]:
    """The account, its number and where replies go; what is missing where only some of it is set; none without any."""
    twilio = settings.twilio
    if twilio.configured:
        return [Probe("Twilio", FIX_ACCOUNT, partial(_examined, settings, http))]
    missing = [name for name in ("account_sid", "auth_token", "from_number") if not getattr(twilio, name)]
    begun = len(missing) < 3 or bool(twilio.api_key)
    return [Probe("Twilio", FIX_ACCOUNT, partial(_half, missing))] if begun else []


async def _half(missing: Sequence[str]) -> Sequence[Check]:
    named = ", ".join(f"twilio.{name}" for name in missing)
    return [bad("Twilio", f"{named} not set: nobody is called by telephone", "Complete it, or remove the rest.")]


async def _examined(settings: Settings, http: Http) -> Sequence[Check]:
    twilio = settings.twilio
    try:
        account = _account(await TwilioApi(_as_owner(twilio), http, Patience()).account())
    except AuthRejected as error:
        account = bad(
            ACCOUNT, f"Twilio does not accept the account SID with the auth token ({error.code})", FIX_ACCOUNT
        )
        if not twilio.api_key:
            return [account]  # the number would be refused for the same reason
    return [account, *await _number(TwilioApi(twilio, http, Patience()), settings)]


def _as_owner(twilio: TwilioSettings) -> TwilioSettings:
    """With the auth token: a standard API key may not see the account, and Twilio signs with the token anyway."""
    return twilio.model_copy(update={"api_key": "", "api_key_secret": None})


def _account(found: Mapping[str, Any]) -> Check:
    status = one_line(str(found.get("status", "not told")), 40)
    if status != "active":
        return bad(ACCOUNT, f"it is {status}", "Look in Twilio's console what is wrong with it: often its balance.")
    if found.get("type") == "Trial":
        only = "a trial account: it calls and texts only numbers that were verified in Twilio"
        return bad(ACCOUNT, only, "Upgrade the account in Twilio's console.")
    return good(ACCOUNT, "active; the auth token is accepted")


async def _number(api: TwilioApi, settings: Settings) -> Sequence[Check]:
    number, wanted = settings.twilio.from_number, _wanted(settings)
    try:
        own = await api.number(number)
        borrowed = own is None and await api.caller_id(number) is not None
    except (AuthRejected, Forbidden) as error:
        return [bad(NUMBER, f"Twilio does not let modbot look at it ({error.code})", FIX_KEY)]
    if own is not None:
        able = _able(number, _capabilities(own), wanted)
        return [able, _replies(own, settings.public_url)] if SMS in wanted else [able]
    if borrowed:
        return [_able(number, {VOICE}, wanted)]
    return [bad(NUMBER, f"{number} is not a number of this account", FIX_NUMBER)]


def _wanted(settings: Settings) -> Collection[str]:
    """What somebody is called by; everything, where nobody is yet."""
    used = {channel for person in settings.paging.people for channel in person.channels}
    return (BY_PHONE & used) or BY_PHONE


def _capabilities(own: Mapping[str, Any]) -> Collection[str]:
    told = own.get("capabilities")
    return {str(name).casefold() for name, able in told.items() if able} if isinstance(told, dict) else set()


def _able(number: str, able: Collection[str], wanted: Collection[str]) -> Check:
    lacking = [_DOES[channel] for channel in (VOICE, SMS) if channel in wanted and channel not in able]
    if lacking:
        return bad(NUMBER, f"{number} cannot {' or '.join(lacking)}", FIX_NUMBER)
    can = " and ".join(_DOES[channel] for channel in (VOICE, SMS) if channel in able)
    told = "; whether carriers let its texts through (A2P 10DLC) was not checked" if SMS in wanted else ""
    return good(NUMBER, f"{number} can {can}{told}")


def _replies(own: Mapping[str, Any], public_url: str) -> Check:
    """Twilio asks `sms_url` unless an application takes its place."""
    wanted = public_url + PATH
    fix = f"In Twilio's console, at the number, set “A message comes in” to the webhook {wanted}, HTTP POST."
    if own.get("sms_application_sid"):
        return bad(REPLIES, "an application of Twilio's takes them: nobody can take a page by texting back", fix)
    if own.get("sms_url") != wanted or str(own.get("sms_method", "POST")).upper() != "POST":
        return bad(REPLIES, "they go elsewhere: nobody can take a page by texting back", fix)
    return good(REPLIES, "they come to modbot, unless the number is in a messaging service: that was not checked")
