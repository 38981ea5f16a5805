"""What a platform doubts is answered as taken; but not while the store is gone, which may hold why it is good."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import cast

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from modbot.model import PlatformName
from modbot.platforms import Delivery, Heard, Platform
from modbot.rereading import Rereading
from modbot.seal import Keyring
from modbot.store import Store, connect
from modbot.store.sessions import Sessions
from modbot.store.turns import Turns
from modbot.web import application
from tests.stores import closed


class Doubting:
    """As much of a platform as the webhooks know: it doubts whatever comes."""

    name = PlatformName.TEAMS

    async def hear(self, _: Delivery) -> Heard:
        return Heard(doubted="the client state is not one of modbot's")


async def no_slack(_: web.Request) -> web.StreamResponse:
    return web.Response(status=404)


@asynccontextmanager
async def listening(store: Store) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    sessions = Sessions(store, Keyring([bytes(32)]), keep=timedelta(hours=1))
    platforms = {PlatformName.TEAMS: cast("Platform", Doubting())}
    rereading = Rereading(platforms, sessions, Turns(store), lambda: datetime.now(UTC))
    app = application(slack=no_slack, platforms=platforms, sessions=sessions, rereading=rereading, store=store)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_what_is_doubted_is_answered_as_taken(store: Store) -> None:
    async with listening(store) as client:
        assert (await client.post("/webhooks/teams", data=b"{}")).status == 204


async def test_without_a_store_the_vendor_is_asked_to_come_again() -> None:
    gone = connect("unix:///nowhere/store.sock")
    async with listening(gone) as client:
        assert (await client.post("/webhooks/teams", data=b"{}")).status == 503
    await closed(gone)
