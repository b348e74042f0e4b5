"""What result files say, for a page and for a summary.

make() turns results into one JSON-able dictionary, which the page holds and draws. All statistics are made
here and in inference.py; the page only chooses what to show. A "case" is one build and one
instruction set of one file: its estimates stand here, what it answers in answers.py, what weakens its numbers in
weaknesses.py, what of a strategy's time dispatch is in results/zero_line.py, why strategies differ, as far as it was
measured, in causes.py, and what several CPUs say of one question in across.py. Other engines, which a file has once for
all its cases, are in results/peers.py.
"""
import dataclasses
import hashlib
import json
import math

import numpy
from .. import inference
from ..microarchitecture import cpu_name
from ..printable import Trouble
from ..results.audits import executor_name
from ..results.comparison import comparisons, instruction_sets, speed_text
from ..results.peers import peers_of
from ..results.zero_line import zero_line
from ..wording import listed, minute, rounded
from . import across
from .answers import Answers
from .causes import Causes
from .weaknesses import Weaknesses

MOST_CHANGES = 5  # that are told before all else
MOST_SAMPLES = 300_000  # of a page: 4 MB. All else grows with machines, not with how long they measured
WORDS = [
    inference.FASTER, inference.SLOWER, inference.SAME,
    inference.UNDECIDED]


def medians_by_layout(logs):
    """Of logarithms of speeds, [workload, layout, round]."""
    with inference.warnings.catch_warnings():
        inference.warnings.simplefilter("ignore", RuntimeWarning)
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


def kind_of_machine(result):
    """The same for machines of one kind."""
    machine = result["machine"]
    cpu = machine["cpu"]
    return (*(cpu[part]
              for part in ("vendor", "model", "family", "model_number", "stepping", "architecture")),
            machine["logical_cpus"], machine["virtual"]["is"])


def fingerprint(result):
    """The same for runs on one machine. Nodes of a cluster are alike, so that the host counts where it is known."""
    return *kind_of_machine(result), result["machine"]["memory_mib"], host_of(result)


def host_of(result):
    """Of a run of scripts/fleet; otherwise empty."""
    return result.get("fleet", {}).get("host", "")


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
        self.pairs = comparison.pairs(self.groups)
        self.weaknesses = Weaknesses(comparison)
        self.samples = self.weaknesses.samples
        self.causes = Causes(comparison, self.samples)
        self.zero = zero_line(comparison)
        self.answers = Answers(self)

    @property
    def subject(self):
        """The name of what is no build of ours but commands of somebody's; None of executors."""
        return self.build.get("subject")

    @property
    def host(self):
        return host_of(self.result)

    @property
    def kind(self):
        """The same for runs of one group of a fleet that are alike in all but the node; None of other runs."""
        if not self.host:
            return None
        build = {key: self.build.get(key) for key in ("name", "version", "revision", "flags", "bounds", "layouts_from")}
        return json.dumps([self.result["fleet"]["group"], kind_of_machine(self.result), build, self.isa, self.strategies,
                           self.weaknesses.relocation_model])

    @property
    def label(self):
        if self.subject and self.build["compiler"] == "unknown":
            return "compilers that are not known"
        return f"{self.build['compiler']} {self.build['version']}"

    def mean(self, strategy, baseline):
        """None: not measured together, or one and the same."""
        if strategy == baseline:
            return None
        return self.pairs[baseline, strategy][len(self.names)]

    def judge(self, found):
        return inference.judge(found, self.comparison.smallest_effect)

    # Numbers

    def bytecode(self, strategy):
        """Bytes of each workload's bytecode; None where it was not measured."""
        found = {sample["workload"]: sample.get("bytecode_bytes") for sample in self.samples
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

    def data(self):
        comparison, causes = self.comparison, self.causes
        control = [inference.control_estimate(comparison.control_logs(group), comparison.confidence)
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
            "file": self.file, "confidence": comparison.confidence, "build": self.build["name"], "compiler": self.label, "isa": self.isa, "subject": self.subject,
            "flags": self.build.get("flags") or [], "bounds": self.build.get("bounds"),
            "relocation_model": self.weaknesses.relocation_model,
            "strategies": self.strategies, "layouts": comparison.layouts, "rounds": comparison.rounds,
            "workloads": workloads, "kinds": list(self.kinds), "families": self.families,
            "noise": rounded(comparison.noise), "mean_noise": rounded(comparison.mean_noise),
            "noise_text": comparison.noise_text, "answers": self.answers.all(), "warnings": self.weaknesses.told(),
            "left_out": self.weaknesses.left_out(), "pairs": pairs, "control": self.estimates(control, True),
            "times": {strategy: self.times(strategy) for strategy in self.strategies},
            "causes": causes.counted(), "luck": comparison.luck, "counting_cost": causes.counting_cost(),
            "replayed": any("trace" in workload for workload in comparison.workloads),
            "simulated": causes.simulated(), "sizes": causes.sizes(), "whole_processes": causes.whole_processes(),
            "zero": self.zero and self.zero.data(),
            "listings": causes.listings(self.texts), "audit_missing": self.build["audit_missing"], "raw": self.raw()}


def rank_changes(cases):
    """Pairs of strategies of which here the one and there the other was shown to be faster, in several layouts."""
    found = []
    isas = dict.fromkeys(case.isa for case in cases)
    for isa in isas:
        own = [case for case in cases if case.isa == isa]
        names = list(dict.fromkeys(name for case in own for name in case.strategies))
        for place, first in enumerate(names):
            for second in names[place + 1:]:
                sides = {inference.FASTER: [], inference.SLOWER: []}
                for case in own:
                    if first in case.strategies and second in case.strategies and case.mean(first, second):
                        estimate = case.mean(first, second)
                        word = case.judge(estimate).word
                        if word in sides and estimate.layouts > 1:
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

    @property
    def comparison(self):
        return self.first.comparison

    def points(self, isa, baseline):
        """The speed of each workload in each layout."""
        return medians_by_layout(self.sets.speeds(isa, baseline))

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
            if found and self.sets.judge(found).word != inference.SLOWER:
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
        pairs = [[self.first.estimates(self.pairs[baseline, isa]), self.points(isa, baseline)]
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


def overview(cases, ranks, changed, compared, panels):
    """What several cases say together: [{question, text, section of the page, and maybe more}]. What the questions of a single machine
    find on several CPUs comes first, the largest disagreements at the head."""
    if len(cases) < 2:
        return []
    told = [{"question": question, "text": text, "more": more, "section": "across"}
            for question, text, more in across.told(panels)]
    fastest, measured = {}, {}
    for case in cases:
        best, _ = case.answers.fastest() if len(case.strategies) > 1 else ([], "")
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
    found = told + fastest_isas(compared) + found
    for entry in changed[:MOST_CHANGES]:
        after, place = cases[entry["after"]], len(entry["workloads"])
        suite, single = [], 0
        for row in entry["rows"]:
            words = [number is not None and after.texts[number].partition(" (")[0]
                     for number in row["own"]["verdict"]]
            different = [word in (inference.FASTER, inference.SLOWER) for word in words]
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
                     for entry, name in zip(inference.correct(estimates, inference.holm), common)]
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
        return case.build["programs"].get(executor_name(strategy, case.isa)) or None

    def logs(case, strategy):
        return case.comparison.logs(strategy)[[case.names.index(name) for name in names]]

    def found(one, two, same):
        return inference.changes(one, two, same, groups, confidence)

    def held(rows, key, baseline):
        """Replaces the Estimates of rows[...][key] by columns: each change over the suite is held against the
        others, and so is each on a workload."""
        own = [row for row in rows if key in row]
        suite = inference.correct([row[key][place] for row in own], inference.holm)
        single = inference.correct([entry for row in own for entry in row[key][:place]],
                                   inference.benjamini_hochberg)
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
    return {"name": name, **{key: result[key] for key in keep}, "fleet": result.get("fleet"), "samples": result["sample_count"],
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
    texts, cases, compared, kept, digests, held = Texts(), [], [], [], [], 0
    results = iter(results)
    for file in range(len(names)):
        result = next(results)  # enumerate() would keep it until the next one is read
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
        peers = peers_of(result, found)
        for case in own:
            case.peers = peers
        if peers and (text := peers.answer()):
            own[0].own_data["answers"].append({"question": "And other engines?", "text": text, "word": "", "section": "peers"})
        for case in own:
            case.samples = case.weaknesses.samples = case.causes.samples = None
        result["samples"] = result["peers"] = None
        cases += own
        held += result["sample_count"]
        if held > MOST_SAMPLES:  # none is better than some; the result files have them
            for case in cases:
                case.own_data["raw"] = None
        refuse_strangers(kept, names)
    results = kept
    label_cases(cases, names)
    changed, runs = [], {}
    for case in sorted(cases, key=lambda case: case.result["started"]):
        key = fingerprint(case.result), case.build["name"], case.isa
        before = runs.get(key)
        runs[key] = case
        found = before and change(before, case)
        if found:
            changed.append({"before": cases.index(before), "after": cases.index(case), **found})
    ranks, panels = rank_changes(cases), across.panels(cases, compared, confidence, smallest_effect)
    data = {
        "overview": overview(cases, ranks, changed, compared, panels), "confidence": confidence,
        "smallest_effect": smallest_effect, "words": WORDS,
        "files": [describe(result, name) for result, name in zip(results, names)],
        "cases": [{**case.own_data, "machine": case.machine, "name": case.name}
                  for case in cases], "rank_changes": ranks,
        "across": [panel.data() for panel in panels],
        "isas_compared": [entry.data(cases) for entry in compared],
        "builds_compared": builds_compared(cases), "changes": changed, "texts": texts, "failed": [],
        "peers": [peers.data(file) for file, peers in peers_by_file(cases).items()]}
    return data, cases, compared


def peers_by_file(cases):
    """The Peers of each file that has some."""
    return {case.file: case.peers for case in cases if case.peers}


def label_cases(cases, names):
    """A name for each machine, and one for each case: as short as is unambiguous."""
    models = {}
    for case in cases:
        model = cpu_name(case.result["machine"]["cpu"])
        models.setdefault(model, {}).setdefault(fingerprint(case.result), []).append(case)
    for model, machines in models.items():
        for number, own in enumerate(machines.values(), 1):
            for case in own:
                case.which = f" {host_of(case.result) or f'#{number}'}" if len(machines) > 1 else ""
                case.machine = model + case.which
    files = {}
    for case in cases:
        files.setdefault((case.machine, case.build["name"], case.isa), []).append(case)
    isas = {case.isa for case in cases}
    for (machine, build, isa), own in files.items():
        times = {minute(case.result["started"]) for case in own}
        for case in own:
            when = minute(case.result["started"]) if len(times) == len(own) else names[case.file]
            case.when = f" · {when}" if len(own) > 1 else ""
            case.name = f"{machine} · {build}" + (f" · {isa}" if len(isas) > 1 else "") + case.when
