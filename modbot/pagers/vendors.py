"""The pagers of vendors whose answers come back by HTTP: PagerDuty and Twilio, as far as the settings have them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from modbot.http import Http
from modbot.pagers import Listener, Pager, pagerduty, twilio
from modbot.pagers.trying import Budget
from modbot.settings import Settings
from modbot.settings.channels import PAGERDUTY, SMS, VOICE

TWILIO = "twilio"


@dataclass(frozen=True, slots=True)
class Vendors:
    """`pagers` by their channels, `listeners` by the last part of /webhooks/{vendor}."""

    pagers: Mapping[str, Pager]
    listeners: Mapping[str, Listener]


def configured(settings: Settings, http: Http, budget: Budget, now: Callable[[], datetime]) -> Vendors:
    """Those that are set up. Nothing is called."""
    pagers: dict[str, Pager] = {}
    listeners: dict[str, Listener] = {}
    if settings.pagerduty.configured:
        duty = pagerduty.build(settings.pagerduty, http)
        pagers[PAGERDUTY], listeners[PAGERDUTY] = duty.pager, duty.listener
    if settings.twilio.configured:
        phone = twilio.build(
            settings.twilio, http, settings.public_url, now, people=settings.paging.people, budget=budget
        )
        pagers |= {SMS: phone.sms, VOICE: phone.voice}
        listeners[TWILIO] = phone.listener
    return Vendors(pagers, listeners)
