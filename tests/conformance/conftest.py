"""Opens classes on the stages, each with a modbot of its own over the embedded store."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from modbot.model import PlatformName
from modbot.seal import load
from modbot.store import Store
from modbot.store.embedded import EmbeddedStore
from tests.conformance.lesson import Lesson, Spoil, opened
from tests.conformance.stages import STAGES

Open = Callable[..., Awaitable[Lesson]]


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The embedded store alone: what is shown here does not depend on whose server it is."""
    folder = Path(tempfile.mkdtemp(prefix="mb-", dir="/tmp"))
    server = EmbeddedStore(folder, fsync="no")
    yield asyncio.run(server.start())
    asyncio.run(server.stop())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def shared_by_stages() -> Iterator[None]:
    """Ends the servers that stages share."""
    yield
    for stage in STAGES.values():
        stage.close_all()


@pytest.fixture
async def open_class(unhurried: None, store: Store, short_dir: Path) -> AsyncIterator[Open]:
    """Opens a class on a platform; skips, with the reason, where the machine cannot run that."""
    async with AsyncExitStack() as stack:

        async def on(name: PlatformName, spoil: Spoil | None = None, *, deaf: bool = False) -> Lesson:
            missing = STAGES[name].missing()
            if missing:
                pytest.skip(missing)
            return await stack.enter_async_context(
                opened(STAGES[name](), store, load(None, short_dir), spoil, deaf=deaf)
            )

        yield on
