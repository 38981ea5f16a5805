"""Zoom refuses, breaks, dawdles and lies: the outcome is true, the sentence says what to do, nothing says done."""

from modbot.model import Outcome
from modbot.simulators import Faults
from tests.scenarios.hostile.conftest import OpenQuick
from tests.scenarios.hostile.failing import Case, always, once, wrong_about
from tests.scenarios.hostile.wire import CHANG
from tests.scenarios.school import School

MEETING, CHANGE, REMOVE = "/v2/meetings/", "PATCH /v2/meetings/", "PATCH /v2/live_meetings/"
PEOPLE = "/v2/metrics/"
RIGHT_AWAY, IN_AN_HOUR = {"Retry-After": "0"}, {"Retry-After": "3600"}
LOCK_STEP, REMOVE_STEP = "Tap Lock meeting.", "Find the person, tap More, then Remove."
NO_CHANGE = "Reading it back shows no change."
PERHAPS = "It may or may not have happened"

LOCKING = (
    Case("token refused", always(401, MEETING, {"code": 124}), Outcome.FAILED, "IT must check the Zoom app."),
    Case("no scope", always(400, CHANGE, {"code": 4711}), Outcome.REFUSED, "lacks a permission"),
    Case("403", always(403, CHANGE), Outcome.REFUSED, "Zoom did not allow this."),
    Case("not host", always(400, CHANGE, {"code": 300}), Outcome.REFUSED, "must be the host or an alternative host"),
    Case("no such class", always(404, MEETING, {"code": 3001}), Outcome.FAILED, "or it has ended."),
    Case("wrong state", always(409, CHANGE), Outcome.FAILED, "Zoom cannot do this to this meeting."),
    Case("too many", always(429, CHANGE), Outcome.FAILED, "Zoom is taking no more requests"),
    Case("too many, for an hour", always(429, CHANGE, None, IN_AN_HOUR), Outcome.FAILED, "no more requests"),
    Case("500, read back", always(500, CHANGE), Outcome.FAILED, NO_CHANGE),
    Case("500 throughout", always(500, MEETING), Outcome.UNKNOWN, PERHAPS),
    Case("not JSON", Faults(only=MEETING, malformed=True), Outcome.UNKNOWN, PERHAPS),
    Case("yes, but not readable", Faults(only=CHANGE, malformed=True), Outcome.FAILED, NO_CHANGE),
    Case("cut off, read back", Faults(only=CHANGE, drop_connection=True), Outcome.FAILED, NO_CHANGE),
    Case("cut off throughout", Faults(only=MEETING, drop_connection=True), Outcome.UNKNOWN, PERHAPS),
    Case("a lie", Faults(lie=True), Outcome.FAILED, "said yes, but it did not happen"),
    Case("unknown status", always(418, CHANGE), Outcome.FAILED, "Zoom refused what modbot asked."),
)

EJECTING = (
    Case("not host", always(400, REMOVE, {"code": 300}), Outcome.REFUSED, "must be the host or an alternative host"),
    Case("token refused", always(401, REMOVE, {"code": 124}), Outcome.FAILED, "IT must check the Zoom app."),
    Case("403", always(403, REMOVE), Outcome.REFUSED, "Zoom did not allow this."),
    Case("wrong state", always(409, REMOVE), Outcome.FAILED, "Zoom cannot do this to this meeting."),
    Case("too many", always(429, REMOVE), Outcome.FAILED, "Zoom is taking no more requests"),
    Case("500", always(500, REMOVE), Outcome.FAILED, NO_CHANGE),
    Case("not JSON", Faults(only=REMOVE, malformed=True), Outcome.FAILED, NO_CHANGE),
    Case("cut off", Faults(only=REMOVE, drop_connection=True), Outcome.FAILED, NO_CHANGE),
    Case("a lie", Faults(lie=True), Outcome.FAILED, "said yes, but it did not happen"),
    Case("500 throughout", always(500, "/v2/"), Outcome.UNKNOWN, PERHAPS),
)


async def test_every_way_a_lock_can_fail_is_told_as_it_is(brisk: School) -> None:
    zoom = brisk.district.zoom
    await brisk.zoom_class()
    wrong = {}
    for case in LOCKING:
        wrong[case.name] = await wrong_about(brisk, zoom, case, user=CHANG, command="/lock", step=LOCK_STEP)
    assert not {name: found for name, found in wrong.items() if found}


async def test_every_way_an_eject_can_fail_is_told_as_it_is(brisk: School) -> None:
    zoom = brisk.district.zoom
    meeting = await brisk.zoom_class()
    intruder = zoom.join(meeting, "Zed Intruder")
    await brisk.settled()
    wrong = {}
    for case in EJECTING:
        wrong[case.name] = await wrong_about(
            brisk, zoom, case, user=CHANG, command="/eject", step=REMOVE_STEP, text="zed"
        )
    assert not {name: found for name, found in wrong.items() if found}
    assert intruder.present


async def test_a_removal_nobody_can_see_is_not_called_done_on_a_plan_without_the_list(school: School) -> None:
    zoom = school.district.zoom
    meeting = await school.zoom_class()
    zoom.join(meeting, "Zed Intruder")
    await school.settled()
    zoom.has_dashboard = False
    lie = Case("a lie", Faults(lie=True), Outcome.UNKNOWN, "nothing has confirmed it yet")
    found = await wrong_about(school, zoom, lie, user=CHANG, command="/eject", step=REMOVE_STEP, text="zed")
    assert not found


async def test_a_refused_removal_is_called_refused_even_where_the_list_cannot_be_read(school: School) -> None:
    zoom = school.district.zoom
    meeting = await school.zoom_class()
    zoom.join(meeting, "Zed Intruder")
    await school.settled()
    zoom.has_dashboard, zoom.host_rule = False, True
    refused = Case("host rule", Faults(), Outcome.REFUSED, "must be the host or an alternative host")
    found = await wrong_about(school, zoom, refused, user=CHANG, command="/eject", step=REMOVE_STEP, text="zed")
    assert not found


async def test_what_zoom_asks_to_repeat_soon_is_repeated_and_done(school: School) -> None:
    meeting = await school.zoom_class()
    zoom = school.district.zoom
    for status in (429, 502, 503):
        zoom.faults = once(status, CHANGE, None, RIGHT_AWAY)
        await school.type(CHANG, "/lock")
        assert meeting.settings["waiting_room"], status
        meeting.settings["waiting_room"] = False


async def test_a_change_whose_answer_was_lost_is_found_done(open_quick: OpenQuick) -> None:
    school = await open_quick(CHANGE)
    await school.zoom_class()
    await school.type(CHANG, "/modbot", "whoami")
    school.district.zoom.faults = Faults(only=CHANGE, lag_seconds=0.75)  # it acts, after modbot stopped waiting
    answer = await school.type(CHANG, "/lock")
    assert "read it back" in answer.everything


async def test_a_zoom_too_slow_to_answer_anything_is_not_believed(open_quick: OpenQuick) -> None:
    school = await open_quick(MEETING)
    await school.zoom_class()
    slow = Case("slow", Faults(only=MEETING, lag_seconds=30), Outcome.UNKNOWN, "Zoom did not answer. " + PERHAPS)
    found = await wrong_about(school, school.district.zoom, slow, user=CHANG, command="/lock", step=LOCK_STEP)
    assert not found


async def test_a_panic_while_zoom_is_down_still_calls_for_help_and_says_what_to_click(school: School) -> None:
    await school.zoom_class()
    school.district.zoom.faults = always(500, "/v2/")
    answer = await school.type(CHANG, "/panic")
    assert "IT has been called: Kim Reyes." in answer.text
    assert "is shut" not in answer.text
    assert LOCK_STEP in answer.everything
    assert "Tap Mute all." in answer.everything


async def test_zoom_refusing_the_sign_in_is_told_as_a_matter_for_it(school: School) -> None:
    await school.zoom_class()
    refused = Case("sign-in", always(400, "/oauth/token"), Outcome.FAILED, "IT must check the Zoom app.")
    found = await wrong_about(school, school.district.zoom, refused, user=CHANG, command="/lock", step=LOCK_STEP)
    assert not found
