"""A district whose people on call are called by telephone and PagerDuty."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from modbot.demo.given import free_port
from modbot.simulators.pagerduty import PagerDutySimulator, Person
from modbot.simulators.twilio import TwilioSimulator
from tests.scenarios.by_phone.exchange import KIM, LOU, OpenPhones, Phones
from tests.scenarios.conftest import OpenSchool

NUMBERS = {KIM: "+12025550123", LOU: "+12025550124"}


def people(*channels: str) -> list[dict[str, Any]]:
    """Both on call, with these channels."""
    return [
        {"email": KIM, "name": "Kim Reyes", "phone": NUMBERS[KIM], "channels": channels},
        {"email": LOU, "name": "Lou Baker", "phone": NUMBERS[LOU], "channels": channels},
    ]


@pytest.fixture
async def open_phones(open_school: OpenSchool) -> AsyncIterator[OpenPhones]:
    """Starts a modbot whose people on call have the channels given."""
    async with TwilioSimulator() as twilio, PagerDutySimulator() as duty:

        async def opened(*channels: str, **paging: Any) -> Phones:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            twilio.number.sms_url = f"{url}/webhooks/twilio"
            twilio.calls_per_second = twilio.messages_per_second = None
            duty.webhook_url = f"{url}/webhooks/pagerduty"
            duty.hooks.retry_wait_seconds = 0.01
            service = duty.add_service(policy=[Person("Ivo Lind")])
            school = await open_school(
                port=port,
                public_url=url,
                twilio={
                    "account_sid": twilio.account.sid,
                    "auth_token": twilio.account.auth_token,
                    "from_number": twilio.number.number,
                    "api_url": twilio.api_url,
                    "calls_per_second": 100,
                },
                pagerduty={
                    "routing_key": service.keys[0],
                    "webhook_secrets": duty.hooks.secrets,
                    "events_url": duty.events_url,
                },
                paging={"people": people(*channels), **paging},
            )
            kim, lou = twilio.phone(NUMBERS[KIM]), twilio.phone(NUMBERS[LOU])
            return Phones(school, twilio, duty, service.policy[0], kim, lou)

        yield opened
