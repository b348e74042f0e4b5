"""What weakens the numbers of a Comparison: the facts that warnings are said of, those that take an analysis of all
samples or of the machine code, and what was not measured.
"""
import math
import statistics

from .. import warnings
from ..machine_code.handlers import HOT, UNLIKE_CODE
from ..results.audits import Audit
from ..results.comparison import LONGEST
from ..wording import listed, some

BY_ANALYSIS = ["aligned functions", "not alone", "noisy machine", "spills", "other order", "other code", "replayer", "crossings"]
NOISY = warnings.number("noisy machine", "spread")  # results/PLAN.md has what machines showed


class Weaknesses:
    def __init__(self, comparison):
        self.comparison, self.result, self.build = comparison, comparison.result, comparison.build
        self.isa, self.strategies = comparison.isa, comparison.strategies
        self.audit = Audit(comparison)
        self.samples = [
            sample for sample in self.result["samples"]
            if sample["build"] == self.build["name"] and sample["isa"] == self.isa and sample["round"] > 0]

    def told(self):
        """[[kind as it is shown, sentence]], in the order of the list."""
        found = warnings.on(self.facts())
        found["failed audit"] += [warnings.text("failed audit", values) for values in self.failed_audits()]
        found["no audit"] += [warnings.text("no audit", values) for values in self.missing_audits()]
        for kind, text in self.by_analysis():
            found[kind].append(text)
        found["not measured"] += self.gaps({"sample", "counter", "executor"})
        return [[warnings.shown_as(kind), text] for kind in warnings.KINDS for text in found[kind]]

    def by_analysis(self):
        """(kind, sentence) of those that have no conditions of their own."""
        finders = [self.aligned_functions, self.not_alone, self.noisy_machine, self.spills, self.other_order, self.other_code,
                   self.replayer, self.crossings]
        for kind, find in zip(BY_ANALYSIS, finders):
            for values in find():
                yield kind, warnings.text(kind, values)

    @property
    def relocation_model(self):
        """"static" or "pie"; None if it cannot be told. Older files do not say it, but have the switch's code, whose
        jump is to a sum in position-independent code."""
        told = self.build.get("relocation_model")
        if told:
            return told
        for strategy, entry in self.audit.listings():
            if strategy == "switch":
                dispatch = " ".join(entry["code"][-4:])
                return "pie" if "movslq" in dispatch else None
        return None

    def facts(self):
        """As bench/output/warnings.h has them."""
        result, machine, comparison = self.result, self.result["machine"], self.comparison
        layouts, virtual = len(self.build["layout_seeds"]), machine["virtual"]
        times = [sample["phases"]["execute"] for sample in self.samples]
        waits = [time["wall"] / time["cpu"] - 1 for time in times
                 if 0 < time["cpu"] < LONGEST and time["wall"] < LONGEST]
        counters = machine["counters"]
        return {
            "relocation model": self.relocation_model, "layouts": layouts, "virtual": virtual["is"],
            "hypervisor": f" ({virtual['hypervisor']})" if virtual["hypervisor"] else "",
            "too short": [{"workload": name, "milliseconds": f"{seconds * 1000:.4g}"}
                          for name, seconds in comparison.too_short.items()],
            "waiting": statistics.median(waits) if waits else None, "pinned": result["pinned_cpu"] is not None,
            "turbo": machine["turbo"], "governor": machine["governor"], "rounds": result["rounds"],
            "rounds of all layouts": result["rounds"] * layouts, "complete": result["state"] == "complete",
            "control": comparison.noise is not None, "absurd": comparison.absurd,
            "no counters": None if counters["hardware"] else (counters["why"] or "no reason was recorded").rstrip(".")}

    # Each of these yields the values of one kind, once for each time that it is said.

    def failed_audits(self):
        for strategy, entry in self.audit.by_strategy().items():
            for name, text in entry["findings"]:
                yield {"executor": name, "finding": text, "strategy": strategy}

    def missing_audits(self):
        audited = self.audit.by_strategy()
        if self.build.get("subject") and not self.build.get("function"):
            return  # of commands there is nothing to audit
        if not audited:
            yield {"of whom": "", "why": (self.audit.missing or "the file holds none").rstrip(".")}
        elif len(audited) < len(self.strategies):
            missing = listed([name for name in self.strategies if name not in audited])
            yield {"of whom": f"of {missing} ", "why": "the audit has only the others"}

    def aligned_functions(self):
        """Of some strategies and not of others."""
        def is_aligned(name):
            about = self.build["strategies"].get(name, {})
            flags = about.get("flags", [])
            if self.build.get("layouts_from") == "source" and \
                    (about.get("mechanism") or name.split("-")[0]) in ("tail", "call"):
                flags = flags + self.build.get("flags", [])
            return any(flag.startswith("-falign-functions") for flag in flags)
        aligned = [name for name in self.strategies if is_aligned(name)]
        if aligned and len(aligned) < len(self.strategies):
            yield {"strategies": listed(aligned)}

    def not_alone(self):
        """What scripts/fleet saw beside the run, over all sittings."""
        told = []
        own = self.result.get("fleet", {}).get("conditions", [])
        seconds = sum(entry["seconds"] for entry in own) or 1
        for key, name, what in ("others_cpu_seconds", "others", "others took {:.0%} of a CPU"), (
                "steal_seconds", "steal", "a hypervisor took {:.0%} of a CPU"):
            share = sum(entry[key] for entry in own) / seconds
            if share > warnings.number("not alone", name):
                told.append(what.format(share).replace("%", " %"))
        throttled = sum(entry["throttled"] or 0 for entry in own)
        if throttled:
            told.append(f"cores were slowed down by their temperature {throttled} times")
        if told:
            yield {"what": "; ".join(told)}

    def noisy_machine(self):
        comparison, spread = self.comparison, self.comparison.spread
        if not spread > NOISY:
            return
        found = [comparison.control(number) for number in range(len(comparison.workloads))]
        halves = sorted(math.log(entry.high / entry.low) / 2 for entry in found if entry and entry.has_interval)
        widths = f", and the A/A intervals of workloads are ±{100 * statistics.median(halves):.1f} % in the median " \
            f"and ±{100 * halves[-1]:.1f} % at most" if halves else ""
        yield {"spread": f"{100 * spread:.1f}", "quiet": f"{100 * NOISY:g}", "widths": widths}

    def spills(self):
        """The hottest handlers that keep the interpreter's state on the native stack."""
        told = []
        for strategy in self.strategies:
            found = {}
            for seed, entry in zip(self.build["layout_seeds"], self.audit.by_layout(strategy)):
                users = (entry or {}).get("handlers_that_use_the_stack") or []
                hot = tuple(opcode for opcode in HOT.get(self.isa, ()) if opcode in users)
                if hot:
                    found.setdefault(hot, []).append(str(seed))
            told += [f"{listed(list(hot))} of {strategy} in layout{'s' * (len(seeds) > 1)} {listed(seeds)}"
                     for hot, seeds in found.items()]
        if told:
            yield {"count": len(HOT[self.isa]), "handlers": "; ".join(told)}

    def other_order(self):
        """Handlers in another order than the others'. The audit has a finding where that is the same order in each
        layout."""
        limit = 1 - warnings.number("other order", "share")
        told = [strategy for strategy in self.strategies
                if any((entry and entry.get("share_in_layout_order") or 1) < limit
                       for entry in self.audit.by_layout(strategy))]
        if told:
            yield {"strategies": listed(told)}

    def other_code(self):
        """Layouts that differ in more than the order of the same code."""
        told = [f"of {strategy} {', '.join(what)}" for strategy in self.strategies
                if (what := self.differences(self.audit.by_layout(strategy)))]
        if told:
            seeds = listed([str(seed) for seed in self.build["layout_seeds"]])
            yield {"layouts": seeds, "what": "; ".join(told)}

    @staticmethod
    def differences(layouts):
        if None in layouts:
            return []
        # Other registers make longer encodings of the same instructions.
        counts, sizes = [own.get("handler_instructions") for own in layouts], [own["code_bytes"] for own in layouts]
        lists = [own["handlers_that_use_the_stack"] for own in layouts]
        stacks = [None if own is None else len(own) for own in lists]
        of_bytes = warnings.number("other code", "share of bytes alone") if None in counts else UNLIKE_CODE
        of_stacks = warnings.number("other code", "share that use the stack")
        what = []
        if None not in counts and max(counts) > (1 + UNLIKE_CODE) * min(counts):
            what.append(f"{listed([f'{count:,}' for count in counts])} machine instructions")
        if max(sizes) > (1 + of_bytes) * min(sizes):
            what.append(f"{listed([f'{size:,}' for size in sizes])} bytes")
        if None not in stacks and max(stacks) - min(stacks) > of_stacks * layouts[0]["opcodes"]:
            what.append(f"{listed([str(stack) for stack in stacks])} handlers that use the native stack")
        return what

    def replayer(self):
        replayed = [workload["name"] for workload in self.comparison.workloads if "trace" in workload]
        counted = any(counter["value"] is not None for sample in self.samples if sample["workload"] in replayed
                      for counter in sample["counters"])
        by_tools = any(entry["build"] == self.build["name"] and entry["isa"] == self.isa
                       for kind in ("simulated", "whole_processes") for entry in self.result[kind])
        if replayed and (counted or by_tools):
            yield {"workloads": some(replayed)}

    def crossings(self):
        for workload, columns in self.comparison.replays.items():
            crossings, own, module = map(statistics.median, columns)
            if own > warnings.number("crossings", "share") * module and crossings > 0:
                yield {"workload": workload, "crossings": f"{int(crossings):,}", "own": f"{own / 1e9:.3g}",
                       "module": f"{module / 1e9:.3g}", "nanoseconds": f"{own / int(crossings):.0f}"}

    # What is missing

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
            yield warnings.text("not measured", {"what": ", ".join(whos) + (where and f" ({where})"), "reason": reason})

    def left_out(self):
        """What one may miss, although it weakens no number."""
        built = [f"{gap['strategy']} is not in this build: {gap['reason'].rstrip('.')}."
                 for gap in self.build["left_out"] if gap["isa"] == self.isa]
        return [*built, *self.gaps({"instructions", "simulation", "whole process"})]
