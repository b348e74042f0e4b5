"""What result files say, for a page and for a summary: answers, warnings, estimates, causes, machine code.

make() turns results into one JSON-able dictionary, which the page holds and draws. All statistics are made
here and in statistics_of_runs.py; the page only chooses what to show. A "case" is one build and one
instruction set of one file.
"""
import dataclasses
import hashlib
import json
import math
import statistics

import numpy
from . import statistics_of_runs, warnings
from .comparison import LONGEST, Trouble, comparisons, instruction_sets, population_text, speed_text
from .machine_code import HOT, UNLIKE_CODE

# Of issue 1101 of Wasmi, which this project answers: a pair of strategies, the second is the baseline.
QUESTIONS = [
    ("What does a tail call buy over a computed goto?", "tail-direct", "goto-direct"),
    ("Is direct threading worth 8 bytes an instruction?", "goto-direct", "goto-indirect"),
    ("What does a portable loop cost where there are tail calls?", "switch", "tail-direct"),
    ("And where there is only computed goto?", "switch", "goto-direct"),
]
MOST_CHANGES = 5  # that are told before all else
# By key: the events that count it, its name, and of how many bytecode instructions it is shown.
CAUSES = {
    "cycles": (["cycles"], "cycles", 1),
    "instructions": (["instructions"], "host instructions", 1),
    "branches": (["branches"], "branches", 1),
    "branch_misses": (["branch-misses"], "branch misses", 1000),
    "indirect_branch_misses": (["indirect-branch-misses"], "indirect-branch misses", 1000),
    "l1i_misses": (["L1I-misses", "L1-icache-load-misses", "L1-icache-misses"], "L1I misses", 1000),
    "itlb_misses": (["iTLB-load-misses"], "ITLB misses", 1000),
    "frontend_stalls": (["frontend-stalls"], "front-end stalls (slots, or cycles where the CPU counts these)", 1),
}
SIMULATED = {
    "instructions": ("host instructions", 1), "branches": ("conditional branches", 1),
    "branch_misses": ("conditional-branch misses", 1000), "indirect_branches": ("indirect branches", 1),
    "indirect_branch_misses": ("indirect-branch misses", 1000), "l1i_misses": ("L1I misses", 1000),
    "l1d_misses": ("L1D misses", 1000), "llc_misses": ("last-level misses", 1000),
}
AUDITED = [
    "opcodes", "dispatch_sites", "code_bytes", "median_handler_bytes", "largest_handler_bytes",
    "largest_handler", "handler_instructions"]
WORDS = [
    statistics_of_runs.FASTER, statistics_of_runs.SLOWER, statistics_of_runs.SAME,
    statistics_of_runs.UNDECIDED]


# Layouts that differ by more than UNLIKE_CODE (machine_code.py) in machine instructions or in bytes differ in more than
# their order; where instructions were not counted yet, by more than this share in bytes; and in how many use the stack.
UNLIKE = 0.05
NOISY = 0.01  # robust standard deviation of a time by the A/A control; results/PLAN.md has what machines showed
# Of a trace whose replayer takes more than this share of the module's time, it is said what a crossing costs.
MUCH_REPLAYING = 0.05


def rounded(number, digits=5):
    """For JSON: short, and None for what is no number."""
    if number is None or not math.isfinite(number):
        return None
    number = float(f"{number:.{digits}g}")
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def minute(time):
    return time[:16].replace("T", " ")


def count(things):
    return None if things is None else len(things)


def some(names):
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def listed(names):
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def medians_by_layout(logs):
    """Of logarithms of speeds, [workload, layout, round]."""
    with statistics_of_runs.warnings.catch_warnings():
        statistics_of_runs.warnings.simplefilter("ignore", RuntimeWarning)
        return [[rounded(point, 4) for point in row] for row in numpy.exp(numpy.nanmedian(logs, axis=2))]


class Texts(list):
    """Each text once; elsewhere stand its places."""

    def __init__(self):
        super().__init__()
        self.places = {}

    def place(self, text):
        if text not in self.places:
            self.places[text] = len(self)
            self.append(text)
        return self.places[text]


def fingerprint(machine):
    cpu = machine["cpu"]
    return (*(cpu[part]
              for part in ("vendor", "model", "family", "model_number", "stepping", "architecture")),
            machine["logical_cpus"], machine["memory_mib"], machine["virtual"]["is"])


def refuse_strangers(results, paths):
    """Files whose workloads are others under the same names cannot be compared."""
    first, found = {}, []
    for result, path in zip(results, paths):
        for workload in result["suite"]["workloads"]:
            what = (workload["sha256"], workload.get("invoke"),
                    *(tuple(workload.get(key, ())) for key in ("args", "dirs", "env")))
            before, where = first.setdefault(workload["name"], (what, path))
            if before != what:
                part = "call"
                if before[0] != what[0]:
                    part = "recording" if "trace" in workload else "module"
                found.append(
                    f"{path} (its workload \"{workload['name']}\" has another {part} than in {where})")
                break
    if found:
        raise Trouble(f"not comparable with the files before: {'; '.join(found)}")


class Case:
    """A Comparison with everything that a page shows of it."""

    def __init__(self, comparison, file, texts):
        self.comparison, self.file, self.texts = comparison, file, texts
        self.result, self.build = comparison.result, comparison.build
        self.strategies, self.isa = comparison.strategies, comparison.isa
        self.names = [workload["name"] for workload in comparison.workloads]
        # A kind may begin with the name of a family: "kernel: calls". Several families have means, too.
        kinds, families = {}, {}
        for number, workload in enumerate(comparison.workloads):
            kinds.setdefault(workload["kind"], []).append(number)
            family, colon, _ = workload["kind"].partition(":")
            families.setdefault(family if colon else "", []).append(number)
        self.families = [] if len(families) < 2 or "" in families else list(families)
        self.kinds = kinds = {name: families[name] for name in self.families} | kinds
        self.groups = [[number] for number in range(len(self.names))] + [list(range(len(self.names)))]
        self.groups += kinds.values()
        self.samples = [
            sample for sample in self.result["samples"]
            if sample["build"] == self.build["name"] and sample["isa"] == self.isa and sample["round"] > 0]
        self.pairs = comparison.pairs(self.groups)

    @property
    def label(self):
        return f"{self.build['compiler']} {self.build['version']}"

    @property
    def relocation_model(self):
        """"static" or "pie"; None if it cannot be told. Older files do not say it, but have the switch's code, whose
        jump is to a sum in position-independent code."""
        told = self.build.get("relocation_model")
        if told:
            return told
        for entry in (self.build["audit"] or {}).get("listings", []):
            if entry["executor"].startswith("switch-"):
                dispatch = " ".join(entry["code"][-4:])
                return "pie" if "movslq" in dispatch else None
        return None

    def mean(self, strategy, baseline):
        """None: not measured together, or one and the same."""
        if strategy == baseline:
            return None
        return self.pairs[baseline, strategy][len(self.names)]

    def judge(self, found):
        return statistics_of_runs.judge(found, self.comparison.smallest_effect)

    # Answers

    def said(self, strategy, baseline):
        """A sentence about a pair, and its Verdict."""
        found = self.mean(strategy, baseline)
        if not found:
            together = set(self.names) - set(self.comparison.too_short)
            why = "not measured together" if together else "no workload takes long enough to be timed"
            return f"{strategy} and {baseline}: {why}.", None
        verdict = self.judge(found)
        text = speed_text(found, 3 if abs(found.speed - 1) < 0.03 else 2)
        if found.workloads < len(self.names):
            text += f" (over {found.workloads} of {len(self.names)} workloads)"
        others = population_text(found)
        others = f" {others[0].upper()}{others[1:]}." if others else ""
        if verdict.word == statistics_of_runs.SAME:
            return f"{strategy} and {baseline}: no difference shown, {text}.{others}", verdict
        if verdict.word == statistics_of_runs.UNDECIDED:
            remedy = f"; {verdict.remedy} would decide it" if verdict.remedy.startswith("about") else \
                f"; {verdict.remedy}" if verdict.remedy else ""
            return f"{strategy} and {baseline}: undecided, {text}{remedy}.{others}", verdict
        return f"{strategy} runs at {text} the speed of {baseline}: {verdict.word}.{others}", verdict

    def fastest(self):
        """The strategies that none was shown to be faster than, and a sentence."""
        timed = [
            name for name in self.strategies
            if any(self.comparison.times_of(workload, name) for workload in self.names)]
        if not timed:
            return [], "Not known: no strategy was measured after the warm-up."
        if len(self.comparison.too_short) == len(self.names):
            return [], "Not known: no workload takes long enough to be timed."
        baseline = timed[0]
        measured = [name for name in timed if name == baseline or self.mean(name, baseline)]
        speeds = {name: self.mean(name, baseline).speed if name != baseline else 1 for name in measured}
        order = sorted(measured, key=speeds.get, reverse=True)
        best, close = order[0], []
        for name in order[1:]:
            found = self.mean(name, best)
            if found and self.judge(found).word != statistics_of_runs.SLOWER:
                close.append(name)
        found = self.mean(best, baseline) if best != baseline else None
        much = f", {speed_text(found)} the speed of {baseline}" if found else ""
        if len(order) == 1:
            alone = "the only strategy that was measured" if len(timed) == 1 else \
                "measured together with no other"
            return [best], f"{best}: {alone}."
        if not close:
            return [best], f"{best}{much}."
        verb = "were" if len(close) > 1 else "was"
        if best == baseline or baseline in close:
            return [best, *close], (f"None was shown to be: {listed(close)} {verb} not shown to be slower "
                                    f"than {best}.")
        return [best, *close], f"{best}{much}; {listed(close)} {verb} not shown to be slower."

    def answers(self):
        best, text = self.fastest()
        answers = [{"question": "Which strategy is fastest?", "text": text, "word": "", "best": best}]
        for question, strategy, baseline in QUESTIONS:
            if strategy in self.strategies and baseline in self.strategies:
                text, verdict = self.said(strategy, baseline)
                answers.append({"question": question, "text": text, "word": verdict.word if verdict else "",
                                "pair": [strategy, baseline]})
        return answers

    def noise_text(self):
        return self.comparison.noise_text

    def noisy_machine(self):
        """A sentence about a machine on which programs differ from themselves; None if it is quiet."""
        comparison, spread = self.comparison, self.comparison.spread
        if not spread > NOISY:
            return None
        found = [comparison.control(number) for number in range(len(self.names))]
        halves = sorted(math.log(entry.high / entry.low) / 2 for entry in found if entry and entry.has_interval)
        widths = f", and the A/A intervals of workloads are ±{100 * statistics.median(halves):.1f} % in the median " \
            f"and ±{100 * halves[-1]:.1f} % at most" if halves else ""
        return (f"The machine is noisy: the time of one and the same program varies by {100 * spread:.1f} % (robust "
                f"standard deviation of the A/A control; a quiet one has less than {100 * NOISY:g} %){widths}. Stop "
                "what else runs there, use a machine of your own, or measure longer: with twice the noise it takes "
                "four times as long (--budget, --layouts).")

    def program(self, strategy, seed):
        """What the audit calls the executor in this layout."""
        first = self.build.get("first_layout", self.build["layout_seeds"][0])
        return f"{strategy}-{self.isa}" + ("" if seed == first else f".layout{seed}")

    def audited(self):
        """By strategy: what the audit of its executors found, or None."""
        executors = (self.build["audit"] or {}).get("executors", {})
        found = {}
        for strategy in self.strategies:
            own = {
                name: entry for name, entry in executors.items()
                if name.partition(".layout")[0] == f"{strategy}-{self.isa}"}
            if f"{strategy}-{self.isa}" in own:
                findings = dict.fromkeys(f"{name}: {text}" for name, entry in own.items()
                                         for text in entry["findings"])
                found[strategy] = {**own[f"{strategy}-{self.isa}"], "findings": list(findings)}
        return found

    def unlike_layouts(self):
        """A sentence about strategies whose layouts differ in more than the order of the same code; None if
        there are none."""
        executors = (self.build["audit"] or {}).get("executors", {})
        seeds, told = self.build["layout_seeds"], []
        for strategy in self.strategies:
            own = [executors.get(self.program(strategy, seed)) for seed in seeds]
            if None in own:
                continue
            # Other registers make longer encodings of the same instructions.
            counts, sizes = [entry.get("handler_instructions") for entry in own], [entry["code_bytes"] for entry in own]
            stacks = [count(entry["handlers_that_use_the_stack"]) for entry in own]
            what = []
            if None not in counts and max(counts) > (1 + UNLIKE_CODE) * min(counts):
                what.append(f"{listed([f'{count:,}' for count in counts])} machine instructions")
            if max(sizes) > (1 + (UNLIKE if None in counts else UNLIKE_CODE)) * min(sizes):
                what.append(f"{listed([f'{size:,}' for size in sizes])} bytes")
            if None not in stacks and max(stacks) - min(stacks) > UNLIKE * own[0]["opcodes"]:
                what.append(f"{listed([str(stack) for stack in stacks])} handlers that use the native stack")
            if what:
                told.append(f"of {strategy} {', '.join(what)}")
        if told:
            return (f"In the layouts {listed([str(seed) for seed in seeds])} the compiler made other code, and not "
                    f"the same in another order: {'; '.join(told)}. What is read or simulated in the first layout "
                    "alone may not hold for the others.")
        return None

    def other_orders(self):
        """A sentence about strategies whose handlers stand in another order than the others'; None if there are
        none. The audit has a finding where that is the same order in each layout."""
        executors, told = (self.build["audit"] or {}).get("executors", {}), []
        for strategy in self.strategies:
            name = f"{strategy}-{self.isa}"
            own = [executors.get(name if n == 0 else f"{name}.layout{seed}")
                   for n, seed in enumerate(self.build["layout_seeds"])]
            if any((entry and entry.get("share_in_layout_order") or 1) < 1 - UNLIKE for entry in own):
                told.append(strategy)
        return told and (f"The compiler placed the handlers of {listed(told)} in orders of its own, others in each "
                         "layout, and not in those of the other strategies.")

    def hot_spills(self):
        """A sentence about the hottest handlers that keep the interpreter's state on the native stack; None if
        there are none."""
        executors, told = (self.build["audit"] or {}).get("executors", {}), []
        for strategy in self.strategies:
            found = {}
            for seed in self.build["layout_seeds"]:
                entry = executors.get(self.program(strategy, seed)) or {}
                users = entry.get("handlers_that_use_the_stack") or []
                hot = tuple(opcode for opcode in HOT.get(self.isa, ()) if opcode in users)
                if hot:
                    found.setdefault(hot, []).append(str(seed))
            told += [f"{listed(list(hot))} of {strategy} in layout{'s' * (len(seeds) > 1)} {listed(seeds)}"
                     for hot, seeds in found.items()]
        return told and (f"Of the {len(HOT[self.isa])} hottest handlers some use the native stack: {'; '.join(told)}. "
                         "What that costs is not dispatch, but what the compiler made of it.")

    def counted(self, names):
        """Whether a counter of one of these workloads has a value."""
        return any(counter["value"] is not None for sample in self.samples if sample["workload"] in names
                   for counter in sample["counters"])

    def warnings(self):
        """What weakens the numbers: [what, sentence]."""
        result, machine, found = self.result, self.result["machine"], []

        def weakens(what, text):
            found.append([what, text])

        def say(kind, *values):
            weakens(kind, warnings.text(kind, *values))

        layouts = len(self.build["layout_seeds"])
        audited = self.audited()
        for strategy, entry in audited.items():
            for text in entry["findings"]:
                weakens("failed audit",
                        f"The machine code of {text}. Do not take {strategy} for what its name says.")
        if not audited:
            why = (self.build["audit_missing"] or "the file holds none").rstrip(".")
            weakens("no audit",
                    f"The machine code was not audited: {why}. The compiler may have undone a strategy.")
        elif len(audited) < len(self.strategies):
            missing = listed([name for name in self.strategies if name not in audited])
            weakens(
                "no audit",
                f"The machine code of {missing} was not audited: the compiler may have undone what that says."
            )
        if self.relocation_model == "pie":
            weakens("position-independent",
                    "The executors are position-independent (ELF type DYN), where a switch takes two host "
                    "instructions more and computed gotos none: what the switch loses is not dispatch alone.")
        if layouts < 2:
            say("one layout")
        virtual = machine["virtual"]
        if virtual["is"]:
            say("virtual machine", f" ({virtual['hypervisor']})" if virtual["hypervisor"] else "")
        elif virtual["is"] is None:
            weakens("virtual machine", warnings.text("perhaps a virtual machine"))
        for name, seconds in self.comparison.too_short.items():
            say("too short", name, f"{seconds * 1000:.4g}")
        times = [sample["phases"]["execute"] for sample in self.samples]
        waits = [
            time["wall"] / time["cpu"] - 1 for time in times
            if 0 < time["cpu"] < LONGEST and time["wall"] < LONGEST]
        if waits and statistics.median(waits) > warnings.threshold("busy machine"):
            say("busy machine", f"{100 * statistics.median(waits):.0f}")
        if result["pinned_cpu"] is None:
            say("not pinned")
        if machine["turbo"]:
            say("turbo")
        if machine["governor"] not in (None, "performance"):
            say("governor", machine["governor"])
        if result["rounds"] == 0:
            weakens("few rounds", warnings.text("no round"))
        elif result["rounds"] * layouts < warnings.threshold("few rounds"):
            say("few rounds", result["rounds"])
        if result["state"] != "complete":
            weakens(result["state"], warnings.text("interrupted"))
        if self.comparison.noise is None:
            say("no control")
        noisy = self.noisy_machine()
        if noisy:
            weakens("noisy machine", noisy)
        if self.comparison.absurd:
            say("absurd times", self.comparison.absurd)
        spills = self.hot_spills()
        if spills:
            weakens("spills", spills)
        orders = self.other_orders()
        if orders:
            weakens("other order", orders)
        unlike = self.unlike_layouts()
        if unlike:
            weakens("other code", unlike)
        replayed = [workload["name"] for workload in self.comparison.workloads if "trace" in workload]
        if replayed and (self.counted(replayed) or self.simulated() or self.whole_processes()):
            weakens("replayer",
                    f"Counters, simulated counts and whole processes of recorded traces ({some(replayed)}) have "
                    "the replayer's own work in them. Times and bytecode instructions do not.")
        for workload, crossings, own, module in self.replayers():
            weakens("crossings",
                    f"{workload} crosses between module and host {crossings:,} times: the replayer takes {own:.3g} s "
                    f"beside the module's {module:.3g} s, {own / crossings * 1e9:.0f} ns for each crossing. That is "
                    "left out of its times, but caches and branch predictors are disturbed by it.")
        if not machine["counters"]["hardware"]:
            why = (machine["counters"]["why"] or "no reason was recorded").rstrip(".")
            say("no counters", why)
        for text in self.gaps({"sample", "counter", "executor"}):
            weakens("not measured", text)
        return found

    def replayers(self):
        """Of each trace with many crossings: its name, the crossings, the replayer's seconds and the module's."""
        for workload, columns in self.comparison.replays.items():
            crossings, own, module = map(statistics.median, columns)
            if own > MUCH_REPLAYING * module and crossings > 0:
                yield workload, int(crossings), own / 1e9, module / 1e9

    def gaps(self, kinds):
        """A sentence for each reason why something of these kinds was not measured."""
        hardware, found = self.result["machine"]["counters"]["hardware"], {}
        for gap in self.result["not_measured"]:
            own = gap["isa"] in (None, self.isa) and gap["build"] in (None, self.build["name"])
            # That there are no counters was said already; an executor that was not built is in left_out.
            said = (gap["what"] == "counter" and not hardware or
                    gap["what"] == "executor" and not gap["strategy"])
            if own and gap["what"] in kinds and not said:
                again = " (again)" if gap["control"] else ""
                who = f"{gap['strategy']}{again}" if gap["strategy"] else gap["what"]
                found.setdefault((who, gap["reason"].rstrip(".")), []).append(gap["workload"])
        same = {}  # what is wrong with a workload itself is found by every executor
        for (who, reason), workloads in found.items():
            where = ", ".join(workload for workload in dict.fromkeys(workloads) if workload)
            same.setdefault((where, reason), []).append(who)
        for (where, reason), whos in same.items():
            yield f"Not measured: {', '.join(whos)}{where and f' ({where})'}: {reason}."

    def left_out(self):
        """What one may miss, although it weakens no number."""
        built = [f"{gap['strategy']} is not in this build: {gap['reason'].rstrip('.')}."
                 for gap in self.build["left_out"] if gap["isa"] == self.isa]
        return [*built, *self.gaps({"instructions", "simulation", "whole process"})]

    # Numbers

    def bytecode(self, strategy):
        """Bytes of each workload's bytecode; None where it was not measured."""
        found = {sample["workload"]: sample["bytecode_bytes"] for sample in self.samples
                 if sample["strategy"] == strategy}
        return [found.get(name) for name in self.names]

    def estimates(self, found, control=False):
        """Estimates as columns: speeds, bounds, places of verdicts in the texts (by over_suite)."""
        # How many workloads a mean is of, where that is not all of them.
        columns = {
            "speed": [], "low": [], "high": [], "population": [], "verdict": [], "of": {
                place: entry.workloads for place, entry in enumerate(found)
                if entry and place < len(self.groups) and entry.workloads < len(self.groups[place])}}
        for place, entry in enumerate(found):
            bounds = entry and entry.has_interval
            # With digits enough that the page rounds them to what the summary says.
            columns["speed"].append(rounded(entry.speed, 8) if entry else None)
            columns["low"].append(rounded(entry.low, 8) if bounds else None)
            columns["high"].append(rounded(entry.high, 8) if bounds else None)
            columns["population"].append([rounded(entry.population_low, 8), rounded(entry.population_high, 8)]
                                         if entry and entry.has_population else None)
            if not control:
                verdict = entry and self.judge(entry)
                columns["verdict"].append(self.texts.place(str(verdict)) if verdict else None)
        return columns

    def points(self, strategy, baseline):
        """The speed of each workload in each layout."""
        return medians_by_layout(self.comparison.speeds(strategy, baseline))

    def times(self, strategy):
        """Median milliseconds and half the distance of the quartiles, as a fraction; a row each workload."""
        rows = []
        for name in self.names:
            times = self.comparison.times_of(name, strategy)
            if not times:
                rows.append(None)
                continue
            low, median, high = numpy.quantile(times, [0.25, 0.5, 0.75])
            rows.append([rounded(median * 1000), rounded((high - low) / 2 / median)])
        return rows

    def raw(self):
        """Every sample's nanoseconds: by contender, workload, layout and round."""
        found = {}
        for strategy, control in [*((name, False) for name in self.strategies), (self.strategies[0], True)]:
            rows = []
            for name in self.names:
                times = self.comparison.grid_of(name, strategy, control)
                if times is None:
                    times = numpy.full((len(self.comparison.layouts), len(self.comparison.rounds)), numpy.nan)
                rows.append([[None if math.isnan(seconds) else round(seconds * 1e9) for seconds in row]
                             for row in times.tolist()])
            found[f"{strategy} (again)" if control else strategy] = rows
        return found

    def per_instruction(self, values, number, per):
        """[mean, least, most] over layouts of the medians over rounds. values: by layout, a list."""
        count = self.comparison.instructions(self.comparison.workloads[number])
        values = [statistics.median(own) for own in values.values() if own]
        if not count or not values or max(values) > 1e18:
            return None
        return [
            rounded(part * per / count, 4) for part in (statistics.fmean(values), min(values), max(values))]

    def over_suite(self, rows):
        """The mean of each strategy over the workloads that all have; None for one that has none at all."""
        there = [s for s in self.strategies if any(rows[s])]
        common = [number for number in range(len(self.names)) if all(rows[s][number] for s in there)]
        return {
            s: rounded(statistics.fmean(rows[s][n][0] for n in common), 4) if common and s in there else None
            for s in self.strategies}

    def causes(self):
        """By key of CAUSES: values per bytecode instruction, or why there are none."""
        events = {event: key for key, (names, _, _) in CAUSES.items() for event in names}
        places = {name: number for number, name in enumerate(self.names)}
        values, reasons, scaled = {}, {}, {}
        for sample in self.samples:
            if sample["control"] or sample["strategy"] not in self.strategies or sample[
                    "workload"] not in places:
                continue
            for counter in sample["counters"]:
                key = events.get(counter["event"])
                if not key:
                    continue
                if counter["value"] is None:
                    reasons.setdefault(key, counter["reason"] or counter["state"])
                else:
                    scaled[key] = scaled.get(key) or counter["state"] == "multiplexed"
                    values.setdefault((key, sample["strategy"], places[sample["workload"]]), {}) \
                        .setdefault(sample["layout"], []).append(counter["value"])
        machine = self.result["machine"]["counters"]
        told = {name: group["reason"] for group in machine["events"] for name in group["events"]}
        found = {}
        for key, (names, label, per) in CAUSES.items():
            rows = {
                s:
                [self.per_instruction(values.get((key, s, n), {}), n, per) for n in range(len(self.names))]
                for s in self.strategies}
            measured = any(entry for row in rows.values() for entry in row)
            told_of = next((told[name] for name in names if told.get(name)), None)
            why = reasons.get(key) or told_of or machine["why"] or "this run did not ask for it"
            found[key] = {
                "label": label, "per": per, "rows": rows if measured else None,
                "scaled": bool(scaled.get(key)), "suite": self.over_suite(rows) if measured else None,
                "reason": None if measured else why}
        return found

    def counting_cost(self):
        """Microseconds that starting and stopping the counters takes, once a sample; None if nothing is
        counted."""
        costs = [sample["counting_cost_ns"] for sample in self.samples if sample["counters"]]
        return rounded(statistics.median(costs) / 1000, 2) if costs else None

    def simulated(self):
        own = [
            entry for entry in self.result["simulated"]
            if entry["build"] == self.build["name"] and entry["isa"] == self.isa]
        if not own:
            return None
        places, causes = {name: number for number, name in enumerate(self.names)}, {}
        for key, (label, per) in SIMULATED.items():
            values = {}
            for entry in own:
                value = entry["counts"].get(key)
                if value is not None and entry["workload"] in places:
                    values.setdefault((entry["strategy"], places[entry["workload"]]),
                                      {}).setdefault(entry["layout"], []).append(value)
            rows = {s: [self.per_instruction(values.get((s, n), {}), n, per) for n in range(len(self.names))]
                    for s in self.strategies}
            if any(entry for row in rows.values() for entry in row):
                causes[key] = {
                    "label": label, "per": per, "rows": rows, "suite": self.over_suite(rows), "reason": None}
        return {"model": "; ".join(dict.fromkeys(entry["model"] for entry in own)), "causes": causes}

    def sizes(self):
        """By strategy: what its bytecode, its translation and its machine code cost."""
        words = {entry["strategy"]: entry.get("dispatch_word_bytes") for entry in self.result["executors"]
                 if entry["build"] == self.build["name"] and entry["isa"] == self.isa}
        # Only workloads that all have can be compared.
        had = [{sample["workload"] for sample in self.samples if sample["strategy"] == strategy}
               for strategy in self.strategies]
        common = set.intersection(*(own for own in had if own or not any(had)))
        audited, found = self.audited(), {}
        for strategy in self.strategies:
            own = [
                sample for sample in self.samples if sample["strategy"] == strategy and not sample["control"] and
                sample["workload"] in common]
            bytecode = {sample["workload"]: sample["bytecode_bytes"] for sample in own}
            translation = [
                sample["phases"]["translate"]["cpu"] / sample["wasm_bytes"] for sample in own
                if sample["wasm_bytes"]]
            audit = audited.get(strategy, {})
            found[strategy] = {
                "word_bytes": words.get(strategy), "bytecode_bytes": sum(bytecode.values()) if own else None,
                "translation": rounded(statistics.median(translation), 4) if translation else None,
                **{key: audit.get(key) for key in AUDITED}, "stack": count(
                    audit.get("handlers_that_use_the_stack")),
                "calls": count(audit.get("handlers_that_call")), "findings": audit.get("findings", []),
                "flags": self.build["strategies"].get(strategy, {}).get("flags", [])}
        return found

    def whole_processes(self):
        """[workload, layout, {strategy: [mean ms, standard deviation or None]}]"""
        found = {}
        for entry in self.result["whole_processes"]:
            if entry["build"] == self.build["name"] and entry["isa"] == self.isa:
                found.setdefault((entry["workload"], entry["layout"]), {})[entry["strategy"]] = [
                    rounded(entry["mean"] * 1000),
                    None if entry["stddev"] is None else rounded(entry["stddev"] * 1000, 3)]
        return [[*key, strategies] for key, strategies in found.items()]

    def listings(self):
        """[opcode, {strategy: [bytes, place of its code in the texts]}]"""
        found = {}
        for entry in (self.build["audit"] or {}).get("listings", []):
            strategy, _, isa = entry["executor"].partition(".layout")[0].rpartition("-")
            if isa == self.isa and strategy in self.strategies:
                found.setdefault(entry["opcode"],
                                 {})[strategy] = [entry["bytes"],
                                                  self.texts.place("\n".join(entry["code"]))]
        return list(found.items())

    def data(self):
        comparison = self.comparison
        control = [statistics_of_runs.control_estimate(comparison.control_logs(group), comparison.confidence)
                   for group in self.groups]
        workloads = [{
            "name": workload["name"], "kind": workload["kind"], "description": workload["description"],
            "instructions": comparison.instructions(workload),
            "too_short": workload["name"] in comparison.too_short} for workload in comparison.workloads]
        # [baseline, strategy, estimates, points]: workloads, then the suite, then its kinds.
        pairs = [[
            self.strategies.index(baseline), self.strategies.index(strategy), self.estimates(found),
            self.points(strategy, baseline)] for (baseline, strategy), found in self.pairs.items()]
        return {
            "file": self.file, "confidence": comparison.confidence, "build": self.build["name"], "compiler": self.label, "isa": self.isa,
            "flags": self.build.get("flags") or [], "bounds": self.build.get("bounds"),
            "relocation_model": self.relocation_model,
            "strategies": self.strategies, "layouts": comparison.layouts, "rounds": comparison.rounds,
            "workloads": workloads, "kinds": list(self.kinds), "families": self.families,
            "noise": rounded(comparison.noise), "mean_noise": rounded(comparison.mean_noise),
            "noise_text": self.noise_text(), "answers": self.answers(), "warnings": self.warnings(),
            "left_out": self.left_out(), "pairs": pairs, "control": self.estimates(control, True),
            "times": {strategy: self.times(strategy) for strategy in self.strategies},
            "causes": self.causes(), "luck": comparison.luck, "counting_cost": self.counting_cost(),
            "replayed": any("trace" in workload for workload in comparison.workloads),
            "simulated": self.simulated(), "sizes": self.sizes(), "whole_processes": self.whole_processes(),
            "listings": self.listings(), "audit_missing": self.build["audit_missing"], "raw": self.raw()}


def rank_changes(cases):
    """Pairs of strategies of which here the one and there the other was shown to be faster."""
    found = []
    isas = dict.fromkeys(case.isa for case in cases)
    for isa in isas:
        own = [case for case in cases if case.isa == isa]
        names = list(dict.fromkeys(name for case in own for name in case.strategies))
        for place, first in enumerate(names):
            for second in names[place + 1:]:
                sides = {statistics_of_runs.FASTER: [], statistics_of_runs.SLOWER: []}
                for case in own:
                    if first in case.strategies and second in case.strategies and case.mean(first, second):
                        estimate = case.mean(first, second)
                        word = case.judge(estimate).word
                        if word in sides:
                            sides[word].append([cases.index(case), rounded(estimate.speed)])
                if all(sides.values()):
                    found.append({
                        "isa": isa, "first": first, "second": second, "faster": sides["faster"],
                        "slower": sides["slower"]})
    return found


class IsaCase:
    """An InstructionSets with everything that a page shows of it. `cases`: the Cases of its comparisons."""

    def __init__(self, sets, cases):
        self.sets, self.texts = sets, cases[0].texts
        self.strategy, self.isas = sets.strategy, sets.isas
        self.cases = {case.isa: case for case in cases}
        first = self.first = self.cases[sets.baseline]
        self.names, self.groups, self.families = first.names, first.groups, first.families
        self.pairs = sets.pairs(self.groups)
        self.bytecode = {isa: self.cases[isa].bytecode(self.strategy) for isa in self.isas}
        self.instructions = {isa: [self.cases[isa].comparison.instructions(workload)
                                   for workload in first.comparison.workloads] for isa in self.isas}

    def mean(self, isa, baseline):
        return self.pairs[baseline, isa][len(self.names)]

    def fastest(self):
        """A sentence; None if nothing can be said."""
        baseline = self.isas[0]
        speeds = {baseline: 1, **{isa: found.speed for isa in self.isas[1:] if (found := self.mean(isa, baseline))}}
        order = sorted(speeds, key=speeds.get, reverse=True)
        if len(order) < 2:
            return None
        both = f"{'both' if len(order) == 2 else 'all'} {self.strategy}"
        best, close = order[0], []
        for isa in order[1:]:
            found = self.mean(isa, best)
            if found and self.sets.judge(found).word != statistics_of_runs.SLOWER:
                close.append(isa)
        verb = "were" if len(close) > 1 else "was"
        if baseline in close or best == baseline and close:
            return f"None was shown to be: {listed(close)} {verb} not shown to be slower than {best}, {both}."
        than = order[1] if best == baseline else baseline
        found = self.mean(best, than)
        of = f" (over {found.workloads} of {len(self.names)} workloads)" if found.workloads < len(self.names) else ""
        rest = f"; {listed(close)} {verb} not shown to be slower" if close else ""
        return f"{best}, {speed_text(found)} the speed of {than}{of}, both {self.strategy}{rest}."

    def data(self, cases):
        baseline = self.isas[0]
        pairs = [[self.first.estimates(self.pairs[baseline, isa]), medians_by_layout(self.sets.speeds(isa))]
                 for isa in self.isas[1:]]
        return {
            "strategy": self.strategy, "isas": self.isas, "cases": [cases.index(self.cases[isa]) for isa in self.isas],
            "pairs": pairs, "instructions": self.instructions, "bytecode_bytes": self.bytecode,
            "noise": rounded(self.sets.noise), "noise_text": self.sets.noise_text}


def isa_cases(cases):
    """The IsaCases of the Cases of one result."""
    found = []
    for sets in instruction_sets([case.comparison for case in cases]):
        own = [case for case in cases if case.comparison in sets.comparisons.values()]
        found.append(IsaCase(sets, own))
    return found


def fastest_isas(compared):
    """[{question, text, section}] by run and build: of the strategy that has most instruction sets, and of several
    the one that is fastest in the baseline."""
    builds, found = {}, []
    for entry in compared:
        builds.setdefault((entry.first.file, entry.first.build["name"]), []).append(entry)
    for own in builds.values():
        def preference(entry):
            case = entry.first
            mean = case.mean(entry.strategy, case.strategies[0])
            return len(entry.isas), mean.speed if mean else 1
        for entry in sorted(own, key=preference, reverse=True):
            text = entry.fastest()
            if text:
                where = f", of {entry.first.machine}, {entry.first.build['name']}" if len(builds) > 1 else ""
                found.append({"question": f"Which instruction set is fastest{where}?", "text": text,
                              "section": "instruction-sets"})
                break
    return found


def overview(cases, ranks, changed, compared):
    """What several cases say together: [{question, text, section of the page}]."""
    if len(cases) < 2:
        return []
    fastest, measured = {}, {}
    for case in cases:
        best, _ = case.fastest() if len(case.strategies) > 1 else ([], "")
        for name in case.strategies if best else ():
            measured[name] = measured.get(name, 0) + 1
            fastest[name] = fastest.get(name, 0) + (name in best)
    order = sorted(filter(fastest.get, fastest), key=fastest.get, reverse=True)
    places = f"{len(ranks)} pair{'' if len(ranks) == 1 else 's'} of strategies change" \
        f"{'s' if len(ranks) == 1 else ''} places" if ranks else "no rank change was shown"
    found = [{
        "question": "Which strategy is fastest, of all that were compared?",
        "text": "Not shown to be slower than another: "
                f"{listed([f'{name} in {fastest[name]} of {measured[name]}' for name in order])}; {places}.",
        "section": "across"}] if order else []
    found = fastest_isas(compared) + found
    for entry in changed[:MOST_CHANGES]:
        after, place = cases[entry["after"]], len(entry["workloads"])
        suite, single = [], 0
        for row in entry["rows"]:
            words = [number is not None and after.texts[number].partition(" (")[0]
                     for number in row["own"]["verdict"]]
            different = [word in (statistics_of_runs.FASTER, statistics_of_runs.SLOWER) for word in words]
            single += sum(different[:place])
            if different[place]:
                speed, low, high = (row["own"][key][place] for key in ("speed", "low", "high"))
                suite.append(f"{row['strategy']} became {words[place]}, {speed:.3f}× ({low:.3f}–{high:.3f})")
        before = cases[entry["before"]].result["started"]
        text = f"Over the suite: {'; '.join(suite) or 'none shown'}; on single workloads: " \
            f"{single or 'no'} change{'' if single == 1 else 's'} beyond noise." \
            if suite or single else "No change beyond noise was shown."
        where = f", on {after.machine}, {after.build['name']}, {after.isa}" if len(changed) > 1 else ""
        found.append({
            "question": f"What changed from {minute(before)} to {minute(after.result['started'])}{where}?",
            "text": text, "section": "changes"})
    if len(changed) > MOST_CHANGES:
        found.append({"question": "And elsewhere?", "text": f"{len(changed) - MOST_CHANGES} more pairs of runs follow "
                      "each other.", "section": "changes"})
    return found


def builds_compared(cases):
    """Builds of one file were measured in the same rounds: each strategy relative to itself in the first."""
    found, first = [], {}
    for number, case in enumerate(cases):
        place = first.setdefault((case.file, case.isa), number)
        common = [name for name in cases[place].strategies if name in case.strategies]
        if place == number or not common:
            continue
        own, group = cases[place], cases[place].groups[len(case.names)]
        estimates = [
            own.comparison.estimates([group], name, name, False, case.build["name"])[0] for name in common]
        # One family: what the other build changed of each strategy.
        estimates = [entry and dataclasses.replace(entry, floor=own.comparison.floor(name, name))
                     for entry, name in zip(statistics_of_runs.correct(estimates, statistics_of_runs.holm), common)]
        columns = own.estimates(estimates)
        found.append({"case": number, "relative_to": place, "strategies": common, "estimates": columns})
    return found


def change(before, after):
    """What is different in the later of two Cases of one machine and build, that follow each other."""
    common = [name for name in before.strategies if name in after.strategies]
    names = [name for name in before.names if name in after.names]
    groups = [[number] for number in range(len(names))] + [list(range(len(names)))]
    confidence = before.comparison.confidence
    cases, place = (before, after), len(names)

    def floor_of(number, strategy, baseline):
        """The larger one of both runs; `number`: of a workload, or None."""
        return max(case.comparison.floor(strategy, baseline, None if number is None else case.names.index(names[number]))
                   for case in cases)

    def programs(case, strategy):
        return case.build["programs"].get(f"{strategy}-{case.isa}") or None

    def logs(case, strategy):
        return case.comparison.logs(strategy)[[case.names.index(name) for name in names]]

    def found(one, two, same):
        return statistics_of_runs.changes(one, two, same, groups, confidence)

    def held(rows, key, baseline):
        """Replaces the Estimates of rows[...][key] by columns: each change over the suite is held against the
        others, and so is each on a workload."""
        own = [row for row in rows if key in row]
        suite = statistics_of_runs.correct([row[key][place] for row in own], statistics_of_runs.holm)
        single = statistics_of_runs.correct([entry for row in own for entry in row[key][:place]],
                                            statistics_of_runs.benjamini_hochberg)
        for number, row in enumerate(own):
            entries = [*single[number * place:(number + 1) * place], suite[number]]
            row[key] = before.estimates([
                entry and dataclasses.replace(entry, floor=floor_of(where if where < place else None, row["strategy"],
                                                                    baseline or row["strategy"]))
                for where, entry in enumerate(entries)])

    if not names or not common:
        return None
    rows, baseline = [], common[0]
    for strategy in common:
        same = programs(before, strategy) is not None and programs(before, strategy) == programs(
            after, strategy)
        row = {
            "strategy": strategy, "same_programs": same, "own": found(logs(before, strategy),
                                                                      logs(after, strategy), same)}
        if strategy != baseline:
            row["relative"] = found(
                logs(before, strategy) - logs(before, baseline),
                logs(after, strategy) - logs(after, baseline), same and
                programs(before, baseline) == programs(after, baseline))
        rows.append(row)
    held(rows, "own", None)
    held(rows, "relative", baseline)
    return {
        "baseline": baseline, "workloads": names, "rows": rows,
        "floor": rounded(max(floor_of(number, baseline, baseline) for number in range(place))),
        "mean_floor": rounded(max(floor_of(None, name, name) for name in common))}


def describe(result, name):
    """What stands in a file beside its samples."""
    keep = ("schema", "tool", "started", "finished", "state", "stop", "sittings", "command", "seed", "rounds",
            "pinned_cpu", "budget_seconds", "machine")
    return {"name": name, **{key: result[key] for key in keep}, "samples": result["sample_count"],
            "suite": result["suite"]["name"]}


def digest_of(result):
    """The same for the same run."""
    digest = hashlib.sha256(json.dumps({**result, "samples": None}, sort_keys=True).encode())
    for sample in result["samples"]:
        digest.update(json.dumps(sample, sort_keys=True).encode())
    return digest.digest()


def make(results, names, confidence, smallest_effect):
    """The data of the page, the Cases and the IsaCases. `results` yields valid documents, `names` are what to call
    them. Of each its samples are dropped as soon as it was looked at: those of many machines do not fit the
    memory."""
    texts, cases, compared, kept, digests = Texts(), [], [], [], []
    for file, result in enumerate(results):
        digest = digest_of(result)
        if digest in digests:
            raise Trouble(f"{names[file]} and {names[digests.index(digest)]} are the same run")
        digests.append(digest)
        result = {**result, "sample_count": len(result["samples"])}
        kept.append(result)
        found = comparisons(result, confidence, smallest_effect)
        if not found:
            raise Trouble(f"{names[file]} holds no samples")
        own = [Case(comparison, file, texts) for comparison in found]
        for case in own:
            case.own_data = case.data()
        compared += isa_cases(own)
        for case in own:
            case.samples = None
        result["samples"] = None
        cases += own
        refuse_strangers(kept, names)
    results = kept
    label_cases(cases, names)
    changed, runs = [], {}
    for case in sorted(cases, key=lambda case: case.result["started"]):
        key = fingerprint(case.result["machine"]), case.build["name"], case.isa
        before = runs.get(key)
        runs[key] = case
        found = before and change(before, case)
        if found:
            changed.append({"before": cases.index(before), "after": cases.index(case), **found})
    ranks = rank_changes(cases)
    data = {
        "overview": overview(cases, ranks, changed, compared), "confidence": confidence,
        "smallest_effect": smallest_effect, "words": WORDS,
        "files": [describe(result, name) for result, name in zip(results, names)],
        "cases": [{**case.own_data, "machine": case.machine, "name": case.name}
                  for case in cases], "rank_changes": ranks,
        "isas_compared": [entry.data(cases) for entry in compared],
        "builds_compared": builds_compared(cases), "changes": changed, "texts": texts}
    return data, cases, compared


def label_cases(cases, names):
    """A name for each machine, and one for each case: as short as is unambiguous."""
    models = {}
    for case in cases:
        model = case.result["machine"]["cpu"]["model"] or "unknown CPU"
        models.setdefault(model, {}).setdefault(fingerprint(case.result["machine"]), []).append(case)
    for model, machines in models.items():
        for number, own in enumerate(machines.values(), 1):
            for case in own:
                case.machine = f"{model} #{number}" if len(machines) > 1 else model
    files = {}
    for case in cases:
        files.setdefault((case.machine, case.build["name"], case.isa), []).append(case)
    isas = {case.isa for case in cases}
    for (machine, build, isa), own in files.items():
        times = {minute(case.result["started"]) for case in own}
        for case in own:
            when = minute(case.result["started"]) if len(times) == len(own) else names[case.file]
            when = f" · {when}" if len(own) > 1 else ""
            case.name = f"{machine} · {build}" + (f" · {isa}" if len(isas) > 1 else "") + when
