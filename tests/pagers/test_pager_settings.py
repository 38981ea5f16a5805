"""A channel that is not set up is found at the start; so is a number, a key or an address that cannot be right."""

from typing import Any

import pytest

from modbot.errors import ConfigError
from modbot.settings import load

TWILIO = {"account_sid": "AC" + "0" * 32, "auth_token": "invented", "from_number": "+12025550100"}
PAGERDUTY = {"routing_key": "invented"}
LOU = {"email": "lou@example.org", "phone": "+12025550123"}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODBOT_CONFIG", raising=False)


def called_by(*channels: str) -> dict[str, Any]:
    return {"people": [{**LOU, "channels": channels}]}


def refusal(**settings: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        load({}, **settings)
    return caught.value.problem


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_a_phone_channel_without_twilio_is_refused(channel: str) -> None:
    wanted = "twilio.account_sid, twilio.auth_token and twilio.from_number"
    assert refusal(paging=called_by(channel)) == f"lou@example.org is to be called by {channel}, which needs {wanted}"


@pytest.mark.parametrize("missing", list(TWILIO))
def test_twilio_is_not_set_up_without_any_of_its_three(missing: str) -> None:
    rest = {name: value for name, value in TWILIO.items() if name != missing}
    assert "which needs" in refusal(paging=called_by("sms"), twilio=rest)


def test_a_phone_channel_without_a_way_back_is_refused() -> None:
    assert "public_url" in refusal(paging=called_by("voice"), twilio=TWILIO)


def test_a_pagerduty_channel_without_its_key_is_refused() -> None:
    sentence = "lou@example.org is to be called by pagerduty, which needs pagerduty.routing_key"
    assert refusal(paging=called_by("slack", "pagerduty")) == sentence


def test_channels_that_are_set_up_are_taken() -> None:
    settings = load(
        {},
        paging=called_by("slack", "sms", "voice", "pagerduty"),
        twilio=TWILIO,
        pagerduty=PAGERDUTY,
        public_url="https://modbot.example.org",
    )
    assert settings.paging.people[0].channels == ("slack", "sms", "voice", "pagerduty")


@pytest.mark.parametrize(
    ("block", "wrong"),
    [
        ("twilio", {**TWILIO, "account_sid": "SK123"}),
        ("twilio", {**TWILIO, "from_number": "555-0100"}),
        ("twilio", {**TWILIO, "api_key": "SK123"}),
        ("twilio", {**TWILIO, "api_key_secret": "invented"}),
        ("twilio", {**TWILIO, "calls_per_second": 0}),
        ("pagerduty", {"source": " "}),
        ("pagerduty", {"link": "javascript:alert(1)"}),
        ("pagerduty", {"link": "https://"}),
        ("pagerduty", {"severity": "dreadful"}),
        ("pagerduty", {"webhook_secrets": ["", "x"]}),
    ],
)
def test_what_cannot_be_right_is_refused(block: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        load({}, **{block: wrong})


@pytest.mark.parametrize("written", ["old,new", " old , new ,", ["old", "new"]])
def test_webhook_secrets_are_a_list_or_have_commas_between(written: Any) -> None:
    secrets = load({}, pagerduty={"webhook_secrets": written}).pagerduty.webhook_secrets
    assert [one.get_secret_value() for one in secrets] == ["old", "new"]


def test_a_webhook_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODBOT_PAGERDUTY__WEBHOOK_SECRETS", "old,new")
    assert len(load({}).pagerduty.webhook_secrets) == 2


@pytest.mark.parametrize("written", ["https://events.example.org/", "https://events.example.org/v2/enqueue"])
def test_the_events_address_may_be_the_whole_one(written: str) -> None:
    assert load({}, pagerduty={"events_url": written}).pagerduty.events_url == "https://events.example.org"


def test_secrets_do_not_print() -> None:
    settings = load({}, twilio=TWILIO, pagerduty={**PAGERDUTY, "webhook_secrets": ["invented"]})
    assert "invented" not in repr(settings.twilio) + repr(settings.pagerduty)
