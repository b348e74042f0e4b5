"""Reading result files, and what they say: the one place that report, verdicts and other scripts share.

load() reads a file and holds it against results/schema.json. A Comparison is one build and one instruction
set of a result: its strategies relative to the first of them, with estimates and verdicts by
statistics_of_runs.py. Other builds of the same result were measured in the same rounds, so that their
speeds can be asked for relative to the same baseline (`build` of speeds() and estimate()).
"""
import collections
import functools
import json
import pathlib

import statistics_of_runs

SCHEMA = 2
SCHEMA_FILE = pathlib.Path(__file__).resolve().parent.parent / "results" / "schema.json"
FIRST = ["switch", "goto-indirect", "goto-direct", "tail-direct"]

# Seconds of a contender on a workload, and the Estimate of its speed relative to the baseline and the
# Verdict on it, both None if there is nothing to compare.
Cell = collections.namedtuple("Cell", "median spread found verdict")


class Trouble(Exception):
    """A sentence for the user."""


def path_of(error):
    """samples[12].phases.execute.cpu"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    return text.lstrip(".") or "the document"


def validate(result, path):
    """Raises a Trouble that names the first place where `result` is not as the schema says."""
    try:
        import jsonschema
    except ImportError as error:
        raise Trouble(f"{error.name} is missing; scripts/setup installs it") from error
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    for error in jsonschema.Draft202012Validator(schema).iter_errors(result):
        message = error.message if len(error.message) < 200 else f"it breaks the rule \"{error.validator}\""
        raise Trouble(f"{path} is damaged: {path_of(error)}: {message}")


def load(path, validated=True):
    """A result file. `validated`: whether to hold it against the schema, which takes a while."""
    try:
        result = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Trouble(f"cannot read {path}: {reason}") from error
    if not isinstance(result, dict) or "schema" not in result:
        raise Trouble(f"{path} is no result file of Tailrace")
    if result["schema"] != SCHEMA:
        raise Trouble(f"{path} has schema {result['schema']}; this program reads schema {SCHEMA}")
    if validated:
        validate(result, path)
    return result


def quantile(numbers, q):
    """Linear interpolation between neighbours, as `tailrace bench` does."""
    ordered = sorted(numbers)
    place = q * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


class Comparison:
    """One build (a name) and one instruction set of a result. `confidence` and `smallest_effect` are
    fractions."""

    def __init__(self, result, build, isa, confidence=statistics_of_runs.CONFIDENCE,
                 smallest_effect=statistics_of_runs.SMALLEST_EFFECT):
        self.result, self.isa = result, isa
        self.build = next(entry for entry in result["builds"] if entry["name"] == build)
        self.confidence, self.smallest_effect = confidence, smallest_effect
        # (workload, build, strategy, control): seconds by layout and round
        self.times = collections.defaultdict(dict)
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
                self.times[key][sample["layout"], sample["round"]] = sample["phases"]["execute"]["cpu"] / 1e9
        self.workloads = result["suite"]["workloads"]
        built = [name for name in self.build["strategies"] if name in names]
        self.strategies = [name for name in FIRST if name in names]
        self.strategies += [name for name in built if name not in FIRST]
        self.baseline = self.strategies[0]
        controls = [self.estimate((workload["name"],), self.baseline, True) for workload in self.workloads]
        self.noise = max((abs(found.speed - 1) for found in controls if found), default=None)
        control = self.mean(self.baseline, True)
        self.mean_noise = control.found and abs(control.found.speed - 1)

    def times_of(self, workload, strategy, control=False, build=None):
        return self.times.get((workload, build or self.build["name"], strategy, control), {})

    def speeds(self, workload, strategy, control=False, build=None):
        own, baseline = self.times_of(workload, strategy, control, build), self.times_of(workload, self.baseline)
        return {when: baseline[when] / seconds for when, seconds in own.items() if when in baseline}

    @functools.cache
    def estimate(self, workloads, strategy, control=False, build=None):
        """The Estimate over `workloads` (a tuple of names); None if there is nothing to compare."""
        logs = statistics_of_runs.to_array([self.speeds(name, strategy, control, build) for name in workloads])
        return statistics_of_runs.estimate(logs, self.confidence)

    def judge(self, found, floor):
        return found and statistics_of_runs.judge(found, self.smallest_effect, floor or 0)

    def cell(self, workload, strategy, control=False):
        times = list(self.times_of(workload, strategy, control).values())
        if not times:
            return None
        median = quantile(times, 0.5)
        spread = (quantile(times, 0.75) - quantile(times, 0.25)) / 2 / median
        found = self.estimate((workload,), strategy, control)
        return Cell(median, spread, found, self.judge(found, self.noise))

    def mean(self, strategy, control=False):
        """The geometric mean over the workloads that have been measured."""
        found = self.estimate(tuple(w["name"] for w in self.workloads), strategy, control)
        # The control is what the floor is made of.
        return Cell(None, None, found, None if control else self.judge(found, self.mean_noise))

    def instructions(self, workload):
        return workload["instructions"].get(self.isa)


def comparisons(result, confidence=statistics_of_runs.CONFIDENCE,
                smallest_effect=statistics_of_runs.SMALLEST_EFFECT):
    """A Comparison for each build and instruction set, in the order of the samples' first appearance."""
    isas = list(dict.fromkeys(sample["isa"] for sample in result["samples"]))
    there = {(sample["build"], sample["isa"]) for sample in result["samples"]}
    return [Comparison(result, build["name"], isa, confidence, smallest_effect)
            for isa in isas for build in result["builds"] if (build["name"], isa) in there]


def percent(fraction):
    return f"{fraction * 100:g} %"


def speed_text(found, decimals=2):
    """1.17× (1.12–1.21)"""
    if not found:
        return "–"
    text = f"{found.speed:.{decimals}f}×"
    if found.has_interval:
        text += f" ({found.low:.{decimals}f}–{found.high:.{decimals}f})"
    return text


def mean_text(comparison, strategy):
    """A sentence."""
    mean = comparison.mean(strategy)
    if not mean.found:
        return f"{strategy}: nothing to compare."
    return (f"{strategy} runs at {speed_text(mean.found)} the speed of {comparison.baseline}, geometric mean over "
            f"{mean.found.workloads} of {len(comparison.workloads)} workloads: {mean.verdict}.")


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
