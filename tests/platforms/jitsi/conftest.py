"""A real Prosody for the whole session, and a class of one's own for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from modbot.http import Http
from modbot.simulators.prosody import HOW_TO_INSTALL, Domains, Prosody, available
from tests.platforms.jitsi.classroom import Classroom, Server
from tests.platforms.jitsi.proxy import Proxy


@pytest.fixture(scope="session")
def prosody() -> Iterator[Prosody]:
    """A server that lives as long as the session. Tests use rooms of their own and leave it running."""
    if not available():
        pytest.skip(HOW_TO_INSTALL)
    with Prosody() as server:
        yield server


@pytest.fixture(scope="session")
def prosody_with_lobbies() -> Iterator[Prosody]:
    """The same, where rooms that are members-only have a lobby."""
    if not available():
        pytest.skip(HOW_TO_INSTALL)
    with Prosody(domains=Domains(lobby="lobby.localhost")) as server:
        yield server


@pytest.fixture
async def with_lobby(prosody_with_lobbies: Prosody) -> AsyncIterator[tuple[Classroom, Proxy]]:
    """A class on a server with lobbies, and the relay modbot reaches it through."""
    server, http = prosody_with_lobbies, Http()
    async with Proxy(server.host, server.port) as proxy, Classroom(Server(server, proxy.port), http) as room:
        yield room, proxy
    await http.close()


@pytest.fixture
def own_prosody() -> Iterator[Prosody]:
    """A server of this test's own, to be stopped and started."""
    if not available():
        pytest.skip(HOW_TO_INSTALL)
    with Prosody() as server:
        yield server


@pytest.fixture
async def classroom(prosody: Prosody) -> AsyncIterator[Classroom]:
    """A class of Ada Reyes on the shared server, with nobody in it yet."""
    http = Http()
    async with Classroom(Server(prosody), http) as room:
        yield room
    await http.close()


@pytest.fixture
async def own_classroom(own_prosody: Prosody) -> AsyncIterator[Classroom]:
    """A class on a server that this test may stop and start."""
    http = Http()
    async with Classroom(Server(own_prosody), http) as room:
        yield room
    await http.close()


@pytest.fixture
async def relayed(prosody: Prosody) -> AsyncIterator[tuple[Classroom, Proxy]]:
    """A class on the shared server, and the relay modbot reaches it through."""
    http = Http()
    async with Proxy(prosody.host, prosody.port) as proxy, Classroom(Server(prosody, proxy.port), http) as room:
        yield room, proxy
    await http.close()
