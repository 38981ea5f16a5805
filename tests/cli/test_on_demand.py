"""A command is read when it is asked for: what runs in production carries no demo, no simulators and no doctor."""

import subprocess
import sys

import pytest

READ = """
import sys, typer
from modbot.cli import app
typer.main.get_command(app).commands["serve"]
print(*{name for name in sys.modules if name.startswith("modbot.")})
"""


@pytest.mark.parametrize("left_out", ["modbot.demo", "modbot.simulators", "modbot.doctor"])
def test_serving_reads_neither_demo_nor_simulators_nor_doctor(left_out: str) -> None:
    read = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True).stdout.split()
    assert "modbot.app" in read
    assert not [name for name in read if name == left_out or name.startswith(f"{left_out}.")]
