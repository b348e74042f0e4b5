"""The part of scripts/calibrate that measures: the whole method, on executors whose difference is known.

Everything is measured by `tailrace bench` and judged as scripts/report judges, in many short runs. Each run
draws its layouts from a pool and gets fresh copies of the programs. What is compared:

  A/A      a program with itself (the control of the run), and with one that was built of the same source under
           another name: nothing may be called a difference in more than 5 % of the runs
  planted  executors one of whose handlers executes a few instructions more. How many more in all is known
           exactly; how much slower that is, by a long run of all layouts: the short runs' intervals have to
           contain it at their nominal rate
  luck     an executor that is slower in one layout alone: with that layout measured alone this is a
           difference, with many layouts it is none
"""
import collections
import dataclasses
import datetime
import hashlib
import json
import math
import random
import shutil
import shlex
import sys
import time

import numpy
from scipy import stats

from .. import inference
from ..printable import Trouble
from ..results import comparison
from ..source_tree import BASELINE_ISA
from . import slowdowns
from .slowdowns import Slowdown

WORKLOADS = slowdowns.ROOT / "bench/workloads"
MEAN = "mean"
CONTROL = "control"
MOST_COPIES = 2  # instructions that the compiler may need around the planted ones where handlers share registers
ROUNDS = 2  # of a run over several layouts, at least; of one there are three
MOST_SITTINGS = 20  # that this may take
OPCODE = "i32_add__s_sk"  # among the most executed of each workload


@dataclasses.dataclass
class Workload:
    name: str
    long: int   # the argument that makes it run for some 10 ms
    short: int  # for valgrind

    @property
    def path(self):
        return WORKLOADS / f"{self.name}.wasm"


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much of everything."""
    workloads: tuple
    layouts: dict        # by strategy: the pool
    drawn: int           # layouts of a short run
    doses: dict          # by strategy: its planted strategies
    same_runs: int
    same_one_layout_runs: int
    planted_runs: int
    lucky_runs: int      # of one layout, and as many of all
    lucky_layouts: int
    one_layout_seconds: float
    references: int      # runs of all layouts
    reference_seconds: float  # each
    decides: bool = True  # whether what depends on time decides the exit status
    isa: str = BASELINE_ISA


def doses(strategy, *counts):
    return [Slowdown(f"{strategy}-plus{count}", strategy, OPCODE, count) for count in counts]


FULL = Plan(workloads=(Workload("integers", 45, 6), Workload("vm", 6, 1)),
            layouts={"tail-direct": 16, "goto-direct": 8}, drawn=4,
            doses={"tail-direct": doses("tail-direct", 4, 16), "goto-direct": doses("goto-direct", 16)},
            same_runs=200, same_one_layout_runs=60, planted_runs=40, lucky_runs=20, lucky_layouts=8,
            one_layout_seconds=1, references=4, reference_seconds=8)
QUICK = Plan(workloads=(Workload("integers", 20, 2), Workload("vm", 4, 1)), layouts={"tail-direct": 2}, drawn=1,
             doses={"tail-direct": doses("tail-direct", 16)}, same_runs=2, same_one_layout_runs=1,
             planted_runs=2, lucky_runs=1, lucky_layouts=2, one_layout_seconds=0, references=1,
             reference_seconds=0, decides=False, isa="slots")  # which takes the compiler a third of the time


def lucky(strategy):
    """Slower in the first layout alone. In the others it is the same code under another name."""
    return Slowdown(f"{strategy}-lucky", strategy, OPCODE, 16, first_only=True)


class Progress:
    """A line on a terminal with the time left, by what the steps so far took."""

    def __init__(self, total):
        self.total, self.done, self.started = total, 0.0, time.monotonic()
        self.live = sys.stderr.isatty()
        self.last = ""

    def show(self, text, done=0.0):
        self.done += done
        if not self.live:
            if text != self.last:
                print(f"calibrate: {text}", file=sys.stderr, flush=True)
            self.last = text
            return
        left = (time.monotonic() - self.started) * (self.total / self.done - 1) if self.done else self.total
        print(f"\r{min(1, self.done / self.total):4.0%}  {int(left // 60)}:{int(left % 60):02} left  {text}\033[K",
              end="", file=sys.stderr, flush=True)

    def clear(self):
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def binomial(count, runs):
    """Of the share: the 95 % interval of Clopper and Pearson."""
    interval = stats.binomtest(count, runs).proportion_ci(0.95, "exact")
    return interval.low, interval.high


def share(count, runs):
    """3 of 200 (0.3–4.3 %)"""
    low, high = binomial(count, runs)
    return f"{count} of {runs} ({low * 100:.1f}–{high * 100:.1f} %)"


def size_text(layouts):
    """Of a run that has no time for more rounds (bench/sampling/sampler.h)."""
    return "one layout, 3 rounds" if layouts == 1 else f"{layouts} layouts, {ROUNDS} rounds"


class Outcome:
    """What many runs said of one strategy on one workload, or in the mean."""

    def __init__(self):
        self.found, self.words = [], []
        self.not_measured = 0  # runs that found nothing to compare: the workload was too short to time

    def add(self, found, verdict):
        if found is None:
            self.not_measured += 1
            return
        self.found.append(found)
        self.words.append(verdict.word)

    def called(self, *words):
        return sum(word in words for word in self.words)

    def different(self):
        return self.called(inference.FASTER, inference.SLOWER)

    def covered(self, truth):
        return sum(found.low <= truth <= found.high for found in self.found)

    def half_width(self):
        widths = sorted(math.log(found.high / found.low) / 2 for found in self.found)
        return widths[len(widths) // 2]


class Calibration:
    def __init__(self, plan, directory, seed, show_progress=True):
        self.plan, self.seed = plan, seed
        self.random = random.Random(seed)
        slower = [slowdown for several in plan.doses.values() for slowdown in several]
        slower += [lucky(strategy) for strategy in plan.doses]
        self.pool = slowdowns.Pool(directory, slower, plan.layouts, plan.isa)
        self.folder = self.pool.home / "runs"
        self.names = [workload.name for workload in plan.workloads]
        self.runs = 0
        self.wrong = []   # sentences
        self.progress = Progress(1)
        self.report = []  # lines

    # ---- Measuring ---------------------------------------------------------------------------------

    def write_suite(self):
        workloads = []
        for workload in self.plan.workloads:
            results = slowdowns.run([self.pool.directory / "tailrace", "run", "--invoke", "run", workload.path,
                                     workload.long])
            workloads.append({"name": workload.name, "kind": "calibration", "description": "", "invoke": "run",
                              "file": str(workload.path), "args": [str(workload.long)], "expect": results.split(),
                              "sha256": hashlib.sha256(workload.path.read_bytes()).hexdigest()})
        self.suite = self.folder / "suite.json"
        self.suite.write_text(json.dumps({"suite": "calibration", "workloads": workloads}))

    def bench(self, strategies, seeds, seconds=0.0):
        """The Comparison of one run of `tailrace bench`, of so many seconds or, over several layouts, of ROUNDS at least."""
        view = self.folder / "build"
        self.pool.view(view, strategies, seeds)
        result = self.folder / f"run-{self.runs:04}.json"
        self.runs += 1
        slowdowns.run([view / "tailrace", "bench", "--suite", self.suite, "--events", "none", "--budget", seconds,
                       "--stop", "budget",
                       "--seed", self.random.randrange(1 << 32), "--output", result])
        if len(seeds) > 1:
            self.finish(view / "tailrace", result, self.expected_seconds(len(strategies), len(seeds)) / ROUNDS)
        return compare(result)

    @staticmethod
    def finish(program, result, seconds):
        """Goes on until there are ROUNDS: what they take is not known before, and a budget ends in the middle of one. A
        sitting whose budget is less than a block takes none, as on a machine that does much else: each has twice as much."""
        for sitting in range(MOST_SITTINGS):
            if json.loads(result.read_text())["rounds"] >= ROUNDS:
                return
            slowdowns.run([program, "bench", "--resume", result, "--budget", seconds * 2 ** sitting])
        raise Trouble(f"{result} has not {ROUNDS} rounds after {MOST_SITTINGS} sittings")

    def expected_seconds(self, contenders, layouts, seconds=0.0):
        samples = len(self.names) * (contenders + 1) * (2 * layouts + 1)
        return max(seconds, 0.1 + 0.018 * samples)

    def steps(self):
        """What to measure: (text, expected seconds, function) for each run."""
        plan = self.plan
        steps = []

        def add(text, times, contenders, layouts, measure, seconds=0.0):
            expected = self.expected_seconds(contenders, layouts, seconds)
            steps.extend((text, expected, measure) for _ in range(times))

        for strategy, slower in self.doses.items():
            names = [strategy, *(slowdown.name for slowdown in slower)]
            everywhere = list(self.pool.seeds(strategy))
            add(f"reference: {', '.join(names)}", plan.references, len(names), len(everywhere),
                lambda names=names, seeds=everywhere: self.add_reference(names, seeds), plan.reference_seconds)
            add(f"planted: {', '.join(names)}", plan.planted_runs, len(names), plan.drawn,
                lambda names=names, seeds=everywhere: self.add_run("planted", names, self.draw(seeds)))
        names = [self.lucky.strategy, self.lucky.name]
        others = list(self.pool.seeds(self.lucky.name))[1:]
        add("A/A", plan.same_runs, 2, plan.drawn, lambda: self.add_run("same", names, self.draw(others)))
        add("A/A, one layout", plan.same_one_layout_runs, 2, 1,
            lambda: self.add_run("same, one layout", names, self.random.sample(others, 1), plan.one_layout_seconds),
            plan.one_layout_seconds)
        add("layout luck, one layout", plan.lucky_runs, 2, 1,
            lambda: self.add_run("one layout", names, [0], plan.one_layout_seconds), plan.one_layout_seconds)
        add(f"layout luck, {plan.lucky_layouts} layouts", plan.lucky_runs, 2, plan.lucky_layouts,
            lambda: self.add_run("layouts", names, [0, *self.random.sample(others, plan.lucky_layouts - 1)]))
        return steps

    def draw(self, seeds):
        return self.random.sample(seeds, self.plan.drawn)

    def add_run(self, case, names, seeds, seconds=0.0):
        compared = self.bench(names, seeds, seconds)
        for name in names[1:]:
            for workload in self.names:
                cell = compared.cell(workload, name)
                self.outcomes[case, name, workload].add(cell.found, cell.verdict)
            cell = compared.mean(name)
            self.outcomes[case, name, MEAN].add(cell.found, cell.verdict)
        if not case.startswith("same"):
            return
        controls = {what: compared.control(place) for place, what in enumerate(self.names)}
        controls[MEAN] = compared.control()
        for what, found in controls.items():
            self.outcomes[case, CONTROL, what].add(found, found and inference.judge(found))

    def add_reference(self, names, seeds):
        compared = self.bench(names, seeds, self.plan.reference_seconds)
        for name in names[1:]:
            self.speeds[name].append(compared.speeds(name))

    def measure(self):
        self.outcomes = collections.defaultdict(Outcome)
        self.speeds = collections.defaultdict(list)  # of the references: arrays as of Comparison.speeds
        self.doses = {strategy: slower for strategy, slower in self.plan.doses.items()
                      if strategy in self.pool.strategies()}
        self.lucky = lucky(self.pool.main())
        steps = self.steps()
        # Slow changes of the machine must not fall on one case alone.
        self.random.shuffle(steps)
        self.progress = Progress(sum(expected for _, expected, _ in steps))
        for text, expected, step in steps:
            self.progress.show(text if self.progress.live else "measuring")
            step()
            self.progress.show(text if self.progress.live else "measuring", expected)
        self.progress.clear()

    # ---- What it says ------------------------------------------------------------------------------

    def say(self, text=""):
        self.report.append(text)

    def check(self, good, sentence, timed=True):
        """The mark behind a line of the report."""
        if good:
            return ""
        if self.plan.decides or not timed:
            self.wrong.append(sentence)
        return "  WRONG"

    def check_measured(self, row, outcome, place, reference=True):
        """The mark behind the row, like check(); None if there is nothing to show of it, which the report then says.
        Workloads that are too short to time are compared with nothing (comparison.py), and these ought to be long
        enough."""
        runs = len(outcome.words)
        missing = outcome.not_measured
        mark = self.check(not missing, f"{place}: too short to time in {missing} of {runs + missing} runs")
        if not reference:
            mark = self.check(False, f"{place}: too short to time in the reference")
        if runs and reference:
            return mark
        self.say(f"{row}  not measured{mark}")
        return None

    def check_work(self):
        """That the planted executors do what they should: exact, whatever the machine is doing."""
        slower = [slowdown for several in self.doses.values() for slowdown in several]
        self.say("Planted instructions, in the programs and as executed (by valgrind; how often, by the counting "
                 "executor)")
        self.say(f"  {'executor':<24}{'handler':<16}{'more':>6}{'found in the programs':>23}{'workload':>12}"
                 f"{'executed':>12}{'more, expected':>16}{'measured':>12}")
        has_valgrind = shutil.which("valgrind")
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        for slowdown in slower:
            layouts = self.pool.seeds(slowdown.name)
            places = sum(self.pool.places(slowdown, seed) == 1 for seed in layouts)
            mark = self.check(places == len(layouts), f"the programs of {slowdown.name} do not have the planted "
                              "instructions exactly once", timed=False)
            for workload in self.plan.workloads:
                times = self.pool.times_executed(slowdown.opcode, workload)
                measured = "not measured"
                if has_valgrind:
                    self.progress.show("counting")
                    more = self.pool.executed(slowdown.name, workload, scratch) - \
                        self.pool.executed(slowdown.strategy, workload, scratch)
                    measured = f"{more:,}"
                    each, rest = divmod(more, times)
                    good = not rest and slowdown.count <= each <= slowdown.count + MOST_COPIES
                    if good and each > slowdown.count:
                        mark += f"  {each} each: the compiler had to copy a register"
                    mark += self.check(good, f"{slowdown.name} executes {more:,} instructions more on {workload.name}, "
                                       f"not {times * slowdown.count:,}", timed=False)
                self.say(f"  {slowdown.name:<24}{slowdown.opcode:<16}{slowdown.count:>6}"
                         f"{f'once in {places} of {len(layouts)}':>23}{workload.name:>12}{times:>12,}"
                         f"{times * slowdown.count:>16,}{measured:>12}{mark}")
                mark = ""
        for name, reason in self.pool.left_out.items():
            self.say(f"  {name}: left out: {reason}")
        if not has_valgrind:
            self.say("  valgrind is not installed: executed instructions were not measured")
        self.say()

    def truths(self, name):
        """By workload and MEAN: the Estimate of the long runs."""
        logs = numpy.concatenate(self.speeds[name], axis=2)
        found = {workload: inference.estimate(logs[[place]]) for place, workload in enumerate(self.names)}
        found[MEAN] = inference.estimate(logs)
        return found

    def show_same(self):
        plan = self.plan
        pool = len(self.pool.seeds(self.lucky.name)) - 1
        self.say(f"A/A: {self.lucky.strategy} under two names, in layouts drawn from {pool}")
        self.say(f"  {'compared':<26}{'measured in':<24}{'on':<10}{'called different':>24}{'1 in the interval':>28}"
                 f"{'half-width':>12}")
        for case, where in (("same", size_text(plan.drawn)),
                            ("same, one layout", f"one layout, {plan.one_layout_seconds:g} s")):
            for title, name in ("the same file", CONTROL), ("the same source", self.lucky.name):
                for what in [*self.names, MEAN]:
                    outcome = self.outcomes[case, name, what]
                    runs, different, covered = len(outcome.words), outcome.different(), outcome.covered(1)
                    place, row = f"A/A, {title}, {where}, {what}", f"  {title:<26}{where:<24}{what:<10}"
                    mark = self.check_measured(row, outcome, place)
                    if mark is None:
                        continue
                    if case == "same" or name == CONTROL:
                        mark += self.check(binomial(different, runs)[0] <= 0.05,
                                           f"{place}: called different in {share(different, runs)} runs")
                        mark += self.check(binomial(covered, runs)[1] >= 0.95,
                                           f"{place}: 1 is in the interval of {share(covered, runs)}")
                    self.say(f"{row}{share(different, runs):>24}"
                             f"{share(covered, runs):>28}{outcome.half_width():>12.2%}{mark}")
        self.say("  The same file is the run's control, judged by its interval alone. The same source is another")
        self.say("  program, built under another name, and judged as a report judges: not below what the control")
        self.say("  differs by. In one layout it may differ: its pages lie elsewhere in the machine's memory.")
        self.say()

    def show_planted(self):
        plan = self.plan
        self.say(f"Planted slowdowns: speed relative to the executor without; reference: {plan.references} runs of all "
                 f"layouts; short runs: {size_text(plan.drawn)}")
        self.say(f"  {'executor':<24}{'on':<12}{'reference':>24}{'verdict':>10}{'short runs: slower':>24}{'faster':>8}"
                 f"{'reference in the interval':>28}{'half-width':>12}")
        for several in self.doses.values():
            for slowdown in several:
                for what, truth in self.truths(slowdown.name).items():
                    outcome = self.outcomes["planted", slowdown.name, what]
                    runs = len(outcome.words)
                    where = f"{slowdown.name} on {what}" if what != MEAN else f"{slowdown.name} in the mean"
                    row = f"  {slowdown.name:<24}{what:<12}"
                    mark = self.check_measured(row, outcome, where, reference=truth is not None)
                    if mark is None:
                        continue
                    verdict = inference.judge(truth).word
                    slower = outcome.called(inference.SLOWER)
                    faster = outcome.called(inference.FASTER)
                    if slowdown.count > 4 and what == MEAN:
                        mark += self.check(verdict == inference.SLOWER, f"{where} is not found by the reference")
                        mark += self.check(binomial(slower, runs)[1] >= 0.8,
                                           f"{where} is found in {share(slower, runs)} short runs")
                    mark += self.check(binomial(faster, runs)[0] <= 0.05,
                                       f"{where} is called faster in {share(faster, runs)} runs")
                    mark += self.check(binomial(outcome.covered(truth.speed), runs)[1] >= 0.95,
                                       f"{where}: the reference is in the interval of "
                                       f"{share(outcome.covered(truth.speed), runs)}")
                    self.say(f"{row}{comparison.speed_text(truth, 3):>24}{verdict:>10.10}"
                             f"{share(slower, runs):>24}{faster:>8}{share(outcome.covered(truth.speed), runs):>28}"
                             f"{outcome.half_width():>12.2%}{mark}")
        self.say("  Layouts are drawn from a pool without replacement: where it is small, intervals contain the")
        self.say("  pool's mean more often than their nominal 95 %.")
        self.say()

    def show_luck(self):
        plan = self.plan
        self.say(f"Layout luck: {self.lucky.name} is slower in the first layout alone (as {self.lucky.strategy}-plus"
                 f"{self.lucky.count} is), the same code in all others")
        self.say(f"  {'measured in':<20}{'on':<12}{'called different':>26}{'median speed':>14}")
        for case, title, fooled in (("one layout", "that layout", True),
                                    ("layouts", size_text(plan.lucky_layouts), False)):
            for what in [*self.names, MEAN]:
                outcome = self.outcomes[case, self.lucky.name, what]
                different, runs = outcome.different(), len(outcome.words)
                place, row = f"layout luck, {title}, {what}", f"  {title:<20}{what:<12}"
                mark = self.check_measured(row, outcome, place)
                if mark is None:
                    continue
                low, high = binomial(different, runs)
                sentence = f"{place}: called different in {share(different, runs)} runs"
                if fooled:
                    mark += self.check(what != MEAN or high >= 0.8, sentence)
                else:
                    mark += self.check(low <= 0.05, sentence)
                speeds = sorted(found.speed for found in outcome.found)
                self.say(f"{row}{share(different, runs):>26}{speeds[runs // 2]:>13.3f}×{mark}")
        self.say()

    def machine_line(self, result):
        machine, build = result["machine"], result["builds"][0]
        return (f"{machine['cpu']['model'] or machine['cpu']['architecture']}; {build['compiler']} {build['version']}; "
                f"revision {build['revision']}; {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}")

    def run(self, command):
        started = time.monotonic()
        self.progress = Progress(1)
        self.progress.show("building")
        done = [0.0]

        def built(fraction, text):
            self.progress.show(text, fraction - done[0])
            done[0] = fraction
        self.pool.build(built)
        self.progress.clear()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.write_suite()
        built_in = time.monotonic() - started
        self.measure()
        result = json.loads((self.folder / "run-0000.json").read_text())
        self.say("The method on real executors: planted slowdowns, planted layout luck, A/A")
        self.say(self.machine_line(result))
        self.say("command: " + shlex.join(command))
        self.say()
        self.check_work()
        self.progress.clear()
        self.show_same()
        self.show_planted()
        self.show_luck()
        self.say(f"{self.runs} runs of tailrace bench; building took {built_in / 60:.1f} min, all "
                 f"{(time.monotonic() - started) / 60:.1f} min; intervals of shares: 95 %, Clopper and Pearson")
        self.report += [f"WRONG: {sentence}" for sentence in self.wrong] or ["all as it should be"]
        return "\n".join(self.report) + "\n"


def compare(path):
    """The Comparison of a result file."""
    return comparison.comparisons(comparison.load(path, validated=False))[0]
