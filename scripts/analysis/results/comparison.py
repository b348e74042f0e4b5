"""Reading result files, and what they say: the one place that report, verdicts and other scripts share.

load() reads a file and holds it against results/schema.json. A Comparison is one build and one instruction
set of a result: its strategies relative to each other, with estimates and verdicts by inference.py,
each held against the noise floor of its A/A controls and against its family. Other builds of the same result
were measured in the same rounds, so that their speeds can be asked for relative to the same baseline (`build`
of speeds() and estimate()). An InstructionSets is one strategy of one build in several instruction sets of a
result, by the same statistics.
"""
import array
import collections
import dataclasses
import functools
import json
import math
import pathlib
import re

import numpy
from .. import inference, warnings
from ..printable import Trouble
from ..commands import needed
from ..source_tree import BASELINE_ISA, ROOT

SCHEMA = 2
SCHEMA_FILE = ROOT / "results/schema.json"
LONGEST = warnings.number("absurd times", "nanoseconds")  # nanoseconds that a sample may claim: thirty years
# A workload is too short to time if its quickest contender takes less than the first, or less than the second
# and the A/A control seems to differ by more than the third. As in bench/output/summary.h, which says why.
TOO_SHORT, MAYBE_TOO_SHORT, SHORT_NOISE = (warnings.number("too short", name)
                                           for name in ("seconds", "seconds if noisy", "noise"))
ONE_LAYOUT_LUCK = ", so that differences may be layout luck"
MOST_CELLS = 20_000_000  # contenders x workloads x layouts x rounds: thirty times the largest run that was ever made

# Seconds of a contender on a workload, and the Estimate of its speed relative to the baseline and the
# Verdict on it, both None if there is nothing to compare.
Cell = collections.namedtuple("Cell", "median spread found verdict")


def path_of(error):
    """samples[12].phases.execute.cpu"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    return text.lstrip(".") or "the document"


def shape(value):
    """All of a sample that the schema has rules for: of numbers, that is the type and the sign."""
    if isinstance(value, dict):
        return tuple((name, shape(part)) for name, part in value.items())
    if isinstance(value, list):
        return tuple(map(shape, value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "number", isinstance(value, int) or value.is_integer(), value < 0
    return type(value), value


def validate(result, path):
    """Raises a Trouble that names the first place where `result` is not as the schema says."""
    with needed():
        import jsonschema
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    samples = result.get("samples")
    if isinstance(samples, list) and len(samples) > 100:
        # Thousands of samples, but few kinds of them: one of each is enough, and 30 times as fast.
        kinds = {shape(sample): place for place, sample in enumerate(reversed(samples), 1)}
        result = {**result, "samples": [samples[-place] for place in sorted(kinds.values(), reverse=True)]}
    peers = result.get("peers")
    if isinstance(peers, dict) and isinstance(peers.get("samples"), list):
        kinds = {shape(sample): sample for sample in peers["samples"]}
        result = {**result, "peers": {**peers, "samples": list(kinds.values())}}
    for error in validator.iter_errors(result):
        message = error.message if len(error.message) < 200 else f"it breaks the rule \"{error.validator}\""
        raise Trouble(f"{path} is damaged: {path_of(error)}: {message}")


def check_names(result, path):
    """Raises a Trouble if a sample is of something that the file does not describe, or describes twice."""
    for what, entries in ("workload", result["suite"]["workloads"]), ("build", result["builds"]):
        names = [entry["name"] for entry in entries]
        for name in names:
            if names.count(name) > 1:
                raise Trouble(f"{path} is damaged: it describes the {what} {json.dumps(name)} twice")
        for place, sample in enumerate(result["samples"]):
            if sample[what] not in names:
                raise Trouble(f"{path} is damaged: samples[{place}] is of the {what} {json.dumps(sample[what])}, "
                              "which it does not describe")


def no_number(text):
    raise ValueError(f"{text[:20]} is no number of JSON")


def finite(text):
    number = float(text)
    return number if math.isfinite(number) else no_number(text)


def parse(text):
    """JSON whose numbers are some, and whose strings can be written as UTF-8."""
    # A function for each number takes a while.
    large = re.search(r"\d[eE]\+?\d{3}|\d{300}", text)
    document = json.loads(text, parse_constant=no_number, parse_float=finite if large else None)
    if re.search(r"\\u(?:[dD][89a-fA-F]|0000)", text):
        for string in strings_of(document):
            if "\0" in string:
                raise ValueError("a string has a NUL")
            string.encode()  # which a lone surrogate cannot be
    return document


def strings_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for part in value:
            yield from strings_of(part)
        if isinstance(value, dict):
            yield from strings_of(list(value.values()))


def load(path, validated=True):
    """A result file. `validated`: whether to hold it against the schema, which takes a while."""
    try:
        result = parse(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"it is damaged, or no result file: {error}"
        raise Trouble(f"cannot read {path}: {reason}") from error
    if not isinstance(result, dict) or "schema" not in result:
        raise Trouble(f"{path} is no result file of Tailrace")
    if result["schema"] != SCHEMA:
        raise Trouble(f"{path} has schema {json.dumps(result['schema'])}; this program reads schema {SCHEMA}")
    if validated:
        validate(result, path)
        check_names(result, path)
    return result


def quantile(numbers, q):
    """Linear interpolation between neighbours, as `tailrace bench` does."""
    ordered = sorted(numbers)
    place = q * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def held_against(pairs, means, floor):
    """Estimates by pair (baseline, name), one a group, held against their families and floors: of each pair the group
    number `means` is an answer, all others are exploratory. `floor`: of a name, its baseline and a group's number."""
    answers = inference.correct([found[means] for found in pairs.values()], inference.holm)
    rest = [(pair, place) for pair in pairs for place in range(len(pairs[pair])) if place != means]
    explored = inference.correct([pairs[pair][place] for pair, place in rest],
                                 inference.benjamini_hochberg)
    held = {pair: list(found) for pair, found in pairs.items()}
    for pair, entry in zip(pairs, answers):
        held[pair][means] = entry
    for (pair, place), entry in zip(rest, explored):
        held[pair][place] = entry
    for (baseline, strategy), found in held.items():
        for place, entry in enumerate(found):
            found[place] = entry and dataclasses.replace(entry, floor=floor(strategy, baseline, place))
    return held


class Comparison:
    """One build (a name) and one instruction set of a result. `confidence` and `smallest_effect` are
    fractions."""

    def __init__(self, result, build, isa, confidence=inference.CONFIDENCE,
                 smallest_effect=inference.SMALLEST_EFFECT):
        self.result, self.isa = result, isa
        self.build = next(entry for entry in result["builds"] if entry["name"] == build)
        self.confidence, self.smallest_effect = confidence, smallest_effect
        found = collections.defaultdict(lambda: (array.array("q"), array.array("q"), array.array("q")))
        # By workload that is a trace: of each sample the crossings, and the nanoseconds of replayer and module.
        self.replays = collections.defaultdict(lambda: (array.array("q"), array.array("q"), array.array("q")))
        self.absurd = 0  # samples whose time cannot be true, and is not used
        failed = {(gap["workload"], gap["build"], gap["strategy"], gap["control"])
                  for gap in result["not_measured"] if gap["isa"] == isa and gap["strategy"]}
        names = set()
        for sample in result["samples"]:
            if sample["isa"] != isa:
                continue
            if sample["build"] == build:
                names.add(sample["strategy"])
            key = sample["workload"], sample["build"], sample["strategy"], sample["control"]
            if sample["round"] > 0 and key not in failed:
                nanoseconds = sample["phases"]["execute"]["cpu"]
                if 0 < nanoseconds < LONGEST:
                    for column, value in zip(found[key], (sample["layout"], sample["round"], round(nanoseconds))):
                        if abs(value) >= 1 << 63:
                            raise Trouble(f"this is no run that can be compared: it has a layout or a round {value:.3g}")
                        column.append(value)
                    if sample["build"] == build and "crossings" in sample:
                        for column, value in zip(self.replays[sample["workload"]],
                                                 (sample["crossings"], sample["replayer_ns"], round(nanoseconds))):
                            column.append(value)
                else:
                    self.absurd += sample["build"] == build
        self.workloads = result["suite"]["workloads"]
        measured = [name for name in self.build["strategies"] if name in names]
        # Levels of the zero line (zero_line.py) are no strategies, and compared with none.
        self.references = [name for name in measured if self.build["strategies"][name].get("reference")]
        self.strategies = [name for name in measured if name not in self.references]
        self.baseline = self.strategies[0]
        self.layouts = sorted({layout for layouts, _, _ in found.values() for layout in layouts})
        self.rounds = sorted({number for _, rounds, _ in found.values() for number in rounds})
        cells = len(found) * len(self.layouts) * len(self.rounds)
        if cells > MOST_CELLS:
            raise Trouble(f"this is no run that can be compared: {len(self.layouts):,} layouts, {len(self.rounds):,} "
                          f"rounds, and {len(found):,} executors on workloads; a report has room for "
                          f"{MOST_CELLS:,} cells, and not for {cells:,}")
        # (workload, build, strategy, control): seconds, [layout, round], NaN where nothing was measured
        self.times = {key: self.grid(*columns) for key, columns in found.items()}
        self.controls = [name for name in self.strategies
                         if any(key[1:] == (build, name, True) for key in self.times)]
        self.too_short = {workload["name"]: seconds for workload in self.workloads
                          if (seconds := self.seconds_if_too_short(workload["name"]))}
        every = range(len(self.workloads))
        self.usual_groups = [*([number] for number in every), list(every)]

    @property
    def luck(self):
        """For each place that shows a difference: what one layout makes of it; empty if there are several."""
        return ONE_LAYOUT_LUCK if len(self.layouts) == 1 else ""

    def grid(self, layouts, rounds, nanoseconds):
        seconds = numpy.full((len(self.layouts), len(self.rounds)), numpy.nan)
        seconds[numpy.searchsorted(self.layouts, layouts), numpy.searchsorted(self.rounds, rounds)] = \
            numpy.array(nanoseconds) / 1e9
        return seconds

    def grid_of(self, workload, strategy, control=False, build=None):
        """Seconds, [layout, round]; None if it was not measured at all."""
        return self.times.get((workload, build or self.build["name"], strategy, control))

    def times_of(self, workload, strategy, control=False, build=None):
        """All seconds that were measured, in a list."""
        seconds = self.grid_of(workload, strategy, control, build)
        return [] if seconds is None else seconds[~numpy.isnan(seconds)].tolist()

    def seconds_if_too_short(self, workload):
        """The median of the quickest strategy if the workload is too short to time; None if it is not."""
        medians = [quantile(times, 0.5) for name in self.strategies if (times := self.times_of(workload, name))]
        quickest = min(medians, default=math.inf)
        ratios = [numpy.log(one) - numpy.log(again) for name in self.controls
                  if (one := self.grid_of(workload, name)) is not None and
                  (again := self.grid_of(workload, name, True)) is not None]
        found = inference.control_estimate(numpy.array(ratios)) if ratios else None
        noise = abs(found.speed - 1) if found else 0.0
        short = quickest < TOO_SHORT or (quickest < MAYBE_TOO_SHORT and noise > SHORT_NOISE)
        return quickest if short else None

    @functools.cache
    def logs(self, strategy, control=False, build=None):
        """Logarithms of the seconds: [workload, layout, round], NaN where nothing was measured, and of workloads
        that are too short to time: nothing that is compared comes from elsewhere."""
        logs = numpy.full((len(self.workloads), len(self.layouts), len(self.rounds)), numpy.nan)
        for row, workload in enumerate(self.workloads):
            seconds = self.grid_of(workload["name"], strategy, control, build)
            if seconds is not None and workload["name"] not in self.too_short:
                logs[row] = numpy.log(seconds)
        return logs

    def speeds(self, strategy, baseline=None, control=False, build=None):
        """Logarithms of the speeds relative to `baseline`, another strategy of this build."""
        return self.logs(baseline or self.baseline) - self.logs(strategy, control, build)

    def estimates(self, groups, strategy, baseline=None, control=False, build=None):
        """An Estimate for each group of workloads (their numbers); None where there is nothing to compare."""
        return inference.estimates(self.speeds(strategy, baseline, control, build), groups, self.confidence)

    def estimate(self, workloads, strategy, build=None):
        """The Estimate over `workloads` (a tuple of names); None if there is nothing to compare."""
        places = [number for number, workload in enumerate(self.workloads) if workload["name"] in workloads]
        return self.estimates([places], strategy, None, False, build)[0]

    # What is noise

    def control_logs(self, group, strategies=None):
        """Logarithms of what controls seem to be faster by: all of these workloads and strategies, one list."""
        logs = [self.speeds(name, name, True)[group].ravel() for name in strategies or self.controls]
        return numpy.concatenate(logs) if logs else numpy.empty(0)

    @functools.cache
    def control(self, workload=None, strategy=None):
        """The Estimate of what programs and themselves seem to differ by; None: no control was measured.
        `workload`: a number, or a tuple of them, None: all; `strategy`: None: of all that have a control."""
        group = list(workload) if isinstance(workload, tuple) else \
            self.usual_groups[-1 if workload is None else workload]
        return inference.control_estimate(self.control_logs(group, strategy and (strategy,)),
                                          self.confidence)

    def floor(self, strategy, baseline, workload=None):
        """Up to which difference of two strategies nothing is called one: the outer bound of A/A intervals. On
        a workload (its number) that is one of all controls; over the suite, or some workloads (a tuple), the
        larger one of the two strategies, or of all controls where these have none."""
        single = isinstance(workload, int)
        names = [] if single else [name for name in (strategy, baseline) if name in self.controls]
        found = [self.control(workload, name) for name in names or [None]]
        return max((entry.outer_bound for entry in found if entry and entry.has_interval), default=0.0)

    @property
    def noise(self):
        """The largest floor on a workload; None without a control, or with too little of it for an interval."""
        found = [self.control(number) for number in range(len(self.workloads))]
        return max((entry.outer_bound for entry in found if entry and entry.has_interval), default=None)

    @property
    def mean_noise(self):
        """The largest floor over the suite."""
        found = [self.control(None, name) for name in self.controls]
        return max((entry.outer_bound for entry in found if entry and entry.has_interval), default=None)

    @functools.cached_property
    def spread(self):
        """Robust standard deviation of a single time, from the controls, as a fraction; NaN if not known."""
        return inference.robust_spread(self.control_logs(self.usual_groups[-1]))

    @property
    def noise_text(self):
        """A sentence or two."""
        if not self.controls:
            return "No noise floor: no A/A control was measured."
        if self.mean_noise is None:
            return "No noise floor: the A/A control was measured too seldom for an interval."
        own = [(name, self.control(None, name)) for name in self.controls]
        told = ", ".join(f"{name} {100 * (found.low - 1):+.1f} to {100 * (found.high - 1):+.1f} %"
                         for name, found in own if found and found.has_interval)
        return (f"Noise floor (A/A): measured under two names, over the suite these seemed to differ from themselves "
                f"by: {told} ({percent(self.confidence)} intervals)" +
                ("" if self.noise is None else f"; on a workload by up to {100 * self.noise:.1f} %") +
                ". Nothing up to these bounds is called a difference.")

    # All pairs

    def held(self, groups, means, noise_of):
        """By (baseline, strategy): an Estimate for each group, held against floors and families: the group
        number `means` is an answer, all others are exploratory. `noise_of`: by a group's number what floor()
        takes. The reverse of a pair is the same estimate, turned around."""
        found = {(baseline, strategy): self.estimates(groups, strategy, baseline)
                 for place, baseline in enumerate(self.strategies) for strategy in self.strategies[place + 1:]}
        found = held_against(found, means, lambda strategy, baseline, place: self.floor(
            strategy, baseline, noise_of(place)))
        return found | {(strategy, baseline): [entry and entry.reversed for entry in own]
                        for (baseline, strategy), own in found.items()}

    def pairs(self, groups):
        """Estimates by pair; the groups are the single workloads, all of them, and any others."""
        every = len(self.workloads)
        return self.held(groups, every, lambda place: place if place < every else None)

    @functools.cache
    def means(self, group):
        """By pair the Estimate over these workloads alone (a tuple of numbers), corrected together."""
        return {pair: found for pair, (found,) in self.held([list(group)], 0, lambda _: group).items()}

    @functools.cached_property
    def usual_pairs(self):
        return self.pairs(self.usual_groups)

    def judge(self, found):
        return found and inference.judge(found, self.smallest_effect)

    def cell(self, workload, strategy, control=False):
        """Of a control: what all of them show on this workload, with the times of this one."""
        times = self.times_of(workload, strategy, control)
        if not times:
            return None
        median = quantile(times, 0.5)
        spread = (quantile(times, 0.75) - quantile(times, 0.25)) / 2 / median
        place = next(number for number, entry in enumerate(self.workloads) if entry["name"] == workload)
        found = self.control(place) if control else self.usual_pairs[self.baseline, strategy][place]
        return Cell(median, spread, found, self.judge(found))

    def mean(self, strategy):
        """The geometric mean over the workloads that have been measured."""
        found = self.usual_pairs[self.baseline, strategy][-1]
        return Cell(None, None, found, self.judge(found))

    def instructions(self, workload):
        return workload["instructions"].get(self.isa)


class InstructionSets:
    """One strategy of one build in several instruction sets of a run, which took turns in the same rounds: each
    relative to acc, or to the first of them if acc is not there. `comparisons`: those of the build that have the
    strategy, two or more."""

    def __init__(self, strategy, comparisons):
        self.strategy = strategy
        isas = [comparison.isa for comparison in comparisons]
        self.baseline = BASELINE_ISA if BASELINE_ISA in isas else isas[0]
        self.comparisons = {comparison.isa: comparison for comparison in comparisons}
        self.isas = [self.baseline, *(isa for isa in isas if isa != self.baseline)]
        self.layouts, self.rounds = (
            sorted(set.intersection(*(set(getattr(comparison, axis)) for comparison in comparisons)))
            for axis in ("layouts", "rounds"))
        self.first = self.comparisons[self.baseline]
        # Each set has controls of its own; nothing up to the larger floor is a difference.
        self.noise, self.mean_noise = (
            max((noise for comparison in comparisons if (noise := getattr(comparison, name)) is not None), default=None)
            for name in ("noise", "mean_noise"))

    @property
    def luck(self):
        return ONE_LAYOUT_LUCK if len(self.layouts) == 1 else ""

    def logs(self, isa):
        """As Comparison.logs, of the layouts and rounds that all have."""
        own = self.comparisons[isa]
        places = [[axis.index(value) for value in common]
                  for axis, common in ((own.layouts, self.layouts), (own.rounds, self.rounds))]
        return own.logs(self.strategy)[numpy.ix_(range(len(own.workloads)), *places)]

    def speeds(self, isa, baseline=None):
        """Logarithms of the speeds relative to `baseline`, another instruction set."""
        return self.logs(baseline or self.baseline) - self.logs(isa)

    @property
    def noise_text(self):
        """A sentence."""
        told = [f"{100 * bound:.1f} % {where}" for bound, where in
                ((self.mean_noise, "over the suite"), (self.noise, "on a workload")) if bound is not None]
        if not told:
            return "No noise floor: no A/A control was measured often enough for an interval."
        return f"Noise floor (A/A): the largest of theirs, {' and '.join(told)}."

    def floor(self, isa, baseline, workload):
        """As Comparison.floor; the larger one of the two."""
        return max(self.comparisons[name].floor(self.strategy, self.strategy, workload) for name in (isa, baseline))

    def held(self, groups, means, noise_of):
        """As Comparison.held, by instruction sets."""
        found = {(baseline, isa): inference.estimates(self.speeds(isa, baseline), groups, self.first.confidence)
                 for place, baseline in enumerate(self.isas) for isa in self.isas[place + 1:]}
        found = held_against(found, means, lambda isa, baseline, place: self.floor(
            isa, baseline, noise_of(place)))
        return found | {(isa, baseline): [entry and entry.reversed for entry in own]
                        for (baseline, isa), own in found.items()}

    def pairs(self, groups):
        every = len(self.first.workloads)
        return self.held(groups, every, lambda place: place if place < every else None)

    @functools.cache
    def means(self, group):
        return {pair: found for pair, (found,) in self.held([list(group)], 0, lambda _: group).items()}

    def judge(self, found):
        return self.first.judge(found)


def instruction_sets(found):
    """The InstructionSets of these Comparisons, which are those of one result: by build and strategy."""
    together = {}
    for comparison in found:
        for strategy in comparison.strategies:
            together.setdefault((comparison.build["name"], strategy), []).append(comparison)
    several = (InstructionSets(strategy, own) for (_, strategy), own in together.items() if len(own) > 1)
    return [sets for sets in several if sets.layouts and sets.rounds]


def comparisons(result, confidence=inference.CONFIDENCE,
                smallest_effect=inference.SMALLEST_EFFECT):
    """A Comparison for each build and instruction set, in the order of the samples' first appearance. A run that
    ended since all was decided is reported by the surer intervals by which it was."""
    if result["stop"] and result["stop"]["rule"] == "interval":
        confidence = inference.confidence_to_stop(confidence)
    isas = list(dict.fromkeys(sample["isa"] for sample in result["samples"]))
    there = {(sample["build"], sample["isa"]) for sample in result["samples"]}
    return [Comparison(result, build["name"], isa, confidence, smallest_effect)
            for isa in isas for build in result["builds"] if (build["name"], isa) in there]


def percent(fraction):
    return f"{round(fraction * 100, 6):g} %"


def speed_text(found, decimals=2):
    """1.17× (1.12–1.21)"""
    if not found:
        return "–"

    def short(factor):
        return f"{factor:.{decimals}f}" if 0.01 <= factor < 1000 else f"{factor:.1e}"
    interval = f" ({short(found.low)}–{short(found.high)})" if found.has_interval else ""
    return f"{short(found.speed)}×{interval}"


def population_text(found):
    """programs like these: 1.05–1.31×"""
    if not found or not found.has_population:
        return ""
    return f"programs like these: {found.population_low:.2f}–{found.population_high:.2f}×"


def mean_text(comparison, strategy):
    """A sentence."""
    mean = comparison.mean(strategy)
    if not mean.found:
        return f"{strategy}: nothing to compare."
    others = population_text(mean.found)
    over = "" if len(comparison.workloads) == 1 else (
        f", geometric mean over {mean.found.workloads} of {len(comparison.workloads)} workloads")
    return (f"{strategy} runs at {speed_text(mean.found)} the speed of {comparison.baseline}"
            f"{over}{others and f' ({others})'}: {mean.verdict}"
            f"{' in this one layout' if comparison.luck else ''}.")


def percentage(least, most):
    """For argparse: a fraction from the text of a percentage."""
    import argparse

    def parse(text):
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"a percentage from {least:g} to {most:g}, not '{text}'")
        return number / 100
    return parse
