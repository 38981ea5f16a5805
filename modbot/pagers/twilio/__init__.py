"""Twilio: calls that take a key, texts that take a reply, and the callbacks of both.

Nothing of a pupil and nothing that was typed leaves by telephone: only the headline, which strangers may read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from modbot.http import Http
from modbot.pagers.queueing import Queue
from modbot.pagers.trying import Budget, Patience
from modbot.pagers.twilio.api import TwilioApi
from modbot.pagers.twilio.callback import TwilioListener
from modbot.pagers.twilio.errand import Addresses
from modbot.pagers.twilio.phonebook import Phonebook
from modbot.pagers.twilio.signature import Signature
from modbot.pagers.twilio.texts import TwilioSms
from modbot.pagers.twilio.voice import TwilioVoice
from modbot.settings.paging import OnCallPerson
from modbot.settings.twilio import TwilioSettings

LIMIT = "twilio-calls"

__all__ = ["LIMIT", "Twilio", "TwilioListener", "TwilioSms", "TwilioVoice", "build"]


@dataclass(frozen=True, slots=True)
class Twilio:
    """`sms` and `voice` are the channels of these names, `listener` hears POST /webhooks/twilio."""

    sms: TwilioSms
    voice: TwilioVoice
    listener: TwilioListener


def build(
    settings: TwilioSettings,
    http: Http,
    public_url: str,
    now: Callable[[], datetime],
    *,
    people: Sequence[OnCallPerson],
    budget: Budget,
    patience: Patience | None = None,
) -> Twilio:
    """Twilio as the settings have it. `settings.configured` must hold, and Twilio must reach `public_url`.

    `people` are those on call: answers are known by their numbers. `patience` bounds each request.
    """
    tokens = [one.get_secret_value() for one in (settings.auth_token, settings.next_auth_token) if one]
    addresses = Addresses(public_url, now)
    api = TwilioApi(settings, http, patience or Patience())
    queue = Queue(budget, LIMIT, per_second=settings.calls_per_second)
    return Twilio(
        sms=TwilioSms(settings, api, addresses),
        voice=TwilioVoice(settings, api, addresses, queue),
        listener=TwilioListener(addresses, Signature(addresses.base, tokens), Phonebook(people)),
    )
