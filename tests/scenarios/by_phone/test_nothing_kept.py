"""The store is gone, and Slack too: everybody is called by whatever there is, once, and told the truth about it."""

from typing import Any

from modbot.demo.telephones import NUMBERS
from modbot.simulators.twilio import PhoneState
from tests.scenarios.by_phone.exchange import KIM, LOU, OpenPhones, Phones
from tests.scenarios.school import ORTIZ, shown
from tests.stores import until

STORE_DOWN = "modbot's record store is down: it takes no answers, and calls nobody else by itself."
ONE_BY_ONE = [{"people": [KIM], "wait_seconds": 60}, {"people": [LOU], "wait_seconds": 60}]


async def without_store(phones: Phones) -> Phones:
    """Mr Ortiz has used modbot before; then its store goes."""
    await phones.school.type(ORTIZ, "/modbot", "whoami")
    embedded = phones.school.app.state.embedded
    assert embedded is not None
    await embedded.stop()
    return phones


def people(**channels: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"email": KIM, "name": "Kim Reyes", "phone": NUMBERS[KIM], "channels": channels["kim"]},
        {"email": LOU, "name": "Lou Baker", "phone": NUMBERS[LOU], "channels": channels["lou"]},
    ]


async def test_the_first_person_is_called_by_every_channel_and_the_next_by_the_first_that_takes_it(
    open_phones: OpenPhones,
) -> None:
    phones = await without_store(
        await open_phones("slack", steps=ONE_BY_ONE, people=people(kim=("slack", "sms", "voice", "pagerduty"),
                                                                  lou=("slack", "sms", "voice")))
    )  # fmt: skip
    answer = await phones.school.type(ORTIZ, "/page", "a stranger is in")
    assert shown(answer)[0] == (
        "IT has been called once: Kim Reyes by Slack and text message and phone and PagerDuty, Lou Baker by Slack."
    )


async def test_with_slack_gone_too_telephones_ring(open_phones: OpenPhones) -> None:
    phones = await without_store(
        await open_phones("slack", steps=ONE_BY_ONE, people=people(kim=("slack", "sms", "voice"),
                                                                  lou=("slack", "voice")))
    )  # fmt: skip
    phones.kim.state = phones.lou.state = PhoneState.UNANSWERED
    phones.school.slack.faults.drop_connection = True
    await phones.school.slack.slash(ORTIZ, "/page", "a stranger is in")
    await until("Kim has a text and both phones rang", lambda: bool(phones.kim.texts) and len(phones.twilio.calls) == 2)


async def test_what_was_tried_in_vain_is_said(open_phones: OpenPhones) -> None:
    phones = await without_store(
        await open_phones("slack", steps=ONE_BY_ONE, people=people(kim=("slack", "voice"), lou=("voice",)))
    )
    phones.twilio.faults.fail_next.extend([(400, {}, b"{}")] * 2)
    answer = await phones.school.type(ORTIZ, "/page", "a stranger is in")
    assert shown(answer) == [
        "IT has been called once: Kim Reyes by Slack.",
        "modbot's record store is down, so it cannot call again by itself.",
        "Tried in vain: Kim Reyes by phone, Lou Baker by phone.",
    ]


async def test_nobody_is_asked_for_an_answer_that_could_not_be_kept(open_phones: OpenPhones) -> None:
    phones = await without_store(await open_phones("slack", "sms"))
    await phones.school.type(ORTIZ, "/page", "a stranger is in")
    await until("Kim has a text", lambda: bool(phones.kim.texts))
    assert phones.kim.texts[0].body.endswith(STORE_DOWN)
    (message,) = phones.school.pages_to("U0REYES")
    assert (STORE_DOWN in message.everything, "Acknowledge" in message.everything) == (True, False)
