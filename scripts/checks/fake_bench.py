#!/usr/bin/python3
"""In place of scripts/bench in the tests of scripts/fleet: writes a small result file after a while, as the real one does.

What it does is told by files in the folder FAKE_BENCH of its environment: "fails" (it cannot
build), "seconds" (how long it measures), "nothing" (it has no samples). Interrupted, it leaves a
result to go on with, and takes its samples no second time.
"""
import argparse
import json
import os
import pathlib
import signal
import sys
import time

from example_result import result

parser = argparse.ArgumentParser()
parser.add_argument("--no-setup", action="store_true")
parser.add_argument("--no-report", action="store_true")
for name in "--build-directory", "--cc", "--layout-seeds", "--suite", "--output", "--resume", "--budget", "--layouts":
    parser.add_argument(name)
options = parser.parse_args()
rules = pathlib.Path(os.environ["FAKE_BENCH"])


def rule(name, default=""):
    """Of this machine, or of all."""
    for path in rules / f"{os.environ.get('SLURMD_NODENAME', 'host')}-{name}", rules / name:
        if path.exists():
            return path.read_text()
    return default


if rule("fails"):
    sys.exit("bench: clang-22 could not build this")
pathlib.Path(options.build_directory).mkdir(exist_ok=True)
pathlib.Path(options.build_directory, "built").write_text("")
path = pathlib.Path(options.resume or options.output)
document = json.loads(path.read_text()) if options.resume else result()
if rule("nothing"):
    document["samples"] = []
document["state"] = "running"
document["machine"]["cpu"].update(json.loads(rule("cpu", "{}")))
sitting = {**document["sittings"][0], "state": "running", "command": [str(os.getpid())]}
document["sittings"] = document["sittings"] + [sitting] if options.resume else [sitting]


def write(state):
    document["state"] = document["sittings"][-1]["state"] = state
    path.with_suffix(".new").write_text(json.dumps(document))
    path.with_suffix(".new").rename(path)


def interrupted(*_):
    write("interrupted")
    sys.exit(130)


signal.signal(signal.SIGINT, interrupted)
write("running")
time.sleep(0 if options.resume else float(rule("seconds", "0")))
write("complete")
