"""The doctor: what can be checked before a teacher finds out, and for each thing that is wrong what to do.

A probe is one errand: it asks one part and gives its checks. Each is bounded in time, all run at once, and what one of
them raises becomes a failed check of its own, so no fault hides another.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from modbot.errors import ModbotError, Unreachable, VendorError, as_written

PATIENCE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `fix` is "" when it is in order, else one sentence that says what to do."""

    name: str
    ok: bool
    found: str
    fix: str = ""


def good(name: str, found: str) -> Check:
    """In order."""
    return Check(name, ok=True, found=found)


def bad(name: str, found: str, fix: str) -> Check:
    """Wrong, and what to do."""
    return Check(name, ok=False, found=found, fix=fix)


@dataclass(frozen=True, slots=True)
class Probe:
    """An errand. `fix` is what to do when it fails as a whole."""

    name: str
    fix: str
    run: Callable[[], Awaitable[Sequence[Check]]]


async def examine(probes: Sequence[Probe], *, patience: timedelta = PATIENCE) -> list[Check]:
    """Every probe's checks, in the order of the probes. Raises nothing that a probe raised."""
    answers = await asyncio.gather(*(_bounded(probe, patience) for probe in probes), return_exceptions=True)
    found: list[Check] = []
    for probe, answer in zip(probes, answers, strict=True):
        if isinstance(answer, BaseException):
            if not isinstance(answer, Exception):
                raise answer
            fault = f"modbot's own fault while checking ({type(answer).__name__})"
            found.append(bad(probe.name, fault, "Please report this with modbot's version."))
        else:
            found += answer
    return found


async def _bounded(probe: Probe, patience: timedelta) -> Sequence[Check]:
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await probe.run()
    except TimeoutError:
        return [bad(probe.name, f"no answer within {patience.total_seconds():g} s", probe.fix)]
    except Unreachable as error:
        fix = f"Let modbot's machine reach {as_written(error.vendor)} over HTTPS, or correct its address (…__API_URL)."
        return [bad(probe.name, told(error), fix)]
    except VendorError as error:
        return [bad(probe.name, told(error), probe.fix)]
    except ModbotError as error:
        return [bad(probe.name, error.log_detail, probe.fix)]


def told(error: VendorError) -> str:
    """What a vendor's refusal says, for a check: the sentence, and what stands in the log."""
    return f"{error.staff_text.rstrip('.')} ({error.log_detail})"
