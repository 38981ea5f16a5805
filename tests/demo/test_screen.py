"""What the demo prints of chat: hostile names are shown, never obeyed, and a changed message loses its old buttons."""

from io import StringIO

import pytest
from rich.console import Console

from modbot.demo.screen import Screen
from modbot.simulators.slack import PostedMessage, SlackSimulator


@pytest.fixture
def slack() -> SlackSimulator:
    """A Slack that is looked at and not started."""
    simulator = SlackSimulator()
    simulator.world.add_user("U0ORTIZ", "luis.ortiz@example.org", "Luis Ortiz")
    simulator.world.add_channel("C0INCIDENTS", "incidents")
    return simulator


def button(label: str) -> dict[str, object]:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": f"run:{label}", "value": "x"}


def actions(*labels: str) -> list[dict[str, object]]:
    return [{"type": "actions", "elements": [button(label) for label in labels]}]


def plain(text: str) -> list[dict[str, object]]:
    return [{"type": "section", "text": {"type": "plain_text", "text": text}}]


def posted(slack: SlackSimulator, blocks: list[dict[str, object]], *, only_for: str = "") -> PostedMessage:
    message = PostedMessage("C0INCIDENTS", slack.world.new_ts(), "preview", blocks, only_for=only_for)
    slack.world.messages.append(message)
    return message


def screen_of(slack: SlackSimulator) -> tuple[Screen, StringIO]:
    written = StringIO()
    return Screen(Console(file=written, soft_wrap=True, highlight=False, markup=False), slack), written


def test_a_name_cannot_command_the_terminal(slack: SlackSimulator) -> None:
    screen, written = screen_of(slack)
    posted(slack, plain("\x1b[2J\x1b]0;owned\x07 [bold]Ana"))
    screen.show_new()
    assert "\x1b" not in written.getvalue()
    assert "⟨U+001B⟩[2J⟨U+001B⟩]0;owned⟨U+0007⟩ [bold]Ana" in written.getvalue()


def test_each_message_says_who_sees_it(slack: SlackSimulator) -> None:
    screen, written = screen_of(slack)
    posted(slack, plain("for one"), only_for="U0ORTIZ")
    posted(slack, plain("for all"))
    screen.show_new()
    assert "to Luis Ortiz, who alone sees it\n│ for one" in written.getvalue()
    assert "in #incidents, for everybody there\n│ for all" in written.getvalue()


def test_a_message_is_printed_once(slack: SlackSimulator) -> None:
    screen, written = screen_of(slack)
    posted(slack, plain("hello"))
    screen.show_new()
    screen.show_new()
    assert written.getvalue().count("hello") == 1


def test_the_buttons_of_a_changed_message_are_new_ones(slack: SlackSimulator) -> None:
    screen, _ = screen_of(slack)
    message = posted(slack, actions("Acknowledge"))
    screen.show_new()
    message.blocks = actions("Resolve")
    screen.show_new()
    found = screen.button(2)
    assert screen.button(1) is None
    assert found is not None
    assert found.label == "Resolve"
