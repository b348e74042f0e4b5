"""Ratios, intervals and verdicts of runs whose unit is the layout.

A sample of what is compared (a "speed") is the ratio of two times that were measured right after each
other, in one round and one layout. Speeds are kept as logarithms, in an array [workload, layout, round]
with NaN where nothing was measured.

The estimate for a workload is the mean over layouts of the median over rounds; over workloads, the mean
of these: geometric means, since these are logarithms. Its interval is a hierarchical bootstrap: layouts
are drawn with replacement, the same for all workloads, and in each layout drawn its rounds. With one
layout only rounds are drawn, and the interval says nothing about other layouts.

A bootstrap of few layouts is too narrow: it knows the spread of n things only from n of them. So the
interval is stretched about the estimate by what Student's t of n - 1 degrees of freedom is wider than the
normal distribution, and by sqrt(n / (n - 1)) (Hesterberg 2015, "What teachers should know about the
bootstrap"). n is the number of layouts, or, with one layout, of rounds.

A run that is judged after each round and ends when it is decided has as many chances to be wrong as it has
rounds: of a program and itself in one layout, 13 % of such runs would say that they differ. So a run ends early
only by verdicts that also hold at confidence_to_stop(), of one layout after LEAST_ROUNDS_TO_STOP, and what is
reported is what they say at the confidence asked for. scripts/calibrate has such runs among its cases.
"""
import dataclasses
import functools
import math
import warnings

import numpy
from scipy import stats

FASTER, SLOWER, SAME, UNDECIDED = "faster", "slower", "no difference shown", "undecided"
RESAMPLES = 2000
FEWEST_RESAMPLES = 400  # of runs so large that more would take minutes
BLOCK = 1 << 22  # numbers that are drawn at a time
MOST_DRAWN = 1 << 27  # numbers for one workload
MOST_KEPT = 1 << 26  # numbers of all workloads that are kept for other comparisons
CONFIDENCE = 0.95
SMALLEST_EFFECT = 0.01
STOP_SHARE = 0.1  # of the chance to be wrong, for what ends a run early
LEAST_ROUNDS_TO_STOP = 6  # three that happen to agree seem to be very sure


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A speed relative to the baseline, as a factor, and what it is worth. The bounds are NaN if there is
    too little for an interval: fewer than two rounds of one layout."""
    speed: float
    low: float
    high: float
    workloads: int
    layouts: int
    rounds: int  # of the layout that has most
    # Squared half-width of the interval, in logarithms, and the part of it that more rounds diminish.
    variance: float
    variance_of_rounds: float

    @property
    def has_interval(self):
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def reversed(self):
        """The baseline's speed relative to this one."""
        return dataclasses.replace(self, speed=1 / self.speed, low=1 / self.high, high=1 / self.low)


@dataclasses.dataclass(frozen=True)
class Verdict:
    word: str
    # What would decide it if it is undecided, a clause such as "about 12 more rounds"; otherwise empty.
    remedy: str = ""

    def __str__(self):
        return f"{self.word} ({self.remedy})" if self.remedy else self.word


def to_array(speeds):
    """speeds: for each workload a dictionary from (layout, round) to a factor."""
    layouts = sorted({layout for workload in speeds for layout, _ in workload})
    rounds = sorted({number for workload in speeds for _, number in workload})
    logs = numpy.full((len(speeds), len(layouts), len(rounds)), numpy.nan)
    for index, workload in enumerate(speeds):
        for (layout, number), factor in workload.items():
            logs[index, layouts.index(layout), rounds.index(number)] = math.log(factor)
    return logs


@functools.cache
def stretch(count, confidence):
    """By how much an interval from `count` resampled things is to be widened."""
    if count < 2:
        return math.nan
    tail = (1 + confidence) / 2
    return stats.t.ppf(tail, count - 1) / stats.norm.ppf(tail) * math.sqrt(count / (count - 1))


def resample(logs, generator, resamples, draw_layouts=True):
    """The estimates over all workloads of bootstrap samples."""
    workloads, layouts, rounds = logs.shape
    ordered = numpy.sort(logs, axis=2)  # NaN last
    counts = numpy.maximum((~numpy.isnan(ordered)).sum(axis=2), 1)
    if draw_layouts:
        drawn = generator.integers(layouts, size=(resamples, 1, layouts))
    else:
        drawn = numpy.arange(layouts)[None, None, :]
    drawn = numpy.broadcast_to(drawn, (resamples, workloads, layouts))
    which = numpy.arange(workloads)[None, :, None]
    limits = counts[which, drawn]
    places = (generator.random((resamples, workloads, layouts, rounds)) * limits[..., None]).astype(int)
    values = ordered[which[..., None], drawn[..., None], places]
    if not numpy.isnan(ordered).any():
        return numpy.median(values, axis=3).mean(axis=(1, 2))
    # A layout with fewer rounds than others is drawn as often as it has rounds.
    values[numpy.arange(rounds) >= limits[..., None]] = numpy.nan
    return numpy.nanmean(numpy.nanmean(numpy.nanmedian(values, axis=3), axis=2), axis=1)


def estimate(logs, confidence=CONFIDENCE, resamples=RESAMPLES, seed=1):
    """The Estimate over the workloads of `logs`; None if it holds nothing."""
    logs = numpy.asarray(logs, dtype=float)
    logs = logs[~numpy.isnan(logs).all(axis=(1, 2))]
    logs = logs[:, ~numpy.isnan(logs).all(axis=(0, 2)), :] if len(logs) else logs
    if logs.size == 0:
        return None
    generator = numpy.random.default_rng(seed)
    rounds = int((~numpy.isnan(logs)).sum(axis=2).max())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing are NaN, as they should be
        centre = float(numpy.nanmean(numpy.nanmean(numpy.nanmedian(logs, axis=2), axis=1)))
        draws = resample(logs, generator, resamples)
        by_rounds = resample(logs, generator, resamples, draw_layouts=False) if logs.shape[1] > 1 else draws
    return summarize(centre, draws, by_rounds, len(logs), logs.shape[1], rounds, confidence)


def confidence_to_stop(confidence=CONFIDENCE):
    """At which a comparison has to be decided for a run to end early."""
    return 1 - STOP_SHARE * (1 - confidence)


def ends_run(found, verdict):
    """Whether a run may end early as far as this Estimate, made at confidence_to_stop(), and its Verdict go."""
    return verdict.word != UNDECIDED and (found.layouts > 1 or found.rounds >= LEAST_ROUNDS_TO_STOP)


def more(count, what):
    return f"about {count} more {what}{'' if count == 1 else 's'}"


def remedy(found, smallest_effect):
    """What would narrow an interval so far that it decides: rounds, or layouts where rounds cannot."""
    size = abs(math.log(found.speed))
    wanted = max(size, math.log1p(smallest_effect) - size) ** 2
    rest = found.variance - found.variance_of_rounds  # what more rounds leave as it is
    if wanted > rest:
        rounds = found.rounds * found.variance_of_rounds / (wanted - rest)
        if rounds <= 20 * found.rounds:
            return more(max(1, math.ceil(rounds) - found.rounds), "round")
    if found.layouts == 1:
        return more(max(1, math.ceil(found.rounds * (found.variance / wanted - 1))), "round")
    # The stretch also shrinks with more layouts; this is on the safe side.
    layouts = max(1, math.ceil(found.layouts * (found.variance / wanted - 1)))
    return more(layouts, "layout")


def judge(found, smallest_effect=SMALLEST_EFFECT, floor=0.0):
    """The Verdict on an Estimate. `floor` is what the A/A control seemed to differ by (a fraction):
    nothing up to it is called a difference."""
    if found is None or not found.has_interval:
        return Verdict(UNDECIDED, "too few rounds for an interval")
    limit = math.log1p(smallest_effect)
    low, high = math.log(found.low), math.log(found.high)
    if -limit <= low and high <= limit:
        return Verdict(SAME)
    if low > 0 or high < 0:
        if abs(found.speed - 1) <= floor:
            return Verdict(UNDECIDED, "not above the noise floor")
        return Verdict(FASTER if low > 0 else SLOWER)
    return Verdict(UNDECIDED, remedy(found, smallest_effect))


class Draws:
    """The resamples that all comparisons of one run share: the bootstrap of estimate() for many pairs and
    many groups of workloads at once. A median of drawn numbers is the number at the median of the drawn
    places, and the places are the same for all pairs: so they are drawn and sorted once."""

    def __init__(self, workloads, layouts, rounds, resamples=RESAMPLES, seed=1):
        resamples = min(resamples, max(FEWEST_RESAMPLES, MOST_DRAWN // max(1, layouts * rounds)))
        generator = numpy.random.default_rng(seed)
        self.layouts = generator.integers(layouts, size=(resamples, layouts))
        self.all_layouts = numpy.broadcast_to(numpy.arange(layouts), self.layouts.shape)
        self.seed, self.rounds = seed, rounds
        self.middles = {}  # of all workloads together no more than MOST_KEPT

    def places(self, workload, limits):
        """The two middle places of the rounds drawn from `limits` [resample, layout] sorted ones. The same
        numbers are drawn each time, in blocks: all at once would be more than fits the memory."""
        generator = numpy.random.default_rng([self.seed, workload])
        found = [numpy.empty(limits.shape, "int32") for _ in range(2)]
        step = max(2, BLOCK // max(1, limits.shape[1] * self.rounds) // 2 * 2)
        for first in range(0, len(limits), step):
            own = limits[first:first + step]
            # 0.99999997 of many rounds could be rounded up to all of them.
            ends = own[..., None]
            uniform = generator.random((*own.shape, self.rounds), "float32")
            places = numpy.minimum((uniform * ends).astype("int32"), ends - 1)
            places[numpy.arange(self.rounds) >= ends] = self.rounds
            places.sort(axis=2)
            for middles, middle in zip(found, ((own - 1) // 2, own // 2)):
                middles[first:first + step] = numpy.take_along_axis(places, middle[..., None], 2)[..., 0]
        return found

    def of(self, logs, layouts):
        """The resampled values of each workload: [resample, workload], NaN where there is nothing."""
        ordered = numpy.sort(logs, axis=2)  # NaN last
        counts = numpy.maximum((~numpy.isnan(ordered)).sum(axis=2), 1)
        values = numpy.empty((len(layouts), len(logs)))
        for workload, own in enumerate(ordered):
            key = workload, counts[workload].tobytes(), layouts is self.layouts
            if len(set(counts[workload])) == 1:
                key = workload, counts[workload][0]
            if key not in self.middles:
                if (len(self.middles) + 1) * 2 * layouts.size > MOST_KEPT:
                    self.middles.clear()
                self.middles[key] = self.places(workload, counts[workload][layouts])
            low, high = self.middles[key]
            found = (own[layouts, low] + own[layouts, high]) / 2
            mean = numpy.nanmean if numpy.isnan(found).any() else numpy.mean
            values[:, workload] = mean(found, axis=1)
        return values

    def estimates(self, logs, groups, confidence=CONFIDENCE):
        """An Estimate for each group of workloads (their numbers); None where nothing was measured."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing are NaN, as they should be
            centres = numpy.nanmean(numpy.nanmedian(logs, axis=2), axis=1)
            drawn, by_rounds = self.of(logs, self.layouts), self.of(logs, self.all_layouts)
            return [self.estimate(logs[group], centres[group], drawn[:, group], by_rounds[:, group],
                                  confidence) for group in groups]

    @staticmethod
    def estimate(logs, centres, drawn, by_rounds, confidence):
        measured = ~numpy.isnan(logs)
        if not measured.any():
            return None
        layouts, rounds = int(measured.any(axis=(0, 2)).sum()), int(measured.sum(axis=2).max())
        drawn = drawn[:, 0] if drawn.shape[1] == 1 else numpy.nanmean(drawn, axis=1)
        by_rounds = by_rounds[:, 0] if by_rounds.shape[1] == 1 else numpy.nanmean(by_rounds, axis=1)
        workloads = int(measured.any(axis=(1, 2)).sum())
        return summarize(float(numpy.nanmean(centres)), drawn, by_rounds, workloads, layouts, rounds,
                         confidence)


def summarize(centre, drawn, by_rounds, workloads, layouts, rounds, confidence):
    """The Estimate from the resampled values, with layouts drawn and without."""
    tail = (1 - confidence) / 2
    low, high = numpy.nanquantile(drawn, [tail, 1 - tail])
    factor = stretch(layouts if layouts > 1 else rounds, confidence)
    width = factor * stats.norm.ppf(1 - tail)
    return Estimate(math.exp(centre), math.exp(centre + factor * (low - centre)),
                    math.exp(centre + factor * (high - centre)), workloads, layouts, rounds,
                    (factor * (high - low) / 2) ** 2,
                    float(numpy.nanvar(drawn if layouts == 1 else by_rounds)) * width ** 2)


def changes(before, after, same_programs, groups, confidence=CONFIDENCE, resamples=RESAMPLES):
    """The Estimates of how much faster `after` is than `before`: logarithms of the times of two runs,
    [workload, layout, round]. The runs were not interleaved, so nothing pairs their rounds: these are drawn
    independently. If both ran the same programs, their layouts are the same places in memory and are
    drawn together; otherwise these, too, are drawn independently. What the machine did differently between
    the runs is part of the change, and no statistic can tell it apart."""
    sides = [numpy.asarray(before, dtype=float), numpy.asarray(after, dtype=float)]
    draws = [Draws(*side.shape, resamples, seed) for seed, side in enumerate(sides, 1)]
    if same_programs and sides[0].shape[1] == sides[1].shape[1]:
        draws[1].layouts = draws[0].layouts
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        centres = [numpy.nanmean(numpy.nanmedian(side, axis=2), axis=1) for side in sides]
        drawn = [draw.of(side, draw.layouts) for draw, side in zip(draws, sides)]
        by_rounds = [draw.of(side, draw.all_layouts) for draw, side in zip(draws, sides)]
        found = []
        for group in groups:
            centre = (centres[0] - centres[1])[group]
            measured = [~numpy.isnan(side[group]) for side in sides]
            if numpy.isnan(centre).all():
                found.append(None)
                continue
            found.append(summarize(
                float(numpy.nanmean(centre)), numpy.nanmean((drawn[0] - drawn[1])[:, group], axis=1),
                numpy.nanmean((by_rounds[0] - by_rounds[1])[:, group], axis=1),
                int((~numpy.isnan(centre)).sum()), min(int(side.any(axis=(0, 2)).sum()) for side in measured),
                min(int(side.sum(axis=2).max()) for side in measured), confidence))
    return found
