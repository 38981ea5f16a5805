"""The button that a mail leads to: looking changes nothing, pressing takes the page, and a link works once."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from tests.scenarios.school import BAKER, REYES
from tests.scenarios.without_slack.mailed import KIM, LOU, MailedSchool, OpenMailed


def link_of(mailed: MailedSchool, page: object, email: object, until: datetime | None = None) -> str:
    """A link that only this district's keys can make."""
    ends = until or datetime.now(UTC) + timedelta(hours=1)
    sealed = mailed.keyring.seal(orjson.dumps([page, email, int(ends.timestamp()), 1, 0]), context=b"page link")
    return f"{mailed.url}/ack/{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"


async def test_looking_shows_what_it_is_about_and_changes_nothing(mailed: MailedSchool) -> None:
    page_id = await mailed.open_page()
    seen = await mailed.look((await mailed.office.to(KIM)).link)
    assert "PAGE: help is needed." in seen.text
    assert "<button>I have it</button>" in seen.text
    assert (await mailed.page(page_id)).state == "triggered"


async def test_a_scanner_that_looks_many_times_leaves_the_link_good(mailed: MailedSchool) -> None:
    page_id = await mailed.open_page()
    link = (await mailed.office.to(KIM)).link
    for _ in range(5):
        await mailed.look(link)
        async with mailed.browser.head(link) as answer:
            assert answer.status == 200
    await mailed.press(link)
    assert (await mailed.page(page_id)).acknowledged_by == "Kim Reyes"


async def test_what_was_typed_is_not_on_the_page(mailed: MailedSchool) -> None:
    await mailed.open_page()
    assert "projector" not in (await mailed.look((await mailed.office.to(KIM)).link)).text


async def test_the_page_runs_no_script_and_is_kept_by_nobody(mailed: MailedSchool) -> None:
    await mailed.open_page()
    headers = (await mailed.look((await mailed.office.to(KIM)).link)).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")


async def test_pressing_takes_the_page_in_the_name_of_whoever_was_mailed(mailed: MailedSchool) -> None:
    page_id = await mailed.open_page()
    pressed = await mailed.press((await mailed.office.to(KIM)).link)
    page = await mailed.page(page_id)
    assert "You have it. Every ringing has stopped." in pressed.text
    assert (page.state, page.acknowledged_by, page.acknowledged_email) == ("acknowledged", "Kim Reyes", KIM)


async def test_pressing_stops_the_ringing_in_slack(open_mailed: OpenMailed) -> None:
    people = [
        {"email": KIM, "name": "Kim Reyes", "channels": ["email"]},
        {"email": LOU, "name": "Lou Baker", "channels": ["slack"]},
    ]
    both = [{"people": [KIM, LOU], "wait_seconds": 60}]
    mailed = await open_mailed(paging={"people": people, "steps": both})
    await mailed.open_page()
    message = await mailed.school.page_to(BAKER)
    await mailed.press((await mailed.office.to(KIM)).link)
    await mailed.school.until_says(message, "Kim Reyes has it.")


async def test_a_press_is_on_the_record_without_the_address(mailed: MailedSchool) -> None:
    await mailed.open_page()
    await mailed.press((await mailed.office.to(KIM)).link)
    records = [record async for record in mailed.school.app.state.audit.export()]
    (record,) = [record for record in records if record["action"] == "page.acknowledge"]
    assert (record["outcome"], record["actor"][:5]) == ("done", "link:")
    assert KIM not in str(records)


async def test_a_link_used_twice_says_so_and_changes_nothing(open_mailed: OpenMailed) -> None:
    mailed = await open_mailed("email", paging={"still_on_it_seconds": 1, "answer_seconds": 1})
    page_id = await mailed.open_page()
    link = (await mailed.office.to(KIM)).link
    await mailed.press(link)
    await mailed.office.to(KIM, count=3)  # nobody said that they still had it: it rings again
    again = await mailed.press(link)
    assert again.status == 410
    assert "This link was used before, and works only once. Nothing was changed." in again.text
    assert (await mailed.page(page_id)).state == "triggered"


async def test_a_link_of_an_earlier_call_does_not_take_what_rings_anew(open_mailed: OpenMailed) -> None:
    steps = [{"people": [KIM, LOU], "wait_seconds": 60}]
    mailed = await open_mailed("email", paging={"steps": steps, "still_on_it_seconds": 1, "answer_seconds": 1})
    page_id = await mailed.open_page()
    old = (await mailed.office.to(LOU)).link
    await mailed.press((await mailed.office.to(KIM)).link)
    await mailed.office.to(LOU, count=2)  # Kim did not say that she still had it: it rings anew
    seen, pressed = await mailed.look(old), await mailed.press(old)
    assert "<button>" not in seen.text
    assert "This link is of an earlier call. Nothing was changed." in pressed.text
    assert (pressed.status, (await mailed.page(page_id)).state) == (410, "triggered")


async def test_a_used_link_offers_no_button(mailed: MailedSchool) -> None:
    await mailed.open_page()
    link = (await mailed.office.to(KIM)).link
    await mailed.press(link)
    seen = await mailed.look(link)
    assert seen.status == 410
    assert "<button>" not in seen.text
    assert "You have this page." in seen.text


async def test_a_second_person_reads_who_has_it(open_mailed: OpenMailed) -> None:
    mailed = await open_mailed("email", paging={"steps": [{"people": [KIM, LOU], "wait_seconds": 60}]})
    page_id = await mailed.open_page()
    await mailed.press((await mailed.office.to(KIM)).link)
    late = await mailed.press((await mailed.office.to(LOU)).link)
    assert "Kim Reyes already has it." in late.text
    assert (await mailed.page(page_id)).acknowledged_by == "Kim Reyes"


async def test_a_late_press_reopens_nothing(mailed: MailedSchool) -> None:
    page_id = await mailed.open_page()
    link = (await mailed.office.to(KIM)).link
    await mailed.school.type(REYES, "/ack")
    assert "You have this page." in (await mailed.look(link)).text
    await mailed.press(link)
    assert (await mailed.page(page_id)).state == "acknowledged"


async def test_a_link_that_is_too_old_says_so_and_changes_nothing(mailed: MailedSchool) -> None:
    page_id = await mailed.open_page()
    old = link_of(mailed, page_id, KIM, datetime.now(UTC) - timedelta(seconds=1))
    pressed = await mailed.press(old)
    assert (pressed.status, (await mailed.page(page_id)).state) == (410, "triggered")
    assert "This link is too old." in pressed.text


@pytest.mark.parametrize("change", ["first", "middle", "last", "cut", "longer", "empty", "endless", "foreign"])
async def test_a_link_that_was_tampered_with_says_so_and_changes_nothing(mailed: MailedSchool, change: str) -> None:
    page_id = await mailed.open_page()
    base, _, token = (await mailed.office.to(KIM)).link.rpartition("/")
    other = "B" if token[0] != "B" else "C"
    tampered = {
        "first": other + token[1:],
        "middle": token[:40] + ("B" if token[40] != "B" else "C") + token[41:],
        "last": token[:-2] + ("BB" if token[-2:] != "BB" else "CC"),
        "cut": token[:-8],
        "longer": token + "AAAA",
        "empty": "A",
        "endless": "A" * 2000,
        "foreign": "%F0%9F%92%A5",
    }[change]
    pressed = await mailed.press(f"{base}/{tampered}")
    assert (pressed.status, (await mailed.page(page_id)).state) == (404, "triggered")
    assert "This link is not complete, or it was changed." in pressed.text


async def test_what_was_sealed_for_something_else_is_no_link(mailed: MailedSchool) -> None:
    page_id = await mailed.open_page()
    sealed = mailed.keyring.seal(orjson.dumps([page_id, KIM, 9_999_999_999]), context=b"inbox")
    token = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    pressed = await mailed.press(f"{mailed.url}/ack/{token}")
    assert (pressed.status, (await mailed.page(page_id)).state) == (404, "triggered")


async def test_a_link_of_a_page_that_is_gone_says_that_it_is_over(mailed: MailedSchool) -> None:
    seen = await mailed.press(link_of(mailed, "no-such-page", KIM))
    assert "This page is over." in seen.text


async def test_somebody_who_was_not_called_may_not_take_it(mailed: MailedSchool) -> None:
    page_id = await mailed.open_page()
    pressed = await mailed.press(link_of(mailed, page_id, "teacher.elsewhere@example.org"))
    assert (pressed.status, (await mailed.page(page_id)).state) == (403, "triggered")


async def test_two_presses_at_once_have_the_effect_of_one(mailed: MailedSchool) -> None:
    page_id = await mailed.open_page()
    link = (await mailed.office.to(KIM)).link
    answers = await asyncio.gather(*(mailed.press(link) for _ in range(4)))
    assert (await mailed.page(page_id)).acknowledged_by == "Kim Reyes"
    assert {answer.status for answer in answers} <= {200, 410}


async def test_while_the_store_is_down_it_says_that_nothing_was_changed(mailed: MailedSchool) -> None:
    await mailed.open_page()
    link = (await mailed.office.to(KIM)).link
    embedded = mailed.school.app.state.embedded
    assert embedded is not None
    await embedded.stop()
    pressed = await mailed.press(link)
    assert pressed.status == 503
    assert "nothing was changed" in pressed.text
