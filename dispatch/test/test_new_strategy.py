#!/usr/bin/env python3
"""A strategy that scripts/new-strategy made is in every command after the next build.

    test_new_strategy.py COMPILER

Works in a scratch copy of the source tree, which keeps two strategies, to be built quickly, and no unit
tests.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KEPT = ["switch", "call-direct"]  # what every compiler can build


def copy_tree(target):
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    skipped = shutil.ignore_patterns("build*", ".git", "local", "__pycache__")
    if listed.returncode != 0:  # no git checkout
        shutil.copytree(ROOT, target, ignore=skipped)
        return
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


class NewStrategy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tailrace-new-strategy-")
        cls.addClassCleanup(folder.cleanup)
        cls.scratch = pathlib.Path(folder.name)
        cls.tree = cls.scratch / "tree"
        copy_tree(cls.tree)
        for path in (cls.tree / "dispatch/strategies").glob("*.c"):
            if path.stem not in KEPT:
                path.unlink()
        checks = cls.tree / "scripts/checks/meson.build"
        checks.write_text(checks.read_text().replace("if criterion.found()", "if false"))

    def run_in(self, folder, *command, status=0):
        environment = dict(os.environ, CC=COMPILER)
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if status is not None:
            self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}\n{done.stderr}")
        return done

    def build(self, *options, folder=None, status=0):
        return self.run_in(folder or self.tree, self.tree / "scripts/build", "-Disa=slots", *options, status=status)

    def tailrace(self, *arguments):
        return self.run_in(self.tree, self.tree / "build/tailrace", *arguments).stdout

    def listed(self):
        lines = self.tailrace("list", "strategies").split("\n\n")[0].splitlines()
        return [line.split()[0] for line in lines[1:]]

    def assert_everywhere(self, name):
        """It runs, is measured, audited and tested."""
        self.assertEqual(self.listed(), KEPT + [name])
        workload = self.tree / "bench/workloads/recursion.wasm"
        self.assertEqual(self.tailrace("run", "--dispatch", name, "--invoke", "run", workload, "1"),
                         self.tailrace("run", "--dispatch", "switch", "--invoke", "run", workload, "1"))
        result = self.scratch / "result.json"
        self.tailrace("bench", "--budget", "0", "--events", "none", "--workload", "recursion", "--output", result)
        self.assertIn(name, {sample["strategy"] for sample in json.loads(result.read_text())["samples"]})
        # Whether it finds fault is up to the audit.
        audit = self.run_in(self.tree, self.tree / "scripts/audit", self.tree / "build", status=None).stdout
        self.assertIn(f"{name}-slots", audit)
        tests = json.loads(self.run_in(self.tree, "meson", "introspect", "build", "--tests").stdout)
        commands = {test["name"]: " ".join(test["cmd"]) for test in tests}
        self.assertIn(f"spectest-{name}-slots", commands)
        self.assertIn(f"differential-{name}-slots", commands["differential"])
        self.assertIn(f"/{name}-slots", commands["programs"])

    def test_in_the_tree_and_out_of_it(self):
        self.build()
        self.assertEqual(self.listed(), KEPT)

        said = self.run_in(self.tree, "scripts/new-strategy", "call-mine", "--from", "call-direct").stdout
        self.assertIn("scripts/build\n", said)
        self.build()
        self.assert_everywhere("call-mine")

        # Its head is read again, and a broken one is refused with a sentence.
        path = self.tree / "dispatch/strategies/call-mine.c"
        text = path.read_text()
        path.write_text(text.replace("Called: ...", "Called: by name\n * Aliases: own"))
        self.build()
        self.assertIn("called: by name\n", self.tailrace("list", "strategies"))
        self.tailrace("run", "--dispatch", "own", "--invoke", "run", self.tree / "bench/workloads/recursion.wasm", "1")
        path.write_text(text.replace("Needs: nothing", "Needs: luck"))
        self.assertIn('"Needs: luck" is not one of nothing', self.build(status=1).stderr)
        path.write_text(text.replace("Cost:", "Price:"))
        self.assertIn('its head has an unknown field "Price:"', self.build(status=1).stderr)
        path.unlink()
        self.build()
        self.assertEqual(self.listed(), KEPT)

        # Out of the tree, by a relative path, which stays until it is taken back.
        elsewhere = self.scratch / "elsewhere"
        elsewhere.mkdir()
        said = self.run_in(elsewhere, self.tree / "scripts/new-strategy", "call-far", "--from", "call-direct",
                           "--to", ".").stdout
        self.assertIn("-Dstrategy_files=call-far.c", said)
        self.build("-Dstrategy_files=call-far.c", folder=elsewhere)
        self.build()
        self.assert_everywhere("call-far")
        self.build("-Dstrategy_files=")
        self.assertEqual(self.listed(), KEPT)

    def test_names_that_cannot_be(self):
        for name, words in ("Mine", "is no name for a strategy"), ("spectest-mine", "begin with count-, "), \
                ("switch", "is taken by"), ("call-threading", "is taken by"), ("all", "is taken by"):
            self.assertIn(words, self.run_in(self.tree, "scripts/new-strategy", name, "--from", "switch", status=2).stderr)
        self.assertIn('no strategy "magic"',
                      self.run_in(self.tree, "scripts/new-strategy", "mine", "--from", "magic", status=2).stderr)
        self.run_in(self.tree, "scripts/new-strategy", "mine", "--from", "switch", "--to", self.scratch)
        self.assertIn("new-strategy: cannot write /dev/null/x: Not a directory\n",
                      self.run_in(self.tree, "scripts/new-strategy", "mine", "--to", "/dev/null/x", "--from", "switch",
                                  status=1).stderr)
        self.assertIn("is there already", self.run_in(self.tree, "scripts/new-strategy", "mine", "--from", "switch",
                                                      "--to", self.scratch, status=2).stderr)


if __name__ == "__main__":
    COMPILER = sys.argv.pop(1)
    unittest.main()
