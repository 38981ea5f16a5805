"""People modbot must not obey, and Slack failing to say who somebody is: one clear sentence, and nothing done."""

from collections import deque

import orjson

from modbot.simulators import Faults
from modbot.simulators.slack import PostedMessage
from tests.scenarios.hostile.wire import ORTIZ, answers_to, changes, command, form, record, send, until_idle
from tests.scenarios.school import School

UNKNOWN = "modbot does not know you as staff of this district, so nothing was done."
NOT_LOOKED_UP = "modbot could not ask Slack who you are, so nothing was done."

LOOK_UP = "users.info"


def answering(status: int, body: bytes) -> Faults:
    """The next look-up of a person is answered so."""
    return Faults(only=LOOK_UP, fail_next=deque([(status, {}, body)]))


async def told(school: School, user: str, name: str = "/lock") -> list[PostedMessage]:
    """Everything this person reads after typing a command, the acknowledgement left out."""
    await school.slack.slash(user, name)
    await until_idle(school)
    return [message for message in answers_to(school, user) if message.blocks]


async def test_nobody_outside_the_roster_is_obeyed_and_each_is_told_once_why(school: School) -> None:
    school.district.open_webex_class()
    world = school.slack.world
    world.add_user("U0BOT", "luis.ortiz@example.org", "A bot", bot=True)
    world.add_user("U0GONE", "luis.ortiz@example.org", "Was Here", deleted=True)
    world.add_user("U0CLAIMS", "luis.ortiz@example.org", "Says So", confirmed=False)
    world.add_user("U0OTHER", "luis.ortiz@example.org", "From Elsewhere", stranger=True)
    world.add_user("U0NOMAIL", "", "No Mail")
    world.add_user("U0PUPIL", "ana.duarte@students.example.org", "Ana Duarte")
    await school.settled()
    for user in ("U0STRANGER", "U0CLAIMS", "U0OTHER", "U0NOMAIL", "U0PUPIL"):
        answers = await told(school, user)
        assert len(answers) == 1, user
        assert answers[0].text.startswith(UNKNOWN), user
    for user in ("U0BOT", "U0GONE"):  # Slack lets nobody write to them
        await told(school, user)
    assert changes(school) == []


async def test_every_refusal_of_a_stranger_is_on_record_without_a_name(school: School) -> None:
    await told(school, "U0STRANGER")
    entries = await record(school)
    assert [(entry["actor"], entry["action"], entry["outcome"]) for entry in entries] == [
        ("slack:U0STRANGER", "lock", "refused")
    ]
    assert "Some Visitor" not in orjson.dumps(entries).decode()


async def test_somebody_slack_does_not_know_is_refused(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    answer = await send(school, form(command(user="U0NOBODY")))
    await until_idle(school)
    assert answer.status == 200
    assert changes(school) == []


async def test_a_stranger_who_types_again_is_told_by_the_acknowledgement_already(school: School) -> None:
    await told(school, "U0STRANGER")
    again = await school.slack.slash("U0STRANGER", "/panic")
    assert again.json()["text"].startswith(UNKNOWN)


async def test_a_stranger_may_not_even_page(school: School) -> None:
    (answer,) = await told(school, "U0STRANGER", "/page")
    assert answer.text.startswith(UNKNOWN)


async def test_when_slack_cannot_say_who_somebody_is_they_are_told_and_nothing_is_done(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    ways: dict[str, Faults] = {
        "500": answering(500, b""),
        "not JSON": answering(200, b"<html>"),
        "an odd shape": answering(200, b'{"ok": true, "user": []}'),
        "no scope": answering(200, b'{"ok": false, "error": "missing_scope"}'),
        "token revoked": answering(200, b'{"ok": false, "error": "token_revoked"}'),
        "cut off": Faults(only=LOOK_UP, drop_connection=True),
    }
    for case, faults in ways.items():
        before = len(answers_to(school, ORTIZ))
        school.slack.faults = faults
        await school.slack.slash(ORTIZ, "/lock")
        await until_idle(school)
        answers = [message.text for message in answers_to(school, ORTIZ)[before:] if message.blocks]
        assert len(answers) == 1, case
        assert answers[0].startswith(NOT_LOOKED_UP), (case, answers[0])
    assert changes(school) == []


async def test_as_soon_as_slack_knows_again_the_command_is_obeyed(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    school.slack.faults = answering(500, b"")
    await school.type(ORTIZ, "/lock")
    answer = await school.type(ORTIZ, "/lock")
    assert answer.text == "Grade 3 Reading is locked."


async def test_a_teacher_modbot_has_met_is_obeyed_while_slack_cannot_say_who_anybody_is(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    await school.type(ORTIZ, "/modbot", "whoami")
    school.slack.faults = Faults(only=LOOK_UP, drop_connection=True)
    answer = await school.type(ORTIZ, "/lock")
    assert answer.text == "Grade 3 Reading is locked."
