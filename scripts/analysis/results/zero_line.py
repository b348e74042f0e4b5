"""The zero line: what of a strategy's time dispatch is, and decoding, and the boundaries between instructions.

A run with references (bench --zero) has the same workloads without dispatch, then also without decoding, then also
without boundaries (dispatch/zero/zero.h), in the same rounds. What each takes away, as a share of the strategy's time,
is a part; what is left at the end is the work. Shares are differences of geometric means of the same workloads,
found in each layout by itself (in each round, where there is one layout); the estimate is their mean, and the interval
Student's t, as elsewhere (inference.py). So the four parts of a strategy sum up to one. Beside them stands
what native code of the same C takes (dispatch/zero/native.h), where the run has it: it is a share of the work.

Of large programs only the functions that execute most are unrolled (dispatch/zero/unroll.c): what the others execute is
dispatched in the levels, too, so that the shares of what is taken away are too small. How much that is, is said.
"""
import dataclasses
import math

import numpy

from .. import inference

# In the order in which they are taken away: the reference without, and what it lacks.
LEVELS = {"no-dispatch": "dispatch", "no-decoding": "decoding", "no-boundaries": "boundaries"}
WORK = "work"
NATIVE = "native"  # the reference, and its share
PARTS = [*LEVELS.values(), WORK]


@dataclasses.dataclass(frozen=True)
class Share:
    """Of a strategy's time; the bounds are NaN where there is too little for an interval."""
    share: float
    low: float
    high: float

    @property
    def has_interval(self):
        return math.isfinite(self.low)

    @property
    def is_negative(self):
        """Whether taking this away was shown to cost time."""
        return self.high < 0 if self.has_interval else self.share < 0

    def text(self):
        """31 % (29–33); no share is less than none or more than all, whatever an interval over few layouts says."""
        if self.is_negative:
            return "none"

        def percent(value):
            return f"{100 * min(max(value, 0), 1):.0f}"
        bounds = f" ({percent(self.low)}–{percent(self.high)})" if self.has_interval else ""
        return f"{percent(self.share)} %{bounds}"


def left_of(logs):
    """What is left of the strategy's time, [level, layout], given the logarithms of the times relative to it:
    [level, workload, layout, round]. None if there is nothing that all have."""
    if logs.size == 0:
        return None
    several = logs.shape[2] > 1
    cells = inference.quietly(numpy.nanmedian, logs, axis=3) if several else logs[:, :, 0, :]
    measured = ~numpy.isnan(cells).all(axis=(0, 2))
    cells = cells[:, measured]
    whole = ~numpy.isnan(cells).any(axis=(0, 1))
    cells = cells[:, :, whole]
    if not cells.size:
        return None
    return numpy.exp(cells.mean(axis=1))


def share(values, confidence):
    """The Share that the values of the layouts are of."""
    error, count = inference.error_of_mean(values), len(values)
    half = inference.quantile_of_t(count - 1, confidence) * error if count > 1 else math.nan
    return Share(float(values.mean()), float(values.mean() - half), float(values.mean() + half))


def shares_of(logs, confidence):
    """The parts, given what left_of takes, with the levels in their order. None as there."""
    left = left_of(logs)
    if left is None:
        return None
    steps = numpy.vstack([numpy.ones((1, left.shape[1])), left, numpy.zeros((1, left.shape[1]))])
    return {part: share(values, confidence) for part, values in zip(PARTS, -numpy.diff(steps, axis=0))}


class ZeroLine:
    """Of a Comparison whose run has all levels."""

    def __init__(self, comparison):
        self.comparison, self.strategies = comparison, comparison.strategies
        self.names = [workload["name"] for workload in comparison.workloads]
        self.everything = list(range(len(self.names)))
        self.suite = {name: self.shares(name, self.everything) for name in self.strategies}
        self.by_workload = {name: [self.shares(name, [place]) for place in self.everything]
                            for name in self.strategies}
        self.has_native = NATIVE in comparison.references
        self.unrolled = [self.unrolled_share(workload) for workload in comparison.workloads]

    def unrolled_share(self, workload):
        """Of the instructions that the workload executes: 1 if the run's file does not say."""
        known = next((entry for entry in self.comparison.result["executors"]
                      if (entry["build"], entry["isa"], entry["strategy"]) ==
                      (self.comparison.build["name"], self.comparison.isa, next(iter(LEVELS)))), {})
        return next((unit["share"] for unit in known.get("units", []) if unit["sha256"] == workload.get("sha256")), 1)

    @property
    def is_whole(self):
        return min(self.unrolled) == 1

    def unrolled_text(self):
        """Of the workloads that are not unrolled whole: "95 %", "78–96 %"."""
        parts = [share for share in self.unrolled if share < 1]
        low, high = (f"{100 * share:.0f}" for share in (min(parts), max(parts)))
        return f"{low if low == high else f'{low}–{high}'} %"

    def extent(self):
        """A sentence: how much of what was executed had no dispatch in the levels. None if all of it."""
        if self.is_whole:
            return None
        count = sum(share < 1 for share in self.unrolled)
        return (f"Of {count} of {len(self.unrolled)} workloads only the functions that execute most are without dispatch, "
                f"{self.unrolled_text()} of the executed instructions; the others are interpreted in the levels, too, so that "
                "the share of dispatch is a lower bound.")

    def relative(self, levels, strategy, workloads):
        own = self.comparison.logs(strategy)[workloads]
        return numpy.array([self.comparison.logs(level)[workloads] - own for level in levels])

    def shares(self, strategy, workloads):
        return shares_of(self.relative(LEVELS, strategy, workloads), self.comparison.confidence)

    def native(self, strategy, workloads=None):
        """The share of native code of the same C; None if there is none."""
        everything = self.everything if workloads is None else workloads
        left = left_of(self.relative([NATIVE], strategy, everything)) if self.has_native else None
        return None if left is None else share(left[0], self.comparison.confidence)

    def nanoseconds(self, strategy):
        """Of an executed bytecode instruction, geometric mean over the workloads; None if they were not counted."""
        logs, found = self.comparison.logs(strategy), []
        for place, workload in enumerate(self.comparison.workloads):
            count = self.comparison.instructions(workload)
            seconds = inference.quietly(numpy.nanmean, logs[place])
            if count and math.isfinite(seconds):
                found.append(seconds - math.log(count))
        return math.exp(sum(found) / len(found)) * 1e9 if found else None

    def sentence(self, strategy):
        """tail-direct spends 31 % (29–33) of its time on dispatch, 0.42 ns an instruction"""
        found, nanoseconds = self.suite[strategy], self.nanoseconds(strategy)
        if not found:
            return None
        share = found["dispatch"]
        each = f", {share.share * nanoseconds:.2f} ns an instruction" if nanoseconds and share.share > 0 else ""
        if share.is_negative:
            return f"{strategy} was shown to take less time than the same without dispatch"
        if share.has_interval and share.low <= 0:
            return f"{strategy} was not shown to spend time on dispatch ({share.text()})"
        return f"{strategy} spends {share.text()} of its time on dispatch{each}"

    def answer(self):
        """A sentence; None if nothing can be said."""
        said = [text for name in self.strategies if (text := self.sentence(name))]
        if not said:
            return None
        best = next((name for name in ("tail-direct", "goto-direct") if self.suite.get(name)), None)
        rest = ""
        if best:
            decoding, work = self.suite[best]["decoding"], self.suite[best][WORK]
            native = self.native(best)
            rest = (f" Of the time of {best} another {decoding.text()} is reading operands, and {work.text()} is left when "
                    "the compiler sees whole functions" + (f"; native code of the same C takes {native.text()}." if native
                                                           else "."))
        return " ".join(filter(None, [f"{'; '.join(said)}.{rest}", self.extent()]))

    def disorder(self):
        """A sentence for each part whose removal was shown to cost time: levels are not ordered as expected."""
        for number, name in enumerate(self.strategies):
            for part in PARTS[:1] if number else PARTS:  # the others are as long whatever the strategy
                places = [self.names[place] for place in self.everything
                          if (own := self.by_workload[name][place]) and own[part].is_negative]
                whole = self.suite[name] and self.suite[name][part].is_negative
                if places or whole:
                    where = " and ".join(filter(None, ["over the suite" if whole else "", ", ".join(places)]))
                    yield (f"{name}: without {part} it took longer ({where}): code that fits the caches less, or registers "
                           "that were allocated otherwise. That part is not shown as a negative share.")

    def data(self):
        """For the page: shares in per mille by strategy, of the suite and of each workload."""
        def in_mille(own):
            return own and [round(1000 * value, 1) if math.isfinite(value) else None
                            for value in (own.share, own.low, own.high)]

        def numbers(found):
            return found and [in_mille(found[part]) for part in PARTS]
        return {"parts": PARTS, "answer": self.answer(),
                "notes": [*filter(None, [self.extent()]), *self.disorder()],
                "unrolled": None if self.is_whole else [round(1000 * share, 1) for share in self.unrolled],
                "strategies": self.strategies,
                "suite": [numbers(self.suite[name]) for name in self.strategies],
                "native": [[in_mille(self.native(name)), *(in_mille(self.native(name, [place]))
                                                           for place in self.everything)]
                           for name in self.strategies] if self.has_native else None,
                "workloads": [[numbers(own) for own in self.by_workload[name]] for name in self.strategies]}

    def rows(self):
        """A table: shares over the suite."""
        yield ["strategy", *PARTS, *(["native code of the same C"] if self.has_native else [])]
        for name in self.strategies:
            found = self.suite[name]
            native = [own.text() if (own := self.native(name)) else "–"] if self.has_native else []
            yield [name, *(found[part].text() if found else "–" for part in PARTS), *native]

    def workload_rows(self):
        """A table: the share of dispatch on each workload, and how much of it was unrolled if not all was."""
        yield ["workload", *self.strategies, *([] if self.is_whole else ["unrolled"])]
        for place, workload in enumerate(self.names):
            own = [self.by_workload[name][place] for name in self.strategies]
            unrolled = [] if self.is_whole else [f"{100 * self.unrolled[place]:.0f} %"]
            yield [workload, *(found["dispatch"].text() if found else "–" for found in own), *unrolled]


def zero_line(comparison):
    """The ZeroLine of a Comparison; None if its run has no level or lacks one."""
    return ZeroLine(comparison) if all(level in comparison.references for level in LEVELS) else None
