"""Every scenario of the demo, played on the page by clicking and typing, against a real `modbot demo`.

What is asserted is what is seen: who is in the class, whether it is locked, what rings, the colour of the card.
"""

import re
from pathlib import Path

import pytest

from modbot.simulators.prosody import HOW_TO_INSTALL, available
from tests.browser.demo import A_WHILE, Player, demo
from tests.browser.visiting import PHONE, Visitors

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
SCIENCE, READING, ART = "Grade 5 Science", "Grade 3 Reading", "Grade 2 Art"
FOUR = (SCIENCE, READING, "Grade 4 Maths", "Grade 6 History")


async def test_the_stranger_with_a_copied_name_leaves_the_class(
    visitors: Visitors, short_dir: Path, shots: Path
) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("copied_name")
        await player.follow_hint()
        asked = player.page.locator(".block-section", has_text="no e-mail shown")
        await asked.get_by_role("button", name="This one").click()
        await player.ends_well()
        await player.nobody_from_outside_is_in(SCIENCE)
        science = player.room(SCIENCE)
        assert await science.get_by_role("list", name=f"In {SCIENCE}").get_by_text("Ana Duarte").count() == 1
        assert await science.locator(".gone .removed", has_text="Ana Duarte").is_visible()
        await player.page.screenshot(path=shots / "copied_name.png")
        await player.close_incident(SCIENCE)


async def test_the_lock_shows_and_twenty_strangers_are_cleared_out(
    visitors: Visitors, short_dir: Path, shots: Path
) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("leaked_link")
        await player.follow_hint()
        await player.is_locked(READING)
        await player.page.get_by_text("Some strangers are still inside.").wait_for()
        await player.follow_hint()
        await player.page.get_by_role("button", name=re.compile(r"^Put out \d+ strangers$")).click()
        await player.ends_well()
        await player.nobody_from_outside_is_in(READING)
        await player.page.screenshot(path=shots / "leaked_link.png")
        await player.close_incident(READING)


async def test_a_pupil_who_shares_is_out_and_the_card_turns_green(
    visitors: Visitors, short_dir: Path, shots: Path
) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("pupil_shares")
        await player.page.locator(".sharing").wait_for()
        await player.follow_hint()
        await player.page.get_by_text("It is over: close it.").wait_for()
        await player.gone(player.page.locator(".sharing"))
        await player.close_incident(SCIENCE)
        await player.ends_well()
        await player.page.screenshot(path=shots / "pupil_shares.png")


async def test_a_principal_shuts_four_classes_and_it_answers(visitors: Visitors, short_dir: Path, shots: Path) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("four_classes")
        typed: set[str] = set()
        while len(typed) < len(FOUR):
            assert await player.page.locator(".running.done").count() == 0, "it was over before four were shut"
            typed.add(await player.follow_hint())
            last = player.page.get_by_role("button", name=f"Put {max(typed, key=len)}")
            await player.gone(last)
        await player.page.get_by_text("a telephone rings.").wait_for(timeout=A_WHILE.total_seconds() * 1000)
        for title in FOUR:
            await player.is_locked(title)
            await player.nobody_from_outside_is_in(title)
        await player.answer_phone()
        await player.ends_well()
        await player.silence()
        await player.page.screenshot(path=shots / "four_classes.png")
        for title in FOUR:
            await player.close_incident(title)


async def test_a_platform_that_lies_is_found_out(visitors: Visitors, short_dir: Path, shots: Path) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("lying_platform")
        await player.follow_hint()
        await player.page.get_by_role("log").get_by_text("could not lock Grade 3 Reading").first.wait_for()
        await player.ends_well()
        await player.is_locked(READING)
        await player.nobody_from_outside_is_in(READING)
        await player.page.screenshot(path=shots / "lying_platform.png")


async def test_the_phone_rings_while_slack_is_down_and_stops_when_answered(
    visitors: Visitors, short_dir: Path, shots: Path
) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("slack_down")
        await player.answer_phone()
        await player.answer_phone()
        await player.ends_well()
        await player.silence()
        await player.page.screenshot(path=shots / "slack_down.png")
        await player.close_incident(READING)


async def test_a_drill_says_how_long_it_took(visitors: Visitors, short_dir: Path, shots: Path) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address, dark=True))
        await player.begin("drill")
        await player.follow_hint()
        await player.is_locked(READING)
        await player.page.get_by_role("button", name="Put /eject").wait_for()
        await player.follow_hint()
        await player.ends_well()
        await player.nobody_from_outside_is_in(READING)
        assert await player.page.locator(".figure .digits span").inner_text()
        await player.page.screenshot(path=shots / "drill_dark.png")
        await player.close_incident(READING)


async def test_panic_makes_a_card_that_turns_when_it_answers_the_phone_and_when_it_is_over(
    visitors: Visitors, short_dir: Path, shots: Path
) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.type("/panic")
        log = await player.look_into("incidents")
        await log.locator(".card-sign.danger").wait_for()
        await player.answer_phone()
        await log.locator(".card-sign.warn").wait_for()
        await player.silence()
        await player.page.screenshot(path=shots / "panic.png")
        await player.close_incident(SCIENCE)


@pytest.mark.skipif(not available(), reason=HOW_TO_INSTALL)
async def test_on_a_real_jitsi_server_the_lock_shows_and_the_time_it_took(visitors: Visitors, short_dir: Path) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.page.get_by_role("radio", name="Nina Voss").check(force=True)
        await player.type("/lock")
        await player.is_locked(ART)
        await player.page.locator(".figure", has_text=f"lock · {ART}").locator(".digits span").wait_for()


async def test_a_reload_in_the_middle_goes_on_where_it_was_and_two_browsers_agree(
    visitors: Visitors, short_dir: Path, shots: Path
) -> None:
    async with demo(short_dir) as address:
        player, other = Player(await visitors.page(address)), Player(await visitors.page(address, size=PHONE))
        await player.begin("drill")
        await player.page.reload()
        await player.page.locator(".you-are", has_text="Luis Ortiz").wait_for()
        await player.follow_hint()
        await player.page.get_by_role("button", name="Put /eject").wait_for()
        await player.follow_hint()
        await player.ends_well()
        await other.ends_well()
        await other.page.screenshot(path=shots / "drill_phone.png")
