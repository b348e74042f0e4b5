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
import math
import warnings

import numpy
from scipy import stats

FASTER, SLOWER, SAME, UNDECIDED = "faster", "slower", "no difference shown", "undecided"
RESAMPLES = 2000
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
    layouts = logs.shape[1]
    units = layouts if layouts > 1 else rounds
    tail = (1 - confidence) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing are NaN, as they should be
        centre = float(numpy.nanmean(numpy.nanmean(numpy.nanmedian(logs, axis=2), axis=1)))
        draws = resample(logs, generator, resamples)
        low, high = numpy.nanquantile(draws, [tail, 1 - tail])
        by_rounds = draws if layouts == 1 else resample(logs, generator, resamples, draw_layouts=False)
    factor = stretch(units, confidence)
    width = factor * stats.norm.ppf(1 - tail)
    return Estimate(math.exp(centre), math.exp(centre + factor * (low - centre)),
                    math.exp(centre + factor * (high - centre)), len(logs), layouts, rounds,
                    (factor * (high - low) / 2) ** 2, float(numpy.nanvar(by_rounds)) * width ** 2)


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
