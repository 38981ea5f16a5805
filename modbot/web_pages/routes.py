"""The addresses of pages without staff chat, and what stands behind them."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from modbot.audit import Audit
from modbot.escalation import Escalation
from modbot.helping import HelpDesk
from modbot.paging import Paging
from modbot.people import People
from modbot.settings import Settings
from modbot.store import Store
from modbot.store.links import UsedLinks
from modbot.web_pages.acknowledging import AckPage
from modbot.web_pages.calling import PageCalls
from modbot.web_pages.links import PATH, PageLinks


class WebPages:
    """`GET` and `POST /ack/…`, and `POST /page` if the district has a token for it."""

    def __init__(self, ack: AckPage, calls: PageCalls | None) -> None:
        self._ack = ack
        self._calls = calls

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        router.add_get(f"{PATH}{{token}}", self._ack.show)
        router.add_post(f"{PATH}{{token}}", self._ack.press)
        if self._calls is not None:
            router.add_post("/page", self._calls.handle)

    async def finish(self) -> None:
        """Wait for calls for help that are under way."""
        if self._calls is not None:
            await self._calls.finish()


def build(
    settings: Settings,
    *,
    links: PageLinks,
    store: Store,
    audit: Audit,
    paging: Paging,
    help_desk: HelpDesk,
    people: People,
    escalation: Escalation,
    now: Callable[[], datetime],
) -> WebPages:
    """Join them. `links` are those that the pagers send."""
    ack = AckPage(
        links=links,
        used=UsedLinks(store),
        paging=paging,
        help_desk=help_desk,
        people=people,
        name_of=escalation.name,
        audit=audit,
        now=now,
    )
    token = settings.page_token
    if token is None:
        return WebPages(ack, None)
    secret = token.get_secret_value().strip()
    calls = PageCalls(token=secret, help_desk=help_desk, paging=paging, audit=audit, name_of=escalation.name, now=now)
    return WebPages(ack, calls)
