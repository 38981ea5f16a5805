"""PagerDuty: events that ring a service of the district's, and webhooks that say who has taken them.

Whom PagerDuty calls, and how often, is decided there; modbot's own steps go on until somebody answers either of them.
"""

from dataclasses import dataclass

from modbot.http import Http
from modbot.pagers.pagerduty.events import PagerDutyPager
from modbot.pagers.pagerduty.webhook import PagerDutyListener
from modbot.pagers.trying import Patience
from modbot.settings.pagerduty import PagerDutySettings

__all__ = ["PagerDuty", "PagerDutyListener", "PagerDutyPager", "build"]


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """Both directions: `pager` is the channel "pagerduty", `listener` hears POST /webhooks/pagerduty."""

    pager: PagerDutyPager
    listener: PagerDutyListener


def build(settings: PagerDutySettings, http: Http, patience: Patience | None = None) -> PagerDuty:
    """PagerDuty as the settings have it. `settings.configured` must hold. `patience` bounds each event."""
    secrets = [one.get_secret_value() for one in settings.webhook_secrets]
    return PagerDuty(PagerDutyPager(settings, http, patience or Patience()), PagerDutyListener(secrets))
