"""Webex refuses, breaks, dawdles and lies: the outcome is true, the sentence says what to do, nothing says done."""

from modbot.model import Outcome
from modbot.simulators import Faults
from tests.scenarios.hostile.conftest import OpenQuick
from tests.scenarios.hostile.failing import Case, always, once, wrong_about
from tests.scenarios.hostile.wire import ORTIZ
from tests.scenarios.school import School

CONTROLS, SET_LOCK, EXPEL = "/v1/meetings/controls", "PUT /v1/meetings/controls", "PUT /v1/meetingParticipants/"
RIGHT_AWAY, IN_AN_HOUR = {"Retry-After": "0"}, {"Retry-After": "3600"}
LOCK_STEP, EXPEL_STEP = "Choose Lock Meeting.", "Choose Expel, then Yes."
NO_CHANGE = "Reading it back shows no change."
PERHAPS = "It may or may not have happened"

LOCKING = (
    Case("token refused", always(401, CONTROLS), Outcome.FAILED, "IT must sign that account in again"),
    Case("not host", always(403, CONTROLS), Outcome.REFUSED, "Only its host or a co-host may."),
    Case("no such class", always(404, CONTROLS), Outcome.FAILED, "The class may have ended."),
    Case("wrong state", always(409, CONTROLS), Outcome.FAILED, "Webex cannot do this in the state the class is in"),
    Case("locked by another", always(423, SET_LOCK), Outcome.FAILED, "Webex is busy with this class. Try again."),
    Case("too many", always(429, SET_LOCK), Outcome.FAILED, "Webex asks modbot to slow down."),
    Case("too many, for an hour", always(429, SET_LOCK, None, IN_AN_HOUR), Outcome.FAILED, "slow down"),
    Case("500, read back", always(500, SET_LOCK), Outcome.FAILED, NO_CHANGE),
    Case("500 throughout", always(500, CONTROLS), Outcome.UNKNOWN, PERHAPS),
    Case("not JSON", Faults(only=CONTROLS, malformed=True), Outcome.UNKNOWN, "nothing has confirmed it yet"),
    Case("cut off, read back", Faults(only=SET_LOCK, drop_connection=True), Outcome.FAILED, NO_CHANGE),
    Case("cut off throughout", Faults(only=CONTROLS, drop_connection=True), Outcome.UNKNOWN, PERHAPS),
    Case("a lie", Faults(only=SET_LOCK, lie=True), Outcome.FAILED, "said yes, but it did not happen"),
    Case("unknown status", always(418, SET_LOCK), Outcome.FAILED, "Webex did not do it."),
)

EJECTING = (
    Case("not host", always(403, EXPEL), Outcome.REFUSED, "Only its host or a co-host may."),
    Case("token refused", always(401, EXPEL), Outcome.FAILED, "IT must sign that account in again"),
    Case("wrong state", always(409, EXPEL), Outcome.FAILED, "Webex cannot do this"),
    Case("locked by another", always(423, EXPEL), Outcome.FAILED, "Webex is busy with this class."),
    Case("too many", always(429, EXPEL), Outcome.FAILED, "slow down"),
    Case("500", always(500, EXPEL), Outcome.FAILED, NO_CHANGE),
    Case("cut off", Faults(only=EXPEL, drop_connection=True), Outcome.FAILED, NO_CHANGE),
    Case("a lie", Faults(only=EXPEL, lie=True), Outcome.FAILED, "said yes, but it did not happen"),
    Case("500 throughout", always(500, "/v1/meetingParticipants"), Outcome.UNKNOWN, PERHAPS),
)


async def test_every_way_a_lock_can_fail_is_told_as_it_is(brisk: School) -> None:
    webex = brisk.district.webex
    await brisk.webex_class()
    wrong = {}
    for case in LOCKING:
        wrong[case.name] = await wrong_about(brisk, webex, case, user=ORTIZ, command="/lock", step=LOCK_STEP)
    assert not {name: found for name, found in wrong.items() if found}


async def test_every_way_an_eject_can_fail_is_told_as_it_is(brisk: School) -> None:
    webex = brisk.district.webex
    meeting = await brisk.webex_class()
    webex.join(meeting, "Zed Intruder")
    await brisk.settled()
    wrong = {}
    for case in EJECTING:
        wrong[case.name] = await wrong_about(
            brisk, webex, case, user=ORTIZ, command="/eject", step=EXPEL_STEP, text="zed"
        )
    assert not {name: found for name, found in wrong.items() if found}
    assert "Zed Intruder" in webex.state(meeting).joined


async def test_what_webex_asks_to_repeat_soon_is_repeated_and_done(school: School) -> None:
    meeting = await school.webex_class()
    webex = school.district.webex
    for status in (423, 429, 503):
        webex.faults = once(status, SET_LOCK, None, RIGHT_AWAY)
        answer = await school.type(ORTIZ, "/lock")
        assert answer.text == "Grade 3 Reading is locked.", status
        meeting.locked = False


async def test_a_lock_whose_answer_was_lost_is_found_done(open_quick: OpenQuick) -> None:
    school = await open_quick(SET_LOCK)
    await school.webex_class()
    school.district.webex.faults = Faults(only=SET_LOCK, lag_seconds=0.75)  # it acts, after modbot stopped waiting
    answer = await school.type(ORTIZ, "/lock")
    assert answer.text == "Grade 3 Reading is locked."


async def test_a_webex_too_slow_to_answer_anything_is_not_believed(open_quick: OpenQuick) -> None:
    school = await open_quick(CONTROLS)
    await school.webex_class()
    await school.type(ORTIZ, "/modbot", "whoami")
    slow = Case("slow", Faults(only=CONTROLS, lag_seconds=30), Outcome.UNKNOWN, "Webex did not answer. " + PERHAPS)
    found = await wrong_about(school, school.district.webex, slow, user=ORTIZ, command="/lock", step=LOCK_STEP)
    assert not found


async def test_a_panic_while_webex_is_down_still_calls_for_help_and_says_what_to_click(school: School) -> None:
    await school.webex_class()
    school.district.webex.faults = always(500, "/v1/")
    answer = await school.type(ORTIZ, "/panic")
    assert "IT has been called: Kim Reyes." in answer.text
    assert "is shut" not in answer.text
    assert LOCK_STEP in answer.everything
    assert "Choose Mute all." in answer.everything


async def test_the_sign_in_failing_is_told_as_a_matter_for_it(school: School) -> None:
    await school.webex_class()
    refused = Case("sign-in", always(400, "/access_token"), Outcome.FAILED, "IT must sign that account in again")
    found = await wrong_about(school, school.district.webex, refused, user=ORTIZ, command="/lock", step=LOCK_STEP)
    assert not found
