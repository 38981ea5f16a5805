"""The vendors' own data, read once, or a skip that says what is missing."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs"


def text(vendor: str, name: str) -> str:
    """A file of the vendor's data. Skips the test when it is not there."""
    path = SPECS / vendor / name
    if not path.is_file():
        pytest.skip(f"vendor data not present: {vendor}/{name} is not beside the repository")
    return path.read_text("utf-8")


def table(vendor: str, name: str) -> dict[str, Any]:
    """A JSON file of the vendor's data. Skips the test when it is not there."""
    return _parsed(text(vendor, name))


@cache
def _parsed(raw: str) -> dict[str, Any]:
    return dict(json.loads(raw))
