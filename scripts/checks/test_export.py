#!/usr/bin/python3
"""Tests scripts/export. Exit status 77: skipped."""
import csv
import io
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
    import scipy
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)
from example_result import build, result, sample

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXPORT = ROOT / "scripts" / "export"


def counter(event, value, state="measured"):
    reason = None if state == "measured" else "it took turns, \"you see\"\nwith others"
    number = value if value is None else value // 2
    return {"event": event, "counts": f"perf::{event}", "state": state, "value": value, "counted": number,
            "enabled_ns": 20, "running_ns": 10, "overhead": None, "reason": reason}


class Export(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def export(self, document, *arguments):
        path = self.folder / "result.json"
        path.write_text(json.dumps(document))
        return subprocess.run([EXPORT, path, *arguments], capture_output=True, text=True)

    def rows(self, document):
        process = self.export(document, "--format", "csv")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        return list(csv.DictReader(io.StringIO(process.stdout)))

    def google(self, document):
        process = self.export(document, "--format", "google-benchmark")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        return json.loads(process.stdout)

    def test_csv_has_the_numbers_of_the_file(self):
        document = result()
        for number, one in enumerate(document["samples"]):
            one.update(order=number, peak_rss_kib=number + 7)
        rows = self.rows(document)
        self.assertEqual(len(rows), len(document["samples"]))
        for row, one in zip(rows, document["samples"]):
            for field in ("round", "order", "build", "strategy", "isa", "layout", "workload", "wasm_bytes",
                          "bytecode_bytes", "functions", "peak_rss_kib", "counting_cost_ns"):
                self.assertEqual(row[field], str(one[field]))
            for phase, times in one["phases"].items():
                for clock in "cpu", "wall":
                    self.assertEqual(row[f"{phase}.{clock}_ns"], str(times[clock]))
            self.assertEqual(row["control"], str(one["control"]).lower())
            self.assertEqual((row["instructions"], row["cpu_model"]), ("2000000", "Test CPU"))

    def test_csv_of_counters(self):
        samples = [sample(1, "sort", "switch", 1), sample(1, "sort", "tail-direct", 1), sample(1, "vm", "switch", 1)]
        samples[0]["counters"] = [counter("cycles", 10**15), counter("A:B,C", 4, "multiplexed")]
        samples[1]["counters"] = [counter("cycles", None, "no PMU"), counter("cycles", 6)]
        document = result(samples)
        document["suite"]["workloads"][1]["instructions"]["acc"] = None
        first, second, third = self.rows(document)
        self.assertEqual((first["cycles.value"], first["cycles.state"], first["cycles.reason"]),
                         (str(10**15), "measured", ""))
        self.assertEqual((first["A:B,C.value"], first["A:B,C.counted"], first["A:B,C.overhead"]), ("4", "2", ""))
        self.assertEqual(first["A:B,C.reason"], "it took turns, \"you see\"\nwith others")
        # Not measured is empty, and says why.
        self.assertEqual((second["cycles.value"], second["cycles.state"]), ("", "no PMU"))
        self.assertEqual((second["cycles#2.value"], second["A:B,C.value"]), ("6", ""))
        self.assertEqual((third["cycles.state"], third["instructions"]), ("", ""))

    def test_csv_of_the_recorded_run(self):
        # Runs are named by their dates; other numbers stand beside them.
        for path in sorted(set(ROOT.glob("results/*/[0-9]*.json")) - set(ROOT.glob("results/local/*"))):
            document = json.loads(path.read_text())
            rows = self.rows(document)
            total = sum(one["phases"]["execute"]["cpu"] for one in document["samples"])
            self.assertEqual(sum(int(row["execute.cpu_ns"]) for row in rows), total)

    def test_google_benchmark_has_what_its_tools_read(self):
        document = result()
        exported = self.google(document)
        self.assertEqual(exported["context"]["json_schema_version"], 1)
        self.assertEqual(exported["context"]["num_cpus"], 2)
        self.assertNotIn("mhz_per_cpu", exported["context"])
        self.assertTrue({"date", "host_name", "caches", "library_build_type"} <= set(exported["context"]))
        iterations = [one for one in exported["benchmarks"] if one["run_type"] == "iteration"]
        # Without the warm-up.
        self.assertEqual(len(iterations), sum(one["round"] > 0 for one in document["samples"]))
        for one in iterations:
            self.assertEqual((one["time_unit"], one["run_name"], one["iterations"], one["repetitions"]),
                             ("ns", one["name"], 1, 3))
            self.assertEqual(one["bytecode_instructions"], 2000000)
        names = list(dict.fromkeys(one["name"] for one in iterations))
        self.assertEqual(names, ["sort/switch-acc/layout:0", "sort/switch-acc/layout:0/control",
                                 "sort/tail-direct-acc/layout:0", "vm/switch-acc/layout:0",
                                 "vm/switch-acc/layout:0/control", "vm/tail-direct-acc/layout:0"])
        self.assertEqual([one["real_time"] for one in iterations if one["name"] == names[0]],
                         [8000000, 12000000, 16000000])
        self.assertEqual([one["repetition_index"] for one in iterations if one["name"] == names[0]], [0, 1, 2])
        self.assertEqual([one["per_family_instance_index"] for one in iterations if one["family_index"] == 1],
                         [0] * 3 + [1] * 3 + [2] * 3)

    def test_both_clocks_keep_their_names(self):
        document = result([sample(1, "sort", "switch", 1)])
        document["samples"][0]["phases"]["execute"] = {"cpu": 1000, "wall": 3000}
        one, = self.google(document)["benchmarks"]
        self.assertEqual((one["cpu_time"], one["real_time"]), (1000, 3000))

    def test_caches_have_bytes_and_sharers(self):
        document = result()
        document["machine"]["caches"] = [
            {"level": level, "type": "Data", "size": size, "ways_of_associativity": "8",
             "coherency_line_size": "64", "shared_cpu_list": cpus}
            for level, size, cpus in (("1", "48K", "0"), ("3", "32M", "0-3,8"))]
        self.assertEqual([(one["size"], one["num_sharing"]) for one in self.google(document)["context"]["caches"]],
                         [(49152, 1), (32 << 20, 5)])

    def test_aggregates(self):
        document = result()
        for one in document["samples"]:
            one["counters"] = [counter("cycles", one["phases"]["execute"]["cpu"]), counter("gone", None, "no PMU")]
        named = {one["name"]: one for one in self.google(document)["benchmarks"] if one["run_type"] == "aggregate"}
        times, name = [8e6, 12e6, 16e6], "sort/switch-acc/layout:0"
        for aggregate, expected in (("mean", 12e6), ("median", 12e6), ("stddev", statistics.stdev(times)),
                                    ("cv", statistics.stdev(times) / 12e6)):
            one = named[f"{name}_{aggregate}"]
            for field in "cpu_time", "real_time", "cycles":
                self.assertAlmostEqual(one[field], expected)
            self.assertEqual((one["aggregate_name"], one["run_name"], one["iterations"]), (aggregate, name, 3))
            self.assertEqual(one["aggregate_unit"], "percentage" if aggregate == "cv" else "time")
            self.assertNotIn("gone", one)

    def test_several_builds_and_layouts_have_names_of_their_own(self):
        samples = [dict(sample(1, "sort", "switch", 1, layout=layout, build=name), order=5 - layout)
                   for layout in (0, 5) for name in ("clang-22", "gcc-12")]
        document = {**result(samples), "builds": [build(), build("gcc-12")]}
        self.assertEqual([one["name"] for one in self.google(document)["benchmarks"]],
                         [f"sort/switch-acc/layout:{layout}/build:{name}"
                          for name in ("clang-22", "gcc-12") for layout in (0, 5)])

    def test_who_failed_is_left_out_of_comparisons(self):
        document = result()
        document["not_measured"] = [{"what": "sample", "workload": "vm", "build": "clang-22", "strategy": "switch",
                                     "isa": "acc", "control": False, "round": 2, "reason": "crashed"}]
        names = {one["name"] for one in self.google(document)["benchmarks"]}
        self.assertNotIn("vm/switch-acc/layout:0", names)
        self.assertIn("vm/switch-acc/layout:0/control", names)
        self.assertEqual(len(self.rows(document)), len(document["samples"]))

    def lnt(self, document, *arguments):
        process = self.export(document, "--format", "lnt", *arguments)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        return json.loads(process.stdout)

    def test_lnt(self):
        document = result([sample(number, name, strategy, ms * number, control, layout, compiler)
                           for number in range(4) for layout in (0, 5) for name in ("sort", "vm")
                           for strategy, ms, control in (("switch", 8 + layout, False), ("switch", 99, True),
                                                         ("tail-direct", 4, False))
                           for compiler in ("clang-22", "gcc-12")])
        document["builds"] = [build(), build("gcc-12")]
        document["machine"]["cpu"].update(vendor="AuthenticAMD", family="26", model_number="2")
        document["not_measured"] = [{"what": "sample", "workload": "vm", "build": "clang-22", "strategy": "tail-direct",
                                     "isa": "acc", "control": False, "round": 2, "reason": "crashed"}]
        exported = self.lnt(document)
        self.assertEqual((exported["format_version"], exported["machine"]["name"]), ("2", "Zen 5 (Test CPU)"))
        self.assertEqual((exported["run"]["start_time"], exported["run"]["llvm_project_revision"]),
                         ("2026-01-01T00:00:00", "22"))
        self.assertTrue(all(isinstance(value, str) for part in ("machine", "run") for value in exported[part].values()))
        # A median for each layout, in seconds, without the warm-up; what failed has no time.
        self.assertEqual({one.pop("name"): one for one in exported["tests"]}, {
            "tailrace.sort/switch-acc": {"execution_time": [0.016, 0.026]},
            "tailrace.sort/tail-direct-acc": {"execution_time": [0.008, 0.008]},
            "tailrace.vm/switch-acc": {"execution_time": [0.016, 0.026]},
            "tailrace.vm/tail-direct-acc": {"execution_status": 1}})
        other = self.lnt(document, "--build", "gcc-12")
        self.assertEqual((other["run"]["llvm_project_revision"], len(other["tests"][-1]["execution_time"])), ("12", 2))
        process = self.export(document, "--format", "lnt", "--build", "icc")
        self.assertIn('has no build "icc"; it has clang-22, gcc-12', process.stderr)

    def test_output_file_and_errors(self):
        path = self.folder / "out.csv"
        self.assertEqual(self.export(result(), "-f", "csv", "-o", path).stdout, "")
        self.assertEqual(len(path.read_text().splitlines()), 1 + len(result()["samples"]))
        for document, arguments, words in (
                ({**result(), "schema": 1}, ("-f", "csv"), "has schema 1"),
                ({**result(), "rounds": -1}, ("-f", "csv"), "rounds"),
                (result(), ("-f", "csv", "-o", self.folder / "no" / "where"), "No such file or directory")):
            process = self.export(document, *arguments)
            self.assertEqual(process.returncode, 1, process.stderr)
            self.assertIn(words, process.stderr)
            self.assertEqual(len(process.stderr.splitlines()), 1, process.stderr)
        self.assertEqual(self.export(result()).returncode, 2)


if __name__ == "__main__":
    unittest.main()
