"""Teachers who ask for help, and on-call staff who answer after a while: each as a person does, by Slack, again and
again until modbot has said that it took it.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field

from benchmarks.chaos.pages.site import PagingSite
from modbot.errors import StoreUnavailable
from modbot.simulators.slack import PostedMessage
from modbot.store.pages import Pages

AGAIN_SECONDS = 0.4
LOOK_SECONDS = 0.05
PRESS_AGAIN_SECONDS = 4.0  # when it rings on as if nobody had
STILL_WANTED = "Do it now"  # asked by a modbot whose clock says that the command is old
_PAGE = re.compile(r"page ([0-9a-z-]+)")
_CALL = re.compile(r"Call (\d+) of \d+")


@dataclass(frozen=True, slots=True)
class Ring:
    """One call as it reached somebody. `at_seconds` by the clock of this process that only measures spans."""

    page: str
    person: str
    call: int
    at_seconds: float


@dataclass(slots=True)
class Seen:
    """What was seen from outside: rings by page, and when the store first said that a page was answered."""

    rings: dict[str, list[Ring]] = field(default_factory=lambda: defaultdict(list))
    answered_at: dict[str, float] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)  # texts of pages that modbot said it took


class People:
    """Everybody in one run. `seen` grows as it goes."""

    def __init__(self, site: PagingSite, most_rings: int) -> None:
        """Each page is answered after one to `most_rings` calls."""
        self._site = site
        self._slack = site.school.district.slack
        self._who = {self._slack.world.im_with(user).id: user for user in self._slack.world.users}
        self._read = 0
        self._patience: dict[str, int] = defaultdict(lambda: site.chance.randint(1, most_rings))
        self._acting: dict[str, asyncio.Task[None]] = {}
        self.seen = Seen()

    async def ask(self, number: int) -> None:
        """A teacher types /page, again until it is taken."""
        teacher, text = self._site.school.teachers[number % len(self._site.school.teachers)], f"test {number:04d}"
        while True:
            self._site.point()
            answer = await self._slack.slash(teacher.slack, "/page", text)
            if answer.acknowledged and str(answer.json().get("text", "")).startswith("Calling IT"):
                self.seen.asked.add(text)
                return
            await asyncio.sleep(AGAIN_SECONDS)

    async def read_on(self) -> None:
        """Read what comes, and answer what has rung often enough, until cancelled."""
        try:
            while True:
                messages = self._slack.world.messages
                for message in messages[self._read :]:
                    self._heard(message)
                self._read = len(messages)
                await self._look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in self._acting.values():
                task.cancel()
            await asyncio.gather(*self._acting.values(), return_exceptions=True)

    def _heard(self, message: PostedMessage) -> None:
        if message.only_for and STILL_WANTED in message.everything:
            self._doing(message.ts, self._press_until_taken(message.only_for, message, STILL_WANTED))
        page, call = _PAGE.search(message.everything), _CALL.search(message.everything)
        if not message.text.startswith("PAGE:") or page is None or call is None:
            return
        now = asyncio.get_running_loop().time()
        rings = self.seen.rings[page[1]]
        rings.append(Ring(page[1], self._who[message.channel], int(call[1]), now))
        if len(rings) >= self._patience[page[1]]:
            self._doing(page[1], self._answer(page[1], message))

    def _doing(self, what: str, work: Coroutine[None, None, None]) -> None:
        """Once for each: somebody who is at it is not asked again."""
        if what in self._acting:
            work.close()
        else:
            self._acting[what] = asyncio.create_task(work)

    async def _answer(self, page: str, message: PostedMessage) -> None:
        """Press Acknowledge, again when it goes on as if nobody had, until the message says that nobody need."""
        while page not in self.seen.answered_at:
            await self._press_until_taken(self._who[message.channel], message, "Acknowledge")
            await asyncio.sleep(PRESS_AGAIN_SECONDS)

    async def _press_until_taken(self, user: str, message: PostedMessage, button: str) -> None:
        while True:
            self._site.point()
            try:
                answer = await self._slack.press(user, message, button)
            except LookupError:  # the message has changed: there is nothing to press any more
                return
            if answer.acknowledged:
                return
            await asyncio.sleep(AGAIN_SECONDS)

    async def _look(self) -> None:
        """Note which pages the store says are answered. While there is no store there is nothing to note."""
        waiting = [page for page in self.seen.rings if page not in self.seen.answered_at]
        try:
            async with self._site.school.opened_store() as store:
                found = await Pages(store, self._site.school.keyring).several(waiting)
        except StoreUnavailable:
            return
        now = asyncio.get_running_loop().time()
        self.seen.answered_at.update({page.id: now for page in found if not page.open})
