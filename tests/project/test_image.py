"""What the container image and its compose file promise."""

import fnmatch
import re
from typing import Any

import yaml  # type: ignore[import-untyped]

from tests.project.tree import read


def instructions(word: str) -> list[str]:
    """The Dockerfile's instructions of one kind, in order, continuation lines joined."""
    joined = read("Dockerfile").replace("\\\n", " ")
    return re.findall(rf"^{word} +(.+)$", joined, re.MULTILINE)


def compose() -> dict[str, Any]:
    """The modbot service of the compose file."""
    service: dict[str, Any] = yaml.safe_load(read("deploy/compose.yaml"))["services"]["modbot"]
    return service


def test_the_image_runs_as_an_unprivileged_user() -> None:
    assert instructions("USER") == ["10001:10001"]


def test_the_image_is_built_on_one_exact_release() -> None:
    bases = {line.split()[0] for line in instructions("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-bookworm(@sha256:[0-9a-f]{64})?", bases.pop())


def test_everything_installed_in_the_image_is_checked_by_hash() -> None:
    installs = [
        part for line in instructions("RUN") for part in line.split("&&") if " install " in part and "pip" in part
    ]
    assert len(installs) == 3
    assert all("--require-hashes" in part or "--no-index" in part for part in installs)


def test_the_build_is_given_only_the_files_it_copies() -> None:
    allowed = [line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")]
    copied = [name for line in instructions("COPY") if "--from" not in line for name in line.split()[:-1]]
    assert copied
    assert not [name for name in copied if not any(fnmatch.fnmatch(f"{name}/x", f"{a}") or a == name for a in allowed)]
    assert not [a for a in allowed if not any(a == name or a == f"{name}/**" for name in copied)]


def test_the_compose_file_takes_every_privilege_away() -> None:
    service = compose()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["data:/data"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
