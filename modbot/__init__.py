"""modbot: lock a class, put an intruder out and page IT, from staff chat."""

__version__ = "0.1.0"
