"""`/ack/…`: the button that a mail's link leads to. Looking changes nothing: mail scanners open every link."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from aiohttp import web

from modbot.audit import Audit, AuditEntry
from modbot.errors import CommandError, Denied, RequestRejected, StoreUnavailable
from modbot.helping import HelpDesk
from modbot.log import get_logger
from modbot.metrics import REJECTED
from modbot.model import Actor, Staff
from modbot.page_state import PageState
from modbot.paging import Paging, notice_of
from modbot.people import People
from modbot.store.links import UsedLinks
from modbot.web_pages import shown
from modbot.web_pages.links import PageLink, PageLinks

EARLIER = "This link is of an earlier call. Nothing was changed."
NEWEST = "Use the link of the newest mail, or type /ack in Slack."
INSTEAD = "Type /ack in Slack, or phone the help desk."
USED = "This link was used before, and works only once. Nothing was changed."
OVER = "This page is over. Nothing more to do for you."
STORE_DOWN = "modbot's record store is not answering, so nothing was changed."

Answer = Callable[[PageLink], Awaitable[web.Response]]

log = get_logger("web_pages")


class AckPage:
    """Shows a page's button to the one who was mailed the link, and takes its press."""

    def __init__(
        self,
        *,
        links: PageLinks,
        used: UsedLinks,
        paging: Paging,
        help_desk: HelpDesk,
        people: People,
        name_of: Callable[[str], str],
        audit: Audit,
        now: Callable[[], datetime],
    ) -> None:
        """`name_of` gives whoever has an address on call the name that staff know."""
        self._links = links
        self._used = used
        self._paging = paging
        self._help_desk = help_desk
        self._people = people
        self._name_of = name_of
        self._audit = audit
        self._now = now

    async def show(self, request: web.Request) -> web.Response:
        """GET: what it is about, and a button if there is something to press for. Changes nothing."""
        return await self._answered(request, self._shown)

    async def press(self, request: web.Request) -> web.Response:
        """POST: whoever was mailed the link has the page, or still has it."""
        return await self._answered(request, self._pressed)

    async def _answered(self, request: web.Request, answer: Answer) -> web.Response:
        try:
            return await answer(self._links.read(request.match_info["token"]))
        except RequestRejected as rejected:
            REJECTED.labels("ack", str(rejected.status)).inc()
            log.info("link_rejected", status=rejected.status)  # never the token: it is a key
            return shown.page(rejected.reason, "Nothing was changed.", INSTEAD, status=rejected.status)
        except StoreUnavailable as error:
            log.warning("link_unanswered", detail=error.log_detail)
            return shown.page(STORE_DOWN, "Try again in a minute, or phone the help desk.", status=503)

    async def _shown(self, link: PageLink) -> web.Response:
        page = await self._paging.get(link.page)
        if page is None or page.state == "resolved":
            return shown.page(OVER)
        if await self._used.used(link.id):
            return shown.page(USED, *_stands(page, link), INSTEAD, status=410)
        if link.turn.run != page.run:
            return shown.page(EARLIER, *_stands(page, link), NEWEST, status=410)
        if page.open:
            said = "Press the button if you are taking care of it. Nobody else is called after that."
            return shown.page(notice_of(page).headline, said, button="I have it")
        if _has_it(page, link):
            return shown.page("You have this page.", "Do you still?", button="Still on it")
        return shown.page(f"{page.acknowledged_by} has it. Nothing more to do for you.")

    async def _pressed(self, link: PageLink) -> web.Response:
        page = await self._paging.get(link.page)
        if await self._used.used(link.id):
            return shown.page(USED, *_stands(page, link), INSTEAD, status=410)
        if page is None:
            return shown.page(OVER)
        if link.turn.run != page.run and page.state != "resolved":
            return shown.page(EARLIER, *_stands(page, link), NEWEST, status=410)
        staff = await self._who(link.email)
        try:
            actor = Actor(f"link:{staff.id}", staff.name, staff)
            reply = await self._help_desk.acknowledge(staff, actor, page.id, link.turn)
        except (CommandError, Denied) as error:
            log.info("link_refused", page=page.id, link=link.id, detail=error.log_detail)
            return shown.page(error.staff_text, INSTEAD, status=403)
        await self._spend(link, staff)
        return shown.page(reply.headline)

    async def _who(self, email: str) -> Staff:
        """Whoever was mailed the link: somebody on call need not be on the roster."""
        known = await self._people.staff_with(email)
        if known is None:
            return Staff(_oncall_id(email), email, self._name_of(email), frozenset())
        return replace(known, name=known.name or self._name_of(email))

    async def _spend(self, link: PageLink, staff: Staff) -> None:
        """After the press is durable: a link that was spent first would be lost with the process."""
        try:
            await self._used.mark(link.id, until=link.until, now=self._now())
            page = await self._paging.get(link.page)
            outcome = "done" if page is not None and _has_it(page, link) else "already"
            entry = AuditEntry(self._now(), link.page, f"link:{staff.id}", "page.acknowledge", outcome=outcome)
            await self._audit.append(entry)
        except StoreUnavailable as error:
            log.warning("press_unrecorded", page=link.page, link=link.id, detail=error.log_detail)


def _has_it(page: PageState, link: PageLink) -> bool:
    return page.state == "acknowledged" and page.acknowledged_email.casefold() == link.email.casefold()


def _stands(page: PageState | None, link: PageLink) -> tuple[str, ...]:
    """How the page stands, for somebody whose link does no more."""
    if page is None or page.state == "resolved":
        return (OVER,)
    if page.open:
        return ("Nobody has this page at the moment.",)
    return ("You have this page.",) if _has_it(page, link) else (f"{page.acknowledged_by} has this page.",)


def _oncall_id(email: str) -> str:
    """An id for the record that does not show the address."""
    return f"oncall-{blake2b(email.casefold().encode(), digest_size=6).hexdigest()}"
