"""What `modbot doctor` says about Webex."""

from typing import Any

from pydantic import SecretStr

from modbot.platforms.webex.doctor import NEEDED_WEBHOOKS
from modbot.simulators.webex import ADMIN_SCOPES
from tests.platforms.webex.fakes import MODERATOR, TEACHER, District


async def test_a_district_set_up_well_has_nothing_to_fix(district: District) -> None:
    token = district.sim.accounts.issue(MODERATOR)
    for resource, event in NEEDED_WEBHOOKS:
        await register(district, token, {"resource": resource, "event": event})
    found = await district.platform().probe()
    assert [fix for _, fix in found] == ["", "", "", ""]


async def test_a_webhook_that_webex_switched_off_is_named(district: District) -> None:
    token = district.sim.accounts.issue(MODERATOR)
    for resource, event in NEEDED_WEBHOOKS:
        await register(district, token, {"resource": resource, "event": event})
    next(iter(district.sim.hooks.hooks.values()))["status"] = "inactive"
    found = dict(await district.platform().probe())
    assert found["Webex webhooks"] == "Create, or set active again: meetings started."


async def test_each_missing_piece_is_told_with_what_to_do(district: District) -> None:
    found = dict(await district.platform(refresh_token=None, webhook_secret=None).probe())
    assert "MODBOT_WEBEX__WEBHOOK_SECRET" in found["Webex webhook secret"]
    assert "MODBOT_WEBEX__REFRESH_TOKEN" in found["Webex account"]


async def test_a_dead_token_and_a_missing_scope_are_told_apart(district: District) -> None:
    dead = dict(await district.platform(access_token=SecretStr("dead")).probe())
    assert "MODBOT_WEBEX__ACCESS_TOKEN" in dead["Webex trial token"]
    narrow = SecretStr(district.sim.accounts.connect(MODERATOR, {"meeting:controls_read"}))
    found = dict(await district.platform(refresh_token=narrow).probe())
    assert found["Webex moderator token"] == ""
    assert "lacks a scope" in found["Webex moderator reads meetings"]


async def test_each_teachers_connection_is_tried(district: District) -> None:
    tokens = {
        TEACHER: SecretStr(district.sim.accounts.connect(TEACHER)),
        "ben.ochoa@example.org": SecretStr("dead"),
    }
    found = dict(await district.platform(teacher_refresh_tokens=tokens).probe())
    assert found[f"Webex token of {TEACHER}"] == ""
    assert "connect Webex" in found["Webex token of ben.ochoa@example.org"]
    assert "only teachers" in found["Webex moderator account"]


async def register(district: District, token: str, hook: dict[str, Any]) -> None:
    """Create a webhook as IT would."""
    answer = await district.http.request(
        "webex",
        "POST",
        f"{district.sim.api_url}/webhooks",
        headers={"Authorization": f"Bearer {token}"},
        json={"name": "modbot", "targetUrl": "https://modbot.example.org/webhooks/webex", "ownedBy": "org", **hook},
    )
    assert answer.status == 200, ADMIN_SCOPES
