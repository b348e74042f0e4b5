#!/usr/bin/python3
"""Result files whose contents are known, for the tests of the report.

    scripts/checks/golden_results.py FOLDER [--large MACHINES]

Writes one file for each of DOCUMENTS; --large also writes that many machines with five compilers and thirty
workloads each: a page has to bear twenty. Everything follows from names and numbers, nothing from chance.
"""
import argparse
import hashlib
import json
import pathlib
import random
import zlib

STRATEGIES = {"switch": 1.0, "goto-indirect": 0.86, "goto-direct": 0.80, "tail-direct": 0.79}
KINDS = ["calls", "integers", "floating point", "memory", "branches"]
NAMES = [
    "recursion", "objects", "integers", "lexer", "text", "float64", "raymarch", "vm", "hash64", "sort",
    "compress", "allocator", "backtrack", "json", "crypto", "mixed"]
PHASES = {"read_validate": 55_000, "translate": 92_000, "instantiate": 31_000}
# By event: how often it happens for each bytecode instruction, with a switch and with all others.
EVENTS = {
    "cycles": (7.4, 5.6), "instructions": (14.2, 11.8), "branches": (2.7, 1.6),
    "branch-misses": (0.031, 0.012), "indirect-branch-misses": (0.027, 0.009),
    "L1-icache-load-misses": (0.0021, 0.0034)}
NO_PMU = "this machine shows its kernel no performance monitoring unit, as is usual in virtual machines"
LISTED = {"i32_add__acc_slot_acc": ["add    eax,DWORD PTR [rsi+rcx*8]"],
          "i32_load__acc_slot": ["mov    ecx,DWORD PTR [rdi+rcx*8]", "mov    eax,DWORD PTR [rbx+rcx*1]"],
          "br_if__acc": ["test   eax,eax", "je     1f", "add    rsi,rcx"]}
JUMPS = {
    "switch": ["jmp    dispatch"],
    "goto-indirect": ["movzx  ecx,WORD PTR [rsi]", "jmp    QWORD PTR [r8+rcx*8]"],
    "goto-direct": ["add    rsi,0x10",
                    "jmp    QWORD PTR [rsi]"], "tail-direct": ["add    rsi,0x10", "jmp    QWORD PTR [rsi]"]}
HOSTILE = "</script><script>document.title='owned'</script>\u2028|`<img src=x onerror=alert(1)>"


def generator(*what):
    return random.Random(zlib.crc32(repr(what).encode()))


def machine(model="Golden CPU 9000", virtual=False, counters=True, turbo=False, governor="performance"):
    why = None if counters else NO_PMU
    state = "measured" if counters else "no PMU"
    return {
        "cpu": {
            "model": model, "vendor": "Golden", "family": "26", "model_number": "2", "stepping": "1",
            "microcode": "0x1000065", "architecture": "x86_64"}, "logical_cpus": 16, "physical_cores": 8,
        "caches": [{
            "level": level, "type": kind, "size": size, "ways_of_associativity": "8",
            "coherency_line_size": "64", "shared_cpu_list": "0"}
                   for level, kind, size in (("1", "Data", "48K"), ("1", "Instruction", "32K"),
                                             ("2", "Unified", "1024K"))], "memory_mib": 32000,
        "os": "Debian GNU/Linux 13 (trixie)", "kernel": "Linux 6.12", "governor": governor,
        "mitigations": {"spectre_v2": "Mitigation: Retpolines",
                        "meltdown": "Not affected"}, "turbo": turbo, "address_randomization": "2",
        "virtual": {"is": virtual, "hypervisor": "KVM" if virtual else None}, "counters": {
            "hardware": counters, "why": why, "paranoid": 1, "software": ["task-clock"],
            "events": [{"events": list(EVENTS), "state": state, "reason": why}]}}


def workload(name, number):
    return {
        "name": name, "kind": KINDS[number % len(KINDS)], "description": f"What {name} does, in a sentence",
        "file": f"{name}.wasm", "sha256": hashlib.sha256(name.encode()).hexdigest(), "invoke": "run",
        "args": ["1400"], "expect": ["1"], "instructions": {"acc": 10_000_000 * (number + 1)},
        "branches": {"acc": 2_000_000 * (number + 1)}, "calls": {"acc": 10_000 * (number + 1)}}


def counters(rng, strategy, instructions, available):
    if not available:
        return [{
            "event": event, "counts": None, "state": "no PMU", "value": None, "counted": None,
            "enabled_ns": None, "running_ns": None, "overhead": None, "reason": NO_PMU} for event in EVENTS]
    counted = []
    for event, (switch, others) in EVENTS.items():
        value = int(instructions * (switch if strategy == "switch" else others) * rng.uniform(0.98, 1.02))
        counted.append({"event": event, "counts": f"golden::{event}:u", "state": "measured", "value": value,
                        "counted": value, "enabled_ns": 1, "running_ns": 1, "overhead": 0, "reason": None})
    return counted


def build(name, strategies, seeds, findings=None, revision="0123456789ab"):
    compiler, _, version = name.partition("-")
    executors = {}
    for strategy in strategies:
        for seed in seeds:
            tail, switch = strategy.startswith("tail"), strategy == "switch"
            executors[f"{strategy}-acc" + (f".layout{seed}" if seed else "")] = {
                "opcodes": 1499, "dispatch_sites": 1 if switch else 1508,
                "code_bytes": 61_000 if switch else 84_000, "median_handler_bytes": 38 if tail else None,
                "largest_handler_bytes": 412 if tail else None,
                "largest_handler": "memory_copy" if tail else None,
                "handlers_that_use_the_stack": ["memory_copy"] if tail else None,
                "handlers_that_call": ["memory_copy"] if tail else None, "findings": (findings or
                                                                                      {}).get(strategy, [])}
    listings = [{
        "opcode": opcode, "executor": f"{strategy}-acc", "bytes": 7 * len(code + JUMPS.get(strategy, [])),
        "code": code + JUMPS.get(strategy, ["jmp    rax"])} for opcode, code in LISTED.items()
                for strategy in strategies]
    return {
        "name": name, "compiler": compiler, "version": f"{version}.1.0", "revision": revision,
        "bounds": "guard", "layout_seeds": list(seeds), "flags": ["-O2", "-march=x86-64-v3"], "isas": ["acc"],
        "left_out": [], "strategies": {
            strategy: {"flags": [f"-D{strategy.upper().replace('-', '_')}"]}
            for strategy in strategies}, "programs": {
                f"{strategy}-acc": {
                    str(seed): hashlib.sha256(f"{name} {strategy} {seed} {revision}".encode()).hexdigest()
                    for seed in seeds}
                for strategy in strategies}, "audit": {"executors": executors,
                                                       "listings": listings}, "audit_missing": None}


def result(title,
           builds=("clang-22", ),
           layouts=4,
           rounds=3,
           workloads=NAMES,
           where=None,
           scale=1.0,
           factors=None,
           findings=None,
           started="2026-11-01T10:00:00Z",
           noise=0.004,
           strategies=tuple(STRATEGIES),
           revision="0123456789ab",
           state="complete",
           pinned=1,
           waiting=0.0,
           simulated=False):
    """`factors`: by strategy, or (workload, strategy), how much longer it takes than it would."""
    where = where or machine()
    suite = [workload(name, number) for number, name in enumerate(workloads)]
    rng, samples, order = generator(title), [], 0
    for name in builds:
        luck = {(seed, w["name"], s): generator(where["cpu"]["model"], revision, name, seed, w["name"],
                                                s).gauss(0, 0.012) for seed in range(layouts) for w in suite
                for s in strategies}
        for number in range(rounds + 1):
            for seed in range(layouts if number else 1):
                for entry in suite:
                    ns = entry["instructions"]["acc"] * 1.2 * scale
                    for strategy, control in [(s, False) for s in strategies] + [(strategies[0], True)]:
                        factor = (factors or {}).get(strategy, 1) * (factors or {}).get(
                            (entry["name"], strategy), 1)
                        own = STRATEGIES.get(
                            strategy, 0.9) * (1 + generator(entry["name"], strategy).uniform(-0.08, 0.08))
                        time = int(ns * own * factor * (1 + luck[seed, entry["name"], strategy]) *
                                   (1 + rng.gauss(0, noise)) * (1 + 0.01 * number))
                        phases = {phase: {"cpu": usual, "wall": usual} for phase, usual in PHASES.items()}
                        phases["execute"] = {"cpu": time, "wall": int(time * (1 + waiting))}
                        samples.append({
                            "round": number, "order": order, "layout": seed, "workload": entry["name"],
                            "build": name, "strategy": strategy, "isa": "acc", "control": control,
                            "phases": phases, "wasm_bytes": 4274, "bytecode_bytes": 5702
                            if "indirect" in strategy or strategy == "switch" else 9120, "functions": 10,
                            "peak_rss_kib": 4404, "counting_cost_ns": 7651,
                            "counters": counters(rng, strategy, entry["instructions"]["acc"],
                                                 where["counters"]["hardware"])})
                        order += 1
    finished = started.replace(":00Z", ":30Z")
    command = ["tailrace", "bench", "--layouts", str(layouts)]
    counts = {"instructions": 12.0, "branches": 1.7, "branch_misses": 0.02, "indirect_branches": 1.0,
              "indirect_branch_misses": 0.4, "l1i_misses": 0.001, "l1d_misses": 0.01, "llc_misses": 0.0001}
    return {
        "schema": 2, "tool": {"name": "tailrace", "version": "0.2", "revision": revision
                              }, "started": started, "finished": finished, "state": state, "command": command,
        "seed": 1, "budget_seconds": 180, "timeout_seconds": 60, "rounds": rounds, "pinned_cpu": pinned,
        "machine": where, "stop": {"rule": "budget", "reason": "the budget was spent"}, "sittings": [{
            "started": started, "finished": finished, "state": state, "command": command,
            "samples": len(samples)}],
        "builds": [build(name, strategies, range(layouts), findings, revision) for name in builds],
        "suite": {"name": "golden", "workloads": suite}, "executors": [{
            "strategy": s, "isa": "acc", "build": name, "bounds": "guard", "compiler": name, "layout": 0,
            "dispatch_word_bytes": 2 if s in ("switch", "goto-indirect") else 8, "opcode_count": 1499
        } for name in builds for s in strategies], "samples": samples, "whole_processes": [{
            "build": builds[0], "strategy": s, "isa": "acc", "layout": 0, "workload": suite[0]["name"],
            "command": ["run"], "times": [0.02, 0.03], "user": 0.02, "system": 0.001, "mean": 0.025,
            "stddev": 0.00707, "median": 0.025, "min": 0.02, "max": 0.03, "exit_codes": [0, 0]
        } for s in strategies] if simulated else [], "simulated": [{
            "build": name, "strategy": s, "isa": "acc", "layout": 0, "workload": w["name"],
            "model": "cachegrind 3.19.0: 32 KB L1, last-target branch table", "counts": {
                k: int(v * w["instructions"]["acc"] * (1.2 if s == "switch" else 1))
                for k, v in counts.items()}} for name in builds for s in strategies
                                                                   for w in suite[:3]] if simulated else [],
        "not_measured": [] if where["counters"]["hardware"] else [{
            "what": "counter", "workload": None, "strategy": None, "isa": None, "build": None,
            "control": False, "round": None, "reason": f"{', '.join(EVENTS)}: {NO_PMU}"}]}


def with_peers(document, engines):
    """Adds processes of all executors, which take 2 ms more than their samples, and of these engines: by name how much
    longer than the last executor above a start-up of 30 ms, or why they fail at the first workload."""
    own = [sample for sample in document["samples"] if not sample["control"]]
    last = list(document["builds"][0]["strategies"])[-1]
    described = [{"name": f"{name}-acc", "executor": {"build": document["builds"][0]["name"], "strategy": name, "isa": "acc"}}
                 for name in document["builds"][0]["strategies"]]
    described += [{"name": name, "executor": None, "what": f"what {name} is", "version": f"{name} 1.0", "sha256": "0" * 64,
                   "call": f"{name} {{module}} {{arguments}}", "command": None, "sources": {"all": HOSTILE}} for name in engines]
    first, samples = own[0]["workload"], []

    def add(sample, engine, workload, ns, told=None):
        samples.append({"round": sample["round"], "order": len(samples), "layout": sample["layout"], "engine": engine,
                        "workload": workload, "run": "call", "user_ns": round(ns * 0.9), "system_ns": round(ns * 0.1),
                        "wall_ns": round(ns * 1.1), "peak_rss_kib": 30000, "execute_cpu_ns": told, "execute_wall_ns": told})
    for sample in own:
        time = sample["phases"]["execute"]["cpu"]
        add(sample, f"{sample['strategy']}-acc", sample["workload"], time + 2e6)
        if sample["strategy"] == last:
            for name, factor in engines.items():
                if isinstance(factor, float):
                    add(sample, name, sample["workload"], time * factor + 3e7, round(time * factor))
        if sample["workload"] == first:
            add(sample, f"{sample['strategy']}-acc", None, 2e6)
            for name in engines if sample["strategy"] == last else ():
                add(sample, name, None, 3e7)
    document["peers"] = {"engines": described, "samples": samples,
                         "not_found": [{"name": "absent", "program": "absent"}]}
    document["not_measured"] += [
        {"what": "peer", "workload": first, "strategy": None, "isa": None, "build": None, "control": False, "round": 1,
         "reason": reason, "engine": name} for name, reason in engines.items() if not isinstance(reason, float)]
    return document


def hostile():
    """Names that are programs, and times that are absurd."""
    document = result(HOSTILE,
                      layouts=2,
                      workloads=[HOSTILE, "__proto__", "constructor", "x" * 300, "fine", "huge"],
                      where=machine(HOSTILE, virtual=True))
    document["command"] += [HOSTILE]
    document["suite"]["workloads"][4]["description"] = HOSTILE
    document["suite"]["workloads"][3]["kind"] = HOSTILE
    document["suite"]["workloads"][2]["instructions"] = {"acc": None}
    document["suite"]["workloads"][1]["instructions"] = {"acc": 0}
    document["machine"]["cpu"]["microcode"] = None
    times = [sample["phases"]["execute"] for sample in document["samples"]]
    for place, absurd in ((40, 0), (81, 2 * 10 ** 18), (123, 10 ** 18), (164, 1)):
        times[place]["cpu"] = absurd
    for sample in document["samples"]:
        if sample["workload"] == "huge":
            sample["phases"]["execute"]["cpu"] *= 10 ** 7
    document["not_measured"].append({
        "what": "sample", "workload": "fine", "strategy": "tail-direct", "isa": "acc", "build": "clang-22",
        "control": False, "round": 1, "reason": HOSTILE})
    for listing in document["builds"][0]["audit"]["listings"][:4]:
        listing["code"].append(HOSTILE)
    return with_peers(document, {HOSTILE: 2.0, "wrong": HOSTILE})


def instruction_sets():
    """tail-direct in three sets; switch in acc alone, as mechanisms that cannot carry every set are."""
    document = result("instruction sets", strategies=("switch", "tail-direct"))
    document["builds"][0]["isas"] = ["acc", "pinned", "fused"]
    own = [sample for sample in document["samples"] if sample["strategy"] == "tail-direct"]
    for isa, part in ("pinned", 0.8), ("fused", 0.5):
        for control in False, True:
            for sample in own:
                execute = {clock: round(time * part) for clock, time in sample["phases"]["execute"].items()}
                document["samples"].append({
                    **sample, "isa": isa, "control": control, "bytecode_bytes": round(sample["bytecode_bytes"] * part),
                    "phases": {**sample["phases"], "execute": execute}})
    for workload in document["suite"]["workloads"]:
        workload["instructions"]["pinned"] = round(workload["instructions"]["acc"] * 0.75)
    return document


def node(host):
    """A run of a fleet; all are alike but for the node."""
    fleet = {"job": host, "group": "golden", "host": host, "kind": "k", "conditions": []}
    return {**result(host, layouts=2), "fleet": fleet}


MERGED = {"goto-direct": ["1 dispatch sites for 1499 handlers: the compiler merged them"]}
DOCUMENTS = {
    "pmu": lambda: result("pmu", builds=("clang-22", "gcc-12"), simulated=True), "vm": lambda: result(
        "vm", where=machine("Golden Cloud", virtual=True, counters=False, turbo=None, governor=None)),
    "other-cpu": lambda: result("other-cpu",
                                where=machine("Silver Core i3"),
                                scale=1.6,
                                factors={"tail-direct": 1.12, "goto-direct": 0.93}),
    "third-cpu": lambda: result("third-cpu",
                                where=machine("Bronze Z80", turbo=True, governor="powersave"),
                                scale=4,
                                factors={"goto-indirect": 0.8, "tail-direct": 1.3}),
    "one-layout": lambda: result("one-layout", layouts=1, rounds=8),
    "failed-audit": lambda: result("failed-audit", findings=MERGED), "weak": lambda: result(
        "weak", layouts=1, rounds=2, state="interrupted", pinned=None, waiting=0.08, noise=0.03),
    "before": lambda: result("before", started="2026-10-01T10:00:00Z"),
    "after": lambda: result("after",
                            started="2026-11-02T10:00:00Z",
                            revision="ba9876543210",
                            factors={"tail-direct": 0.93, ("sort", "switch"): 1.2}), "hostile": hostile,
    "instruction-sets": instruction_sets, "node-1": lambda: node("n1"), "node-2": lambda: node("n2"),
    "peers": lambda: with_peers(result("peers", layouts=2, scale=2.0),
                                {"slow": 2.0, "quick": 0.25, "wrong": "returned 7 instead of 5"}), }


def large(machines):
    names = NAMES + [f"{name}-2" for name in NAMES[:14]]
    for number in range(machines):
        yield f"large-{number:02}", result(f"large {number}",
                                           builds=("clang-22", "clang-21", "gcc-15", "gcc-14", "gcc-12"),
                                           workloads=names,
                                           where=machine(f"CPU number {number}",
                                                         virtual=number % 3 == 0,
                                                         counters=number % 3 > 0),
                                           scale=1 + number / 10,
                                           factors={"tail-direct": 1 + (number % 5 - 2) / 15})


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--large", type=int, default=0, metavar="MACHINES")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, make in DOCUMENTS.items():
        (options.folder / f"{name}.json").write_text(json.dumps(make()))
    for name, document in large(options.large):
        (options.folder / f"{name}.json").write_text(json.dumps(document))


if __name__ == "__main__":
    main()
