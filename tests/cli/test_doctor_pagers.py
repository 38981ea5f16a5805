"""`modbot doctor` looks at every way to call people, calls nobody, and says what to fix."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modbot.demo.district import District
from modbot.demo.given import merged
from modbot.demo.telephones import NUMBERS, Telephones
from modbot.demo.wire import unwatched
from modbot.doctor import Check
from modbot.http import Http
from modbot.simulators.twilio import OwnNumber
from tests.cli.looking import looked
from tests.cli.running import modbot

KIM = next(iter(NUMBERS))
PUBLIC = "https://modbot.example.org"
NOBODY_LISTENS = "http://127.0.0.1:1"


@dataclass(slots=True)
class Clinic:
    """Twilio and PagerDuty as a district has set them up, and the doctor's view of both."""

    telephones: Telephones
    http: Http

    async def look(self, **changes: Any) -> dict[str, Check]:
        """Every check by name, with these settings changed."""
        usual = {
            "public_url": PUBLIC,
            "paging": on_call("voice", "sms", "pagerduty", "slack"),
            **self.telephones.settings(),
        }
        return await looked(self.http, merged(usual, changes))

    async def wrong(self, **changes: Any) -> Check:
        """The one check that failed."""
        (found,) = [check for check in (await self.look(**changes)).values() if not check.ok]
        return found

    @property
    def own(self) -> OwnNumber:
        """The account's number."""
        return self.telephones.twilio.number


def on_call(*channels: str) -> dict[str, Any]:
    """Kim Reyes is called by these."""
    return {"people": [{"email": KIM, "phone": NUMBERS[KIM], "channels": channels}]}


@pytest.fixture
async def clinic(http: Http) -> AsyncIterator[Clinic]:
    """A district whose pagers are in order."""
    async with Telephones(unwatched) as telephones:
        telephones.point_at(PUBLIC)
        yield Clinic(telephones, http)


async def test_pagers_set_up_well_are_in_order(clinic: Clinic) -> None:
    checks = await clinic.look()
    assert [check for check in checks.values() if not check.ok] == []
    assert list(checks) == [
        "Twilio account",
        "Twilio number",
        "replies to texts",
        "PagerDuty",
        "answers by PagerDuty",
        "address for answers",
        "channels besides Slack",
    ]


async def test_looking_calls_and_texts_nobody(clinic: Clinic) -> None:
    await clinic.look()
    telephones = clinic.telephones
    assert (telephones.twilio.calls, telephones.twilio.messages, telephones.pagerduty.incidents.all) == ([], [], [])


async def test_what_was_not_checked_is_said(clinic: Clinic) -> None:
    checks = await clinic.look()
    silent = {name for name, check in checks.items() if "not checked" not in check.found}
    assert silent == {"Twilio account", "address for answers", "channels besides Slack"}
    assert "cannot be checked" in checks["address for answers"].found


async def test_without_pagers_there_is_nothing_to_look_at(http: Http) -> None:
    assert await looked(http, {}) == {}


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise's own
async def test_no_secret_is_told(clinic: Clinic) -> None:
    twilio = clinic.telephones.settings()["twilio"]
    key, secret = clinic.telephones.twilio.account.add_api_key()
    told = str(
        await clinic.look(
            twilio={"api_key": key, "api_key_secret": secret},
            page_token="abcdefghijklmnopqrstuvwxyz",
            paging={"heartbeat_url": "http://monitor.example.org/hush", "apprise": {"desk": "nonsense://s3cret"}},
        )
    )
    routing_key = clinic.telephones.service.keys[0]
    secrets = [twilio["auth_token"], secret, routing_key, "abcdefghijklmnop", "monitor.example.org", "s3cret"]
    assert [one for one in secrets if one in told] == []


# Twilio.


async def test_a_wrong_auth_token_is_told_once(clinic: Clinic) -> None:
    found = await clinic.wrong(twilio={"auth_token": "wrong"})
    assert (found.name, found.found[-7:], "AUTH_TOKEN" in found.fix) == ("Twilio account", "(20003)", True)


async def test_a_wrong_account_is_told(clinic: Clinic) -> None:
    assert (await clinic.wrong(twilio={"account_sid": "AC" + "0" * 32})).name == "Twilio account"


async def test_a_standard_api_key_is_enough(clinic: Clinic) -> None:
    key, secret = clinic.telephones.twilio.account.add_api_key()
    checks = await clinic.look(twilio={"api_key": key, "api_key_secret": secret})
    assert all(check.ok for check in checks.values())


async def test_a_wrong_api_key_is_told_beside_a_good_auth_token(clinic: Clinic) -> None:
    found = await clinic.wrong(twilio={"api_key": "SK" + "0" * 32, "api_key_secret": "wrong"})
    assert (found.name, "twilio.api_key" in found.fix) == ("Twilio number", True)


async def test_a_wrong_auth_token_is_told_beside_a_good_api_key(clinic: Clinic) -> None:
    key, secret = clinic.telephones.twilio.account.add_api_key()
    found = await clinic.wrong(twilio={"api_key": key, "api_key_secret": secret, "auth_token": "wrong"})
    assert found.name == "Twilio account"


@pytest.mark.parametrize("status", ["suspended", "closed"])
async def test_an_account_that_is_not_active_is_told(clinic: Clinic, status: str) -> None:
    clinic.telephones.twilio.account.status = status
    assert (await clinic.wrong()).found == f"it is {status}"


async def test_a_trial_account_is_told(clinic: Clinic) -> None:
    clinic.telephones.twilio.account.kind = "Trial"
    assert "Upgrade" in (await clinic.wrong()).fix


async def test_a_number_of_somebody_else_is_told(clinic: Clinic) -> None:
    found = await clinic.wrong(twilio={"from_number": "+12025550199"})
    assert (found.found, "twilio.from_number" in found.fix) == ("+12025550199 is not a number of this account", True)


async def test_a_number_that_is_part_of_the_account_s_is_not_taken_for_it(clinic: Clinic) -> None:
    assert (await clinic.wrong(twilio={"from_number": clinic.own.number[:-1]})).name == "Twilio number"


async def test_a_number_that_cannot_text_is_told(clinic: Clinic) -> None:
    clinic.own.sms = False
    assert (await clinic.wrong()).found == f"{clinic.own.number} cannot text"


async def test_a_number_that_cannot_text_is_in_order_where_nobody_is_texted(clinic: Clinic) -> None:
    clinic.own.sms = False
    checks = await clinic.look(paging=on_call("voice", "pagerduty"))
    assert checks["Twilio number"].found == f"{clinic.own.number} can call"


async def test_a_verified_caller_id_can_call_and_not_text(clinic: Clinic) -> None:
    clinic.telephones.twilio.account.caller_ids.add("+12025550177")
    assert (await clinic.wrong(twilio={"from_number": "+12025550177"})).found == "+12025550177 cannot text"


async def test_replies_that_go_elsewhere_are_told_with_the_address_to_set(clinic: Clinic) -> None:
    clinic.own.sms_url = "https://demo.twilio.com/welcome/sms/reply"
    found = await clinic.wrong()
    assert (found.name, f"{PUBLIC}/webhooks/twilio" in found.fix) == ("replies to texts", True)


async def test_a_twilio_that_cannot_be_reached_is_told(clinic: Clinic) -> None:
    found = await clinic.wrong(twilio={"api_url": NOBODY_LISTENS})
    assert (found.name, "reach Twilio" in found.fix) == ("Twilio", True)


async def test_a_twilio_in_trouble_hides_no_other_check(clinic: Clinic) -> None:
    clinic.telephones.twilio.faults.malformed = True
    checks = await clinic.look()
    assert (checks["Twilio"].ok, checks["PagerDuty"].ok) == (False, True)


async def test_half_of_twilio_s_settings_is_told(clinic: Clinic) -> None:
    found = await clinic.wrong(twilio={"from_number": ""}, paging=on_call("pagerduty"))
    assert found.found == "twilio.from_number not set: nobody is called by telephone"


# PagerDuty.


async def test_a_key_that_pagerduty_does_not_know_is_told(clinic: Clinic) -> None:
    found = await clinic.wrong(pagerduty={"routing_key": "0" * 32})
    assert (found.name, "ROUTING_KEY" in found.fix) == ("PagerDuty", True)


async def test_a_key_of_another_kind_is_told_without_asking(clinic: Clinic) -> None:
    found = await clinic.wrong(pagerduty={"routing_key": "u+abcdefghijklmnopqr"})
    assert found.found == "the key has 20 characters, not 32 letters and digits"
    assert clinic.telephones.pagerduty.seen == []


async def test_a_pagerduty_that_cannot_be_reached_is_told(clinic: Clinic) -> None:
    assert "pagerduty.events_url" in (await clinic.wrong(pagerduty={"events_url": NOBODY_LISTENS})).fix


async def test_what_is_set_up_and_calls_nobody_is_told(clinic: Clinic) -> None:
    found = await clinic.wrong(paging=on_call("voice"))
    assert found.found == "set up, and nobody is called by it: PagerDuty"


async def test_no_webhook_secret_is_told(clinic: Clinic) -> None:
    found = await clinic.wrong(pagerduty={"webhook_secrets": []})
    assert (found.name, "WEBHOOK_SECRETS" in found.fix) == ("answers by PagerDuty", True)


async def test_a_webhook_secret_without_a_key_is_told(clinic: Clinic) -> None:
    assert (
        await clinic.wrong(pagerduty={"routing_key": None}, paging=on_call("voice", "sms"))
    ).found == "the key is not set"


# The address that answers come to.


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://modbot.example.org", "is not https"),
        ("https://127.0.0.1", "nobody outside can reach"),
        ("https://10.1.2.3", "nobody outside can reach"),
        ("https://[::1]", "nobody outside can reach"),
        ("https://localhost", "nobody outside can reach"),
        ("https://modbot", "nobody outside can reach"),
        ("https://modbot.school.local", "nobody outside can reach"),
    ],
)
async def test_an_address_that_answers_cannot_come_to_is_told(clinic: Clinic, url: str, why: str) -> None:
    clinic.telephones.point_at(url)
    found = await clinic.wrong(public_url=url)
    assert (found.name, why in found.found) == ("address for answers", True)


@pytest.mark.parametrize("url", [PUBLIC, "https://8.8.8.8", "https://modbot.example.org:8443"])
async def test_an_address_that_looks_public_is_in_order(clinic: Clinic, url: str) -> None:
    clinic.telephones.point_at(url)
    assert (await clinic.look(public_url=url))["address for answers"].ok


async def test_the_command_tells_of_pagers_too(short_dir: Path) -> None:
    async with District(short_dir, platforms=(), phones=True) as district:
        done = await modbot("doctor", "--json", env=district.environment(port=0))
    checks = {check["name"]: check for check in done.json()["checks"]}
    assert (checks["Twilio account"]["ok"], checks["PagerDuty"]["ok"]) == (True, True)
