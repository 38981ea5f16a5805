"""modbot over Socket Mode: the whole path from an envelope to the class, and what becomes of a line that goes dead."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from modbot.app import App
from modbot.demo.district import District
from modbot.http import Http
from modbot.settings import SlackSettings
from modbot.simulators import SimServer
from modbot.simulators.slack import PostedMessage, payloads
from modbot.slack.client import SlackClient
from modbot.slack.socket import SlackSocket
from modbot.store import keys
from tests.stores import until

QUICK_DRAIN = timedelta(milliseconds=300)


class Connected:
    """A district whose Slack reaches modbot over a WebSocket only."""

    def __init__(self, district: District, app: App) -> None:
        self.district = district
        self.app = app

    async def ready(self) -> tuple[int, dict[str, str]]:
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"http://127.0.0.1:{self.app.port}/readyz") as answer,
        ):
            return answer.status, await answer.json()

    async def until_ready(self) -> None:
        async def holds() -> bool:
            return (await self.ready())[1]["status"] == "ready"

        await until("ready", holds)

    async def answer(self, user: str) -> PostedMessage:
        return await self.district.slack.wait_for(
            lambda message: message.only_for == user and bool(message.blocks), f"an answer to {user}"
        )

    async def settled(self) -> None:
        await self.district.webex.flush()


async def started(district: District, **slack: str) -> Connected:
    """A modbot of this district with an app token, and no Slack webhooks."""
    token = {"app_token": district.slack.app_token, **slack}
    app = App(district.settings(slack=token), drain=QUICK_DRAIN)
    await app.start()
    try:
        district.point_at(app.port)
        district.slack.webhook_url = ""
        await district.import_roster(app.state.roster)
    except BaseException:
        await app.stop()  # or what it has open would fail another test
        raise
    return Connected(district, app)


@pytest.fixture
async def connected(short_dir: Path, unhurried: None) -> AsyncIterator[Connected]:
    async with District(short_dir) as district:
        opened = await started(district)
        try:
            await opened.until_ready()
            yield opened
        finally:
            await opened.app.stop()


async def test_a_slash_command_over_the_socket_locks_the_class(connected: Connected) -> None:
    meeting = connected.district.open_webex_class()
    await connected.settled()
    acknowledged = await connected.district.slack.slash("U0ORTIZ", "/lock")
    assert acknowledged.acknowledged
    assert (await connected.answer("U0ORTIZ")).text == "Grade 3 Reading is locked."
    assert connected.district.webex.state(meeting).locked


async def test_a_button_pressed_over_the_socket_is_carried_out(connected: Connected) -> None:
    meeting = connected.district.open_webex_class()
    await connected.settled()
    await connected.district.slack.slash("U0ORTIZ", "/lock")
    locked = await connected.answer("U0ORTIZ")
    assert (await connected.district.slack.press("U0ORTIZ", locked, "Unlock")).acknowledged
    await until("the class is open again", lambda: not connected.district.webex.state(meeting).locked)


async def test_one_envelope_delivered_twice_is_one_act(connected: Connected) -> None:
    connected.district.open_webex_class()
    await connected.settled()
    slack = connected.district.slack
    fields = lock_of("U0ORTIZ", slack.world)
    first, second = [
        await slack.sockets.deliver("slash_commands", fields, 4711, deadline_seconds=30) for _ in ("once", "again")
    ]
    assert first is not None
    assert second is not None
    await slack.wait_for(lambda message: message.text == "Grade 3 Reading is locked.", "the answer")
    await until("the inbox is empty", lambda: inbox_is_empty(connected.app))
    acts = [record async for record in connected.app.state.audit.export() if record["action"] == "lock"]
    assert [record["phase"] for record in acts] == ["intent", "outcome"]


def lock_of(user_id: str, world: Any) -> dict[str, str]:
    """The fields of one /lock."""
    user = world.users[user_id]
    trigger = world.new_trigger(user_id)
    return payloads.slash(user, world.im_with(user_id), "/lock", "", trigger, "")


async def inbox_is_empty(app: App) -> bool:
    return bool(await app.state.store.run("XLEN", keys.INBOX) == 0)


async def test_after_slack_asks_for_a_refresh_commands_still_arrive(connected: Connected) -> None:
    meeting = connected.district.open_webex_class()
    await connected.settled()
    sockets = connected.district.slack.sockets
    await sockets.refresh()
    await until("a second line is open", lambda: sockets.opened_count >= 2 and bool(sockets.connections))
    assert (await connected.district.slack.slash("U0ORTIZ", "/lock")).acknowledged
    await until("the class is locked", lambda: connected.district.webex.state(meeting).locked)


async def test_stopping_hangs_up_before_anything_else(short_dir: Path, unhurried: None) -> None:
    async with District(short_dir) as district:
        opened = await started(district)
        await opened.until_ready()
        await opened.app.stop()
        assert not district.slack.sockets.connections


async def test_modbot_says_that_slack_cannot_reach_it_while_its_app_token_is_refused(
    short_dir: Path, unhurried: None
) -> None:
    async with District(short_dir) as district:
        opened = await started(district, app_token="xapp-of-another-app")
        try:
            status, said = await opened.ready()
        finally:
            await opened.app.stop()
    assert (status, said["status"], said["why"]) == (200, "degraded", "Slack's socket is not connected")


async def test_the_socket_s_silence_is_a_figure_of_metrics(connected: Connected) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{connected.app.port}/metrics") as answer,
    ):
        text = await answer.text()
    (line,) = [row for row in text.splitlines() if row.startswith("modbot_slack_socket_silent_seconds ")]
    assert 0 < float(line.split()[1]) < 40


class DeafSlack(SimServer):
    """Opens sockets on which nothing is ever said: no hello, no pong, no envelope."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/api/apps.connections.open", self._open)
        router.add_get("/socket", self._socket)

    async def _open(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": self.url.replace("http", "ws", 1) + "/socket"})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.opened += 1
        async for _ in socket:
            pass
        return socket


@pytest.fixture
async def deaf() -> AsyncIterator[DeafSlack]:
    server = DeafSlack()
    async with server:
        yield server


@pytest.fixture
async def lonely(deaf: DeafSlack) -> AsyncIterator[SlackSocket]:
    """A socket to a Slack that says nothing, given up after 300 ms."""
    http = Http()
    settings = SlackSettings(bot_token=SecretStr("xoxb-invented"), api_url=f"{deaf.url}/api/")

    async def nobody(**_: object) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None)

    bolt = AsyncApp(client=SlackClient(http, settings).web, authorize=nobody, request_verification_enabled=False)
    socket = SlackSocket(bolt, "xapp-invented", silence=timedelta(milliseconds=300))
    await socket.start()
    yield socket
    await socket.stop()
    await http.close()


async def test_a_line_on_which_nothing_is_heard_is_given_up_and_opened_anew(
    deaf: DeafSlack, lonely: SlackSocket
) -> None:
    await until("a third line", lambda: deaf.opened >= 3)
    assert lonely.problem


async def test_a_silent_line_is_told_with_how_long_it_has_been_silent(deaf: DeafSlack, lonely: SlackSocket) -> None:
    await until("a line", lambda: deaf.opened >= 1)
    deaf.faults.lag_seconds = 30  # the next one will not open soon
    await until("it is told", lambda: lonely.problem.startswith("Slack's socket has been silent for"))
    assert lonely.silent_seconds >= 0.3


async def test_stopping_leaves_no_task_behind(deaf: DeafSlack, lonely: SlackSocket) -> None:
    await until("a line", lambda: deaf.opened >= 1)
    await lonely.stop()
    left = {task.get_coro().__qualname__ for task in asyncio.all_tasks() if task.get_coro() is not None}  # type: ignore[union-attr]
    assert not {name for name in left if "SocketMode" in name or "SlackSocket" in name}
