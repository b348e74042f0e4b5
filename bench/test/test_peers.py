#!/usr/bin/python3
"""Tests `tailrace bench --peer` with stand-ins for executors and engines, and what is known of real ones.

Usage: test_peers.py TAILRACE_PROGRAM SCHEMA_JSON
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from fake_build import make_build

PROGRAM, SCHEMA = map(os.path.abspath, sys.argv[1:3])
HERE = pathlib.Path(__file__).resolve().parent
PEERS, FAKE_PEER, SCRIPTS = HERE.parent / "peers", HERE / "fake_peer", HERE.parents[1] / "scripts"
ENGINE = {
    "program": "fake-engine", "version": ["--version"], "call": ["{module}", "{arguments}"],
    "command": ["--command", "{module}", "{arguments}"], "results": {"in": "stderr", "pattern": "^Result: (.*)$"},
    "execution": {"in": "stderr", "cpu_ns": "execution: ([0-9]+) ns CPU", "wall_ns": "CPU, ([0-9]+) ns wall"},
    "variants": {"fake": {"what": "a stand-in", "options": ["right"]},
                 "fake-wrong": {"what": "w", "options": ["wrong"]}},
    "sources": {"all": "fake_peer"}}


class Peers(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="tailrace-test-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.folder, self.result = self.root / "build", self.root / "result.json"
        self.folder.mkdir()
        make_build(self.folder, PROGRAM, ["switch", "tail-direct"])
        known = self.folder / "peers"
        known.mkdir()
        shutil.copy(PEERS / "empty.wasm", known)
        (known / "fake.json").write_text(json.dumps(ENGINE))
        (known / "other.json").write_text(json.dumps({**ENGINE, "program": "no-such-engine", "variants": {
            "other": {"what": "is not here", "options": []}}}))
        (self.root / "bin").mkdir()
        shutil.copy(FAKE_PEER, self.root / "bin/fake-engine")

    def tailrace(self, *arguments, trouble=""):
        environment = dict(os.environ, FAKE_PROCESS="1", FAKE_TROUBLE=trouble,
                           PATH=f"{self.root}/bin:{os.environ['PATH']}")
        return subprocess.run([self.folder / "tailrace", *arguments], env=environment, text=True, capture_output=True,
                              timeout=120, check=False)

    def bench(self, *arguments, **options):
        return self.tailrace("bench", "--budget", "0", "--seed", "1", "--events", "none",
                             "--output", self.result, *arguments, **options)

    def document(self):
        document = json.loads(self.result.read_text())
        try:
            import jsonschema
            jsonschema.Draft202012Validator(json.loads(pathlib.Path(SCHEMA).read_text())).validate(document)
        except ImportError:
            pass
        return document

    def own(self, behaviour):
        return "--peer", f"{behaviour}='{FAKE_PEER}' {behaviour} {{module}} {{arguments}}"

    def test_takes_turns_with_the_executors(self):
        process = self.bench("--peer", "fake")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        document = self.document()
        executors, peer = document["peers"]["engines"][:-1], document["peers"]["engines"][-1]
        self.assertEqual([engine["name"] for engine in executors], ["switch-acc", "tail-direct-acc"])
        self.assertEqual(executors[0]["executor"], {"build": document["builds"][0]["name"], "strategy": "switch",
                                                    "isa": "acc"})
        self.assertEqual((peer["name"], peer["version"], peer["call"], peer["executor"]),
                         ("fake", "Fake engine 1.2", "fake-engine right {module} {arguments}", None))
        samples = document["peers"]["samples"]
        # Warm-up and three rounds, of three workloads and start-up, by three engines.
        self.assertEqual(len(samples), 4 * 4 * 3)
        self.assertEqual(len(document["samples"]), 4 * 3 * 3)
        orders = sorted(sample["order"] for sample in samples + document["samples"])
        self.assertEqual(orders, list(range(len(orders))))
        self.assertEqual({sample["workload"] for sample in samples}, {"sort", "vm", "json", None})
        told = {(sample["engine"] == "fake" and sample["workload"] in ("sort", "vm"), sample["execute_cpu_ns"],
                 sample["execute_wall_ns"]) for sample in samples if sample["workload"] != "json"}
        self.assertEqual(told, {(True, 1000, 2000), (False, None, None)})
        self.assertTrue(all(sample["wall_ns"] > 0 and sample["peak_rss_kib"] != 0 for sample in samples))
        for words in "Peers and executors as whole processes", "start-up", "fake: Fake engine 1.2; fake-engine right":
            self.assertIn(words, process.stdout)
        report = subprocess.run([SCRIPTS / "report", self.result], text=True, capture_output=True, check=False)
        self.assertIn("### Peers", (self.root / "result.md").read_text(), report.stderr)
        rows = subprocess.run([SCRIPTS / "export", self.result, "--format", "csv"], text=True, capture_output=True,
                              check=True).stdout.splitlines()
        self.assertEqual(len(rows), 1 + len(orders))
        text = subprocess.run([SCRIPTS / "export", self.result, "--format", "google-benchmark"], text=True,
                              capture_output=True, check=True).stdout
        names = [entry["run_name"] for entry in json.loads(text)["benchmarks"]]
        self.assertEqual(names.count("sort/process/fake"), 3 + 4)  # three rounds and what sums them up
        self.assertEqual(names.count("start-up/process/fake:call"), 3 + 4)

    def test_without_peers_nothing_is_else(self):
        self.assertEqual(self.bench().returncode, 0)
        self.assertNotIn("peers", self.document())

    def test_trouble_is_told_and_never_fast(self):
        reasons = {
            "wrong": "returned 7 instead of 1, -5", "crash": "crashed (Segmentation fault)", "megabytes": "printed more than 16 MiB",
            "no-file": "ended with status 2: cannot open engine.cache", "status": "ended with status 3",
            "leaves": "left processes behind", "proposal": "exceptions are not supported",
            "no-start": "ended with status 9: unsupported option"}
        peers = [word for name in [*reasons, "forks", "hex", "errors", "right"] for word in self.own(name)]
        process = self.bench("--workload", "sort", *peers)
        self.assertEqual(process.returncode, 1)
        document = self.document()
        told = {gap["engine"]: gap for gap in document["not_measured"]}
        self.assertEqual(set(told), set(reasons))
        for name, reason in reasons.items():
            self.assertIn(reason, told[name]["reason"])
            self.assertEqual((told[name]["what"], told[name]["workload"]), ("peer", "sort"))
            self.assertEqual(told[name]["round"], None if name == "no-start" else 0)
        measured = {sample["engine"] for sample in document["peers"]["samples"] if sample["workload"]}
        self.assertEqual(measured, {"switch-acc", "tail-direct-acc", "forks", "hex", "errors", "right"})
        self.assertFalse(any(sample["engine"] == "no-start" for sample in document["peers"]["samples"]))
        subprocess.run([SCRIPTS / "report", self.result], text=True, capture_output=True, check=False)
        report = (self.root / "result.md").read_text()
        self.assertIn("wrong failed on sort: returned 7 instead of 1, -5.", report)
        self.assertIn("no-start cannot run sort: ended with status 9", report)
        self.assertRegex(report, r"\| wrong +\| – +\| – +\|")

    def test_who_hangs_is_given_up(self):
        process = self.bench("--workload", "sort", "--timeout", "0.5", *self.own("hang"))
        self.assertEqual(process.returncode, 1)
        told = {gap["engine"]: gap["reason"] for gap in self.document()["not_measured"] if "engine" in gap}
        self.assertEqual(told["hang"], "did not finish within 0.5 s")

    def test_an_executor_is_checked_as_a_process_too(self):
        process = self.bench("--workload", "sort", "--peer", "fake", trouble="tail-direct-acc:process:sort=wrong")
        self.assertEqual(process.returncode, 1)
        gap, = self.document()["not_measured"]
        self.assertEqual((gap["engine"], gap["strategy"]), ("tail-direct-acc", None))
        self.assertIn("returned 7, 1, -5", gap["reason"])

    def test_commands_have_to_print_the_same(self):
        module = self.root / "own.wasm"
        module.write_text("own\n")
        process = self.bench("--workload", str(module), "--peer", "fake", "--peer", "fake-wrong", "one", "two")
        document = self.document()
        told = [(gap["engine"], gap["reason"]) for gap in document["not_measured"]]
        self.assertEqual(told, [("fake-wrong", "printed something else than the first executor here: byte 1 on differs")])
        self.assertEqual(process.returncode, 1)
        self.assertEqual({sample["run"] for sample in document["peers"]["samples"]}, {"command"})
        no_directories = {name: value for name, value in ENGINE.items() if name != "directory"}
        no_directories["command"] = ["--command", "{directories}", "{module}"]
        (self.folder / "peers/fake.json").write_text(json.dumps(no_directories))
        process = self.bench("--workload", str(module), "--peer", "fake", "--dir", str(self.root))
        self.assertIn("cannot be given a directory", self.document()["not_measured"][0]["reason"])

    def test_what_is_behind_a_zero_byte_is_compared_too(self):
        module = self.root / "own.wasm"
        module.write_text("own\n")
        (self.folder / "peers/fake.json").write_text(json.dumps(ENGINE | {"variants": {
            "fake-zero": {"what": "z", "options": ["zero"]}}}))
        self.bench("--workload", str(module), "--peer", "fake-zero", "one", "two")
        gap, = self.document()["not_measured"]
        self.assertEqual(gap["reason"], "printed something else than the first executor here: byte 9 on differs")
        self.bench("--workload", "sort", *self.own("zero"))
        gap, = self.document()["not_measured"]
        self.assertEqual(gap["reason"], "printed a byte that is 0")

    def test_a_peer_is_no_reference(self):
        module = self.root / "own.wasm"
        module.write_text("own\n")
        crash = {name: f"{name}:process:own=crash" for name in ("switch-acc", "tail-direct-acc")}
        for invoke in [], ["--invoke", "run"]:
            call = "--workload", str(module), *invoke, "--peer", "fake", "--peer", "fake-wrong", "one", "two"
            process = self.bench(*call, trouble=" ".join(crash.values()))
            self.assertEqual(process.returncode, 1)
            told = {gap["engine"]: gap["reason"] for gap in self.document()["not_measured"]}
            for name in "fake", "fake-wrong":
                self.assertEqual(told[name], "cannot be checked, since no executor here has run it")
            self.bench(*call, trouble=crash["switch-acc"])  # the other one tells
            self.assertEqual({sample["engine"] for sample in self.document()["peers"]["samples"] if sample["workload"]},
                             {"tail-direct-acc", "fake"})

    def test_all_are_those_on_path(self):
        process = self.bench("--workload", "sort", "--peer", "all")
        self.assertIn("Not on PATH: other\n", process.stdout)
        document = self.document()
        self.assertEqual(document["peers"]["not_found"], [{"name": "other", "program": "no-such-engine"}])
        self.assertEqual([engine["name"] for engine in document["peers"]["engines"]][2:], ["fake", "fake-wrong"])

    def test_wrong_wishes(self):
        for wish, words in (
                ("nobody", "about fake, fake-wrong, other; any other one is --peer nobody='COMMAND {module}"),
                ("other", "there is no no-such-engine on PATH"), ("x=/nowhere {module}", "cannot read /nowhere"),
                ("x=fake-engine", "says nowhere what the {module} is"), ("=x", "takes NAME"), ("x=", "takes NAME"),
                ("x='fake-engine {module}", "is no line of words"),
                (f"switch-acc={FAKE_PEER} right {{module}}", "an executor here has that name")):
            process = self.bench("--peer", wish)
            self.assertEqual(process.returncode, 2, wish)
            self.assertIn(words, " ".join(process.stderr.split()))
        process = self.bench("--peer", "fake", "--peer", f"fake={self.root}/bin/fake-engine")
        self.assertIn("named twice", process.stderr)

    def test_goes_on(self):
        self.assertEqual(self.bench("--workload", "sort", "--peer", "fake").returncode, 0)
        before = len(self.document()["peers"]["samples"])
        process = self.tailrace("bench", "--resume", self.result, "--budget", "0")
        self.assertEqual(process.returncode, 1)
        self.assertIn("name its peers again", process.stderr)
        process = self.tailrace("bench", "--resume", self.result, "--budget", "0", "--peer", "fake")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        document = self.document()
        orders = [sample["order"] for sample in document["peers"]["samples"] + document["samples"]]
        self.assertEqual(sorted(orders), sorted(set(orders)))
        self.assertGreaterEqual(len(document["peers"]["samples"]), before)
        with open(self.root / "bin/fake-engine", "a", encoding="utf-8") as program:
            program.write("# another one\n")
        process = self.tailrace("bench", "--resume", self.result, "--budget", "0", "--peer", "fake")
        self.assertIn("the program of the peer fake is another one now", process.stderr)

    def test_a_killed_run_loses_nothing(self):
        self.assertEqual(self.bench("--workload", "sort", "--peer", "fake").returncode, 0)
        document = self.document()
        samples = document["peers"]["samples"]
        document["state"], document["sittings"][-1]["state"] = "running", "running"
        document["peers"]["samples"] = samples[:-2]
        lines = [document, *({"process": sample} for sample in samples[-3:])]
        journal = pathlib.Path(f"{self.result}.samples")
        journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.result.write_text(json.dumps(document))
        process = self.tailrace("bench", "--resume", self.result, "--budget", "0", "--peer", "fake")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertEqual(self.document()["peers"]["samples"][:len(samples)], samples)


class Known(unittest.TestCase):
    """bench/peers/."""

    def test_every_file_can_be_read(self):
        with tempfile.TemporaryDirectory(prefix="tailrace-test-") as root:
            folder = pathlib.Path(root) / "build"
            folder.mkdir()
            make_build(folder, PROGRAM, ["switch"])
            shutil.copytree(PEERS, folder / "peers")
            process = subprocess.run([folder / "tailrace", "bench", "--peer", "nobody"], text=True, capture_output=True,
                                     check=False)
        for name in ("wasm3", "wasmi", "iwasm", "wasmtime", "wasmtime-pulley", "wasmer", "wasmedge", "wazero", "toywasm",
                     "wizard-int", "wasm-interp", "node", "node-liftoff", "node-jitless"):
            self.assertRegex(" ".join(process.stderr.split()), rf"[ ,]{name}[,;]")
        for path in PEERS.glob("*.json"):
            engine = json.loads(path.read_text())
            self.assertTrue(all(address.startswith("https://") or "--" in address
                                for address in engine["sources"].values()), path)
            self.assertTrue("call" in engine or "no_call" in engine, path)

    @unittest.skipUnless(shutil.which("node"), "node is not installed")
    def test_node_runs_calls_and_commands(self):
        default = json.loads((HERE.parent / "workloads/default.json").read_text())
        sort = next(workload for workload in default["workloads"] if workload["name"] == "sort")
        process = subprocess.run(["node", PEERS / "node.mjs", "--invoke", sort["invoke"],
                                  HERE.parent / "workloads/sort.wasm", *map(str, sort["args"])],
                                 text=True, capture_output=True, check=True)
        self.assertEqual(process.stdout.split(), list(map(str, sort["expect"])))
        self.assertRegex(process.stderr, r"^execution: \d+ ns CPU, \d+ ns wall\n$")
        process = subprocess.run(["node", "--no-warnings", PEERS / "node.mjs", PEERS / "empty.wasm", "an", "argument"],
                                 text=True, capture_output=True, check=True)
        self.assertEqual(process.stdout, "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
