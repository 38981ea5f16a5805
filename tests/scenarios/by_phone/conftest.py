"""A district whose people on call are called by telephone and PagerDuty."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from modbot.demo.given import merged
from modbot.demo.telephones import NUMBERS, Telephones
from modbot.demo.wire import unwatched
from modbot.simulators import free_port
from modbot.simulators.twilio import PhoneState
from tests.scenarios.by_phone.exchange import KIM, LOU, OpenPhones, Phones
from tests.scenarios.conftest import OpenSchool
from tests.stores import UNHURRIED_SECONDS


def people(*channels: str) -> list[dict[str, Any]]:
    """Both on call, with these channels."""
    return [
        {"email": KIM, "name": "Kim Reyes", "phone": NUMBERS[KIM], "channels": channels},
        {"email": LOU, "name": "Lou Baker", "phone": NUMBERS[LOU], "channels": channels},
    ]


@pytest.fixture
async def open_phones(open_school: OpenSchool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenPhones]:
    """Starts a modbot whose people on call have the channels given."""
    monkeypatch.setattr("modbot.callbacks.ANSWER_WITHIN", timedelta(seconds=UNHURRIED_SECONDS))
    async with Telephones(unwatched) as telephones:
        twilio, duty = telephones.twilio, telephones.pagerduty
        twilio.calls_per_second = twilio.messages_per_second = None
        duty.hooks.retry_wait_seconds = 0.01

        async def opened(*channels: str, **paging: Any) -> Phones:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            telephones.point_at(url)
            school = await open_school(
                port=port,
                public_url=url,
                paging={"people": people(*channels), **paging},
                **merged(telephones.settings(), {"twilio": {"calls_per_second": 100}}),
            )
            kim, lou = telephones.phone(KIM), telephones.phone(LOU)
            kim.state = lou.state = PhoneState.HUMAN
            return Phones(school, twilio, duty, telephones.service.policy[0], kim, lou)

        yield opened
