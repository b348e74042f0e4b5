"""What the place in memory of each thing that an execution uses is worth: `scripts/ablate --places`.

Each part (bytecode, frames, memory, stack) is put in several places by turns, while all others stay where they are, and
code in each layout of the build. "Nothing" is executed as often without any change: what its times vary by is noise,
which all others have, too. One place of each part is measured after the other for a workload, in random order, before
the next workload; times are the executors' own, of fresh processes on one CPU, without address randomisation.
"""
import fnmatch
import itertools
import json
import math
import os
import random
import statistics
import subprocess

from ..printable import Trouble

WINDOW = 1 << 16
PARTS = ["bytecode", "frames", "memory", "stack"]
NOTHING, CODE = "nothing", "code"
VARIED = [NOTHING, *PARTS, CODE]
CACHE_LINE = 64


def draw(generator, part):
    grain = os.sysconf("SC_PAGESIZE") if part == "memory" else CACHE_LINE
    return generator.randrange(0, WINDOW, grain)


def plan(generator, layouts, draws):
    """For each kind of change its executions: (places, layout), as many as there are draws or layouts."""
    held = {part: draw(generator, part) for part in PARTS}
    found = {NOTHING: [(held, layouts[0])] * draws, CODE: [(held, layout) for layout in layouts]}
    for part in PARTS:
        found[part] = [({**held, part: draw(generator, part)}, layouts[0]) for _ in range(draws)]
    return found


def execute(program, places, workload, folder, cpu):
    place = ",".join(f"{part}={at}" for part, at in places.items())
    command = ["setarch", "--addr-no-randomize", program, "measure", "--events", "none", "--place", place, "--invoke",
               workload["invoke"], folder / workload["file"], *workload["args"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
    if done.returncode:
        raise Trouble(f"{program.name} failed at {workload['name']}: {' '.join(done.stderr.split())}")
    report = json.loads(done.stdout)
    if any(report["placement"][part] not in (at, None) for part, at in places.items()):
        raise Trouble(f"{program.name} put something elsewhere than it was told to")
    if report["results"] != workload["expect"]:
        raise Trouble(f"{program.name} returned something wrong for {workload['name']}")
    return report["phases"]["execute"]["cpu"]


def measure(build, isa, strategies, suite, patterns, draws, seed, say):
    """The document that table() reads: the samples, and what they are of. `patterns`: "A,B", of the names of workloads;
    None: all."""
    generator, cpu = random.Random(seed), max(os.sched_getaffinity(0))
    description = json.loads((build / "dispatch/build.json").read_text())
    layouts = description["layout_seeds"]
    programs = {entry["strategy"]: entry["programs"] for entry in description["executors"]
                if entry["isa"] == isa and "programs" in entry}
    workloads = [own for own in json.loads(suite.read_text())["workloads"]
                 if any(fnmatch.fnmatchcase(own["name"], pattern) for pattern in (patterns or "*").split(","))]
    if not workloads:
        raise Trouble(f'no workload of {suite} matches "{patterns}"')
    ways, samples = plan(generator, layouts, draws), []
    for workload, number in itertools.product(workloads, range(draws)):
        say(f"{workload['name']}, {number + 1} of {draws}")
        turn = [(kind, strategy, *ways[kind][number]) for kind, strategy in itertools.product(VARIED, strategies)
                if number < len(ways[kind])]
        generator.shuffle(turn)
        for kind, strategy, places, layout in turn:
            program = build / "dispatch" / programs[strategy][str(layout)]
            samples.append({"varied": kind, "draw": number, "workload": workload["name"], "strategy": strategy,
                            "layout": layout, "placement": places,
                            "cpu_ns": execute(program, places, workload, suite.parent, cpu)})
    return {"build": {key: description[key] for key in ("compiler", "version", "revision")}, "isa": isa, "seed": seed,
            "strategies": strategies, "samples": samples}


def variation(document, kind, strategies):
    """By how much, as standard deviations over the draws of logarithms: a single workload (root mean square over them),
    and the mean over all. Two strategies: of the quotient of their times."""
    logs = {}
    for sample in document["samples"]:
        if sample["varied"] == kind and sample["strategy"] in strategies:
            sign = 1 if sample["strategy"] == strategies[0] else -1
            key = sample["workload"], sample["draw"]
            logs[key] = logs.get(key, 0) + sign * math.log(sample["cpu_ns"])
    rows = {}
    for (workload, number), value in sorted(logs.items()):
        rows.setdefault(workload, []).append(value)
    single = math.sqrt(statistics.fmean(statistics.variance(values) for values in rows.values()))
    return single, statistics.stdev(statistics.fmean(values) for values in zip(*rows.values()))


def table(document):
    """Rows of text; the first says what the columns are."""
    strategies = document["strategies"]
    baseline, others = strategies[0], strategies[1:]
    columns = [[name] for name in strategies] + [[name, baseline] for name in others]
    rows = [["what is varied", "draws", *("its time, " + name for name in strategies),
             *(f"{name} / {baseline}" for name in others)]]
    for kind in VARIED:
        draws = {sample["draw"] for sample in document["samples"] if sample["varied"] == kind}
        if len(draws) < 2:
            continue
        cells = [variation(document, kind, column) for column in columns]
        rows.append([kind, str(len(draws)), *(f"{100 * single:.1f} % ({100 * mean:.1f} %)" for single, mean in cells)])
    return rows
