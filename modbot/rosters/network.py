"""One reading of a source that is asked over the network: from its first page to a roster that may be looked at."""

import asyncio
from collections.abc import Callable
from datetime import date

from modbot.rosters import Progress, Source
from modbot.rosters.findings import Findings
from modbot.rosters.gathering import NAMES, TOLERANCE, WORDS, Gathering
from modbot.rosters.joined import JoinedRoster, count
from modbot.rosters.joining import join, settle
from modbot.rosters.scratch import Scratch


async def read(
    source: Source,
    index: Scratch,
    *,
    today: date,
    since: str = "",
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
    told: Callable[[Scratch, str], None] | None = None,
) -> JoinedRoster:
    """What the source tells now, whole or since a mark. Look at its report before using it.

    Of a reading since a mark, the index must hold what was told before. `told` is called in a thread with the index
    and the new mark when the source has told everything and nothing is joined yet. Raises what `Source.read` raises.
    """
    findings = Findings()
    if since:
        findings.add_standing(NAMES.standing(index))
    mark = await source.read(Gathering(index, findings, changes=bool(since), progress=progress), since=since)
    await asyncio.to_thread(settle, index)
    if told is not None:
        await asyncio.to_thread(told, index, mark)
    return await asyncio.to_thread(_joined, source.name, index, findings, today, tolerance)


def _joined(name: str, index: Scratch, findings: Findings, today: date, tolerance: float) -> JoinedRoster:
    join(index, findings, NAMES, WORDS, today=today, first_wins=False)
    counts = count(index, left_out=findings.total)
    return JoinedRoster(index, findings.report(name, "", counts, strict=False, tolerance=tolerance), WORDS.principals)
