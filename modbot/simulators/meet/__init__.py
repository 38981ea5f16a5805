"""A simulated Google Meet: spaces, conferences, knocking, delegated tokens, quotas, and events pushed by Pub/Sub.

async with MeetSimulator() as meet:
    key_file = meet.service_account
    meet.subscribe("ada.reyes@example.org")
    meeting = meet.start_meeting("ada.reyes@example.org", "Algebra 1")
    stranger = meet.join(meeting, "Guest")
"""

from modbot.simulators.meet.events import LIVE_EVENTS, Subscription
from modbot.simulators.meet.gate import CREATED, DIRECTORY, READONLY, SETTINGS
from modbot.simulators.meet.simulator import MeetSimulator
from modbot.simulators.meet.world import Joined, Meeting, Space, State

__all__ = [
    "CREATED",
    "DIRECTORY",
    "LIVE_EVENTS",
    "READONLY",
    "SETTINGS",
    "Joined",
    "MeetSimulator",
    "Meeting",
    "Space",
    "State",
    "Subscription",
]
