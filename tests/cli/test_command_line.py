"""What every command has in common: help with an example, one sentence for a mistake, no secret on the screen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from modbot.cli import app
from modbot.demo.district import District
from tests.cli.running import modbot, typed


def every_command() -> list[tuple[str, str, str]]:
    """Each command's whole name, help and last words."""
    return list(_below("modbot", typer.main.get_command(app)))


def _below(name: str, command: Any) -> Iterator[tuple[str, str, str]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command.help or "", command.epilog or ""
        return
    for word, one in inner.items():
        yield from _below(f"{name} {word}", one)


def test_the_promised_commands_are_there() -> None:
    promised = {"serve", "doctor", "platforms", "manifest", "page", "drill", "demo"}
    promised |= {"audit export", "audit verify", "roster import", "roster check", "keys new", "keys rotate"}
    assert {f"modbot {name}" for name in promised} <= {name for name, _, _ in every_command()}


@pytest.mark.parametrize(("name", "explained", "example"), every_command(), ids=[one[0] for one in every_command()])
def test_a_command_explains_itself_with_an_example(name: str, explained: str, example: str) -> None:
    assert explained.endswith(".")
    assert example.startswith("Example: modbot ")


def test_a_wrong_setting_is_one_sentence_and_exit_code_2() -> None:
    done = typed("platforms", env={"MODBOT_PORTT": "1"})
    assert (done.code, done.out) == (2, "")
    assert done.err == "modbot: MODBOT_PORTT: there is no such setting\n"


async def test_a_store_that_does_not_answer_is_one_sentence_and_exit_code_2(short_dir: Path) -> None:
    env = {
        "MODBOT_REDIS_URL": f"unix://{short_dir}/nothing.sock",
        "MODBOT_ENCRYPTION_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    }
    done = await modbot("audit", "verify", env=env)
    assert done.code == 2
    assert done.err.startswith("modbot: the store does not answer")
    assert len(done.err.splitlines()) == 1


async def test_the_drill_plays_a_raid_to_its_end_and_tells_each_step() -> None:
    done = await modbot("drill", "--json")
    assert done.code == 0
    assert done.json()["ok"] is True
    assert {step["platform"] for step in done.json()["steps"]} >= {"zoom", "webex"}


async def test_no_command_prints_a_secret(district: District) -> None:
    values = district.values()
    secrets = [
        value
        for block in ("slack", "zoom", "webex")
        for name, value in values[block].items()
        if name.endswith(("secret", "token"))
    ]
    assert len(secrets) == 7
    for words in (["doctor"], ["platforms", "--json"]):
        done = await modbot(*words, env=district.environment(port=0))
        assert not [secret for secret in secrets if secret in done.out + done.err]
