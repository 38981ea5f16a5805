"""The lock files pin everything by hash, and tell nothing of the machine they were made on."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project.tree import pyproject, read

LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==(\S+)", re.MULTILINE)
LINE = re.compile(r"#.*|[A-Za-z0-9._-]+(\[[^]]*])?==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, str]:
    """Package → version."""
    return {canonicalize_name(name): version for name, version in PIN.findall(read(lock))}


def wanted(group: str) -> set[str]:
    """The packages that pyproject.toml asks for: in a dependency group, or to run ("")."""
    listed = pyproject()["dependency-groups"][group] if group else pyproject()["project"]["dependencies"]
    return {canonicalize_name(Requirement(line).name) for line in listed if isinstance(line, str)}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_hashes_and_no_address_or_path(lock: str) -> None:
    odd = [line for line in read(lock).splitlines() if not LINE.fullmatch(line)]
    assert not odd
    assert not re.search(r"://|file:|index-url|find-links", read(lock))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_has_a_hash(lock: str) -> None:
    blocks = re.split(r"^(?=[A-Za-z0-9])", read(lock), flags=re.MULTILINE)[1:]
    assert blocks
    assert not [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]


@pytest.mark.parametrize(
    ("group", "lock"),
    [("", "requirements.lock"), ("build", "requirements-build.lock"), ("dev", "requirements-dev.lock")],
)
def test_what_pyproject_asks_for_is_locked(group: str, lock: str) -> None:
    assert wanted(group) <= set(pins(lock)), "run `make lock`"


def test_modbot_is_worked_on_with_the_versions_it_runs_on() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()
    assert pins("requirements-build.lock").items() <= pins("requirements-dev.lock").items()


def test_the_pinned_versions_are_those_pyproject_allows() -> None:
    pinned = pins("requirements.lock")
    for line in pyproject()["project"]["dependencies"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement.name
