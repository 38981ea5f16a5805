"""Each scenario, played to its end with the visitor's part taken over: every goal is met, and seen to be."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from modbot.demo.page.scenarios import SCENARIOS
from modbot.demo.page.scene import Scenario
from modbot.demo.roster import ORTIZ, REYES
from modbot.model import PlatformName
from tests.demo.page.visiting import Json, Visitor, buttons, names, room, visiting

TO_THE_END = timedelta(seconds=400)


def met(state: Json) -> dict[str, bool]:
    """The goals."""
    return {one["text"]: one["met"] for one in state["running"]["goals"]}


async def ended(visitor: Visitor) -> Json:
    """The page at the scenario's end."""
    return await visitor.until("it is over", lambda seen: seen["running"]["state"] == "done", within=TO_THE_END)


async def waiting(visitor: Visitor) -> Json:
    """The page once the visitor is to type something."""
    return await visitor.until("the visitor's turn", lambda seen: seen["running"]["hint"])


@pytest.fixture
async def staged(short_dir: Path, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    """A page with the platforms that the scenario plays on."""
    scenario: Scenario = request.getfixturevalue("scenario")
    async with visiting(short_dir, *(scenario.needs or {PlatformName.WEBEX})) as opened:
        yield opened


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_with_help_it_is_played_to_its_end_and_every_goal_is_met(staged: Visitor, scenario: Scenario) -> None:
    await staged.done("scenario", name=scenario.name)
    await staged.done("scenario/control", do="help")
    state = await ended(staged)
    assert met(state) == {goal.text: True for goal in scenario.goals}
    assert state["running"]["title"] == scenario.title


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_without_the_visitor_it_waits_and_says_what_to_do(staged: Visitor, scenario: Scenario) -> None:
    await staged.done("scenario", name=scenario.name)
    state = await waiting(staged)
    assert state["running"]["state"] == "running"
    assert state["running"]["says"].endswith(".")
    assert not all(met(state).values())


async def test_every_scenario_is_offered_where_its_platforms_are(visitor: Visitor) -> None:
    offered = {one["name"] for one in (await visitor.state())["scenarios"]}
    assert offered == {one.name for one in SCENARIOS} - {"four_classes"}


async def test_what_can_be_typed_is_what_helps(visitor: Visitor) -> None:
    await visitor.done("scenario", name="drill")
    state = await waiting(visitor)
    await visitor.type(ORTIZ.slack, state["running"]["type"])
    state = await visitor.until("the next turn", lambda seen: seen["running"]["type"].startswith("/eject"))
    await visitor.type(ORTIZ.slack, state["running"]["type"])
    state = await ended(visitor)
    assert set(met(state).values()) == {True}
    assert state["running"]["says"].startswith("The class was shut after ")


async def test_a_visitor_may_do_it_in_another_way(visitor: Visitor) -> None:
    await visitor.done("scenario", name="drill")
    await waiting(visitor)
    await visitor.type(ORTIZ.slack, "/eject Drill Intruder")
    await visitor.until("the intruder is out", lambda seen: met(seen)["The intruder is out"])
    await visitor.type(ORTIZ.slack, "/panic")
    assert set(met(await ended(visitor)).values()) == {True}


async def test_a_goal_is_not_met_by_what_was_typed_but_by_what_came_of_it(visitor: Visitor) -> None:
    await visitor.done("scenario", name="drill")
    await waiting(visitor)
    visitor.day.district.stand_ins[PlatformName.WEBEX].lie()
    await visitor.type(ORTIZ.slack, "/lock")
    state = await visitor.until("modbot has answered", lambda seen: "could not lock" in str(seen["messages"]))
    assert met(state)["The class is shut"] is False


async def test_while_it_is_paused_nobody_comes(visitor: Visitor) -> None:
    await visitor.done("scenario", name="leaked_link")
    await visitor.until("the first has come", lambda seen: "zzz" in names(room(seen)))
    await visitor.done("scenario/control", do="pause")
    before = names(room(await visitor.state()))
    assert [names(room(await visitor.state())) for _ in range(60)][-1] == before
    assert visitor.seen["running"]["state"] == "paused"
    await visitor.done("scenario/control", do="resume")
    await visitor.until("more have come", lambda seen: len(names(room(seen))) > len(before))


async def test_started_over_the_strangers_are_gone_and_no_goal_is_met(visitor: Visitor) -> None:
    await visitor.done("scenario", name="leaked_link")
    state = await visitor.until("some have come", lambda seen: "qqq" in names(room(seen)))
    came = {one["id"] for one in room(state)["people"] if one["name"] in ("zzz", "qqq")}
    await visitor.type(ORTIZ.slack, "/lock")
    await visitor.until("it is shut", lambda seen: met(seen)["Nobody new can come in"])
    await visitor.done("scenario/control", do="restart")
    state = await visitor.until("they are gone", lambda seen: not came & {one["id"] for one in room(seen)["people"]})
    assert room(state)["locked"] is False
    assert room(state)["gone"] == []
    assert set(met(state).values()) == {False}


async def test_stopped_it_goes_no_further_until_it_is_started_again(visitor: Visitor) -> None:
    await visitor.done("scenario", name="leaked_link")
    await waiting(visitor)
    await visitor.done("scenario/control", do="stop")
    assert (await visitor.state())["running"]["state"] == "stopped"
    answer = await visitor.do("scenario/control", do="resume")
    assert (answer.status, answer.body["error"]) == (409, "The scenario is over. Start it again.")
    await visitor.done("scenario/control", do="restart")
    assert (await visitor.state())["running"]["state"] == "running"


async def test_another_scenario_ends_the_one_that_runs(visitor: Visitor) -> None:
    await visitor.done("scenario", name="lying_platform")
    await visitor.until("Webex lies", lambda seen: "zzz" in names(room(seen)))
    await visitor.done("scenario", name="drill")
    await waiting(visitor)
    await visitor.type(ORTIZ.slack, "/lock")
    await visitor.told(ORTIZ.slack, "Grade 3 Reading is locked.")


async def test_what_is_no_control_is_refused(visitor: Visitor) -> None:
    await visitor.done("scenario", name="drill")
    answer = await visitor.do("scenario/control", do="explode")
    assert (answer.status, answer.body["error"]) == (400, "That cannot be done with a scenario.")


async def test_a_new_scenario_begins_in_silence(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/panic")
    await visitor.until("a phone rings", lambda seen: "ringing" in {one["state"] for one in seen["phones"]})
    await visitor.done("scenario", name="drill")
    await visitor.until("nothing rings", lambda seen: {one["state"] for one in seen["phones"]} == {"idle"})


async def test_twenty_strangers_who_are_all_in_are_swept_with_one_yes(visitor: Visitor) -> None:
    await visitor.done("scenario", name="leaked_link")
    await visitor.until("all are in", lambda seen: len([one for one in room(seen)["people"] if not one["pupil"]]) == 21)
    await visitor.type(ORTIZ.slack, "/lock")
    state = await visitor.until("they are to be put out", lambda seen: seen["running"]["type"] == "/eject strangers")
    await visitor.type(ORTIZ.slack, state["running"]["type"])
    asked = await visitor.told(ORTIZ.slack, "Nothing has been done yet")
    yes = next(one["action_id"] for one in buttons(asked) if one["text"]["text"].startswith("Put out"))
    on = {"channel": asked["channel"], "ts": asked["ts"]}
    await visitor.done("press", user=ORTIZ.slack, on=on, action_id=yes)
    assert set(met(await ended(visitor)).values()) == {True}


async def test_a_page_without_a_class_is_over_before_the_next_scenario(visitor: Visitor) -> None:
    await visitor.done("scenario", name="slack_down")
    await visitor.done("scenario/control", do="help")
    await ended(visitor)
    await visitor.done("scenario", name="drill")
    await waiting(visitor)
    await visitor.told(REYES.slack, "The page is over. Nothing rings any more.")
