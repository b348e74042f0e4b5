#!/usr/bin/python3
"""Tests scripts/report. Exit status 77: skipped."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import jinja2
    import jsonschema
    import matplotlib
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)
from example_result import result, sample

REPORT = pathlib.Path(__file__).resolve().parent.parent / "report"


class Report(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def report(self, document, *arguments):
        path = self.folder / "result.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return subprocess.run([REPORT, path, *arguments], capture_output=True, text=True)

    def page(self, document):
        process = self.report(document)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        return (self.folder / "result.html").read_text()

    def rows(self, page):
        """The cells of all tables, row by row, as text."""
        strip = lambda cell: re.sub(r"<[^>]*>", "", cell).strip()
        return [[strip(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
                for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.S)]

    def test_numbers(self):
        page = self.page(result())
        rows = self.rows(page)
        self.assertIn(["sort", "2.00× (2.00–2.00) faster", "0.990× (0.990–0.990)"], rows)
        self.assertIn(["vm", "8.00× (8.00–8.00) faster", "0.990× (0.990–0.990)"], rows)
        self.assertIn(["geometric mean", "4.00× (4.00–4.00) faster", "0.990× (0.990–0.990)"], rows)
        self.assertIn(["sort", "12.0 ± 16.7 %", "6.0 ± 16.7 %"], rows)
        self.assertIn(["sort", "a kind", "2.0", "6.000", "3.000"], rows)
        self.assertIn("differed by up to 1.0 % on a workload", page)
        self.assertIn("tail-direct 4.00×", page)  # in the picture

    def test_the_comparison_is_printed_as_markdown(self):
        output = self.report(result()).stdout
        rows = [[cell.strip() for cell in line.strip("|").split("|")]
                for line in output.splitlines() if line.startswith("|")]
        self.assertEqual(rows[0], ["workload", "tail-direct", "A/A"])
        self.assertEqual(rows[2], ["sort", "2.00× (2.00–2.00) faster", "0.990× (0.990–0.990)"])
        self.assertEqual(rows[-1][0], "geometric mean")
        self.assertIn("- tail-direct runs at 4.00× (4.00–4.00) the speed of switch, geometric mean over "
                      "2 of 2 workloads: faster.", output)
        self.assertIn("Noise floor (A/A): switch measured under two names differed by up to 1.0 %", output)
        self.assertIn("layout luck", output)

    def lucky(self, layouts):
        """tail-direct is 10 % faster in one layout, 10 % slower in the next, and so on."""
        document = result()
        document["builds"][0]["layout_seeds"] = list(range(layouts))
        document["samples"] = [
            sample(number, name, strategy, ms * (1 + number / 1000 * (strategy == "tail-direct")), control, layout)
            for number in range(1, 5) for layout in range(layouts) for name in ("sort", "vm")
            for strategy, control, ms in (("switch", False, 10), ("switch", True, 10),
                                          ("tail-direct", False, 11 if layout % 2 else 9))]
        return document

    def test_layouts_make_the_interval(self):
        one, several = self.report(self.lucky(1)).stdout, self.report(self.lucky(6)).stdout
        self.assertRegex(one, r"workloads: faster\.")
        self.assertRegex(several, r"workloads: undecided \(about \d+ more layouts\)\.")
        self.assertIn("intervals over 6 layouts", several)
        self.assertNotIn("layout luck", several + self.page(self.lucky(6)))

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
        page = self.page(result())
        for words in "layout luck", "virtual machine (KVM)", "there are none", "Few rounds (3)":
            self.assertIn(words, page)

    def test_pictures(self):
        self.page(result())
        self.assertIn("<svg", (self.folder / "result.svg").read_text())
        self.assertEqual((self.folder / "result.png").read_bytes()[:4], b"\x89PNG")

    def test_the_page_needs_nothing_else(self):
        page = self.page(result())
        for reference in re.findall(r'(?:src|href|url\()\s*=?\s*["\']?([^"\')\s>]+)', page):
            self.assertTrue(reference.startswith("#"), reference)

    def test_equal_results_make_equal_pages(self):
        self.assertEqual(self.page(result()), self.page(result()))

    def test_failures_have_no_numbers(self):
        document = result()
        document["not_measured"] = [{"what": "sample", "workload": "vm", "build": "clang-22",
                                     "strategy": "tail-direct", "isa": "acc", "control": False, "round": 3, "reason": "it crashed"}]
        page = self.page(document)
        self.assertIn(["vm", "–", "0.990× (0.990–0.990)"], self.rows(page))
        self.assertIn(["geometric mean", "2.00× (2.00–2.00), of 1 faster", "0.990× (0.990–0.990)"], self.rows(page))
        self.assertIn("Not measured: tail-direct-acc, vm: it crashed.", page)

    def test_hostile_names_are_text(self):
        document = json.loads(json.dumps(result()).replace("sort", "<script>$x_1$</script>"))
        page = self.page(document)
        self.assertNotIn("<script>", page)
        self.assertIn("&lt;script&gt;$x_1$", page)

    def test_several_results_make_one_page(self):
        (self.folder / "other.json").write_text(json.dumps(result()))
        process = self.report(result(), self.folder / "other.json", "-o", self.folder / "both.html")
        self.assertEqual(process.returncode, 0, process.stderr)
        page = (self.folder / "both.html").read_text()
        self.assertEqual(page.count("<svg"), 2)
        self.assertTrue((self.folder / "both-2-acc.png").exists())

    def test_bad_files_get_one_sentence(self):
        newer, damaged, empty = result(), result(), result()
        newer["schema"] = 3
        del damaged["samples"][0]["phases"]
        empty["samples"] = []
        for document, words in [("", "cannot read"), ("[]", "is no result file"), (newer, "schema 3"),
                                (damaged, "damaged: samples[0]: 'phases' is a required"), (empty, "holds no samples"),
                                ("\0" * 10, "cannot read")]:
            process = self.report(document)
            self.assertEqual(process.returncode, 1)
            self.assertIn(words, process.stderr)
            self.assertEqual(process.stderr.count("\n"), 1, process.stderr)


if __name__ == "__main__":
    unittest.main()
