"""Telephones and PagerDuty for the page: who is rung, what was said, what was texted."""

from collections.abc import Iterable, Sequence
from typing import Any

from modbot.demo.page.hands import Texted
from modbot.demo.page.moments import moment
from modbot.settings.paging import OnCallPerson
from modbot.simulators.pagerduty import PagerDutySimulator
from modbot.simulators.slack import SlackSimulator
from modbot.simulators.twilio import Phone, TwilioSimulator

MOST_TEXTS = 50
MOST_INCIDENTS = 20

Json = dict[str, Any]


def phones(
    twilio: TwilioSimulator, called: Sequence[OnCallPerson], slack: SlackSimulator, texted: Iterable[Texted]
) -> list[Json]:
    """The phone of each person on call who has one. The page adds nothing to it: an unknown number is not there."""
    by_email = {user.email: user.id for user in slack.world.users.values()}
    found = [(by_email.get(one.email, ""), one.phone) for one in called if one.phone in twilio.phones]
    return [_phone(twilio, person, number, texted) for person, number in found if person]


def _phone(twilio: TwilioSimulator, person: str, number: str, texted: Iterable[Texted]) -> Json:
    phone = twilio.phones[number]
    calls = [call for call in twilio.calls if call.to == number]
    last = phone.call or (calls[-1] if calls else None)
    return {
        "person": person,
        "number": number,
        "state": _state(phone),
        "call": phone.call.sid if phone.call else "",
        "heard": list(last.heard) if last else [],
        "texts": _texts(phone, [one for one in texted if one.person == person]),
    }


def _state(phone: Phone) -> str:
    if phone.call is None:
        return "idle"
    return "ringing" if phone.ringing else "talking"


def _texts(phone: Phone, mine: Sequence[Texted]) -> list[Json]:
    both = [(one.at, one.body, False) for one in phone.texts] + [(one.at, one.body, True) for one in mine]
    newest = sorted(both, key=lambda one: one[0])[-MOST_TEXTS:]
    return [{"at": moment(at), "body": body, "mine": own} for at, body, own in newest]


def incidents(pagerduty: PagerDutySimulator) -> list[Json]:
    """What PagerDuty shows, newest last."""
    newest = pagerduty.incidents.all[-MOST_INCIDENTS:]
    return [{"title": one.title, "status": one.status, "at": moment(one.created_at)} for one in newest]
