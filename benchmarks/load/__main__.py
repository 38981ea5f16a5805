"""The generator's process: a plan on standard input, its result on standard output."""

import gc
import json
import sys
from dataclasses import asdict

from benchmarks.load import plan_of
from benchmarks.load.engine import drive
from benchmarks.load.signed import requests_of

plan = plan_of(json.load(sys.stdin))
requests = requests_of(plan)
gc.freeze()
gc.disable()  # its pauses would be taken for the server's
print("signed", flush=True)
print(json.dumps(asdict(drive(plan, requests))))
