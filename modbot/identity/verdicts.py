"""What matching is asked about, and what it answers: a band, and why, in words that a teacher reads."""

from dataclasses import dataclass
from enum import StrEnum

from modbot.messages.names import defang
from modbot.model import Participant, ParticipantRole


class Band(StrEnum):
    """How sure modbot is that somebody belongs in the class. Never a number."""

    STAFF = "staff"
    KNOWN = "known"
    LIKELY = "likely"
    REMEMBERED = "remembered"
    UNSURE = "unsure"
    DUPLICATE = "duplicate"
    STRANGER = "stranger"

    @property
    def welcome(self) -> bool:
        """Whether they stay without anybody having to look."""
        return self in _WELCOME


_WELCOME = frozenset({Band.STAFF, Band.KNOWN, Band.LIKELY, Band.REMEMBERED})


class Why(StrEnum):
    """A reason, with its sentence. None of them tells a name the participant did not show."""

    sentence: str

    def __new__(cls, name: str, sentence: str = "") -> "Why":
        """`name` is the value; a look-up by value gives no sentence."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.sentence = sentence
        return member

    STAFF_ACCOUNT = "staff_account", "Signed in as a member of staff."
    OWN_ACCOUNT = "own_account", "Signed in with the account of a student of this class."
    ACCOUNT_TWICE = "account_twice", "The same account is here twice: a second device, or it was lent to somebody."
    OTHER_ACCOUNT = "other_account", "Signed in with a school account that is not in this class."
    OUTSIDE_ACCOUNT = "outside_account", "Signed in, but not with a school account."
    OTHERS_NAME = "others_name", "Shows the name of another student of this class."
    UNPROVED_EMAIL = (
        "unproved_email",
        "Gave a student's e-mail address, but did not sign in with it.",
    )
    FULL = "full", "The name is on the class list."
    NICKNAME = "nickname", "A usual nickname and the family name fit the class list."
    SHORT = "short", "A short form of a name on the class list."
    INITIAL = "initial", "A name and an initial fit the class list."
    FIRST = "first", "A first name from the class list, without a family name."
    NEAR = "near", "Almost a name on the class list: a letter or two differ."
    SEVERAL = "several", "It fits more than one student."
    REMEMBERED = "remembered", "A teacher let this same name stay in this class before."
    WORN = "worn", "A student of this class showed this same name before."
    PART = "part", "Only part of the name fits a student, who is not here so far."
    HINT = "hint", "Could be a made-up name or the initials of a student, who is not here so far."
    TAKEN = "taken", "Only part of the name fits a student, and that student is here already."
    DOUBLE = "double", "Looks like a second {about}, who is here already."
    NEAR_DOUBLE = "near_double", "Almost the name of {about}, who is here already: a letter or two differ."
    DOUBLED = "doubled", "Almost the name of {about}, and somebody with the exact name is here too."
    SAME_NAME = "same_name", "Somebody who came earlier shows the same name."
    NO_SIGN_IN = "no_sign_in", "Students of this class normally use their own accounts, and this participant did not."
    STUDENT_SIGNS_IN = (
        "student_signs_in",
        "The student with this name normally uses their own account, and this participant did not.",
    )
    RARE = "rare", "The student with this name was hardly ever recognised in this class lately."
    UNUSUAL = (
        "unusual",
        "The student with this name usually shows another name here, and somebody not recognised came before.",
    )
    STAFF_NAME = "staff_name", "Shows the name of a member of staff, but is not signed in as one."
    HOST = "host", "Runs the meeting, but is not signed in as staff."
    DEVICE = "device", "Shows the name of a device, or a word that could be anybody."
    NO_NAME = "no_name", "Shows no name that can be read."
    OTHER_LETTERS = "other_letters", "The name is in letters that cannot be compared with this class list."
    ALIKE = "alike", "The name mixes look-alike letters from different alphabets."
    HIDDEN = "hidden", "The name has hidden characters in it."
    PRANK = "prank", "The name is a known prank or insult."
    NOBODY = "nobody", "The name is not on the class list."
    NO_LIST = "no_list", "This class has no students on the roster, so nobody can be recognised."


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `about` is the preferred name of the student whose double the participant seems to be."""

    why: Why
    about: str = ""

    def __str__(self) -> str:
        return self.why.sentence.format(about=defang(self.about)) if self.about else self.why.sentence


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as matching sees one. Name and address are hostile input.

    `signed_in` only where the platform says that the address, or an account without one, was signed in with.
    """

    id: str
    name: str = ""
    email: str = ""
    signed_in: bool = False
    runs: bool = False  # host or co-host of the meeting


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a participant is taken for. `student_id` and `double_of` are for programs; `reasons` are for staff."""

    person_id: str
    band: Band
    reasons: tuple[Reason, ...]
    student_id: str = ""  # whom they are, or claim to be
    double_of: str = ""  # the participant who holds that student's place

    @property
    def sentences(self) -> tuple[str, ...]:
        """The reasons in plain words, the deciding one first."""
        return tuple(map(str, self.reasons))

    def has(self, *whys: Why) -> bool:
        """Whether one of these is among the reasons."""
        return any(reason.why in whys for reason in self.reasons)


def person_of(participant: Participant, *, signed_in: bool | None = None) -> Person:
    """A participant of a session. By default an address is taken for signed in with: Zoom sends none otherwise.

    Where guests type an address themselves, as on Webex, the caller says what is known.
    """
    return Person(
        participant.id,
        participant.name,
        participant.email,
        signed_in=bool(participant.email) if signed_in is None else signed_in,
        runs=participant.role is not ParticipantRole.ATTENDEE,
    )
