"""`modbot doctor`: each fault that was planted is found, and told with what to do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modbot.cli.doctor import probes
from modbot.demo.district import INCIDENTS, District
from modbot.demo.roster import ORTIZ, REYES
from modbot.doctor import Check, examine
from modbot.doctor.workspace import Workspace, token_probe
from modbot.http import Http
from modbot.platforms.webex.doctor import NEEDED_WEBHOOKS
from modbot.simulators.webex import ADMIN_SCOPES
from modbot.state import State
from tests.cli.running import modbot


@dataclass(slots=True)
class Clinic:
    """A district, its store, and the doctor's view of both."""

    district: District
    state: State
    http: Http

    async def look(self, **changes: Any) -> dict[str, Check]:
        """Every check by name, with these settings changed."""
        found = await examine(probes(self.district.settings(**changes), self.http, self.state))
        return {check.name: check for check in found}


@pytest.fixture
async def clinic(district: District, state: State) -> AsyncIterator[Clinic]:
    """A district in which nothing is wrong."""
    await district.import_roster(state.roster)
    await connect_webhooks(district)
    http = Http()
    yield Clinic(district, state, http)
    await http.close()


async def connect_webhooks(district: District) -> None:
    """Webex's webhooks, as IT makes them."""
    token = district.webex.accounts.issue(ORTIZ.email, ADMIN_SCOPES)
    http = Http()
    for resource, event in NEEDED_WEBHOOKS:
        hook = {"resource": resource, "event": event, "name": f"modbot {resource} {event}", "ownedBy": "org"}
        hook |= {"secret": "invented", "targetUrl": "https://modbot.example.org/webhooks/webex"}
        headers = {"Authorization": f"Bearer {token}"}
        made = await http.request("webex", "POST", f"{district.webex.api_url}/webhooks", headers=headers, json=hook)
        assert made.ok, made.body
    await http.close()


def only_wrong(checks: dict[str, Check]) -> Check:
    """The one check that failed."""
    (wrong,) = [check for check in checks.values() if not check.ok]
    return wrong


async def test_in_a_district_set_up_well_nothing_is_wrong(clinic: Clinic) -> None:
    checks = await clinic.look()
    assert [check for check in checks.values() if not check.ok] == []
    assert len(checks) > 20


async def test_a_token_that_slack_refuses_is_told_with_where_to_find_the_right_one(clinic: Clinic) -> None:
    found = (await clinic.look(slack={"bot_token": "xoxb-wrong"}))["Slack token"]
    assert (found.ok, found.found[-14:]) == (False, "(invalid_auth)")
    assert "MODBOT_SLACK__BOT_TOKEN" in found.fix


async def test_a_refused_token_hides_no_other_check(clinic: Clinic) -> None:
    checks = await clinic.look(slack={"bot_token": "xoxb-wrong"})
    assert checks["clock"].ok
    assert checks["Zoom token"].ok
    assert checks["roster"].ok


async def test_a_missing_token_is_told_by_its_setting(clinic: Clinic) -> None:
    found = (await clinic.look(slack={"bot_token": None}))["Slack token"]
    assert found.found == "MODBOT_SLACK__BOT_TOKEN: is not set"


async def test_a_missing_scope_is_named_with_its_reason(clinic: Clinic) -> None:
    clinic.district.slack.web_api.scopes.discard("users:read.email")
    found = (await clinic.look())["Slack scopes"]
    assert found.found == "missing: users:read.email"
    assert "install it again: users:read.email (the confirmed e-mail" in found.fix


async def test_a_missing_signing_secret_is_told(clinic: Clinic) -> None:
    found = only_wrong(await clinic.look(slack={"signing_secret": None}))
    assert (found.name, "MODBOT_SLACK__SIGNING_SECRET" in found.fix) == ("Slack signing secret", True)


async def test_a_wrong_app_token_is_told(clinic: Clinic) -> None:
    found = only_wrong(await clinic.look(slack={"app_token": "xapp-wrong"}))
    assert (found.name, "connections:write" in found.fix) == ("Slack app token (Socket Mode)", True)


async def test_an_incident_channel_that_is_not_there_is_told(clinic: Clinic) -> None:
    found = only_wrong(await clinic.look(district={"incident_channel": "C0NOWHERE"}))
    assert found.name == "incident channel C0NOWHERE"
    assert "/invite @modbot" in found.fix


async def test_an_incident_channel_without_modbot_is_told(clinic: Clinic) -> None:
    clinic.district.slack.world.channels[INCIDENTS].members.discard("U0MODBOT")
    found = only_wrong(await clinic.look())
    assert (found.found, found.fix) == ("modbot is not in it", "Open the channel and type: /invite @modbot")


async def test_an_incident_channel_shared_with_strangers_is_told(clinic: Clinic) -> None:
    clinic.district.slack.world.channels[INCIDENTS].is_ext_shared = True
    assert only_wrong(await clinic.look()).found == "it is shared with another organisation"


async def test_no_incident_channel_at_all_is_told(clinic: Clinic) -> None:
    found = only_wrong(await clinic.look(district={"incident_channel": ""}))
    assert "district.incident_channel" in found.fix


@pytest.mark.parametrize(("minutes", "said"), [(3, "180 s ahead of Slack"), (-3, "180 s behind Slack")])
async def test_a_clock_that_is_wrong_is_told(clinic: Clinic, minutes: int, said: str) -> None:
    settings = clinic.district.settings().slack
    workspace = Workspace(clinic.http, settings.api_url, settings.bot_token)
    skewed = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=minutes)
    checks = await examine([token_probe(workspace, lambda: skewed)])
    clock = next(check for check in checks if check.name == "clock")
    assert not clock.ok
    assert clock.found.split(" ", 1)[1] == said.split(" ", 1)[1]
    assert "timedatectl" in clock.fix


async def test_a_store_that_forgets_at_a_restart_is_told(clinic: Clinic) -> None:
    await clinic.state.store.run("CONFIG", "SET", "appendonly", "no")
    found = only_wrong(await clinic.look())
    assert (found.name, "appendonly yes" in found.fix) == ("store keeps data on disk", True)


async def test_a_store_that_throws_data_away_is_told(clinic: Clinic) -> None:
    await clinic.state.store.run("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    found = only_wrong(await clinic.look())
    assert (found.found, "noeviction" in found.fix) == ("maxmemory-policy allkeys-lru", True)


async def test_a_data_directory_that_others_may_read_is_told(clinic: Clinic) -> None:
    clinic.district.data_dir.chmod(0o755)
    found = only_wrong(await clinic.look())
    assert found.fix == f"Run: chmod 700 {clinic.district.data_dir}"


async def test_a_key_file_that_others_may_read_is_told(clinic: Clinic) -> None:
    (clinic.district.data_dir / "keys").chmod(0o644)
    found = only_wrong(await clinic.look())
    assert (found.name, "chmod 600" in found.found) == ("encryption keys", True)


async def test_an_on_call_person_whom_slack_does_not_know_is_named(clinic: Clinic) -> None:
    paging = {"people": [{"email": "lee.moss@example.org"}], "steps": []}
    found = only_wrong(await clinic.look(paging=paging))
    assert found.name == "people on call: lee.moss@example.org"
    assert found.found == "Slack knows nobody by this address"


async def test_an_unconfirmed_address_in_slack_is_told(clinic: Clinic) -> None:
    clinic.district.slack.world.users[REYES.slack].confirmed = False
    checks = await clinic.look()
    found = checks[f"people in the settings: {REYES.email}"]
    assert (found.ok, "not confirmed" in found.found) == (False, True)


async def test_nobody_on_call_is_told(clinic: Clinic) -> None:
    found = only_wrong(await clinic.look(paging={"people": [], "steps": []}))
    assert (found.name, "paging.people" in found.fix) == ("people on call", True)


async def test_no_it_staff_is_told(clinic: Clinic) -> None:
    assert "district.it" in only_wrong(await clinic.look(district={"it": []})).fix


async def test_half_of_a_platforms_credentials_is_told(clinic: Clinic) -> None:
    found = only_wrong(await clinic.look(zoom={"client_secret": None}))
    assert (found.name, "docs/platforms/zoom.md" in found.fix) == ("Zoom", True)


async def test_a_webhook_that_is_missing_is_named(clinic: Clinic) -> None:
    clinic.district.webex.hooks.hooks.popitem()
    assert "meetingParticipants left" in only_wrong(await clinic.look()).fix


async def test_a_slack_that_does_not_answer_in_time_hides_nothing(clinic: Clinic) -> None:
    clinic.district.slack.faults.lag_seconds = 600
    found = await examine(
        probes(clinic.district.settings(), clinic.http, clinic.state), patience=timedelta(seconds=4.5)
    )
    slow = [check for check in found if check.found == "no answer within 4.5 s"]
    assert {check.name for check in slow} >= {"Slack token", "people on call"}
    assert next(check for check in found if check.name == "Zoom token").ok


async def test_what_is_in_order_ends_with_exit_code_0(district: District) -> None:
    await connect_webhooks(district)
    env = district.environment(port=0)
    await modbot("roster", "import", str(district.roster), env=env)
    done = await modbot("doctor", "--json", env=env)
    assert done.code == 0, done.out
    assert done.json()["ok"] is True
    assert {frozenset(check) for check in done.json()["checks"]} == {frozenset({"name", "ok", "found", "fix"})}


async def test_what_is_wrong_ends_with_exit_code_1_and_a_fix(district: District) -> None:
    district.slack.web_api.revoked = True
    done = await modbot("doctor", env=district.environment(port=0))
    assert done.code == 1
    assert "WRONG" in done.out
    assert "→ Set MODBOT_SLACK__BOT_TOKEN" in done.out


async def test_settings_that_cannot_be_read_are_a_check_like_any_other(district: District) -> None:
    env = {**district.environment(port=0), "MODBOT_AUDIT_DAYS": "soon"}
    done = await modbot("doctor", "--json", env=env)
    assert done.code == 1
    (check,) = done.json()["checks"]
    assert (check["name"], check["found"].partition(":")[0]) == ("settings", "MODBOT_AUDIT_DAYS")


async def test_a_store_that_cannot_be_opened_does_not_hide_slack(district: District) -> None:
    env = {**district.environment(port=0), "MODBOT_DATA_DIR": "/dev/null/here"}
    checks = {check["name"]: check for check in (await modbot("doctor", "--json", env=env)).json()["checks"]}
    assert checks["store"]["ok"] is False
    assert checks["Slack token"]["ok"] is True
