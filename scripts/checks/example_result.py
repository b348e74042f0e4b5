"""A small result file that is valid by results/schema.json, for tests: the recorded form, made-up numbers."""
TIME = {"cpu": 1000, "wall": 1000}


def sample(round_number, workload, strategy, ms, control=False, layout=0, build="clang-22", isa="acc"):
    execute = {"cpu": int(ms * 1e6), "wall": int(ms * 1e6)}
    return {"round": round_number, "order": 0, "layout": layout, "workload": workload, "build": build,
            "strategy": strategy, "isa": isa, "control": control,
            "phases": {"read_validate": TIME, "translate": TIME, "instantiate": TIME, "execute": execute},
            "wasm_bytes": 10, "bytecode_bytes": 20, "functions": 1, "peak_rss_kib": 30, "counters": [],
            "counting_cost_ns": 0}


def workload(name):
    return {"name": name, "kind": "a kind", "description": "d", "file": f"{name}.wasm", "sha256": "0" * 64,
            "invoke": "run", "args": [], "expect": [], "instructions": {"acc": 2000000},
            "branches": {"acc": 200000}, "calls": {"acc": 1000}}


def build(name="clang-22", **others):
    compiler, version = name.split("-")
    return {"name": name, "compiler": compiler, "version": version, "revision": "abc", "bounds": "guard",
            "flags": ["-O2"], "isas": ["acc"], "layout_seeds": [0],
            "strategies": {"switch": {"flags": ["-fone"]}, "tail-direct": {"flags": []}}, "left_out": [],
            "programs": {}, "audit": None, "audit_missing": "scripts/audit makes it", **others}


def machine():
    cpu = {"model": "Test CPU", "vendor": None, "family": "6", "model_number": "1", "stepping": "0",
           "microcode": None, "architecture": "x86_64"}
    counters = {"hardware": False, "why": "there are none", "events": [], "paranoid": None, "software": []}
    return {"cpu": cpu, "logical_cpus": 2, "physical_cores": None, "caches": [], "memory_mib": None, "os": None,
            "kernel": "Linux", "mitigations": {}, "governor": None, "turbo": None, "address_randomization": None,
            "virtual": {"is": True, "hypervisor": "KVM"}, "counters": counters}


def result(samples=None):
    """By default the machine gets slower from round to round, but the ratios stay."""
    if samples is None:
        samples = []
        for number, drift in enumerate([50, 1, 1.5, 2]):
            for name, scale in ("sort", 1), ("vm", 3):
                samples += [sample(number, name, "switch", 8 * scale * drift),
                            sample(number, name, "tail-direct", (4 if name == "sort" else 1) * scale * drift),
                            sample(number, name, "switch", 8.08 * scale * drift, control=True)]
    command, started = ["tailrace", "bench"], "2026-01-01T00:00:00Z"
    return {
        "schema": 2, "tool": {"name": "tailrace", "version": "0", "revision": "abc"}, "started": started,
        "finished": started, "state": "complete", "stop": {"rule": "budget", "reason": "the time was spent"},
        "sittings": [{"started": started, "finished": started, "state": "complete", "command": command,
                      "samples": len(samples)}],
        "command": command, "seed": 1, "budget_seconds": 1, "timeout_seconds": 60, "rounds": 3, "pinned_cpu": 1,
        "machine": machine(), "builds": [build()],
        "suite": {"name": "default", "workloads": [workload("sort"), workload("vm")]}, "executors": [],
        "samples": samples, "not_measured": [], "whole_processes": [], "simulated": []}
