#!/usr/bin/python3
"""Kills `tailrace bench` at random moments and resumes it: nothing finished is lost, nothing is done twice.

Usage: test_interruption.py TAILRACE_PROGRAM [KILLS [SEED]]

The stand-in for the executors logs each execution when it has ended. `tailrace` can be killed between that
and its sync of the journal; such a sample was not finished, and is taken again.
"""
import collections
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from fake_build import WORKLOADS, make_build

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
try:
    from analysis.results import comparison
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)

PROGRAM = os.path.abspath(sys.argv[1])
KILLS, SEED = map(int, (sys.argv[2:] + ["100", "1"][len(sys.argv) - 2:]))
LAYOUTS = [0, 5]
STRATEGIES = ["switch", "tail-direct"]
SIGNALS = [signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM]


def kind(sample):
    return tuple(sample[key] for key in ("order", "round", "workload", "layout", "build", "strategy", "isa",
                                         "control"))


class Run:
    """One run in a folder of its own, in as many sittings as it takes."""

    def __init__(self, program, seed):
        self.holder = tempfile.TemporaryDirectory(prefix="tailrace-test-")
        self.folder = pathlib.Path(self.holder.name)
        make_build(self.folder, program, STRATEGIES, LAYOUTS, ["acc"])
        self.result, self.log = self.folder / "result.json", self.folder / "log"
        self.journal = self.folder / "result.json.samples"
        self.arguments = ["--budget", "0", "--stop", "budget", "--events", "none", "--seed", str(seed),
                          "--output", self.result]

    def start(self):
        there = self.result.exists() or (self.journal.exists() and "\n" in self.journal.read_text())
        arguments = ["--resume", self.result] if there else self.arguments
        environment = dict(os.environ, FAKE_LOG=str(self.log))
        return subprocess.Popen([self.folder / "tailrace", "bench", *arguments], env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process):
        output, errors = process.communicate(timeout=60)
        return process.returncode, output + errors

    def kept(self):
        """The orders of the samples that the disk holds now."""
        orders = set()
        if self.result.exists():
            orders |= {sample["order"] for sample in json.loads(self.result.read_text())["samples"]}
        if self.journal.exists():
            for line in self.journal.read_text().split("\n")[1:-1]:
                orders.add(json.loads(line)["sample"]["order"])
        return orders

    def executions(self):
        return self.log.read_text().splitlines() if self.log.exists() else []


class Interruption(unittest.TestCase):
    def test_nothing_is_lost_and_nothing_doubled(self):
        generator = random.Random(SEED)
        kills, runs, torn = 0, 0, 0
        whole = Run(PROGRAM, 3)
        begin = time.monotonic()
        status, output = whole.finish(whole.start())
        duration = time.monotonic() - begin
        self.assertEqual(status, 0, output)
        expected = json.loads(whole.result.read_text())
        self.assertEqual(len(expected["samples"]), (1 + 2) * len(WORKLOADS) * (len(STRATEGIES) + 1))
        while kills < KILLS:
            run, kept, sittings = Run(PROGRAM, 3), set(), 0
            runs += 1
            while True:
                process = run.start()
                sittings += 1
                chosen = generator.choice(SIGNALS)
                if kills < KILLS:
                    try:
                        process.wait(generator.uniform(0, duration * generator.choice((0.1, 0.4))))
                    except subprocess.TimeoutExpired:
                        process.send_signal(chosen)
                        kills += 1
                status, output = run.finish(process)
                now = run.kept()
                self.assertLessEqual(kept, now, f"lost after {kills} kills: {output}")
                kept = now
                if status == 0:
                    break
                self.assertIn(status, (-chosen, 128 + chosen), output)
                if generator.random() < 0.2 and run.journal.exists() and run.journal.stat().st_size:
                    with open(run.journal, "a") as journal:  # as a crash of the machine may leave it
                        journal.write('{"sample":{"round":')
                    torn += 1
            self.check(run, expected, sittings)
            run.holder.cleanup()
        whole.holder.cleanup()
        print(f"{kills} kills in {runs} runs, {torn} of them with a torn journal")

    def check(self, run, expected, sittings):
        document = json.loads(run.result.read_text())
        comparison.validate(document, run.result)
        self.assertEqual(document["state"], "complete")
        self.assertEqual([kind(sample) for sample in document["samples"]],
                         [kind(sample) for sample in expected["samples"]])
        self.assertEqual(document["rounds"], expected["rounds"])
        self.assertEqual(sum(sitting["samples"] for sitting in document["sittings"]), len(document["samples"]))
        self.assertLessEqual(len(document["sittings"]), sittings)
        self.assertFalse(run.journal.exists())
        executed = collections.Counter(run.executions())
        needed = collections.Counter(f"{s['workload']} {s['strategy']} {s['isa']} {s['layout']}"
                                     for s in document["samples"])
        self.assertFalse(needed - executed)
        # At most one more for each time that it was killed.
        self.assertLessEqual((executed - needed).total(), sittings - 1)
        self.assertEqual([path.name for path in run.folder.glob(".*")], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
