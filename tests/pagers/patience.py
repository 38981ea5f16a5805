"""How long modbot's pagers ask a simulated vendor, where a test is about that."""

from datetime import timedelta

from modbot.pagers.trying import Patience

PATIENT = Patience(first_wait=timedelta(milliseconds=5))
HASTY = Patience(timedelta(seconds=1), timedelta(milliseconds=300), timedelta(milliseconds=5))  # whatever is answered
# Three times, with two seconds to spare for the last answer: a machine that stands still does not change it.
THRICE = Patience(timedelta(seconds=4.2), timedelta(seconds=4.2), timedelta(seconds=0.7))
