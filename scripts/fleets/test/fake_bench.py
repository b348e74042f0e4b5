#!/usr/bin/python3
"""In place of scripts/bench in the tests of scripts/fleet: writes a small result file after a while, as the real one does.

What it does is told by files in the folder FAKE_BENCH of its environment: "fails" (it cannot
build), "seconds" (how long it measures), "works" (how much CPU time it takes), "nothing" (it has no samples), "fills" (it leaves no room
beside its result), "clock-of-files" (when its result was written, by a file server). Interrupted, it
leaves a result to go on with, and takes its samples no second time.
"""
import argparse
import json
import os
import pathlib
import shlex
import signal
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "checks"))
from example_result import result  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--no-setup", action="store_true")
parser.add_argument("--no-report", action="store_true")
for name in "--build-directory", "--cc", "--layout-seeds", "--suite", "--output", "--resume", "--budget", "--layouts", "--launch":
    parser.add_argument(name)
options = parser.parse_args()
rules = pathlib.Path(os.environ["FAKE_BENCH"])


def rule(name, default=""):
    """Of this machine, or of all."""
    for path in rules / f"{os.environ.get('SLURMD_NODENAME', 'host')}-{name}", rules / name:
        if path.exists():
            return path.read_text()
    return default


measures = not options.launch or "FAKE_STEP" in os.environ
if not measures:
    (rules / "cpus-of-build").write_text(str(len(os.sched_getaffinity(0))))
if rule("fails"):
    sys.exit("bench: clang-22 could not build this")
pathlib.Path(options.build_directory).mkdir(exist_ok=True)
built = pathlib.Path(options.build_directory, "built")
if "FAKE_STEP" not in os.environ:
    with open(rules / "builds", "a", encoding="utf-8") as file:
        file.write("found\n" if built.exists() else "built\n")
    built.write_text(os.uname().machine)
if not measures:  # as the real one begins what measures
    os.environ["FAKE_STEP"] = "1"
    words = [*shlex.split(options.launch), sys.executable, *sys.argv]
    os.execvp(words[0], words)
(rules / "cpus").write_text(str(len(os.sched_getaffinity(0))))
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
    if rule("clock-of-files"):
        os.utime(path.with_suffix(".new"), (float(rule("clock-of-files")),) * 2)
    path.with_suffix(".new").rename(path)


def interrupted(*_):
    write("interrupted")
    sys.exit(130)


for number in signal.SIGINT, signal.SIGTERM:
    signal.signal(number, interrupted)
write("running")
end = time.process_time() + float(rule("works", "0"))
while time.process_time() < end:
    pass
time.sleep(0 if options.resume else float(rule("seconds", "0")))
if rule("fills"):
    try:
        with open(path.with_suffix(".filling"), "wb", buffering=0) as file:
            while True:
                file.write(bytes(1024))
    except OSError as error:
        sys.exit(f"tailrace: cannot write {path.name}: {error.strerror}")
write("complete")
