"""A simulated Microsoft Teams: Entra's tokens, Graph's meetings, encrypted notifications and the calling bot.

async with TeamsSimulator() as teams:
    meeting = teams.start_meeting("ada.reyes@example.org", "Algebra 1")
    stranger = teams.join(meeting, "Guest")
    teams.roles.discard("Calls.JoinGroupCall.All")  # in tokens issued from now on
"""

from modbot.simulators.teams.entra import ALL_ROLES, Entra
from modbot.simulators.teams.legs import Leg
from modbot.simulators.teams.notices import Subscription
from modbot.simulators.teams.simulator import TeamsSimulator
from modbot.simulators.teams.world import Joined, Meeting, State, User

__all__ = ["ALL_ROLES", "Entra", "Joined", "Leg", "Meeting", "State", "Subscription", "TeamsSimulator", "User"]
