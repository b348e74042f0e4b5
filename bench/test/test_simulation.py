#!/usr/bin/python3
"""test_simulation.py TAILRACE: what cachegrind counts of real executors. Exit status 77: skipped.

What must hold whatever the compiler: a bytecode instruction is one indirect jump, more or less (calls of the
runtime add a few); one jump for all handlers is predicted worse than one for each, by a predictor that knows
the last target alone; and two simulations give the same.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TAILRACE = sys.argv[1]
WORKLOADS = pathlib.Path(__file__).resolve().parent.parent.parent / "bench" / "workloads"


def simulate(*options):
    """The instructions of the workload, and the counts by strategy."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        suite = json.loads((WORKLOADS / "default.json").read_text())
        sort = next(workload for workload in suite["workloads"] if workload["name"] == "sort")
        shutil.copy(WORKLOADS / sort["file"], folder)
        # A fortieth of what is measured otherwise.
        small = {**sort, "args": ["5"], "expect": ["2106754378"]}
        (folder / "small.json").write_text(json.dumps({"suite": "small", "workloads": [small]}))
        result = folder / "result.json"
        subprocess.run([TAILRACE, "bench", "--suite", folder / "small.json", "--simulate", "--events", "none",
                        "--layouts", "1", "--budget", "0", "--stop", "budget", "--output", result, *options],
                       check=True, stdout=subprocess.DEVNULL)
        document = json.loads(result.read_text())
    assert not [gap for gap in document["not_measured"] if gap["what"] == "simulation"], document["not_measured"]
    return (document["suite"]["workloads"][0]["instructions"],
            {(entry["strategy"], entry["isa"]): entry["counts"] for entry in document["simulated"]})


class Simulation(unittest.TestCase):
    def test_counts_are_those_of_the_execution(self):
        instructions, counts = simulate()
        self.assertTrue(counts)
        for (strategy, isa), count in counts.items():
            with self.subTest(strategy):
                self.assertGreater(count["indirect_branches"], instructions[isa])
                self.assertLess(count["indirect_branches"], 1.1 * instructions[isa])
                self.assertLess(count["indirect_branch_misses"], count["indirect_branches"])
                self.assertGreater(count["instructions"], 3 * instructions[isa])
                self.assertLess(count["instructions"], 40 * instructions[isa])
        misses = {strategy: count["indirect_branch_misses"] for (strategy, _), count in counts.items()}
        for strategy in {"goto-direct", "tail-direct"} & set(misses):
            self.assertLess(misses[strategy], misses.get("switch", float("inf")))
        strategy, isa = list(counts)[-1]
        _, again = simulate("--dispatch", strategy)
        for name in "instructions", "indirect_branches", "indirect_branch_misses":
            # The times that are printed have more digits or fewer.
            self.assertAlmostEqual(again[strategy, isa][name] / counts[strategy, isa][name], 1, delta=0.001)


if __name__ == "__main__":
    if not shutil.which("valgrind"):
        print("skipped: valgrind is missing")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
