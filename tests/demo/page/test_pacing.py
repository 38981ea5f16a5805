"""Pace: how long a rest takes, faster, slower, and not at all while it is paused."""

import asyncio

import pytest

from modbot.demo.page.pacing import Pace
from tests.stores import until


async def test_nobody_waits_less_than_the_pace_says() -> None:
    began = asyncio.get_running_loop().time()
    await Pace(4.0).rest(0.4)
    assert asyncio.get_running_loop().time() - began >= 0.1


async def test_while_it_is_paused_a_rest_does_not_end() -> None:
    pace = Pace()
    pace.paused = True
    rest = asyncio.create_task(pace.rest(0))
    done, _ = await asyncio.wait({rest}, timeout=0.3)
    assert not done
    pace.paused = False
    await until("the rest is over", rest.done)


@pytest.mark.parametrize("factor", [0.0, 0.2, 4.1, -1.0, float("nan"), float("inf")])
def test_a_pace_that_is_none_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="the pace must be from"):
        Pace().set(factor)
