"""The figures of the pages in results/ and of README, each a function of the files there (scripts/claims).

A run is named by its path in results/ without ".json"; latest() finds the newest of a folder and suite, so that a
page that uses it is right again after a new recording and `scripts/claims --write`. All functions return text.
"""
import functools
import json
import math
import re
import statistics
import sys

from . import inference
from .experiments import ablation, places
from .microarchitecture import cpu_name
from .report import findings
from .report.answers import QUESTIONS
from .results.audits import executor_name
from .results.comparison import instruction_sets, load, speed_text
from .results.peers import TIMES
from .source_tree import BASELINE_ISA, ROOT

RESULTS = ROOT / "results"
sys.path.insert(0, str(ROOT / "dispatch"))
from strategies import measured_by_default  # noqa: E402, dispatch/strategies.py
# Runs that are kept to show a fault that was mended since, and are no answer.
SET_APART = {"amd-epyc-zen5-vm/2026-11-23-split-dispatch"}
DEFAULT = measured_by_default()
KIND = {"default": "kernel", "real": "program"}  # of a suite's workloads


# Files

@functools.cache
def recorded():
    """All recorded runs, the oldest first: (name, document)."""
    paths = [path for path in RESULTS.glob("*/[0-9]*.json") if path.parent.name != "local"]
    runs = [(str(path.relative_to(RESULTS).with_suffix("")), load(path)) for path in paths]
    return sorted(runs, key=lambda run: (run[1]["started"], run[0]))


def part(result, suite):
    """A run of several suites as if it had been of this one alone."""
    if suite not in suites(result) or len(suites(result)) == 1:
        return result
    workloads = [own for own in result["suite"]["workloads"] if own["kind"].startswith(f"{KIND[suite]}:")]
    names = {own["name"] for own in workloads}
    return {**result, "suite": {"name": suite, "workloads": workloads},
            "samples": [sample for sample in result["samples"] if sample["workload"] in names]}


@functools.cache
def case(name, build=None, suite=None):
    """The Case of a run (of its first build, and of the instruction set in which strategies are compared if it has
    several), or of one of its suites."""
    result = part(dict(recorded())[name], suite)
    _, cases, _ = findings.make([result], [name], inference.CONFIDENCE, inference.SMALLEST_EFFECT)
    cases = [own for own in cases if build in (None, own.build["name"])]
    return next((own for own in cases if own.isa == BASELINE_ISA), cases[0])


def cpu(name):
    """Zen 5 (AMD EPYC)"""
    return cpu_name(dict(recorded())[name]["machine"]["cpu"])


def relocation(result):
    """Of the executors. Before it was recorded, they were what Debian's compilers make: position-independent."""
    models = {build.get("relocation_model", "pie") for build in result["builds"]}
    return ", ".join(sorted({"pie": "PIE"}.get(model, "not PIE") for model in models))


def suites(result):
    return result["suite"]["name"].split(",")


def machine(name):
    """Zen 5 (AMD EPYC), PIE."""
    own = relocation(dict(recorded())[name])
    return f"{cpu(name)}, {own}" if own == "PIE" else cpu(name)


def is_usual(result):
    """Whether a run compares the strategies that are measured by default, of one build, on a whole suite."""
    return (len(result["builds"]) == 1 and {sample["strategy"] for sample in result["samples"]} == set(DEFAULT) and
            not any(word.startswith(("--workload", "-w")) for word in result["command"]))


def latest_of_each(folder, suite="default"):
    """The names of the newest usual runs of a CPU's folder that have this suite: position-independent executors, and
    others, as far as there are any, the oldest run first."""
    found = {relocation(result): name for name, result in recorded()
             if name.startswith(f"{folder}/") and name not in SET_APART and
             suite in suites(result) and is_usual(result)}
    return sorted(found.values(), key=[name for name, _ in recorded()].index)


def latest(folder, suite="default"):
    """The newest of these; None if there is none."""
    return (latest_of_each(folder, suite) or [None])[-1]


def folders():
    """Of CPUs, the oldest generation first."""
    return sorted({name.partition("/")[0] for name, _ in recorded()})


def run_of(place, suite="default"):
    """A run by its name, or the latest of a folder."""
    return place if "/" in place else latest(place, suite)


# Speeds

def estimate(place, strategy, baseline="switch", suite="default", build=None):
    own = case(run_of(place, suite), build, suite)
    return own.mean(strategy, baseline) if strategy in own.strategies and baseline in own.strategies else None


def speed(place, strategy, baseline="switch", suite="default", build=None, digits=2):
    """1.13× (1.12–1.15)"""
    return speed_text(estimate(place, strategy, baseline, suite, build), digits)


@functools.cache
def set_means(name, strategy, suite):
    """Of a run, or of one of its suites, by instruction sets: (baseline, other): Estimate or None."""
    _, cases, _ = findings.make([part(dict(recorded())[name], suite)], [name], inference.CONFIDENCE,
                                inference.SMALLEST_EFFECT)
    sets = next(own for own in instruction_sets([own.comparison for own in cases]) if own.strategy == strategy)
    return {pair: found[len(cases[0].names)] for pair, found in sets.pairs(cases[0].groups).items()}


def set_speed(name, isa, suite="default", strategy="tail-direct", baseline="acc"):
    """Of an instruction set, relative to another: 1.43× (1.40–1.46)"""
    return speed_text(set_means(name, strategy, suite)[baseline, isa])


def dispatched(name, isa, suite="default", since=None, baseline="acc"):
    """0.75: the executed instructions of an instruction set, relative to those of the baseline or, with `since`, to its own in
    that earlier run; geometric mean over the workloads that both have."""
    own, earlier = ({workload["name"]: workload["instructions"] for workload in part(dict(recorded())[each], suite)["suite"]["workloads"]}
                    for each in (name, since or name))
    shares = [math.log(own[workload][isa] / earlier[workload][isa if since else baseline]) for workload in own.keys() & earlier.keys()]
    return f"{math.exp(sum(shares) / len(shares)):.2f}"


def samples_by_workload(name, isa, suite):
    """Of an instruction set, without the warm-up and the controls: the samples of each workload."""
    found = {}
    for sample in part(dict(recorded())[name], suite)["samples"]:
        if sample["isa"] == isa and sample["round"] and not sample["control"]:
            found.setdefault(sample["workload"], []).append(sample)
    return found


def set_start_seconds(name, isa, suite="real"):
    """2.46: to read, validate and translate each of a suite's modules once, CPU time, medians."""
    return f"{sum(starts(name, isa, suite).values()) / 1e9:.2f}"


def set_start(name, isa, suite="real", baseline="acc"):
    """1.14: how many times as long as the baseline that takes."""
    return f"{sum(starts(name, isa, suite).values()) / sum(starts(name, baseline, suite).values()):.2f}"


def starts(name, isa, suite):
    """CPU time to read, validate and translate the module of each workload once, medians; by workload."""
    return {workload: statistics.median(sum(sample["phases"][phase]["cpu"] for phase in ("read_validate", "translate"))
                                        for sample in own)
            for workload, own in samples_by_workload(name, isa, suite).items()}


def start_since(name, since, suite="real", isa="acc"):
    """1.17: how many times as long a start takes as in that earlier run, geometric mean over the workloads of both."""
    own, earlier = starts(name, isa, suite), starts(since, isa, suite)
    shares = [math.log(own[workload] / earlier[workload]) for workload in own.keys() & earlier.keys()]
    return f"{math.exp(sum(shares) / len(shares)):.2f}"


def start_of_sizes(name, isa, least, most, baseline="acc"):
    """3.1: how many times as long as the baseline's, of modules of so many MB; geometric mean over all suites of the run."""
    sizes = {sample["workload"]: sample["wasm_bytes"] / 1e6 for sample in dict(recorded())[name]["samples"]}
    shares = []
    for suite in suites(dict(recorded())[name]):
        own, base = starts(name, isa, suite), starts(name, baseline, suite)
        shares += [math.log(own[workload] / base[workload]) for workload in own if least <= sizes[workload] < most]
    return f"{math.exp(sum(shares) / len(shares)):.1f}"


def levels_cost(name):
    """19 to 41 s of CPU and up to 194 MiB: to compile a level of the zero line of acc in one layout."""
    costs = [cost for program, cost in dict(recorded())[name]["builds"][0]["compile_costs"].items() if program.startswith("no-")]
    seconds = [cost["compile_seconds"] for cost in costs]
    return f"{min(seconds):.0f} to {max(seconds):.0f} s of CPU and up to {max(cost['compile_peak_kib'] for cost in costs) / 1024:,.0f} MiB"


def set_bytecode(name, isa, suite="real"):
    """121 MB: the bytecode of a suite's modules."""
    return f"{sum(own[0]['bytecode_bytes'] for own in samples_by_workload(name, isa, suite).values()) / 1e6:.0f} MB"


def compile_seconds(name, executor):
    """76 s: CPU time of the compiler."""
    return f"{dict(recorded())[name]['builds'][0]['compile_costs'][executor]['compile_seconds']:.0f} s"


def point(place, strategy, baseline="switch", suite="default", build=None, digits=2):
    """1.13×"""
    return f"{estimate(place, strategy, baseline, suite, build).speed:.{digits}f}×"


def reach(place, strategies, baseline="switch", suite="default", build=None):
    """1.12× to 1.14×: the least and the largest of these."""
    found = [estimate(place, name, baseline, suite, build).speed for name in strategies]
    return f"{min(found):.2f}× to {max(found):.2f}×"


def population(place, strategy, baseline="switch", suite="default"):
    """1.05× to 1.31×: for programs like these."""
    found = estimate(place, strategy, baseline, suite)
    return f"{found.population_low:.2f}× to {found.population_high:.2f}×"


def said(place, strategy, baseline="switch", suite="default"):
    """A sentence with its verdict, corrected for the family."""
    return case(run_of(place, suite), suite=suite).answers.said(strategy, baseline)[0]


def verdict(place, strategy, baseline="switch", suite="default"):
    own = case(run_of(place, suite), suite=suite)
    return own.judge(own.mean(strategy, baseline)).word


def spread(place, suite="default"):
    """0.6 %: robust standard deviation of a time, by A/A."""
    return f"{100 * case(run_of(place, suite), suite=suite).comparison.spread:.1f} %"


def floor(place, suite="default"):
    """±0.3 %: the largest floor of a mean."""
    return f"±{100 * case(run_of(place, suite), suite=suite).comparison.mean_noise:.1f} %"


def layout_factor(place, strategy, layout):
    """1.19: how much longer it takes in one layout than in the others, and the least and most of a workload."""
    comparison = case(place).comparison
    cells = inference.quietly(inference.numpy.nanmedian, comparison.logs(strategy), axis=2)
    own = cells[:, comparison.layouts.index(layout)]
    others = [row for number, row in enumerate(cells.T) if comparison.layouts[number] != layout]
    by_workload = own - sum(others) / len(others)
    return f"{math.exp(by_workload.mean()):.2f}"


def layout_range(place, strategy, layout):
    """1.00 (`vm`) to 1.39 (`crypto`)"""
    comparison = case(place).comparison
    cells = inference.quietly(inference.numpy.nanmedian, comparison.logs(strategy), axis=2)
    own = cells[:, comparison.layouts.index(layout)]
    others = [row for number, row in enumerate(cells.T) if comparison.layouts[number] != layout]
    factors = [math.exp(value) for value in own - sum(others) / len(others)]
    names = [workload["name"] for workload in comparison.workloads]
    low, high = factors.index(min(factors)), factors.index(max(factors))
    return f"{factors[low]:.2f} (`{names[low]}`) to {factors[high]:.2f} (`{names[high]}`)"


# Single workloads: exploratory

def shown(place, strategy, baseline, word, suite="default"):
    """The workloads of which this was shown, with the share of false ones controlled: [name, Estimate], the largest
    difference first."""
    own = case(run_of(place, suite), suite=suite)
    found = zip(own.names, own.pairs[baseline, strategy])
    wanted = [(name, entry) for name, entry in found if entry and own.judge(entry).word == word]
    return sorted(wanted, key=lambda item: -abs(math.log(item[1].speed)))


def shown_count(place, strategy, baseline, word, suite="default"):
    """12 of 23"""
    own = case(run_of(place, suite), suite=suite)
    return f"{len(shown(place, strategy, baseline, word, suite))} of {len(own.names)}"


def shown_names(place, strategy, baseline, word, suite="default"):
    """`php` (1.13×), `esbuild` (1.12×); all of them."""
    found = shown(place, strategy, baseline, word, suite)
    return ", ".join(f"`{name}` ({entry.speed:.2f}×)" for name, entry in found) or "none"


def one(place, workload, strategy, baseline="switch", suite="default", build=None):
    """The speed on a single workload."""
    own = case(run_of(place, suite), build, suite)
    return speed_text(own.pairs[baseline, strategy][own.names.index(workload)])


def extra_ns(place, slower, faster, suite="default"):
    """0.44 to 1.82: how many nanoseconds for each bytecode instruction one strategy takes more than another, the least
    and the most of a workload."""
    own = case(run_of(place, suite), suite=suite)
    times = {name: own.times(name) for name in (slower, faster)}
    found = []
    for number, workload in enumerate(own.comparison.workloads):
        count = own.comparison.instructions(workload)
        if count and all(times[name][number] for name in times):
            found.append((times[slower][number][0] - times[faster][number][0]) * 1e6 / count)
    return f"{min(found):.2f} to {max(found):.2f}".replace("-", "−")


def simulated(place, strategy):
    """Host instructions for each bytecode instruction, by cachegrind."""
    found = case(run_of(place)).causes.simulated()
    return f"{found['causes']['instructions']['suite'][strategy]:.1f}"


# Tables

def table(rows):
    return "\n" + "\n".join(["| " + " | ".join(rows[0]) + " |", "|" + " --- |" * len(rows[0]),
                             *("| " + " | ".join(row) + " |" for row in rows[1:])]) + "\n"


def side_by_side(suite="default"):
    """A row for each CPU and code model, from the latest run of the suite."""
    rows = [["CPU", *DEFAULT[1:], "programs like these: goto-direct", "executors", "layouts", "noise", "run"]]
    for folder in folders():
        for name in latest_of_each(folder, suite):
            own, result = case(name, suite=suite), dict(recorded())[name]
            rows.append([cpu(name), *(f"{speed(name, strategy, suite=suite)} {verdict(name, strategy, suite=suite)}"
                                      for strategy in DEFAULT[1:]),
                         population(name, "goto-direct", suite=suite), relocation(result),
                         f"{len(own.comparison.layouts)} ({seeds(result)})", spread(name, suite),
                         f"[{name.partition('/')[2]}]({name}.json)"])
    return table(rows)


def seeds(result):
    own = result["builds"][0]["layout_seeds"]
    return "seeds 0 to 3" if own == [0, 1, 2, 3] else "drawn"


def command(result):
    """Without what is different on each machine."""
    words = [word for word in result["command"] if not word.startswith("--output=")]
    for option in "--output", "-o", "--builds", "-B", "--resume", "-r", "--layout-seeds":
        if option in words:
            place = words.index(option)
            words = words[:place] + words[place + 2:]
    return " ".join(words)


def all_runs():
    """A row for each recorded file."""
    rows = [["run", "CPU", "compiler", "executors", "layouts", "blocks", "ended", "command"]]
    for name, result in recorded():
        compilers = ", ".join(f"{build['compiler']} {build['version']}" for build in result["builds"])
        blocks = {(sample["layout"], sample["round"]) for sample in result["samples"] if sample["round"] > 0}
        drawn, measured = len(result["builds"][0]["layout_seeds"]), len({layout for layout, _ in blocks})
        sittings = len(result["sittings"])
        beside = [f"[{what}]({name}.{suffix})" for what, suffix in (("findings", "md"), ("picture", "png"))
                  if (RESULTS / f"{name}.{suffix}").exists()]
        rows.append([", ".join([f"[{name.partition('/')[2]}]({name}.json)", *beside]), cpu(name), compilers,
                     relocation(result), str(drawn) if measured == drawn else f"{measured} of {drawn}", str(len(blocks)),
                     result["state"] if result["state"] != "complete" else result["stop"]["rule"],
                     f"`{command(result)}`" + (f", in {sittings} sittings" if sittings > 1 else "")])
    return table(rows)


def answers():
    """The questions, a line for each CPU and suite."""
    lines = []
    for question, strategy, baseline in QUESTIONS:
        lines.append(f"\n**{question}**\n")
        for folder in folders():
            for suite, what in ("default", "kernels"), ("real", "programs"):
                for name in latest_of_each(folder, suite):
                    lines.append(f"- {machine(name)}, {what}: {said(name, strategy, baseline, suite)}")
    return "\n".join(lines) + "\n"


def newest_of_cpus():
    """(run, suite): the newest usual runs of each CPU, of executors that are not position-independent."""
    return [(name, suite) for folder in folders() for suite in ("default", "real")
            for name in latest_of_each(folder, suite) if relocation(dict(recorded())[name]) != "PIE"]


def unlike_recordings():
    """Programs that are not the same recording in all of these."""
    found = {}
    for name, suite in newest_of_cpus():
        for workload in part(dict(recorded())[name], suite)["suite"]["workloads"]:
            found.setdefault(workload["name"], set()).add(workload["sha256"])
    return [name for name, hashes in found.items() if len(hashes) > 1]


def left_out_across():
    """`automerge`"""
    return ", ".join(f"`{name}`" for name in unlike_recordings()) or "none"


@functools.cache
def across():
    """The data of a report on these, with nothing of a run but the suites that it is the newest of, and without
    unlike_recordings()."""
    wanted, left_out = {}, unlike_recordings()
    for name, suite in newest_of_cpus():
        wanted.setdefault(name, []).append(suite)
    results = []
    for name, own in wanted.items():
        result = dict(recorded())[name]
        result = result if len(own) == len(suites(result)) else part(result, own[0])
        workloads = [workload for workload in result["suite"]["workloads"] if workload["name"] not in left_out]
        results.append({**result, "suite": {**result["suite"], "workloads": workloads},
                        "samples": [sample for sample in result["samples"]
                                    if sample["isa"] == BASELINE_ISA and sample["workload"] not in left_out]})
    return findings.make(results, [f"{name}.json" for name in wanted], inference.CONFIDENCE, inference.SMALLEST_EFFECT)[0]


def across_cpus():
    """What CPUs say of each question, the largest disagreement first: a line each."""
    data = across()
    return "\n" + "".join(f"- {found['question']} **{found['text']}** {found['more']}\n" for found in data["overview"]
                          if found.get("more"))


def effects_on_cpus():
    """Each effect on each CPU, a table for kernels and one for programs."""
    data = across()
    return "".join("".join([f"\n**{panel['what'].capitalize()}**\n", table(panel["rows"]),
                            *(f"\n{note}\n" for note in panel["notes"])]) for panel in data["across"])


def last_unplaced():
    """2026-11-28-clang-22: the newest run whose layouts are code alone."""
    return [name.partition("/")[2] for name, result in recorded() if "placement" not in result][-1]


def noise_of_all():
    """What the machines showed: a row for each run."""
    rows = [["run", "CPU", "time of one program varies by", "floor of a mean", "largest floor of a workload"]]
    for name, _ in recorded():
        comparison = case(name).comparison
        if comparison.noise is not None:
            rows.append([name.partition("/")[2], cpu(name), f"{100 * comparison.spread:.1f} %",
                         f"±{100 * comparison.mean_noise:.1f} %", f"±{100 * comparison.noise:.1f} %"])
    return table(rows)


def ablation_of(folder):
    """What scripts/ablate found on that CPU."""
    return table(list(ablation.rows(load(RESULTS / folder / "ablation.json"), "acc")))


def ablation_remarks(folder):
    """What belongs under it."""
    return "\n".join(ablation.remarks(load(RESULTS / folder / "ablation.json"), "acc"))


def ablated(folder, change, column):
    """A speed of that table, without its verdict: of the row that begins so."""
    row = next(row for row in ablation.rows(load(RESULTS / folder / "ablation.json"), "acc") if row[0].startswith(change))
    return re.match(r"[\d.]+× \([^)]*\)", row[column])[0]


# The zero line

@functools.cache
def zero_of(name, isa="acc"):
    """The ZeroLine of a run and instruction set."""
    _, cases, _ = findings.make([dict(recorded())[name]], [name], inference.CONFIDENCE, inference.SMALLEST_EFFECT)
    return next(own.zero for own in cases if own.isa == isa)


def zero_share(name, strategy, part="dispatch", isa="acc", workload=None):
    """31 % (29–33): of a strategy's time, over the suite or on one workload."""
    zero = zero_of(name, isa)
    own = zero.suite if workload is None else {strategy: zero.by_workload[strategy][zero.names.index(workload)]}
    return own[strategy][part].text()


def zero_nanoseconds(name, strategy, isa="acc"):
    """0.42: of dispatch, for a bytecode instruction."""
    zero = zero_of(name, isa)
    return f"{zero.nanoseconds(strategy) * zero.suite[strategy]['dispatch'].share:.2f}"


def zero_native_times(name, isa="acc", strategy="tail-direct"):
    """5.9 (5.3–6.3): how many times as long as native code of the same C it takes."""
    native = zero_of(name, isa).native(strategy)
    return f"{1 / native.share:.1f} ({1 / native.high:.1f}–{1 / native.low:.1f})"


def zero_shares(name):
    """What each strategy's time is made of, a row for each instruction set and strategy."""
    result = dict(recorded())[name]
    measured, rows = {sample["isa"] for sample in result["samples"]}, []
    for isa in (isa for isa in result["builds"][0]["isas"] if isa in measured):
        head, *found = zero_of(name, isa).rows()
        rows = rows or [["instruction set", *head]]
        rows += [[f"`{isa}`", *row] for row in found]
    return table(rows)


def zero_workloads(name, isa="acc"):
    """The share of dispatch on each workload."""
    return table(list(zero_of(name, isa).workload_rows()))


def places_of(folder):
    """What scripts/ablate --places found on that CPU."""
    return table(places.table(document(f"{folder}/ablation-places.json")))


def peers_of(folder):
    """How other engines stood to the fastest executor there, in a run with peers."""
    name = f"{folder}/peers"
    _, cases, _ = findings.make([load(RESULTS / f"{name}.json")], [name], inference.CONFIDENCE, inference.SMALLEST_EFFECT)
    peers = cases[0].peers
    return table([["engine", "version", *(f"{title}, × {peers.base}" for title in TIMES.values())], *(
        [engine["name"], engine.get("version") or "–",
         *(speed_text(found).replace("×", "") if (found := peers.means[time][engine["name"]]) else "–" for time in TIMES)]
        for engine in peers.engines if engine["name"] != peers.base and peers.means["whole"][engine["name"]])])


def dispatch_code(*names):
    """What the audit said of the function with the dispatch, in each variant of interpreters that are not ours."""
    rows = [["interpreter", "function", "variant", "indirect jumps", "bytes", "what is not as its name says"]]
    for name in names:
        for build in dict(recorded())[name]["builds"]:
            for variant in build["strategies"]:
                found = build["audit"]["executors"][executor_name(variant, build['subject'])]
                rows.append([f"{build['subject']}, {build['compiler']} {build['version'].split('.')[0]}", f"`{build['function']}`",
                             variant, f"{found['dispatch_sites']:,}", f"{found['code_bytes']:,}",
                             "; ".join(found["findings"]) or "–"])
    return table(rows)


# Other files

@functools.cache
def document(name):
    return json.loads((RESULTS / name).read_text())


def predictions():
    """Mean over the workloads, by model and strategy."""
    found = document("predictors/default.json")["misses_per_1000"]
    strategies = list(next(iter(next(iter(found.values())).values())))
    rows = [["model", *strategies]]
    rows += [[model, *(f"{statistics.fmean(own[name] for own in workloads.values()):.1f}" for name in strategies)]
             for model, workloads in found.items()]
    return table(rows)


def predicted(model, strategy):
    found = document("predictors/default.json")["misses_per_1000"][model]
    return f"{statistics.fmean(own[strategy] for own in found.values()):.1f}"


def covered(suite, *keys, digits=0, most=False, name=True):
    """The least (or the most) of a field of coverage over the workloads: 85 (`recursion`)."""
    def value(workload):
        return functools.reduce(lambda part, key: part[key], keys, workload)
    best = (max if most else min)(document(f"coverage/{suite}.json")["workloads"], key=value)
    number = f"{value(best):,.{digits}f}"
    return f"{number} (`{best['name']}`)" if name else number


def covered_share(suite, key, most=False):
    """30 (`integers`): percent of the instructions."""
    workloads = document(f"coverage/{suite}.json")["workloads"]
    best = (max if most else min)(workloads, key=lambda entry: entry[key] / entry["instructions"])
    return f"{100 * best[key] / best['instructions']:.0f} % (`{best['name']}`)"


def coverage_of(suite, workload, *keys, digits=0):
    own = next(entry for entry in document(f"coverage/{suite}.json")["workloads"] if entry["name"] == workload)
    return f"{functools.reduce(lambda part, key: part[key], keys, own):,.{digits}f}"


def coverage_above(suite, key, limit):
    """In how many workloads a field is larger."""
    return str(sum(entry[key] > limit for entry in document(f"coverage/{suite}.json")["workloads"]))


def similarity(suite, one, other):
    found = document(f"coverage/{suite}.json")
    names = [entry["name"] for entry in found["workloads"]]
    return f"{found['similarity'][names.index(one)][names.index(other)]:.2f}"


def most_similar_to(suite, workload):
    found = document(f"coverage/{suite}.json")
    names = [entry["name"] for entry in found["workloads"]]
    return f"{max(own for name, own in zip(names, found['similarity'][names.index(workload)]) if name != workload):.2f}"


def calibration(file, *parts, column):
    """A cell of a table of scripts/calibrate: of the first line that begins with these words, in this column, which is
    counted from the right."""
    for line in (RESULTS / file).read_text().splitlines():
        words = line.split()
        if words[:len(parts)] == list(parts):
            return re.split(r"\s{2,}", line.strip())[column]
    raise KeyError(f"{file} has no line {' '.join(parts)}")


def unseen(share, layouts):
    """32 %: the chance that luck which strikes this share of the layouts is in none of so many."""
    return f"{100 * inference.unseen(share, layouts):.0f} %"


def confidence():
    """95 %"""
    return f"{100 * inference.CONFIDENCE:g} %"


def smallest_effect():
    """1 %"""
    return f"{100 * inference.SMALLEST_EFFECT:g} %"


def cpu_count():
    """three"""
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    count = len({cpu(name) for name, _ in recorded()})
    return words[count] if count < len(words) else str(count)


@functools.cache
def power_lines():
    lines = (RESULTS / "calibration-power.txt").read_text().splitlines()
    return {tuple(line.split()[:3]): line.split() for line in lines if re.match(r"\d+\.\d%\s", line)}


def power(noise, layouts, rounds, column):
    """A cell of calibration-power.txt: 0 is the noise, 3 the half-width, 4 to 6 single workloads and 7 to 9 means that
    differ by 2, 5 and 10 %."""
    return power_lines()[noise, str(layouts), str(rounds)][column].replace("%", " %")


def power_table():
    rows = [["layouts × rounds", "quiet", "noisy", "very noisy"]]
    for layouts, rounds in (4, 1), (4, 2), (8, 1), (8, 2), (16, 1), (16, 4):
        rows.append([f"{layouts} × {rounds}", *(power(noise, layouts, rounds, 7) for noise in ("0.6%", "2.0%", "6.0%"))])
    return table(rows)
