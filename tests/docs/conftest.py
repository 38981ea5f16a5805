"""Tests here follow a paper in a copy of the repository, with programs of its own: they get longer than the rest."""

from pathlib import Path

import pytest

from tests.docs.following import WITHIN_SECONDS

HERE = Path(__file__).parent
FOLLOWING_TIMEOUT_SECONDS = WITHIN_SECONDS + 100


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One of them runs whole suites."""
    for item in items:
        if HERE in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(FOLLOWING_TIMEOUT_SECONDS))
