#!/usr/bin/python3
"""Tests scripts/verdicts and scripts/analysis/results/comparison.py. Exit status 77: skipped."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))
try:
    import jsonschema
    from analysis.results import comparison
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)
from example_result import build, result, sample


def of_layouts(document):
    """The same samples in two layouts: with one alone, a run does not end after so few rounds."""
    document["builds"][0]["layout_seeds"] = [0, 1]
    document["samples"] += [dict(entry, layout=1) for entry in document["samples"]]
    return document


def longer():
    """Six rounds: the three of the example, twice."""
    document = result()
    document["samples"] += [dict(entry, round=entry["round"] + 3) for entry in document["samples"] if entry["round"]]
    return document


def two_builds():
    """gcc-12 is slower, and its tail calls gain less."""
    samples = []
    for number in range(1, 5):
        for name in "sort", "vm":
            for builder, switch, tail in ("clang-22", 10, 5), ("gcc-12", 20, 16):
                samples += [sample(number, name, "switch", switch, build=builder),
                            sample(number, name, "switch", switch, control=True, build=builder),
                            sample(number, name, "tail-direct", tail, build=builder)]
    return dict(result(samples), builds=[build("clang-22"), build("gcc-12")])


class Verdicts(unittest.TestCase):
    def run_on(self, document, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "result.json"
            path.write_text(document if isinstance(document, str) else json.dumps(document))
            return subprocess.run([SCRIPTS / "verdicts", *arguments, path], capture_output=True, text=True)

    def verdicts(self, document, *arguments):
        process = self.run_on(document, *arguments)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        return json.loads(process.stdout)

    def test_decided(self):
        found = self.verdicts(of_layouts(result()))
        self.assertEqual((found["decided"], found["comparisons"], found["undecided"]), (True, 3, 0))
        self.assertEqual(len(found["sentences"]), 1)
        self.assertIn("tail-direct runs at 4.00× (4.00–4.00) the speed of switch", found["sentences"][0])

    def test_cells_have_what_tables_show(self):
        found = self.verdicts(of_layouts(result()))
        cells = {(cell["workload"], cell["strategy"], cell["control"]): cell for cell in found["cells"]}
        self.assertEqual(set(cells), {(workload, strategy, strategy == "switch")
                                      for workload in ("sort", "vm", None)
                                      for strategy in ("switch", "tail-direct")})
        mean, noise = cells[None, "tail-direct", False], cells["sort", "switch", True]
        self.assertEqual((mean["build"], mean["isa"]), ("clang-22", "acc"))
        self.assertEqual((mean["word"], mean["remedy"]), ("faster", ""))
        self.assertAlmostEqual(mean["speed"], 4)
        self.assertAlmostEqual(mean["low"], 4)  # all samples are alike
        self.assertAlmostEqual(mean["high"], 4)
        self.assertIsNone(noise["word"])
        # One round has no interval; that of A/A is of both workloads.
        document = result()
        document["samples"] = [entry for entry in document["samples"] if entry["round"] < 2]
        self.assertEqual({cell["low"] for cell in self.verdicts(document)["cells"] if not cell["control"]}, {None})

    def test_few_rounds_of_one_layout_do_not_end_a_run(self):
        found = self.verdicts(result())
        self.assertEqual((found["decided"], found["undecided"]), (False, 0))

    def test_what_ends_a_run_is_surer_than_what_is_reported(self):
        document = longer()
        for entry in document["samples"]:
            cpu = 10**7 * (1 + (0.013 + 0.02 * (entry["round"] % 3)) * (entry["strategy"] == "switch"))
            entry["phases"] = dict(entry["phases"], execute={"cpu": int(cpu), "wall": 1})
        decided = {share: self.verdicts(document, "--confidence", share)["decided"] for share in ("60", "95")}
        undecided = self.verdicts(document, "--confidence", "95")["undecided"]
        self.assertEqual((decided, undecided), ({"60": True, "95": False}, 0))

    def test_each_workload_has_to_be_decided(self):
        document = result()
        for number, entry in enumerate(e for e in document["samples"] if e["workload"] == "vm"
                                       and e["strategy"] == "tail-direct"):
            entry["phases"] = dict(entry["phases"], execute={"cpu": 10**7 * (1 + 5 * number % 7), "wall": 1})
        found = self.verdicts(document)
        self.assertFalse(found["decided"])
        self.assertGreaterEqual(found["undecided"], 1)

    def test_the_confidence_and_the_smallest_effect_matter(self):
        document = of_layouts(result())
        for number, entry in enumerate(document["samples"]):
            entry["phases"] = dict(entry["phases"], execute={"cpu": 10**7 + number * 10**4, "wall": 1})
        self.assertTrue(self.verdicts(document, "--smallest-effect", "20")["decided"])
        self.assertFalse(self.verdicts(document, "--smallest-effect", "0.01", "--confidence", "99")["decided"])

    def test_builds_are_judged_apart(self):
        found = self.verdicts(two_builds())
        self.assertEqual(found["comparisons"], 6)
        self.assertTrue(found["sentences"][0].startswith("clang-22, acc: tail-direct runs at 2.00×"))
        self.assertTrue(found["sentences"][1].startswith("gcc-12, acc: tail-direct runs at 1.25×"))

    def test_other_builds_can_be_compared_with_one_baseline(self):
        first = comparison.comparisons(two_builds())[0]
        self.assertEqual((first.build["name"], first.baseline), ("clang-22", "switch"))
        self.assertAlmostEqual(first.estimate(("sort", "vm"), "tail-direct", build="gcc-12").speed, 10 / 16)

    def test_one_round_decides_nothing(self):
        document = result()
        document["samples"] = [entry for entry in document["samples"] if entry["round"] < 2]
        self.assertFalse(self.verdicts(document)["decided"])

    def test_no_samples_decide_nothing(self):
        found = self.verdicts(dict(result(), samples=[]))
        self.assertEqual((found["decided"], found["sentences"]), (False, []))

    def test_bad_files_get_one_sentence(self):
        damaged = result()
        damaged["samples"][0] = 7
        for document, words in [("", "cannot read"), ("[]", "no result file"), (dict(result(), schema=1), "schema 1"),
                                (damaged, "damaged"), ("[" * 100000, "cannot read")]:
            process = self.run_on(document)
            self.assertEqual((process.returncode, process.stderr.count("\n")), (1, 1), process.stderr)
            self.assertIn(words, process.stderr)

    def test_loading_names_the_place_of_the_damage(self):
        document = result()
        document["samples"][3]["phases"]["execute"]["cpu"] = -3
        with self.assertRaisesRegex(comparison.Trouble, r"samples\[3\]\.phases\.execute\.cpu"):
            comparison.validate(document, "x.json")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
