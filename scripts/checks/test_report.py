#!/usr/bin/python3
"""Tests scripts/report. Exit status 77: skipped."""
import contextlib
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

try:
    import jinja2
    import jsonschema
    import matplotlib
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)
from example_result import build, result, sample

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))
from analysis.commands import load_script  # noqa: E402

REPORT = SCRIPTS / "report"
PROGRAM = load_script("report")
if not (SCRIPTS / "page/node_modules/charts.js").exists():
    print("skipped: the charts are missing; scripts/setup installs them")
    sys.exit(77)


class Report(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def report(self, document, *arguments, run=None):
        path = self.folder / "result.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return (run or self.run_here)([REPORT, path, *arguments])

    def run_here(self, command):
        """As the next, in this process and with empty pictures: to draw them takes longer than all else."""
        def save(figure, prefix, suffixes=("svg", "png")):
            matplotlib.pyplot.close(figure)
            for suffix in suffixes:
                prefix.with_name(f"{prefix.name}.{suffix}").touch()

        output, status = (io.StringIO(), io.StringIO()), 0
        with contextlib.redirect_stdout(output[0]), contextlib.redirect_stderr(output[1]), \
                unittest.mock.patch.object(PROGRAM.pictures, "save", save):
            try:
                PROGRAM.main(list(map(str, command[1:])))
            except SystemExit as end:  # of argparse with a number, and with a sentence
                status = end.code if isinstance(end.code, int) else 1
                if status == 1:
                    print(end.code, file=output[1])
        return subprocess.CompletedProcess(command, status, *(stream.getvalue() for stream in output))

    def run_apart(self, command):
        return subprocess.run(command, capture_output=True, text=True)

    def page(self, document, run=None):
        process = self.report(document, run=run)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        return (self.folder / "result.html").read_text()

    def data(self, document):
        """What the page holds. How it shows that is tested in a browser, by test_page.mjs."""
        return json.loads(
            re.search(r'<script type="application/json" id="data">(.*?)</script>', self.page(document))[1])

    def rows(self, markdown):
        return [[cell.strip() for cell in line.strip("|").split("|")]
                for line in markdown.splitlines() if line.startswith("|")]

    def test_numbers(self):
        case = self.data(result())["cases"][0]
        pairs = {(case["strategies"][baseline], case["strategies"][strategy]): found
                 for baseline, strategy, found, _ in case["pairs"]}
        # The two workloads, the suite, its only kind.
        self.assertEqual(pairs["switch", "tail-direct"]["speed"], [2, 8, 4, 4])
        self.assertEqual(pairs["tail-direct", "switch"]["speed"], [0.5, 0.125, 0.25, 0.25])
        self.assertEqual(case["control"]["speed"], [0.99009901] * 4)
        self.assertEqual(case["times"]["switch"][0], [12, 0.16667])
        self.assertEqual(case["raw"]["tail-direct"][1], [[3_000_000, 4_500_000, 6_000_000]])

    def test_the_comparison_is_printed_as_markdown(self):
        output = self.report(result()).stdout
        rows = self.rows(output)
        self.assertEqual(rows[0], ["workload", "tail-direct", "A/A"])
        self.assertEqual(rows[2], ["sort", "2.00× (2.00–2.00) faster", "0.990× (0.990–0.990)"])
        self.assertEqual(rows[-2:], [["geometric mean", "4.00× (4.00–4.00) faster", "0.990× (0.990–0.990)"],
                                     ["programs like these", "–", ""]])  # of two programs
        self.assertIn("Which strategy is fastest? **tail-direct, 4.00× (4.00–4.00) the speed of switch.**",
                      output)
        self.assertIn("switch runs at 0.25× (0.25–0.25) the speed of tail-direct: slower.", output)
        self.assertIn("over the suite these seemed to differ from themselves by: switch -1.0 to -1.0 % (95 % intervals); "
                      "on a workload by up to 1.0 %.", output)
        self.assertIn("intervals over 1 layout, so that differences may be layout luck;", output)
        self.assertEqual((self.folder / "result.md").read_text().strip(),
                         output.rpartition("Page:")[0].strip())

    def test_recordings_with_other_bytes_are_not_compared(self):
        document = result()
        for workload in document["suite"]["workloads"]:
            for key in ("file", "invoke", "args"):
                del workload[key]
            workload["trace"] = "a.trace"
        other = self.folder / "other.json"
        other.write_text(json.dumps({**document, "started": "2026-02-01T00:00:00Z"}))
        self.assertEqual(self.report(document, other).returncode, 0)
        document["suite"]["workloads"][1]["sha256"] = "1" * 64
        process = self.report(document, other)
        self.assertEqual(process.returncode, 1)
        self.assertIn('its workload "vm" has another recording than in result.json', process.stderr)

    def test_families_of_kinds_have_their_means(self):
        document = result()
        for workload, kind in zip(document["suite"]["workloads"], ("kernel: calls", "program: interpreter")):
            workload["kind"] = kind
        process = self.report(document)
        rows = self.rows(process.stdout)
        self.assertEqual([row[:2] for row in rows[-2:]], [["mean of kernel", "2.00× (2.00–2.00) faster"],
                                                          ["mean of program", "8.00× (8.00–8.00) faster"]])
        case = self.data(document)["cases"][0]
        self.assertEqual(case["families"], ["kernel", "program"])
        self.assertEqual(case["kinds"], ["kernel", "program", "kernel: calls", "program: interpreter"])
        self.assertEqual(self.data(result())["cases"][0]["families"], [])

    def test_instruction_sets_are_compared(self):
        document = result([sample(number, name, "tail-direct", 12 / speed * number, control, isa=isa)
                           for number in range(1, 4) for name in ("sort", "vm") for control in (False, True)
                           for isa, speed in (("pinned", 1.5), ("acc", 1), ("fused", 2))])
        document["builds"] = [build(isas=["acc", "pinned", "fused"])]
        document["suite"]["workloads"][0]["instructions"] = {"acc": 2000000, "fused": 500000}
        output = self.report(document, run=self.run_apart).stdout
        self.assertIn("- Which instruction set is fastest? **fused, 2.00× (2.00–2.00) the speed of acc, both "
                      "tail-direct.**", output)
        self.assertIn("1 dispatch strategy of one WebAssembly interpreter, 3 instruction sets, on Test CPU", output)
        section = output[output.index("### Instruction sets: tail-direct"):]
        self.assertIn("(95 % intervals over 1 layout, so that differences may be layout luck)", section)
        self.assertEqual(self.rows(section)[:5:2], [
            ["workload", "pinned", "fused", "acc, millions", "pinned, millions", "fused, millions", "acc, bytes",
             "pinned, bytes", "fused, bytes"],
            ["sort", "1.50× (1.50–1.50) faster", "2.00× (2.00–2.00) faster", "2.000", "–", "0.500", "20", "20", "20"],
            ["geometric mean", "1.50× (1.50–1.50) faster", "2.00× (2.00–2.00) faster", *[""] * 6]])
        # There is one strategy: nothing for a heat map, nor to compare it with. The picture is of the sets.
        self.assertEqual([path.name for path in self.folder.glob("result*.svg")], ["result-isa-1-clang-22-tail-direct.svg"])
        picture = (self.folder / "result-isa-1-clang-22-tail-direct.svg").read_text()
        for words in "speed relative to acc", "pinned  1.50×", "fused  2.00×":
            self.assertIn(words, picture)

    def test_sets_with_other_first_strategies_are_no_damage(self):
        """pinned has no switch, so that its tail-direct is relative to itself."""
        document = result()
        document["samples"] += [sample(number, "sort", "tail-direct", 3 * number, control, isa="pinned")
                                for number in range(1, 4) for control in (False, True)]
        process = self.report(document)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertIn("relative to the first strategy of the same row", process.stdout)
        self.assertEqual([row[1] for row in self.rows(process.stdout)[2:4]], ["4.00× (4.00–4.00) faster", "–"])
        self.assertTrue((self.folder / "result-heatmap.svg").exists())

    def lucky(self, layouts):
        """tail-direct is 10 % faster in one layout, 10 % slower in the next, and so on."""
        document = result()
        document["builds"][0]["layout_seeds"] = list(range(layouts))
        document["samples"] = [
            sample(number, name, strategy, ms * (1 + number / 1000 * (strategy == "tail-direct")), control,
                   layout) for number in range(1, 5) for layout in range(layouts) for name in ("sort", "vm")
            for strategy, control, ms in (("switch", False, 10), ("switch", True, 10),
                                          ("tail-direct", False, 11 if layout % 2 else 9))]
        return document

    def test_layouts_make_the_interval(self):
        one, several = self.report(self.lucky(1)).stdout, self.report(self.lucky(6)).stdout
        self.assertRegex(one, r"fastest\? \*\*tail-direct, [^;]*the speed of switch\.")
        self.assertRegex(several,
                         r"undecided, [01]\.\d+× \([^)]*\); about \d+ more layouts would decide it\.")
        self.assertIn("intervals over 6 layouts", several)
        self.assertNotIn("layout luck", several + self.page(self.lucky(6)))

    def test_machines_that_failed_stand_in_the_report(self):
        path = self.folder / "result.json"
        path.write_text(json.dumps(result()))
        with contextlib.redirect_stdout(io.StringIO()):
            PROGRAM.make_page([path], self.folder / "fleet.html",
                             failed=[{"machine": "zen9", "state": "failed", "why": "no compiler <there>"}])
        self.assertEqual(self.rows((self.folder / "fleet.md").read_text())[:3:2],
                         [["machine", "state", "why"], ["zen9", "failed", "no compiler \\<there\\>"]])
        self.assertIn('"state":"failed","why":"no compiler \\u003cthere\\u003e"', (self.folder / "fleet.html").read_text())

    def test_the_smallest_effect_and_the_confidence_are_options(self):
        same = self.lucky(4)
        for entry in same["samples"]:
            entry["phases"]["execute"]["cpu"] = 10_000_000 + 20_000 * (entry["strategy"] != "switch")
        self.assertIn("no difference shown", self.report(same).stdout)
        finer = self.report(same, "--smallest-effect", "0.1%", "--confidence", "90").stdout
        self.assertIn("slower", finer)
        self.assertIn("90 % intervals", finer)
        process = self.report(same, "--confidence", "most")
        self.assertEqual(process.returncode, 2)
        self.assertIn("a percentage from 50 to 99.9", process.stderr)

    def test_warnings(self):
        found = dict(self.data(result())["cases"][0]["warnings"])
        for what, words in [("one layout", "layout luck"), ("virtual machine", "(KVM)"),
                            ("few rounds", "(3)"), ("no counters", "there are none"),
                            ("no audit", "scripts/audit makes it")]:
            self.assertIn(words, found[what])

    def test_what_was_left_out_weakens_nothing(self):
        document, gap = result(), {"workload": None, "build": "clang-22", "strategy": None, "isa": "acc",
                                   "control": False, "round": None}
        document["builds"][0]["left_out"] = [{"strategy": "goto-direct", "isa": "acc", "reason": "merged"}]
        document["not_measured"] = [
            {**gap, "what": "executor", "reason": "goto-direct-acc was left out of the build: merged"},
            {**gap, "what": "simulation", "workload": "vm", "reason": "it takes too long"},
            {**gap, "what": "executor", "strategy": "tail-indirect", "reason": "it does not start"}]
        case = self.data(document)["cases"][0]
        self.assertEqual(case["left_out"], ["goto-direct is not in this build: merged.",
                                            "Not measured: simulation (vm): it takes too long."])
        self.assertEqual([text for what, text in case["warnings"] if what == "not measured"],
                         ["Not measured: tail-indirect: it does not start."])
        self.assertIn("- goto-direct is not in this build: merged.", self.report(document).stdout)

    def test_every_strategy_has_a_visible_mark(self):
        sys.path.insert(0, str(SCRIPTS))
        from analysis import pictures
        strategies = list((SCRIPTS.parent / "dispatch/strategies").glob("*.c"))
        self.assertGreaterEqual(len(pictures.MARKERS), len(strategies))
        self.assertEqual(len(pictures.MARKERS), len(pictures.COLOURS))
        for marker in pictures.MARKERS:  # others have an edge alone, which is white
            self.assertTrue(matplotlib.markers.MarkerStyle(marker).is_filled(), marker)

    def test_what_the_first_layout_does_not_show_is_said(self):
        def executor(size, stack, order):
            return {"opcodes": 100, "dispatch_sites": 1, "code_bytes": size, "median_handler_bytes": 1,
                    "largest_handler_bytes": 1, "largest_handler": "br", "findings": [], "handlers_that_call": [],
                    "handlers_that_use_the_stack": ["br"] * stack, "share_in_layout_order": order}

        document = result()
        document["builds"] = [build(layout_seeds=[0, 1], audit_missing=None, audit={"listings": [], "executors": {
            "switch-acc": executor(1000, 17, 1), "switch-acc.layout1": executor(1049, 6, 1),
            "tail-direct-acc": executor(2000, 9, 1), "tail-direct-acc.layout1": executor(2099, 9, 1)}})]
        text = dict(self.data(document)["cases"][0]["warnings"])["other code"]
        self.assertIn("In the layouts 0 and 1 the compiler made other code", text)
        self.assertIn("of switch 17 and 6 handlers that use the native stack. What", text)
        executors = document["builds"][0]["audit"]["executors"]
        executors["tail-direct-acc.layout1"]["code_bytes"] = 2101
        executors["switch-acc"].update(share_in_layout_order=0.5, handlers_that_use_the_stack=["br"] * 6)
        told = dict(self.data(document)["cases"][0]["warnings"])
        self.assertIn("placed the handlers of switch in orders of its own", told["other order"])
        self.assertIn("code, and not the same in another order: of tail-direct 2,000 and 2,101 bytes. What",
                      told["other code"])
        for entry in executors.values():
            entry["handler_instructions"] = 500
        # The same instructions in encodings of other sizes: switch by 5 %, tail-direct, too.
        text = dict(self.data(document)["cases"][0]["warnings"])["other code"]
        self.assertIn("of switch 1,000 and 1,049 bytes; of tail-direct 2,000 and 2,101 bytes. What", text)
        executors["switch-acc.layout1"]["code_bytes"] = 1010
        executors["tail-direct-acc.layout1"]["code_bytes"] = 2019
        self.assertNotIn("other code", dict(self.data(document)["cases"][0]["warnings"]))
        executors["tail-direct-acc"]["handler_instructions"] = 506
        text = dict(self.data(document)["cases"][0]["warnings"])["other code"]
        self.assertIn("of tail-direct 506 and 500 machine instructions. What", text)
        executors["tail-direct-acc"]["handler_instructions"] = 500
        executors["tail-direct-acc.layout1"]["code_bytes"] = 2000
        executors["switch-acc.layout1"]["handlers_that_use_the_stack"] = ["br", "call", "halt"] + ["copy_many"] * 3
        text = dict(self.data(document)["cases"][0]["warnings"])["spills"]
        self.assertIn("br of switch in layout 0; br and call of switch in layout 1; br of tail-direct in layouts 0 and 1. ",
                      text)
        for entry in executors.values():
            entry["handlers_that_use_the_stack"] = ["copy_many"]
        self.assertNotIn("spills", dict(self.data(document)["cases"][0]["warnings"]))
        del executors["switch-acc"]["share_in_layout_order"]
        self.assertFalse({"other code", "other order"} & set(dict(self.data(document)["cases"][0]["warnings"])))

    def test_the_replayers_work_is_said(self):
        def warned(document):
            case = self.data(document)["cases"][0]
            return case["replayed"], dict(case["warnings"]).get("replayer", "")

        document = result()
        entry = {"build": "clang-22", "strategy": "switch", "isa": "acc", "layout": 0, "workload": "vm", "model": "M",
                 "counts": {"instructions": 5}}
        document["simulated"] = [entry]
        self.assertEqual(warned(document), (False, ""))
        for name in "file", "invoke", "args":
            del document["suite"]["workloads"][1][name]
        document["suite"]["workloads"][1]["trace"] = "vm.trace"
        replayed, text = warned(document)
        self.assertTrue(replayed)
        self.assertIn("of recorded traces (vm) have the replayer's own work in them", text)
        document["simulated"] = []
        self.assertEqual(warned(document), (True, ""))

    def test_what_a_crossing_costs_is_said(self):
        def warned(replayer_ns):
            document = result()
            for sample in document["samples"]:
                if sample["workload"] == "vm":
                    sample["phases"]["execute"]["cpu"] = 400_000_000
                    sample.update(crossings=5_000_000, replayer_ns=replayer_ns)
            return [text for kind, text in self.data(document)["cases"][0]["warnings"] if kind == "crossings"]

        text, = warned(300_000_000)
        self.assertIn("vm crosses between module and host 5,000,000 times: the replayer takes 0.3 s beside the module's "
                      "0.4 s, 60 ns for each crossing.", text)
        self.assertEqual(warned(19_000_000), [])

    def test_pictures(self):
        self.page(result(), self.run_apart)
        self.assertIn("<svg", (self.folder / "result.svg").read_text())
        self.assertEqual((self.folder / "result.png").read_bytes()[:4], b"\x89PNG")

    def test_the_page_needs_nothing_else(self):
        page = re.sub(r"<script>.*?</script>", "", self.page(result()), flags=re.S)
        self.assertIn("default-src 'none'", page)
        for reference in re.findall(r'(?:(?:src|href)\s*=|url\()\s*["\']?([^"\')\s>]+)', page):
            self.assertTrue(reference.startswith("#") or reference == "data:,", reference)

    def test_equal_results_make_equal_pages(self):
        self.assertEqual(self.page(result(), self.run_apart), self.page(result(), self.run_apart))

    def test_what_was_not_measured_is_not_the_fastest(self):
        warm_up = result()
        warm_up["samples"] = [dict(entry, round=0) for entry in warm_up["samples"]]
        self.assertIn("fastest? **Not known: no strategy was measured after the warm-up.**", self.report(warm_up).stdout)
        alone = result()
        alone["samples"] = [entry if entry["strategy"] == "tail-direct" else dict(entry, round=0)
                            for entry in alone["samples"]]
        self.assertIn("fastest? **tail-direct: the only strategy that was measured.**", self.report(alone).stdout)

    def test_sums_are_over_what_all_have(self):
        some = result()
        for number, entry in enumerate(some["samples"]):
            entry["bytecode_bytes"] = 1000 if entry["workload"] == "sort" else 50
            if entry["strategy"] == "tail-direct" and entry["workload"] == "vm":
                some["samples"][number] = dict(entry, round=0)
        sizes = self.data(some)["cases"][0]["sizes"]
        self.assertEqual({name: size["bytecode_bytes"] for name, size in sizes.items()},
                         {"switch": 1000, "tail-direct": 1000})

    def test_failures_have_no_numbers(self):
        document = result()
        document["not_measured"] = [{
            "what": "sample", "workload": "vm", "build": "clang-22", "strategy": "tail-direct", "isa": "acc",
            "control": False, "round": 3, "reason": "it crashed"}]
        output = self.report(document).stdout
        self.assertIn(["vm", "–", "0.990× (0.990–0.990)"], self.rows(output))
        self.assertIn(["geometric mean", "2.00× (2.00–2.00), of 1 faster", "0.990× (0.990–0.990)"],
                      self.rows(output))
        self.assertIn("Not measured: tail-direct (vm): it crashed.", output)
        self.assertIn("(over 1 of 2 workloads)", output)

    def test_hostile_names_are_text(self):
        document = json.loads(json.dumps(result()).replace("sort", "</script><script>$x_1$\u2028"))
        process = self.report(document)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        page = (self.folder / "result.html").read_text()
        self.assertEqual(page.count("<script"), 3)
        self.assertNotIn("\u2028", page)
        self.assertIn("\\</script\\>\\<script\\>$x\\_1$", process.stdout)

    def test_several_results_make_one_page(self):
        (self.folder / "other.json").write_text(json.dumps({**result(), "started": "2026-02-01T00:00:00Z"}))
        process = self.report(result(), self.folder / "other.json", "-o", self.folder / "both.html", run=self.run_apart)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIn("were not interleaved", process.stdout)
        for name in "both-heatmap.svg", "both-heatmap.png", "both-2-clang-22-acc.png":
            self.assertTrue((self.folder / name).exists(), name)

    def test_without_charts_there_is_all_but_the_page(self):
        copy = self.folder / "scripts"
        shutil.copytree(SCRIPTS, copy, ignore=shutil.ignore_patterns("node_modules", "checks", "__pycache__"))
        for name in "bench/output", "bench/input":
            shutil.copytree(SCRIPTS.parent / name, self.folder / name)
        shutil.copytree(SCRIPTS.parent / "results",
                        self.folder / "results",
                        ignore=shutil.ignore_patterns("local", "*-*"))
        path = self.folder / "result.json"
        path.write_text(json.dumps(result()))
        process = subprocess.run([copy / "report", path], capture_output=True, text=True)
        self.assertEqual(process.returncode, 1)
        self.assertEqual(
            process.stderr, "report: there is no page, since what draws its charts is not installed: "
            "run scripts/setup\n")
        self.assertIn("the speed of switch", (self.folder / "result.md").read_text())
        self.assertFalse((self.folder / "result.html").exists())

    def test_one_run_is_not_compared_with_itself(self):
        (self.folder / "copy.json").write_text(json.dumps(result()))
        process = self.report(result(), self.folder / "copy.json")
        self.assertEqual((process.returncode, process.stderr), (1, "report: copy.json and result.json are the same run\n"))

    def test_where_nothing_can_be_written_is_named(self):
        process = self.report(result(), "-o", self.folder / "missing/page.html")
        self.assertEqual((process.returncode, process.stderr),
                         (1, f"report: cannot write {self.folder}/missing/page.md: No such file or directory\n"))

    def test_names_mean_nothing_in_the_summary_and_reach_no_terminal(self):
        evil = "a<img src=x>|`b`\x1b]0;c\x07\u009d\u202e"
        text = json.dumps(result()).replace('"tail-direct"', json.dumps(evil)).replace('"acc"', json.dumps(evil + "i"))
        document = json.loads(text)
        document["machine"]["cpu"]["model"] = document["builds"][0]["name"] = evil
        for sample in document["samples"]:
            sample["build"] = evil
        second = json.loads(json.dumps(document))
        second["started"] = "2026-01-02T00:00:00Z"
        second["machine"]["cpu"]["model"] = f"{evil}2"
        for others in [], [second]:
            paths = []
            for number, other in enumerate(others):
                paths.append(self.folder / f"other{number}.json")
                paths[-1].write_text(json.dumps(other))
            process = self.report(document, *paths)
            self.assertEqual((process.returncode, process.stderr), (0, ""))
            for written in process.stdout, (self.folder / "result.md").read_text():
                self.assertEqual([letter for letter in written if not letter.isprintable() and letter != "\n"], [])
                self.assertIn(r"a\<img src=x\>\|\`b\`]0;c", written.replace(r"\]", "]"))
                self.assertIsNone(re.search(r"(?<!\\)<img", written))
        self.assertEqual(len(list(self.folder.glob("result-2-a-img-src-x-b-0-c-*.svg"))), 1)

    def test_a_reader_that_has_seen_enough_is_no_error(self):
        (self.folder / "result.json").write_text(json.dumps(result()))
        process = subprocess.run(["bash", "-c", '"$@" | head -n 1; exit "${PIPESTATUS[0]}"', "bash", REPORT,
                                  self.folder / "result.json"], capture_output=True, text=True)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertTrue((self.folder / "result.html").exists())

    def test_planted_links_are_not_written_through(self):
        victim = self.folder / "victim"
        for name in "result.md", "result.html", "result.svg", "result.png":
            victim.write_text("old")
            link = self.folder / name
            link.unlink(missing_ok=True)
            link.symlink_to(victim)
            process = self.report(result(), run=self.run_apart)
            self.assertEqual((process.returncode, process.stderr),
                             (1, f"report: cannot write {link}: it is a symbolic link\n"))
            self.assertEqual(victim.read_text(), "old")
            link.unlink()
        self.assertEqual([path.name for path in self.folder.glob(".*")], [])

    def test_numbers_and_strings_that_json_does_not_have(self):
        text = json.dumps(result())
        for old, new, words in [('"budget_seconds": 1', '"budget_seconds": NaN', "NaN is no number"),
                                ('"budget_seconds": 1', '"budget_seconds": -Infinity', "-Infinity is no number"),
                                ('"budget_seconds": 1', '"budget_seconds": 1e999', "1e999 is no number"),
                                ('"seed": 1', '"seed": 1' + 5000 * "0", "limit"),
                                ('"Test CPU"', '"\\ud800"', "surrogates not allowed"),
                                ('"Test CPU"', '"a\\u0000"', "a string has a NUL")]:
            process = self.report(text.replace(old, new))
            self.assertEqual(process.returncode, 1)
            self.assertRegex(process.stderr, f"^report: cannot read .*: it is damaged, or no result file: .*{words}")
            self.assertEqual(process.stderr.count("\n"), 1, process.stderr)
        # As they may stand in one.
        self.assertEqual(self.report(text.replace('"Test CPU"', '"\\ud83d\\ude00 \\\\u0000"')).returncode, 0)

    def test_runs_that_nobody_can_have_made_are_refused(self):
        samples = [sample(number, "sort", strategy, 8, layout=number) for number in range(1, 6001)
                   for strategy in ("switch", "tail-direct")]
        process = self.report(result(samples))
        self.assertEqual(process.returncode, 1)
        self.assertRegex(process.stderr, r"^report: .*6,000 layouts, 6,000 rounds, and 2 executors on workloads; a report "
                         r"has room for 20,000,000 cells, and not for 72,000,000\n$")

    def test_a_workload_that_is_too_short_is_flagged_and_not_compared(self):
        document = result()
        for entry in document["samples"]:
            if entry["workload"] == "vm":
                times = entry["phases"]["execute"]
                entry["phases"] = {**entry["phases"], "execute": {key: value // 1000 for key, value in times.items()}}
        case = self.data(document)["cases"][0]
        self.assertIn(["too short", "vm takes 0.0045 ms, which is too short to time: what was measured is also the clock "
                       "and cold caches, so it is not compared. Give it more to do."], case["warnings"])
        self.assertEqual([workload["too_short"] for workload in case["workloads"]], [False, True])
        for _, _, found, _ in case["pairs"]:
            self.assertEqual((found["speed"][1], found["verdict"][1]), (None, None))
        self.assertIn("(over 1 of 2 workloads)", case["answers"][0]["text"] + case["answers"][1]["text"])

    def test_bad_files_get_one_sentence(self):
        newer, damaged, empty, stranger, twice = result(), result(), result(), result(), result()
        stranger["samples"][7]["workload"] = "no\none"
        twice["suite"]["workloads"].append(twice["suite"]["workloads"][0])
        newer["schema"] = 3
        del damaged["samples"][0]["phases"]
        empty["samples"] = []
        for document, words in [("", "it is damaged"), ("[]", "is no result file"), (newer, "schema 3"),
                                (damaged, "damaged: samples[0]: 'phases' is a required"),
                                (stranger, 'samples[7] is of the workload "no\\none", which it does not'),
                                (twice, 'describes the workload "sort" twice'),
                                ({"schema": "2\n"}, 'has schema "2\\n"; this program reads schema 2'),
                                (empty, "holds no samples"), ("\0" * 10, "cannot read")]:
            process = self.report(document)
            self.assertEqual(process.returncode, 1)
            self.assertIn(words, process.stderr)
            self.assertEqual(process.stderr.count("\n"), 1, process.stderr)

    def test_pages_need_a_name(self):
        path = self.folder / "result.json"
        path.write_text(json.dumps(result()))
        for arguments, name in ((".",), "."), ((path, "-o", "/"), "/"), ((path, "-o", ""), ""):
            process = subprocess.run([REPORT, *arguments], capture_output=True, text=True, cwd=self.folder)
            self.assertEqual((process.returncode, process.stderr),
                             (1, f"report: \"{name}\" is no name of a file\n"))


if __name__ == "__main__":
    unittest.main()
