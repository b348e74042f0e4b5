#!/usr/bin/env python3
"""test_coverage.py BUILD_DIRECTORY: scripts/coverage, its numbers, and what is committed of them."""
import hashlib
import json
import math
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(sys.argv[1])
COMMITTED = ROOT / "results/coverage/default.json"
sys.path.insert(0, str(ROOT / "scripts"))
from analysis.coverage.numbers import entropy, numbers_of, pair_histogram, similarities, working_set  # noqa: E402

MEMORY = dict.fromkeys(("loads", "load_bytes", "stores", "store_bytes", "bulk_operations", "bulk_load_bytes",
                        "bulk_store_bytes"), 0)


def report_of(executed, pairs, results=("7",)):
    """As a counting executor writes it; `executed` by section and opcode."""
    opcodes = [{"name": name, "op": name, "section": section, "executed": count}
               for (section, name), count in executed.items()]
    return {"results": list(results), "instructions": sum(executed.values()), "branches": 3, "calls": 1,
            "bytecode_bytes": 100, "profile": {"opcodes": opcodes, "pairs": pairs, "memory": MEMORY,
                                               "successor_changes": 4, "places": 5, "place_bytes": 20}}


# Half of what follows an `a` is a `b`, the other half a `c`.
EXAMPLE = report_of({("Memory", "a"): 8, ("Control", "b"): 4, ("Any memory", "c"): 4},
                    [[0, 1, 4], [0, 2, 4], [1, 0, 4], [2, 0, 3]])


class Numbers(unittest.TestCase):
    def test_entropy(self):
        self.assertEqual(entropy([1, 1, 1, 1]), 2)
        self.assertEqual(entropy([5]), 0)
        self.assertAlmostEqual(entropy([3, 1]), 2 - 0.75 * math.log2(3))

    def test_working_set(self):
        self.assertEqual([working_set([1, 90, 9], share) for share in ("90", "99", "99.9")], [1, 2, 3])
        self.assertEqual(working_set([1] * 10, "90"), 9)

    def test_numbers_of_a_run(self):
        numbers = numbers_of(EXAMPLE)
        self.assertEqual((numbers["instructions"], numbers["opcodes"]), (16, 3))
        self.assertEqual(numbers["opcode_entropy"], 1.5)
        # 8 of 15 times one bit, otherwise none
        self.assertEqual(numbers["successor_entropy"], round(8 / 15, 6))
        self.assertEqual(numbers["mean_successors"], round((8 * 2 + 4 + 3) / 15, 6))
        self.assertEqual(numbers["working_set"], {"90": 3, "99": 3, "99.9": 3})
        self.assertEqual((numbers["groups"]["memory"], numbers["groups"]["jump"]), (0.75, 0.25))
        self.assertAlmostEqual(sum(numbers["groups"].values()), 1)
        self.assertEqual(numbers["hottest"][0], {"opcode": "a", "share": 0.5})

    def test_similarity(self):
        # Opcodes are known by their names: the places that they have in a report do not matter.
        other = report_of({("Control", "b"): 4, ("Memory", "a"): 8}, [[1, 0, 5]])
        unlike = report_of({("Control", "z"): 2}, [[0, 0, 1]])
        found = similarities([pair_histogram(report) for report in (EXAMPLE, other, unlike)])
        self.assertEqual(found[0], [1, round(4 / math.sqrt(16 + 16 + 16 + 9), 6), 0])
        self.assertEqual([list(column) for column in zip(*found)], found)


class Command(unittest.TestCase):
    """With a counting executor that prints what the workload's file holds, and notes its arguments."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tailrace-coverage-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "build/dispatch").mkdir(parents=True)
        (self.folder / "build/dispatch/build.json").write_text(json.dumps(
            {"isas": ["acc"], "strategies": {}, "executors": [], "layout_seeds": [0], "counters": {"acc": "counter"}}))
        self.executor(f"""import pathlib, sys
pathlib.Path({str(self.folder / "arguments")!r}).write_text("\\n".join(sys.argv[1:]))
print(next(pathlib.Path(word) for word in sys.argv if word.endswith((".wasm", ".trace"))).read_text())""")
        self.workloads = []

    def executor(self, text):
        path = self.folder / "build/dispatch/counter"
        path.write_text(f"#!{sys.executable}\n{text}\n")
        path.chmod(0o755)

    def add(self, name, report=EXAMPLE, kind="file", **changes):
        file = self.folder / f"{name}.{'wasm' if kind == 'file' else 'trace'}"
        file.write_text(json.dumps(report))
        workload = {"name": name, "kind": f"kind of {name}", "description": "", kind: file.name,
                    "expect": ["7"], "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        if kind == "file":
            workload |= {"invoke": "run", "args": ["1", "-2"]}
        self.workloads.append(workload | changes)

    def command(self, *options):
        suite = self.folder / "suite.json"
        suite.write_text(json.dumps({"suite": "small", "workloads": self.workloads}))
        return [ROOT / "scripts/coverage", "--build", self.folder / "build", "--suite", suite,
                "-o", self.folder / "out/c", *options]

    def run_command(self, *options):
        return subprocess.run(self.command(*options), capture_output=True, text=True, check=False)

    def result(self):
        return json.loads((self.folder / "out/c.json").read_text())

    def assert_fails(self, message, *options):
        done = self.run_command(*options)
        self.assertEqual((done.returncode, done.stderr), (1, f"coverage: {message}\n"))

    def test_writes_numbers_and_pictures(self):
        self.add("one")
        self.add("two", report_of({("Memory", "a"): 8}, [[0, 0, 7]]))
        done = self.run_command()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([path.name for path in sorted((self.folder / "out").iterdir())],
                         ["c-groups.png", "c-groups.svg", "c-similarity.png", "c-similarity.svg",
                          "c-spread.png", "c-spread.svg", "c.json"])
        first, second = self.result()["workloads"]
        self.assertEqual((first["name"], first["suite"], first["kind"]), ("one", "small", "kind of one"))
        self.assertEqual(second["most_similar"], {"similarity": 0.0, "name": "one"})
        picture = (self.folder / "out/c-spread.svg").read_text()
        for text in ">one<", ">two<", ">kind of one<":
            self.assertIn(text, picture)
        self.assertRegex(done.stdout, r"(?m)^one +0.0 M +3 ")

    def test_what_the_executor_is_asked(self):
        self.add("module")
        self.assertEqual(self.run_command().returncode, 0)
        options = ["measure", "--profile", "--events", "none"]
        arguments = (self.folder / "arguments").read_text().splitlines()
        module = str(self.folder / "module.wasm")
        self.assertEqual(arguments, [*options, "--invoke", "run", module, "1", "-2"])
        self.workloads.clear()
        self.add("recorded", kind="trace")
        self.assertEqual(self.run_command().returncode, 0)
        arguments = (self.folder / "arguments").read_text().splitlines()
        self.assertEqual(arguments, [*options, "--trace", str(self.folder / "recorded.trace")])

    def test_failed_workloads_are_left_out_and_said(self):
        self.add("wrong", expect=["8"])
        self.add("right")
        self.add("changed", sha256="0" * 64)
        self.add("pipe")
        pipe = self.folder / "pipe.wasm"
        pipe.unlink()
        os.mkfifo(pipe)  # nobody waits for who might write into it
        done = self.run_command()
        self.assertEqual(done.returncode, 1)
        self.assertEqual([entry["name"] for entry in self.result()["workloads"]], ["right"])
        reasons = {failure["workload"]: failure["reason"] for failure in self.result()["not_measured"]}
        self.assertEqual(reasons["wrong"], "the result is 7, not 8")
        self.assertIn("is not what the suite was made with", reasons["changed"])
        self.assertEqual(reasons["pipe"], f"cannot read {pipe}: it is no file")
        for name, reason in reasons.items():
            self.assertIn(f"coverage: {name}: {reason}\n", done.stderr)

    def test_an_executor_that_fails(self):
        self.executor("import sys; sys.exit('trap: unreachable')")
        self.add("one")
        done = self.run_command()
        self.assertEqual((done.returncode, done.stderr),
                         (1, "coverage: one: trap: unreachable\ncoverage: no workload could be counted\n"))
        self.assertFalse((self.folder / "out/c.json").exists())

    def test_mistakes_are_said_in_a_sentence(self):
        self.add("one")
        self.assert_fails('no workload matches "two,t*" (see tailrace list workloads)',
                          "--workload", "two,t*")
        self.assert_fails('there is no suite "nowhere" (a path to a suite file holds a slash)',
                          "--suite", "nowhere")
        self.assert_fails(f"{self.folder}/build has no program that counts instructions of none: scripts/build --isa none "
                          "makes it", "--isa", "none")
        self.assert_fails(f"there is no build in {self.folder}: scripts/build makes one ([Errno 2] No such file or "
                          f"directory: '{self.folder}/dispatch/build.json')", "--build", self.folder)
        (self.folder / "file").write_text("")
        self.assert_fails(f"cannot write {self.folder}/file: File exists", "-o", self.folder / "file/c")
        del self.workloads[0]["kind"]
        self.assert_fails(f"{self.folder}/suite.json is not a suite of workloads")
        self.assertEqual(self.run_command("--nonsense").returncode, 2)

    def test_interruption(self):
        self.executor("import pathlib, time\n"
                      f"pathlib.Path({str(self.folder / 'started')!r}).touch()\ntime.sleep(60)")
        self.add("one")
        process = subprocess.Popen(self.command(), stderr=subprocess.PIPE, text=True, start_new_session=True)
        while not (self.folder / "started").exists() and process.poll() is None:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.communicate()[1], "coverage: interrupted\n")
        self.assertEqual(process.returncode, 130)


class Committed(unittest.TestCase):
    """If the bytecode or a workload changed: scripts/coverage -o results/coverage/default makes it anew."""

    def test_is_of_the_default_suite(self):
        suite = json.loads((ROOT / "bench/workloads/default.json").read_text())["workloads"]
        entries = json.loads(COMMITTED.read_text())["workloads"]
        self.assertEqual([(entry["name"], entry["kind"], entry["sha256"]) for entry in entries],
                         [(workload["name"], workload["kind"], workload["sha256"]) for workload in suite])

    def test_is_found_again(self):
        committed = json.loads(COMMITTED.read_text())
        if committed["isa"] not in json.loads((BUILD / "dispatch/build.json").read_text())["isas"]:
            self.skipTest(f"this build has no instruction set {committed['isa']}")
        with tempfile.TemporaryDirectory(prefix="tailrace-coverage-") as folder:
            subprocess.run([ROOT / "scripts/coverage", "--build", BUILD, "--isa", committed["isa"],
                            "--workload", "objects,allocator", "-o", f"{folder}/again"],
                           check=True, capture_output=True)
            again = json.loads(pathlib.Path(f"{folder}/again.json").read_text())
        places = {entry["name"]: place for place, entry in enumerate(committed["workloads"])}
        for entry in again["workloads"]:
            before = committed["workloads"][places[entry["name"]]]
            self.assertEqual({**entry, "most_similar": None}, {**before, "most_similar": None})
        self.assertEqual(again["similarity"][0][1],
                         committed["similarity"][places["objects"]][places["allocator"]])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
