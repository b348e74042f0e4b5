#!/usr/bin/python3
"""Tests the `tailrace` program as users meet it, with stand-ins for the executors.

Usage: test_tailrace.py TAILRACE_PROGRAM SCHEMA_JSON
"""
import collections
import hashlib
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from fake_build import (FAKE, WORKLOADS, change_build, leave_out, list_executors, make_build, make_executors,
                        make_programs)

PROGRAM, SCHEMA = map(os.path.abspath, sys.argv[1:3])
STRATEGIES = ["switch", "goto-indirect", "goto-direct", "tail-direct"]


class TailraceTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="tailrace-test-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.folder = self.root / "build"
        self.folder.mkdir()
        make_build(self.folder, PROGRAM, STRATEGIES)
        self.result = self.folder / "result.json"

    def build_layouts(self, *seeds):
        executors = list_executors(STRATEGIES, ["acc"], seeds)
        make_programs(self.folder, executors)
        change_build(self.folder, lambda build: build.update(layout_seeds=seeds, executors=executors))

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def run_tailrace(self, *arguments, trouble="", **options):
        environment = dict(os.environ, FAKE_TROUBLE=trouble)
        return subprocess.run([self.folder / "tailrace", *arguments], env=environment, text=True,
                              capture_output=True, timeout=120, **options)

    def bench(self, *arguments, **options):
        return self.run_tailrace("bench", "--budget", "0", "--seed", "1", "--events", "none",
                                 "--output", self.result, *arguments, **options)

    def document(self):
        document = json.loads(self.result.read_text())
        try:
            import jsonschema
            jsonschema.Draft202012Validator(json.loads(pathlib.Path(SCHEMA).read_text())).validate(
                document)
        except ImportError:
            pass
        return document

    def assert_fails(self, process, status, words):
        self.assertEqual(process.returncode, status, process.stderr)
        self.assertIn(words, process.stderr)


class Bench(TailraceTest):
    def test_measures_all_in_every_round(self):
        process = self.bench()
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        document = self.document()
        self.assertEqual((document["state"], document["rounds"]), ("complete", 3))
        self.assertEqual(document["not_measured"], [])
        self.assertEqual(len(document["samples"]), (1 + 3) * 3 * (4 + 1))
        for number in range(4):
            samples = [sample for sample in document["samples"] if sample["round"] == number]
            kinds = {(s["workload"], s["strategy"], s["control"]) for s in samples}
            self.assertEqual(len(kinds), 15)
            self.assertEqual({s["strategy"] for s in samples if s["control"]},
                             {["switch", "goto-indirect", "goto-direct", "tail-direct"][number % 4]})
        self.assertEqual([s["order"] for s in document["samples"]], list(range(60)))
        counts = {w["name"]: w["instructions"] for w in document["suite"]["workloads"]}
        self.assertEqual(counts, {"sort": {"acc": 4000}, "vm": {"acc": 2000}, "json": {"acc": 4000}})
        sort = document["suite"]["workloads"][0]
        self.assertEqual((sort["branches"], sort["calls"]), ({"acc": 400}, {"acc": 4}))

    def test_a_module_and_a_trace_of_ones_own(self):
        self.write("own.wasm", "own\n")
        self.write("recorded.trace", "recorded\n")
        own, trace = str(self.folder / "own.wasm"), str(self.folder / "recorded.trace")
        process = self.bench("--workload", own, "--invoke", "run", "--trace", trace, "3", "4")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        workloads = {w["name"]: w for w in self.document()["suite"]["workloads"]}
        self.assertEqual(list(workloads), ["own", "recorded"])
        self.assertEqual((workloads["own"]["args"], workloads["own"]["expect"]), (["3", "4"], ["3", "4"]))
        self.assertEqual(workloads["recorded"]["expect"], ["0123456789abcdef"])
        self.assertEqual(workloads["recorded"]["sha256"], hashlib.sha256(b"recorded\n").hexdigest())
        process = self.run_tailrace("bench", "--resume", self.result, "--budget", "0")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        # Beside some of the suite; and all have to agree.
        process = self.bench("--workload", "s*", "--trace", trace, trouble="tail-direct-acc:recorded=wrong")
        self.assertEqual(process.returncode, 1)
        document = self.document()
        self.assertEqual([w["name"] for w in document["suite"]["workloads"]], ["sort", "recorded"])
        self.assertIn("returned -7 instead of 0123456789abcdef", document["not_measured"][0]["reason"])

    def test_ones_own_in_the_wrong_way(self):
        self.assert_fails(self.bench("--trace", "nowhere.trace"), 2, "cannot read nowhere.trace")
        self.assert_fails(self.bench("--invoke", "run"), 2, "--invoke needs a module")
        self.assert_fails(self.bench("sort"), 2, "Only modules of your own take arguments")
        self.assert_fails(self.bench("--workload", "sort", "5"), 2, "5 needs a module")
        self.assert_fails(self.bench("--dir", "."), 2, "--dir needs a module")
        self.assert_fails(self.bench("--env", "A=B"), 2, "--env needs a module")
        self.assert_fails(self.bench("--env", "=B"), 2, "--env takes NAME=VALUE")
        self.write("sort.wasm", "sort\n")
        own = str(self.folder / "sort.wasm")
        again = str(self.folder / "../build/sort.wasm")
        self.assert_fails(self.bench("--workload", f"{own},{again}"), 2, "sort.wasm is named twice")

    def names(self):
        return [workload["name"] for workload in self.document()["suite"]["workloads"]]

    def test_what_has_the_same_name_is_told_apart_by_directories(self):
        for name in "a/x/sort.wasm", "b/x/sort.wasm", "a/1.trace", "b/1.trace", "b/2.trace":
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            self.write(name, "it\n")
        traces = [word for name in ("a/1", "b/1", "b/2") for word in ("--trace", str(self.folder / f"{name}.trace"))]
        process = self.bench(*traces)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertEqual(self.names(), ["a/1", "b/1", "2"])
        process = self.run_tailrace("bench", "--resume", self.result, "--budget", "0")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        modules = ",".join(str(self.folder / f"{name}/x/sort.wasm") for name in "ab")
        process = self.bench("--workload", f"sort,{modules}", "--invoke", "run")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertEqual(self.names(), ["sort", "a/x/sort", "b/x/sort"])

    def test_a_wasi_command_gets_what_run_gives_it(self):
        self.write("own.wasm", "own\n")
        own, given = str(self.folder / "own.wasm"), ["--dir", f"{self.folder}::/d", "--env", "A=B"]
        process = self.bench("--workload", own, *given, "--", "x", "-y")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        workload, = self.document()["suite"]["workloads"]
        self.assertEqual(workload["expect"], ["x", "-y", f"--dir={self.folder}::/d", "--env=A=B"])
        self.assertEqual((workload["invoke"], workload["args"]), ("_start", ["x", "-y"]))
        self.assertEqual((workload["dirs"], workload["env"]), ([f"{self.folder}::/d"], ["A=B"]))
        # A file that somebody gave us opens no directory by itself.
        resume = ["bench", "--resume", self.result, "--budget", "0"]
        said = f"its modules use the directory {self.folder}::/d: name what they may use again"
        self.assert_fails(self.run_tailrace(*resume), 1, said)
        self.assert_fails(self.run_tailrace(*resume, "--dir", "/"), 1, said)
        process = self.run_tailrace(*resume, *given[:2])
        self.assertEqual((process.returncode, process.stderr), (0, ""))

    def test_directories_of_a_suite_lie_beside_it(self):
        def suite(**more):
            self.write("own.wasm", "own\n")
            (self.folder / "texts").mkdir(exist_ok=True)
            self.write("mine.json", json.dumps({"suite": "mine", "workloads": [{
                "name": "own", "kind": "k", "description": "d", "file": "own.wasm", "invoke": "_start", "args": ["x"],
                "sha256": hashlib.sha256(b"own\n").hexdigest(), "expect": [], **more}]}))
            return self.bench("--suite", self.folder / "mine.json")

        given = [f"--dir={self.folder}/texts::texts", f"--dir={self.folder}/texts::/t", "--env=A=B"]
        process = suite(dirs=["texts", "texts::/t"], env=["A=B"], expect=["x", *given])
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertEqual(self.document()["suite"]["workloads"][0]["dirs"], ["texts", "texts::/t"])
        (self.folder / "texts/out").symlink_to("/")
        for directory in "..", "texts/../..", "texts/out", "texts/out/tmp::/t":
            self.assert_fails(suite(dirs=[directory]), 1, "does not lie below that of the suite file")
        self.assert_fails(suite(dirs=["/"], expect=["x", f"--dir={self.folder}//::/"]), 0, "")
        self.assert_fails(suite(dirs=["nowhere"]), 1, "mine.json: workload \"own\": cannot open the directory")
        self.assert_fails(suite(env=["A"]), 1, "\"A\" in \"env\" is not NAME=VALUE")
        self.assert_fails(suite(dirs="texts"), 1, "dirs and env, if it has them, are lists of strings")

    def test_what_is_wrong_with_a_workload_itself_is_said_once(self):
        self.write("cut.trace", "cut\n")
        trouble = " ".join(f"{name}-acc:cut=trap" for name in ["count", *STRATEGIES])
        process = self.bench("--trace", str(self.folder / "cut.trace"), trouble=trouble)
        self.assertEqual(process.returncode, 1)
        for text in process.stdout, process.stderr:
            self.assertEqual(text.count("trap: unreachable"), 1, text)
        self.assertIn("Not measured: instructions", process.stdout)
        # Each once. The control is tried if its turn comes before that of its strategy.
        missing = [(entry["what"], entry["strategy"], entry["control"]) for entry in self.document()["not_measured"]]
        self.assertEqual(len(missing), len(set(missing)))
        self.assertEqual({entry[:2] for entry in missing},
                         {("instructions", None), *(("sample", name) for name in STRATEGIES)})

    def test_the_replayers_work_is_kept(self):
        self.write("recorded.trace", "recorded\n")
        process = self.bench("--workload", "sort", "--trace", str(self.folder / "recorded.trace"))
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        for sitting in range(2):
            for sample in self.document()["samples"]:
                kept = (6, 70) if sample["workload"] == "recorded" else (None, None)
                self.assertEqual((sample.get("crossings"), sample.get("replayer_ns")), kept)
            self.assertEqual(self.run_tailrace("bench", "--resume", self.result, "--budget", "0").returncode, 0)

    def test_prints_the_strategies_in_order_and_their_figures(self):
        lines = self.bench().stdout.splitlines()
        head = next(line for line in lines if line.startswith("workload") and "switch" in line)
        self.assertEqual(head.split(), ["workload"] + STRATEGIES)
        self.assertIn("geometric mean           1.25         1.00         2.00  1.000", lines)
        self.assertTrue(any("layout luck" in line for line in lines))
        self.assertTrue(any("No hardware counters" in line for line in lines))

    def test_counters_are_stored_with_each_sample(self):
        process = self.bench("--events", "page-faults,task-clock")
        self.assertEqual(process.returncode, 0, process.stderr)
        document = self.document()
        gaps = [gap for gap in document["not_measured"] if gap["what"] == "counter"]
        if gaps:
            self.skipTest(gaps[0]["reason"])
        for sample in document["samples"]:
            self.assertEqual([c["event"] for c in sample["counters"]], ["page-faults", "task-clock"])
            self.assertEqual([(c["state"], c["value"], c["running_ns"], c["overhead"])
                              for c in sample["counters"]], [("multiplexed", 200, 10, None)] * 2)
            self.assertEqual(sample["counting_cost_ns"], 1500)
        # 200 for 4000, 2000 and 4000 instructions; all estimated.
        lines = [line.split() for line in process.stdout.splitlines()]
        self.assertIn(["event"] + STRATEGIES, lines)
        self.assertIn(["page-faults"] + ["~66.67"] * 4, lines)

    def test_what_cannot_be_counted_is_said_once_and_not_asked_for(self):
        process = self.bench("--events", "{rffffffffff,rfffffffffe},page-faults")
        self.assertEqual(process.returncode, 0, process.stderr)
        document = self.document()
        machine = document["machine"]["counters"]
        gaps = [gap["reason"] for gap in document["not_measured"] if gap["what"] == "counter"]
        if not machine["hardware"]:
            self.assertIn("rffffffffff, rfffffffffe: ", gaps[0])
            self.assertIn("Not counted: rffffffffff, rfffffffffe: ", process.stdout)
            self.assertNotIn("rffffffffff", {c["event"] for s in document["samples"]
                                             for c in s["counters"]})
        self.bench("--events", "none")
        self.assertEqual({len(s["counters"]) for s in self.document()["samples"]}, {0})

    def test_wrong_events_are_refused_before_measuring(self):
        for events, words in [("L1-icache-misses", "there is L1-ICACHE-LOAD-MISSES"),
                              ("cycles,,branches", "the list of events has an empty name"),
                              ("{cycles", "the braces in the list of events do not match"),
                              ("cycles:k", "only user space is counted")]:
            self.assert_fails(self.bench("--events", events), 2, words)
        self.assertFalse(self.result.exists())

    def test_the_seed_decides_the_order(self):
        orders = []
        for seed in "7", "7", "8":
            self.bench("--seed", seed)
            orders.append([(s["workload"], s["strategy"], s["control"])
                           for s in self.document()["samples"]])
        self.assertEqual(orders[0], orders[1])
        self.assertNotEqual(orders[0], orders[2])

    def test_samples_of_a_workload_stay_together(self):
        self.bench()
        samples = self.document()["samples"]
        for start in range(0, len(samples), 5):
            self.assertEqual(len({s["workload"] for s in samples[start:start + 5]}), 1)

    def test_layouts_take_part_in_every_round(self):
        self.build_layouts(0, 5, 8)
        process = self.bench("--layouts", "2")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertIn("layouts 0, 5;", process.stdout)
        self.assertNotIn("layout luck", process.stdout)
        document = self.document()
        self.assertEqual((document["rounds"], document["builds"][0]["layout_seeds"]), (1, [0, 5]))
        samples = document["samples"]
        self.assertEqual(len(samples), 3 * 5 + 2 * 3 * 5)
        self.assertEqual({s["layout"] for s in samples[:15]}, {0, 5})
        for start in range(15, len(samples), 15):  # all workloads in one layout, then in the next
            self.assertEqual(len({(s["round"], s["layout"]) for s in samples[start:start + 15]}), 1)
        for start in range(0, len(samples), 5):  # what is compared stays together
            five = samples[start:start + 5]
            self.assertEqual(len({(s["workload"], s["layout"]) for s in five}), 1)
            self.assertEqual(sum(s["control"] for s in five), 1)
        kinds = {(s["workload"], s["layout"], s["strategy"], s["control"]) for s in samples if s["round"] == 1}
        self.assertEqual(len(kinds), 30)
        # The controls take turns.
        self.assertEqual(len({strategy for _, _, strategy, control in kinds if control}), 2)
        orders = {tuple(dict.fromkeys(s["workload"] for s in samples[start:start + 15]))
                  for start in range(15, len(samples), 15)}
        self.assertGreater(len(orders), 1)
        # Each sample was taken by the program of its layout: the stand-in adds its seed to its time.
        for s in samples:
            self.assertEqual(s["phases"]["execute"]["cpu"] // 1000 % 100, s["layout"])

    def test_strategies_by_other_names(self):
        path = self.folder / "dispatch" / "build.json"
        build = json.loads(path.read_text())
        build["strategies"]["switch"] = {"flags": [], "measured_by_default": False, "aliases": ["loop", "dull"],
                                         "does": "A loop.", "mechanism": "switch"}
        path.write_text(json.dumps(build))
        measured = lambda: {s["strategy"] for s in self.document()["samples"]}
        self.bench()
        self.assertEqual(measured(), set(STRATEGIES) - {"switch"})
        self.bench("--dispatch", "dull,goto-direct,loop")
        self.assertEqual(measured(), {"switch", "goto-direct"})
        self.bench("--dispatch", "all")
        self.assertEqual(measured(), set(STRATEGIES))
        self.assertEqual(json.loads(self.run_tailrace("run", "-d", "loop", "a.wasm").stdout)[:2],
                         ["switch", "acc"])
        listed = self.run_tailrace("list", "strategies").stdout
        self.assertIn("switch: A loop.\n  mechanism: switch\n  aliases: loop, dull\n", listed)

    def test_the_zero_line_is_measured_and_not_compared(self):
        path = self.folder / "dispatch/build.json"
        self.assert_fails(self.run_tailrace("bench", "--zero", "--budget", "0"), 2, "this build has no zero line")
        shutil.copy(FAKE, self.folder / "dispatch/no-dispatch-acc")
        build = json.loads(path.read_text())
        build["strategies"]["no-dispatch"] = {"flags": [], "measured_by_default": False, "reference": True}
        build["executors"].append({"name": "no-dispatch-acc", "strategy": "no-dispatch", "isa": "acc",
                                   "programs": {"0": "no-dispatch-acc"}})
        path.write_text(json.dumps(build))
        for options, wanted in ([], set(STRATEGIES)), (["--dispatch", "all"], set(STRATEGIES)), \
                (["--zero"], {*STRATEGIES, "no-dispatch"}), (["--zero", "-d", "switch"], {"switch", "no-dispatch"}):
            with self.subTest(options=options):
                process = self.bench(*options)
                samples = self.document()["samples"]
                self.assertEqual({sample["strategy"] for sample in samples}, wanted)
                # Nobody asks whether it differs from itself, and no table has a column of it.
                self.assertNotIn(("no-dispatch", True), {(sample["strategy"], sample["control"]) for sample in samples})
                self.assertNotIn("no-dispatch", process.stdout)
                self.assertEqual("1 of the zero line" in " ".join(process.stdout.split()), "--zero" in options)
        counts = collections.Counter((sample["round"], sample["strategy"]) for sample in samples if not sample["control"])
        self.assertEqual(counts[1, "no-dispatch"], counts[1, "switch"])

    PARTS = ["bytecode", "frames", "memory", "stack"]

    def test_a_layout_has_places_for_more_than_code(self):
        self.build_layouts(0, 5, 8)
        process = self.bench()
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        first = self.document()["placement"]
        self.assertEqual((first["modulo"], first["randomized"]), (65536, False))
        self.assertEqual([layout["layout"] for layout in first["layouts"]], [0, 5, 8])
        for layout in first["layouts"]:
            for part in self.PARTS:
                self.assertEqual(layout[part] % (resource.getpagesize() if part == "memory" else 64), 0)
        for part in self.PARTS:
            self.assertGreater(len({layout[part] for layout in first["layouts"]}), 1, part)
        # By the layout's seed alone, whatever the others are and whatever order the samples have.
        self.assertEqual(self.bench("--layout-seeds", "8,0", "--seed", "77").returncode, 0)
        self.assertEqual(self.document()["placement"]["layouts"], [first["layouts"][2], first["layouts"][0]])
        self.assertEqual(self.bench("--place", "stack,frames").returncode, 0)
        nowhere = {"bytecode": None, "memory": None}
        self.assertEqual(self.document()["placement"]["layouts"], [{**layout, **nowhere} for layout in first["layouts"]])

    def test_samples_that_lay_elsewhere_are_none(self):
        self.build_layouts(0, 5)
        process = self.bench(trouble="goto-direct-acc:place=bytecode=64,frames=0,memory=0,stack=0")
        self.assertEqual(process.returncode, 1)
        document = self.document()
        self.assertNotIn("goto-direct", {s["strategy"] for s in document["samples"]})
        self.assertIn("lay at bytecode=64,frames=0,memory=0,stack=0 instead of bytecode=", process.stderr)
        self.assertEqual(self.bench("--place", "none", trouble="goto-direct-acc:place=bytecode=64").returncode, 0)
        self.assertEqual(self.document()["placement"],
                         {"modulo": 65536, "randomized": None,
                          "layouts": [{"layout": seed, **dict.fromkeys(self.PARTS)} for seed in (0, 5)]})
        self.assert_fails(self.bench("--place", "heap"), 2, '--place takes "all", "none", or some of')

    def test_a_run_of_before_places_is_gone_on_with_without_them(self):
        self.build_layouts(0, 5)
        self.assertEqual(self.bench("--place", "none").returncode, 0)
        old = self.document()
        del old["placement"]
        command = old["command"]
        del command[command.index("--place"):][:2]
        old["sittings"][0]["command"] = command
        self.result.write_text(json.dumps(old))
        process = self.run_tailrace("bench", "--resume", self.result, "--budget", "0")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertEqual({layout[part] for layout in self.document()["placement"]["layouts"] for part in self.PARTS}, {None})

    def test_a_run_is_gone_on_with_at_its_places(self):
        self.build_layouts(0, 5)
        self.assertEqual(self.bench("--place", "frames").returncode, 0)
        before = self.document()
        self.assertEqual(self.run_tailrace("bench", "--resume", self.result, "--budget", "0").returncode, 0)
        self.assertEqual(self.document()["placement"], before["placement"])
        before["placement"]["layouts"][1]["frames"] += 64
        self.result.write_text(json.dumps(before))
        self.assert_fails(self.run_tailrace("bench", "--resume", self.result, "--budget", "0"), 1, "elsewhere")

    def test_fewer_layouts_can_be_measured(self):
        self.build_layouts(0, 5)
        process = self.bench("--layouts", "1")
        self.assertIn("layout luck", process.stdout)
        self.assertEqual({s["layout"] for s in self.document()["samples"]}, {0})
        self.assert_fails(self.bench("--layouts", "3"), 2, "this build has 2")

    def test_layouts_are_chosen_by_their_seeds(self):
        self.build_layouts(0, 5, 8)
        process = self.bench("--layout-seeds", "8,0")
        self.assertEqual(process.returncode, 0, process.stderr)
        document = self.document()
        self.assertEqual(document["builds"][0]["layout_seeds"], [8, 0])
        for s in document["samples"]:
            self.assertEqual(s["phases"]["execute"]["cpu"] // 1000 % 100, s["layout"])
        for seeds, words in (("7", 'this was not built in the layout 7, or it is named twice; "scripts/build '
                                   '--layout-seeds 7"'), ("5,5", "twice"), ("5,", "takes numbers"),
                             ("five", "takes numbers")):
            self.assert_fails(self.bench("--layout-seeds", seeds), 2, words)

    def test_the_programs_without_a_seed_need_not_be_measured(self):
        self.build_layouts(0, 5, 8)
        path = self.folder / "dispatch" / "build.json"
        build = json.loads(path.read_text())
        path.write_text(json.dumps(dict(build, layout_seeds=[5, 8], first_layout=0)))
        process = self.bench()
        self.assertEqual(process.returncode, 0, process.stderr)
        for s in self.document()["samples"]:
            self.assertIn(s["layout"], (5, 8))
            self.assertEqual(s["phases"]["execute"]["cpu"] // 1000 % 100, s["layout"])

    def test_a_budget_below_a_round_yields_some_layouts(self):
        self.build_layouts(0, 5, 8)
        process = self.bench("--stop", "budget")
        document = self.document()
        self.assertEqual((document["state"], document["rounds"], len(document["samples"])), ("complete", 0, 3 * 15))
        self.assertEqual(len({s["layout"] for s in document["samples"] if s["round"] == 1}), 2)
        self.assertRegex(process.stdout, r"has\s+room\s+for\s+2\s+of\s+them\.\s+Verdicts\s+will\s+be\s+few;\s+one"
                         r"\s+round\s+needs\s+--budget\s+\d+")

    def test_a_missing_layout_leaves_the_executor_out(self):
        self.build_layouts(0, 5)
        (self.folder / "dispatch" / "switch-acc.layout5").unlink()
        process = self.bench()
        self.assertEqual(process.returncode, 1)
        self.assertIn('switch-acc was not built in all layouts: "scripts/build --layout-seeds 0,5 --dispatch switch"',
                      process.stderr)
        self.assertEqual({s["strategy"] for s in self.document()["samples"]}, set(STRATEGIES) - {"switch"})

    def test_programs_of_another_layout_are_refused(self):
        self.build_layouts(3, 5)
        process = self.bench()
        self.assertEqual(process.returncode, 1)
        self.assertIn("says that its layout is 0", process.stderr)

    def test_instruction_sets_are_compared_apart(self):
        self.bench("--isa", "slots,acc", "--dispatch", "tail-direct,goto-direct")
        document = self.document()
        self.assertEqual({(s["isa"], s["strategy"]) for s in document["samples"] if s["control"]},
                         {(isa, strategy) for isa in ("acc", "slots") for strategy in ("goto-direct", "tail-direct")})

    def build_isas(self, *isas):
        """The same with these instruction sets, whatever was built."""
        shutil.rmtree(self.folder / "dispatch")
        make_executors(self.folder, STRATEGIES, isas=isas)

    def test_by_default_acc_is_measured_and_the_fastest_runs(self):
        self.build_isas("acc", "pinned", "fused")
        process = self.bench("--dispatch", "tail-direct")
        self.assertEqual({s["isa"] for s in self.document()["samples"]}, {"acc"})
        self.assertNotIn("Instruction sets", process.stdout)
        self.assertEqual(json.loads(self.run_tailrace("run", "a.wasm").stdout)[:2], ["tail-direct", "fused"])
        self.build_isas("pinned", "fused")
        self.bench("--dispatch", "tail-direct")
        self.assertEqual({s["isa"] for s in self.document()["samples"]}, {"fused"})

    def test_a_strategy_is_compared_with_itself_in_other_instruction_sets(self):
        self.build_isas("acc", "pinned", "fused")
        for name in "switch-pinned", "switch-fused":
            leave_out(self.folder, name, "too many handlers")
        process = self.bench("--isa", "acc,pinned,fused", "--dispatch", "switch,tail-direct", "--workload", "sort,vm")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        text = " ".join(process.stdout.split())
        self.assertIn("Instruction sets, all tail-direct: speed relative to acc", text)
        self.assertNotIn("Instruction sets, all switch", text)
        lines = [line.split() for line in process.stdout.splitlines()]
        head = lines.index("workload fused pinned acc, millions fused, millions pinned, millions".split())
        self.assertEqual([line[0] for line in lines[head + 1:head + 4]], ["sort", "vm", "geometric"])
        self.assertEqual(lines[head + 1][3:], ["0.004"] * 3)
        self.assertEqual({(s["isa"], s["strategy"]) for s in self.document()["samples"]},
                         {("acc", "switch"), ("acc", "tail-direct"), ("pinned", "tail-direct"),
                          ("fused", "tail-direct")})

    def test_trouble_of_one_does_not_stop_the_others(self):
        trouble = ("switch-acc:sort=crash goto-direct-acc:vm=hang tail-direct-acc:vm=wrong "
                   "goto-indirect-acc:json=trap tail-direct-acc:json=garbage count-acc:vm=trap")
        process = self.bench("--timeout", "0.5", trouble=trouble)
        self.assertEqual(process.returncode, 1)
        for words in ["switch-acc on sort: crashed (Segmentation fault)",
                      "goto-direct-acc on vm: did not finish within 0.5 s",
                      "tail-direct-acc on vm: returned -7 instead of nan",
                      "goto-indirect-acc on json: ended with status 3: trap: unreachable in",
                      "tail-direct-acc on json: printed something else than its JSON",
                      "count-acc on vm: ended with status 3"]:
            self.assertIn(words, process.stderr)
        document = self.document()
        self.assertEqual(document["rounds"], 3)
        gaps = {(gap["what"], gap["strategy"], gap["workload"]) for gap in document["not_measured"]}
        self.assertEqual(len(gaps), 6)
        self.assertIn(("instructions", None, "vm"), gaps)
        self.assertTrue(any(s["workload"] == "sort" and s["strategy"] == "tail-direct"
                            for s in document["samples"]))
        self.assertFalse(any(s["workload"] == "sort" and s["strategy"] == "switch"
                             and not s["control"] for s in document["samples"]))

    def test_a_workload_that_differs_from_itself_is_told_apart(self):
        process = self.bench(trouble="switch-acc:vm=random tail-direct-acc:sort=wrong")
        self.assertEqual(process.returncode, 1)
        self.assertRegex(process.stderr, r"switch-acc on vm: returns other results each time \(\d+, then \d+\): a "
                         "workload has to compute the same in every run")
        self.assertIn("tail-direct-acc on sort: returned -7 instead of 1, -5", process.stderr)
        reasons = {gap["reason"] for gap in self.document()["not_measured"] if gap["workload"] == "vm"}
        self.assertTrue(reasons and all("each time" in reason for reason in reasons), reasons)

    def test_a_workload_that_is_too_short_gets_no_speeds(self):
        process = self.bench(trouble=" ".join(f"{name}-acc:vm=short" for name in STRATEGIES))
        self.assertEqual(process.returncode, 0, process.stderr)
        text = " ".join(process.stdout.split())
        self.assertIn("vm takes 0.005 ms, which is too short to time", text)
        lines = [line.split() for line in process.stdout.splitlines()]
        self.assertIn(["vm", "0.010", "±0.0%", "0.008", "±0.0%", "0.010", "±0.0%", "0.005", "±0.0%"], lines)
        self.assertIn(["vm", "-", "-", "-", "-"], lines)  # no speeds
        self.assertIn(["vm", "0.002", "-", "-", "-", "-"], lines)  # no time of an instruction
        self.assertIn(["geometric", "mean", "*1.25", "*1.00", "*2.00", "*1.000"], lines)

    def test_an_executor_that_is_another_is_not_measured(self):
        process = self.bench(trouble="goto-direct-acc=switch")
        self.assert_fails(process, 1, 'goto-direct-acc says that it is "switch-acc"')
        self.assertNotIn("goto-direct", {s["strategy"] for s in self.document()["samples"]})

    def test_what_was_left_out_is_said(self):
        leave_out(self.folder, "tail-direct-acc", "gcc-12 has no musttail")
        process = self.bench()
        self.assertEqual(process.returncode, 0)
        self.assertIn("tail-direct-acc was left out of the build: gcc-12 has no musttail",
                      process.stdout)
        self.assertEqual(self.document()["builds"][0]["left_out"],
                         [{"strategy": "tail-direct", "isa": "acc", "reason": "gcc-12 has no musttail"}])

    def test_the_default_name_says_what_and_when(self):
        process = self.run_tailrace("bench", "--budget", "0", "--events", "none", cwd=self.folder)
        self.assertEqual(process.returncode, 0, process.stderr)
        name = f"-clang-22-{time.strftime('%Y-%m-%d')}-"
        self.assertEqual(len([path for path in self.folder.glob("*.json") if name in path.name]), 1)

    def test_scripts_are_told_the_name(self):
        told = self.root / "told"
        environment = dict(os.environ, TAILRACE_TELL_RESULT=str(told))
        subprocess.run([self.folder / "tailrace", "bench", "--budget", "0", "--events", "none"], cwd=self.folder,
                       env=environment, check=True, capture_output=True, timeout=120)
        self.assertTrue((self.folder / told.read_text().removesuffix("\n")).is_file())

    def test_changed_modules_are_refused(self):
        self.write("workloads/vm.wasm", "mv\n")
        self.assert_fails(self.bench(), 1, "is not the module that the suite was made with")
        self.assertFalse(self.result.exists())

    def test_interruption_keeps_what_was_measured(self):
        environment = dict(os.environ, FAKE_TROUBLE="tail-direct-acc:vm=slow")
        process = subprocess.Popen([self.folder / "tailrace", "bench", "--events", "none", "--output",
                                    self.result], env=environment, text=True, stdout=subprocess.PIPE)
        for _ in range(600):
            if self.result.exists() and json.loads(self.result.read_text())["rounds"] >= 1:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=30)[0]
        self.assertEqual(process.returncode, 130)
        self.assertIn("Interrupted", output)
        self.assertIn("geometric mean", output)
        document = self.document()
        self.assertEqual(document["state"], "interrupted")
        self.assertGreaterEqual(len(document["samples"]), 30)
        self.assertEqual(document["not_measured"], [])
        self.assertEqual([path.name for path in self.folder.glob(".*")], [])

    def test_a_full_disk_costs_the_file_but_not_the_table(self):
        process = self.bench("--output", "/dev/full")
        self.assert_fails(process, 1, "cannot write the results to /dev/full: No space left on device")
        self.assertEqual(process.stderr.count("\n"), 1)
        self.assertIn("geometric mean", process.stdout)

    def test_a_full_disk_in_the_middle_is_said_once(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))
        process = self.bench(preexec_fn=limit)
        self.assertEqual(process.returncode, 1)
        self.assertIn("geometric mean", process.stdout)
        lines = process.stderr.splitlines()
        self.assertEqual(sum("result.json.samples: File too large; measuring goes on" in line for line in lines), 1)
        self.assertEqual(sum("result.json: File too large; measuring goes on" in line for line in lines), 1)
        # What fitted is there, and a resumed run goes on with it.
        journal = pathlib.Path(f"{self.result}.samples")
        kept = len(journal.read_text().splitlines()) - 1
        self.assertGreater(kept, 3)
        process = self.run_tailrace("bench", "--resume", self.result)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual([sitting["samples"] for sitting in self.document()["sittings"]], [kept, 60 - kept])
        self.assertFalse(journal.exists())

    def test_an_unwritable_place_is_found_before_measuring(self):
        process = self.bench("--output", self.folder / "missing" / "result.json")
        self.assert_fails(process, 1, "No such file or directory")
        self.assertEqual(process.stdout, "")
        process = self.bench("--output", self.folder)
        self.assert_fails(process, 1, f"cannot write the results to {self.folder}: it is a directory")
        self.assertEqual(process.stdout, "")

    def test_usage(self):
        for arguments, status, words in [
                (["--budget", "soon"], 2, "--budget takes a number of seconds"),
                (["--budget", "-1"], 2, "--budget takes a number of seconds"),
                (["--seed", "x"], 2, "--seed takes a number"),
                (["--layouts", "0"], 2, "--layouts takes a number from 1 on"),
                (["--workload", "nothing*"], 2, 'no workload of the suite "default" matches'),
                (["--dispatch", "magic"], 2, 'there is no strategy "magic"'),
                (["--isa", "acc,"], 2, 'there is no instruction set ""'),
                (["--suite", "none"], 1, 'there is no suite "none"'),
                (["what"], 2, 'what is "what"')]:
            self.assert_fails(self.bench(*arguments), status, words)

    def test_progress_is_shown_on_terminals_alone(self):
        self.assertEqual(self.bench().stderr, "")
        shown = b""
        ours, theirs = pty.openpty()
        environment = dict(os.environ, TERM="xterm", NO_COLOR="1")
        process = subprocess.Popen([self.folder / "tailrace", "bench", "--budget", "0", "--output",
                                    self.result], env=environment, stdout=theirs, stderr=theirs)
        os.close(theirs)
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        self.assertEqual(process.wait(), 0)
        self.assertRegex(shown.decode(), r"\d+%  \d:\d\d left  round \d: \w+, [a-z-]+-acc")
        self.assertNotIn(b"\033[1m", shown)


class Builds(TailraceTest):
    """Several builds in one run."""

    def setUp(self):
        super().setUp()
        make_executors(self.root / "build-gcc", STRATEGIES[:3], compiler="gcc", version="12.2.0")
        self.builds = f"{self.folder},{self.root / 'build-gcc'}"

    def test_all_are_interleaved_each_with_its_control(self):
        process = self.bench("--builds", self.builds)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        document = self.document()
        self.assertEqual([build["name"] for build in document["builds"]], ["clang-22", "gcc-12"])
        samples = document["samples"]
        self.assertEqual(len(samples), (1 + 3) * 3 * (4 + 1 + 3 + 1))
        for start in range(0, len(samples), 9):  # both in each round, one right after the other
            nine = samples[start:start + 9]
            self.assertEqual(len({sample["workload"] for sample in nine}), 1)
            self.assertEqual({s["build"] for s in nine if s["control"]}, {"clang-22", "gcc-12"})
            self.assertEqual(len({(s["build"], s["strategy"], s["control"]) for s in nine}), 9)
        self.assertEqual({e["build"] for e in document["executors"]}, {"clang-22", "gcc-12"})
        fake = hashlib.sha256(FAKE.read_bytes()).hexdigest()
        self.assertEqual(document["builds"][1]["programs"],
                         {f"{name}-acc": {"0": fake} for name in STRATEGIES[:3]})
        self.assertIn("7 executors and each a second time (A/A) by turns, builds clang-22,\ngcc-12;", process.stdout)
        self.assertIn("\nBuild gcc-12\n", process.stdout)

    def test_one_build_is_not_named(self):
        self.assertNotIn("clang-22", self.bench().stdout.split("What weakens")[0])

    def test_trouble_names_the_build(self):
        process = self.bench("--builds", self.builds, trouble="switch-acc:sort=crash")
        self.assertIn("gcc-12 switch-acc on sort: crashed", process.stderr)
        gaps = {(gap["build"], gap["control"]) for gap in self.document()["not_measured"] if gap["strategy"]}
        self.assertEqual(gaps, {("clang-22", False), ("gcc-12", False), ("gcc-12", True)})

    def test_audits_are_stored_and_their_findings_shown(self):
        program = {"opcodes": 9, "dispatch_sites": 2, "code_bytes": 100, "median_handler_bytes": None,
                   "largest_handler_bytes": None, "largest_handler": None, "handlers_that_use_the_stack": None,
                   "handlers_that_call": None, "findings": ["2 dispatch sites instead of one"]}
        audit = {"executors": {"switch-acc": program, "switch-slots": program}, "listings": []}
        self.write("dispatch/audit.json", json.dumps(audit))
        output = self.bench("--builds", self.builds).stdout
        self.assertIn("The machine code of clang-22 switch-acc: 2 dispatch sites instead of one. Do not take switch",
                      " ".join(output.split()))
        self.assertNotIn("switch-slots: 2", output)  # it took no part
        self.assertIn("The machine code of gcc-12 was not audited: scripts/audit makes it.", output)
        builds = self.document()["builds"]
        self.assertEqual((builds[0]["audit"], builds[0]["audit_missing"]), (audit, None))
        self.assertEqual((builds[1]["audit"], builds[1]["audit_missing"]), (None, "scripts/audit makes it"))

    def test_a_missing_build_is_said(self):
        self.assert_fails(self.bench("--builds", f"{self.folder},{self.root / 'none'}"), 1, "none/dispatch/build.json")


class Output(TailraceTest):
    """Where results go, and who reads what is printed."""

    def piped(self, *arguments, reader):
        """The exit statuses of a run whose tables `reader`, a shell command, reads."""
        script = f'"$@" | {reader}; echo "${{PIPESTATUS[0]}}" >&3'
        ours, theirs = os.pipe()
        command = [self.folder / "tailrace", "bench", "--budget", "0", "--events", "none", *arguments]
        process = subprocess.run(["bash", "-c", "exec 3>&%d\n%s" % (theirs, script), "bash", *command],
                                 pass_fds=[theirs], text=True, capture_output=True, timeout=120)
        os.close(theirs)
        with open(ours) as file:
            return int(file.read()), process

    def test_a_reader_that_has_seen_enough_ends_nothing(self):
        status, process = self.piped("--output", self.result, reader="head -n 1")
        self.assertEqual((status, process.stderr), (0, ""))
        self.assertEqual((self.document()["state"], len(self.document()["samples"])), ("complete", 60))
        self.assertEqual([path.name for path in self.folder.glob("*.samples")], [])
        self.assertEqual(self.bench().returncode, 0)

    def test_a_reader_of_the_results_that_is_gone_is_said(self):
        status, process = self.piped("--output", "/dev/stdout", reader="head -n 1")
        self.assertEqual(status, 1)
        self.assertIn("cannot write the results to /dev/stdout: Broken pipe", process.stderr)

    def test_a_pipe_gets_the_results_at_the_end(self):
        status, process = self.piped("--output", "/dev/stdout", reader="cat")
        self.assertEqual((status, process.stderr), (0, ""))
        document = json.loads(process.stdout[process.stdout.index("\n{\n"):process.stdout.index("\n}\n") + 3])
        self.assertEqual(len(document["samples"]), 60)

    def test_no_name_is_refused_at_once(self):
        for name, words in [("", "that is no name of a file"), ("/dev/stdout", "it stands for an open file")]:
            with open(self.folder / "stdout", "w") as stdout:
                process = subprocess.run([self.folder / "tailrace", "bench", "--output", name], stdout=stdout,
                                         stderr=subprocess.PIPE, text=True, timeout=60)
            self.assertEqual(process.returncode, 1)
            self.assertEqual(process.stderr, f"tailrace: cannot write the results to {name}: {words}" +
                             ("; give that file's own name\n" if name else "\n"))
            self.assertEqual((self.folder / "stdout").read_text(), "")
        self.assertTrue(os.path.islink("/dev/stdout"))

    def test_planted_links_are_not_written_through(self):
        victim = self.root / "victim"
        victim.write_text("old")
        (self.folder / ".result.json.tmp").symlink_to(victim)
        self.assertEqual(self.bench().returncode, 0)
        journal = pathlib.Path(f"{self.result}.samples")
        journal.symlink_to(victim)
        self.assert_fails(self.bench(), 1, f"cannot write {journal}: it is not a regular file")
        self.assertEqual(victim.read_text(), "old")

    def test_a_pipe_is_not_waited_for(self):
        os.mkfifo(f"{self.result}.samples")
        self.assert_fails(self.bench(), 1, "result.json.samples: it is not a regular file")
        module = self.folder / "workloads" / "vm.wasm"
        module.unlink()
        os.mkfifo(module)
        self.assert_fails(self.bench(), 1, "vm.wasm: it is not a regular file")
        os.mkfifo(self.folder / "suite")
        self.assert_fails(self.bench("--suite", self.folder / "suite"), 1, "suite: it is not a regular file")


class Names(TailraceTest):
    """What suites and builds call things reaches no terminal as a command to it."""

    EVIL = "a\x1b]0;b\x07\x1b[2J\u009dc\u202e"
    SHOWN = "a?]0;b??[2J?c?"

    def assert_tame(self, text):
        self.assertEqual([letter for letter in text if not letter.isprintable() and letter != "\n"], [])
        self.assertIn(self.SHOWN, text)

    def test_those_of_suites(self):
        path = self.folder / "workloads" / "default.json"
        suite = json.loads(path.read_text())
        suite["suite"] = suite["workloads"][0]["name"] = suite["workloads"][0]["description"] = self.EVIL
        path.write_text(json.dumps(suite))
        self.assert_tame(self.run_tailrace("list", "workloads").stdout)
        process = self.bench(trouble="switch-acc:sort=crash")
        self.assert_tame(process.stdout)
        self.assert_tame(process.stderr)
        self.assert_tame(self.bench("--workload", "nothing").stderr)

    def test_those_of_builds(self):
        path = self.folder / "dispatch" / "build.json"
        build = json.loads(path.read_text())
        build["strategies"][self.EVIL] = {"flags": [], "does": self.EVIL, "mechanism": "switch"}
        build["version"] = self.EVIL
        executors = list_executors([self.EVIL], ["acc", "slots"])
        make_programs(self.folder, executors)
        build["executors"] += executors
        path.write_text(json.dumps(build))
        self.assert_tame(self.run_tailrace("list", "strategies").stdout)
        self.assert_tame(self.run_tailrace("machine").stdout)
        process = self.bench()
        self.assert_tame(process.stdout)


class Resume(TailraceTest):
    def resume(self, *arguments, **options):
        return self.run_tailrace("bench", "--resume", self.result, *arguments, **options)

    def unfinished(self):
        """A file as a kill in round 3 leaves it, with a journal that has one sample more."""
        self.assertEqual(self.bench().returncode, 0)
        document = self.document()
        cut = json.loads(json.dumps(document))
        cut.update(samples=document["samples"][:45], rounds=2, state="running", finished=None, stop=None)
        cut["sittings"][0].update(state="running", finished=None, samples=45)
        self.result.write_text(json.dumps(cut))
        head = dict(cut, samples=[], rounds=0)
        lines = [head, {"sample": document["samples"][44]}, {"sample": document["samples"][45]}]
        self.journal = pathlib.Path(f"{self.result}.samples")
        self.journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return document

    def test_goes_on_where_it_was_killed(self):
        whole = self.unfinished()
        process = self.resume()
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertIn("2 rounds, 46 samples", process.stdout)
        document = self.document()
        kinds = [[(s["order"], s["round"], s["workload"], s["strategy"], s["control"]) for s in d["samples"]]
                 for d in (whole, document)]
        self.assertEqual(kinds[0], kinds[1])
        self.assertEqual(document["samples"][:46], whole["samples"][:46])
        sittings = document["sittings"]
        self.assertEqual([(s["state"], s["samples"]) for s in sittings], [("running", 46), ("complete", 14)])
        self.assertEqual(sittings[1]["command"], ["tailrace", "bench", "--resume", str(self.result)])
        self.assertEqual((document["started"], document["command"], document["seed"], document["suite"]),
                         (whole["started"], whole["command"], whole["seed"], whole["suite"]))
        self.assertEqual(document["finished"], sittings[1]["finished"])
        self.assertFalse(self.journal.exists())

    def test_goes_on_from_the_journal_alone(self):
        whole = self.unfinished()
        self.result.unlink()
        self.assertEqual(self.resume().returncode, 0)
        document = self.document()
        self.assertEqual(len(document["samples"]), 60)
        self.assertEqual([s for s in document["samples"] if s["order"] in (44, 45)], whole["samples"][44:46])

    def test_a_file_of_another_run_is_not_mixed_in(self):
        for other in {"seed": 99}, {"started": "2020-01-01T00:00:00Z"}:
            with self.subTest(other):
                self.unfinished()
                self.result.write_text(json.dumps({**self.document(), **other}))
                self.assertEqual(self.resume().returncode, 0)
                document = self.document()
                self.assertEqual((document["seed"], len(document["samples"])), (1, 60))
                self.assertEqual(document["sittings"][0]["samples"], 2)
                self.result.unlink()

    def test_a_complete_run_gets_more_rounds(self):
        self.bench()
        process = self.resume("--budget", "1.5")
        self.assertEqual(process.returncode, 0, process.stderr)
        document = self.document()
        self.assertGreater(document["rounds"], 3)
        self.assertEqual(document["sittings"][0]["samples"], 60)
        self.assertEqual(len(document["samples"]), (1 + document["rounds"]) * 15)

    def test_failures_stay_failures(self):
        self.bench(trouble="switch-acc:sort=crash")
        document = self.document()
        gaps = document["not_measured"]
        # As if it had been killed before the journal was emptied: it has what the file has.
        lines = [dict(document, samples=[]), *({"not_measured": gap} for gap in gaps)]
        pathlib.Path(f"{self.result}.samples").write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.assertEqual(self.resume().returncode, 1)
        self.assertEqual(self.document()["not_measured"], gaps)

    def test_what_both_sittings_miss_is_told_once(self):
        self.build_layouts(0, 5)
        (self.folder / "dispatch" / "switch-acc.layout5").unlink()
        self.bench()
        gaps = self.document()["not_measured"]
        self.assertEqual([(gap["strategy"], gap["control"]) for gap in gaps],
                         [("switch", False), ("switch", True)])
        self.assertEqual(self.resume().returncode, 1)
        self.assertEqual(self.document()["not_measured"], gaps)

    def test_what_has_changed_is_refused(self):
        self.unfinished()
        before = self.result.read_bytes(), self.journal.read_bytes()
        program = self.folder / "dispatch" / "switch-acc"
        program.write_text(program.read_text() + "# changed\n")
        self.assert_fails(self.resume(), 1, "the programs of switch-acc in")
        shutil.copy(FAKE, program)
        suite = self.folder / "workloads" / "default.json"
        text = suite.read_text()
        suite.write_text(text.replace("nan", "inf"))
        self.assert_fails(self.resume(), 1, 'the workload "vm" is another one now (args)')
        suite.write_text(text)
        document = self.document()
        document["machine"]["cpu"]["model"] = "Another CPU"
        self.result.write_text(json.dumps(document))
        self.assert_fails(self.resume(), 1, "was measured on another machine (Another CPU; this is")
        self.result.write_bytes(before[0])
        self.assertEqual(self.journal.read_bytes(), before[1])

    def test_another_cpu_of_the_machine_is_refused(self):
        self.bench()
        document = self.document()
        other = 4095 if document["pinned_cpu"] is None else document["pinned_cpu"] + 1
        self.result.write_text(json.dumps(dict(document, pinned_cpu=other)))
        self.assert_fails(self.resume(), 1, f"its samples were taken on CPU {other}, and now")
        if document["pinned_cpu"] is not None:
            self.result.write_text(json.dumps(dict(document, pinned_cpu=None)))
            self.assert_fails(self.resume(), 1, "its samples were not pinned to a CPU; now they would be")

    def test_another_kernel_is_said(self):
        self.unfinished()
        document = self.document()
        document["machine"]["kernel"] = "Linux 1.0"
        self.result.write_text(json.dumps(document))
        self.assertIn("The kernel is another one than before", self.resume().stdout)

    def test_files_that_cannot_be_gone_on_with(self):
        for text, words in [(None, "there is no run to go on with"), ("{", "it is damaged: line 1"),
                            ("[]", "it is no result file of Tailrace"),
                            ('{"schema": 1, "samples": []}', "schema 1, an older one"),
                            ('{"schema": 3, "samples": []}', "schema 3, a newer one"),
                            ('{"schema": 2, "samples": []}', 'without "')]:
            if text is not None:
                self.result.write_text(text)
            process = self.resume()
            self.assert_fails(process, 1, words)
            self.assertEqual(process.stderr.count("\n"), 1)
        self.assertEqual([path.name for path in self.folder.glob("*.samples")], [])

    def test_what_is_compared_cannot_be_changed(self):
        self.bench()
        self.assert_fails(self.resume("--seed", "5"), 2, "it does not take --workload")

    def test_a_fresh_run_does_not_destroy_a_journal(self):
        self.unfinished()
        before = self.journal.read_bytes()
        self.assert_fails(self.bench(), 1, "has samples of a run that was killed")
        self.assertEqual(self.journal.read_bytes(), before)

    def test_a_torn_beginning_is_no_run(self):
        self.unfinished()
        begin = self.journal.read_bytes().split(b"\n")[0][:100]
        self.result.unlink(missing_ok=True)
        self.journal.write_bytes(begin)
        self.assert_fails(self.resume(), 1, "there is no run to go on with")
        self.journal.write_bytes(begin)
        self.assertEqual(self.bench().returncode, 0)
        self.assertFalse(self.journal.exists())

    def test_no_programs_run_because_the_file_says_so(self):
        evil = self.root / "evil"
        make_executors(evil, STRATEGIES)
        self.assertEqual(self.bench().returncode, 0)
        document = self.document()
        document["command"] += ["--builds", str(evil)]
        self.result.write_text(json.dumps(document))
        proof = self.root / "proof"
        for program in (evil / "dispatch").iterdir():
            if program.name != "build.json":
                program.write_text(f"#!/bin/sh\ntouch '{proof}'\n")
        before = self.result.read_bytes()
        process = self.resume()
        self.assert_fails(process, 1, f"name them by --builds if you trust them (it says {evil})")
        self.assertEqual((process.stdout, process.stderr.count("\n")), ("", 1))
        self.assertFalse(proof.exists())
        self.assertEqual(self.result.read_bytes(), before)
        # Those that are named are taken, and their hashes are not those of the file.
        self.assert_fails(self.resume("--builds", evil), 1, "the programs of")
        self.assertFalse(proof.exists())
        self.assertEqual(self.resume("--builds", self.folder).returncode, 0)

    def test_paths_are_relative_to_where_the_run_began(self):
        (self.root / "there").mkdir()
        self.write("t.wasm", "t\n")
        process = self.bench("--workload", "t.wasm", "--invoke", "run", cwd=self.folder)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual(self.document()["sittings"][0]["directory"], ".")
        process = self.resume(cwd=self.root / "there")
        self.assert_fails(process, 2, "cannot read t.wasm: No such file or directory")
        self.assertIn(f"paths in {self.result} are relative to where its run began: {self.folder}\n", process.stderr)
        self.assertEqual(self.resume(cwd=self.folder).returncode, 0)
        # From elsewhere with absolute paths nothing has to be said.
        self.result.unlink()
        own = str(self.folder / "t.wasm")
        self.assertEqual(self.bench("--workload", own, "--invoke", "run", cwd=self.root / "there").returncode, 0)
        self.assertEqual(self.document()["sittings"][0]["directory"], "../there")
        process = self.resume(cwd=self.root)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertEqual([s["directory"] for s in self.document()["sittings"]], ["../there", ".."])

    def test_impossible_numbers_are_damage(self):
        self.bench()
        self.assertEqual(self.resume().returncode, 0)
        whole = self.document()
        for change, words in [(lambda d: d["sittings"][0].update(samples=2**53), "sittings[0].samples is 9007199254740992"),
                              (lambda d: d.update(rounds=2**40), "rounds is 1099511627776"),
                              (lambda d: d["samples"][5].update(round=2**31), "samples["),
                              (lambda d: d["samples"][5].update(order=2**32), "samples[")]:
            document = json.loads(json.dumps(whole))
            change(document)
            self.result.write_text(json.dumps(document))
            before = self.result.read_bytes()
            process = self.resume()
            self.assert_fails(process, 1, "is damaged: ")
            self.assertIn(words, process.stderr)
            self.assertEqual(process.stderr.count("\n"), 1)
            self.assertEqual(self.result.read_bytes(), before)

    def test_the_main_directory_of_another_place_can_be_named(self):
        self.unfinished()
        os.rename(self.folder / "dispatch", self.root / "dispatch")
        self.assert_fails(self.resume(), 1, "build.json")
        self.assertEqual(self.resume("--builds", self.root).returncode, 0)


class Stop(TailraceTest):
    """The stand-ins' times are the same in all rounds: everything is decided as soon as it can be."""

    def setUp(self):
        super().setUp()
        (self.root / "scripts").symlink_to(pathlib.Path(__file__).resolve().parents[2] / "scripts")
        check = subprocess.run([self.root / "scripts" / "verdicts", "--check"], capture_output=True, text=True)
        if check.returncode:
            self.skipTest(check.stderr)

    def test_stops_when_all_is_decided(self):
        self.build_layouts(0, 5, 8)
        process = self.bench("--budget", "60")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        document = self.document()
        self.assertEqual((document["rounds"], document["stop"]["rule"]), (1, "interval"))
        self.assertIn("every comparison is decided", process.stdout)
        self.assertRegex(process.stdout, r"\ngeometric mean .* 1\.99 \(1\.93–2\.06\)")
        self.assertRegex(process.stdout, r"\ntail-direct +faster +3 +0 +0 +0\n")
        self.assertNotIn("No verdicts", process.stdout)

    def test_a_workload_that_is_too_short_ends_in_no_verdict(self):
        self.build_layouts(0, 5, 8)
        trouble = " ".join(f"{name}-acc:vm=short" for name in STRATEGIES)
        process = self.bench("--budget", "60", trouble=trouble)
        self.assertEqual(process.returncode, 0, process.stderr)
        # What is compared is decided; nobody waits for the rest.
        self.assertEqual(self.document()["stop"]["rule"], "interval")
        self.assertIn("vm takes 0.005 ms, which is too short to time", " ".join(process.stdout.split()))
        self.assertRegex(process.stdout, r"\ntail-direct +faster +2 +0 +0 +0\n")
        self.assertRegex(process.stdout, r"\nvm +- +- +- +-\n")
        # Alone it decides nothing.
        process = self.bench("--workload", "vm", trouble=trouble)
        self.assertEqual(self.document()["stop"]["rule"], "budget")
        self.assertNotIn("Verdicts: ", process.stdout)

    def test_terminal_and_page_say_the_same(self):
        """Every number that both show, of a run whose programs differ by layout and wait."""
        sys.path.insert(0, str(self.root / "scripts"))
        self.addCleanup(sys.path.remove, str(self.root / "scripts"))
        from analysis.report import findings
        from analysis.results import comparison
        self.build_layouts(0, 100, 900)
        trouble = "goto-direct-acc:sort=lucky " + " ".join(f"{name}-acc:json=waits" for name in STRATEGIES)
        process = self.bench("--stop", "budget", "--workload", "sort,json", trouble=trouble)
        self.assertEqual(process.returncode, 0, process.stderr)
        data, *_ = findings.make([comparison.load(self.result)], ["result.json"], 0.95, 0.01)
        case, text = data["cases"][0], " ".join(process.stdout.split())
        lines = [re.split(r" {2,}", line) for line in process.stdout.splitlines()]
        places = {workload["name"]: place for place, workload in enumerate(case["workloads"])}
        self.assertEqual(list(places), ["sort", "json"])
        times, speeds = lines[lines.index(["workload", *STRATEGIES]):], lines[lines.index(["workload", *STRATEGIES[1:], "A/A"]):]
        pairs = {(case["strategies"][one], case["strategies"][other]): found for one, other, found, _ in case["pairs"]}
        for row, place in enumerate(places.values(), 1):
            shown = [case["times"][strategy][place] for strategy in STRATEGIES]
            self.assertEqual([cell.split()[0] for cell in times[row][1:]], [f"{median:.3f}" for median, _ in shown])
            for cell, (_, spread) in zip(times[row][1:], shown):
                self.assertAlmostEqual(float(cell.split("±")[1].removesuffix("%")), 100 * spread, delta=0.0501)
        for row, place in enumerate([*places.values(), len(places)], 1):
            shown = [pairs["switch", strategy] for strategy in STRATEGIES[1:]]
            self.assertEqual(speeds[row][1:-1], [f"{found['speed'][place]:.2f} ({found['low'][place]:.2f}–{found['high'][place]:.2f})"
                                                 for found in shown])
            self.assertEqual(speeds[row][-1], f"{case['control']['speed'][place]:.3f}")
        percents = [re.findall(r"([\d.]+) ?%", sentence) for sentence in
                    (re.search(r"Noise floor.*?difference\.", text)[0], case["noise_text"])]
        self.assertEqual(sorted(percents[0]), sorted(percents[1]))
        busy = [re.search(r"samples waited for (\d+) ?% of", said)[1] for said in (text, dict(case["warnings"])["busy machine"])]
        self.assertEqual(busy[0], busy[1])
        for kind, sentence in case["warnings"]:
            if kind != "not measured":  # there the terminal names instruction sets, too
                self.assertIn(sentence, text)

    def test_budget_alone_still_shows_verdicts(self):
        process = self.bench("--stop", "budget")
        self.assertEqual(self.document()["stop"]["rule"], "budget")
        self.assertRegex(process.stdout, r"\ntail-direct +faster +3 +0 +0 +0\n")

    def test_what_is_undecided_goes_on(self):
        # One program's time depends on the layout, and three of these decide nothing.
        self.build_layouts(0, 100, 900)
        process = self.bench("--budget", "2", "--dispatch", "switch,goto-direct", "--smallest-effect", "0.01",
                             trouble="goto-direct-acc:sort=lucky")
        self.assertEqual(self.document()["stop"]["rule"], "budget")
        self.assertRegex(process.stdout, r"\ngoto-direct +undecided ")
        self.assertIn("What would decide about goto-direct: ", process.stdout)

    def test_without_it_the_budget_alone_ends_the_run(self):
        (self.root / "scripts").unlink()
        process = self.bench()
        self.assertEqual(process.stdout.count("No verdicts: scripts/verdicts is not there; the budget alone"), 1)
        self.assertEqual(self.document()["stop"]["rule"], "budget")

    def test_usage(self):
        for arguments, words in [(["--stop", "never"], '--stop takes "interval" or "budget"'),
                                 (["--confidence", "most"], "a percentage from 50 to 99.9"),
                                 (["--smallest-effect", "0"], "a percentage from 0.01 to 50")]:
            self.assert_fails(self.bench(*arguments), 2, words)


class Run(TailraceTest):
    def executor(self, *arguments):
        process = self.run_tailrace(*arguments)
        self.assertEqual(process.returncode, 0, process.stderr)
        return json.loads(process.stdout)

    def test_the_fastest_executor_is_the_default(self):
        self.assertEqual(self.executor("run", "a.wasm"), ["tail-direct", "acc", "run", "a.wasm"])
        self.assertEqual(self.executor("run", "--isa", "slots", "a.wasm")[:2],
                         ["tail-direct", "slots"])
        self.assertEqual(self.executor("run", "-d", "switch", "a.wasm")[:2], ["switch", "acc"])

    def test_what_follows_the_file_is_the_guests(self):
        self.assertEqual(self.executor("run", "--invoke", "f", "a.wasm", "--isa", "-1", "--", "x"),
                         ["tail-direct", "acc", "run", "--invoke=f", "a.wasm", "--isa", "-1", "--", "x"])

    def test_inspect_takes_options_anywhere(self):
        self.assertEqual(self.executor("inspect", "a.wasm", "--function", "3", "--isa=slots"),
                         ["tail-direct", "slots", "inspect", "--function=3", "a.wasm"])

    def test_usage(self):
        self.assert_fails(self.run_tailrace("run"), 2, "a file is missing")
        self.assert_fails(self.run_tailrace("run", "-d", "magic", "a"), 2, "no executor for --dispatch")
        self.assert_fails(self.run_tailrace("nothing"), 2, 'there is no command "nothing"')
        self.assert_fails(self.run_tailrace(), 2, "a command is missing")
        for command in [], ["run"], ["bench"], ["inspect"], ["list"], ["machine"]:
            self.assertIn("Usage: tailrace", self.run_tailrace(*command, "--help").stdout)

    def test_a_missing_build_is_said(self):
        (self.folder / "dispatch" / "build.json").unlink()
        self.assert_fails(self.run_tailrace("run", "a.wasm"), 1, "build.json")


class Lists(TailraceTest):
    def test_strategies(self):
        leave_out(self.folder, "goto-direct-slots", "the compiler merged it")
        output = self.run_tailrace("list", "strategies").stdout
        self.assertEqual([line.split()[:2] for line in output.splitlines()[1:9]],
                         [[s, i] for i in ("acc", "slots") for s in STRATEGIES])
        self.assertIn("goto-direct-slots was left out of this build: the compiler merged it", output)

    def test_workloads_and_events(self):
        self.assertIn("sort      a kind  What it does",
                      self.run_tailrace("list", "workloads").stdout.splitlines())
        events = self.run_tailrace("list", "events").stdout
        for name in "indirect-branch-misses", "L1-ICACHE-LOAD-MISSES", "PAGE-FAULTS":
            self.assertIn(f"  {name}", events)
        self.assert_fails(self.run_tailrace("list", "things"), 2, "strategies, workloads and events")

    def test_machine(self):
        machine = json.loads(self.run_tailrace("machine", "--json").stdout)
        self.assertEqual(machine["cpu"]["architecture"], os.uname().machine)
        output = self.run_tailrace("machine").stdout
        self.assertIn("virtual machine", output)
        self.assertRegex(output, r"(yes|no )  cycles, ")
        self.assertRegex(output, r"\b(page-faults|frontend-stalls)\b")

    def test_what_a_container_hides_is_not_told(self):
        hide = "mount -t tmpfs none /proc && mount -t tmpfs none /sys && echo hidden && exec "
        process = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", hide + '"$@"', "sh",
                                  self.folder / "tailrace", "machine"], capture_output=True, text=True)
        if not process.stdout.startswith("hidden\n"):
            self.skipTest(f"/proc cannot be hidden here: {process.stderr.strip()}")
        for words in "CPU                    not told", "virtual machine        not told", "caches                 not told":
            self.assertIn(f"\n{words}\n", process.stdout)
        self.assertNotIn("there is no event", process.stdout)
        self.assertIn('whether this CPU has an event "cycles" is not told', process.stdout)

    def test_a_full_disk_is_said(self):
        with open("/dev/full", "w") as full:
            process = subprocess.run([self.folder / "tailrace", "machine"], stdout=full, text=True,
                                     stderr=subprocess.PIPE)
        self.assert_fails(process, 1, "cannot write the output: No space left on device")

    def test_scripts_bench_knows_the_options(self):
        script = (pathlib.Path(__file__).resolve().parents[2] / "scripts/bench").read_text()
        letters, names = (re.search(rf"^{what}=((?:[^\n]*\\\n)*[^\n]*)", script, re.M)[1].replace("\\\n", "")
                          for what in ("letters", "names"))
        known = {*re.findall(r"\w:*", letters), *names.split(",")}
        wanted = set()
        for letter, name, left_out in re.findall(r"^  (?:-(\w), |    )--([\w-]+)(\[?=\S)?",
                                                 self.run_tailrace("bench", "--help").stdout, re.M):
            if name not in ("help", "usage", "version"):
                colons = "::" if left_out.startswith("[") else ":" if left_out else ""
                wanted |= {name + colons, *(letter and [letter + colons])}
        self.assertEqual(known, wanted)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
