"""Every scenario of the demo, played on the page by clicking and typing, against a real `modbot demo`."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator

from tests.browser.demo import A_WHILE, Player, demo
from tests.browser.visiting import PHONE, Visitors
from tests.stores import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]


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
        science = player.room("Grade 5 Science")
        assert (
            await science.locator(".tile.outside:visible").count()
            == await science.locator('[aria-label="Waiting to be let in"] .tile.outside').count()
        )
        assert await science.locator(".gone .removed", has_text="Ana Duarte").is_visible()
        await player.page.screenshot(path=shots / "copied_name.png")


async def test_the_lock_shows_and_twenty_strangers_are_cleared_out(
    visitors: Visitors, short_dir: Path, shots: Path
) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("leaked_link")
        await player.follow_hint()
        reading = player.room("Grade 3 Reading")
        await reading.locator('[data-entry="locked"]').wait_for()
        await player.page.get_by_text("Some strangers are still inside.").wait_for()
        await player.follow_hint()
        await player.page.get_by_role("button", name=re.compile(r"^Put out \d+ strangers$")).click()
        await player.ends_well()
        assert await reading.locator('[aria-label="In Grade 3 Reading"] .tile.outside').count() == 0
        await player.page.screenshot(path=shots / "leaked_link.png")


async def test_a_pupil_who_shares_is_out_and_the_principal_reads_it(
    visitors: Visitors, short_dir: Path, shots: Path
) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("pupil_shares")
        await player.page.locator(".sharing").wait_for()
        await player.follow_hint()
        await player.ends_well()
        assert await player.page.locator(".sharing").count() == 0
        log = await player.look_into("incidents")
        await log.get_by_text("Grade 5 Science").first.wait_for()
        await player.page.screenshot(path=shots / "pupil_shares.png")


async def test_a_principal_shuts_four_classes(visitors: Visitors, short_dir: Path, shots: Path) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("four_classes")
        typed: set[str] = set()
        while len(typed) < 4:
            assert await player.page.locator(".running.done").count() == 0, "it was over before four were shut"
            typed.add(await player.follow_hint())
            last = player.page.get_by_role("button", name=f"Put {max(typed, key=len)}")
            await until("the hint moves on", lambda last=last: _gone(last), within=A_WHILE)  # type: ignore[misc]
        await player.ends_well()
        assert await player.page.locator('[data-entry="locked"]').count() >= 4
        await player.page.screenshot(path=shots / "four_classes.png")


async def test_a_platform_that_lies_is_found_out(visitors: Visitors, short_dir: Path, shots: Path) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.begin("lying_platform")
        await player.follow_hint()
        await player.page.get_by_role("log").get_by_text("could not lock Grade 3 Reading").first.wait_for()
        await player.ends_well()
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
        assert await player.page.locator(".phone.ringing").count() == 0
        await player.page.screenshot(path=shots / "slack_down.png")


async def test_a_drill_says_how_long_it_took(visitors: Visitors, short_dir: Path, shots: Path) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address, dark=True))
        await player.begin("drill")
        await player.follow_hint()
        await player.page.get_by_role("button", name="Put /eject").wait_for()
        await player.follow_hint()
        await player.ends_well()
        assert await player.page.locator(".figure .digits span").inner_text()
        await player.page.screenshot(path=shots / "drill_dark.png")


async def test_panic_makes_a_card_that_turns_when_it_answers_the_phone(
    visitors: Visitors, short_dir: Path, shots: Path
) -> None:
    async with demo(short_dir) as address:
        player = Player(await visitors.page(address))
        await player.type("/panic")
        log = await player.look_into("incidents")
        await log.get_by_text("Grade 5 Science").first.wait_for()
        await player.answer_phone()
        await log.get_by_text("has it").first.wait_for()
        await until("no phone rings", lambda: _gone(player.page.locator(".phone.ringing")), within=A_WHILE)
        await player.page.screenshot(path=shots / "panic.png")


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


async def _gone(what: Locator) -> bool:
    return await what.count() == 0
