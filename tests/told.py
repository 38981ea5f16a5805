"""Figures that a test tells at the end of the run: they are shown, not judged. Named in `pytest_plugins`."""

from collections.abc import Callable

import pytest

_TOLD = "told"

Tell = Callable[[str], None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Takes a line to be shown at the end of the run, if the test passes."""
    return lambda line: record_property(_TOLD, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what the tests told."""
    passed = terminalreporter.getreports("passed")
    lines = sorted({str(line) for report in passed for name, line in report.user_properties if name == _TOLD})
    if lines:
        terminalreporter.section("told by the tests")
        for line in lines:
            terminalreporter.write_line(line)
