"""An answer is to the ringing it was given to: late, doubled or played back it takes no later one, and ends none."""

from copy import deepcopy

import pytest

from modbot.page_state import acknowledge
from modbot.pagers.codes import code_of
from modbot.simulators.twilio import PhoneState
from modbot.state import now
from modbot.store.pages import Pages
from tests.scenarios.by_phone.exchange import KIM, OpenPhones, Phones
from tests.scenarios.by_phone.played_back import Recorded, key_pressed, replied, said_in_pagerduty
from tests.scenarios.school import ORTIZ, REYES
from tests.stores import until

HASTY = {"still_on_it_seconds": 1, "answer_seconds": 1}
CLASS = "Grade 3 Reading"
NOTHING = "Nothing was changed"


async def until_it_rings_anew(phones: Phones, page_id: str) -> None:
    """Nobody said that they still have it."""

    async def is_so() -> bool:
        page = await phones.page(page_id)
        return page.run == 2 and page.open

    await until("it rings anew", is_so)


async def take(phones: Phones, answer: Recorded) -> str:
    """The page, taken by this answer."""
    page_id = (await phones.page()).id
    assert (await answer.play())[0] in (200, 204)
    assert (await phones.page(page_id)).state == "acknowledged"
    return page_id


async def unanswered(open_phones: OpenPhones, **paging: int) -> Phones:
    """Kim's phone rings, and nobody picks up."""
    phones = await open_phones("voice", **paging)
    phones.kim.state = PhoneState.UNANSWERED
    await phones.help()
    await until("Kim's phone rings", lambda: phones.kim.ringing)
    return phones


async def test_a_key_press_played_back_does_not_take_what_rings_anew(open_phones: OpenPhones) -> None:
    phones = await unanswered(open_phones, **HASTY)
    pressed = key_pressed(phones, "1")
    page_id = await take(phones, pressed)
    await until_it_rings_anew(phones, page_id)
    assert NOTHING in (await pressed.play())[1]
    assert (await phones.page(page_id)).open


async def test_a_key_press_played_back_puts_off_no_question(open_phones: OpenPhones) -> None:
    phones = await open_phones("voice", still_on_it_seconds=600)
    await phones.help()
    await until("Kim is called", lambda: bool(phones.twilio.calls))
    pressed = key_pressed(phones, "1")
    page_id = await take(phones, pressed)
    due = (await phones.page(page_id)).due_at
    await pressed.play()
    assert (await phones.page(page_id)).due_at == due


async def test_a_key_press_told_twice_is_answered_the_same_twice(open_phones: OpenPhones) -> None:
    phones = await unanswered(open_phones)
    pressed = key_pressed(phones, "1")
    await take(phones, pressed)
    assert "You have it." in (await pressed.play())[1]


async def test_a_key_press_told_again_tells_the_card_that_a_process_died_before_telling(
    open_phones: OpenPhones,
) -> None:
    phones = await unanswered(open_phones)
    pressed, page = key_pressed(phones, "1"), await phones.page()
    state = phones.school.app.state
    await Pages(state.store, state.keyring).change(
        page.id, lambda kept: acknowledge(kept, "Kim Reyes", now(), email=KIM)
    )
    await pressed.play()
    await phones.school.until_card_says(CLASS, "Kim Reyes has it.")


async def test_a_two_played_back_passes_on_no_later_call(open_phones: OpenPhones) -> None:
    phones = await unanswered(open_phones)
    pressed = key_pressed(phones, "2")
    await pressed.play()
    assert NOTHING in (await pressed.play())[1]
    assert (await phones.page()).step == 1


async def test_an_acknowledgement_in_pagerduty_played_back_does_not_take_what_rings_anew(
    open_phones: OpenPhones,
) -> None:
    phones = await open_phones("pagerduty", **HASTY)
    await phones.help()
    said = said_in_pagerduty(phones, "acknowledged", (await phones.incident()).incident_key)
    page_id = await take(phones, said)
    await until_it_rings_anew(phones, page_id)
    await said.play()
    assert (await phones.page(page_id)).open


async def test_a_resolution_in_pagerduty_of_an_earlier_ringing_ends_no_later_one(open_phones: OpenPhones) -> None:
    phones = await open_phones("pagerduty", **HASTY)
    await phones.help()
    key = (await phones.incident()).incident_key
    page_id = await take(phones, said_in_pagerduty(phones, "acknowledged", key))
    await until_it_rings_anew(phones, page_id)
    await said_in_pagerduty(phones, "resolved", key).play()
    assert (await phones.page(page_id)).open


async def test_the_digits_of_an_earlier_text_do_not_take_what_rings_anew(open_phones: OpenPhones) -> None:
    phones = await open_phones("sms", **HASTY)
    await phones.help()
    await until("Kim has a text", lambda: bool(phones.kim.texts))
    code = code_of((await phones.page()).id)
    page_id = await take(phones, replied(phones, code))
    await until_it_rings_anew(phones, page_id)
    assert NOTHING in (await replied(phones, code, "SM" + "8" * 32).play())[1]
    assert (await phones.page(page_id)).open


async def test_a_one_played_back_does_not_take_another_page(open_phones: OpenPhones) -> None:
    phones = await open_phones("sms")
    await phones.school.type(ORTIZ, "/page", "the projector")
    await until("Kim has a text", lambda: bool(phones.kim.texts))
    text = replied(phones, "1")
    first = await take(phones, text)
    await phones.school.type(REYES, "/page", "the office floods")
    await text.play()
    second = await phones.page()
    assert (second.id != first, second.open) == (True, True)


async def test_what_pagerduty_closed_is_over_without_an_incident_too(open_phones: OpenPhones) -> None:
    phones = await open_phones("pagerduty")
    await phones.school.type(ORTIZ, "/page", "the projector")
    page = await phones.page()
    await said_in_pagerduty(phones, "resolved", (await phones.incident()).incident_key).play()

    async def is_over() -> bool:
        found = await phones.stored(page.id)
        return found is not None and found.state == "resolved"

    await until("the page is over", is_over)


async def test_a_page_in_slack_from_before_it_rang_anew_asks_before_it_takes(open_phones: OpenPhones) -> None:
    phones = await open_phones("slack", **HASTY)
    await phones.help()
    page_id = (await phones.page()).id
    old = deepcopy(await phones.school.page_to(REYES))  # as it stands on a phone that has been offline since
    await phones.school.type(REYES, "/ack")
    await until_it_rings_anew(phones, page_id)
    asked = await phones.school.press(REYES, old, "Acknowledge")
    assert (asked.text[:24], (await phones.page(page_id)).open) == ("That was an earlier call", True)
    await phones.school.press(REYES, asked, "I have it")
    assert (await phones.page(page_id)).acknowledged_by == "Kim Reyes"


@pytest.mark.parametrize("vendor", ["twilio", "pagerduty"])
async def test_a_callback_that_is_far_too_long_is_refused(open_phones: OpenPhones, vendor: str) -> None:
    phones = await open_phones("voice")
    url = f"{phones.school.app.settings.public_url}/webhooks/{vendor}"
    assert (await Recorded(url, b"a" * 900_000, {}).play())[0] == 413


@pytest.mark.parametrize("vendor", ["twilio", "pagerduty"])
@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"Digits=1", b'{"event": {}}'])
async def test_a_callback_that_nobody_signed_is_refused(open_phones: OpenPhones, vendor: str, body: bytes) -> None:
    phones = await open_phones("voice")
    url = f"{phones.school.app.settings.public_url}/webhooks/{vendor}"
    assert (await Recorded(url, body, {}).play())[0] in (400, 401)
