"""Every error modbot raises, and the two sentences each carries.

    ModbotError
    ├── ConfigError                 the district's settings are wrong
    ├── StoreUnavailable            Redis cannot be reached or refuses
    ├── SealBroken                  kept details cannot be opened with the district's keys
    ├── RoomBusy                    another act on this room is under way
    ├── Denied                      the person may not do this
    ├── CommandError                what was typed cannot be run as it stands
    │   ├── UnknownCommand          nearest verbs in `suggestions`
    │   ├── NoSuchPerson            nearest names in `suggestions`
    │   ├── AmbiguousName           the people it could mean in `candidates`
    │   └── NoLiveSession           nobody of the caller's is in class now
    ├── RequestRejected             an HTTP request that is not let in
    ├── RosterError                 a roster that cannot be imported, by file and line
    └── VendorError                 a platform, chat or pager did not do what was asked
        ├── Unreachable             no answer; `maybe_applied` says whether it may have acted
        ├── AuthRejected            401: the credentials are wrong or expired
        ├── Forbidden               403, or the vendor's own code for "no permission"
        ├── NotOffered              the vendor has no such thing for this meeting
        ├── NotFound                404: no such meeting, or it has ended
        ├── Conflict                409 and other "not in this state"
        ├── PartlyDone              one part was done; `rest` says why another was not
        ├── ComeBackLater           not now; `retry_after` says when to come back
        │   ├── ResourceLocked      423: somebody else is changing it
        │   └── RateLimited         429: too many calls
        ├── VendorFault             5xx
        └── MalformedAnswer         an answer that is not what the vendor documents

`staff_text` may be shown to a teacher. `log_detail` is for the log and carries ids, never names.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar


class ModbotError(Exception):
    """Something modbot can explain. Subclasses say whose move it is."""

    def __init__(self, staff_text: str, *, log_detail: str = "") -> None:
        super().__init__(log_detail or staff_text)
        self.staff_text = staff_text
        self.log_detail = log_detail or staff_text


class ConfigError(ModbotError):
    """A setting is missing or wrong; `setting` is its name as the admin writes it."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")
        self.setting = setting
        self.problem = problem


class StoreUnavailable(ModbotError):
    """Redis cannot be reached, is out of memory, or answered an error."""

    def __init__(self, log_detail: str) -> None:
        super().__init__("modbot's record store is not answering, so this cannot be recorded.", log_detail=log_detail)


class SealBroken(ModbotError):
    """What was sealed cannot be opened: its key was removed, or it was changed or moved."""

    def __init__(self, log_detail: str) -> None:
        super().__init__("modbot cannot open details it kept earlier. IT must check its keys.", log_detail=log_detail)


class RoomBusy(ModbotError):
    """Another act holds this room. `holder` says which, in staff words."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} is already being carried out on this class. Try again in a few seconds.")
        self.holder = holder


class Denied(ModbotError):
    """The person may not do this; the staff text says why."""


class CommandError(ModbotError):
    """What was typed cannot be run as it stands. `suggestions` are offered as buttons, never run."""

    def __init__(self, staff_text: str, *, suggestions: Sequence[str] = ()) -> None:
        super().__init__(staff_text)
        self.suggestions = tuple(suggestions)


class UnknownCommand(CommandError):
    """No such command or word."""


class NoSuchPerson(CommandError):
    """Nobody in the class matches the name."""


class AmbiguousName(CommandError):
    """The name fits several people; `candidates` are their participant ids."""

    def __init__(self, staff_text: str, *, candidates: Sequence[str]) -> None:
        super().__init__(staff_text)
        self.candidates = tuple(candidates)


class NoLiveSession(CommandError):
    """The caller has no class running now, as far as modbot has heard."""


class RequestRejected(ModbotError):
    """An HTTP request that is not let in. `status` is the HTTP status it is answered with."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class RosterError(ModbotError):
    """A roster that cannot be imported. `problems` are sentences by file, line and reason."""

    def __init__(self, staff_text: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__(staff_text)
        self.problems = tuple(problems)


_AS_WRITTEN = {"meet": "Google Meet", "teams": "Microsoft Teams", "pagerduty": "PagerDuty", "oneroster": "OneRoster"}


def as_written(vendor: str) -> str:
    """A vendor's name as staff know it, for the start of a sentence."""
    return _AS_WRITTEN.get(vendor) or vendor.capitalize()


class VendorError(ModbotError):
    """A vendor did not do what was asked. `vendor` is its name, `code` its own error code if it gave one."""

    def __init__(
        self, vendor: str, staff_text: str, *, status: int | None = None, code: str = "", log_detail: str = ""
    ) -> None:
        super().__init__(staff_text, log_detail=f"{vendor} status={status} code={code} {log_detail}".strip())
        self.vendor = vendor
        self.status = status
        self.code = code


class Unreachable(VendorError):
    """No answer came. `maybe_applied` is true when the request may have reached the vendor."""

    def __init__(self, vendor: str, *, maybe_applied: bool, log_detail: str = "") -> None:
        super().__init__(vendor, f"{as_written(vendor)} did not answer.", log_detail=log_detail)
        self.maybe_applied = maybe_applied


class AuthRejected(VendorError):
    """The credentials are wrong, expired or revoked."""


class Forbidden(VendorError):
    """The credentials are valid and do not allow this."""


class NotOffered(VendorError):
    """The vendor offers no way to do this to this meeting, whatever the credentials: the host's own clicks are left."""


class NotFound(VendorError):
    """There is no such meeting or participant, or it has ended."""


class Conflict(VendorError):
    """The meeting is not in a state that allows this."""


class PartlyDone(VendorError):
    """One part of an act was done, and `rest` is why another was not; the staff text says which is which."""

    def __init__(self, staff_text: str, rest: VendorError) -> None:
        super().__init__(rest.vendor, f"{staff_text} {rest.staff_text}", log_detail=f"partly done; {rest.log_detail}")
        self.rest = rest


class ComeBackLater(VendorError):
    """Not now. `retry_after` is the vendor's wish, or None when it gave none."""

    STATUS: ClassVar[int]

    def __init__(
        self,
        vendor: str,
        staff_text: str,
        *,
        retry_after: timedelta | None = None,
        code: str = "",
        log_detail: str = "",
    ) -> None:
        super().__init__(vendor, staff_text, status=self.STATUS, code=code, log_detail=log_detail)
        self.retry_after = retry_after


class ResourceLocked(ComeBackLater):
    """Somebody else is changing the meeting at this moment."""

    STATUS = 423


class RateLimited(ComeBackLater):
    """Too many calls."""

    STATUS = 429


class VendorFault(VendorError):
    """The vendor failed (5xx). Whether it acted is not known."""


class MalformedAnswer(VendorError):
    """The vendor answered something its documentation does not describe."""
