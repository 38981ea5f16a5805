"""How the invented district calls people besides Slack: a simulated Twilio and PagerDuty, and who is on call.

Kim Reyes has this week's turn and is called in Slack first. When she does not answer, Lou Baker's telephone rings and
PagerDuty rings the night desk.
"""

from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from modbot.demo.roster import BAKER, REYES
from modbot.demo.wire import Watch, WatchedPagerDuty, WatchedTwilio
from modbot.simulators.pagerduty import Person
from modbot.simulators.twilio import Phone, PhoneState

NUMBERS = {REYES.email: "+12025550123", BAKER.email: "+12025550124"}  # of the range kept for fiction
NIGHT_DESK = ("Ivo Sand", "Tess Adeyemi")  # PagerDuty's own people, level by level
FIRST_WAIT_SECONDS = 5  # short: somebody looks on
RING_SECONDS, NEXT_WAIT_SECONDS = 60, 90  # long enough for whoever looks on to pick up, on a slow machine too
HANDOVER_HOUR = 8


class Telephones:
    """Twilio with a telephone for each on call, and PagerDuty with one service. Use as an async context manager.

    `watch` is told of every HTTP call. The telephones ring until somebody picks them up.
    """

    def __init__(self, watch: Watch) -> None:
        self.twilio = WatchedTwilio(watch)
        self.pagerduty = WatchedPagerDuty(watch)
        self.service = self.pagerduty.add_service(policy=[Person(name) for name in NIGHT_DESK])
        for number in NUMBERS.values():
            self.twilio.phone(number).state = PhoneState.UNANSWERED

    async def __aenter__(self) -> Self:
        try:
            await self.twilio.start()
            await self.pagerduty.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Hang up, and stop listening."""
        try:
            await self.twilio.stop()
        finally:
            await self.pagerduty.stop()

    def phone(self, email: str) -> Phone:
        """The telephone of somebody on call. Raises KeyError for anybody else."""
        return self.twilio.phone(NUMBERS[email])

    def point_at(self, base_url: str) -> None:
        """modbot listens there now."""
        self.twilio.number.sms_url = f"{base_url}/webhooks/twilio"
        self.pagerduty.webhook_url = f"{base_url}/webhooks/pagerduty"

    def settings(self) -> dict[str, Any]:
        """modbot's settings for both, once they are started."""
        return {
            "twilio": {
                "account_sid": self.twilio.account.sid,
                "auth_token": self.twilio.account.auth_token,
                "from_number": self.twilio.number.number,
                "api_url": self.twilio.api_url,
                "ring_seconds": RING_SECONDS,
            },
            "pagerduty": {
                "routing_key": self.service.keys[0],
                "webhook_secrets": self.pagerduty.hooks.secrets,
                "events_url": self.pagerduty.events_url,
            },
        }


def paging(zone: ZoneInfo) -> dict[str, Any]:
    """The settings under `paging`: a weekly rotation whose turn is Kim Reyes's now, then telephone and PagerDuty."""
    this_week = (datetime.now(zone) - timedelta(hours=HANDOVER_HOUR)).date()
    return {
        "people": [
            {
                "email": REYES.email,
                "name": REYES.name,
                "phone": NUMBERS[REYES.email],
                "channels": ["slack", "voice", "sms"],
            },
            {
                "email": BAKER.email,
                "name": BAKER.name,
                "phone": NUMBERS[BAKER.email],
                "channels": ["voice", "sms", "slack"],
            },
            {"email": "night.desk@example.org", "name": "Night desk", "channels": ["pagerduty"]},
        ],
        "schedules": {
            "it": {
                "people": [REYES.email, BAKER.email],
                "handover": f"mon {HANDOVER_HOUR:02}:00",
                "starts": this_week.isoformat(),
            }
        },
        "steps": [
            {"people": ["schedule:it"], "wait_seconds": FIRST_WAIT_SECONDS},
            {"people": [BAKER.email, "night.desk@example.org"], "wait_seconds": NEXT_WAIT_SECONDS},
        ],
    }
