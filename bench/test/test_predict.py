#!/usr/bin/env python3
"""test_predict.py TAILRACE BUILD: `tailrace predict` on executors, and what it says where it cannot.

The numbers are those of models, the same on every machine: of which code lies where they depend on little.
Where an executor's handlers cannot be found in its machine code (gcc's switch), it takes no part.
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIMIT = "300000"


def predict(*options, program=None):
    return subprocess.run([program or TAILRACE, "predict", "--workload", "recursion", "--limit", LIMIT,
                           *options], capture_output=True, text=True)


class Predict(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Makes dispatch/places.json; what it finds fault with is another test's business.
        subprocess.run([ROOT / "scripts/audit", "--quiet", BUILD], capture_output=True)
        cls.places = json.loads((BUILD / "dispatch/places.json").read_text())

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tailrace-predict-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def misses(self, *options):
        """Misses per 1,000 instructions by model and strategy."""
        output = self.folder / "prediction.json"
        done = predict("--output", output, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("MODEL, not measured"), done.stdout[:100])
        document = json.loads(output.read_text())
        self.assertIs(document["model"], True)
        return {model: workloads["recursion"] for model, workloads in document["misses_per_1000"].items()}

    def known(self, *strategies):
        missing = [name for name in strategies if f"{name}-acc" not in self.places]
        if missing:
            self.skipTest(f"this build has no {missing[0]}, or where its handlers are is not known")

    def test_the_models_show_what_the_literature_found(self):
        self.known("switch", "tail-direct")
        found = self.misses("--dispatch", "switch,tail-direct")
        last_target = found["btb"]
        self.assertGreater(last_target["switch"], 1.5 * last_target["tail-direct"])
        self.assertGreater(last_target["switch"], 300)
        ittage = found["ittage"]
        self.assertLess(ittage["switch"], last_target["switch"] / 5)
        self.assertLess(abs(ittage["switch"] - ittage["tail-direct"]),
                        (last_target["switch"] - last_target["tail-direct"]) / 10)
        self.assertEqual(found, self.misses("--dispatch", "switch,tail-direct"))

    def test_aliases_stand_for_their_strategies(self):
        self.known("tail-direct")
        self.assertEqual(self.misses("--dispatch", "tailcall"), self.misses("--dispatch", "tail-direct"))

    def test_all_stands_for_every_strategy(self):
        self.assertEqual({f"{name}-acc" for name in self.misses("--dispatch", "all")["btb"]},
                         {name for name in self.places if name.endswith("-acc")})

    def test_an_unknown_strategy_is_refused(self):
        done = predict("--dispatch", "magic")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("magic", done.stderr)

    def test_a_strategy_that_was_not_built(self):
        build = self.copy_build()
        (build / "dispatch/places.json").write_text(json.dumps(self.places))
        info = json.loads((BUILD / "dispatch/build.json").read_text())
        name = next(iter(info["strategies"]))
        for entry in info["executors"]:
            if entry["name"] == f"{name}-acc":
                entry["left_out"] = "for a test"
        description = build / "dispatch/build.json"
        description.unlink()
        description.write_text(json.dumps(info))
        done = predict("--suite", ROOT / "bench/workloads/default.json", "--dispatch", name, "--isa", "acc",
                       program=build / "tailrace")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(done.stderr, f"tailrace: {name}-acc was left out of this build: for a test\n")

    def test_a_suite_says_nothing_to_an_executor_but_what_to_call(self):
        module = ROOT / "bench/workloads/recursion.wasm"
        workload = {"name": "recursion", "kind": "calls", "description": "", "file": str(module),
                    "sha256": hashlib.sha256(module.read_bytes()).hexdigest(), "expect": []}
        suite = self.folder / "suite.json"
        for more, words in (
                ({"command": ["--dir", "/", "--invoke", "run", "{file}", "100"]},
                 'the workload "recursion" is for commands, and not for executors'),
                ({"invoke": "run", "args": ["100"], "sha256": "0" * 64}, "that the suite was made with: its SHA-256")):
            suite.write_text(json.dumps({"suite": "evil", "workloads": [{**workload, **more}]}))
            done = predict("--suite", suite)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertIn(words, done.stderr)

    def copy_build(self):
        """A build directory with the same executors, and places of its own."""
        build = self.folder / "build"
        (build / "dispatch").mkdir(parents=True)
        shutil.copy(TAILRACE, build / "tailrace")
        for path in (BUILD / "dispatch").iterdir():
            if path.is_file() and path.name != "places.json":
                (build / "dispatch" / path.name).symlink_to(path)
        return build

    def test_without_places_it_says_what_makes_them(self):
        build = self.copy_build()
        suite = ROOT / "bench/workloads/default.json"
        for text, words in (None, "there is no "), ("{", "is damaged"), ("[]", "is damaged"):
            with self.subTest(text):
                if text is not None:
                    (build / "dispatch/places.json").write_text(text)
                done = predict("--suite", suite, program=build / "tailrace")
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertIn(words, done.stderr)
                self.assertIn("scripts/audit", done.stderr)

    def test_places_that_do_not_fit_leave_the_executor_out(self):
        self.known("switch", "tail-direct")
        build = self.copy_build()
        places = dict(self.places, **{"switch-acc": {"handlers": [1, 2, 3], "sites": [1, 2]}})
        (build / "dispatch/places.json").write_text(json.dumps(places))
        done = predict("--suite", ROOT / "bench/workloads/default.json", "--dispatch", "switch,tail-direct",
                       program=build / "tailrace")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("switch-acc is left out", done.stderr)

    def test_what_was_built_since_the_audit_is_left_out(self):
        build = self.copy_build()
        places = build / "dispatch/places.json"
        places.write_text(json.dumps(self.places))
        os.utime(places, (0, 0))
        done = predict("--suite", ROOT / "bench/workloads/default.json", program=build / "tailrace")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("newer than dispatch/places.json", done.stderr)


if __name__ == "__main__":
    TAILRACE, BUILD = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1)).resolve()
    if not (BUILD / "dispatch/count-acc").exists() or not os.access(TAILRACE, os.X_OK):
        print("skipped: this build has no instruction set acc")
        sys.exit(77)
    unittest.main()
