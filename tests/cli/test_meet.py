"""`modbot meet create-room`: a class link in a teacher's name, and what is said when there is none."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from modbot.simulators.meet import CREATED, MeetSimulator
from tests.cli.running import modbot

TEACHER, COLLEAGUE = "ada.reyes@example.org", "ben.ochoa@example.org"


@pytest.fixture
async def google() -> AsyncIterator[MeetSimulator]:
    async with MeetSimulator() as sim:
        sim.people.add(TEACHER)
        sim.people.add(COLLEAGUE)
        yield sim


def env(google: MeetSimulator, short_dir: Path, **more: str) -> dict[str, str]:
    """A district that may make class links."""
    return {
        "MODBOT_DATA_DIR": str(short_dir),
        "MODBOT_MEET__SERVICE_ACCOUNT": json.dumps(google.service_account),
        "MODBOT_MEET__CREATE_ROOMS": "true",
        "MODBOT_MEET__API_URL": google.api_url,
        "MODBOT_MEET__TOKEN_URL": google.token_url,
        **more,
    }


async def test_a_link_is_made_and_the_room_can_be_named_in_the_settings(google: MeetSimulator, short_dir: Path) -> None:
    done = await modbot("meet", "create-room", TEACHER, "--cohost", COLLEAGUE, env=env(google, short_dir))
    (space,) = google.spaces.values()
    assert done.code == 0, done.err
    assert f"https://meet.google.com/{space.code}" in done.out
    assert f'"meet:{space.id}" = ' in done.out
    assert [(one.email, one.role) for one in space.members.values()] == [(COLLEAGUE, "COHOST")]


async def test_json_has_link_room_and_cohosts(google: MeetSimulator, short_dir: Path) -> None:
    done = await modbot("meet", "create-room", TEACHER, "--cohost", COLLEAGUE, "--json", env=env(google, short_dir))
    (space,) = google.spaces.values()
    assert done.json() == {
        "link": f"https://meet.google.com/{space.code}",
        "code": space.code,
        "room": f"meet:{space.id}",
        "host": TEACHER,
        "cohosts": [COLLEAGUE],
        "not_added": [],
    }


async def test_the_record_says_who_made_it_without_an_address(google: MeetSimulator, short_dir: Path) -> None:
    given = env(google, short_dir)
    await modbot("meet", "create-room", TEACHER, env=given)
    exported = await modbot("audit", "export", env=given)
    (entry,) = [json.loads(line) for line in exported.out.splitlines()]
    (space,) = google.spaces.values()
    assert (entry["action"], entry["room"], entry["outcome"]) == ("room.create", f"meet:{space.id}", "done")
    assert TEACHER not in exported.out


async def test_a_cohost_who_was_not_added_is_named_and_the_exit_code_says_so(
    google: MeetSimulator, short_dir: Path
) -> None:
    google.faults.only = "/members"
    google.faults.fail_next.append((500, {}, b"{}"))
    done = await modbot("meet", "create-room", TEACHER, "--cohost", COLLEAGUE, env=env(google, short_dir))
    assert done.code == 1
    assert f"Not added as co-host: {COLLEAGUE}. Google has a fault at this moment." in done.out


async def test_a_missing_delegation_is_one_sentence_with_the_cure(google: MeetSimulator, short_dir: Path) -> None:
    google.delegated.discard(CREATED)
    done = await modbot("meet", "create-room", TEACHER, env=env(google, short_dir))
    assert (done.code, done.out) == (2, "")
    assert "domain-wide delegation" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"MODBOT_MEET__CREATE_ROOMS": "false"}, "MODBOT_MEET__CREATE_ROOMS"),
        ({"MODBOT_MEET__SERVICE_ACCOUNT": ""}, "MODBOT_MEET__SERVICE_ACCOUNT"),
    ],
)
async def test_what_is_not_set_up_is_named(
    google: MeetSimulator, short_dir: Path, changed: dict[str, str], named: str
) -> None:
    done = await modbot("meet", "create-room", TEACHER, env=env(google, short_dir, **changed))
    assert done.code == 2
    assert named in done.err
    assert google.spaces == {}
