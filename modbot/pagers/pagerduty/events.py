"""PagerDuty's Events API v2: a page rings, is acknowledged, is over.

https://developer.pagerduty.com/docs/events-api-v2-overview
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from modbot.errors import (
    AuthRejected,
    Forbidden,
    MalformedAnswer,
    NotOffered,
    RateLimited,
    VendorError,
    VendorFault,
)
from modbot.http import Answer, Http
from modbot.pagers import Fate, Notice, Question, Ticket
from modbot.pagers.pagerduty.keys import key_of
from modbot.pagers.plain import one_line
from modbot.pagers.trying import Patience, answered
from modbot.settings.pagerduty import ENQUEUE, PagerDutySettings
from modbot.settings.paging import OnCallPerson

VENDOR = "pagerduty"
MOST_SUMMARY_CHARACTERS = 1024
MOST_DETAIL_CHARACTERS = 200


class PagerDutyPager:
    """A `modbot.pagers.Pager`. The person is not told to PagerDuty: its own policy decides who is called.

    Each event may be sent again with the same key, so a repeat rings nobody twice.
    """

    label = "PagerDuty"

    def __init__(self, settings: PagerDutySettings, http: Http, patience: Patience) -> None:
        key = settings.routing_key
        self._key = key.get_secret_value() if key else ""
        self._settings = settings
        self._http = http
        self._patience = patience

    async def ring(self, person: OnCallPerson, notice: Notice) -> Ticket:
        """Trigger. Queued, never more: whom PagerDuty reaches it does not say. Raises VendorError.

        https://developer.pagerduty.com/docs/send-alert-event
        """
        key = key_of(notice.page, notice.run)
        link = self._settings.link
        payload = {
            "summary": one_line(notice.headline, MOST_SUMMARY_CHARACTERS),
            "source": self._settings.source,
            "severity": self._settings.severity,
        }
        links = {"links": [{"href": link, "text": "The incident"}]} if link else {}
        await self._send({"event_action": "trigger", "dedup_key": key, "client": "modbot", "payload": payload, **links})
        return Ticket(Fate.QUEUED, key)

    async def ask(self, person: OnCallPerson, question: Question) -> Ticket:
        """Always NotOffered: PagerDuty takes no questions. Whoever has it is asked by their next channel."""
        raise NotOffered(VENDOR, "PagerDuty cannot ask whether somebody still has a page.", log_detail="ask")

    async def hush(self, ref: str, said: str, *, over: bool) -> None:
        """Acknowledge, or resolve what is over; PagerDuty takes no words with it. Raises VendorError.

        An event for what is closed already is taken and dropped: it stays closed.
        """
        await self._send({"event_action": "resolve" if over else "acknowledge", "dedup_key": ref})

    async def _send(self, event: Mapping[str, Any]) -> None:
        url = self._settings.events_url + ENQUEUE
        body = {"routing_key": self._key, **event}

        async def once(within: timedelta) -> Answer:
            return await self._http.request(VENDOR, "POST", url, json=body, timeout=within)

        answer = await answered(once, self._patience, repeatable=True)
        if not answer.ok:
            raise self._refusal(answer)
        if answer.json_object().get("dedup_key") != event["dedup_key"]:
            raise MalformedAnswer(
                VENDOR, "PagerDuty gave an answer modbot could not read.", status=answer.status, log_detail="other key"
            )

    def _refusal(self, answer: Answer) -> VendorError:
        """PagerDuty's refusal as modbot's error: https://developer.pagerduty.com/docs/events-api-v2-overview"""
        if answer.status == 429:
            return RateLimited(VENDOR, "PagerDuty takes no more pages for the moment.", retry_after=answer.retry_after)
        if answer.status >= 500:
            return VendorFault(VENDOR, "PagerDuty is having trouble.", status=answer.status)
        if answer.status == 400:
            return self._invalid(answer)
        if answer.status in _KINDS:
            kind, sentence = _KINDS[answer.status]
            return kind(VENDOR, sentence, status=answer.status)
        return VendorError(VENDOR, "PagerDuty did not take the page.", status=answer.status)

    def _invalid(self, answer: Answer) -> VendorError:
        """What PagerDuty says is wrong with an event. A wrong key is the district's to mend, the rest modbot's."""
        told = self._reasons(answer)
        if "routing" in told.casefold() or "integration key" in told.casefold():
            sentence = "PagerDuty does not know modbot's key. IT must set pagerduty.routing_key."
            return AuthRejected(VENDOR, sentence, status=400, log_detail=told)
        return VendorError(VENDOR, "PagerDuty refused the page as invalid.", status=400, log_detail=told)

    def _reasons(self, answer: Answer) -> str:
        try:
            body = answer.json_object()
        except MalformedAnswer:
            return "no reason that can be read"
        errors = body.get("errors")
        named = [one for one in errors if isinstance(one, str)] if isinstance(errors, list) else []
        told = "; ".join(named) or str(body.get("message", ""))
        return one_line(told.replace(self._key, "(the key)") if self._key else told, MOST_DETAIL_CHARACTERS)


_KINDS: Mapping[int, tuple[type[VendorError], str]] = {
    401: (AuthRejected, "PagerDuty does not know modbot's key. IT must set pagerduty.routing_key."),
    403: (Forbidden, "PagerDuty does not let modbot page. IT must look at the integration in PagerDuty."),
    413: (VendorError, "PagerDuty refused the page as too long."),
}
