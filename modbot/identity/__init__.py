"""Who is in the room: each participant of a session held against the class list, with reasons in plain words.

Pure: no store, no clock, no network. A `ClassList` is built once per section; `judge` gives a verdict for everybody
present. Identity counts before name, name before history: an account of the class settles it, a name only as far as
nobody else holds that student's place, and what a teacher tolerated before when nothing else is known.
"""

from modbot.identity.class_list import ClassList
from modbot.identity.domains import own_domains
from modbot.identity.habits import Habit, Habits
from modbot.identity.judging import judge
from modbot.identity.lessons import Lesson, later, lesson
from modbot.identity.memory import NameMemory, Past, RememberedName, may_be_remembered
from modbot.identity.verdicts import Band, Person, Reason, Verdict, Why, person_of

__all__ = [
    "Band",
    "ClassList",
    "Habit",
    "Habits",
    "Lesson",
    "NameMemory",
    "Past",
    "Person",
    "Reason",
    "RememberedName",
    "Verdict",
    "Why",
    "judge",
    "later",
    "lesson",
    "may_be_remembered",
    "own_domains",
    "person_of",
]
