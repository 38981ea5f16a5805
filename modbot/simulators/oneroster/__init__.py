"""A simulated OneRoster service, 1.2 and 1.1, for the demo's district, tests and measurements."""

from modbot.simulators.oneroster.district import PLANTED, District, Size
from modbot.simulators.oneroster.gate import CLIENT_ID, CLIENT_SECRET
from modbot.simulators.oneroster.simulator import OneRosterSimulator

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "PLANTED", "District", "OneRosterSimulator", "Size"]
