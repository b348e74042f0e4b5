#!/usr/bin/python3
"""test_calibrate.py FOLDER: scripts/calibrate --real in its quick form, in FOLDER, and the planted executors
that it builds there. Whether the times are as they should be is not asked: there are too few. Exit status 77:
skipped."""
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
FOLDER = pathlib.Path(sys.argv[1])
sys.dont_write_bytecode = True
sys.path.insert(0, str(SCRIPTS))
try:
    from analysis import calibrate_real, planted
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
        cls.calibration = calibrate_real.Calibration(calibrate_real.QUICK, FOLDER, 1)
        cls.pool = cls.calibration.pool

    def test_the_report_says_that_all_is_well(self):
        self.assertEqual(self.status, 0, self.complaints + self.text)
        for part in ("Planted instructions", "A/A: tail-direct under two names", "Planted slowdowns", "Layout luck",
                     "8 runs of tailrace bench", "all as it should be"):
            self.assertIn(part, self.text)

    def test_planted_handlers_have_the_instructions_once(self):
        for plant in self.pool.plants:
            for seed in self.pool.seeds(plant.name):
                expected = 0 if plant.first_only and seed else 1
                self.assertEqual(self.pool.planted_places(plant, seed), expected, (plant.name, seed))
        plant = self.pool.plants[0]
        original = planted.Plant(plant.strategy, plant.strategy, plant.opcode, plant.count)
        self.assertEqual(self.pool.planted_places(original, 0), 0)

    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is missing")
    def test_as_many_instructions_more_as_planted_times_executed(self):
        scratch = self.calibration.folder / "scratch"
        for workload in self.calibration.plan.workloads:
            plant = self.pool.plants[0]
            times = self.pool.times_executed(plant.opcode, workload)
            self.assertGreater(times, 1000)
            more, count = (self.pool.executed(name, workload, scratch) for name in (plant.name, plant.strategy))
            self.assertEqual(more - count, times * plant.count)

    def test_a_lucky_program_is_the_original_in_other_layouts(self):
        lucky = next(plant for plant in self.pool.plants if plant.first_only)
        codes = []
        for name in lucky.strategy, lucky.name:
            text = planted.run(["objdump", "-d", "--no-show-raw-insn", "--section=.text", self.pool.path(name, 1)])
            begin, end = text.index("<handle_"), text.rindex("<handle_")
            # Without what is addressed relative to the code: the name of the strategy moves it.
            codes.append(re.sub(r"-?(0x)?[0-9a-f]+\(%rip\).*", "", text[begin:end]))
        self.assertTrue(codes[0] == codes[1])

    def test_what_does_not_hold_is_said(self):
        self.calibration.check(True, "fine")
        self.assertEqual(self.calibration.wrong, [])
        self.assertIn("WRONG", self.calibration.check(False, "times differ"))
        self.assertEqual(self.calibration.wrong, [], "a quick run decides nothing by time")
        self.calibration.check(False, "instructions differ", timed=False)
        self.assertEqual(self.calibration.wrong, ["instructions differ"])


class Outcomes(unittest.TestCase):
    def test_shares(self):
        low, high = calibrate_real.binomial(10, 200)
        self.assertAlmostEqual(low, 0.0242, 3)  # Clopper and Pearson's
        self.assertAlmostEqual(high, 0.0900, 3)
        self.assertEqual(calibrate_real.share(0, 200), "0 of 200 (0.0–1.8 %)")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
