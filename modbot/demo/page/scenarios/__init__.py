"""The scenarios, in the order in which they are offered."""

from modbot.demo.page.scenarios.copied_name import COPIED_NAME
from modbot.demo.page.scenarios.drill import DRILL
from modbot.demo.page.scenarios.four_classes import FOUR_CLASSES
from modbot.demo.page.scenarios.leaked_link import LEAKED_LINK
from modbot.demo.page.scenarios.lying_platform import LYING_PLATFORM
from modbot.demo.page.scenarios.pupil_shares import PUPIL_SHARES
from modbot.demo.page.scenarios.slack_down import SLACK_DOWN
from modbot.demo.page.scene import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    COPIED_NAME,
    LEAKED_LINK,
    PUPIL_SHARES,
    FOUR_CLASSES,
    LYING_PLATFORM,
    SLACK_DOWN,
    DRILL,
)
