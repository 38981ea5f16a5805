"""A simulated Slack: Web API, response_urls, modals, Socket Mode, and people who type and press.

It checks what it is sent as strictly as Slack does, and what it sends is signed as Slack signs.
"""

from modbot.simulators.slack.delivery import SlashAnswer
from modbot.simulators.slack.simulator import SlackSimulator
from modbot.simulators.slack.world import PostedMessage, SimChannel, SimUser, SimView

__all__ = ["PostedMessage", "SimChannel", "SimUser", "SimView", "SlackSimulator", "SlashAnswer"]
