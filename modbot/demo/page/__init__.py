"""The demo page: an invented district to look at and to type in, in a browser on this machine.

It is a client of the simulators alone. modbot does not know that it is watched.
"""
