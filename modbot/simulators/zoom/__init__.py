"""A Zoom account over loopback: REST, OAuth and signed webhooks, with the state of its classes."""

from modbot.simulators.zoom.server import ZoomSimulator
from modbot.simulators.zoom.state import INSTANT, SCHEDULED, JoinRefused, Meeting, Person

__all__ = ["INSTANT", "SCHEDULED", "JoinRefused", "Meeting", "Person", "ZoomSimulator"]
