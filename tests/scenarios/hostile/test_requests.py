"""Requests that are not what Slack sends: each is refused with a reason, and nothing is done."""

import time
from collections.abc import AsyncIterator
from io import BytesIO
from urllib.parse import quote

from tests.scenarios.hostile.wire import (
    ORTIZ,
    changes,
    command,
    form,
    get,
    outcomes,
    post,
    send,
    send_dated,
    send_json,
    until_idle,
)
from tests.scenarios.school import School

LOCK = form(command())
MEGABYTE = 1024 * 1024


async def test_requests_that_slack_did_not_sign_are_refused(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    forged = {
        "another's signature": "v0=" + "0" * 64,
        "no signature": "",
        "half a signature": "v0=abc",
        "not ASCII": "v0=" + quote("é") * 11,
        "another scheme": "v1=" + "0" * 64,
    }
    answers = {case: await send(school, LOCK, headers={"X-Slack-Signature": bad}) for case, bad in forged.items()}
    let_in = {case: answer.status for case, answer in answers.items() if answer.status != 401}
    assert not let_in
    assert changes(school) == []


async def test_requests_of_another_time_are_refused_however_their_time_is_written(school: School) -> None:
    now = int(time.time())
    times = {
        "six minutes old": str(now - 360),
        "six minutes early": str(now + 360),
        "absent": "",
        "a word": "yesterday",
        "negative": f"-{now}",
        "a fraction": f"{now}.5",
        "hexadecimal": hex(now),
        "400 digits": "9" * 400,
        "400 zeros first": "0" * 400 + str(now),
    }
    answers = {case: await send_dated(school, LOCK, at) for case, at in times.items()}
    let_in = {case: answer.status for case, answer in answers.items() if answer.status != 401}
    assert not let_in


async def test_a_body_changed_on_its_way_is_refused(school: School) -> None:
    sent = await send(school, LOCK)
    changed = await school.slack.delivery.raw(
        school.slack.client, school.slack.webhook_url, LOCK + b"&text=other", sent.sent_headers or {}
    )
    assert changed.status == 401


async def test_replayed_bytes_are_acknowledged_again_and_done_once(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    first = await school.slack.slash(ORTIZ, "/lock")
    again = await school.slack.send_again(first)
    await until_idle(school)
    assert (first.status, again.status) == (200, 200)
    assert await outcomes(school) == [("lock", "done")]


async def test_bytes_replayed_after_the_act_was_undone_do_not_bring_it_back(school: School) -> None:
    meeting = school.district.open_webex_class()
    await school.settled()
    first = await school.slack.slash(ORTIZ, "/lock")
    await until_idle(school)
    await school.type(ORTIZ, "/unlock")
    await school.slack.send_again(first)
    await until_idle(school)
    assert not school.district.webex.state(meeting).locked


async def test_a_megabyte_is_refused_before_it_is_looked_at(school: School) -> None:
    status, answer = await post(school, "/slack/events", BytesIO(LOCK + b"&text=" + b"x" * MEGABYTE))
    assert (status, answer) == (413, {"error": "too large"})


async def test_a_megabyte_that_does_not_say_its_length_is_refused_too(school: School) -> None:
    status, answer = await post(school, "/slack/events", _chunks(MEGABYTE))
    assert (status, answer) == (413, {"error": "too large"})


async def test_the_limit_is_the_same_with_and_without_a_length(school: School) -> None:
    status, _ = await post(school, "/slack/events", _chunks(300 * 1024))
    assert status == 413


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(0, size, 16_384):
        yield b"x" * 16_384


async def test_forms_that_cannot_be_read_are_refused_in_words(school: School) -> None:
    unreadable = {
        "not UTF-8": b"command=%2Flock&user_id=U0ORTIZ&text=\xff\xfe",
        "not UTF-8 inside an escape": b"command=%2Flock&user_id=U0ORTIZ&text=%ff",
        "101 fields": LOCK + b"".join(b"&f%d=1" % n for n in range(101)),
    }
    answers = {case: await send(school, body) for case, body in unreadable.items()}
    wrong = {case: (a.status, a.body) for case, a in answers.items() if (a.status, "error" in a.json()) != (400, True)}
    assert not wrong


async def test_a_command_that_does_not_say_whose_it_is_is_refused(school: School) -> None:
    answer = await send(school, form(command(user="absent")))
    assert (answer.status, answer.json()) == (400, {"error": "no user_id"})


async def test_a_form_that_is_neither_command_nor_press_is_refused(school: School) -> None:
    answer = await send(school, form(command(name="absent")))
    assert 400 <= answer.status < 500, answer


async def test_an_empty_signed_body_is_refused(school: School) -> None:
    answer = await send(school, b"")
    assert 400 <= answer.status < 500, answer


async def test_slack_checks_the_address_with_a_challenge(school: School) -> None:
    answer = await school.slack.challenge()
    assert answer.json()["challenge"].startswith("challenge-")


async def test_slack_checks_the_certificate(school: School) -> None:
    answer = await send(school, form({"ssl_check": "1", "token": "unused"}))
    assert answer.status == 200


async def test_json_that_slack_never_sends_is_refused_and_breaks_nothing(school: School) -> None:
    odd = [b'{"half": ', b"[]", b"null", b"1", b'"text"', b"{}", b'{"type": 7}', b'{"type": "event_callback"}', b"\xff"]
    odd += [b'{"type": "event_callback", "event": [1]}', b'{"type": "url_verification"}', b"[" * 50_000]
    answers = {body[:40]: (await send_json(school, body)).status for body in odd}
    wrong = {body: status for body, status in answers.items() if not 200 <= status < 500}
    assert not wrong
    alive, _ = await get(school, "/readyz")
    assert alive == 200


async def test_interactions_that_slack_never_sends_are_refused(school: School) -> None:
    odd = ["", "{", "[]", "null", "{}", '{"type": "block_actions"}', '{"type": "block_actions", "actions": []}']
    odd += ['{"type": "block_actions", "user": {}, "actions": [{"action_id": "run:lock:0:a"}]}']
    odd += ['{"type": "view_submission"}', '{"type": "shortcut", "callback_id": "modbot_panic"}', '{"type": 1}']
    answers = {payload: (await send(school, form({"payload": payload}))).status for payload in odd}
    wrong = {payload: status for payload, status in answers.items() if not 200 <= status < 500}
    assert not wrong


async def test_events_modbot_does_not_use_are_taken_and_change_nothing(school: School) -> None:
    answers = await school.slack.event({"type": "message", "user": ORTIZ, "text": "/lock", "channel": "C0INCIDENTS"})
    await until_idle(school)
    assert [answer.status for answer in answers] == [200]
    assert changes(school) == []


async def test_other_methods_and_paths_are_told_so(school: School) -> None:
    asked = [("GET", "/slack/events"), ("PUT", "/slack/events"), ("GET", "/webhooks/zoom"), ("POST", "/healthz")]
    asked += [("GET", "/"), ("GET", "/slack/install"), ("POST", "/webhooks/"), ("GET", "/../etc/passwd")]
    statuses = [(await get(school, path, method))[0] for method, path in asked]
    assert statuses == [405, 405, 405, 405, 404, 404, 404, 404]
