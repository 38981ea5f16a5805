"""Most tests here start a whole district, many as a process: they get longer than the rest."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.stores import UNHURRIED_SECONDS

HERE = Path(__file__).parent
DISTRICT_TIMEOUT_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A machine may be ten times slower than the one on which they were written."""
    for item in items:
        if HERE in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(DISTRICT_TIMEOUT_SECONDS))


@pytest.fixture(autouse=True)
def busy_machine(unhurried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Demos of this process: a machine that stands still for a moment breaks off nothing between modbot and vendors."""
    monkeypatch.setattr("modbot.callbacks.ANSWER_WITHIN", timedelta(seconds=UNHURRIED_SECONDS))
