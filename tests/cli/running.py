"""Runs `modbot` as an admin does: what is typed, the environment, what it printed and how it ended."""

import asyncio
import io
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from modbot.cli import main
from tests.project.tree import ROOT

WITHIN_SECONDS = 200


@dataclass(frozen=True, slots=True)
class Done:
    """How one run ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output as one JSON value."""
        return orjson.loads(self.out)


def typed(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
    """Run one command in this process: for those that open no store and set no log."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
    return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())


async def modbot(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
    """Run one command to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "modbot",
        *arguments,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **(env or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Done(process.returncode or 0, out.decode(), err.decode())
