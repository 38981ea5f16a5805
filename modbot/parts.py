"""Everything that runs in one modbot, joined: each part is made when it is first asked for, from the others it needs.

Nothing is started here and nothing is called; `app` starts and stops. Things are built here, and those of the platforms
in `meetings`.
"""

from datetime import timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from modbot import command
from modbot.acting import UNDO_JOB, Hands
from modbot.actions import Door
from modbot.authority import DistrictAuthority, Places
from modbot.belonging import Belonging
from modbot.callbacks import Callbacks
from modbot.class_lists import ClassLists
from modbot.confirmation import Confirmation, Patience
from modbot.dispatch import Dispatcher
from modbot.duty import DutyDesk
from modbot.enquiries import EnquiryDesk
from modbot.escalation import Escalation
from modbot.findings import Thresholds
from modbot.granting import Granting
from modbot.helping import HelpDesk, PageLines
from modbot.http import Http
from modbot.incidents import CARD_JOB, IncidentDesk
from modbot.intake import Intake
from modbot.jobs import Jobs
from modbot.meetings import Meetings
from modbot.noticing import Noticing
from modbot.page_watch import Heartbeat
from modbot.pagers.registry import configured as configured_pagers
from modbot.pagers.slack import SlackPager
from modbot.pagers.vendors import Vendors
from modbot.pagers.vendors import configured as configured_vendors
from modbot.paging import TIMER_JOB, Paging
from modbot.people import People
from modbot.radar import RAID_JOB, Radar
from modbot.rooms import LiveRooms
from modbot.roster_sync.schedule import Schedule
from modbot.roster_sync.wiring import scheduled
from modbot.schools import Schools
from modbot.settings import Settings
from modbot.settings.channels import SLACK
from modbot.shareable import Finder
from modbot.sharing import SharingDesk
from modbot.slack.chat import SlackChat
from modbot.slack.client import SlackClient
from modbot.slack.directory import Directory
from modbot.slack.outbox import ChannelQueue
from modbot.state import State, now
from modbot.store.acts import Acts
from modbot.store.answers import Answers
from modbot.store.grants import Grants
from modbot.store.inbox import Inbox, Limits
from modbot.store.incidents import Incidents
from modbot.store.looks import Looks
from modbot.store.pages import Pages
from modbot.store.raids import Raids
from modbot.store.school_locks import SchoolLocks
from modbot.store.shifts import Shifts
from modbot.store.sightings import Sightings
from modbot.store.sweeps import Sweeps
from modbot.store.told import ToldStore
from modbot.store.tolerated import Tolerated
from modbot.telling import Telling
from modbot.web_pages import routes
from modbot.web_pages.links import PageLinks
from modbot.web_pages.routes import WebPages
from modbot.whole_school import WholeSchools


class Parts(Meetings):
    """The parts of one process. `http` makes every outgoing request; `state` is open."""

    def __init__(
        self,
        state: State,
        settings: Settings,
        http: Http,
        *,
        patience: Patience | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(state, settings, http)
        self._patience = patience
        self._limits = limits
        self._zone = ZoneInfo(settings.district.timezone)

    # Rosters

    @cached_property
    def roster_schedule(self) -> Schedule | None:
        """Syncs the roster by the clock; None when no source is set up. Raises ConfigError."""
        state = self.state
        return scheduled(
            self.settings,
            roster=state.roster,
            sealer=state.keyring,
            turns=self._turns,
            audit=state.audit,
            chat=self._chat,
            http=self._http,
            now=now,
        )

    # People and rooms

    @cached_property
    def people(self) -> People:
        """Who a Slack user is."""
        directory = Directory(self.client)
        return People(self.state.store, self.state.roster, directory, self.settings, self.state.keyring, now)

    @cached_property
    def _places(self) -> Places:
        return Places(roster=self.state.roster, people=self.people, granting=self._granting, settings=self.settings)

    @cached_property
    def _grants(self) -> Grants:
        return Grants(self.state.store, self.state.keyring)

    @cached_property
    def _granting(self) -> Granting:
        return Granting(grants=self._grants, people=self.people, zone=self._zone, now=now)

    @cached_property
    def _rooms(self) -> LiveRooms:
        return LiveRooms(
            sessions=self.sessions,
            platforms=self.platforms,
            places=self._places,
            people=self.people,
            granting=self._granting,
            now=now,
        )

    @cached_property
    def belonging(self) -> Belonging:
        """Who belongs in which class."""
        return Belonging(
            roster=self.state.roster,
            places=self._places,
            lists=ClassLists(self.state.roster, self.people, self._granting, self._tolerated, zone=self._zone, now=now),
            sessions=self.sessions,
            tolerated=self._tolerated,
            settings=self.settings,
            now=now,
        )

    @cached_property
    def _tolerated(self) -> Tolerated:
        return Tolerated(self.state.store, self.state.keyring)

    @cached_property
    def radar(self) -> Radar:
        """Looks for the same unrecognised person in several classes."""
        return Radar(
            sightings=Sightings(self.state.store, self.state.keyring),
            raids=Raids(self.state.store, self.state.keyring),
            schools=self._schools,
            sessions=self.sessions,
            rooms=self._rooms,
            people=self.people,
            store=self.state.store,
            escalation=self._escalation,
            jobs=self.jobs,
            chat=self._chat,
            settings=self.settings,
            thresholds=Thresholds.of(self.settings.findings),
            now=now,
        )

    @cached_property
    def _schools(self) -> Schools:
        return Schools(
            roster=self.state.roster,
            places=self._places,
            people=self.people,
            sessions=self.sessions,
            settings=self.settings,
        )

    # Acts

    @cached_property
    def _acts(self) -> Acts:
        return Acts(self.state.store)

    @cached_property
    def door(self) -> Door:
        """The one way to act on a room."""
        return Door(
            platforms=self.platforms,
            acts=self._acts,
            audit=self.state.audit,
            authority=DistrictAuthority(self._places),
            confirmation=Confirmation(self.sessions, self._patience),
        )

    @cached_property
    def _hands(self) -> Hands:
        return Hands(door=self.door, acts=self._acts, sessions=self.sessions, jobs=self.jobs, chat=self._chat, now=now)

    # Staff chat

    @cached_property
    def client(self) -> SlackClient:
        """Slack's Web API."""
        return SlackClient(self._http, self.settings.slack)

    @cached_property
    def queue(self) -> ChannelQueue:
        """Messages that wait for their channel's turn."""
        return ChannelQueue(self.client)

    @cached_property
    def _chat(self) -> SlackChat:
        return SlackChat(self.client, self.queue)

    @cached_property
    def _desk(self) -> IncidentDesk:
        return IncidentDesk(
            incidents=Incidents(self.state.store, self.state.keyring),
            store=self.state.store,
            jobs=self.jobs,
            chat=self._chat,
            places=self._places,
            settings=self.settings,
            now=now,
        )

    # Help

    @cached_property
    def _escalation(self) -> Escalation:
        return Escalation(self.settings.paging, self._zone, Shifts(self.state.store), now)

    @cached_property
    def _links(self) -> PageLinks:
        keep = timedelta(hours=self.settings.email.link_hours)
        return PageLinks(self.state.keyring, public_url=self.settings.public_url, keep=keep, now=now)

    @cached_property
    def _vendors(self) -> Vendors:
        return configured_vendors(self.settings, self._http, self._means.budget, now)

    @cached_property
    def paging(self) -> Paging:
        """Pages, from the first call to the last."""
        others = configured_pagers(self.settings, link=self._links.url, now=now)
        return Paging(
            pages=Pages(self.state.store, self.state.keyring),
            jobs=self.jobs,
            escalation=self._escalation,
            pagers={SLACK: SlackPager(self._chat), **self._vendors.pagers, **others},
            now=now,
            watching=PageLines(self._desk),
            all_is_well=Heartbeat(self._http, self.settings.paging.heartbeat_url).beat,
        )

    @cached_property
    def help_desk(self) -> HelpDesk:
        """Where staff ask for help."""
        return HelpDesk(desk=self._desk, paging=self.paging, escalation=self._escalation, places=self._places)

    @cached_property
    def callbacks(self) -> Callbacks:
        """What pagers' vendors tell."""
        return Callbacks(listeners=self._vendors.listeners, paging=self.paging, desk=self._desk)

    @cached_property
    def web_pages(self) -> WebPages:
        """Links in mails, and POST /page."""
        return routes.build(
            self.settings,
            links=self._links,
            store=self.state.store,
            audit=self.state.audit,
            paging=self.paging,
            help_desk=self.help_desk,
            people=self.people,
            escalation=self._escalation,
            now=now,
        )

    @cached_property
    def noticing(self) -> Noticing:
        """Looks at live classes, and tells their teachers what it finds."""
        belonging, store = self.belonging, self.state.store
        return Noticing(
            looks=Looks(store),
            sessions=self.sessions,
            told=ToldStore(store),
            places=self._places,
            belonging=belonging,
            telling=Telling(self._chat, self._places, self.people, belonging, self.settings),
            radar=self.radar,
            audit=self.state.audit,
            settings=self.settings.findings,
            now=now,
        )

    # Commands, from Slack's request to their work

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Runs what was accepted."""
        channel = self.settings.district.incident_channel
        return Dispatcher(
            commands=command.load(),
            people=self.people,
            rooms=self._rooms,
            door=self._hands,
            help_desk=self.help_desk,
            duty=DutyDesk(
                escalation=self._escalation, audit=self.state.audit, chat=self._chat, channel=channel, zone=self._zone
            ),
            belonging=self.belonging,
            sweeps=Sweeps(self.state.store, self.state.keyring),
            sharing=self._sharing,
            notices=self.noticing,
            enquiries=EnquiryDesk(roster=self.state.roster, audit=self.state.audit, store=self.state.store, now=now),
            schools=WholeSchools(self._schools, SchoolLocks(self.state.store, self.state.keyring), self.radar),
            chat=self._chat,
            audit=self.state.audit,
            keyring=self.state.keyring,
            answers=Answers(self.state.store, self.state.keyring),
        )

    @cached_property
    def _sharing(self) -> SharingDesk:
        return SharingDesk(
            finder=Finder(places=self._places, people=self.people, roster=self.state.roster),
            places=self._places,
            granting=self._granting,
            grants=self._grants,
            audit=self.state.audit,
            chat=self._chat,
            settings=self.settings,
            now=now,
        )

    @cached_property
    def inbox(self) -> Inbox:
        """Accepted work, durable."""
        return Inbox(self.state.store, sole=self.state.sole, limits=self._limits)

    @cached_property
    def intake(self) -> Intake:
        """Accepts work."""
        return Intake(inbox=self.inbox, dispatcher=self.dispatcher, people=self.people)

    # Timers. A handler is looked up when its timer rings: it needs the jobs itself.

    @cached_property
    def jobs(self) -> Jobs:
        """Durable timers."""
        handlers = {UNDO_JOB: self._undo, CARD_JOB: self._show, TIMER_JOB: self._ring, RAID_JOB: self._raid}
        return Jobs(self.state.url, handlers, dead=self._given_up)

    async def _undo(self, act_id: str) -> None:
        await self._hands.undo(act_id)

    async def _show(self, incident_id: str) -> None:
        await self._desk.show(incident_id)

    async def _ring(self, page_and_token: str) -> None:
        await self.paging.ring(page_and_token)

    async def _raid(self, raid_id: str) -> None:
        await self.radar.show(raid_id)

    async def _given_up(self, job: str, job_id: str) -> None:
        if job == CARD_JOB:
            await self._desk.show_later(job_id)
        elif job == RAID_JOB:
            await self.radar.show_later(job_id)
