"""What surrounds an outgoing request: the system's proxy is used, and nobody's netrc gets in a vendor's way."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from modbot.http import Http

VENDOR = "http://vendor.example.org/v1/class"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class Listener:
    """Answers every request with what it was asked for and by whom."""

    def __init__(self) -> None:
        self.port = 0

    async def answer(self, request: web.Request) -> web.Response:
        """The address as it stood in the request, and the Authorization header."""
        asked_for = str(request.url) if request.raw_path.startswith("http") else request.raw_path
        return web.json_response({"asked": asked_for, "by": request.headers.get("Authorization", "")})


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """A server on loopback."""
    listening = Listener()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", listening.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listening.port = runner.addresses[0][1]
    yield listening
    await runner.cleanup()


@pytest.fixture
async def http(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Http]:
    """A client on a machine that names no proxy."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    client = Http()
    yield client
    await client.close()


async def test_a_proxy_that_the_system_names_is_asked(
    http: Http, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{listener.port}")
    answer = await http.request("zoom", "GET", VENDOR)
    assert answer.json()["asked"] == VENDOR


async def test_a_vendor_that_the_system_excepts_from_its_proxy_is_asked_directly(
    http: Http, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    answer = await http.request("zoom", "GET", f"http://127.0.0.1:{listener.port}/v1/class")
    assert answer.json()["asked"] == "/v1/class"


async def test_a_netrc_entry_for_a_vendor_does_not_take_the_place_of_its_token(
    http: Http, listener: Listener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    headers = {"Authorization": "Bearer ours"}
    answer = await http.request("zoom", "GET", f"http://127.0.0.1:{listener.port}/v1/class", headers=headers)
    assert answer.json()["by"] == "Bearer ours"
