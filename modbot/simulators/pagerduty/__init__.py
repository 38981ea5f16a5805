"""A simulated PagerDuty: Events API v2, incidents that ring people, and signed v3 webhooks about what people do.

async with PagerDutySimulator() as pagerduty:
    pagerduty.webhook_url = "http://…/webhooks/pagerduty"
    service = pagerduty.add_service("Class meetings", [Person("Ivo Lind"), Person("Mara Okafor")])
    routing_key = service.keys[0]  # what MODBOT_PAGERDUTY__ROUTING_KEY is set to
    … once an event has come in:
    pagerduty.acknowledge(pagerduty.incident("page-1"), by=service.policy[0])

Not documented, so chosen here: the status for a body above 512 KB (413), the answer to an unknown routing key (400),
the words of a 429, that a summary or key which is too long is refused and not cut, that reassigning or escalating an
acknowledged incident makes it ring again, the waits between two attempts of a webhook, and the agent of what the
Events API did (others saw a reference to the integration in log entries).
"""

from modbot.simulators.pagerduty.simulator import PagerDutySimulator
from modbot.simulators.pagerduty.world import Change, Incident, Person, Ring, Service

__all__ = ["Change", "Incident", "PagerDutySimulator", "Person", "Ring", "Service"]
