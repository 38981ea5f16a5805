"""The load generator: signed, distinct requests, every answer counted, and no mercy for a server that stands still."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from benchmarks import load
from benchmarks.load import LoadFailed, Plan
from benchmarks.load.engine import complete
from benchmarks.load.signed import requests_of
from modbot.platforms import Delivery
from modbot.platforms.zoom.webhook import Ear
from modbot.slack.signature import verify

SECRET = "invented-secret"
PLAN = Plan(kind="slack", port=0, connections=2, seconds=60, most=30, secret=SECRET)

Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[int]:
    """A server for both kinds of requests; its port."""
    app = web.Application()
    app.router.add_post("/slack/events", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def headers_and_body(request: bytes) -> tuple[dict[str, str], bytes]:
    """A request as a server reads it."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


async def test_a_slack_plan_is_signed_as_slack_signs() -> None:
    headers, body = headers_and_body(requests_of(PLAN)[0])
    now = float(headers["x-slack-request-timestamp"])
    verify(SECRET.encode(), headers["x-slack-request-timestamp"], headers["x-slack-signature"], body, now)
    assert parse_qs(body.decode())["command"] == ["/lock"]


def test_no_two_requests_of_a_plan_are_alike() -> None:
    assert len(set(requests_of(PLAN))) == PLAN.most


def test_plans_with_other_seeds_have_other_signatures() -> None:
    both = requests_of(PLAN) + requests_of(replace(PLAN, seed="b"))
    assert len({headers_and_body(request)[0]["x-slack-signature"] for request in both}) == 2 * PLAN.most


def test_a_zoom_plan_is_what_modbot_hears_from_zoom() -> None:
    ear = Ear(SECRET.encode(), lambda: datetime.now(UTC))
    heard = [ear.hear(Delivery(*headers_and_body(request))) for request in requests_of(replace(PLAN, kind="zoom"))]
    people = {event.participant.id for one in heard for event in one.events if event.participant}
    assert len(people) == PLAN.most


async def test_every_answer_of_a_closed_loop_is_counted() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"text": "Locking"})

    async with listening(answer) as port:
        result = await load.run(replace(PLAN, port=port, marker="Locking"))
    assert (result.sent, result.answered, result.marked, dict(result.statuses)) == (30, 30, 30, {"200": 30})


async def test_a_refusal_is_no_figure() -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=503)

    async with listening(refuse) as port:
        result = await load.run(replace(PLAN, port=port))
    with pytest.raises(LoadFailed, match="503"):
        result.must_be(200)


async def test_an_open_loop_charges_a_server_that_stood_still_for_all_it_kept_waiting() -> None:
    """Only the first answer is slow. The others were due meanwhile, so most of them waited for a part of its time."""
    held, calls = asyncio.Event(), count()

    async def slow_at_first(_: web.Request) -> web.Response:
        if next(calls) == 0:
            asyncio.get_running_loop().call_later(0.5, held.set)
        await held.wait()
        return web.Response()

    plan = replace(PLAN, connections=1, rate=200.0, seconds=0.1, most=20)
    async with listening(slow_at_first) as port:
        result = await load.run(replace(plan, port=port))
    assert result.answered == 20
    assert result.p50_ms > 100


async def test_a_server_that_is_not_there_is_a_failure() -> None:
    with pytest.raises(LoadFailed, match="nobody listens"):
        await load.run(replace(PLAN, port=1))


@pytest.mark.parametrize(
    ("held", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Le", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", True),
    ],
)
def test_an_answer_is_whole_when_all_of_its_body_is_there(held: bytes, whole: bool) -> None:
    assert complete(held) is whole
