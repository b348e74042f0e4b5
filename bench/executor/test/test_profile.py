#!/usr/bin/env python3
"""test_profile.py EXECUTOR COUNTER: what a counting executor counts, on code that can be counted by hand."""
import array
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

EXECUTOR, COUNTER = sys.argv[1:3]
RECORD = pathlib.Path(__file__).resolve().parents[3] / "scripts/record"

# n = 5: the loop's body runs 5 times: a decrement, an addition that leaves the sum in the local and a branch (which
# behind the decrement would be one with it), whatever the instruction set. Around it, the zeroing of the sum and the
# return.
WAT = """(module (func (export "sum") (param i32) (result i32) (local i32)
  (loop
    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (local.set 1 (i32.add (local.get 1) (local.get 0)))
    (br_if 0 (local.get 0)))
  (local.get 1))
  (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "calls") (param i32) (result i32)
    (call $twice (call $twice (local.get 0))))
  (memory 1)
  (data $words "abcd")
  (func (export "memory") (param i32) (result i32)
    (i32.store8 (i32.const 0) (local.get 0))
    (i64.store (i32.const 8) (i64.const 7))
    (memory.copy (i32.const 100) (i32.const 0) (i32.const 16))
    (memory.fill (i32.const 200) (i32.const 1) (i32.const 32))
    (memory.init $words (i32.const 300) (i32.const 0) (i32.const 4))
    (i32.add (i32.load16_u (i32.const 0)) (i32.wrap_i64 (i64.load (i32.const 8))))))"""


class Profile(unittest.TestCase):
    def setUp(self):
        if COUNTER.endswith(("pinned", "fused")):
            self.skipTest("counted by hand are instruction sets without registers for locals and superinstructions")
        self.folder = tempfile.TemporaryDirectory()
        self.module = f"{self.folder.name}/sum.wasm"
        try:
            subprocess.run(["wat2wasm", "-", "-o", self.module], input=WAT, text=True, check=True)
        except FileNotFoundError:
            self.skipTest("wat2wasm is missing: scripts/setup --for-tests installs it")

    def tearDown(self):
        self.folder.cleanup()

    def run_counter(self, command, function="sum", *options, argument="5"):
        return subprocess.run([COUNTER, command, *options, "--invoke", function, self.module, argument],
                              check=True, capture_output=True, text=True).stdout

    def coverage(self, function, argument="5"):
        return json.loads(self.run_counter("measure", function, "--profile", argument=argument))

    def test_its_memory_is_not_that_of_who_started_it(self):
        memory = bytearray(b"x") * (200 << 20)
        self.assertLess(json.loads(self.run_counter("measure"))["peak_rss_kib"], len(memory) >> 11)

    def test_counts_exactly(self):
        report = json.loads(self.run_counter("measure"))
        self.assertEqual(report["results"], ["10"])
        # zero, 5 * (sub, add, br_if), return, and the executor's own halt
        self.assertEqual(report["instructions"], 1 + 5 * 3 + 1 + 1)
        # the jump from `zero` to the start, four back edges, the return
        self.assertEqual((report["branches"], report["calls"]), (1 + 4 + 1, 0))
        report = json.loads(self.run_counter("measure", "calls"))
        self.assertEqual((report["results"], report["calls"]), (["20"], 2))
        self.assertEqual(report["branches"], 2 * 2 + 1)  # each call and its return, and the last return

    def test_only_the_execution_counts(self):
        """Its time and its counters are of the exported function alone, and so is what they are divided by."""
        module = f"{self.folder.name}/start.wasm"
        subprocess.run(["wat2wasm", "-", "-o", module], text=True, check=True, input="""(module
            (func $start (local i32)
              (br_if 0 (i32.const 0)) (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
                                                              (i32.const 1000)))))
            (start $start) (func (export "seven") (result i32) (i32.const 7)))""")
        report = json.loads(subprocess.run([COUNTER, "measure", "--profile", "--invoke", "seven", module], check=True,
                                           capture_output=True, text=True).stdout)
        self.assertLess(report["instructions"], 5)
        self.assertEqual(sum(opcode["executed"] for opcode in report["profile"]["opcodes"]), report["instructions"])
        self.assertEqual(report["profile"]["places"], report["instructions"])

    def test_profile_adds_up(self):
        text = self.run_counter("profile")
        self.assertRegex(text, r": 18 instructions executed, ")
        sections = re.split(r"\n(Opcodes|Pairs|Triples) ", text)
        sums = [sum(map(int, re.findall(r"^ +(\d+) +[\d.]+%", part, re.M))) for part in sections[2::2]]
        self.assertEqual(sums, [18, 17, 16])
        # the jump from `zero` to the start, four back edges, the return
        self.assertIn("6 jumps taken (33.3%), 0 calls", text)

    def test_coverage_adds_up(self):
        report = self.coverage("sum")
        profile, opcodes = report["profile"], report["profile"]["opcodes"]
        self.assertEqual((report["results"], report["instructions"]), (["10"], 18))
        executed = collections.Counter()
        for opcode in opcodes:
            executed[opcode["op"]] += opcode["executed"]
        branch = next(op for op in executed if op.startswith("br_if."))
        last = next(op for op in executed if op.startswith("return"))
        # The decrement is the addition of a constant: another opcode of the same op.
        self.assertEqual(executed, {"zero": 1, "i32.add": 5 + 5, branch: 5, last: 1, "halt": 1})
        self.assertEqual(len(opcodes), 6)
        sections = {opcode["op"]: opcode["section"] for opcode in opcodes}
        self.assertEqual((sections["i32.add"], sections[branch]),
                         ("Integer arithmetic", "Compare and branch"))
        pairs = sorted((opcodes[first]["op"], opcodes[second]["op"], count)
                       for first, second, count in profile["pairs"])
        self.assertEqual(pairs, sorted([("zero", "i32.add", 1), ("i32.add", "i32.add", 5), ("i32.add", branch, 5),
                                        (branch, "i32.add", 4), (branch, last, 1), (last, "halt", 1)]))
        # each of six pairs is new once; the branch back is then the one that was expected
        self.assertEqual((profile["successor_changes"], profile["places"]), (6, 6))
        longer = self.coverage("sum", "5000")
        self.assertEqual(longer["instructions"], 3 * 5000 + 3)
        for field in "successor_changes", "places", "place_bytes":
            self.assertEqual(longer["profile"][field], profile[field])
        self.assertNotIn("profile", json.loads(self.run_counter("measure")))

    def test_coverage_of_memory(self):
        report = self.coverage("memory")
        self.assertEqual(report["results"], ["12"])
        self.assertEqual(report["profile"]["memory"], {
            "loads": 2, "load_bytes": 2 + 8, "stores": 2, "store_bytes": 1 + 8, "bulk_operations": 3,
            "bulk_load_bytes": 16, "bulk_store_bytes": 16 + 32 + 4})
        self.assertEqual(set(self.coverage("calls")["profile"]["memory"].values()), {0})

    def test_coverage_of_a_trace(self):
        if not shutil.which("node"):
            self.skipTest("node is missing: scripts/setup --for-tests installs it")
        program = pathlib.Path(self.folder.name) / "program.mjs"
        program.write_text(f"""import {{readFileSync}} from "node:fs";
const {{instance}} = await WebAssembly.instantiate(readFileSync("{self.module}"));
instance.exports.sum(5);
""")
        subprocess.run([RECORD, "--output", self.folder.name, program], check=True, capture_output=True)
        done = subprocess.run([COUNTER, "measure", "--profile", "--trace", f"{self.folder.name}/program.trace"],
                              check=True, capture_output=True, text=True)
        report = json.loads(done.stdout)
        self.assertEqual(report["instructions"], 18)
        self.assertEqual(report["profile"], self.coverage("sum")["profile"])

    def test_stream_is_in_the_order_of_execution(self):
        def stream(*options):
            done = subprocess.run([COUNTER, "stream", *options, "--invoke", "sum", self.module, "5"], check=True,
                                  capture_output=True)
            return array.array("H", done.stdout).tolist()
        opcodes = stream()
        self.assertEqual(len(opcodes), 18)
        self.assertEqual(opcodes[1:4] * 5, opcodes[1:16])
        self.assertEqual(len(set(opcodes)), 6)
        self.assertEqual(stream("--limit", "7"), opcodes[:7])

    def test_each_command_takes_its_own_options(self):
        calls = {"invoke", "dir", "env", "stack"}
        wanted = {"run": calls, "measure": calls | {"events", "no-execute", "place", "profile", "trace"}, "replay": {"stack"},
                  "profile": calls | {"trace"}, "stream": calls | {"limit", "trace"}}
        for command, options in wanted.items():
            text = subprocess.run([COUNTER, command, "--help"], check=True, capture_output=True, text=True).stdout
            found = set(re.findall(r"^ +(?:-., +)?--([a-z-]+)", text, re.M))
            self.assertEqual(found - {"help", "usage"}, options, command)
            for option in {"events", "limit", "invoke", "trace"} - options:
                done = subprocess.run([COUNTER, command, f"--{option}", "7", self.module], capture_output=True, text=True)
                self.assertEqual(done.returncode, 2, (command, option))

    def test_executors_for_timing_do_not_profile(self):
        for command in ["profile"], ["measure", "--profile"]:
            done = subprocess.run([EXECUTOR, *command, self.module], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)


class Lines(unittest.TestCase):
    """`lines`, of every instruction set."""
    WAT = """(module (memory 1) (func (export "run") (param i32) (result i32)
      (loop $again """ + "(nop)" * 64 + """  ;; too long to be unrolled
        (block $skip
          (br_if $skip (i32.load8_u (local.get 0)))
          (local.set 0 (i32.add (local.get 0) (i32.const 0x10000001)))
          (local.set 0 (i32.sub (local.get 0) (i32.const 0x10000002))))
        (br_if $again (local.get 0)))
      (local.get 0)))"""

    @unittest.skipUnless(shutil.which("wat2wasm"), "wat2wasm is missing: scripts/setup --for-tests installs it")
    def test_a_label_may_stand_within_a_superinstruction(self):
        """The constant behind it is no label, and the branch's target begins a line."""
        with tempfile.TemporaryDirectory() as folder:
            module = f"{folder}/lines.wasm"
            subprocess.run(["wat2wasm", "-", "-o", module], input=self.WAT, text=True, check=True)

            def run(command):
                return subprocess.run([COUNTER, command, "--invoke", "run", module, "9"], check=True,
                                      capture_output=True, text=True).stdout

            first, *rest = run("lines").splitlines()
            lines = [[int(word.split(":")[1]) for word in line.split()] for line in rest[int(first.split()[1]):]]
            # all but the executor's own halt
            self.assertEqual(sum(map(sum, lines)), json.loads(run("measure"))["instructions"] - 1)
            self.assertEqual(len(lines), 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
