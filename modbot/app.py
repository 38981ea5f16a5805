"""The only place that builds things and joins them, and the order in which they start and stop."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from modbot import command
from modbot.acting import UNDO_JOB, Hands
from modbot.actions import Door
from modbot.authority import DistrictAuthority, Places
from modbot.callbacks import Callbacks
from modbot.confirmation import Confirmation, Patience
from modbot.dispatch import Dispatcher
from modbot.duty import DutyDesk
from modbot.errors import ConfigError, ModbotError
from modbot.escalation import Escalation
from modbot.helping import HelpDesk, PageLines
from modbot.http import Http
from modbot.incidents import CARD_JOB, IncidentDesk
from modbot.intake import Intake
from modbot.jobs import Jobs
from modbot.log import get_logger
from modbot.model import PlatformName
from modbot.page_watch import Heartbeat
from modbot.pagers.registry import configured as configured_pagers
from modbot.pagers.slack import SlackPager
from modbot.pagers.vendors import configured as configured_vendors
from modbot.paging import TIMER_JOB, Paging
from modbot.people import People
from modbot.platforms import Means, Platform
from modbot.platforms.registry import configured
from modbot.rereading import Rereading
from modbot.rooms import LiveRooms
from modbot.settings import Settings
from modbot.settings.channels import SLACK
from modbot.slack import bolt
from modbot.slack.chat import SlackChat
from modbot.slack.client import SlackClient
from modbot.slack.directory import Directory
from modbot.slack.edge import SlackEdge
from modbot.slack.outbox import ChannelQueue
from modbot.slack.socket import SlackSocket
from modbot.state import State, now, open_state
from modbot.store.acts import Acts
from modbot.store.answers import Answers
from modbot.store.budget import SharedBudget
from modbot.store.inbox import Inbox, Limits
from modbot.store.incidents import Incidents
from modbot.store.pages import Pages
from modbot.store.sessions import Sessions
from modbot.store.shifts import Shifts
from modbot.store.turns import Turns
from modbot.store.vault import Vault
from modbot.upkeep import Upkeep
from modbot.web import application
from modbot.web_pages import routes
from modbot.web_pages.links import PageLinks
from modbot.web_pages.routes import WebPages

DRAIN = timedelta(seconds=20)
QUEUE_DRAIN = timedelta(seconds=5)  # card changes that still wait for their channel's turn
HOUSEKEEPING = timedelta(seconds=60)

log = get_logger("app")


@dataclass(slots=True)
class Parts:
    """What runs: made by `build`, started and stopped by `App`."""

    platforms: Mapping[PlatformName, Platform]
    sessions: Sessions
    people: People
    paging: Paging
    jobs: Jobs
    inbox: Inbox
    help_desk: HelpDesk
    dispatcher: Dispatcher
    intake: Intake
    queue: ChannelQueue
    door: Door
    rereading: Rereading
    upkeep: Upkeep
    callbacks: Callbacks
    web_pages: WebPages


def build(
    state: State,
    settings: Settings,
    http: Http,
    client: SlackClient,
    patience: Patience | None = None,
    limits: Limits | None = None,
) -> Parts:
    """Join the parts. Nothing is started and nothing is called."""
    store, keyring = state.store, state.keyring
    sessions = Sessions(store, keyring, keep=settings.session_keep)
    means = Means(
        http=http,
        vault=Vault(store, keyring),
        budget=SharedBudget(store),
        now=now,
        told=sessions.ingest,
        hosts=state.roster.teachers,
        public_url=settings.public_url,
    )
    platforms = configured(settings, means)
    queue = ChannelQueue(client, on_failure=_card_failed)
    chat = SlackChat(client, queue)
    people = People(store, state.roster, Directory(client), settings, keyring, now)
    places = Places(roster=state.roster, people=people, settings=settings)
    acts = Acts(store)

    # Jobs name their handlers before these exist; each is looked up when its timer rings.
    async def undo(act_id: str) -> None:
        await hands.undo(act_id)

    async def show(incident_id: str) -> None:
        await desk.show(incident_id)

    async def ring(page_and_token: str) -> None:
        await paging.ring(page_and_token)

    async def given_up(job: str, job_id: str) -> None:
        if job == CARD_JOB:
            await desk.show_later(job_id)

    jobs = Jobs(state.url, {UNDO_JOB: undo, CARD_JOB: show, TIMER_JOB: ring}, dead=given_up)
    authority = DistrictAuthority(places)
    confirmation = Confirmation(sessions, patience)
    door = Door(platforms=platforms, acts=acts, audit=state.audit, authority=authority, confirmation=confirmation)
    hands = Hands(door=door, acts=acts, sessions=sessions, jobs=jobs, chat=chat, now=now)
    incidents = Incidents(store, keyring)
    desk = IncidentDesk(
        incidents=incidents, store=store, jobs=jobs, chat=chat, places=places, settings=settings, now=now
    )
    zone = ZoneInfo(settings.district.timezone)
    links = PageLinks(keyring, public_url=settings.public_url, keep=timedelta(hours=settings.email.link_hours), now=now)
    vendors = configured_vendors(settings, http, means.budget, now)
    escalation = Escalation(settings.paging, zone, Shifts(store), now)
    paging = Paging(
        pages=Pages(store, keyring),
        jobs=jobs,
        escalation=escalation,
        pagers={SLACK: SlackPager(chat), **vendors.pagers, **configured_pagers(settings, link=links.url, now=now)},
        now=now,
        watching=PageLines(desk),
        all_is_well=Heartbeat(http, settings.paging.heartbeat_url).beat,
    )
    help_desk = HelpDesk(desk=desk, paging=paging, escalation=escalation, chat=chat, places=places)
    channel = settings.district.incident_channel
    duty = DutyDesk(escalation=escalation, audit=state.audit, chat=chat, channel=channel, zone=zone)
    dispatcher = Dispatcher(
        commands=command.load(),
        people=people,
        rooms=LiveRooms(sessions=sessions, platforms=platforms, places=places, people=people, now=now),
        door=hands,
        help_desk=help_desk,
        duty=duty,
        chat=chat,
        audit=state.audit,
        keyring=keyring,
        answers=Answers(store, keyring),
    )
    inbox = Inbox(store, sole=state.sole, limits=limits)
    intake = Intake(inbox=inbox, dispatcher=dispatcher, people=people)
    rereading = Rereading(platforms, sessions, now)
    upkeep = Upkeep(platforms.values(), Turns(store), state.roster.generation)
    callbacks = Callbacks(listeners=vendors.listeners, paging=paging, desk=desk)
    web_pages = routes.build(
        settings, links=links, store=store, audit=state.audit, paging=paging, help_desk=help_desk, people=people,
        escalation=escalation, now=now,
    )  # fmt: skip
    return Parts(
        platforms=platforms,
        sessions=sessions,
        people=people,
        paging=paging,
        jobs=jobs,
        inbox=inbox,
        help_desk=help_desk,
        dispatcher=dispatcher,
        intake=intake,
        queue=queue,
        door=door,
        rereading=rereading,
        upkeep=upkeep,
        callbacks=callbacks,
        web_pages=web_pages,
    )


def _web(settings: Settings, state: State, parts: Parts, app: AsyncApp, socket: SlackSocket | None) -> web.Application:
    secret = settings.slack.signing_secret
    edge = SlackEdge(secret=secret.get_secret_value().encode() if secret else b"", intake=parts.intake, bolt=app)
    return application(
        slack=edge.handle,
        platforms=parts.platforms,
        sessions=parts.sessions,
        rereading=parts.rereading,
        callbacks=parts.callbacks,
        web_pages=parts.web_pages,
        store=state.store,
        socket=socket,
    )


class App:
    """One modbot process."""

    def __init__(
        self,
        settings: Settings,
        *,
        patience: Patience | None = None,
        limits: Limits | None = None,
        http: Http | None = None,
        drain: timedelta = DRAIN,
        beside: bool = False,
    ) -> None:
        """`http` makes every outgoing request, and is closed with the rest.

        `drain` is how long stopping waits for what was accepted, before it is handed back.

        `beside`: another process of the same modbot keeps the embedded store.
        """
        self.settings = settings
        self._beside = beside
        self._drain = drain
        self._patience = patience
        self._limits = limits
        self._http = http or Http()
        self._stack = AsyncExitStack()
        self._background: list[asyncio.Task[None]] = []
        self.port = 0

    async def start(self) -> None:
        """Open everything and listen. Raises ConfigError with one sentence when the settings cannot work."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def _start(self) -> None:
        settings = self.settings
        if settings.slack.signing_secret is None:
            raise ConfigError("MODBOT_SLACK__SIGNING_SECRET", "is not set: modbot cannot tell Slack from a stranger")
        http = self._http
        self._stack.push_async_callback(http.close)
        client = SlackClient(http, settings.slack)
        state = await open_state(settings, self._stack, beside=self._beside)
        await state.store.ping()
        self.state = state
        parts = build(state, settings, http, client, self._patience, self._limits)
        self._stack.push_async_callback(parts.queue.drain, min(QUEUE_DRAIN, self._drain))
        for platform in parts.platforms.values():
            self._stack.push_async_callback(platform.close)
        self._stack.push_async_callback(parts.rereading.stop)
        self._stack.push_async_callback(parts.paging.drain)
        self._stack.push_async_callback(parts.callbacks.drain)
        self._stack.push_async_callback(parts.web_pages.finish)
        await parts.jobs.start()
        self._stack.push_async_callback(parts.jobs.drain, self._drain)
        self._stack.push_async_callback(parts.door.settle)
        await parts.inbox.start(parts.dispatcher.handle)
        self._stack.push_async_callback(parts.inbox.drain, self._drain)
        self._stack.push_async_callback(parts.intake.drain)
        token, app_token = settings.slack.bot_token, settings.slack.app_token
        bolted = bolt.build(intake=parts.intake, web=client.web, bot_token=token.get_secret_value() if token else "")
        socket = SlackSocket(bolted, app_token.get_secret_value()) if app_token else None
        await self._listen(_web(settings, state, parts, bolted, socket))
        self._keep_house(parts, state)
        if socket is not None:
            await socket.start()
            self._stack.push_async_callback(socket.stop)

    async def _listen(self, app: web.Application) -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, self.settings.host, self.settings.port, reuse_port=self.settings.processes > 1)
        try:
            await site.start()
        except OSError as error:
            raise ConfigError("MODBOT_PORT", f"{self.settings.port} cannot be listened on: {error.strerror}") from error
        self.port = runner.addresses[0][1]
        log.info("listening", address=self.settings.host, port=self.port)

    def _keep_house(self, parts: Parts, state: State) -> None:
        async def roster() -> None:
            await parts.people.refresh()

        async def pages() -> None:
            await parts.paging.repair()

        async def record() -> None:
            await state.audit.trim(timedelta(days=self.settings.audit_days))

        loop = asyncio.get_running_loop()
        self._background = [
            loop.create_task(_every(timedelta(seconds=5), roster)),
            loop.create_task(_every(timedelta(seconds=1), parts.door.settle)),
            loop.create_task(_every(HOUSEKEEPING, pages)),
            loop.create_task(_every(timedelta(hours=6), record)),
            loop.create_task(parts.upkeep.run()),
        ]
        if state.embedded is not None:
            self._background.append(loop.create_task(state.embedded.watch()))

    async def stop(self) -> None:
        """Take nothing more, finish or hand back what was accepted, then close everything."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._stack.aclose()


async def _every(span: timedelta, step: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await step()
        except ModbotError as error:
            log.warning("housekeeping_failed", step=step.__name__, detail=error.log_detail)
        except Exception:  # house must be kept on, whatever went wrong once
            log.exception("housekeeping_broke", step=step.__name__)
        await asyncio.sleep(span.total_seconds())


def _card_failed(channel: str, error: BaseException) -> None:
    detail = error.log_detail if isinstance(error, ModbotError) else type(error).__name__
    log.warning("card_not_changed", channel=channel, detail=detail)
