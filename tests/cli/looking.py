"""What the doctor says of ways to call people."""

from typing import Any

from modbot.demo.given import GivenSettings
from modbot.doctor import Check, examine
from modbot.doctor.pagers import pager_probes
from modbot.http import Http


async def looked(http: Http, values: dict[str, Any]) -> dict[str, Check]:
    """What the doctor says of pagers, by name."""
    found = await examine(pager_probes(GivenSettings(**values), http))
    return {check.name: check for check in found}
