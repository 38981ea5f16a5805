"""The app a district installs asks for little and says why."""

import pytest

from modbot.errors import ConfigError
from modbot.simulators.slack.webapi import ALL_SCOPES
from modbot.slack.manifest import SCOPES, SHORTCUTS, manifest

COMMANDS = [("/lock", "[class]", "Nobody new can come in."), ("/modbot", "", "Help.")]


def test_every_command_points_at_modbot_with_mentions_as_ids() -> None:
    made = manifest("https://modbot.example.org", COMMANDS)
    assert made["features"]["slash_commands"] == [
        {
            "command": "/lock",
            "description": "Nobody new can come in.",
            "usage_hint": "[class]",
            "should_escape": True,
            "url": "https://modbot.example.org/slack/events",
        },
        {
            "command": "/modbot",
            "description": "Help.",
            "should_escape": True,
            "url": "https://modbot.example.org/slack/events",
        },
    ]
    assert made["settings"]["interactivity"]["request_url"] == "https://modbot.example.org/slack/events"


def test_socket_mode_needs_no_address() -> None:
    made = manifest("", COMMANDS, socket_mode=True, events=["app_home_opened"])
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(made["features"]["slash_commands"])
    assert made["settings"]["event_subscriptions"] == {"bot_events": ["app_home_opened"]}


def test_no_events_are_asked_for_unless_something_listens() -> None:
    assert "event_subscriptions" not in manifest("https://modbot.example.org", COMMANDS)["settings"]


def test_each_scope_has_a_reason_and_nothing_else_is_asked_for() -> None:
    asked = manifest("https://modbot.example.org/slack/events/", COMMANDS)["oauth_config"]["scopes"]
    assert asked == {"bot": sorted(SCOPES)}
    assert all(len(reason) > 20 for reason in SCOPES.values())
    assert frozenset(SCOPES) == ALL_SCOPES
    assert not [scope for scope in SCOPES if "history" in scope or "admin" in scope]


def test_shortcuts_keep_slacks_limits() -> None:
    made = manifest("https://modbot.example.org", COMMANDS)["features"]["shortcuts"]
    assert 0 < len(made) <= 10
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in made)
    assert {each["type"] for each in made} == {"global", "message"}
    assert len({each.callback_id for each in SHORTCUTS}) == len(SHORTCUTS)


def test_the_names_shown_keep_slacks_limits() -> None:
    shown = manifest("https://modbot.example.org", COMMANDS)["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140


@pytest.mark.parametrize("url", ["http://modbot.example.org", "modbot.example.org", "", "https://"])
def test_an_address_slack_cannot_reach_is_told(url: str) -> None:
    with pytest.raises(ConfigError, match="https"):
        manifest(url, COMMANDS)


@pytest.mark.parametrize("name", ["lock", "/", "/Lock", "/lock it", "/" + "x" * 32])
def test_a_name_slack_would_refuse_is_a_mistake(name: str) -> None:
    with pytest.raises(ValueError, match="slash command"):
        manifest("https://modbot.example.org", [(name, "", "Words.")])
