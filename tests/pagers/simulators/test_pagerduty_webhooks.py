"""The simulated PagerDuty's v3 webhooks: signatures, order, attempts, and when it gives up."""

import hashlib
import hmac

import pytest

from tests.pagers.simulators.pagerduty_house import FIRST, Duty
from tests.stores import until


def hexadecimal(secret: str, body: bytes) -> str:
    """HMAC-SHA256 by its definition, without Python's hmac."""
    key = secret.encode().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + body).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).hexdigest()


async def test_a_webhook_is_signed_over_its_very_bytes(duty: Duty) -> None:
    duty.sim.ping()
    heard = await duty.last()
    assert heard.headers["x-pagerduty-signature"] == f"v1={hexadecimal(duty.sim.hooks.secrets[0], heard.body)}"


async def test_while_a_secret_is_replaced_there_is_a_signature_for_each(duty: Duty) -> None:
    duty.sim.hooks.secrets = ["old-secret", "new-secret"]
    duty.sim.ping()
    heard = await duty.last()
    expected = [f"v1={hexadecimal(secret, heard.body)}" for secret in ("old-secret", "new-secret")]
    assert heard.headers["x-pagerduty-signature"].split(",") == expected


async def test_a_webhook_names_its_subscription(duty: Duty) -> None:
    duty.sim.hooks.custom_headers["X-District"] = "north"
    duty.sim.ping()
    headers = (await duty.last()).headers
    assert (headers["x-webhook-subscription"], headers["x-district"]) == (duty.sim.hooks.subscription_id, "north")


@pytest.mark.parametrize("status", [500, 503, 429, 0])
async def test_a_passing_failure_is_tried_again_with_the_same_ids(duty: Duty, status: int) -> None:
    duty.app.statuses.append(status)
    duty.sim.ping()
    await duty.sim.flush()
    assert len({(one.headers["x-webhook-id"], one.event["id"]) for one in duty.app.heard}) == 1
    assert [one.status for one in duty.sim.hooks.deliveries] == [status, 200]


async def test_an_application_that_is_too_slow_is_tried_again(duty: Duty) -> None:
    duty.sim.hooks.attempts = 2
    duty.sim.hooks.deadline_seconds = 1e-6
    duty.sim.ping()
    await duty.sim.flush()
    assert [one.status for one in duty.sim.hooks.deliveries] == [0, 0]


@pytest.mark.parametrize("status", [400, 401, 404, 302])
async def test_another_refusal_is_final(duty: Duty, status: int) -> None:
    duty.app.statuses.append(status)
    duty.sim.ping()
    await duty.sim.flush()
    assert (len(duty.app.heard), duty.sim.hooks.dropped) == (1, ["pagey.ping"])


async def test_after_48_hours_a_webhook_is_given_up(duty: Duty) -> None:
    duty.sim.hooks.attempts = 10_000
    duty.app.statuses.extend([503] * 10_000)
    duty.sim.hooks.retry_wait_seconds = 1e-9
    duty.sim.ping()
    await until("a second attempt was made", lambda: len(duty.sim.hooks.deliveries) >= 2)
    duty.clock.forward(hours=48)
    await duty.sim.flush()
    assert duty.sim.hooks.dropped == ["pagey.ping"]


async def test_webhooks_of_one_incident_wait_for_the_one_before(duty: Duty) -> None:
    duty.app.statuses.extend([503, 503])
    await duty.act("trigger")
    duty.sim.acknowledge(duty.sim.incident("page-1"), FIRST)
    duty.sim.resolve(duty.sim.incident("page-1"), FIRST)
    assert await duty.told() == ["incident.triggered"] * 3 + ["incident.acknowledged", "incident.resolved"]


async def test_three_drops_in_a_row_disable_the_subscription_for_a_day(duty: Duty) -> None:
    duty.app.statuses.extend([404] * 3)
    for _ in range(3):
        duty.sim.ping()
        await duty.sim.flush()
    duty.sim.ping()
    await duty.sim.flush()
    assert (len(duty.app.heard), duty.sim.hooks.disabled) == (3, True)


async def test_a_day_later_it_delivers_again(duty: Duty) -> None:
    duty.app.statuses.extend([404] * 3)
    for _ in range(3):
        duty.sim.ping()
        await duty.sim.flush()
    duty.clock.forward(hours=24)
    duty.sim.ping()
    await duty.sim.flush()
    assert duty.sim.hooks.deliveries[-1].status == 200


async def test_the_admin_can_enable_it_before(duty: Duty) -> None:
    duty.app.statuses.extend([404] * 3)
    for _ in range(3):
        duty.sim.ping()
        await duty.sim.flush()
    duty.sim.hooks.enable()
    duty.sim.ping()
    await duty.sim.flush()
    assert duty.sim.hooks.deliveries[-1].status == 200


async def test_a_success_between_breaks_the_row(duty: Duty) -> None:
    duty.app.statuses.extend([404, 404, 200, 404])
    for _ in range(4):
        duty.sim.ping()
        await duty.sim.flush()
    assert not duty.sim.hooks.disabled


async def test_disabling_drops_what_is_queued(duty: Duty) -> None:
    duty.app.statuses.extend([404] * 3)
    for _ in range(5):
        duty.sim.ping()
    await duty.sim.flush()
    assert (len(duty.app.heard), len(duty.sim.hooks.dropped)) == (3, 5)


async def test_a_webhook_above_256_kilobytes_is_dropped(duty: Duty) -> None:
    await duty.act("trigger")
    duty.sim.annotate(duty.sim.incident("page-1"), FIRST, "x" * 256 * 1024)
    assert await duty.told() == ["incident.triggered"]


async def test_only_the_events_that_are_subscribed_are_sent(duty: Duty) -> None:
    duty.sim.hooks.events = frozenset({"incident.acknowledged"})
    await duty.act("trigger")
    await duty.act("acknowledge")
    assert await duty.told() == ["incident.acknowledged"]


async def test_a_webhook_delivered_twice_has_one_id(duty: Duty) -> None:
    duty.sim.faults.duplicate_webhooks = True
    duty.sim.ping()
    await duty.sim.flush()
    assert [len(duty.app.heard), len({one.headers["x-webhook-id"] for one in duty.app.heard})] == [2, 1]


async def test_webhooks_can_be_overtaken(duty: Duty) -> None:
    duty.sim.faults.reorder_webhooks = True
    await duty.act("trigger")
    await duty.act("acknowledge")
    assert await duty.told() == ["incident.acknowledged", "incident.triggered"]


async def test_webhooks_can_be_lost(duty: Duty) -> None:
    duty.sim.faults.mute_webhooks = True
    await duty.act("trigger")
    assert await duty.told() == []


def test_the_independent_hmac_is_right() -> None:
    assert hexadecimal("key", b"body") == hmac.new(b"key", b"body", hashlib.sha256).hexdigest()
