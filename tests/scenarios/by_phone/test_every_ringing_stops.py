"""Whoever answers, by whatever channel: every other one falls silent, and the card says who has it."""

import pytest

from modbot.pagers import Fate
from modbot.pagers.codes import code_of
from modbot.simulators.twilio import PhoneState
from tests.scenarios.by_phone.exchange import KIM, LOU, OpenPhones, Phones
from tests.scenarios.school import REYES
from tests.stores import until

BOTH = [{"people": [KIM, LOU], "wait_seconds": 60}]
ONE_BY_ONE = [{"people": [KIM], "wait_seconds": 60}, {"people": [LOU], "wait_seconds": 60}]
CLASS = "Grade 3 Reading"


async def another_text(phones: Phones) -> None:
    """Kim is texted for one more page."""
    before = len(phones.kim.texts)
    await phones.school.type("U0BROOK", "/page", "the office floods")
    await until("Kim has another", lambda: len(phones.kim.texts) > before)


async def test_a_key_pressed_stops_the_other_phone(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice", steps=BOTH)
    phones.lou.state = PhoneState.UNANSWERED
    await phones.help()
    await until("Lou's phone rings", lambda: phones.lou.ringing)
    await phones.kim.press("1")
    await until("no phone rings", lambda: not phones.twilio.ringing)
    await until("Kim hears it", lambda: phones.kim.heard[-1:] == ["You have it. Nothing rings any more. Goodbye."])


async def test_the_card_says_who_pressed_the_key(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice")
    await phones.help()
    await phones.kim.press("1")
    await phones.school.until_card_says(CLASS, "Kim Reyes has it.")


async def test_taken_in_slack_the_phone_falls_silent(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice")
    phones.kim.state = PhoneState.UNANSWERED
    await phones.help()
    await until("Kim's phone rings", lambda: phones.kim.ringing)
    await phones.school.type(REYES, "/ack")
    await until("no phone rings", lambda: not phones.twilio.ringing)


async def test_taken_in_pagerduty_the_phone_falls_silent(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice", steps=BOTH, people=[
        {"email": KIM, "name": "Kim Reyes", "channels": ["pagerduty"]},
        {"email": LOU, "name": "Lou Baker", "phone": "+12025550124", "channels": ["voice"]},
    ])  # fmt: skip
    phones.lou.state = PhoneState.UNANSWERED
    await phones.help()
    await until("Lou's phone rings", lambda: phones.lou.ringing)
    phones.duty.acknowledge(await phones.incident(), phones.ivo)
    await until("no phone rings", lambda: not phones.twilio.ringing)
    await phones.school.until_card_says(CLASS, "Ivo Sand has it.")


async def test_taken_by_phone_pagerduty_falls_silent(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice", steps=BOTH, people=[
        {"email": KIM, "name": "Kim Reyes", "channels": ["pagerduty"]},
        {"email": LOU, "name": "Lou Baker", "phone": "+12025550124", "channels": ["voice"]},
    ])  # fmt: skip
    await phones.help()
    incident = await phones.incident()
    await phones.lou.press("1")
    await until("PagerDuty is acknowledged", lambda: incident.status == "acknowledged")


async def test_two_pressed_calls_the_next_person_at_once(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice", steps=ONE_BY_ONE)
    await phones.help()
    await phones.kim.press("2")
    await phones.until_picked_up(phones.lou)
    assert (await phones.page()).open


async def test_voicemail_is_not_reached_and_a_text_goes_out_at_once(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice", "sms", steps=ONE_BY_ONE)
    phones.twilio.pace, phones.kim.state = 0.01, PhoneState.VOICEMAIL
    await phones.help()
    await until("Kim has a text", lambda: bool(phones.kim.texts))
    page = await phones.page()
    await until("it is known to be there", lambda: phones.twilio.messages[0].status == "delivered")
    assert [call.channel for call in page.calls if call.fate is Fate.FAILED] == ["voice"]


async def test_the_digits_of_a_text_take_its_page(open_phones: OpenPhones) -> None:
    phones = await open_phones("sms")
    await phones.help()
    await until("Kim has a text", lambda: bool(phones.kim.texts))
    answered = await phones.kim.reply(code_of((await phones.page()).id))
    assert answered.texts == ("You have it. Nothing rings any more.",)
    await phones.school.until_card_says(CLASS, "Kim Reyes has it.")


async def test_of_two_texts_the_digits_say_which(open_phones: OpenPhones) -> None:
    phones = await open_phones("sms")
    await phones.help()
    await until("Kim has a text", lambda: bool(phones.kim.texts))
    first = await phones.page()
    while code_of((await phones.page()).id) == code_of(first.id):  # one in ninety has the same digits as another
        await another_text(phones)
    await phones.kim.reply(code_of(first.id))
    assert (await phones.page(first.id)).acknowledged_by == "Kim Reyes"


async def test_a_one_takes_the_only_page(open_phones: OpenPhones) -> None:
    phones = await open_phones("sms")
    await phones.help()
    await until("Kim has a text", lambda: bool(phones.kim.texts))
    await phones.kim.reply("1")
    await phones.school.until_card_says(CLASS, "Kim Reyes has it.")


async def test_a_one_takes_none_of_two(open_phones: OpenPhones) -> None:
    phones = await open_phones("sms")
    await phones.help()
    await phones.school.type("U0BROOK", "/page", "the office floods")
    await until("Kim has two texts", lambda: len(phones.kim.texts) == 2)
    answered = await phones.kim.reply("1")
    assert "Nothing was changed" in answered.texts[0]


async def test_whoever_is_too_late_is_not_told_that_they_have_it(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice", steps=BOTH)
    await phones.help()
    await phones.until_picked_up(phones.kim)
    await phones.until_picked_up(phones.lou)
    await phones.kim.press("1")
    await until("Kim hears it", lambda: "You have it. Nothing rings any more. Goodbye." in phones.kim.heard)
    await phones.lou.press("1")
    await until("Lou is answered", lambda: "Nothing was changed" in phones.lou.heard[-1])


async def test_whoever_still_has_it_says_so_by_phone(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice", still_on_it_seconds=1, answer_seconds=60)
    await phones.help()
    await phones.kim.press("1")
    await until("Kim is asked", lambda: any("Do you still have" in said for said in phones.kim.heard))
    await phones.kim.press("1")
    await until("Kim hears it", lambda: phones.kim.heard.count("You have it. Nothing rings any more. Goodbye.") == 2)


async def test_a_page_that_nobody_still_has_rings_in_pagerduty_again(open_phones: OpenPhones) -> None:
    phones = await open_phones("pagerduty", still_on_it_seconds=1, answer_seconds=1)
    await phones.help()
    phones.duty.acknowledge(await phones.incident(), phones.ivo)
    await until("it rings again", lambda: len(phones.duty.rings) == 2)


@pytest.mark.parametrize("state", [PhoneState.BUSY, PhoneState.OFF])
async def test_a_phone_that_fails_at_once_is_followed_by_a_text_at_once(
    open_phones: OpenPhones, state: PhoneState
) -> None:
    phones = await open_phones("voice", "sms")
    phones.kim.state = state
    await phones.help()
    await until("Kim's call has failed", lambda: bool(phones.twilio.calls) and phones.twilio.calls[0].over)
    await until("the text goes out", lambda: bool(phones.twilio.messages))
