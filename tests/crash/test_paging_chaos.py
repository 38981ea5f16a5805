"""The paging chaos in small: killed modbots, a killed store and a clock that jumps, and every page reaches somebody."""

import shutil

import pytest

from benchmarks.chaos.pages import QUICK, ran_on
from benchmarks.progress import silent

pytestmark = pytest.mark.crash


@pytest.mark.parametrize("kind", ["Valkey", "Redis"])
async def test_no_page_is_lost_stuck_or_rung_twice_whatever_dies(kind: str) -> None:
    if kind == "Redis" and shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed (apt-get install redis-server)")
    counts = await ran_on(kind, QUICK, silent)
    assert (counts.lost, counts.rang_after_ack, counts.duplicate_rings, counts.stuck) == (0, 0, 0, 0), counts
    assert counts.pages == QUICK.pages
    assert counts.kills
    assert counts.store_restarts == QUICK.store_kills
