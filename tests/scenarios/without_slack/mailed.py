"""What is done and seen without Slack: a mail, a browser, and the address that calls for help."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from modbot import page_state
from modbot.page_state import PageState
from modbot.seal import Keyring
from modbot.store.pages import Pages
from tests.pagers.post_office import PostOffice
from tests.scenarios.school import School

KIM, LOU = "kim.reyes@example.org", "lou.baker@example.org"
SENDER = "modbot@example.org"
TOKEN = "an-invented-token-of-a-district"


def people(*channels: str) -> list[dict[str, Any]]:
    """Both on call, with these channels."""
    return [
        {"email": KIM, "name": "Kim Reyes", "channels": channels},
        {"email": LOU, "name": "Lou Baker", "channels": channels},
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser was answered."""

    status: int
    headers: Any
    text: str


@dataclass(slots=True)
class MailedSchool:
    """A school, its mail server and a browser."""

    school: School
    office: PostOffice
    browser: aiohttp.ClientSession = field(default_factory=aiohttp.ClientSession)

    @property
    def url(self) -> str:
        """Where modbot is."""
        return self.school.app.settings.public_url

    @property
    def keyring(self) -> Keyring:
        """The district's keys."""
        return self.school.app.state.keyring

    async def ask(self, body: Any = None, **headers: str) -> tuple[int, Any]:
        """What `POST /page` answers to JSON from somebody with the token."""
        sent = {"Authorization": f"Bearer {TOKEN}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"what": "help"} if body is None else body
        async with self.browser.post(f"{self.url}/page", json=given, headers=sent) as answer:
            return answer.status, await answer.json()

    async def send(self, body: bytes, **headers: str) -> tuple[int, Any]:
        """What `POST /page` answers to any bytes."""
        sent = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.browser.post(f"{self.url}/page", data=body, headers=sent) as answer:
            return answer.status, await answer.json(content_type=None)

    async def open_page(self) -> str:
        """A page that rings; its id."""
        status, said = await self.ask({"what": "the projector smokes"})
        assert status == 202
        return str(said["page"])

    async def look(self, link: str) -> Seen:
        """Open a link."""
        async with self.browser.get(link) as answer:
            return Seen(answer.status, answer.headers, await answer.text())

    async def press(self, link: str) -> Seen:
        """Press the button of a link's page."""
        async with self.browser.post(link) as answer:
            return Seen(answer.status, answer.headers, await answer.text())

    async def page(self, page_id: str) -> PageState:
        """The page as the store has it."""
        state = self.school.app.state
        found = await Pages(state.store, state.keyring).get(page_id)
        assert found is not None
        return found

    async def resolve(self, page_id: str) -> None:
        """A page is over."""
        state = self.school.app.state
        await Pages(state.store, state.keyring).change(page_id, page_state.resolve)


OpenMailed = Callable[..., Awaitable[MailedSchool]]
