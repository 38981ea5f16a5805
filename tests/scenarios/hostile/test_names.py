"""Names are the attack: shown as they are to the teacher who must choose, and to nobody and nothing else."""

import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from modbot import log
from modbot.demo.district import INCIDENTS
from modbot.demo.roster import ORTIZ as TEACHER
from modbot.demo.roster import PUPILS
from modbot.messages import defang
from modbot.simulators.slack import PostedMessage
from tests.scenarios.hostile.names import (
    HOSTILE,
    UNSAFE_TO_SHOW,
    dump,
    given_away,
    sent_to_slack,
    written_to_disk,
)
from tests.scenarios.hostile.wire import CHANG, ORTIZ, until_idle
from tests.scenarios.school import School

Logs = Callable[[], str]


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Logs]:
    """All that modbot and its libraries log, modbot down to debug, as it would be written."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    log.configure("debug")
    yield lambda: written.getvalue() + caplog.text
    structlog.reset_defaults()


async def raided(school: School) -> tuple[Any, Any]:
    """Both classes run and everybody with a hostile name is in."""
    webex, zoom = school.district.open_webex_class(), school.district.open_zoom_class()
    for name in HOSTILE:
        school.district.webex.join(webex, name)
        school.district.zoom.join(zoom, name)
    await school.settled()
    return webex, zoom


def rows(message: PostedMessage) -> list[dict[str, Any]]:
    """The people in a picker."""
    return [block for block in message.blocks if block["type"] == "section" and "accessory" in block]


async def story(school: School) -> None:
    """A raid from the first panic to the end, on both platforms, with names typed, picked, shown and refused."""
    await raided(school)
    for teacher in (ORTIZ, CHANG):
        await school.type(teacher, "/panic")
        picker = await school.type(teacher, "/eject")
        await school.press(teacher, picker, rows(picker)[0]["accessory"]["action_id"])
        await school.type(teacher, "/eject", "reppoht")
        await school.type(teacher, "/eject", "Jaden O’Neil because Jaden shouted")
        await school.type(teacher, "/eject", "Nobody Atall")
        await school.type(teacher, "/admit")
        await school.type(teacher, "/room")
        await school.type(teacher, "/page", "please come")
    ringing = await school.slack.wait_for(lambda message: message.text.startswith("PAGE"), "a page")
    await school.press("U0REYES", ringing, "Acknowledge")
    for teacher in (ORTIZ, CHANG):
        await school.type(teacher, "/allclear")
        await school.type(teacher, "/resolve", "over")
    await until_idle(school)
    await school.slack.wait_for(lambda message: message.channel == INCIDENTS, "the incident's card")


async def test_the_picker_shows_every_hostile_name_in_plain_text_and_defanged(school: School) -> None:
    await raided(school)
    picker = await school.type(ORTIZ, "/eject")
    shown = [row["text"] for row in rows(picker)]
    assert {text["type"] for text in shown} == {"plain_text"}
    missing = [name for name in HOSTILE if not any(defang(name, 60)[:40] in text["text"] for text in shown)]
    assert not missing
    assert not [text for text in shown if UNSAFE_TO_SHOW.search(text["text"])]


@pytest.mark.parametrize("teacher", [ORTIZ, CHANG], ids=["webex", "zoom"])
async def test_everybody_in_the_picker_can_be_put_out_whatever_they_call_themselves(
    school: School, teacher: str
) -> None:
    webex, zoom = await raided(school)
    picker = await school.type(teacher, "/eject")
    strangers = [row for row in rows(picker) if not row["text"]["text"].endswith(", e-mail shown")]
    strangers = [row for row in strangers if not row["text"]["text"].endswith("— e-mail shown")]
    assert len(strangers) == len(HOSTILE)
    for row in strangers:
        answer = await school.press(teacher, picker, row["accessory"]["action_id"])
        assert answer.text.startswith("1 person out of"), answer.text
    there = {ORTIZ: set(school.district.webex.state(webex).joined), CHANG: {person.name for person in zoom.present}}
    assert there[teacher] & set(HOSTILE) == set()


async def test_somebody_without_a_name_can_be_seen_and_put_out(school: School) -> None:
    meeting = school.district.open_webex_class()
    school.district.webex.join(meeting, "")
    await school.settled()
    picker = await school.type(ORTIZ, "/eject")
    (row,) = [row for row in rows(picker) if row["text"]["text"].startswith("(no name)")]
    answer = await school.press(ORTIZ, picker, row["accessory"]["action_id"])
    assert answer.text == "1 person out of Grade 3 Reading."


async def test_a_hostile_name_can_be_typed_as_it_looks(school: School) -> None:
    meeting, _ = await raided(school)
    for typed in ("&lt;!channel&gt;", "O'Neil Ørsted", "zero", "Robert “Bobby” Tables", "*_~bold~_*", "{title}"):
        answer = await school.type(ORTIZ, "/eject", typed)
        assert answer.text == "1 person out of Grade 3 Reading.", typed
    gone = {"<!channel>", "O’Neil Ørsted", "Ze\u200bro Wi\u2060dth", 'Robert "Bobby" Tables', "*_~bold~_*"}
    assert gone & set(school.district.webex.state(meeting).joined) == set()


@pytest.mark.parametrize("command", ["/eject", "/lock", "/page", "/resolve"])
async def test_nothing_anybody_types_breaks_modbot(school: School, command: str) -> None:
    await raided(school)
    typed = [*HOSTILE, " ".join(HOSTILE)[:3000], '"' * 500, "in in in", "for for", "because", "<" * 100, "'", "“"]
    for text in typed:
        answer = await school.type(ORTIZ, command, text)
        assert "broke inside modbot" not in answer.everything, text[:40]


async def test_a_hostile_class_title_calls_nobody(school: School) -> None:
    school.district.webex.start_meeting(TEACHER.email, "<!channel> \u202ename <@U0BROOK>")
    await school.settled()
    await school.type(ORTIZ, "/panic")
    await school.slack.wait_for(lambda message: message.channel == INCIDENTS, "the incident's card")
    bodies = sent_to_slack(school)
    read = [body.get("text", "") for body in bodies] + [text for body in bodies for text in mrkdwn(body["blocks"])]
    assert not [text for text in read if "<!channel" in text or "<@U0BROOK" in text]
    assert "\u202e" not in str(bodies)


async def test_no_push_preview_ever_carries_a_name(school: School) -> None:
    await story(school)
    previews = [body.get("text", "") for body in sent_to_slack(school)]
    assert len(previews) > 20
    assert not [(text, given_away(text)) for text in previews if given_away(text)]


async def test_no_name_is_ever_put_into_mark_up(school: School) -> None:
    await story(school)
    texts = [text for body in sent_to_slack(school) for text in mrkdwn(body.get("blocks", []))]
    assert not [(text, given_away(text)) for text in texts if given_away(text)]


def mrkdwn(value: Any) -> list[str]:
    """Every text in blocks that Slack reads as mark-up."""
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [text for inner in value.values() for text in mrkdwn(inner)]
    return [text for inner in value for text in mrkdwn(inner)] if isinstance(value, list) else []


async def test_no_name_reaches_a_shared_channel(school: School) -> None:
    await story(school)
    shared = [m for m in school.slack.messages if not school.slack.world.channels[m.channel].is_im]
    assert any(message.channel == INCIDENTS for message in shared)
    assert not [given_away(message.everything) for message in shared if given_away(message.everything)]


async def test_no_name_reaches_the_log(logs: Logs, school: School) -> None:
    await story(school)
    written = logs()
    assert "act" in written
    assert given_away(written) == []
    assert given_away(written.encode().decode("unicode_escape", "replace")) == []


async def test_the_store_holds_no_pupil_s_name_or_address_in_clear(school: School) -> None:
    await story(school)
    kept = (await dump(school.app.state.store)).decode("utf-8", "replace")
    assert "mb:" in kept
    assert given_away(kept) == []


async def test_the_store_s_file_never_held_one_either(school: School) -> None:
    await story(school)
    written = written_to_disk(school.app.settings.data_dir).decode("utf-8", "replace")
    assert given_away(written) == []


async def test_the_scanner_finds_what_is_there(school: School) -> None:
    store = school.app.state.store
    await store.batch([("HSET", "mb:x", "f", f"a {PUPILS[0].upper()} b"), ("PEXPIRE", "mb:x", 600_000)])
    found = given_away((await dump(store)).decode("utf-8", "replace"))
    assert found == [PUPILS[0]]
