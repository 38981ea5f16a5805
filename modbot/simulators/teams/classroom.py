"""What people do in simulated Teams meetings, and what Graph then tells the app."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from modbot.simulators import SimServer
from modbot.simulators.teams.entra import Entra
from modbot.simulators.teams.legs import ALONE, HUNG_UP, REMOVED, Leg, Legs
from modbot.simulators.teams.notices import Notices, Subscription
from modbot.simulators.teams.posting import Posting
from modbot.simulators.teams.world import Joined, Meeting, Member, State, User, new_meeting


class Classroom(SimServer):
    """A tenant's users and meetings, driven by method calls. People are named by their participant id."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.now = clock
        self.entra = Entra(clock)
        self.users: dict[str, User] = {}  # by object id
        self.meetings: list[Meeting] = []
        self.events_use_other_ids = False  # ids of events are not those of the roster: Graph promises neither
        self.demotion_stops_sharing = False  # when a sharing presenter becomes an attendee: not documented
        self.posting = Posting(self)
        self.notices = Notices(self)
        self.legs = Legs(self)

    def user(self, email: str, name: str = "", *, tenant: str = "") -> User:
        """Somebody with an account, made when new. `tenant`: of another organisation."""
        home = tenant or self.entra.tenant
        for one in self.users.values():
            if one.email.casefold() == email.casefold() and one.tenant == home:
                return one
        user = User(str(uuid.uuid4()), email, name or email.partition("@")[0], home)
        self.users[user.oid] = user
        return user

    def schedule(self, host_email: str, title: str, *, attendees: Mapping[str, str] | None = None) -> Meeting:
        """A meeting in the organiser's calendar around now; `attendees`: address → attendee, presenter, coorganizer."""
        meeting = new_meeting(self.user(host_email), title, self.now())
        meeting.attendees = dict(attendees or {})
        self.meetings.append(meeting)
        return meeting

    def start_meeting(
        self,
        host_email: str,
        title: str,
        *,
        meeting: Meeting | None = None,
        attendees: Mapping[str, str] | None = None,
    ) -> Meeting:
        """A class begins with its organiser in it; `meeting` to run one again. Sends callStarted and rosterUpdated."""
        meeting = meeting or self.schedule(host_email, title, attendees=attendees)
        self.begin(meeting)
        self.join(meeting, meeting.organizer.name, meeting.organizer.email)
        return meeting

    def begin(self, meeting: Meeting) -> None:
        """The call starts, with nobody in it yet; nothing happens to one that runs."""
        if meeting.live:
            return
        meeting.begin()
        self.notices.call_event(meeting, "callStarted")

    def join(self, meeting: Meeting, name: str, email: str = "", *, tenant: str = "") -> Joined:
        """Somebody comes to the door: with an account here or in another `tenant`, or (no address) without one."""
        member = meeting.enter(name, self.user(email, name, tenant=tenant) if email else None)
        if member is None:
            return Joined("", "refused")
        self._roster_changed(meeting, member)
        return Joined(member.id, member.state)

    def admit(self, meeting: Meeting, participant_id: str) -> None:
        """Somebody is let in from the lobby; nothing happens to others."""
        member = meeting.members[participant_id]
        if member.state != "lobby":
            return
        member.state = "joined"
        leg = self.legs.of(member)
        if leg is not None:
            self.legs.establish(leg)
        self._roster_changed(meeting, member)

    def leave(self, meeting: Meeting, participant_id: str) -> None:
        """Somebody goes, from the meeting or its lobby. When nobody but bots is left, the call ends."""
        member = meeting.members[participant_id]
        if member.state == "gone":
            return
        was_in = member.state == "joined"
        member.state, member.sharing, member.gone_at = "gone", False, self.now()
        self._roster_changed(meeting, member)
        if was_in and not any(not one.app_id for one in meeting.present()):
            self._finish(meeting, ALONE)

    def remove(self, meeting: Meeting, participant_id: str) -> None:
        """Somebody is put out. They may come back unless the lobby or a lock stops them."""
        member = meeting.members[participant_id]
        leg = self.legs.of(member)
        if leg is not None:
            self.legs.end(leg, REMOVED)
        member.removed = member.state != "gone"
        self.leave(meeting, participant_id)

    def mute(self, meeting: Meeting, participant_id: str) -> None:
        """Somebody is muted."""
        self._set_muted(meeting, participant_id, muted=True)

    def unmute(self, meeting: Meeting, participant_id: str) -> bool:
        """Somebody switches on their microphone; False when they may not."""
        if not meeting.may_unmute(meeting.members[participant_id]):
            return False
        self._set_muted(meeting, participant_id, muted=False)
        return True

    def share(self, meeting: Meeting, participant_id: str) -> bool:
        """Somebody shares their screen; False when only presenters may and they are none."""
        member = meeting.members[participant_id]
        if member.state != "joined" or meeting.role(member) == "attendee":
            return False
        member.sharing = True
        self.legs.sharing_changed(meeting, f"share-{member.id}", "created")
        return True

    def stop_sharing(self, meeting: Meeting, participant_id: str) -> None:
        """Somebody's screen is no longer shared."""
        meeting.members[participant_id].sharing = False
        self.legs.sharing_changed(meeting, f"share-{participant_id}", "deleted")

    def lock(self, meeting: Meeting, *, locked: bool = True) -> None:
        """The organiser's own click on Lock meeting: nobody else gets in. Graph neither shows nor tells it."""
        meeting.locked = locked

    def end(self, meeting: Meeting) -> None:
        """The organiser ends the meeting for all. Sends callEnded."""
        self._finish(meeting, HUNG_UP)

    def state(self, meeting: Meeting) -> State:
        """A picture of the meeting now."""
        return meeting.picture()

    def ask_reauthorization(self, subscription: Subscription, *, pause: bool = False) -> None:
        """Graph wants the subscription authorised again; `pause` sends nothing more until it is."""
        self.notices.ask_reauthorization(subscription, pause=pause)

    def changed_options(self, meeting: Meeting) -> None:
        """Who loses the right to share after a change of options stops sharing, if so set."""
        if self.demotion_stops_sharing:
            for member in meeting.present():
                if member.sharing and meeting.role(member) == "attendee":
                    self.stop_sharing(meeting, member.id)

    def bot_joins(self, meeting: Meeting, asked: dict[str, object], *, as_guest: bool) -> Leg:
        """The app's bot calls in. With directory rights it counts as one of the district, as a guest as nobody.

        That a bot who comes first starts the call is not documented in so many words.
        """
        self.begin(meeting)
        rights = None if as_guest else User(self.entra.client_id, "", "", self.entra.tenant)
        member = meeting.enter("modbot", rights, app_id=self.entra.client_id)
        leg = self.legs.begin(meeting, member, asked)
        if member is not None:
            self.legs.roster_changed(meeting)
        return leg

    def bot_leaves(self, leg: Leg, result: tuple[int, int]) -> None:
        """A leg ends; the meeting goes on."""
        self.legs.end(leg, result)
        member = leg.member
        if member is not None and member.state != "gone":
            member.state = "gone"
            self.legs.roster_changed(leg.meeting)

    def tick(self) -> None:
        """End the legs whose time is over. Every request does this first."""
        for leg, result in self.legs.overdue():
            self.bot_leaves(leg, result)

    def _set_muted(self, meeting: Meeting, participant_id: str, *, muted: bool) -> None:
        member = meeting.members[participant_id]
        if member.muted is not muted:
            member.muted = muted
            meeting.touch(member)
            self.legs.roster_changed(meeting)

    def _roster_changed(self, meeting: Meeting, member: Member) -> None:
        """Events depict users only; a bot sees everybody."""
        meeting.touch(member)
        if not member.app_id:
            self.notices.call_event(meeting, "rosterUpdated", member)
        self.legs.roster_changed(meeting)

    def _finish(self, meeting: Meeting, result: tuple[int, int]) -> None:
        if not meeting.live:
            return
        meeting.finish()
        self.notices.call_event(meeting, "callEnded")
        self.legs.end_all(meeting, result)
