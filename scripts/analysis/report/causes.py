"""Why strategies differ, as far as it was measured: counters, simulated counts, sizes of bytecode and machine code,
whole processes.
"""
import statistics

from ..results.audits import Audit
from ..wording import rounded

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
    "largest_handler", "handler_instructions", "compile_seconds", "compile_peak_kib"]


def count(things):
    return None if things is None else len(things)


class Causes:
    """Of a Comparison. `samples`: its build's and instruction set's, without the warm-up."""

    def __init__(self, comparison, samples):
        self.comparison, self.result, self.build = comparison, comparison.result, comparison.build
        self.isa, self.strategies, self.samples = comparison.isa, comparison.strategies, samples
        self.names = [workload["name"] for workload in comparison.workloads]
        self.audit = Audit(comparison)

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

    def counted(self):
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
        counted, or nobody knows, as of whole processes."""
        costs = [sample["counting_cost_ns"] for sample in self.samples if sample["counters"] and "process" not in sample]
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
        audited, found = self.audit.by_strategy(), {}
        for strategy in self.strategies:
            own = [
                sample for sample in self.samples if sample["strategy"] == strategy and not sample["control"] and
                sample["workload"] in common]
            # Whole processes have neither.
            bytecode = {sample["workload"]: sample["bytecode_bytes"] for sample in own if "bytecode_bytes" in sample}
            translation = [
                sample["phases"]["translate"]["cpu"] / sample["wasm_bytes"] for sample in own
                if sample.get("wasm_bytes")]
            audit = audited.get(strategy, {})
            findings = [f"{name}: {text}" for name, text in audit.get("findings", [])]
            found[strategy] = {
                "word_bytes": words.get(strategy), "bytecode_bytes": sum(bytecode.values()) if bytecode else None,
                "translation": rounded(statistics.median(translation), 4) if translation else None,
                **{key: audit.get(key) for key in AUDITED}, "stack": count(
                    audit.get("handlers_that_use_the_stack")),
                "calls": count(audit.get("handlers_that_call")), "findings": findings,
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

    def listings(self, texts):
        """[opcode, {strategy: [bytes, place of its code in the texts]}]"""
        found = {}
        for strategy, entry in self.audit.listings():
            found.setdefault(entry["opcode"], {})[strategy] = [entry["bytes"], texts.place("\n".join(entry["code"]))]
        return list(found.items())
