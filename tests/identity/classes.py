"""An invented class, and short ways to ask what somebody in it is taken for."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from modbot.identity import ClassList, Habit, Habits, NameMemory, Past, Person, RememberedName, Verdict, judge
from modbot.model import Staff, StaffRole
from modbot.rosters import Student

STUDENTS = (
    Student("s1", "Jaden", "Brooks", email="jaden.brooks@students.example.org"),
    Student("s2", "Maria", "Lopez Vargas", email="maria.lopez@students.example.org"),
    Student("s3", "Robert", "Green", "Skye", "", "robert.green@students.example.org"),
    Student("s4", "Xiaoming", "Wang"),
    Student("s5", "Irina", "Petrova"),
    Student("s6", "Ana Luisa", "Ortega"),
    Student("s7", "Mohammed", "Hussein"),
    Student("s8", "Elizabeth", "O'Neil"),
    Student("s9", "Tuan", "Nguyen"),
    Student("s10", "Benjamin", "Ashworth"),
    Student("s11", "Maria", "Keane"),
)
CHANG = Staff("t1", "megan.chang@staff.example.org", "Megan Chang", frozenset({StaffRole.TEACHER}))
CLASS = ClassList(STUDENTS, [CHANG], domains=["students.example.org", "staff.example.org"])
TERM_ENDS = date(2027, 1, 29)
MEMORY = NameMemory(bytes(range(32)), "algebra-1")
ALWAYS = 0b11111  # in five meetings


def class_with(
    *entries: RememberedName,
    today: date = TERM_ENDS,
    signers: Collection[str] = (),
    rare: Collection[str] = (),
    met: Iterable[Student] = STUDENTS,
) -> ClassList:
    """The invented class with a memory of names. With signers or rare students it also knows five meetings.

    The others of `met` were recognised in all of them by name; rare ones in none.
    """
    habits = {
        MEMORY.mark(one.id): Habit(ALWAYS, 0 if one.id in rare else ALWAYS, ALWAYS if one.id in signers else 0)
        for one in met
    }
    past = Past().with_names(entries)
    if signers or rare:
        past = Past(past.names, Habits(habits, date.fromordinal(TERM_ENDS.toordinal() + 1)))
    return ClassList(STUDENTS, [CHANG], memory=MEMORY, past=past, today=today)


def entry(name: str, *, student_id: str = "", tolerated: bool = True) -> RememberedName:
    """A name the class remembers."""
    made = MEMORY.remember(name, term_ends=TERM_ENDS, student_id=student_id, tolerated=tolerated)
    assert made is not None
    return made


def named(*names: str) -> list[Person]:
    """People who only typed a name, in the order of coming: p0, p1, …"""
    return [Person(f"p{number}", name) for number, name in enumerate(names)]


def signed_in(email: str, name: str = "", person_id: str = "a") -> Person:
    """Somebody with an account."""
    return Person(person_id, name, email, signed_in=True)


def bands(class_list: ClassList, people: Sequence[Person]) -> list[str]:
    """Just the bands."""
    return [str(verdict.band) for verdict in judge(class_list, people)]


def one(name: str, class_list: ClassList = CLASS) -> Verdict:
    """The verdict on somebody who is alone in the room."""
    (verdict,) = judge(class_list, named(name))
    return verdict
