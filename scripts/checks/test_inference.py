#!/usr/bin/python3
"""Tests scripts/analysis/inference.py, and the method itself by a short scripts/calibrate. Exit status 77:
skipped."""
import dataclasses
import math
import pathlib
import sys
import unittest
from unittest import mock

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(SCRIPTS))
try:
    import numpy
    from scipy import stats
    from analysis import inference
    from analysis.commands import load_script
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)


calibrate = load_script("calibrate")


def logs(*workloads):
    return numpy.log(numpy.array(workloads, dtype=float))


class Estimates(unittest.TestCase):
    def test_medians_of_rounds_and_means_of_layouts_and_workloads(self):
        one = inference.estimate(logs([[2, 2.1, 9], [8, 8, 8]]))
        self.assertAlmostEqual(one.speed, math.sqrt(2.1 * 8))
        self.assertEqual((one.workloads, one.layouts, one.rounds), (1, 2, 3))
        two = inference.estimate(logs([[2, 2, 2]], [[8, 8, 8]]))
        self.assertAlmostEqual(two.speed, 4)
        self.assertAlmostEqual(two.low, 4)
        self.assertAlmostEqual(two.high, 4)

    def test_what_was_not_measured_is_left_out(self):
        nan = math.nan
        found = inference.estimate(logs([[2, 2, nan], [2, nan, nan]], [[nan] * 3, [nan] * 3]))
        self.assertAlmostEqual(found.speed, 2)
        self.assertEqual((found.workloads, found.layouts, found.rounds), (1, 2, 2))
        self.assertTrue(found.has_interval)
        self.assertIsNone(inference.estimate(logs([[nan]])))
        self.assertIsNone(inference.estimate(numpy.empty((0, 0, 0))))

    def test_one_sample_has_no_interval(self):
        found = inference.estimate(logs([[1.5]]))
        self.assertFalse(found.has_interval)
        self.assertEqual(inference.judge(found).word, inference.UNDECIDED)

    def test_arrays_are_made_of_layouts_and_rounds(self):
        array = inference.to_array([{(7, 1): 2, (7, 3): 4, (0, 1): 8}, {}])
        self.assertEqual(array.shape, (2, 2, 2))
        numpy.testing.assert_allclose(numpy.exp(array[0]), [[8, math.nan], [2, 4]])
        self.assertTrue(numpy.isnan(array[1]).all())

    def test_nodes_are_what_was_drawn(self):
        """Three of a kind that differ by 1 %: their interval holds the kind's mean as often as it says, and that of all
        their layouts as if these were of one node does not."""
        random, held, pooled, runs = numpy.random.default_rng(1), 0, 0, 400
        for _ in range(runs):
            nodes = random.normal(0, 0.01, (3, 1, 1)) + random.normal(0, 0.005, (3, 8, 2))
            found = inference.over_nodes([inference.estimate(own[None]) for own in nodes], 24)
            held += found.low <= 1 <= found.high
            every = inference.estimate(nodes.reshape(1, 24, 2))
            pooled += every.low <= 1 <= every.high
        self.assertGreater(held / runs, 0.93)
        self.assertLess(pooled / runs, 0.6)
        self.assertEqual((found.nodes, found.layouts, found.freedom), (3, 24, 2))
        self.assertRegex(inference.judge(dataclasses.replace(found, floor=0), 1e-5).remedy, "node")

    def test_nodes_that_agree_by_chance_are_no_surer_than_their_layouts(self):
        nodes = [inference.estimate(logs([[speed], [speed * step]])) for speed, step in ((2, 1.02), (2.04, 1 / 1.02))]
        self.assertAlmostEqual(nodes[0].speed, nodes[1].speed)
        found = inference.over_nodes(nodes, 4)
        self.assertAlmostEqual(found.error, nodes[0].error / math.sqrt(2))
        self.assertAlmostEqual(inference.over_nodes(nodes, 2).error, nodes[0].error)  # the same two layouts on both
        twice = inference.over_runs(nodes)
        self.assertAlmostEqual(twice.error, nodes[0].error / math.sqrt(2))
        self.assertEqual((twice.layouts, twice.nodes), (4, 1))

    def test_intervals_are_those_of_students_t(self):
        """With one or several rounds: what a layout says is one number."""
        values = numpy.random.default_rng(5).normal(0, 0.05, 6)
        for rounds in 1, 3:
            found = inference.estimate(numpy.repeat(values[None, :, None], rounds, axis=2))
            half = stats.t.ppf(0.975, 5) * values.std(ddof=1) / math.sqrt(6)
            self.assertAlmostEqual(math.log(found.high / found.low) / 2 / half, 1)
            self.assertAlmostEqual(found.p, stats.ttest_1samp(values, 0).pvalue)

    def test_more_confidence_is_wider(self):
        values = logs(numpy.exp(numpy.random.default_rng(1).normal(0, 0.05, (4, 5))))
        widths = [inference.estimate(values, confidence).high for confidence in (0.5, 0.8, 0.95, 0.99)]
        self.assertEqual(widths, sorted(set(widths)))

    def test_a_mean_is_of_layouts_that_all_workloads_have(self):
        """A run that ended within a round: of the third layout one workload is missing, which is the slow one."""
        nan = math.nan
        found = inference.estimate(logs([[2], [2.2], [2.1]], [[8], [8.8], [nan]]))
        self.assertAlmostEqual(found.speed, math.sqrt(2 * 8 * 2.2 * 8.8) ** 0.5)
        self.assertEqual(found.layouts, 2)
        self.assertIsNotNone(inference.estimate(logs([[2], [nan]], [[nan], [2]])))
        self.assertFalse(inference.estimate(logs([[2], [nan]], [[nan], [2]])).has_interval)

    def test_one_layout_has_rounds_for_layouts(self):
        values = numpy.random.default_rng(5).normal(0, 0.05, 7)
        found = inference.estimate(values[None, None, :])
        self.assertAlmostEqual(found.p, stats.ttest_1samp(values, 0).pvalue)

    def test_programs_like_these(self):
        """Programs that differ and layouts that do not: the textbook's interval of the programs; and the other way
        round that of the layouts, twice never."""
        programs = numpy.random.default_rng(2).normal(0.1, 0.1, 9)
        found = inference.estimate(numpy.repeat(programs[:, None, None], 6, axis=1))
        half = stats.t.ppf(0.975, 8) * programs.std(ddof=1) / 3
        self.assertAlmostEqual(math.log(found.population_high / found.population_low) / 2, half)
        self.assertAlmostEqual(found.low, found.high)
        found = inference.estimate(numpy.repeat(programs[None, :, None], 6, axis=0))
        self.assertAlmostEqual(found.population_high, found.high)
        self.assertFalse(inference.estimate(programs[None, :, None]).has_population)


class Controls(unittest.TestCase):
    def test_each_ratio_is_a_draw(self):
        values = numpy.random.default_rng(3).normal(0, 0.02, (4, 5, 2))
        values[0, 0, 0] = math.nan
        found, kept = inference.control_estimate(values), values[~numpy.isnan(values)]
        self.assertAlmostEqual(found.p, stats.ttest_1samp(kept, 0).pvalue)
        self.assertAlmostEqual(found.outer_bound, max(1 / found.low, found.high) - 1)
        self.assertIsNone(inference.control_estimate(numpy.full((2, 2), math.nan)))

    def test_the_spread_is_robust(self):
        values = numpy.random.default_rng(3).normal(0, 0.02 * math.sqrt(2), 4000)
        values[:200] = 1
        self.assertAlmostEqual(inference.robust_spread(values), 0.02, delta=0.002)


class Families(unittest.TestCase):
    def test_holm(self):
        """The example of Holm's paper, in its form of adjusted values."""
        adjusted = inference.holm([0.01, 0.04, 0.03, 0.005])
        for got, wanted in zip(adjusted, [0.03, 0.06, 0.06, 0.02]):
            self.assertAlmostEqual(got, wanted)
        self.assertTrue(math.isnan(inference.holm([0.01, math.nan])[1]))
        self.assertEqual(inference.holm([0.01, math.nan])[0], 0.01)
        self.assertEqual(inference.holm([]), [])

    def test_benjamini_hochberg(self):
        adjusted = inference.benjamini_hochberg([0.01, 0.04, 0.03, 0.005])
        for got, wanted in zip(adjusted, [0.02, 0.04, 0.04, 0.02]):
            self.assertAlmostEqual(got, wanted)

    def test_a_family_decides(self):
        found = inference.estimate(numpy.random.default_rng(4).normal(0.02, 0.02, (1, 8, 1)))
        self.assertEqual(inference.judge(found).word, inference.FASTER)
        self.assertGreater(found.p, 0.001)
        many = inference.correct([found] * 50 + [None], inference.holm)
        self.assertEqual(str(inference.judge(many[0])),
                         "undecided (not after correction for the number of comparisons)")
        self.assertIsNone(many[-1])
        self.assertEqual(inference.judge(many[0].reversed).word, inference.UNDECIDED)

    def test_equal_strategies_are_seldom_told_apart(self):
        """And without correction often: the simulation has teeth."""
        for _, method, over_suite in calibrate.FAMILIES:
            wrong = calibrate.false_alarms(method, over_suite, 60, 1)
            self.assertTrue(wrong / 60 <= 0.1 if method else wrong / 60 > 0.1, (method, over_suite, wrong))


class ManyEstimates(unittest.TestCase):
    def values(self, seed=1, shape=(3, 4, 5)):
        generator = numpy.random.default_rng(seed)
        return generator.normal(0.1, 0.02, shape) + generator.normal(0, 0.03, (*shape[:2], 1))

    def test_what_was_not_measured_has_none(self):
        values = self.values()
        values[1] = math.nan
        found = inference.estimates(values, [[0], [1], [0, 1]])
        self.assertIsNone(found[1])
        self.assertEqual(found[2].workloads, 1)

    def test_the_reverse_of_an_estimate(self):
        found = inference.estimate(self.values())
        self.assertAlmostEqual(found.reversed.low * found.high, 1)
        self.assertEqual(inference.judge(found).word, inference.FASTER)
        self.assertEqual(inference.judge(found.reversed).word, inference.SLOWER)

    def test_changes_between_two_runs(self):
        before, groups = self.values(4), [[0], [0, 1, 2]]
        same = inference.changes(before, before - math.log(1.25), True, groups)[1]
        other = inference.changes(before, before - math.log(1.25), False, groups)[1]
        self.assertAlmostEqual(same.speed, 1.25)
        self.assertLess(same.high - same.low, (other.high - other.low) / 2)  # the luck of the layouts cancels out
        before[0] = math.nan
        self.assertIsNone(inference.changes(before, before, True, groups)[0])

    def test_intervals_of_changes_cover_the_truth(self):
        """Other programs in other layouts, of which nothing changed."""
        covered, generator = 0, numpy.random.default_rng(7)
        for _ in range(80):
            sides = [generator.normal(0, 0.01, (1, 4, 4)) + generator.normal(0, 0.03, (1, 4, 1)) for _ in range(2)]
            found = inference.changes(*sides, False, [[0]])[0]
            covered += found.low <= 1 <= found.high
        self.assertGreaterEqual(covered / 80, 0.9)


class Verdicts(unittest.TestCase):
    def judge(self, low, high, layouts=5, share_of_rounds=0.5, floor=0.0, adjusted=None, **options):
        freedom = (layouts if layouts > 1 else 4) - 1
        error = math.log(high / low) / 2 / inference.quantile_of_t(freedom, 0.95)
        found = inference.Estimate(math.sqrt(low * high), low, high, 1, layouts, 4, 0.01, error,
                                    error * math.sqrt(share_of_rounds), floor=floor, adjusted=adjusted)
        return str(inference.judge(found, **options))

    def test_words(self):
        self.assertEqual(self.judge(1.02, 1.04), "faster")
        self.assertEqual(self.judge(0.92, 0.94), "slower")
        self.assertEqual(self.judge(0.995, 1.005), "no difference shown")
        self.assertEqual(self.judge(1.002, 1.008), "no difference shown")
        self.assertEqual(self.judge(1.002, 1.008, smallest_effect=0.001), "faster")
        self.assertEqual(self.judge(1.02, 1.04, floor=0.05), "undecided (not above the noise floor)")
        self.assertEqual(self.judge(1.02, 1.04, adjusted=0.06),
                         "undecided (not after correction for the number of comparisons)")
        self.assertEqual(self.judge(1.02, 1.04, adjusted=0.04), "faster")
        self.assertEqual(str(inference.judge(None)), "undecided (too few rounds for an interval)")

    def test_what_would_decide(self):
        # Half-width 4 %, effect 2 %: a quarter of the variance is wanted. All of it comes from the rounds,
        # so four times as many do it; if none does, more layouts, which also make t smaller.
        low, high = 1.02 * math.exp(-2 * math.log(1.02)), 1.02 * math.exp(2 * math.log(1.02))
        self.assertEqual(self.judge(low, high, share_of_rounds=1), "undecided (about 12 more rounds)")
        self.assertEqual(self.judge(low, high, share_of_rounds=0), "undecided (about 8 more layouts)")
        self.assertEqual(self.judge(low, high, layouts=1), "undecided (about 5 more rounds)")
        # It does: the half-width is then that of the effect.
        spread = math.log(high / low) / 2 / inference.quantile_of_t(4, 0.95) * math.sqrt(5)
        wanted = [inference.quantile_of_t(n - 1, 0.95) * spread / math.sqrt(n) for n in (12, 13)]
        self.assertTrue(wanted[1] <= math.log(1.02) < wanted[0], wanted)


class Stopping(unittest.TestCase):
    def test_what_ends_a_run(self):
        self.assertAlmostEqual(inference.confidence_to_stop(0.95), 0.995)
        rounds = inference.LEAST_ROUNDS_TO_STOP
        for layouts, number, word, ends in (
                (1, rounds, inference.FASTER, True), (1, rounds - 1, inference.FASTER, False),
                (1, rounds, inference.UNDECIDED, False), (2, 2, inference.SAME, True),
                (2, 2, inference.UNDECIDED, False)):
            found = inference.Estimate(1, 1, 1, 1, layouts, number, 0, 0, 0)
            self.assertEqual(inference.ends_run(found, inference.Verdict(word)), ends)


class Method(unittest.TestCase):
    """The calibration, with few runs of a fixed seed: the limits are those of the full one."""

    def test_cases(self):
        for case in calibrate.CASES:
            with self.subTest(case.name):
                different, covered, _ = calibrate.run(case, 60, 3)
                self.assertTrue(calibrate.holds(case, different, covered, 60), (different, covered))

    def test_the_model_is_what_it_says(self):
        model = calibrate.Model(noise=0, disturbed=0, drift=0.5, luck=0, common_luck=0)
        generator = numpy.random.default_rng(1)
        speeds = calibrate.simulate(generator, model, 2, 3, 4, effect=0.25)
        numpy.testing.assert_allclose(numpy.exp(speeds), 1 / 1.25)  # drift cancels, the effect stays
        lucky = calibrate.Model(noise=0, disturbed=0, luck=0.1, common_luck=0)
        numpy.testing.assert_allclose(calibrate.simulate(generator, lucky, 2, 3, 4, same=True), 0, atol=1e-12)
        struck = calibrate.Model(noise=0, disturbed=0, luck=0, common_luck=0, penalty=0.17, penalised=0.25)
        speeds = calibrate.simulate(generator, struck, 2, 4000, 1)
        numpy.testing.assert_allclose(speeds[0], speeds[1], atol=1e-12)
        self.assertAlmostEqual(-speeds.mean(), struck.mean_penalty, delta=0.005)
        self.assertAlmostEqual((speeds < -0.1).mean(), 0.25, delta=0.03)
        spread = calibrate.simulate(generator, lucky, 1000, 2, 1).std()
        self.assertAlmostEqual(spread, 0.1 * math.sqrt(2), delta=0.01)

    def test_a_method_that_ignores_layouts_would_be_found_out(self):
        """The cases have teeth: rounds of all layouts in one heap call luck a difference."""
        case = next(case for case in calibrate.CASES if case.name.startswith("only") and case.layouts == 5)
        generator = numpy.random.default_rng(1)
        different = 0
        for _ in range(40):
            speeds = calibrate.simulate(generator, case.model, 1, case.layouts, case.rounds)
            found = inference.estimate(speeds.reshape(1, 1, -1))
            different += inference.judge(found).word in (inference.FASTER, inference.SLOWER)
        self.assertGreater(different / 40, 0.1)

    def test_a_method_that_ends_at_the_first_decision_would_be_found_out(self):
        case = next(case for case in calibrate.CASES if case.name == "A/A, one layout, until decided")
        with mock.patch.object(inference, "STOP_SHARE", 1), mock.patch.object(inference, "LEAST_ROUNDS_TO_STOP", 0):
            different, covered, _ = calibrate.run(case, 400, 3)
        self.assertFalse(calibrate.holds(case, different, covered, 400), (different, covered))


if __name__ == "__main__":
    unittest.main()
