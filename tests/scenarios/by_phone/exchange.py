"""Who is called, and by what."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from modbot.page_state import PageState
from modbot.simulators.pagerduty import Incident, PagerDutySimulator, Person
from modbot.simulators.slack import PostedMessage
from modbot.simulators.twilio import Phone, TwilioSimulator
from modbot.store.pages import Pages
from tests.scenarios.school import ORTIZ, School
from tests.stores import until

KIM, LOU = "kim.reyes@example.org", "lou.baker@example.org"


@dataclass(slots=True)
class Phones:
    """A school, the telephones of those on call, and PagerDuty with Ivo on call."""

    school: School
    twilio: TwilioSimulator
    duty: PagerDutySimulator
    ivo: Person
    kim: Phone
    lou: Phone

    async def help(self, what: str = "a stranger shouts") -> PostedMessage:
        """Mr Ortiz calls for help in his class; what he is answered."""
        await self.school.webex_class()
        return await self.school.type(ORTIZ, "/page", what)

    async def page(self, page_id: str = "") -> PageState:
        """A page as the store has it, else the newest."""
        state = self.school.app.state
        pages = await Pages(state.store, state.keyring).watched()
        return max((page for page in pages if page_id in ("", page.id)), key=lambda page: page.opened_at)

    async def stored(self, page_id: str) -> PageState | None:
        """A page as the store has it, also when it is over."""
        state = self.school.app.state
        return await Pages(state.store, state.keyring).get(page_id)

    async def incident(self) -> Incident:
        """The incident in PagerDuty, once there is one."""
        await until("PagerDuty rings", lambda: bool(self.duty.incidents.all))
        return self.duty.incidents.all[-1]

    async def until_picked_up(self, phone: Phone) -> None:
        """Its owner listens."""
        await until(f"{phone.number} listens", lambda: phone.line is not None and phone.line.listening)


OpenPhones = Callable[..., Awaitable[Phones]]
