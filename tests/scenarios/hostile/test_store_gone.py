"""The store is gone: what protects a class is tried all the same and says so, the rest refuses, and nothing is lost."""

from datetime import timedelta

from modbot.simulators.slack import SlashAnswer
from tests.scenarios.hostile.conftest import Power, met
from tests.scenarios.hostile.standstill import standstill
from tests.scenarios.hostile.wire import CHANG, ORTIZ, changes, get, outcomes, until_idle
from tests.scenarios.school import School
from tests.stores import until

SLACK_WAITS = timedelta(seconds=3)
UNRECORDED = "could not be recorded"
TRYING = "modbot's record store is down. Trying all the same; this will not be recorded."
REFUSED = "modbot's record store is down. Nothing was done: use the meeting's own controls, or /page for help."


async def slashed(school: School, user: str, command: str) -> tuple[SlashAnswer, bool]:
    """What Slack was answered, and whether that was before it gives up."""
    with standstill() as lost:
        answer = await school.slack.slash(user, command)
    return answer, answer.status == 200 and answer.elapsed - lost() < SLACK_WAITS


async def test_a_lock_is_done_and_says_that_it_is_unrecorded(powered: tuple[School, Power]) -> None:
    school, power = powered
    await met(school)
    power.kill()
    answer = await school.type(ORTIZ, "/lock")
    assert answer.text == "Grade 3 Reading is locked."
    assert UNRECORDED in answer.everything


async def test_the_acknowledgement_comes_in_time_and_says_that_it_is_being_tried(powered: tuple[School, Power]) -> None:
    school, power = powered
    await met(school)
    power.kill()
    for command in ("/lock", "/eject", "/panic", "/page"):
        answer, in_time = await slashed(school, ORTIZ, command)
        assert in_time, command
        assert answer.json()["text"] == TRYING, command


async def test_a_lock_on_zoom_is_tried_too(powered: tuple[School, Power]) -> None:
    school, power = powered
    await met(school)
    power.kill()
    answer = await school.type(CHANG, "/lock")
    assert answer.text.startswith("Only in part")
    assert UNRECORDED in answer.everything


async def test_an_eject_by_name_puts_the_person_out(powered: tuple[School, Power]) -> None:
    school, power = powered
    meeting = school.district.open_webex_class()
    school.district.webex.join(meeting, "Zed Intruder")
    await school.settled()
    await school.type(ORTIZ, "/modbot", "whoami")
    power.kill()
    answer = await school.type(ORTIZ, "/eject", "zed")
    assert answer.text == "1 person out of Grade 3 Reading."
    assert UNRECORDED in answer.everything
    assert "Zed Intruder" not in school.district.webex.state(meeting).joined


async def test_a_panic_shuts_the_class_and_calls_it_once(powered: tuple[School, Power]) -> None:
    school, power = powered
    await met(school)
    power.kill()
    answer = await school.type(ORTIZ, "/panic")
    assert answer.text == "Grade 3 Reading is shut. IT has been called once: Kim Reyes by Slack, Lou Baker by Slack."
    assert UNRECORDED in answer.everything


async def test_a_page_reaches_people_and_says_that_it_will_not_be_repeated(powered: tuple[School, Power]) -> None:
    school, power = powered
    await met(school)
    power.kill()
    answer = await school.type(ORTIZ, "/page", "a stranger is in")
    assert answer.text == "IT has been called once: Kim Reyes by Slack, Lou Baker by Slack."
    assert "cannot call again" in answer.everything


async def test_other_commands_are_refused_in_time_with_what_to_do(powered: tuple[School, Power]) -> None:
    school, power = powered
    await met(school)
    power.kill()
    for command in ("/unlock", "/room", "/resolve", "/admit", "/nonsense"):
        answer, in_time = await slashed(school, ORTIZ, command)
        assert in_time, command
        assert answer.json()["text"] == REFUSED, command


async def test_a_refused_button_is_answered_although_slack_shows_no_acknowledgement(
    powered: tuple[School, Power],
) -> None:
    school, power = powered
    await met(school)
    locked = await school.type(ORTIZ, "/lock")
    await until_idle(school)
    power.kill()
    answer = await school.press(ORTIZ, locked, "Unlock")
    assert answer.text == REFUSED


async def test_webhooks_are_sent_back_to_the_platform_to_be_delivered_again(powered: tuple[School, Power]) -> None:
    school, power = powered
    await met(school)
    power.kill()
    school.district.webex.start_meeting("luis.ortiz@example.org", "Extra Class")
    await school.settled()
    assert set(school.district.webex.hooks.answers[-2:]) == {503}


async def test_readiness_says_so_and_life_does_not(powered: tuple[School, Power]) -> None:
    school, power = powered
    power.kill()
    ready, why = await get(school, "/readyz")
    alive, _ = await get(school, "/healthz")
    assert (ready, alive) == (503, 200), why


async def test_everything_works_again_when_the_store_is_back(powered: tuple[School, Power]) -> None:
    school, power = powered
    await met(school)
    power.kill()
    await school.type(ORTIZ, "/lock")
    await power.back()
    await until_ready(school)
    answer = await school.type(ORTIZ, "/unlock")
    assert answer.text == "Grade 3 Reading is unlocked."
    assert ("unlock", "done") in await outcomes(school)


async def until_ready(school: School) -> None:
    """modbot has found its store again."""

    async def ready() -> bool:
        return (await get(school, "/readyz"))[0] == 200

    await until("modbot is ready", ready)


async def test_what_was_accepted_before_the_store_died_is_done_when_it_is_back(powered: tuple[School, Power]) -> None:
    school, power = powered
    await met(school)
    school.district.webex.faults.lag_seconds = 0.5
    accepted = await school.slack.slash(ORTIZ, "/unlock")
    assert accepted.json()["text"] == "Unlocking your class …"
    power.kill()
    school.district.webex.faults.lag_seconds = 0
    await power.back()
    await school.slack.wait_for(
        lambda message: message.only_for == ORTIZ and message.text == "Grade 3 Reading is unlocked.", "the answer"
    )


async def test_a_store_that_hangs_keeps_nobody_waiting_longer_than_slack_does(hanging: tuple[School, Power]) -> None:
    school, _ = hanging
    _, lock_in_time = await slashed(school, ORTIZ, "/lock")
    _, room_in_time = await slashed(school, CHANG, "/room")
    assert [lock_in_time, room_in_time] == [True, True]


async def test_a_class_is_locked_while_the_store_hangs(hanging: tuple[School, Power]) -> None:
    school, _ = hanging
    answer = await school.type(ORTIZ, "/lock")
    assert answer.text == "Grade 3 Reading is locked."
    assert "PUT /v1/meetings/controls" in " ".join(changes(school))
