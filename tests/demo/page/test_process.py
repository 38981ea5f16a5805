"""`modbot demo` as its own process: what it says, its ports, two at once, and that nothing is left behind."""

import asyncio
import re
import signal
import socket
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from modbot.simulators import free_port
from tests.demo.running import left_in, processes_that_name, run, start
from tests.stores import until

TRIES = 3  # a machine with much else to do may need longer; one that never manages has a reason
ENDS_WITHIN_SECONDS = 2.0
OF_ITS_START = 0.5  # a machine so slow that this much of the time it took to start is more gets that
STARTS_WITHIN_SECONDS = 240
ADDRESS = re.compile(r"The demo is at (http://127\.0\.0\.1:(\d+)/)")


async def address_of(process: Process) -> str:
    """Where the page is, once it is said."""
    assert process.stdout is not None
    async with asyncio.timeout(STARTS_WITHIN_SECONDS):
        while line := (await process.stdout.readline()).decode():
            if found := ADDRESS.search(line):
                return found[1]
    raise AssertionError("it ended without saying where the page is")


async def ended(process: Process, how: signal.Signals) -> tuple[int | None, float, str]:
    """Its code, how long it took in seconds, and what it complained of."""
    asked_at = time.monotonic()
    process.send_signal(how)
    _, err = await process.communicate()
    return process.returncode, time.monotonic() - asked_at, err.decode()


def still_listens(address: str) -> bool:
    """Whether anybody answers there."""
    port = int(address.rstrip("/").rpartition(":")[2])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
async def running(short_dir: Path) -> AsyncIterator[tuple[Process, str]]:
    """A demo and its address."""
    process = await start(short_dir, "--no-open")
    try:
        yield process, await address_of(process)
    finally:
        if process.returncode is None:
            process.terminate()  # kindly: one that is killed leaves its Jitsi server behind
            await process.communicate()


async def test_ctrl_c_ends_it_within_two_seconds_while_a_browser_watches(short_dir: Path) -> None:
    took_seconds: list[float] = []
    for _ in range(TRIES):
        asked_at = time.monotonic()
        process = await start(short_dir, "--no-open")
        address = await address_of(process)
        start_seconds = time.monotonic() - asked_at
        async with aiohttp.ClientSession() as client, client.get(f"{address}api/events") as watching:
            await watching.content.readline()
            code, took, err = await ended(process, signal.SIGINT)
        assert (code, err) == (0, "")
        took_seconds.append(took)
        if took < max(ENDS_WITHIN_SECONDS, start_seconds * OF_ITS_START):
            return
    pytest.fail(f"it never ended within two seconds: {took_seconds}")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_everything_and_leaves_nothing(
    short_dir: Path, running: tuple[Process, str], how: signal.Signals
) -> None:
    process, address = running
    code, _, err = await ended(process, how)
    assert (code, err) == (0, "")
    assert not still_listens(address)
    assert not left_in(short_dir)
    assert not processes_that_name(short_dir)


async def test_a_scenario_that_runs_does_not_hold_up_the_end(short_dir: Path, running: tuple[Process, str]) -> None:
    process, address = running
    async with aiohttp.ClientSession() as client:
        async with client.post(f"{address}api/scenario", json={"name": "leaked_link"}) as answer:
            assert answer.status == 200

        async def strangers_come() -> bool:
            async with client.get(f"{address}api/state") as seen:
                return b'"zzz"' in await seen.read()

        await until("strangers come", strangers_come)
    assert (await ended(process, signal.SIGINT))[0] == 0
    assert not left_in(short_dir)
    assert not processes_that_name(short_dir)


async def test_two_demos_run_side_by_side(short_dir: Path, running: tuple[Process, str]) -> None:
    _, one = running
    process = await start(short_dir, "--no-open")
    other = await address_of(process)
    assert one != other
    async with aiohttp.ClientSession() as client:
        for address in (one, other):
            async with client.get(f"{address}api/state") as answer:
                assert answer.status == 200
    assert (await ended(process, signal.SIGINT))[0] == 0
    assert still_listens(one)


@pytest.mark.parametrize("option", ["--port", "--modbot-port"])
async def test_a_taken_port_gets_one_sentence(short_dir: Path, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = await run(short_dir, "--no-open", option, str(port))
    advice = f"Give another one with {option}, or 0 for a free one."
    assert (done.code, done.err) == (1, f"Port {port} is taken by another program. {advice}\n")
    assert not left_in(short_dir)


async def test_the_port_of_a_demo_that_still_starts_is_taken(short_dir: Path) -> None:
    port = str(free_port())
    process = await start(short_dir, "--no-open", "--port", port)
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN_SECONDS)
    done = await run(short_dir, "--no-open", "--port", port)
    assert done.code == 1
    assert f"Port {port} is taken" in done.err
    assert await address_of(process) == f"http://127.0.0.1:{port}/"
    await ended(process, signal.SIGINT)


async def test_what_is_being_started_is_said_meanwhile(short_dir: Path) -> None:
    process = await start(short_dir, "--no-open")
    assert process.stdout is not None
    said = [(await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN_SECONDS)).decode() for _ in range(2)]
    process.send_signal(signal.SIGINT)
    await process.communicate()
    assert any("Starting a simulated Slack" in line for line in said)
    assert process.returncode == 0
    assert not left_in(short_dir)
    assert not processes_that_name(short_dir)


async def test_the_page_is_opened_in_a_browser_where_there_is_a_screen(short_dir: Path, tmp_path: Path) -> None:
    note = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {note}.new\nmv {note}.new {note}\n')
    browser.chmod(0o755)
    process = await start(short_dir, DISPLAY=":99", BROWSER=f"{browser} %s")
    address = await address_of(process)
    await until("the browser was started", note.exists)
    assert note.read_text() == address
    assert (await ended(process, signal.SIGINT))[0] == 0
