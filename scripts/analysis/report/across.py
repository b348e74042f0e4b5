"""What several CPUs say of the same questions, and where they disagree.

An effect is a pair of strategies (answers.py) or of instruction sets, as the gain of one over the other.
It has a size and an interval on each CPU; nothing is averaged over CPUs. How much two CPUs disagree is the
ratio of the two sizes, with Welch's interval of their difference, since two machines are never interleaved.
Cases are compared where they were built by the same compiler and with the same code model, over the
workloads that all of them have; kernels and programs apart, as suites mix them in other shares. What was
measured in one layout disagrees with nothing: its luck cannot be told from the CPU.

Runs of several nodes of one kind are one column: the nodes are what was drawn, and its interval is that of the mean over
nodes (inference.over_nodes). Where two of these differ beyond their own intervals, a note says so.

All disagreements over a suite, of all pairs of CPUs, effects, families of workloads and instruction sets,
are corrected together (Holm). Those on single workloads say where it comes from, with the share of false
ones controlled, of all of them together as well (Benjamini and Hochberg).
"""
import itertools
import math

import numpy
from scipy import special

from .. import inference
from ..microarchitecture import cpu_name, microarchitecture
from ..results.comparison import percent, speed_text
from ..wording import listed, rounded
from .answers import QUESTIONS

MOST_LISTED = 6      # CPUs of a sentence, or effects
MOST_WORKLOADS = 5   # that make CPUs disagree, of an effect
LEAST_SHARE = 0.5    # of a panel's workloads that a case has to have for it to be compared there


class Effect:
    """The gain of `better` over `baseline`. `sources`: by a case's place its Estimates of the single workloads
    and then of all, and what makes one of some workloads (a tuple of their numbers)."""

    def __init__(self, question, better, baseline, sources):
        self.question, self.better, self.baseline, self.sources = question, better, baseline, sources
        self.name = f"{better} over {baseline}"
        self.asked = any(question == own for own, _, _ in QUESTIONS)  # of a single machine, too
        self.cells, self.singles, self.differences = {}, {}, []  # by column; pairs of columns
        self.disagreement, self.apart = None, []  # the largest one, and those of workloads

    def estimates(self, place, names, wanted):
        """Of the case at this place, which has `names`: the Estimate over the workloads `wanted`, and theirs."""
        found, make = self.sources[place]
        numbers = tuple(names.index(name) for name in wanted)
        whole = found[len(names)] if len(numbers) == len(names) else make(numbers)
        return whole, [found[number] for number in numbers]


def effects_of(cases, compared, places):
    """Those of the questions, then each other strategy over the first, then instruction sets over acc. `places`: of the
    cases that are looked at."""
    found = []

    def add(question, better, baseline):
        def mean(place):
            return lambda numbers: cases[place].comparison.means(numbers)[baseline, better]
        own = {place: (cases[place].pairs[baseline, better], mean(place))
               for place in places if better != baseline and {better, baseline} <= set(cases[place].strategies)}
        if own:
            found.append(Effect(question, better, baseline, own))

    asked = set()
    for question, strategy, baseline in QUESTIONS:
        if strategy == "switch":  # what it costs is what leaving it gains
            strategy, baseline = baseline, strategy
        add(question, strategy, baseline)
        asked.add((strategy, baseline))
    first = cases[places[0]].strategies[0]
    for name in dict.fromkeys(name for place in places for name in cases[place].strategies):
        if (name, first) not in asked:
            add(f"What does {name} gain on {first}?", name, first)
    sets = {}
    for entry in compared:
        place = next((place for place in places if cases[place] is entry.first), None)
        for isa in entry.isas[1:] if place is not None else ():
            sets.setdefault((entry.strategy, entry.isas[0], isa), {})[place] = (
                entry.pairs[entry.isas[0], isa],
                lambda numbers, sets=entry.sets, isa=isa: sets.means(numbers)[sets.baseline, isa])
    return found + [Effect(f"What does the instruction set {isa} gain, with {strategy}?", f"{isa} ({strategy})", baseline,
                           own) for (strategy, baseline, isa), own in sets.items()]


class Differences:
    """Of many pairs of Estimates at once: how much larger the first is, as a factor, with its interval,
    the chance of it and the noise that it has to be above. Of one layout there is no interval, since what
    its rounds say is about that layout."""

    def __init__(self, pairs, confidence):
        def column(value):
            return [numpy.array([value(pair[number]) for pair in pairs], dtype=float) for number in (0, 1)]
        size, error = column(lambda found: math.log(found.speed)), column(lambda found: found.error)
        free = column(lambda found: found.freedom)
        self.lucky = numpy.minimum(*column(lambda found: found.layouts)) < 2
        self.difference = size[0] - size[1]
        self.floor = sum(column(lambda found: math.log1p(found.floor)))
        with numpy.errstate(divide="ignore", invalid="ignore"):
            variance = error[0] ** 2 + error[1] ** 2
            welch = variance ** 2 / (error[0] ** 4 / free[0] + error[1] ** 4 / free[1])
            known = numpy.isfinite(variance) & ~self.lucky
            welch = numpy.where(variance > 0, welch, numpy.minimum(*free))
            self.half = numpy.where(known, special.stdtrit(welch, (1 + confidence) / 2) * numpy.sqrt(variance), math.nan)
            self.p = numpy.where(known, 2 * special.stdtr(welch, -numpy.abs(self.difference) / numpy.sqrt(variance)), math.nan)
        self.p[known & (variance == 0)] = (self.difference[known & (variance == 0)] == 0).astype(float)
        self.level = 1 - confidence
        self.adjusted = self.p

    def shown(self, place):
        """Whether there is a difference beyond its interval, the noise, and what so many comparisons bring by chance."""
        return bool(abs(self.difference[place]) > max(self.half[place], self.floor[place]) and
                    self.adjusted[place] <= self.level)

    def within(self, place, smallest_effect):
        return bool(abs(self.difference[place]) + self.half[place] <= math.log1p(smallest_effect))

    def why_not(self, place):
        """For what was not shown though its interval leaves out 1, or has no interval."""
        if self.lucky[place]:
            return "; one layout cannot tell its luck from the CPU"
        size = abs(self.difference[place])
        if not size > self.half[place]:
            return ""
        return ", not above the noise floors" if size <= self.floor[place] else \
            ", not after correction for the number of comparisons"

    def beyond(self, place):
        """By how much at least, as a logarithm, negative if nothing was shown; then what is to be sorted last."""
        sure = abs(self.difference[place]) - self.half[place]
        return (self.shown(place), sure if math.isfinite(sure) else -math.inf, abs(self.difference[place]))

    def told(self, place):
        """[factor, low, high, whether it was shown], of the larger over the smaller."""
        size, half = abs(self.difference[place]), self.half[place]
        return [rounded(math.exp(size), 6), rounded(math.exp(size - half), 6), rounded(math.exp(size + half), 6),
                self.shown(place)]


def correct(families, method):
    """These Differences, held against all of them together."""
    adjusted = iter(method([p for own in families for p in own.p.tolist()]))
    for own in families:
        own.adjusted = numpy.array(list(itertools.islice(adjusted, len(own.p))))


def factor_text(told, decimals=2):
    """1.33× (1.29–1.37)"""
    factor, low, high, _ = told
    return f"{factor:.{decimals}f}×" + ("" if low is None else f" ({low:.{decimals}f}–{high:.{decimals}f})")


class Panel:
    """The effects of one instruction set and of one family of workloads ("" if there are none), on all cases that have
    them."""

    def __init__(self, cases, compared, isa, family, confidence, smallest_effect):
        self.cases, self.isa, self.family = cases, isa, family
        self.confidence, self.smallest_effect = confidence, smallest_effect
        own = {}
        for place, case in enumerate(cases):
            names = [name for number, name in enumerate(case.names)
                     if not family or number in case.kinds.get(family, ()) or
                     case.comparison.workloads[number]["kind"].startswith(f"{family}:")]
            if names and case.isa == isa and len(case.strategies) > 0:
                own[place] = names
        every = list(dict.fromkeys(name for names in own.values() for name in names))
        self.few = [place for place, names in own.items() if len(names) < LEAST_SHARE * len(every)]
        there = [place for place in own if place not in self.few]
        self.names = [name for name in every if all(name in own[place] for place in there)]
        self.left = len(every) - len(self.names)
        # A column is called by its first case; of each node it has the cases.
        self.columns = {min(itertools.chain(*nodes)): nodes for nodes in self.nodes_of_kinds(there)}
        self.places = sorted(self.columns)
        self.combined = [place for place, nodes in self.columns.items() if len(nodes) > 1]
        self.effects, self.short_names = [], self.names_of(self.places)
        # Of each Difference the effect's number and the two cases, and of single workloads the workload.
        self.suite_keys, self.single_keys, self.node_keys = [], [], []
        if (len({self.cpu(place) for place in self.places}) > 1 or self.combined) and self.names:
            self.compare(effects_of(cases, compared, there))

    def nodes_of_kinds(self, places):
        """Of each column the nodes, of each node the cases (places): those of several nodes that are alike in all but the
        node are one column, and all others one each."""
        kinds = {}
        for place in places:
            kinds.setdefault(self.cases[place].kind, {}).setdefault(self.cases[place].host, []).append(place)
        for kind, nodes in kinds.items():
            if kind and len(nodes) > 1:
                yield list(nodes.values())
            else:
                yield from ([[place]] for own in nodes.values() for place in own)

    def combine(self, effects):
        """The cells of columns, of several nodes with those corrected that are told of one column; the Estimates of
        pairs of nodes."""
        pairs = []
        for effect, (place, nodes) in itertools.product(effects, self.columns.items()):
            found = {own: effect.estimates(own, self.cases[own].names, self.names)
                     for own in itertools.chain(*nodes) if own in effect.sources}
            found = {own: (whole, alone) for own, (whole, alone) in found.items() if whole}
            if place not in self.combined:
                if found:
                    effect.cells[place], effect.singles[place] = found[place]
            elif all(own in found for own in itertools.chain(*nodes)):
                layouts = len({seed for own in found for seed in self.cases[own].comparison.layouts})
                wholes = [inference.over_runs([found[own][0] for own in node]) for node in nodes]
                effect.cells[place] = inference.over_nodes(wholes, layouts)
                effect.singles[place] = []
                for row in range(len(self.names)):
                    alone = [[found[own][1][row] for own in node] for node in nodes]
                    effect.singles[place].append(inference.over_nodes(list(map(inference.over_runs, alone)), layouts)
                                                 if all(map(all, alone)) else None)
                for (one, first), (other, second) in itertools.combinations(zip(nodes, wholes), 2):
                    pairs.append((first, second))
                    self.node_keys.append((effect, place, one[0], other[0]))
        for place in self.combined:
            own = [effect for effect in effects if place in effect.cells]
            for effect, whole in zip(own, inference.correct([effect.cells[place] for effect in own], inference.holm)):
                effect.cells[place] = whole
            alone = iter(inference.correct([cell for effect in own for cell in effect.singles[place]],
                                           inference.benjamini_hochberg))
            for effect in own:
                effect.singles[place] = list(itertools.islice(alone, len(self.names)))
        return pairs

    def compare(self, effects):
        """Makes the Differences of all pairs of CPUs; rank() goes on when they were corrected."""
        suite, single = [], []
        self.between_nodes = Differences(self.combine(effects), self.confidence)
        for number, effect in enumerate(effects):
            for one, other in itertools.combinations(effect.cells, 2):
                if not self.comparable(one, other):
                    continue
                effect.differences.append(len(suite))
                suite.append((effect.cells[one], effect.cells[other]))
                self.suite_keys.append((number, one, other))
                for row, pair in enumerate(zip(effect.singles[one], effect.singles[other])):
                    if all(pair):
                        single.append(pair)
                        self.single_keys.append((number, one, other, row))
        self.effects = effects
        self.suite, self.single = (Differences(pairs, self.confidence) for pairs in (suite, single))

    def rank(self):
        """The effects, each with its largest disagreement and the workloads it comes from."""
        found, workloads = {}, {}
        for place, (number, one, other) in enumerate(self.suite_keys):
            before = found.get(number)
            if before is None or self.suite.beyond(place) > self.suite.beyond(before[0]):
                found[number] = place, one, other
        for place, (number, one, other, row) in enumerate(self.single_keys):
            before = workloads.setdefault(number, {}).get(row)
            if before is None or self.single.beyond(place) > self.single.beyond(before[0]):
                workloads[number][row] = place, one, other
        for number, disagreement in found.items():
            effect = self.effects[number]
            effect.disagreement = disagreement
            effect.apart = sorted(((row, *own) for row, own in workloads.get(number, {}).items()),
                                  key=lambda entry: self.single.beyond(entry[1]), reverse=True)
        of_nodes = [effect for number, effect in enumerate(self.effects)
                    if number not in found and any(place in effect.cells for place in self.combined)]
        self.effects = sorted((self.effects[number] for number in found), reverse=True, key=self.beyond) + of_nodes

    def beyond(self, effect):
        """As Differences.beyond; last what was held against no other CPU."""
        return self.suite.beyond(effect.disagreement[0]) if effect.disagreement else (False, -math.inf, 0)

    def comparable(self, one, other):
        """Different CPUs, and the same compiler and code model."""
        first, second = self.cases[one], self.cases[other]
        return first.build["name"] == second.build["name"] and \
            first.weaknesses.relocation_model == second.weaknesses.relocation_model and \
            self.cpu(one) != self.cpu(other)

    def cpu(self, place):
        return cpu_name(self.cases[place].result["machine"]["cpu"])

    def names_of(self, places):
        """As short as is unambiguous here: by place "Zen 5", or with more of its name."""
        builds, longer = {self.cases[place].build["name"] for place in places}, {}
        for place in places:
            case = self.cases[place]
            which = f" ({len(self.columns[place])} nodes)" if place in self.combined else case.which
            rest = which + (f" · {case.build['name']}" if len(builds) > 1 else "")
            short = (microarchitecture(case.result["machine"]["cpu"]) or self.cpu(place)) + rest
            whole = self.cpu(place) + rest
            longer[place] = short, whole, short + case.when, whole + case.when
        columns = list(zip(*longer.values()))
        return {place: next((name for name, column in zip(names, columns) if column.count(name) == 1),
                            names[-1]) for place, names in longer.items()}

    def judge(self, cell):
        return inference.judge(cell, self.smallest_effect)

    def turns(self, effect):
        """Whether it was shown to gain on one CPU and to lose on another, in several layouts."""
        words = {self.judge(cell).word for cell in effect.cells.values() if cell.layouts > 1}
        return {inference.FASTER, inference.SLOWER} <= words

    def all_compared(self, effect):
        """Whether each CPU of this effect was held against each other one."""
        pairs = itertools.combinations(effect.cells, 2)
        return len(effect.differences) == sum(self.cpu(one) != self.cpu(other) for one, other in pairs)

    def larger_first(self, cells, one, other):
        return (one, other) if cells[one].speed >= cells[other].speed else (other, one)

    @property
    def what(self):
        """kernels, acc"""
        isas = len({case.isa for case in self.cases}) > 1
        return ", ".join(filter(None, [self.family and f"{self.family}s", self.isa if isas else ""])) or "all workloads"

    def name(self, place):
        return self.short_names[place]

    def text(self, effect):
        """Its size on each CPU, and how much they disagree: a sentence or two."""
        if not effect.disagreement:
            sizes = [f"{speed_text(cell)} on {self.name(place)}" for place, cell in effect.cells.items()]
            return f"{effect.name}: {listed(sizes)}."
        place, one, other = effect.disagreement
        high, low = self.larger_first(effect.cells, one, other)
        order = sorted(effect.cells, key=lambda own: effect.cells[own].speed, reverse=True)
        told = order if len(order) <= MOST_LISTED else [high, low]
        digits = 3 if abs(effect.cells[high].speed - effect.cells[low].speed) < 0.02 else 2
        sizes = listed([f"{speed_text(effect.cells[own], digits)} on {self.name(own)}" for own in told])
        between = "" if told == order else f", the extremes of {len(order)}"
        who = "" if len(order) == 2 else f" {self.name(high)} and {self.name(low)}"
        factor = factor_text(self.suite.told(place), digits)
        if self.suite.shown(place):
            said = f"{who or ' They'} disagree by {factor}."
        elif all(self.suite.within(own, self.smallest_effect) for own in effect.differences):
            they = "They" if self.all_compared(effect) else "Those that can be compared"
            said = f" {they} agree{', even' + who if who else ''}: {factor}."
        else:
            said = f" No disagreement shown: {factor}{' of' + who if who else ''}{self.suite.why_not(place)}."
        if self.turns(effect):
            said += " It gains on one CPU, and loses on another."
        return f"{effect.name}: {sizes}{between}.{said}"

    def workloads_text(self, effect):
        """Which workloads make them disagree, of the two that disagree most or of two others: a sentence."""
        parts = []
        if not effect.disagreement:
            return ""
        for row, place, one, other in effect.apart[:MOST_WORKLOADS]:
            if not self.single.shown(place):
                break
            high, low = self.larger_first({own: effect.singles[own][row] for own in (one, other)}, one, other)
            speeds = [f"{effect.singles[own][row].speed:.2f}×" for own in (high, low)]
            where = "" if {one, other} == set(effect.disagreement[1:]) else f" on {self.name(high)} and {self.name(low)}"
            parts.append(f"{self.names[row]} ({speeds[0]} and {speeds[1]}{where})")
        shown = sum(self.single.shown(place) for _, place, _, _ in effect.apart)
        if not parts:
            return "On no single workload was a disagreement shown."
        more = f", of {shown} of {len(self.names)} workloads on which it was shown" if shown > len(parts) else ""
        return f"Most on {listed(parts)}{more}."

    def what_else_differs(self):
        """What is not the CPU's, between the cases: [sentence]."""
        found = []
        for what, value in [
                ("compilers", lambda case: case.label),
                ("code models of the executors", lambda case: {"pie": "PIE", None: None}.get(
                    case.weaknesses.relocation_model, "not PIE")),
                ("revisions of the sources", lambda case: case.build["revision"]),
                ("flags", lambda case: " ".join(case.build.get("flags") or [])),
                ("bounds checks", lambda case: case.build.get("bounds")),
                ("way that layouts are made", lambda case: {
                    "assembly": "from one assembly", "source": "each compiled anew"}.get(
                        case.build.get("layouts_from"))),
                ("layouts", lambda case: len(case.comparison.layouts))]:
            values = {}
            for place in self.places:
                values.setdefault(value(self.cases[place]), []).append(self.name(place))
            if len(values) > 1:
                which = listed([f"{own or 'not recorded'} ({', '.join(names[:3])}{' and others' if len(names) > 3 else ''})"
                                for own, names in values.items()])
                found.append(f"Not only the CPU is another, but the {what}, too: {which}.")
        return found

    def about_nodes(self):
        """What stands behind columns of several nodes, and which of these disagree: [sentence]."""
        found, largest = [], {place: {} for place in self.combined}
        for number, (effect, place, one, other) in enumerate(self.node_keys):
            before = largest[place].get(effect.name)
            if self.between_nodes.shown(number) and (
                    before is None or self.between_nodes.beyond(number) > self.between_nodes.beyond(before[0])):
                largest[place][effect.name] = number, one, other
        for place in self.combined:
            nodes = self.columns[place]
            hosts = listed([self.cases[own[0]].host for own in nodes])
            layouts = len({seed for own in itertools.chain(*nodes) for seed in self.cases[own].comparison.layouts})
            found.append(f"{self.name(place)}: the mean over {hosts}, in {layouts} layout{'' if layouts == 1 else 's'} "
                         "together; its intervals have in them what nodes differ by.")
            order = sorted(largest[place].items(), key=lambda own: self.between_nodes.beyond(own[1][0]), reverse=True)
            told = [f"{name} by {factor_text(self.between_nodes.told(number))} between {self.cases[one].host} and "
                    f"{self.cases[other].host}" for name, (number, one, other) in order]
            if told:
                more = f"; and {len(told) - MOST_LISTED} more" if len(told) > MOST_LISTED else ""
                found.append(f"Nodes of {self.name(place)} disagree beyond their intervals: "
                             f"{'; '.join(told[:MOST_LISTED])}{more}.")
        return found

    def notes(self):
        names = listed([self.cases[place].name for place in self.few]) if self.few else ""
        notes = [f"Left out here, with less than half of the workloads: {names}."] if self.few else []
        if self.left:
            notes.append(f"Compared over the {len(self.names)} workloads that all have, of "
                         f"{len(self.names) + self.left}.")
        own = sorted({self.cases[place].comparison.confidence for place in self.places})
        if own != [self.confidence]:
            notes.append(f"Disagreements have {percent(self.confidence)} intervals; sizes have those of their "
                         f"runs, {listed(list(map(percent, own)))}.")
        return notes + self.about_nodes() + self.what_else_differs()

    def rows(self):
        """A table of texts: a row for each effect, a column for each CPU, and how much they disagree."""
        def cell(found):
            return f"{speed_text(found)} {self.judge(found).word}" if found else "–"
        rows = [["effect", *map(self.name, self.places), "they disagree by"]]
        for effect in self.effects:
            told = effect.disagreement and self.suite.told(effect.disagreement[0])
            rows.append([effect.name, *(cell(effect.cells.get(place)) for place in self.places),
                         factor_text(told) + ("" if told[-1] else " not shown") if told else "–"])
        return rows

    def data(self):
        texts = self.cases[0].texts

        def cell(found):
            """[speed, low, high, place of the verdict in the texts]"""
            return found and [rounded(found.speed, 6), rounded(found.low, 6), rounded(found.high, 6),
                              texts.place(str(self.judge(found)))]
        return {
            "isa": self.isa, "family": self.family, "confidence": self.confidence, "rows": self.rows(),
            "cases": self.places,
            # What each column is of: a case's name, or several nodes.
            "titles": [self.cases[place].name if place not in self.combined else
                       listed([self.cases[own[0]].name for own in self.columns[place]]) for place in self.places],
            "names": [self.name(place) for place in self.places], "what": self.what, "workloads": self.names,
            "notes": self.notes(),
            "effects": [{
                "question": effect.question, "name": effect.name, "better": effect.better, "baseline": effect.baseline,
                "text": self.text(effect), "more": self.workloads_text(effect),
                "turns": self.turns(effect),
                "cells": [cell(effect.cells.get(place)) for place in self.places],
                "apart": effect.disagreement and [*self.suite.told(effect.disagreement[0]),
                                                  *self.larger_first(effect.cells, *effect.disagreement[1:])],
                # [workload, factor, low, high, shown, larger on this case, smaller on that one]
                "workloads": [[row, *self.single.told(place),
                               *self.larger_first({own: effect.singles[own][row] for own in (one, other)}, one, other)]
                              for row, place, one, other in effect.apart],
                # By workload and case.
                "singles": [[cell(effect.singles[place][row]) if place in effect.singles else None
                             for place in self.places] for row in range(len(self.names))]} for effect in self.effects]}


def told(panels):
    """The questions of a single machine, the largest disagreement first: [(question, text, more)]."""
    own = [(panel, effect) for panel in panels for effect in panel.effects if effect.asked]
    own.sort(key=lambda one: one[0].beyond(one[1]), reverse=True)
    return [(effect.question if len(panels) == 1 else f"{effect.question} ({panel.what})", panel.text(effect),
             panel.workloads_text(effect)) for panel, effect in own]


def panels(cases, compared, confidence, smallest_effect):
    """Those that have something to say: by instruction set and family. Runs that ended when all was decided
    have surer intervals than were asked for, and what is made of them is no less sure."""
    confidence, found = max([confidence, *(case.comparison.confidence for case in cases)]), []
    for isa in dict.fromkeys(case.isa for case in cases):
        own = [case for case in cases if case.isa == isa]
        families = []
        for case in own:
            for workload in case.comparison.workloads:
                family, colon, _ = workload["kind"].partition(":")
                families.append(family if colon else "")
        families = [""] if "" in families else list(dict.fromkeys(families))
        found += [Panel(cases, compared, isa, family, confidence, smallest_effect) for family in families]
    found = [panel for panel in found if panel.suite_keys or panel.node_keys]
    correct([panel.between_nodes for panel in found], inference.holm)
    correct([panel.suite for panel in found], inference.holm)
    correct([panel.single for panel in found], inference.benjamini_hochberg)
    for panel in found:
        panel.rank()
    return found
