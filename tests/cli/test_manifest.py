"""`modbot manifest`: the app that IT pastes into Slack."""

from modbot.command import load
from tests.cli.running import typed


def test_the_manifest_has_every_slash_command_at_the_given_address() -> None:
    done = typed("manifest", "--url", "https://modbot.maple.example.org")
    commands = done.json()["features"]["slash_commands"]
    assert {each["command"] for each in commands} == {f"/{one.name}" for one in load().values() if one.slash}
    assert {each["url"] for each in commands} == {"https://modbot.maple.example.org/slack/events"}


def test_for_socket_mode_no_address_is_asked_for() -> None:
    made = typed("manifest", "--socket").json()
    assert made["settings"]["socket_mode_enabled"] is True
    assert not [each for each in made["features"]["slash_commands"] if "url" in each]


def test_without_an_address_it_says_which_one_to_replace() -> None:
    done = typed("manifest")
    assert done.json()["features"]["slash_commands"]
    assert "replace https://modbot.example.org" in done.err


def test_an_address_that_slack_cannot_reach_is_refused() -> None:
    done = typed("manifest", "--url", "http://modbot.example.org")
    assert done.code == 2
    assert "is not an https address" in done.err
