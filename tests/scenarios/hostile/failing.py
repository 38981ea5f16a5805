"""Ways a platform fails, and what a teacher must then read and the record must then hold."""

from collections import deque
from dataclasses import dataclass

import orjson

from modbot.model import Outcome
from modbot.simulators import Faults, SimServer
from modbot.simulators.slack import PostedMessage
from tests.scenarios.hostile.wire import record, until_idle
from tests.scenarios.school import School

FOREVER = 60  # more answers than any act asks for
HEADLINE = {
    Outcome.FAILED: "It did not work:",
    Outcome.REFUSED: "Not done:",
    Outcome.UNKNOWN: "Not confirmed:",
    Outcome.PARTIAL: "Only in part:",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One way to fail: the outcome it must have, and a part of the sentence the teacher must read."""

    name: str
    faults: Faults
    outcome: Outcome
    says: str


def always(status: int, only: str, body: object = None, headers: dict[str, str] | None = None) -> Faults:
    """Every request that matches is answered so."""
    return Faults(only=only, fail_next=deque([_answer(status, body, headers)] * FOREVER))


def once(status: int, only: str, body: object = None, headers: dict[str, str] | None = None) -> Faults:
    """The first request that matches is answered so."""
    return Faults(only=only, fail_next=deque([_answer(status, body, headers)]))


def _answer(status: int, body: object, headers: dict[str, str] | None) -> tuple[int, dict[str, str], bytes]:
    json_type = {"Content-Type": "application/json"}
    return status, {**json_type, **(headers or {})}, b"{}" if body is None else orjson.dumps(body)


async def wrong_about(
    school: School, vendor: SimServer, case: Case, *, user: str, command: str, step: str, text: str = ""
) -> list[str]:
    """What is not as it must be after `command` while `vendor` fails as in `case`; empty when all is well."""
    vendor.faults = case.faults
    before = len(await record(school))
    answer = await school.type(user, command, text)
    vendor.faults = Faults()
    await until_idle(school)
    entries = (await record(school))[before:]
    action = command.removeprefix("/")
    outcomes = [entry["outcome"] for entry in entries if (entry["action"], entry["phase"]) == (action, "outcome")]
    found = [f"the record says {outcomes}"] if outcomes != [case.outcome] else []
    return found + _misread(answer, case, step)


def _misread(answer: PostedMessage, case: Case, step: str) -> list[str]:
    shown = answer.everything
    done = case.outcome in (Outcome.DONE, Outcome.ALREADY)
    found = []
    if not done and not answer.text.startswith(HEADLINE[case.outcome]):
        found.append(f"the headline is {answer.text!r}")
    if case.says not in shown:
        found.append(f"it does not say {case.says!r} but {shown!r}")
    if not done and step not in shown:
        found.append("the host's own clicks are missing")
    return found
