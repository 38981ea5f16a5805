"""The scripted raid: the story that `modbot demo --scripted` tells, and that it cannot be told a lie."""

import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from modbot.demo import script
from modbot.demo.day import school_day
from modbot.demo.steps import Stage, Step
from modbot.demo.unanswered import Unanswered
from modbot.demo.wire import Call
from modbot.model import Outcome
from modbot.simulators.prosody import available
from tests.demo.running import Ended, run


def told(ended: Ended) -> dict[str, Any]:
    """The one JSON object on standard output."""
    found = json.loads(ended.out)
    assert isinstance(found, dict)
    return found


BY_PHONE = [
    ("twilio", "phone_rings", "done"),
    ("pagerduty", "night_desk_rings", "done"),
    ("twilio", "key_pressed", "done"),
    ("twilio", "phone_silent", "done"),
    ("pagerduty", "night_desk_silent", "done"),
    ("slack", "message_silent", "done"),
    ("pagerduty", "page_closed", "done"),
]
ON_JITSI = [
    ("jitsi", "stranger_joins", "done"),
    ("jitsi", "lock", "done"),
    ("jitsi", "eject", "done"),
    ("jitsi", "stranger_returns", "refused"),
    ("jitsi", "admit", "done"),
    ("jitsi", "unlock", "done"),
    ("jitsi", "resolve", "done"),
]


async def test_the_raid_is_resolved_on_every_platform_as_one_json_object(short_dir: Path) -> None:
    ended = await run(short_dir, "--scripted", "--json")
    said = told(ended)
    assert [(step["platform"], step["step"], step["outcome"]) for step in said["steps"]] == [
        ("slack", "page_sent", "done"),
        ("zoom", "link_exposed", "done"),
        ("zoom", "stranger_joins", "done"),
        ("zoom", "stranger_shares", "done"),
        ("zoom", "panic", "partial"),
        ("zoom", "page_acknowledged", "done"),
        ("zoom", "eject", "done"),
        ("zoom", "stranger_returns", "refused"),
        ("zoom", "all_clear", "done"),
        ("zoom", "resolve", "done"),
        ("webex", "strangers_join", "done"),
        ("webex", "lock", "done"),
        ("webex", "eject", "done"),
        ("webex", "stranger_returns", "refused"),
        ("webex", "admit", "done"),
        ("webex", "unlock", "done"),
        ("webex", "resolve", "done"),
        ("meet", "stranger_joins", "done"),
        ("meet", "panic", "partial"),
        ("meet", "eject", "unsupported"),
        ("meet", "stranger_returns", "refused"),
        ("meet", "all_clear", "done"),
        ("meet", "resolve", "done"),
        ("teams", "stranger_joins", "done"),
        ("teams", "panic", "partial"),
        ("teams", "eject", "done"),
        ("teams", "stranger_returns", "refused"),
        ("teams", "all_clear", "done"),
        ("teams", "resolve", "done"),
        *(ON_JITSI if available() else []),
        *BY_PHONE,
        ("modbot", "audit_verified", "done"),
    ]
    assert (ended.code, said["ok"]) == (0, True)
    assert all(set(step) == {"step", "platform", "outcome", "elapsed_ms"} for step in said["steps"])


async def test_platforms_that_lie_are_never_believed(short_dir: Path) -> None:
    ended = await run(short_dir, "--scripted", "--json", "--lie")
    said = told(ended)
    outcomes = {f"{step['platform']} {step['step']}": step["outcome"] for step in said["steps"]}
    assert outcomes.pop("meet eject") == "unsupported"  # nothing is asked of Google, so it cannot lie
    assert set(outcomes) == {
        "zoom panic",
        "zoom eject",
        "webex lock",
        "webex eject",
        "webex admit",
        "meet panic",
        "teams panic",
        "teams eject",
    }
    assert set(outcomes.values()) <= {"failed", "unknown"}
    assert (ended.code, said["ok"]) == (1, False)
    assert "Jitsi is left out: its server is a real one, which does not lie." in ended.err


async def test_without_a_jitsi_server_jitsi_is_left_out_and_why_is_said(short_dir: Path, tmp_path: Path) -> None:
    ended = await run(short_dir, "--scripted", "--json", PATH=str(tmp_path))
    said = told(ended)
    assert said["ok"]
    assert "jitsi" not in {step["platform"] for step in said["steps"]}
    assert "Jitsi is left out: prosody is not installed (apt-get install prosody)." in ended.err


async def test_settings_in_the_environment_do_not_reach_the_demo(short_dir: Path) -> None:
    strange = {
        "MODBOT_CONFIG": "/nonexistent/modbot.toml",
        "MODBOT_REDIS_URL": "redis://store.example.org/0",
        "MODBOT_SLACK__APP_TOKEN": "xapp-of-a-real-district",
        "MODBOT_ZOOM__API_URL": "https://zoom.example.org",
        "MODBOT_NO_SUCH_SETTING": "1",
    }
    ended = await run(short_dir, "--scripted", "--json", **strange)
    assert told(ended)["ok"]


async def played(folder: Path) -> tuple[list[Step], str]:
    """The raid in this process, and its timeline."""
    written = StringIO()
    steps = await script.play(folder, Console(file=written, soft_wrap=True, highlight=False, markup=False))
    return steps, written.getvalue()


async def test_the_timeline_is_for_people_and_quotes_what_the_teacher_reads(short_dir: Path) -> None:
    _, timeline = await played(short_dir)
    assert "zoom       The teacher types /panic: partial" in timeline
    assert "“Grade 3 Reading is locked.”" in timeline
    assert "“modbot cannot put people out of Grade 4 Maths: you can, in the meeting.”" in timeline


async def test_a_folder_used_again_keeps_one_whole_record(short_dir: Path) -> None:
    before, _ = await played(short_dir)
    after, _ = await played(short_dir)
    assert (script.went_well(before), script.went_well(after)) == (True, True)


def test_a_step_that_comes_out_otherwise_fails_the_whole() -> None:
    good = Step("lock", "webex", Outcome.DONE, Outcome.DONE, 12, "The teacher types /lock")
    assert not script.went_well([good, replace(good, outcome=Outcome.UNKNOWN)])


@pytest.mark.parametrize(
    ("vendor", "unseen"),
    [("twilio", {"phone_rings", "key_pressed"}), ("pagerduty", {"night_desk_rings", "night_desk_silent"})],
)
async def test_a_vendor_that_takes_a_call_and_rings_nobody_is_not_told_as_ringing(
    short_dir: Path, vendor: str, unseen: set[str]
) -> None:
    steps: list[Step] = []
    async with school_day(short_dir, lambda _: None, platforms=()) as day:
        getattr(day.district, vendor).faults.lie = True
        page = Unanswered(Stage(day, steps.append), patience=timedelta(seconds=1))
        await page.asked()
        await page.answered_by_phone()
    assert unseen <= {step.step for step in steps if not step.ok}


async def test_calls_and_what_comes_of_them_show_on_the_wire(short_dir: Path) -> None:
    calls: list[Call] = []
    async with school_day(short_dir, lambda _: None, platforms=(), watch=calls.append) as day:
        page = Unanswered(Stage(day, lambda _: None))
        await page.asked()
        await page.answered_by_phone()
    answered = {(call.vendor, call.by_modbot) for call in calls if 200 <= call.status < 300}
    assert answered == set(product(("slack", "twilio", "pagerduty"), (True, False)))
