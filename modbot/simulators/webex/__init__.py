"""A simulated Webex Meetings: hosts, co-hosts, lobby, lock, expiring tokens, paging, limits and signed webhooks.

async with WebexSimulator() as webex:
    refresh_token = webex.accounts.connect("ada.reyes@example.org")
    meeting = webex.start_meeting("ada.reyes@example.org", "Algebra 1")
    stranger = webex.join(meeting, "Guest")
"""

from modbot.simulators.webex.accounts import ADMIN_SCOPES, USER_SCOPES
from modbot.simulators.webex.simulator import WebexSimulator
from modbot.simulators.webex.world import Joined, Meeting, Series, State

__all__ = ["ADMIN_SCOPES", "USER_SCOPES", "Joined", "Meeting", "Series", "State", "WebexSimulator"]
