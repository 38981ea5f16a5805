"""Rules for every test: nothing of the developer's own settings leaks in, and examples are not timed."""

import os

import pytest
from hypothesis import settings

pytest_plugins = ["tests.stores", "tests.told"]

CRASH_TIMEOUT_SECONDS = 600

# Other tests run on the same cores: how long one example took says nothing. The limit of the whole test is pytest's.
# Where CI is set every run plays the same examples: whether a commit passes is not left to luck. Elsewhere all are new.
settings.register_profile("modbot", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
settings.load_profile("modbot")

for _name in [name for name in os.environ if name.startswith("MODBOT_")]:
    del os.environ[_name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start and kill processes get longer than the rest, unless they say how long themselves."""
    for item in items:
        if item.get_closest_marker("crash") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(CRASH_TIMEOUT_SECONDS))
