"""Clever over loopback: district-app tokens, the Data API 3.1 with its pages and limits, and thirty days of events.

https://dev.clever.com/docs - the districts are made up, of any size.
"""

from modbot.simulators.clever.district import District, Size
from modbot.simulators.clever.people import PLANTED, Record
from modbot.simulators.clever.server import CleverSimulator

__all__ = ["PLANTED", "CleverSimulator", "District", "Record", "Size"]
