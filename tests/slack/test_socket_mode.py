"""Slack's own Socket Mode client works against the simulated end."""

import logging
from collections.abc import AsyncIterator

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from modbot.simulators.slack import SlackSimulator
from tests.stores import until

LOG = logging.getLogger("test.socket")
LOG.setLevel(logging.CRITICAL)


@pytest.fixture
async def listener(slack: SlackSimulator) -> AsyncIterator[list[SocketModeRequest]]:
    web = AsyncWebClient(base_url=slack.api_url, logger=LOG)
    web.proxy = None
    socket = SocketModeClient(slack.app_token, logger=LOG, web_client=web)
    socket.proxy = None
    heard: list[SocketModeRequest] = []

    async def acknowledge(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, {"text": "Locking."}))

    socket.socket_mode_request_listeners.append(acknowledge)
    await socket.connect()  # type: ignore[no-untyped-call]
    await _connected(slack, 1)
    yield heard
    await socket.close()  # type: ignore[no-untyped-call]


async def _connected(slack: SlackSimulator, opened_count: int) -> None:
    sockets = slack.sockets
    await until("a socket is open", lambda: sockets.opened_count >= opened_count and bool(sockets.connections))


async def test_a_command_comes_over_the_socket_and_its_ack_is_shown(
    slack: SlackSimulator, listener: list[SocketModeRequest]
) -> None:
    answer = await slack.slash("U0TEACH", "/lock", "Room 12", channel="C0INC")
    assert answer.acknowledged
    assert [(request.type, request.payload["text"]) for request in listener] == [("slash_commands", "Room 12")]
    assert [message.text for message in slack.messages] == ["Locking."]


async def test_events_and_shortcuts_come_over_the_socket(
    slack: SlackSimulator, listener: list[SocketModeRequest]
) -> None:
    await slack.home_opened("U0TEACH")
    await slack.shortcut("U0TEACH", "modbot_panic")
    assert [request.type for request in listener] == ["events_api", "interactive"]


async def test_after_a_refresh_the_client_comes_back(slack: SlackSimulator, listener: list[SocketModeRequest]) -> None:
    await slack.sockets.refresh()
    await _connected(slack, 2)
    assert (await slack.slash("U0TEACH", "/lock")).acknowledged


async def test_with_nobody_listening_the_simulator_says_so(slack: SlackSimulator) -> None:
    with pytest.raises(RuntimeError, match="nobody listens"):
        await slack.slash("U0TEACH", "/lock")
