"""The scenarios, in the order in which they are offered."""

from modbot.demo.page.scenarios.copied_name import COPIED_NAME
from modbot.demo.page.scene import Scenario

SCENARIOS: tuple[Scenario, ...] = (COPIED_NAME,)
