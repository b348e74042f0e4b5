#!/usr/bin/python3
"""test_calibrate.py FOLDER: scripts/calibrate --real in its quick form, in FOLDER, and the planted executors
that it builds there. Whether the times are as they should be is not asked: there are too few. Exit status 77:
skipped."""
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
FOLDER = pathlib.Path(sys.argv[1])
sys.dont_write_bytecode = True
sys.path.insert(0, str(SCRIPTS))
try:
    from analysis.experiments import calibration, slowdowns
    from analysis.results import comparison
    import example_result
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)


class Quick(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = subprocess.run([SCRIPTS / "calibrate", "--real", "--quick", "--directory", FOLDER],
                              capture_output=True, text=True, check=False)
        if "musttail" in done.stderr:
            raise unittest.SkipTest(done.stderr.strip())
        cls.status, cls.text, cls.complaints = done.returncode, done.stdout, done.stderr
        cls.calibration = calibration.Calibration(calibration.QUICK, FOLDER, 1)
        cls.pool = cls.calibration.pool

    def test_the_report_says_that_all_is_well(self):
        self.assertEqual(self.status, 0, self.complaints + self.text)
        for part in ("Planted instructions", "A/A: tail-direct under two names", "Planted slowdowns", "Layout luck",
                     "8 runs of tailrace bench", "all as it should be"):
            self.assertIn(part, self.text)

    def test_runs_over_several_layouts_have_them_all_as_often_as_the_report_says(self):
        found = [json.loads(path.read_text()) for path in (FOLDER / "runs").glob("run-*.json")]
        several = [result for result in found if len(result["builds"][0]["layout_seeds"]) > 1]
        self.assertTrue(several)
        for result in several:
            self.assertGreaterEqual(result["rounds"], calibration.ROUNDS)
            self.assertEqual({sample["layout"] for sample in result["samples"]}, set(result["builds"][0]["layout_seeds"]))

    def test_planted_handlers_have_the_instructions_once(self):
        for slowdown in self.pool.slowdowns:
            for seed in self.pool.seeds(slowdown.name):
                expected = 0 if slowdown.first_only and seed else 1
                self.assertEqual(self.pool.places(slowdown, seed), expected, (slowdown.name, seed))
        slowdown = self.pool.slowdowns[0]
        original = slowdowns.Slowdown(slowdown.strategy, slowdown.strategy, slowdown.opcode, slowdown.count)
        self.assertEqual(self.pool.places(original, 0), 0)

    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is missing")
    def test_as_many_instructions_more_as_planted_times_executed(self):
        scratch = self.calibration.folder / "scratch"
        for workload in self.calibration.plan.workloads:
            slowdown = self.pool.slowdowns[0]
            times = self.pool.times_executed(slowdown.opcode, workload)
            self.assertGreater(times, 1000)
            more, count = (self.pool.executed(name, workload, scratch) for name in (slowdown.name, slowdown.strategy))
            self.assertEqual(more - count, times * slowdown.count)

    def test_a_lucky_program_is_the_original_in_other_layouts(self):
        lucky = next(slowdown for slowdown in self.pool.slowdowns if slowdown.first_only)
        codes = []
        for name in lucky.strategy, lucky.name:
            text = slowdowns.run(["objdump", "-d", "--no-show-raw-insn", "--section=.text", self.pool.path(name, 1)])
            begin, end = text.index("<handle_"), text.rindex("<handle_")
            # Without the addresses of data, relative to the code or of this program, whose code is linked at
            # 0x400000: the name of the strategy moves it.
            codes.append(re.sub(r"-?(0x)?[0-9a-f]+\(%rip\).*|0x4[0-9a-f]{5}\b", "", text[begin:end]))
        self.assertTrue(codes[0] == codes[1])

    def test_what_does_not_hold_is_said(self):
        self.calibration.check(True, "fine")
        self.assertEqual(self.calibration.wrong, [])
        self.assertIn("WRONG", self.calibration.check(False, "times differ"))
        self.assertEqual(self.calibration.wrong, [], "a quick run decides nothing by time")
        self.calibration.check(False, "instructions differ", timed=False)
        self.assertEqual(self.calibration.wrong, ["instructions differ"])


class TooShort(unittest.TestCase):
    """Of executors that take what is given here; nothing is measured."""

    def calibrate(self, milliseconds):
        """The Calibration, which decides by times, too; milliseconds: by workload."""
        found = calibration.Calibration(dataclasses.replace(calibration.QUICK, decides=True), FOLDER, 1)

        def bench(names, seeds, seconds=0.0):
            self.assertEqual(seconds, 0)
            result = example_result.result([
                example_result.sample(number, workload, name, each * (1 + place / 5), control, layout)
                for number in (1, 2, 3) for layout in range(len(seeds)) for workload, each in milliseconds.items()
                for place, name in enumerate(names) for control in (False, True)])
            result["suite"]["workloads"] = [example_result.workload(name) for name in milliseconds]
            result["builds"][0]["strategies"] = {name: {"flags": []} for name in names}
            return comparison.comparisons(result)[0]

        found.bench = bench
        found.measure()
        for show in found.show_same, found.show_planted, found.show_luck:
            show()
        return found

    def test_what_can_be_timed_is_measured(self):
        found = self.calibrate({"integers": 1, "vm": 2})
        self.assertNotIn("not measured", "\n".join(found.report))
        self.assertNotIn("too short", "\n".join(found.wrong))

    def test_a_workload_that_no_run_could_time_is_not_measured(self):
        found = self.calibrate({"integers": 0.05, "vm": 2})
        rows = [line for line in found.report if re.search(r"\bintegers\b", line)]
        self.assertEqual(len(rows), 4 + 1 + 2)
        for row in rows:
            self.assertRegex(row, "not measured  WRONG$")
        self.assertNotIn("not measured", "\n".join(line for line in found.report if line not in rows))
        self.assertIn("tail-direct-plus16 on integers: too short to time in the reference", found.wrong)
        self.assertIn("layout luck, that layout, integers: too short to time in 1 of 1 runs", found.wrong)

    def test_nothing_at_all_is_not_measured(self):
        found = self.calibrate({"integers": 0.05, "vm": 0.05})
        self.assertEqual(sum("not measured  WRONG" in line for line in found.report), 3 * (4 + 1 + 2))

    def test_runs_that_could_not_time_it_are_told_beside_those_that_could(self):
        found = self.calibrate({"integers": 1, "vm": 2})
        outcome = found.outcomes["planted", "tail-direct-plus16", "vm"]
        self.assertEqual((len(outcome.words), found.check_measured("", outcome, "vm")), (2, ""))
        outcome.add(None, None)
        self.assertEqual((len(outcome.words), found.check_measured("", outcome, "vm")), (2, "  WRONG"))
        self.assertEqual(found.wrong[-1], "vm: too short to time in 1 of 3 runs")


class Sittings(unittest.TestCase):
    def test_a_round_that_takes_longer_than_was_thought_is_finished(self):
        """As on a machine that does much else: of `tailrace bench`, what takes no block that its budget has no room for."""
        with tempfile.TemporaryDirectory() as folder:
            program, result = pathlib.Path(folder) / "tailrace", pathlib.Path(folder) / "result.json"
            program.write_text(f"#!{sys.executable}\n" + textwrap.dedent("""\
                import json, sys
                _, command, resume, path, option, budget = sys.argv
                assert (command, resume, option) == ("bench", "--resume", "--budget")
                result = json.load(open(path))
                result["rounds"] += float(budget) > 100
                json.dump(result, open(path, "w"))
                """))
            program.chmod(0o755)
            result.write_text('{"rounds": 0}')
            calibration.Calibration.finish(program, result, 0.5)
            self.assertEqual(json.loads(result.read_text()), {"rounds": calibration.ROUNDS})


class Outcomes(unittest.TestCase):
    def test_shares(self):
        low, high = calibration.binomial(10, 200)
        self.assertAlmostEqual(low, 0.0242, 3)  # Clopper and Pearson's
        self.assertAlmostEqual(high, 0.0900, 3)
        self.assertEqual(calibration.share(0, 200), "0 of 200 (0.0–1.8 %)")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
