"""What is done on the page reaches modbot as Slack and telephones bring it, and what cannot be done is said."""

from pathlib import Path

import pytest

from modbot.demo.page.stopwatch import FORGOTTEN_AFTER_SECONDS
from modbot.demo.roster import BAKER, BROOK, CHANG, ORTIZ, REYES, VOSS
from modbot.model import PlatformName
from modbot.simulators.prosody import HOW_TO_INSTALL, available
from modbot.simulators.slack import SimView
from tests.demo.page.visiting import Json, Visitor, button, message, names, room, visiting
from tests.stores import until

ME = ORTIZ.slack
MESSAGE_GONE = {"channel": "C0ITHELP", "ts": "1.1"}
INPUT = {
    "type": "input",
    "block_id": "why",
    "label": {"type": "plain_text", "text": "Why"},
    "element": {"type": "plain_text_input", "action_id": "words"},
}


async def test_a_typed_command_locks_the_class_and_is_answered(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/lock")
    await visitor.told(ORTIZ.slack, "Grade 3 Reading is locked.")
    shown = room(await visitor.state())
    assert (shown["locked"], shown["entry"]) == (True, "Locked: whoever comes waits in the lobby")


async def test_what_was_typed_is_shown_with_how_soon_it_was_taken(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/lock 20")
    (typed,) = (await visitor.state())["typed"]
    own = next(one["id"] for one in visitor.seen["channels"] if one["members"] == [ORTIZ.slack])
    assert (typed["user"], typed["channel"], typed["text"], typed["status"]) == (ORTIZ.slack, own, "/lock 20", 200)
    assert typed["ms"] > 0


async def test_a_command_can_be_typed_in_a_channel(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/room", channel="C0ITHELP")
    answer = await visitor.told(ORTIZ.slack, "Grade 3 Reading")
    assert (answer["channel"], answer["only_for"]) == ("C0ITHELP", ORTIZ.slack)


async def test_a_pressed_button_does_what_it_says(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/lock")
    shown = await visitor.told(ORTIZ.slack, "Grade 3 Reading is locked.")
    on = {"channel": shown["channel"], "ts": shown["ts"]}
    await visitor.done("press", user=ORTIZ.slack, on=on, action_id=button(shown, "Unlock"))
    await visitor.told(ORTIZ.slack, "Grade 3 Reading is unlocked.")
    assert room(await visitor.state())["entry"] == "Anyone with the link"


async def test_a_shortcut_works_as_the_command_does(visitor: Visitor) -> None:
    await visitor.done("shortcut", user=ORTIZ.slack, callback_id="modbot_lock", on=None)
    await visitor.until("the class is locked", lambda state: room(state)["locked"])


async def test_from_key_press_to_effect_is_one_figure(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/lock")
    state = await visitor.until("it was timed", lambda state: state["figure"])
    assert (state["figure"]["what"], state["figure"]["room"]) == ("lock", "Grade 3 Reading")
    assert 0 < state["figure"]["ms"] < FORGOTTEN_AFTER_SECONDS * 1000


@pytest.mark.skipif(not available(), reason=HOW_TO_INSTALL)
async def test_on_a_real_jitsi_server_the_effect_is_what_it_told_the_class(short_dir: Path) -> None:
    async with visiting(short_dir, PlatformName.JITSI) as visitor:
        jitsi = visitor.day.district.stand_ins[PlatformName.JITSI]
        await jitsi.arrive("zzz")
        await until("modbot is in the class", lambda: jitsi.heard)
        for command, word in (("/lock", "lock"), ("/eject zzz", "eject")):
            await visitor.type(VOSS.slack, command)
            state = await visitor.until(f"{word} was timed", lambda state, word=word: timed(state) == word)  # type: ignore[misc]
            assert state["figure"]["room"] == "Grade 2 Art"
            assert state["figure"]["ms"] > 0


async def test_the_wire_shows_the_command_come_in_and_the_platform_called(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/lock")
    state = await visitor.until("the class is locked", lambda state: room(state)["locked"])
    crossed = [(one["vendor"], one["by_modbot"], one["method"], one["path"]) for one in state["wire"]]
    assert ("slack", False, "POST", "/slack/events") in crossed
    assert ("webex", True, "PUT", "/v1/meetings/controls") in crossed
    assert [one["n"] for one in state["wire"]] == sorted(one["n"] for one in state["wire"])


async def test_a_page_that_nobody_answers_in_slack_rings_a_phone_that_is_answered_by_key(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/page help")
    ringing = await visitor.until("a phone rings", lambda state: phone(state, BAKER.slack)["state"] == "ringing")
    assert phone(ringing, BAKER.slack)["call"].startswith("CA")
    await visitor.done("phone", person=BAKER.slack, do="answer")
    await visitor.until("a key is asked for", lambda state: asks_for_a_key(state, BAKER.slack))
    await visitor.done("phone", person=BAKER.slack, do="key", key="1")
    await visitor.told("U0REYES", "Lou Baker has it")
    await visitor.until(
        "all is silent",
        lambda state: (
            {one["state"] for one in state["phones"]} == {"idle"}
            and {one["status"] for one in state["pagerduty"]} <= {"acknowledged", "resolved"}
        ),
    )


async def test_a_call_can_be_turned_away(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/page help")
    await visitor.until("a phone rings", lambda state: phone(state, BAKER.slack)["state"] == "ringing")
    await visitor.done("phone", person=BAKER.slack, do="hang_up")
    state = await visitor.until("a text came", lambda state: phone(state, BAKER.slack)["texts"])
    assert phone(state, BAKER.slack)["texts"][0]["mine"] is False


async def test_a_text_is_answered_and_both_are_shown(visitor: Visitor) -> None:
    await visitor.done("text", person=BAKER.slack, text="What is it?")
    texts = phone(await visitor.state(), BAKER.slack)["texts"]
    assert {"What is it?": True}.items() <= {one["body"]: one["mine"] for one in texts}.items()


async def test_a_modal_is_shown_to_its_person_and_can_be_closed(visitor: Visitor) -> None:
    opened(visitor, "V000001")
    (view,) = (await visitor.state())["views"]
    assert (view["id"], view["user"], view["kind"]) == ("V000001", ORTIZ.slack, "modal")
    await visitor.done("close", view="V000001")
    assert (await visitor.state())["views"] == []


async def test_a_modal_with_an_empty_field_is_not_submitted(visitor: Visitor) -> None:
    opened(visitor, "V000001")
    answer = await visitor.do("submit", view="V000001", values={})
    assert answer.status == 400
    assert "must be filled in" in answer.body["error"]


async def test_somebody_elses_modal_is_not_pressed(visitor: Visitor) -> None:
    opened(visitor, "V000001")
    answer = await visitor.do("press", user=CHANG.slack, on={"view": "V000001"}, action_id="x")
    assert (answer.status, answer.body["error"]) == (403, "That window is somebody else's.")


async def test_opening_the_home_tab_is_told_to_modbot(visitor: Visitor) -> None:
    await visitor.do("home", user=ORTIZ.slack)
    calls = (await visitor.state())["wire"]
    assert ("slack", "/slack/events") in {(one["vendor"], one["path"]) for one in calls}


async def test_who_does_not_see_a_message_cannot_press_on_it(visitor: Visitor) -> None:
    await visitor.type(ORTIZ.slack, "/lock")
    shown = await visitor.told(ORTIZ.slack, "Grade 3 Reading is locked.")
    on = {"channel": shown["channel"], "ts": shown["ts"]}
    answer = await visitor.do("press", user=CHANG.slack, on=on, action_id=button(shown, "Unlock"))
    assert (answer.status, answer.body["error"]) == (404, "That message is not there any more.")
    assert message(visitor.seen, CHANG.slack, "is locked") is None


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("slash", {"user": "U0NOBODY", "command": "/lock"}, 404, "There is nobody with that id."),
        ("slash", {"user": "U0MODBOT", "command": "/lock"}, 404, "There is nobody with that id."),
        ("slash", {"user": ME, "command": "/kick"}, 404, "/kick is not a command here."),
        ("slash", {"user": ME, "command": "lock"}, 404, "lock is not a command here."),
        ("slash", {"user": ME, "command": 5}, 400, "command: text is needed."),
        ("slash", {"user": ME, "command": "/lock", "text": "a" * 3001}, 413, "That is more than 3000 characters."),
        ("slash", {"user": ME, "command": "/lock", "channel": "C0NONE"}, 404, "This person is not in that channel."),
        ("press", {"user": ME, "action_id": "x"}, 400, "on: say where."),
        ("press", {"user": ME, "on": MESSAGE_GONE, "action_id": "x"}, 404, "That message is not there any more."),
        ("choose", {"user": ME, "on": {"view": "V9"}, "action_id": "x", "value": "y"}, 404, "That window is closed."),
        ("submit", {"view": "V9", "values": {}}, 404, "That window is closed."),
        ("submit", {"view": "V9", "values": []}, 400, "values: an object is needed."),
        ("submit", {"view": "V9", "values": {"a": 1}}, 400, "values: each must be text."),
        ("close", {"view": "V9"}, 404, "That window is closed."),
        ("shortcut", {"user": ME, "callback_id": "no_such"}, 404, "There is no such shortcut."),
        ("home", {"user": "U0NOBODY"}, 404, "There is nobody with that id."),
        ("phone", {"person": BROOK.slack, "do": "answer"}, 404, "This person has no phone here."),
        ("phone", {"person": REYES.slack, "do": "answer"}, 409, "The phone does not ring."),
        ("phone", {"person": REYES.slack, "do": "hang_up"}, 409, "There is no call."),
        ("phone", {"person": REYES.slack, "do": "key", "key": "1"}, 409, "There is no call."),
        ("phone", {"person": REYES.slack, "do": "throw"}, 400, "A phone can be answered or hung up, or a key pressed."),
        ("text", {"person": REYES.slack, "text": " "}, 400, "Write something, and not a novel."),
        ("scenario", {"name": "no_such"}, 404, "There is no such scenario here."),
        ("scenario/control", {"do": "pause"}, 409, "No scenario has been started."),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_said_in_one_sentence(
    visitor: Visitor, path: str, body: dict[str, object], status: int, sentence: str
) -> None:
    answer = await visitor.do(path, **body)
    assert (answer.status, answer.body) == (status, {"ok": False, "error": sentence})


async def test_while_slack_is_down_nothing_can_be_typed(visitor: Visitor) -> None:
    visitor.day.district.slack.faults.drop_connection = True
    answer = await visitor.do("slash", user=ORTIZ.slack, command="/lock")
    assert (answer.status, answer.body["error"]) == (
        409,
        "Slack is down: nothing can be typed or pressed there now.",
    )


async def test_a_stranger_who_comes_is_seen_waits_and_is_refused(visitor: Visitor) -> None:
    on_webex = visitor.day.district.stand_ins[PlatformName.WEBEX]
    await on_webex.arrive("zzz")
    assert "zzz" in names(room(await visitor.state()))
    await on_webex.lock_by_hand()
    await on_webex.arrive("qqq")
    assert names(room(await visitor.state()), "lobby") == ["qqq"]
    assert [one["name"] for one in room(visitor.seen)["people"] if not one["pupil"]] == [ORTIZ.name, "zzz", "qqq"]


def opened(visitor: Visitor, view_id: str) -> None:
    """A modal that modbot might have opened for Mr Ortiz."""
    payload = {"type": "modal", "title": {"type": "plain_text", "text": "Say why"}, "blocks": [INPUT]}
    visitor.day.district.slack.world.views[view_id] = SimView(view_id, ORTIZ.slack, payload, "1")


def timed(state: Json) -> str:
    """What was timed last."""
    return str((state["figure"] or {}).get("what", ""))


def asks_for_a_key(state: Json, person: str) -> bool:
    """Whether their phone has said which key to press."""
    return any("Press 1" in words for words in phone(state, person)["heard"])


def phone(state: Json, person: str) -> Json:
    """Somebody's phone."""
    found = next(one for one in state["phones"] if one["person"] == person)
    assert isinstance(found, dict)
    return found
