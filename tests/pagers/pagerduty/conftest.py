"""PagerDuty with two people on call, modbot's pager and listener, and the door that webhooks come to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from modbot.http import Http
from modbot.pagers.pagerduty import PagerDuty, build
from modbot.pagers.trying import Patience
from modbot.settings.pagerduty import PagerDutySettings
from modbot.simulators.pagerduty import PagerDutySimulator, Person, Service
from tests.pagers.door import Door, open_door
from tests.pagers.patience import PATIENT

IVO, MARA = Person("Ivo Lind"), Person("Mara Okafor")


@dataclass(slots=True)
class Duty:
    """Everybody there."""

    sim: PagerDutySimulator
    service: Service
    door: Door
    http: Http
    patience: Patience = PATIENT

    def with_patience(self, patience: Patience) -> None:
        """modbot asks so long from now on."""
        self.patience = patience

    @property
    def modbot(self) -> PagerDuty:
        """Its pager and listener."""
        return self.with_settings()

    def settings(self, **changes: object) -> PagerDutySettings:
        """Those of a district that uses this PagerDuty."""
        usual = {
            "routing_key": SecretStr(self.service.keys[0]),
            "webhook_secrets": tuple(self.sim.hooks.secrets),
            "events_url": self.sim.events_url,
        }
        return PagerDutySettings.model_validate({**usual, **changes})

    def with_settings(self, **changes: object) -> PagerDuty:
        """The same with other settings."""
        return build(self.settings(**changes), self.http, self.patience)


@pytest.fixture
async def duty() -> AsyncIterator[Duty]:
    """All of it, started."""
    http = Http()
    async with open_door() as door, PagerDutySimulator() as sim:
        service = sim.add_service(policy=[IVO, MARA])
        sim.webhook_url = f"{door.url}/webhooks/pagerduty"
        sim.hooks.retry_wait_seconds = 0.001
        placed = Duty(sim, service, door, http)
        door.listener = placed.modbot.listener
        yield placed
    await http.close()
