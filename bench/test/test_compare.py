#!/usr/bin/python3
"""Tests `tailrace compare` with commands that behave in all the ways that commands do.

Usage: test_compare.py TAILRACE_PROGRAM SCHEMA_JSON
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

TAILRACE, SCHEMA = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
# Takes so many steps, or all the more if it is told so; prints what others of its kind print.
WORK = """#!/bin/sh
i=0
while [ $i -lt {steps} ]; do i=$((i + 1)); done
echo "done $*"
"""


class CompareTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.result = self.folder / "result.json"
        # Far from the source tree: without verdicts, which take a second.
        self.tailrace = shutil.copy(TAILRACE, self.folder)

    def compare(self, *arguments, budget=0):
        return subprocess.run([self.tailrace, "compare", "--budget", str(budget), "--events", "none", "--output", self.result,
                               *arguments], cwd=self.folder, text=True, capture_output=True, timeout=120)

    def document(self):
        return json.loads(self.result.read_text())

    def program(self, name, steps):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(WORK.format(steps=steps))
        path.chmod(0o755)
        return path

    def fails(self, command, sentence, first="echo y", timeout="5"):
        process = self.compare("--timeout", timeout, first, command)
        self.assertEqual(process.returncode, 1, process.stderr)
        self.assertEqual(process.stderr.count("tailrace:"), 1, process.stderr)
        self.assertIn(sentence, process.stderr)
        return process


class Failures(CompareTest):
    def test_each_is_told_apart(self):
        for command, sentence in [
                ("echo x", 'B printed "x" instead of "y"'),
                ("sh -c 'kill -SEGV $$'", "Segmentation fault"),
                ("sh -c 'exit 3'", "B ended with status 3"),
                ("cat /no/such/file", "B ended with status 1: "),
                ("head -c 17000000 /dev/zero", "B printed more than 16 MiB: let it print a hash"),
                ("sh -c 'sleep 60 & echo y'", "B ended before processes that it had started"),
                ("seq 100000", "B printed \"588894 bytes, SHA-256 "),
                ("no-such-program-at-all", "B: no-such-program-at-all is not in $PATH"),
                ("./absent", "B: ./absent is not there"),
                ("/etc/passwd", "B: /etc/passwd is not executable")]:
            with self.subTest(command):
                self.fails(command, sentence)
        self.fails("sleep 60", "B did not finish within 0.2 s", timeout="0.2")
        self.fails("echo y", "A ended with status 1", first="false")

    def test_a_result_that_changes_is_no_result(self):
        self.fails("echo y", "A prints other results each time", first="sh -c 'echo y; date +%N'")

    def test_what_failed_is_in_the_file(self):
        self.fails("sh -c 'exit 3'", "B ended with status 3")
        document = self.document()
        self.assertEqual([(gap["strategy"], gap["reason"]) for gap in document["not_measured"]],
                         [("B", "ended with status 3")])
        self.assertEqual(document["stop"], {"rule": "failed", "reason": "too few commands are left to compare"})
        self.assertEqual({sample["strategy"] for sample in document["samples"]}, {"A"})

    def test_what_failed_later_has_no_medians(self):
        script = self.folder / "later"
        script.write_text(f"#!/bin/sh\necho x >>{self.folder}/runs\n[ $(wc -l <{self.folder}/runs) -lt 4 ] || exit 3\necho y\n")
        script.chmod(0o755)
        process = self.compare("echo y", "./later", "echo y")
        self.assertIn("B ended with status 3", process.stderr)
        rows = {line.split()[0]: line.split()[1:] for line in process.stdout.split("\nMedians\n")[1].splitlines()
                if line.split()[:1] in (["A"], ["B"], ["C"])}
        self.assertTrue(any(sample["strategy"] == "B" and sample["round"] for sample in self.document()["samples"]))
        self.assertEqual(rows["B"], ["-"] * 4)
        self.assertNotIn("-", rows["A"][:3])

    def test_usage(self):
        for arguments in [["echo y"], ["echo 'y", "echo y"], ["", "echo y"], ["--budget", "x", "echo", "echo"]]:
            self.assertEqual(self.compare(*arguments).returncode, 2, arguments)
        self.assertEqual(self.compare("echo y", "echo y").returncode, 0)
        process = subprocess.run([TAILRACE, "bench", "--resume", self.result], capture_output=True, text=True)
        self.assertEqual(process.returncode, 1)
        self.assertIn('it is of "tailrace compare", whose runs are not gone on with', process.stderr)


class Comparisons(CompareTest):
    def test_the_file_has_all_and_holds_to_the_schema(self):
        self.program("a", 2000)
        self.tailrace = TAILRACE
        process = self.compare("./a 1 'two words'", "./a 1 'two words'", budget=1)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        document = self.document()
        self.assertRegex(process.stdout, r"Verdict\nB runs at [0-9.]+× .* the speed of A: ")
        self.assertEqual(document["suite"]["workloads"][0]["expect"], ["done 1 two words"])
        self.assertEqual([build["strategies"]["B"]["command"] for build in document["builds"]],
                         ["./a 1 'two words'"])
        samples = document["samples"]
        self.assertEqual({(sample["strategy"], sample["control"]) for sample in samples},
                         {("A", False), ("A", True), ("B", False), ("B", True)})
        for sample in samples:
            time = sample["phases"]["execute"]
            self.assertEqual(time["cpu"], sample["process"]["user"] + sample["process"]["system"])
            self.assertNotIn("bytecode_bytes", sample)
            self.assertIsNone(sample["counting_cost_ns"])
            self.assertNotEqual(sample["peak_rss_kib"], 0)
        try:
            import jsonschema
            jsonschema.validate(document, json.loads(SCHEMA.read_text()))
        except ImportError:
            pass

    def test_a_shell_is_used_by_all_or_none(self):
        process = self.compare("printf 'x\n'", "echo x")
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertNotIn("/bin/sh", process.stdout)
        process = self.compare("echo x | cat", "echo x")
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIn("They are run by /bin/sh", process.stdout)

    def test_layouts_are_those_of_the_directories(self):
        for name in "A/3", "A/10", "B/3", "B/10":
            self.program(name, 500)
        process = self.compare("--runs-layouts", "A", "B", "x")
        self.assertEqual(process.returncode, 0, process.stderr)
        document = self.document()
        self.assertEqual(document["builds"][0]["layout_seeds"], [0, 1])
        self.assertEqual({sample["layout"] for sample in document["samples"] if sample["round"]}, {0, 1})
        self.assertEqual(document["suite"]["workloads"][0]["expect"], ["done x"])
        for words, printed in (["-x", "--output", "y"], "done -x --output y"), (["--", "-x"], "done -x"):
            process = self.compare("--runs-layouts", "A", "B", *words)
            self.assertEqual(process.returncode, 0, process.stderr)
            self.assertEqual(self.document()["suite"]["workloads"][0]["expect"], [printed])
        (self.folder / "B/10").unlink()
        process = self.compare("--runs-layouts", "A", "B", "x")
        self.assertEqual(process.returncode, 1)
        self.assertIn("B: B/10 is not there: both directories need the same names", process.stderr)

    def layouts(self, name, steps):
        for layout, own in enumerate(steps):
            self.program(f"{name}/{layout}", own)

    def verdict(self):
        self.tailrace = TAILRACE
        process = self.compare("--stop", "budget", "--runs-layouts", "A", "B", budget=3)
        if "No verdicts" in process.stdout:
            self.skipTest("without Python's scipy there are no verdicts")
        self.assertEqual(process.returncode, 0, process.stderr)
        return " ".join(process.stdout.split("\nVerdict\n")[1].split("\n\n")[0].split())

    def test_what_is_slower_in_all_layouts_is_called_so(self):
        self.layouts("A", [10000] * 4)
        self.layouts("B", [40000] * 4)
        # Beside other tests a run may be noisier than this difference, and says so.
        self.assertTrue(any(": slower" in self.verdict() for _ in range(4)))

    def test_luck_of_layouts_is_no_difference(self):
        self.layouts("A", [10000, 40000, 10000, 40000])
        self.layouts("B", [40000, 10000, 40000, 10000])
        self.assertRegex(self.verdict(), ": undecided")

    def test_what_is_expected_can_be_said(self):
        self.assertEqual(self.compare("--expect", "y", "echo y", "printf y").returncode, 0)
        process = self.compare("--expect", "z", "echo y", "echo y")
        self.assertEqual(process.returncode, 1)
        self.assertIn('A printed "y" instead of "z"', process.stderr)
        many = "y" * 300
        self.assertEqual(self.compare("--expect", many, f"echo {many}", f"printf {many}").returncode, 0)
        self.assertEqual(self.compare("--expect", many + "z", f"echo {many}", f"printf {many}").returncode, 1)

    def test_a_program_is_called_by_the_name_that_was_given(self):
        program = self.folder / "real/program"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\nbasename \"$(dirname \"$0\")\"\n")
        program.chmod(0o755)
        (self.folder / "link").mkdir()
        (self.folder / "link/program").symlink_to(program)
        for command in "link/program", f"{self.folder}/link/program":
            process = self.compare("--expect", "link", command, command)
            self.assertEqual(process.returncode, 0, process.stderr)
            self.assertEqual(self.document()["suite"]["workloads"][0]["expect"], ["link"])

    def test_children_that_were_there_before_live_on(self):
        script = (f"sleep 60 >/dev/null 2>&1 & echo $!; exec {self.tailrace} compare --budget 0 --events none "
                  f"--output {self.result} 'echo y' 'echo y' >/dev/null")
        process = subprocess.run(["sh", "-c", script], text=True, capture_output=True, timeout=120)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        os.kill(int(process.stdout), signal.SIGKILL)  # an error if it is not there


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
