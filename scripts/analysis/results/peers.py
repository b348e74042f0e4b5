"""Peers: other people's engines, which a run has measured as processes, and the executors by the same path.

Four times are told apart, each comparable with itself alone (NOTES). Ratios are formed within a round and a layout, as
everywhere (inference.py), relative to the executor that is fastest as a process.
"""
import collections

import numpy

from .. import inference
from ..wording import listed, rounded
from .comparison import quantile, speed_text

TIMES = {
    "whole": "whole process",
    "above": "above start-up",
    "execution": "execution alone",
}
NOTES = {
    "whole": "The CPU time, user and system, of a process with all of its threads and of what it started: start-up, "
             "reading, translating or compiling, executing. Comparable between all engines of this section, executors as "
             "processes among them, and with no other time of this report.",
    "above": "The same less the engine's own start-up in the same block, which is a process that calls an empty function "
             "of an empty module: what this module takes. Comparable between all engines of this section. Of whose time "
             "start-up is most, on any workload, nothing is told.",
    "execution": "CPU time of the call alone: of executors that of the samples, after translation; of peers what they "
                 "tell, with what an engine compiles during the call and in its other threads. Comparable with the times "
                 "of strategies in this report, with that reservation. Most engines do not tell it.",
}
MOST = 0.5  # of the time of a process: if start-up is more of it, what is above is a difference of two nearly alike
CAVEATS = (
    "All processes ran on one CPU, so that threads took turns: wall times are not those of several CPUs.",
    "A peer is what is installed here: one build, in the one layout that it has. Its interval tells of rounds and of "
    "the executor's layouts, and nothing of what another build of it would take.",
    "Stacks and heaps of processes lie where the system puts them, in the same place each time, which layouts do not "
    "change: of executors that was some percent against their samples, which are placed.",
)


class Peers:
    """What a result has of engines; `comparisons`: the Comparisons of that result."""

    def __init__(self, result, comparisons):
        peers, first = result["peers"], comparisons[0]
        self.engines, self.not_found = peers["engines"], peers["not_found"]
        self.confidence = first.confidence
        self.workloads = [entry["name"] for entry in result["suite"]["workloads"] if "trace" not in entry]
        self.traces = len(result["suite"]["workloads"]) - len(self.workloads)
        self.failed = {(gap["engine"], gap["workload"]): (gap["round"], gap["reason"])
                       for gap in result["not_measured"] if gap.get("engine")}
        # Who was wrong once, and did not just lack something, has times but no speed.
        self.unsound = {name for (name, _), (number, _) in self.failed.items() if number is not None}
        self.layouts, self.rounds = first.layouts, first.rounds
        grids = collections.defaultdict(lambda: numpy.full((len(self.layouts), len(self.rounds)), numpy.nan))
        places = {(layout, number): (row, column) for row, layout in enumerate(self.layouts)
                  for column, number in enumerate(self.rounds)}
        for sample in peers["samples"]:
            place = places.get((sample["layout"], sample["round"]))
            what = sample["workload"] or sample["run"]
            key = sample["engine"], what, sample["workload"] is None
            if place is None or not key[2] and self.failure(sample["engine"], what):
                continue
            for part, value in (("cpu", sample["user_ns"] + sample["system_ns"]), ("wall", sample["wall_ns"]),
                                ("execution", sample["execute_cpu_ns"])):
                if value is not None and value > 0:
                    grids[(*key, part)][place] = value / 1e9
        self.grids = dict(grids)
        self.starts = list(dict.fromkeys(sample["run"] for sample in peers["samples"]))
        self.runs = {sample["workload"]: sample["run"] for sample in peers["samples"] if sample["workload"]}
        self.sampled = {}
        for comparison in comparisons:
            for engine in self.engines:
                own = engine["executor"]
                if own and own["build"] == comparison.build["name"] and own["isa"] == comparison.isa:
                    for name in self.workloads:
                        self.sampled[engine["name"], name] = comparison.grid_of(name, own["strategy"])
        self.executors = [engine["name"] for engine in self.engines if engine["executor"]]
        self.names = [engine["name"] for engine in self.engines]
        self.base = self.fastest()
        self.means = {time: {name: self.mean(name, time) for name in self.names} for time in TIMES}

    # Times

    def failure(self, name, workload):
        """(round or None, reason), on it or on all; None if there was none."""
        return self.failed.get((name, workload)) or self.failed.get((name, None))

    def grid(self, name, workload, part):
        """Seconds, [layout, round]; None: nothing was measured."""
        return self.grids.get((name, workload, False, part))

    def start_grid(self, name, run, part):
        return self.grids.get((name, run, True, part))

    @staticmethod
    def median(grid):
        known = [] if grid is None else grid[~numpy.isnan(grid)].tolist()
        return quantile(known, 0.5) if known else None

    def time_grid(self, name, workload, time):
        if time == "execution":
            return (self.sampled.get((name, workload)) if name in self.executors
                    else self.grid(name, workload, "execution"))
        grid = self.grid(name, workload, "cpu")
        if grid is None or time == "whole":
            return grid
        start = self.start_grid(name, self.runs.get(workload), "cpu")
        if start is None or self.is_mostly_start(name, workload):
            return None
        rest = grid - start  # of the same block, so that its interval has what both vary by
        return None if (rest <= 0).any() else rest

    def mostly_start(self, name):
        return [workload for workload in self.workloads if self.is_mostly_start(name, workload)]

    def is_mostly_start(self, name, workload):
        whole = self.median(self.grid(name, workload, "cpu"))
        start = self.median(self.start_grid(name, self.runs.get(workload), "cpu"))
        return bool(whole and start and start > MOST * whole)

    def logs(self, name, time):
        logs = numpy.full((len(self.workloads), len(self.layouts), len(self.rounds)), numpy.nan)
        for row, workload in enumerate(self.workloads):
            grid = self.time_grid(name, workload, time)
            if grid is not None:
                logs[row] = numpy.log(grid)
        return logs

    def fastest(self):
        """The executor with the least geometric mean over the workloads that all executors have; None: none has any."""
        logs = {name: inference.quietly(numpy.nanmean, self.logs(name, "whole"), axis=(1, 2)) for name in self.executors
                if name not in self.unsound}
        if not logs:
            return None
        common = ~numpy.isnan(list(logs.values())).any(axis=0)
        return min(logs, key=lambda name: logs[name][common].mean()) if common.any() else None

    def mean(self, name, time):
        """The Estimate of the engine's speed relative to the base; None: nothing in common, it failed somewhere, or what is
        above start-up is not told of all that it ran, of which those left are the ones where it is slow."""
        if not self.base or name == self.base or name in self.unsound:
            return None
        if time == "above" and any(self.mostly_start(one) for one in (name, self.base)):
            return None
        return inference.estimate(self.logs(self.base, time) - self.logs(name, time), self.confidence)

    # What to show

    def why(self, name, workload):
        """Why it has no time there: "cannot", "failed" or "" and the sentence; None if it has one."""
        if self.grid(name, workload, "cpu") is not None:
            return None
        number, reason = self.failure(name, workload) or (None, "")
        return ("failed" if number is not None else "cannot" if reason else ""), reason

    def rows(self, part):
        """(label, [seconds or None for each engine], [why for each engine])"""
        for run in self.starts if part != "execution" else ():
            label = "start-up" + ("" if len(self.starts) == 1 else f", {run}")
            times = [self.median(self.start_grid(name, run, part)) for name in self.names]
            yield label, times, [None] * len(self.names)
        for workload in self.workloads:
            grids = [self.time_grid(name, workload, part) if part == "execution" else self.grid(name, workload, part)
                     for name in self.names]
            yield workload, list(map(self.median, grids)), [self.why(name, workload) for name in self.names]

    def tells_execution(self):
        return any(self.median(self.grid(name, workload, "execution")) is not None
                   for name in self.names for workload in self.workloads)

    def reasons(self):
        """Sentences: which engines failed where and why, those alike together."""
        together = {}
        for (name, workload), (number, reason) in self.failed.items():
            together.setdefault((name, number is not None, reason), []).append(workload or "all workloads")
        for (name, tried, reason), workloads in together.items():
            where = "all workloads" if len(workloads) == len(self.workloads) > 1 else listed(workloads)
            yield f"{name} {'failed on' if tried else 'cannot run'} {where}: {reason}."

    def remarks(self):
        """Sentences."""
        yield from self.reasons()
        if self.unsound:
            yield f"No speed is given of who failed: {listed(sorted(self.unsound))}."
        for name in self.names:
            if mostly := self.mostly_start(name):
                where = "all workloads" if len(mostly) == len(self.workloads) > 1 else listed(mostly)
                yield f"Start-up is most of what {name} takes on {where}, so that no speed above it is told of."
        if self.traces:
            yield f"{self.traces} of the workloads are recorded traces, which no peer can replay."
        if self.not_found:
            yield f"Not on PATH: {listed([entry['name'] for entry in self.not_found])}."
        yield from CAVEATS

    def answer(self):
        """How the fastest executor stands, in a sentence; None if nothing can be said."""
        told = [(found, name) for name in self.names if name not in self.executors
                and (found := self.means["above"][name]) and found.has_interval]
        if not told:
            return None
        text = ", ".join(f"{name} at {speed_text(found)}" for found, name in
                         sorted(told, key=lambda entry: entry[0].speed, reverse=True))
        return (f"Relative to {self.base}, the fastest executor as a process, and above the start-up of each: {text} of "
                "its speed.")

    def data(self, file):
        """For the page: milliseconds, and Estimates as [speed, low, high, workloads]."""
        def numbers(found):
            if not found:
                return None
            bounds = [found.low, found.high] if found.has_interval else [None, None]
            return [rounded(found.speed, 8), *(bound and rounded(bound, 8) for bound in bounds), found.workloads]

        def table(part):
            return [[label, [seconds and rounded(seconds * 1000) for seconds in times],
                     [why and list(why) for why in whys]] for label, times, whys in self.rows(part)]
        return {"file": file, "engines": self.engines, "base": self.base, "workloads": len(self.workloads),
                "cpu": table("cpu"), "wall": table("wall"),
                "execution": table("execution") if self.tells_execution() else None,
                "times": [[time, title, NOTES[time]] for time, title in TIMES.items()
                          if time != "execution" or self.tells_execution()],
                "means": {time: [numbers(self.means[time][name]) for name in self.names] for time in TIMES},
                "remarks": list(self.remarks())}


def peers_of(result, comparisons):
    """The Peers of a result; None if it measured none."""
    return Peers(result, comparisons) if result.get("peers", {}).get("samples") and comparisons else None
