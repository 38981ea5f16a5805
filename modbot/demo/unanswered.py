"""The scripted page that nobody answers in Slack: a telephone rings, a key is pressed, and everything falls silent.

Each step is true only when the simulated Slack, Twilio or PagerDuty shows it. Nothing of it is played on a day on which
the platforms lie: it rests on no platform's word.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from modbot.demo.roster import BAKER, BROOK, REYES
from modbot.demo.steps import Stage, so
from modbot.demo.telephones import FIRST_WAIT_SECONDS
from modbot.model import Outcome
from modbot.pagers.twilio import words
from modbot.simulators.pagerduty import Incident
from modbot.simulators.slack import PostedMessage

TYPED = "smoke in room 5"
SPOKEN, _ = words.call("Help is needed.", "")
SLACK, TWILIO, PAGERDUTY = "slack", "twilio", "pagerduty"
PATIENCE = timedelta(seconds=45)
_PAGE_ID = re.compile(r"^page (\S+)$", re.MULTILINE)


class Unanswered:
    """One page from the call for help to its end. Between its two parts the first of those on call may answer.

    Each step is looked for as long as `patience`, the escalation for as long as the page waits besides.
    """

    def __init__(self, stage: Stage, patience: timedelta = PATIENCE) -> None:
        self._stage = stage
        self._within_seconds = patience.total_seconds()
        self._district = stage.day.district
        self._phone = self._district.telephones.phone(BAKER.email)
        self._message: PostedMessage | None = None
        self._page = ""

    async def asked(self) -> None:
        """The principal types /page; whoever is on call gets a direct message."""
        title = "The principal types /page; IT on call gets a message and does not look"
        await self._stage.look("page_sent", title, SLACK, Outcome.DONE, self._first_is_called)

    async def answered_by_phone(self) -> None:
        """The next person's telephone rings, they press 1, and nothing rings any more."""
        title = "Nobody has answered: the telephone of the next person rings"
        await self._seen("phone_rings", title, TWILIO, self._phone_rings, and_seconds=FIRST_WAIT_SECONDS)
        await self._seen(
            "night_desk_rings", "PagerDuty rings the night desk", PAGERDUTY, self._incident_is("triggered")
        )
        title = "Lou Baker picks up and presses 1; the call says that it is theirs"
        await self._stage.look("key_pressed", title, TWILIO, Outcome.DONE, self._key_is_pressed)
        await self._seen("phone_silent", "No telephone rings any more", TWILIO, self._no_phone_rings)
        title = "The night desk need not come: PagerDuty has it acknowledged"
        await self._seen("night_desk_silent", title, PAGERDUTY, self._incident_is("acknowledged"))
        title = "The message says who has it, and has no button any more"
        await self._seen("message_silent", title, SLACK, self._message_says(f"{BAKER.name} has it"))
        title = "The night desk closes it in PagerDuty; the message says that it is over"
        await self._stage.look("page_closed", title, PAGERDUTY, Outcome.DONE, self._closed_in_pagerduty)

    async def _seen(
        self, step: str, title: str, platform: str, holds: Callable[[], bool], *, and_seconds: int = 0
    ) -> None:
        async def look() -> Outcome:
            return await so(holds, self._within_seconds + and_seconds)

        await self._stage.look(step, title, platform, Outcome.DONE, look)

    async def _first_is_called(self) -> Outcome:
        slack = self._district.slack
        await self._stage.read(BROOK.slack, self._stage.typed(BROOK.slack, "/page", TYPED))
        try:
            self._message = await slack.wait_for(
                lambda one: self._stage.rings(one, REYES) and TYPED in one.everything, "a message to whoever is on call"
            )
        except TimeoutError:
            return Outcome.FAILED
        shown = _PAGE_ID.search(self._message.everything)
        self._page = shown[1] if shown else ""
        return Outcome.DONE if shown else Outcome.FAILED

    def _phone_rings(self) -> bool:
        call = self._phone.call
        return call is not None and self._phone.ringing and f"{SPOKEN}<" in call.twiml

    def _no_phone_rings(self) -> bool:
        return not self._district.twilio.ringing and self._phone.call is None

    async def _key_is_pressed(self) -> Outcome:
        try:
            self._phone.pick_up()
            await self._phone.press("1")
        except (RuntimeError, TimeoutError):  # it does not ring, or asks for no key
            return Outcome.FAILED
        return await so(lambda: SPOKEN in self._phone.heard and self._phone.heard[-1] == words.STILL)

    @property
    def _incident(self) -> Incident | None:
        """The page in PagerDuty, where it goes by the page's id."""
        known = self._district.pagerduty.incidents.all
        return next((incident for incident in known if incident.incident_key == self._page), None)

    def _incident_is(self, status: str) -> Callable[[], bool]:
        def holds() -> bool:
            incident = self._incident
            return incident is not None and incident.status == status

        return holds

    def _message_says(self, words: str) -> Callable[[], bool]:
        def holds() -> bool:
            message = self._message
            return message is not None and message.text.startswith(words) and "Acknowledge" not in message.everything

        return holds

    async def _closed_in_pagerduty(self) -> Outcome:
        incident = self._incident
        if incident is None:
            return Outcome.FAILED
        self._district.pagerduty.resolve(incident, incident.service.policy[0])
        return await so(self._message_says("This page is over"))
