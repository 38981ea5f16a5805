"""Slack lists a token's scopes in a header, and the doctor believes it."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from aiohttp import web
from pydantic import SecretStr

from modbot.doctor import Check, examine
from modbot.doctor.workspace import Workspace, token_probe
from modbot.http import Http
from modbot.simulators import SimServer
from modbot.slack.manifest import SCOPES


class ListingSlack(SimServer):
    """A Slack that answers auth.test alone, with the header that the real one sends."""

    scopes: Sequence[str] = ()

    def routes(self, router: web.UrlDispatcher) -> None:
        """auth.test"""
        router.add_post("/api/auth.test", self.auth_test)

    async def auth_test(self, _: web.Request) -> web.Response:
        """Whose token it is."""
        said = {"ok": True, "team_id": "T0SIM", "user_id": "U0MODBOT", "url": "https://district.example.org/"}
        return web.json_response(said, headers={"X-OAuth-Scopes": ",".join(self.scopes)})


@pytest.fixture
async def slack() -> AsyncIterator[ListingSlack]:
    async with ListingSlack() as running:
        assert isinstance(running, ListingSlack)
        yield running


async def scopes_check(slack: ListingSlack) -> Check:
    """What the doctor says of the scopes."""
    http = Http()
    workspace = Workspace(http, f"{slack.url}/api/", SecretStr("xoxb-invented"))
    checks = await examine([token_probe(workspace, lambda: datetime.now(UTC))])
    await http.close()
    return next(check for check in checks if check.name == "Slack scopes")


async def test_all_scopes_listed_is_in_order(slack: ListingSlack) -> None:
    slack.scopes = [*SCOPES, "files:read"]
    assert (await scopes_check(slack)).ok


async def test_scopes_not_listed_are_named(slack: ListingSlack) -> None:
    slack.scopes = [scope for scope in SCOPES if scope not in ("im:write", "chat:write")]
    found = await scopes_check(slack)
    assert (found.ok, found.found) == (False, "missing: chat:write, im:write")
