#!/usr/bin/env python3
"""test_real.py EXECUTOR...: replays every recording of the suite "real", with all of its checks, on one of the EXECUTORs
of each instruction set that are measured by default, which take turns: their handlers are the same text. Makes the suite
if it is not there. Exit status 77: skipped, since Node, npm or a network is missing.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "runtime/test"))
from turns import in_turns  # noqa: E402

SUITE = ROOT / "build/workloads/real.json"
MISSING = 3  # of bench/real/fetch-real
MEASURED = re.compile(r"(switch|goto-indirect|goto-direct|tail-direct)-\w+")
TIMEOUT = 120  # seconds, of one replay


def replay(executor, workload):
    """What is wrong, or nothing."""
    trace = SUITE.parent / workload["trace"]
    try:
        done = subprocess.run([executor, "replay", trace], capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return f"did not end within {TIMEOUT} s"
    if done.returncode != 0:
        return f"ended with {done.returncode}: {done.stderr.strip()}"
    found = re.search(r"hash (\w+)", done.stdout)
    same = found and [found[1]] == workload["expect"]
    return "" if same else f"printed another hash: {done.stdout.strip()}"


def main():
    executors = [path for path in sys.argv[1:] if MEASURED.fullmatch(pathlib.Path(path).name)]
    made = subprocess.run([ROOT / "bench/real/fetch-real", "--executor", executors[-1]],
                          stderr=subprocess.PIPE, text=True)
    sys.stderr.write(made.stderr)
    if made.returncode == MISSING:
        print("skipped: the suite \"real\" cannot be made here")
        return 77
    if made.returncode != 0:
        return 1
    suite = json.loads(SUITE.read_text())["workloads"]
    problems = []
    if not all(workload["is_known_recording"] for workload in suite):
        # Not wrong: another version of Node or machine may make another one, which the result file says.
        print("note: some recordings are not those that bench/real/programs.json knows")
    with concurrent.futures.ThreadPoolExecutor(min(4, os.cpu_count())) as pool:
        runs = in_turns(executors, suite)
        for (executor, workload), problem in zip(runs, pool.map(lambda run: replay(*run), runs)):
            if problem:
                problems.append(problem)
                print(f"{workload['name']} on {pathlib.Path(executor).name} {problem}", flush=True)
    print(f"{len(suite)} programs on {len(executors)} executors, in turns, {len(problems)} problems")
    return 1 if problems or len(suite) < 16 else 0


if __name__ == "__main__":
    sys.exit(main())
