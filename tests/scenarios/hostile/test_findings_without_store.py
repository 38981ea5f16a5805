"""A store that goes away between an arrival and the look at it: told once it is back, and once only."""

from tests.scenarios.enrolled import ZOOM, comes
from tests.scenarios.hostile.conftest import Power
from tests.scenarios.noticed import looked, noticed, told_to
from tests.scenarios.school import CHANG, School
from tests.scenarios.test_findings import RAIDERS


async def test_a_killed_store_that_comes_back_still_has_what_is_to_be_told(powered: tuple[School, Power]) -> None:
    school, power = powered
    await school.zoom_class()
    await comes(school, ZOOM, *RAIDERS)
    power.kill()
    await power.back()
    await noticed(school, CHANG, "came into")
    await looked(school)
    assert len(told_to(school, CHANG)) == 1


async def test_a_store_that_hangs_for_a_while_delays_it(powered: tuple[School, Power]) -> None:
    school, power = powered
    await school.zoom_class()
    await comes(school, ZOOM, *RAIDERS)
    power.freeze()
    power.thaw()
    await noticed(school, CHANG, "came into")
    await looked(school)
    assert len(told_to(school, CHANG)) == 1
