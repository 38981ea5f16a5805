"""`modbot page`: help without Slack commands, and a running modbot that keeps calling."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from modbot import seal
from modbot.app import App
from modbot.demo.district import District
from modbot.demo.roster import BAKER, REYES
from tests.cli.running import modbot
from tests.stores import until

QUICK = {"steps": [{"people": [REYES.email], "wait_seconds": 5}, {"people": [BAKER.email], "wait_seconds": 5}]}


@pytest.fixture
async def app(district: District) -> AsyncIterator[App]:
    """A running modbot with little patience between the steps."""
    running = App(district.settings(paging=QUICK))
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


def environment(district: District, paging: dict[str, Any]) -> dict[str, str]:
    """The district's, with other paging settings."""
    env = district.environment(port=0)
    return {**env, "MODBOT_PAGING": orjson.dumps({**orjson.loads(env["MODBOT_PAGING"]), **paging}).decode()}


def called(district: District) -> list[str]:
    """Who was sent a page, in turn."""
    world = district.slack.world
    texts = [message for message in district.slack.messages if message.text.startswith("PAGE")]
    return [next(iter(world.channels[message.channel].members - {"U0MODBOT"})) for message in texts]


async def test_the_first_on_call_is_called_at_once(district: District) -> None:
    done = await modbot("page", "The Zoom account is locked", "--json", env=district.environment(port=0))
    assert done.code == 0
    assert done.json()["reached"] == [REYES.email]
    assert called(district) == [REYES.slack]


async def test_what_was_typed_reaches_the_on_call_but_not_the_push_preview(district: District) -> None:
    await modbot("page", "The Zoom account is locked", env=district.environment(port=0))
    (message,) = district.slack.messages
    assert "The Zoom account is locked" in message.everything
    assert message.text == "PAGE: help is needed."


async def test_without_a_running_modbot_it_says_that_nobody_is_called_again(district: District) -> None:
    done = await modbot("page", "The Zoom account is locked", env=district.environment(port=0))
    assert "start `modbot serve`" in done.err


async def test_a_running_modbot_calls_the_next_in_the_chain(district: District, app: App) -> None:
    done = await modbot("page", "The Zoom account is locked", env=environment(district, QUICK))
    assert "modbot keeps calling until someone answers" in done.out
    assert "modbot serve" not in done.err
    await until("the second on call is called", lambda: BAKER.slack in called(district))


async def test_the_page_is_on_the_record_without_what_was_typed(district: District, app: App) -> None:
    done = await modbot("page", "The Zoom account is locked", "--json", env=district.environment(port=0))
    (record,) = [record async for record in app.state.audit.export() if record["action"] == "page"]
    assert record["id"] == done.json()["page"]
    assert record["actor"].startswith("cli:")
    assert "Zoom account" not in str(record)


async def test_with_nobody_on_call_it_says_so_and_fails(district: District) -> None:
    done = await modbot("page", "Help", env=environment(district, {"people": [], "steps": []}))
    assert done.code == 1
    assert "Nobody is set up to be called here." in done.out


async def test_with_the_store_gone_everybody_is_called_once_and_it_says_so(district: District) -> None:
    gone = {"MODBOT_REDIS_URL": f"unix://{district.data_dir}/gone.sock", "MODBOT_ENCRYPTION_KEYS": seal.new_key()}
    done = await modbot("page", "Help", env={**district.environment(port=0), **gone})
    assert "IT has been called once" in done.out
    assert "it cannot call again by itself" in done.out
    assert set(called(district)) == {REYES.slack, BAKER.slack}


async def test_with_slack_down_it_fails_and_says_that_nobody_was_reached(district: District) -> None:
    district.slack.faults.drop_connection = True
    done = await modbot("page", "Help", env=district.environment(port=0))
    assert done.code == 1
    assert "nobody has been reached yet" in done.out


async def test_a_page_of_no_incident_is_over_when_that_is_said(district: District, app: App) -> None:
    opened = (await modbot("page", "The Zoom account is locked", "--json", env=district.environment(port=0))).json()
    (message,) = [one for one in district.slack.messages if one.text.startswith("PAGE")]
    done = await modbot("page", "--over", opened["page"], env=district.environment(port=0))
    assert (done.code, done.out.strip()) == (0, "The page is over. Nothing rings any more.")
    await until("the message in Slack says so", lambda: "This page is over." in message.everything)


async def test_a_page_that_there_is_not_cannot_be_over(district: District, app: App) -> None:
    done = await modbot("page", "--over", "cli-0000", "--json", env=district.environment(port=0))
    assert (done.code, done.json()) == (1, {"said": "There is no such page.", "over": False})


async def test_neither_words_nor_a_page_is_a_mistake_that_is_named(district: District) -> None:
    done = await modbot("page", env=district.environment(port=0))
    assert done.code == 2
    assert "say in a few words what is wrong" in done.err
