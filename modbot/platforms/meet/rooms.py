"""Making class links that modbot may end: owned by the teacher, with co-hosts who come in without knocking.

https://developers.google.com/workspace/meet/api/guides/meeting-space-members
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from modbot.errors import Conflict, NotOffered, VendorError
from modbot.model import Room
from modbot.platforms.meet.answers import VENDOR, malformed
from modbot.platforms.meet.calls import MeetCalls, last, room_of

# Pupils of the district come in; everybody else knocks, and only hosts present.
CLASSROOM = {
    "accessType": "TRUSTED",
    "moderation": "ON",
    "moderationRestrictions": {"presentRestriction": "HOSTS_ONLY"},
}
Progress = Callable[[int, int], None]

NOT_SET_UP = "Making class links is not set up: IT must set create_rooms and delegate meetings.space.created."


@dataclass(frozen=True, slots=True)
class RoomMade:
    """A new class link. `failed` names the co-hosts who could not be added, and why, in a sentence for staff."""

    room: Room
    link: str
    code: str
    cohosts: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


class Rooms:
    """Makes class links in the teacher's name."""

    def __init__(self, calls: MeetCalls, *, allowed: bool) -> None:
        self._calls = calls
        self._allowed = allowed

    async def create(self, host_email: str, cohosts: Sequence[str], progress: Progress | None = None) -> RoomMade:
        """A link and its co-hosts, one after the other: Google has no title for a link, and no call to add many.

        `progress` is told (steps done, in all). A co-host who cannot be added does not undo the link.
        Raises VendorError when no link was made.
        """
        if not self._allowed:
            raise NotOffered(VENDOR, NOT_SET_UP)
        space = await self._calls.create(host_email, CLASSROOM)
        space_id = last(space.get("name"), "spaces")
        link, code = space.get("meetingUri"), space.get("meetingCode")
        if not isinstance(link, str) or not isinstance(code, str):
            raise malformed("meetingUri")
        wanted = tuple(dict.fromkeys(cohosts))
        added, failed = [], []
        for number, email in enumerate(wanted, 1):
            if progress:
                progress(number, len(wanted) + 1)
            problem = await self._add(space_id, host_email, email)
            if problem:
                failed.append((email, problem))
            else:
                added.append(email)
        return RoomMade(room_of(space_id), link, code, tuple(added), tuple(failed))

    async def _add(self, space_id: str, host_email: str, email: str) -> str:
        try:
            await self._calls.add_cohost(space_id, host_email, email)
        except Conflict:
            return ""  # a member already
        except VendorError as error:
            return error.staff_text
        return ""
