"""Who may do what, to which room: one pure function that denies by default (P6).

Every decision says why, in a sentence for the person who asked. Rights only add up: holding a second role never takes
anything away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from modbot.model import Operation, Session, Staff, StaffRole

LEAST_OVERLAP = 3  # fewer known participants than this may be chance
CLEAR_LEAD = 2  # the best section must have this many times the next one's participants


class Verb(StrEnum):
    """What may be asked for beyond the operations on a room."""

    PAGE = "page"
    WHOAMI = "whoami"
    HELP = "help"
    ONCALL = "oncall"
    ACK = "ack"
    RESOLVE = "resolve"
    PANIC = "panic"
    ALLCLEAR = "allclear"
    ROOM = "room"
    INCIDENT = "incident"
    AUDIT = "audit"
    DRILL = "drill"
    WHO = "who"  # is NAME a student here?
    SHARE = "share"  # let a colleague act there for a while, as its teacher does


ANYONE = frozenset[str]({Verb.PAGE, Verb.WHOAMI, Verb.HELP, Verb.ONCALL})
ANSWERING = frozenset[str]({Verb.ACK, Verb.RESOLVE})
BY_GRANT = frozenset[str]({*Operation, Verb.PANIC, Verb.ALLCLEAR, Verb.ROOM, Verb.INCIDENT})
TEACHING = BY_GRANT | {Verb.SHARE}  # nobody shares on what is shared with them
LEADING = TEACHING | {Verb.AUDIT, Verb.DRILL}
READING = frozenset[str]({Verb.ROOM, Verb.INCIDENT, Verb.AUDIT, Operation.POSTURE})
_MAY_TEACH = frozenset({StaffRole.TEACHER, StaffRole.PRINCIPAL})  # a principal hosts parent evenings, for one
KNOWN = ANYONE | ANSWERING | LEADING | {Verb.WHO}


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant that is in force: whose e-mail it is for, and the sentence that says by whom and until when."""

    to: str
    said: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is to be done. `section` and `school` are roster ids, None when modbot does not know them."""

    room: str  # room key, "" for a page or an incident without one
    host_email: str = ""  # of the session running there
    section: str | None = None
    school: str | None = None
    involved: frozenset[str] = frozenset()  # e-mails of those who opened the page or were paged
    granted: tuple[Granted, ...] = ()  # the grants in force there now


@dataclass(frozen=True, slots=True)
class Allow:
    """They may. `why` is a plain sentence."""

    why: str
    allowed: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Deny:
    """They may not. `why` is a plain sentence for the person who asked."""

    why: str
    allowed: ClassVar[bool] = False


Decision = Allow | Deny


def may(staff: Staff | None, verb: str, where: Place | None) -> Decision:
    """Whether a person may do this there. `verb` is a Verb or an Operation; any other word is denied to everybody."""
    if staff is None:
        return Deny("modbot does not know you as a staff member of this district. Ask IT to look at the roster.")
    if verb not in KNOWN:
        return Deny("modbot does not know this action, so nobody may do it.")
    if verb in ANYONE:
        return Allow("Everyone on staff may do this.")
    if StaffRole.IT in staff.roles:
        return Allow("You are IT, and IT may act in every class of the district.")
    if StaffRole.SECURITY in staff.roles and verb in READING:
        return Allow("You are a security officer, who may read records of the whole district.")
    if verb == Verb.WHO:
        return _may_ask(staff, where)
    if where is None:
        return Deny("This needs to know which class it is about. Without one, only IT may do it.")
    if verb in ANSWERING:
        return _may_answer(staff, where)
    return _may_there(staff, verb, where)


def _may_ask(staff: Staff, where: Place | None) -> Decision:
    if staff.roles & _MAY_TEACH and where is not None and where.school is not None and where.school in staff.schools:
        return Allow("It is about a student of your school.")
    return Deny("Only teachers and principals may ask about students, and only of their own school. You can ask IT.")


def _may_answer(staff: Staff, where: Place) -> Decision:
    if _is_theirs(staff, where) or staff.email.casefold() in {email.casefold() for email in where.involved if email}:
        return Allow("It is about your class, or you were called.")
    if granted := _granted(staff, where):
        return Allow(granted)
    if where.school is not None and where.school in staff.schools:
        return Allow("It is in your school.")
    return Deny("It is not about your class or your school, and you were not called.")


def _may_there(staff: Staff, verb: str, where: Place) -> Decision:
    if verb in TEACHING and staff.roles & _MAY_TEACH and _is_theirs(staff, where):
        return Allow("This is your class.")
    leads = StaffRole.PRINCIPAL in staff.roles and verb in LEADING
    own = _may_lead(staff, where) if leads else Deny(_refusal(staff, verb))
    granted = _granted(staff, where)
    return own if own.allowed or not granted else _by_grant(verb, granted) or own


def _by_grant(verb: str, granted: str) -> Decision | None:
    if verb == Verb.SHARE:
        return Deny(f"{granted} Only its teacher, its principal and IT can share it.")
    return Allow(granted) if verb in BY_GRANT else None


def _granted(staff: Staff, where: Place) -> str:
    """The sentence of the grant this person has there; "" without one."""
    email = staff.email.casefold()
    return next((one.said for one in where.granted if email and one.to.casefold() == email), "")


def _is_theirs(staff: Staff, where: Place) -> bool:
    if where.section is not None and where.section in staff.sections:
        return True
    return bool(staff.email) and staff.email.casefold() == where.host_email.casefold()


def _may_lead(staff: Staff, where: Place) -> Decision:
    if where.school is None:
        return Deny(
            "modbot does not know which school this class belongs to, so only its teacher and IT may do this. "
            "Ask IT to link the room to its class."
        )
    if where.school in staff.schools:
        return Allow("You are principal of the school of this class.")
    return Deny("This class is not in your school. Its teacher, its principal and IT may do this.")


def _refusal(staff: Staff, verb: str) -> str:
    if verb not in TEACHING:
        return "Only principals and IT may do this."
    if StaffRole.TEACHER in staff.roles:
        return "This is not your class. Its teacher, its principal and IT may do this. You can /page IT."
    return "Only the teacher of this class, its principal and IT may do this. You can /page IT."


@dataclass(frozen=True, slots=True)
class SectionGuess:
    """Which class a session is, how that was found, and the sentence that says so."""

    section: str | None
    how: str  # "linked", "host_only_section", "overlap" or "unknown"
    said: str


def section_of(
    session: Session, linked: str | None, host_staff: Staff | None, overlaps: Mapping[str, int]
) -> SectionGuess:
    """Which class a session is: the link IT has set, else one that the host teaches.

    `overlaps` counts, for each section, the session's participants who are on its class list. A host with several
    sections needs a clear lead there: this many known participants, and twice those of the next section.
    """
    if linked is not None:
        return SectionGuess(linked, "linked", "IT has linked this room to the class.")
    if host_staff is None or session.host_email.casefold() not in {"", host_staff.email.casefold()}:
        return SectionGuess(None, "unknown", "modbot does not know the host of this session, so not which class it is.")
    taught = sorted(host_staff.sections, key=lambda section: (-overlaps.get(section, 0), section))
    if not taught:
        return SectionGuess(None, "unknown", "The host teaches no class on the roster.")
    if len(taught) == 1:
        return SectionGuess(taught[0], "host_only_section", "It is the only class its host teaches.")
    best, second = overlaps.get(taught[0], 0), overlaps.get(taught[1], 0)
    if best >= LEAST_OVERLAP and best >= CLEAR_LEAD * second:
        said = f"Of the classes its host teaches, {best} participants are in this one and {second} in the next."
        return SectionGuess(taught[0], "overlap", said)
    return SectionGuess(None, "unknown", "Its host teaches several classes, and the participants do not tell which.")
