"""Ratios, intervals and verdicts of runs whose unit is the layout.

A sample of what is compared (a "speed") is the ratio of two times that were measured right after each
other, in one round and one layout. Speeds are kept as logarithms, in an array [workload, layout, round]
with NaN where nothing was measured.

What a layout says of a workload is the median over its rounds; the estimate for a workload is the mean over
layouts, and over workloads the mean of these: geometric means, since these are logarithms. The interval is
Student's t of the layouts' means (of the rounds, where there is one layout, and it then says nothing about
other layouts). It was chosen by scripts/calibrate --estimators among the bootstraps that are usual:
results/calibration-estimators.txt. No estimator knows of luck that none of its layouts had: what strikes
one layout in n goes unseen in all of L layouts with the chance (1 - 1/n)^L, see unseen().

An interval of a mean over workloads is about these programs. For programs like these, workloads are a sample,
too: the variances of both are added, and what they share is counted once (Owen 2007, "The pigeonhole
bootstrap"; Cameron, Gelbach and Miller 2011, "Robust inference with multiway clustering"), with the degrees of
freedom of Satterthwaite.

Nodes of one kind are another level: each has its estimate, of layouts of its own, and the estimate over nodes is the
mean of these, with the interval of Student's t of as many numbers as there are nodes. So what nodes differ by
is in it, with the uncertainty of so few; it is never narrower than what layouts and rounds alone leave open, since
nodes may agree by chance.

Many comparisons: those of a run that are answers, the means over the suite of each pair of strategies, are
corrected together by Holm's method; single workloads and groups of them are exploratory, and the share of false
ones among their differences is controlled (Benjamini and Hochberg). Intervals are shown as each is alone.

A run that is judged after each round and ends when it is decided has as many chances to be wrong as it has
rounds: of a program and itself in one layout, 13 % of such runs would say that they differ. So a run ends early
only by verdicts that also hold at confidence_to_stop(), of one layout after LEAST_ROUNDS_TO_STOP, and is reported by
these surer intervals: who ends when an interval is narrow has somewhat narrow ones. scripts/calibrate has such runs
among its cases.
"""
import dataclasses
import functools
import math
import warnings

import numpy
from scipy import special  # stats takes a third of a second to import, after each round of a run

FASTER, SLOWER, SAME, UNDECIDED = "faster", "slower", "no difference shown", "undecided"
CONFIDENCE = 0.95
SMALLEST_EFFECT = 0.01
STOP_SHARE = 0.1  # of the chance to be wrong, for what ends a run early
LEAST_ROUNDS_TO_STOP = 6  # three that happen to agree seem to be very sure
MOST_MORE = 1000  # layouts or rounds: more are no advice


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A speed relative to the baseline, as a factor, and what it is worth. The bounds are NaN if there is
    too little for an interval: fewer than two layouts, or rounds of one layout."""
    speed: float
    low: float
    high: float
    workloads: int
    layouts: int
    rounds: int  # of the layout that has most
    p: float     # the chance of a mean that is at least as far from 1, if the speed were 1; NaN without interval
    error: float  # standard error of the logarithm
    error_of_rounds: float  # the part of it that more rounds diminish; NaN if each layout has one
    confidence: float = CONFIDENCE
    # For programs like these: NaN for a single workload.
    population_low: float = math.nan
    population_high: float = math.nan
    # What a comparison is held against, by Comparison: p corrected for the family (None: p itself), and the
    # outer bound of the A/A control's interval, a fraction.
    adjusted: float = None
    floor: float = 0.0
    nodes: int = 1  # that it was estimated over; then the layouts are those of all of them

    @property
    def freedom(self):
        """Degrees of freedom of its interval, as far as layouts or nodes are what was drawn."""
        return (self.nodes if self.nodes > 1 else self.layouts) - 1

    @property
    def has_interval(self):
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def has_population(self):
        return math.isfinite(self.population_low) and math.isfinite(self.population_high)

    @property
    def outer_bound(self):
        """How far from 1 the interval reaches, as a fraction of the slower one."""
        return math.expm1(max(abs(math.log(self.low)), abs(math.log(self.high))))

    @property
    def reversed(self):
        """The baseline's speed relative to this one."""
        return dataclasses.replace(self, speed=1 / self.speed, low=1 / self.high, high=1 / self.low,
                                   population_low=1 / self.population_high,
                                   population_high=1 / self.population_low)


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


def quietly(function, *arguments, **options):
    """Means of nothing are NaN, as they should be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return function(*arguments, **options)


@functools.cache
def quantile_of_t(freedom, confidence):
    return float(special.stdtrit(freedom, (1 + confidence) / 2))


def error_of_mean(values):
    return float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan


def summarize(values, confidence, workloads, layouts, rounds, error=None, freedom=None, error_of_rounds=math.nan,
              centre=None):
    """The Estimate of the mean of `values`, logarithms that are drawn independently; or of `centre` with this
    standard error and these degrees of freedom."""
    centre = float(values.mean()) if centre is None else centre
    error = error_of_mean(values) if error is None else error
    freedom = len(values) - 1 if freedom is None else freedom
    half, p = math.nan, math.nan
    if math.isfinite(error) and freedom > 0:
        half = quantile_of_t(freedom, confidence) * error
        p = float(2 * special.stdtr(freedom, -abs(centre) / error)) if error > 0 else float(centre == 0)
    return Estimate(math.exp(centre), math.exp(centre - half), math.exp(centre + half), workloads, layouts, rounds,
                    p, error, error_of_rounds, confidence)


def units_of(cells):
    """Columns of `cells` [workload, layout or round] that all workloads have. A mean over other workloads in each
    layout would be one of other things."""
    whole = ~numpy.isnan(cells).any(axis=0)
    return cells[:, whole]


def population(found, units, confidence):
    """`found` with its interval for programs like these; units: [workload, layout or round], without NaN."""
    workloads, columns = units.shape
    if workloads < 3 or columns < 2:  # of two programs it would be about nothing
        return found
    rows, means = units.mean(axis=1), units.mean(axis=0)
    rest = units - rows[:, None] - means[None, :] + units.mean()
    by_workload, by_unit = rows.var(ddof=1) / workloads, means.var(ddof=1) / columns
    shared = (rest ** 2).sum() / ((workloads - 1) * (columns - 1)) / (workloads * columns)
    variance = max(by_workload + by_unit - shared, by_workload, by_unit)
    if variance == 0:
        return dataclasses.replace(found, population_low=found.speed, population_high=found.speed)
    freedom = (by_workload + by_unit) ** 2 / (by_workload ** 2 / (workloads - 1) + by_unit ** 2 / (columns - 1))
    half = float(special.stdtrit(freedom, (1 + confidence) / 2)) * math.sqrt(variance)
    centre = math.log(found.speed)
    half = max(half, centre - math.log(found.low))  # by chance, where layouts are few
    return dataclasses.replace(found, population_low=math.exp(centre - half),
                               population_high=math.exp(centre + half))


def error_by_rounds(logs):
    """What part of the standard error more rounds diminish; NaN if no layout has two."""
    counts = (~numpy.isnan(logs)).sum(axis=2)
    repeated = counts > 1
    if not repeated.any():
        return math.nan
    spread = float(numpy.mean(quietly(numpy.nanvar, logs[repeated], axis=1, ddof=1)))
    return math.sqrt(spread / counts.sum())


def estimate(logs, confidence=CONFIDENCE):
    """The Estimate over the workloads of `logs`; None if it holds nothing."""
    logs = numpy.asarray(logs, dtype=float)
    logs = logs[~numpy.isnan(logs).all(axis=(1, 2))]
    logs = logs[:, ~numpy.isnan(logs).all(axis=(0, 2)), :] if len(logs) else logs
    if logs.size == 0:
        return None
    workloads, layouts, _ = logs.shape
    rounds = int((~numpy.isnan(logs)).sum(axis=2).max())
    cells = quietly(numpy.nanmedian, logs, axis=2) if layouts > 1 else logs[:, 0, :]
    units = units_of(cells)
    if units.shape[1] == 0:  # no layout has them all
        centre = float(numpy.mean(quietly(numpy.nanmean, cells, axis=1)))
        return summarize(None, confidence, workloads, layouts, rounds, math.nan, 0, math.nan, centre)
    by_rounds = error_by_rounds(logs) if layouts > 1 else error_of_mean(units.mean(axis=0))
    counted = units.shape[1] if layouts > 1 else 1
    found = summarize(units.mean(axis=0), confidence, workloads, counted, rounds, error_of_rounds=by_rounds)
    return population(found, units, confidence)


def estimates(logs, groups, confidence=CONFIDENCE):
    """An Estimate for each group of workloads (their numbers); None where nothing was measured."""
    return [estimate(logs[group], confidence) for group in groups]


def over_runs(found):
    """The Estimate of a node by all its runs, each of layouts of its own."""
    if len(found) == 1:
        return found[0]
    layouts, error = sum(own.layouts for own in found), math.sqrt(sum(own.error ** 2 for own in found)) / len(found)
    own = summarize(None, max(own.confidence for own in found), min(own.workloads for own in found), layouts,
                    max(own.rounds for own in found), error, layouts - len(found), math.nan,
                    float(numpy.mean([math.log(own.speed) for own in found])))
    return dataclasses.replace(own, floor=max(own.floor for own in found))


def over_nodes(found, layouts):
    """The Estimate over nodes of one kind, of the Estimate that each of them has of the same workloads. `layouts`: how
    many different ones they were measured in."""
    means = numpy.array([math.log(own.speed) for own in found])
    confidence, nodes = max(own.confidence for own in found), len(found)
    # Of a layout, by all nodes; nothing where a node has one layout, whose luck its own mean has.
    spread = [own.error ** 2 * own.layouts for own in found if own.layouts > 1 and math.isfinite(own.error)]
    error = max(error_of_mean(means), math.sqrt(numpy.mean(spread) / layouts) if spread else 0)
    combined = summarize(means, confidence, min(own.workloads for own in found), layouts,
                         max(own.rounds for own in found), error)
    return dataclasses.replace(combined, nodes=nodes, floor=max(own.floor for own in found))


def control_estimate(logs, confidence=CONFIDENCE):
    """What a program and itself seem to differ by, from the logarithms of the ratios of all that were measured
    right after each other, of any shape. The same file has no luck of its layout: each ratio is a draw."""
    values = logs[~numpy.isnan(logs)]
    return summarize(values, confidence, 1, 1, len(values)) if len(values) else None


def robust_spread(logs):
    """Standard deviation by the median absolute deviation, of one of two times whose ratios these are."""
    values = logs[~numpy.isnan(logs)]
    if len(values) < 2:
        return math.nan
    return float(numpy.median(numpy.abs(values - numpy.median(values))) / special.ndtri(0.75)) / math.sqrt(2)


def changes(before, after, same_programs, groups, confidence=CONFIDENCE):
    """The Estimates of how much faster `after` is than `before`: logarithms of the times of two runs,
    [workload, layout, round]. If both ran the same programs, their layouts are the same places in memory and are
    paired; otherwise they are independent, and this is Welch's t. What the machine did differently between
    the runs is part of the change, and no statistic can tell it apart."""
    sides = [numpy.asarray(before, dtype=float), numpy.asarray(after, dtype=float)]
    cells = [quietly(numpy.nanmedian, side, axis=2) if side.shape[1] > 1 else side[:, 0, :] for side in sides]
    paired = same_programs and sides[0].shape[1] == sides[1].shape[1] > 1
    found = []
    for group in groups:
        both = ~numpy.isnan(cells[0][group]).all(axis=1) & ~numpy.isnan(cells[1][group]).all(axis=1)
        own = [units_of(side[group][both]) for side in cells]
        if not both.any() or min(side.shape[1] for side in own) == 0:
            found.append(None)
            continue
        means = [side.mean(axis=0) for side in own]
        layouts = min(side.shape[1] if whole.shape[1] > 1 else 1 for side, whole in zip(own, sides))
        rounds = min(int((~numpy.isnan(side[group])).sum(axis=2).max()) for side in sides)
        if paired and len(means[0]) == len(means[1]):
            found.append(summarize(means[0] - means[1], confidence, int(both.sum()), layouts, rounds))
            continue
        errors = [error_of_mean(mean) ** 2 for mean in means]
        freedom = sum(errors) ** 2 / sum(error ** 2 / (len(mean) - 1) for error, mean in zip(errors, means)) \
            if min(map(len, means)) > 1 and sum(errors) > 0 else min(map(len, means)) - 1
        found.append(summarize(None, confidence, int(both.sum()), layouts, rounds, math.sqrt(sum(errors)), freedom,
                               math.nan, float(means[0].mean() - means[1].mean())))
    return found


# Families

def holm(chances):
    """Holm's step-down adjustment of p values (NaN: not counted)."""
    order = sorted((place for place, p in enumerate(chances) if not math.isnan(p)), key=chances.__getitem__)
    adjusted, largest = list(chances), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * chances[place]))
        adjusted[place] = largest
    return adjusted


def benjamini_hochberg(chances):
    """P values adjusted so that the share of false ones among those below a level is expected to be below it."""
    order = sorted((place for place, p in enumerate(chances) if not math.isnan(p)), key=chances.__getitem__)
    adjusted, smallest = list(chances), 1.0
    for rank in range(len(order), 0, -1):
        place = order[rank - 1]
        smallest = min(smallest, chances[place] * len(order) / rank)
        adjusted[place] = smallest
    return adjusted


def correct(found, method):
    """The Estimates (None stays None), held against the family that they are."""
    adjusted = method([entry.p if entry else math.nan for entry in found])
    return [entry and dataclasses.replace(entry, adjusted=p) for entry, p in zip(found, adjusted)]


# Verdicts

def confidence_to_stop(confidence=CONFIDENCE):
    """At which a comparison has to be decided for a run to end early."""
    return 1 - STOP_SHARE * (1 - confidence)


def ends_run(found, verdict):
    """Whether a run may end early as far as this Estimate, made at confidence_to_stop(), and its Verdict go."""
    return verdict.word != UNDECIDED and (found.layouts > 1 or found.rounds >= LEAST_ROUNDS_TO_STOP)


def unseen(share, layouts):
    """The chance that luck which strikes this share of all layouts strikes none of so many."""
    return (1 - share) ** layouts


def more(count, what):
    return f"about {count} more {what}{'' if count == 1 else 's'}"


def units_wanted(spread, wanted, confidence):
    """How many layouts (or rounds) make the half-width that small, if their standard deviation is `spread`."""
    for count in range(2, MOST_MORE):
        if quantile_of_t(count - 1, confidence) * spread <= wanted * math.sqrt(count):
            return count
    return None


def remedy(found, smallest_effect):
    """What would narrow an interval so far that it decides: rounds, or layouts where rounds cannot."""
    size = abs(math.log(found.speed))
    wanted = max(size, math.log1p(smallest_effect) - size)
    several = found.layouts > 1
    if found.nodes == 1 and several and math.isfinite(found.error_of_rounds):
        # Of the variance, what more rounds leave as it is.
        allowed = (wanted / quantile_of_t(found.layouts - 1, found.confidence)) ** 2
        by_rounds = min(found.error_of_rounds, found.error) ** 2
        rest = found.error ** 2 - by_rounds
        if allowed > rest and by_rounds > 0:
            rounds = math.ceil(found.rounds * by_rounds / (allowed - rest))
            if rounds <= 20 * found.rounds:
                return more(max(1, rounds - found.rounds), "round")
    now, what = (found.nodes, "node") if found.nodes > 1 else (found.layouts, "layout") if several else \
        (found.rounds, "round")
    count = units_wanted(found.error * math.sqrt(now), wanted, found.confidence)
    return more(max(1, count - now), what) if count else f"more than {MOST_MORE} {what}s"


def judge(found, smallest_effect=SMALLEST_EFFECT):
    """The Verdict on an Estimate. Nothing up to its floor is called a difference, and nothing whose chance,
    corrected for the family, is not below what the confidence leaves."""
    if found is None or not found.has_interval:
        return Verdict(UNDECIDED, "too few rounds for an interval")
    limit = math.log1p(smallest_effect)
    low, high = math.log(found.low), math.log(found.high)
    if -limit <= low and high <= limit:
        return Verdict(SAME)
    if low > 0 or high < 0:
        if math.exp(abs(math.log(found.speed))) - 1 <= found.floor:
            return Verdict(UNDECIDED, "not above the noise floor")
        if found.adjusted is not None and found.adjusted > 1 - found.confidence:
            return Verdict(UNDECIDED, "not after correction for the number of comparisons")
        return Verdict(FASTER if low > 0 else SLOWER)
    return Verdict(UNDECIDED, remedy(found, smallest_effect))
