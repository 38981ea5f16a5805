"""A real Prosody and real XMPP people: the room layer of Jitsi, for the demo and tests. Nothing here is simulated.

Jitsi's rooms are chat rooms (XEP-0045) on a Prosody server, and so is everything that decides who may be in a class.
What is missing is Jitsi's own part: its web client, its media bridge and its focus user.
"""

from modbot.simulators.prosody.configuration import Certificate, Domains
from modbot.simulators.prosody.person import Gone, Person, Refused
from modbot.simulators.prosody.server import HOW_TO_INSTALL, Prosody, ProsodyFailed, available

__all__ = [
    "HOW_TO_INSTALL",
    "Certificate",
    "Domains",
    "Gone",
    "Person",
    "Prosody",
    "ProsodyFailed",
    "Refused",
    "available",
]
