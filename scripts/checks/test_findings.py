#!/usr/bin/python3
"""Tests scripts/analysis/report/findings.py: what reports say, from made-up results. Exit status 77: skipped."""
import copy
import itertools
import json
import pathlib
import sys
import unittest
import weakref

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
try:
    import numpy
    from analysis import microarchitecture
    from analysis.report import findings
    from analysis.results import comparison, zero_line
    import jsonschema
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)
from example_result import result, sample
import golden_results


def made(*documents):
    """The data of a page about these results, and its first case."""
    names = [f"{number}.json" for number in range(len(documents))]
    data, *_ = findings.make(list(documents), names, 0.95, 0.01)
    return data, data["cases"][0]


def samples(speeds, rounds=6, layouts=(0,), names=("sort", "vm"), noise=0.0):
    """Of each strategy by its speed relative to switch; the A/A control differs by `noise`."""
    found = []
    for number in range(1, rounds + 1):
        for layout in layouts:
            for name in names:
                wobble = 1 + number * 1e-5
                found += [sample(number, name, strategy, 10 / speed * wobble, False, layout)
                          for strategy, speed in {"switch": 1, **speeds}.items()]
                found.append(sample(number, name, "switch", 10 * (1 + noise) * wobble, True, layout))
    return found


def counted(document, event, values, **others):
    """The same with a counter in each sample: values by strategy and workload; None: it has no value."""
    for entry in document["samples"]:
        value = values[entry["strategy"]].get(entry["workload"])
        entry["counters"] = [{"event": event, "value": value, "state": "no PMU" if value is None else "measured",
                              "reason": "there is none" if value is None else None, **others}]
    return document


class Samples(list):
    """As of a file; but weak references to it are possible."""


class Memory(unittest.TestCase):
    def test_the_samples_of_a_file_are_gone_when_the_next_is_read(self):
        read, kept = [], []

        def document(number):
            kept.append(sum(samples() is not None for samples in read))
            found = {**result(), "started": f"2026-01-0{number}T00:00:00Z"}
            found["samples"] = Samples(found["samples"])
            read.append(weakref.ref(found["samples"]))
            return found
        findings.make(map(document, [1, 2, 3]), ["1.json", "2.json", "3.json"], 0.95, 0.01)
        self.assertEqual(kept, [0, 0, 0])


class Counting(unittest.TestCase):
    def test_what_it_costs_is_not_told_of_processes(self):
        document = result()
        counter = {"event": "task-clock", "value": 5, "state": "measured", "reason": None, "counts": "t", "counted": 5,
                   "enabled_ns": 1, "running_ns": 1, "overhead": None}
        for entry in document["samples"]:
            entry.update(counters=[counter], counting_cost_ns=1500)
        self.assertEqual(made(copy.deepcopy(document))[1]["counting_cost"], 1.5)
        for cost in None, 0:
            for entry in document["samples"]:
                entry.update(process={"user": 1, "system": 1}, counting_cost_ns=cost)
            self.assertIsNone(made(copy.deepcopy(document))[1]["counting_cost"])


class Warnings(unittest.TestCase):
    def warnings(self, change):
        document = result()
        change(document)
        return dict(made(document)[1]["warnings"])

    def test_each_has_its_reason(self):
        def waits(document, share):
            for entry in document["samples"]:
                times = entry["phases"]["execute"]
                times["wall"] = int(times["cpu"] * (1 + share))

        def machine(**parts):
            return lambda document: document["machine"].update(parts)

        for what, weak, well in [
                ("busy machine", lambda d: waits(d, 0.03), lambda d: waits(d, 0.01)),
                ("not pinned", lambda d: d.update(pinned_cpu=None), lambda d: d.update(pinned_cpu=0)),
                ("turbo", machine(turbo=True), machine(turbo=False)),
                ("governor", machine(governor="powersave"), machine(governor="performance")),
                ("virtual machine", machine(virtual={"is": True, "hypervisor": None}),
                 machine(virtual={"is": False, "hypervisor": None})),
                ("few rounds", lambda d: d.update(rounds=4), lambda d: d.update(rounds=5)),
                ("one layout", lambda d: d["builds"][0].update(layout_seeds=[0]),
                 lambda d: d["builds"][0].update(layout_seeds=[0, 1])),
                ("interrupted", lambda d: d.update(state="interrupted"), lambda d: d.update(state="complete"))]:
            with self.subTest(what):
                self.assertIn(what, self.warnings(weak))
                self.assertNotIn(what, self.warnings(well))

    def test_position_independent_code_is_said(self):
        def listed(*code):
            listing = {"opcode": "br", "executor": "switch-acc", "bytes": 9, "code": ["jmp dispatch", *code]}
            return lambda document: document["builds"][0].update(audit={"executors": {}, "listings": [listing]})
        sums = "movzwl (%rbx),%eax", "movslq (%r12,%rax,4),%rax", "add %r12,%rax", "jmp *%rax"
        for change, expected in [
                (lambda d: d["builds"][0].update(relocation_model="pie"), True),
                (lambda d: d["builds"][0].update(relocation_model="static"), False),
                (listed(*sums), True), (listed("movzwl (%rbx),%eax", "jmp *0x0(,%rax,8)"), False)]:
            self.assertEqual("position-independent" in self.warnings(change), expected)

    def test_handlers_that_alone_are_aligned_are_said(self):
        def flags(**own):
            def change(document):
                for name, strategy in document["builds"][0]["strategies"].items():
                    strategy["flags"] = own.get(name.replace("-", "_"), own.get("others", []))
            return change
        aligned = ["-falign-functions=64"]
        said = self.warnings(flags(tail_direct=aligned))["aligned functions"]
        self.assertIn("Handlers of tail-direct begin at cache lines", said)
        self.assertNotIn("aligned functions", self.warnings(flags(others=aligned)))
        self.assertNotIn("aligned functions", self.warnings(flags()))

        def flags_of_all(layouts_from):
            return lambda document: document["builds"][0].update(flags=aligned, layouts_from=layouts_from)
        said = self.warnings(flags_of_all("source"))["aligned functions"]
        self.assertIn("Handlers of tail-direct begin at cache lines", said)
        self.assertNotIn("aligned functions", self.warnings(flags_of_all("assembly")))

    def test_missing_counters_are_said_once(self):
        gap = {"what": "counter", "workload": None, "build": None, "strategy": None, "isa": None,
               "control": False, "round": None, "reason": "cycles: there are none"}
        self.assertNotIn("not measured", self.warnings(lambda d: d["not_measured"].append(gap)))

        def has_some(document):
            document["not_measured"].append(gap)
            document["machine"]["counters"].update(hardware=True, why=None)
        self.assertIn("cycles", self.warnings(has_some)["not measured"])


class ZeroLine(unittest.TestCase):
    """What of a strategy's time dispatch, decoding and boundaries are."""
    SPEEDS = {"tail-direct": 2, "no-dispatch": 4, "no-decoding": 5, "no-boundaries": 8}

    def document(self, speeds, noise=0.0, layouts=(0, 1, 2)):
        found = samples(speeds, layouts=layouts, noise=noise)
        for place, entry in enumerate(found):  # layouts differ a little
            times = entry["phases"]["execute"]
            times["cpu"] = int(times["cpu"] * (1 + 0.001 * (entry["layout"] * 7 % 3) * (place % 5)))
        document = result(found)
        document["builds"][0]["strategies"] = {name: {"flags": [], "reference": name.startswith("n")}
                                               for name in ["switch", *speeds]}
        return document

    def made(self, speeds):
        return made(self.document(speeds))

    def test_the_parts_are_what_each_level_takes_away(self):
        data, case = self.made(self.SPEEDS)
        self.assertEqual(case["strategies"], ["switch", "tail-direct"])  # references are none
        zero = case["zero"]
        self.assertEqual(zero["parts"], ["dispatch", "decoding", "boundaries", "work"])
        for found, wanted in zip(zero["suite"], ([750, 50, 75, 125], [500, 100, 150, 250])):
            for (share, low, high), value in zip(found, wanted):
                self.assertAlmostEqual(share, value, delta=3)
                self.assertTrue(low <= share <= high)
            self.assertAlmostEqual(sum(share for share, _, _ in found), 1000, delta=0.3)
        self.assertEqual(zero["notes"], [])
        answer = case["answers"][0]
        self.assertEqual(answer["question"], "What does dispatch cost?")
        self.assertIn("tail-direct spends 50 % (50–50) of its time on dispatch", answer["text"])
        self.assertNotIn("no-", " ".join(answer["text"] for answer in case["answers"][1:]))

    def test_native_code_stands_beside_the_parts(self):
        self.assertIsNone(self.made(self.SPEEDS)[1]["zero"]["native"])
        zero = self.made({**self.SPEEDS, "native": 16})[1]["zero"]
        self.assertEqual(zero["parts"], ["dispatch", "decoding", "boundaries", "work"])
        for own, wanted in zip(zero["native"], (62.5, 125)):  # of the switch, and of tail-direct
            self.assertEqual(len(own), 3)  # the suite, sort, vm
            for share, low, high in own:
                self.assertAlmostEqual(share, wanted, delta=3)
                self.assertTrue(low <= share <= high)
        self.assertIn("native code of the same C takes 1", zero["answer"])

    def test_levels_that_are_not_in_order_are_told(self):
        _, case = self.made({**self.SPEEDS, "no-boundaries": 4.5})
        self.assertIn("without boundaries it took longer (over the suite and sort, vm)", case["zero"]["notes"][0])

    def test_no_share_is_less_than_none_or_more_than_all(self):
        self.assertEqual(zero_line.Share(0.314, 0.29, 0.33).text(), "31 % (29–33)")
        self.assertEqual(zero_line.Share(0.48, -0.25, 1.21).text(), "48 % (0–100)")
        self.assertEqual(zero_line.Share(-0.001, -0.04, 0.03).text(), "0 % (0–3)")
        self.assertEqual(zero_line.Share(-0.05, -0.08, -0.02).text(), "none")

    def test_how_much_was_unrolled_is_told(self):
        document = self.document(self.SPEEDS)
        sort, vm = document["suite"]["workloads"]
        sort["sha256"], vm["sha256"] = "a" * 64, "b" * 64
        own = {"name": "x", "functions": 3, "all_functions": 9}
        document["executors"] = [{"build": document["builds"][0]["name"], "strategy": "no-dispatch", "isa": "acc", "units": [
            {**own, "sha256": vm["sha256"], "share": 0.951}, {**own, "sha256": "c" * 64, "share": 0.3}]}]
        zero = made(document)[1]["zero"]
        self.assertEqual(zero["unrolled"], [1000, 951])
        self.assertIn("Of 1 of 2 workloads only the functions that execute most are without dispatch, 95 % of the executed "
                      "instructions", zero["notes"][0])
        self.assertIn(zero["notes"][0], zero["answer"])
        self.assertIsNone(self.made(self.SPEEDS)[1]["zero"]["unrolled"])

    def test_one_that_lacks_a_level_has_none(self):
        _, case = self.made({"tail-direct": 2, "no-dispatch": 4})
        self.assertIsNone(case["zero"])
        self.assertEqual(case["answers"][0]["question"], "Which strategy is fastest?")


class Answers(unittest.TestCase):
    def fastest(self, **speeds):
        document = result(samples({name.replace("_", "-"): speed for name, speed in speeds.items()}))
        document["builds"][0]["strategies"] = {name: {"flags": []} for name in
                                               ("switch", "goto-direct", "tail-direct")}
        return made(document)[1]["answers"][0]

    def test_the_fastest_is_not_alone_if_another_may_be_as_fast(self):
        self.assertEqual(self.fastest(goto_direct=1.5, tail_direct=2)["best"], ["tail-direct"])
        close = self.fastest(goto_direct=2, tail_direct=2)
        self.assertEqual(sorted(close["best"]), ["goto-direct", "tail-direct"])
        self.assertIn("tail-direct was not shown to be slower", close["text"])

    def test_nothing_below_the_noise_floor_is_a_difference(self):
        for noise, best in (0.01, ["tail-direct"]), (0.05, ["tail-direct", "switch"]):
            document = result(samples({"tail-direct": 1.03}, noise=noise))
            self.assertEqual(made(document)[1]["answers"][0]["best"], best, noise)


class Numbers(unittest.TestCase):
    def test_the_noise_floor_is_the_largest(self):
        document = result(samples({"tail-direct": 2}))
        for entry in document["samples"]:
            if entry["control"] and entry["workload"] == "vm":
                entry["phases"]["execute"]["cpu"] = int(entry["phases"]["execute"]["cpu"] * 1.25)
        self.assertEqual(made(document)[1]["noise"], 0.25)  # the outer bound, as a factor

    def test_who_failed_once_is_not_compared(self):
        document = result(samples({"tail-direct": 2}))
        document["not_measured"] = [{"what": "sample", "workload": "vm", "build": "clang-22", "isa": "acc",
                                     "strategy": "tail-direct", "control": False, "round": 2, "reason": "crashed"}]
        pairs = [found for baseline, strategy, found, _ in made(document)[1]["pairs"] if (baseline, strategy) == (0, 1)]
        self.assertEqual(pairs[0]["speed"][:3], [2, None, 2])

    def test_times_that_cannot_be_are_not_used(self):
        document = result(samples({"tail-direct": 2}))
        document["samples"][1]["phases"]["execute"]["cpu"] = 2 * 10**18
        case = made(document)[1]
        self.assertIn("1 samples claim times that cannot be", dict(case["warnings"])["absurd times"])
        self.assertIsNone(case["raw"]["tail-direct"][0][0][0])

    def test_counters_are_shown_per_instruction(self):
        values = {"switch": {"sort": 4_000_000, "vm": 8_000_000},
                  "tail-direct": {"sort": 2_000_000, "vm": 6_000_000}}
        cause = made(counted(result(), "cycles", values))[1]["causes"]["cycles"]
        self.assertEqual(cause["rows"]["switch"], [[2, 2, 2], [4, 4, 4]])
        self.assertEqual(cause["suite"], {"switch": 3, "tail-direct": 2})
        self.assertFalse(cause["scaled"])
        misses = made(counted(result(), "branch-misses", values))[1]["causes"]["branch_misses"]
        self.assertEqual(misses["rows"]["tail-direct"], [[1000, 1000, 1000], [3000, 3000, 3000]])
        estimated = counted(result(), "cycles", values, state="multiplexed")
        self.assertTrue(made(estimated)[1]["causes"]["cycles"]["scaled"])

    def test_means_are_over_what_all_have(self):
        values = {"switch": {"sort": 4_000_000, "vm": 8_000_000}, "tail-direct": {"sort": 2_000_000}}
        cause = made(counted(result(), "cycles", values))[1]["causes"]["cycles"]
        self.assertEqual(cause["rows"]["tail-direct"], [[1, 1, 1], None])
        self.assertEqual(cause["suite"], {"switch": 2, "tail-direct": 1})

    def test_what_was_not_counted_has_a_reason(self):
        cause = made(counted(result(), "cycles", {"switch": {}, "tail-direct": {}}))[1]["causes"]["cycles"]
        self.assertEqual((cause["rows"], cause["suite"], cause["reason"]), (None, None, "there is none"))

    def test_sizes_are_those_of_common_workloads(self):
        document = result()
        for entry in document["samples"]:
            entry["bytecode_bytes"] = {"sort": 20, "vm": 300}[entry["workload"]]
            entry["phases"]["translate"] = {"cpu": 50, "wall": 90}
        self.assertEqual(made(document)[1]["sizes"]["switch"]["bytecode_bytes"], 320)
        self.assertEqual(made(document)[1]["sizes"]["switch"]["translation"], 5)
        document["samples"] = [entry for entry in document["samples"]
                               if (entry["workload"], entry["strategy"]) != ("vm", "tail-direct")]
        self.assertEqual(made(document)[1]["sizes"]["switch"]["bytecode_bytes"], 20)


class InstructionSets(unittest.TestCase):
    # Speeds relative to switch-acc.
    SPEEDS = {"pinned": {"tail-direct": 6}, "acc": {"switch": 1, "tail-direct": 2}, "fused": {"tail-direct": 8}}

    def document(self, speeds=None, noise=0.0, drop=lambda entry: False):
        speeds = speeds or self.SPEEDS
        found = []
        for isa, own in speeds.items():
            first = next(iter(own))
            for number in range(1, 7):
                for name in ("sort", "vm"):
                    wobble = number * (1 + 1e-5 * len(isa) * number)  # rounds differ by far more than sets
                    found += [sample(number, name, strategy, 10 / speed * wobble, isa=isa)
                              for strategy, speed in own.items()]
                    found.append(sample(number, name, first, 10 / own[first] * (1 + noise) * wobble, True, isa=isa))
        document = result([entry for entry in found if not drop(entry)])
        document["builds"][0]["isas"] = list(speeds)
        return document

    def compared(self, *documents):
        data, _ = made(*documents)
        return data, data["isas_compared"]

    def test_each_is_relative_to_acc_within_rounds(self):
        data, (found,) = self.compared(self.document())
        self.assertEqual((found["strategy"], found["isas"]), ("tail-direct", ["acc", "pinned", "fused"]))
        self.assertEqual([data["cases"][place]["isa"] for place in found["cases"]], found["isas"])
        for (columns, points), speed in zip(found["pairs"], (3, 4)):
            self.assertEqual([round(own, 3) for own in columns["speed"]], [speed] * 4)  # workloads, suite, kind
            self.assertEqual([data["texts"][place] for place in columns["verdict"]], ["faster"] * 4)
            self.assertAlmostEqual(points[0][0], speed, 3)
            self.assertLess(columns["high"][2] - columns["low"][2], 0.01)
        self.assertEqual(data["overview"][0], {
            "question": "Which instruction set is fastest?", "section": "instruction-sets",
            "text": "fused, 4.00× (4.00–4.00) the speed of acc, both tail-direct."})

    def test_without_acc_the_first_is_the_baseline(self):
        found, = self.compared(self.document({"pinned": {"tail-direct": 2}, "fused": {"tail-direct": 3}}))[1]
        self.assertEqual(found["isas"], ["pinned", "fused"])
        self.assertEqual(round(found["pairs"][0][0]["speed"][2], 3), 1.5)

    def test_one_strategy_each_is_no_error_and_no_answer_about_strategies(self):
        data, _ = self.compared(self.document({"acc": {"tail-direct": 2}, "fused": {"tail-direct": 3}}))
        self.assertEqual([entry["section"] for entry in data["overview"]], ["instruction-sets"])
        # Nor is there something to compare if no strategy is in both.
        data, compared = self.compared(self.document({"acc": {"switch": 2}, "fused": {"tail-direct": 3}}))
        self.assertEqual((data["overview"], compared), ([], []))

    def test_who_may_be_as_fast_is_said(self):
        for speeds, text in [
                ((2, 3, 3), "pinned, 1.50× (1.50–1.50) the speed of acc, both tail-direct; fused was not shown to be "
                            "slower."),
                ((2, 1, 2), "None was shown to be: fused was not shown to be slower than acc, all tail-direct."),
                ((2, 1, 1.5), "acc, 1.33× (1.33–1.33) the speed of fused, both tail-direct.")]:
            sets = {isa: {"tail-direct": speed} for isa, speed in zip(("acc", "pinned", "fused"), speeds)}
            document = self.document(sets)
            for entry in document["samples"]:  # the same time wherever the speed is
                entry["phases"]["execute"]["cpu"] = int(
                    10_000_000 * entry["round"] / sets[entry["isa"]]["tail-direct"])
            self.assertEqual(self.compared(document)[0]["overview"][0]["text"], text)

    def test_the_larger_noise_floor_holds(self):
        for isa in "acc", "fused":
            document = self.document({"acc": {"tail-direct": 2}, "fused": {"tail-direct": 2.06}})
            for entry in document["samples"]:
                if entry["control"] and entry["isa"] == isa:
                    entry["phases"]["execute"]["cpu"] = int(entry["phases"]["execute"]["cpu"] * 1.05)
            data, (found,) = self.compared(document)
            self.assertEqual({data["texts"][place] for place in found["pairs"][0][0]["verdict"]},
                             {"undecided (not above the noise floor)"}, isa)
            self.assertEqual(round(found["noise"], 3), 0.05)
            self.assertEqual(data["overview"][0]["text"],
                             "None was shown to be: acc was not shown to be slower than fused, both tail-direct.")

    def test_what_is_too_short_or_failed_in_one_is_not_compared(self):
        document = self.document()
        document["not_measured"] = [{"what": "sample", "workload": "vm", "build": "clang-22", "isa": "fused",
                                     "strategy": "tail-direct", "control": False, "round": 2, "reason": "crashed"}]
        found, = self.compared(document)[1]
        self.assertEqual([round(speed, 3) if speed else None for speed in found["pairs"][1][0]["speed"]],
                         [4, None, 4, 4])
        self.assertEqual(found["pairs"][1][0]["of"], {2: 1, 3: 1})
        document = self.document()
        for entry in document["samples"]:
            if entry["workload"] == "sort" and entry["isa"] == "fused":
                entry["phases"]["execute"]["cpu"] //= 1000
        speeds = self.compared(document)[1][0]["pairs"][1][0]["speed"]
        self.assertIsNone(speeds[0])
        self.assertEqual(round(speeds[1], 3), 4)

    def test_rounds_that_one_lacks_are_not_compared(self):
        document = self.document(drop=lambda entry: entry["isa"] == "fused" and entry["round"] == 2)
        found, = self.compared(document)[1]
        self.assertEqual([round(columns["speed"][2], 3) for columns, _ in found["pairs"]], [3, 4])

    def test_instructions_and_bytes_stand_beside(self):
        document = self.document()
        for entry in document["samples"]:
            entry["bytecode_bytes"] = {"acc": 300, "pinned": 200, "fused": 100}[entry["isa"]]
        document["suite"]["workloads"][0]["instructions"] = {"acc": 3000000, "pinned": 2000000}
        found, = self.compared(document)[1]
        self.assertEqual(found["instructions"], {"acc": [3000000, 2000000], "pinned": [2000000, None],
                                                 "fused": [None, None]})
        self.assertEqual(found["bytecode_bytes"], {"acc": [300, 300], "pinned": [200, 200], "fused": [100, 100]})


class Reading(unittest.TestCase):
    def test_one_bad_sample_among_many_is_found(self):
        document = result(samples({"tail-direct": 2}, rounds=20))
        self.assertGreater(len(document["samples"]), 100)  # of so many, one of each kind is looked at
        comparison.validate(document, "many.json")
        document["samples"][77]["phases"]["execute"]["wall"] = -1
        with self.assertRaisesRegex(comparison.Trouble, r"samples\[\d+\]\.phases\.execute\.wall: -1 is less"):
            comparison.validate(document, "many.json")


class SeveralFiles(unittest.TestCase):
    def files(self, before, after, noise=(0, 0), scale=1, same_machine=True, layouts=(0,)):
        """Two runs with these speeds of tail-direct; in the second all take `scale` of the time."""
        documents = [result(samples({"tail-direct": speed}, noise=of, layouts=layouts))
                     for speed, of in zip((before, after), noise)]
        documents[1]["started"] = documents[1]["finished"] = "2026-01-02T00:00:00Z"
        for entry in documents[1]["samples"]:
            entry["phases"]["execute"] = {"cpu": round(entry["phases"]["execute"]["cpu"] * scale), "wall": 10**7}
        if not same_machine:
            documents[1]["machine"] = copy.deepcopy(documents[1]["machine"])
            documents[1]["machine"]["cpu"]["model"] = "Another CPU"
        return made(*documents)[0]

    def test_changes_are_relative_to_the_baseline_and_to_the_run_before(self):
        change, = self.files(2, 3, scale=0.5)["changes"]
        switch, tail = change["rows"]
        self.assertEqual(switch["own"]["speed"], [2, 2, 2])
        self.assertEqual([round(speed, 4) for speed in tail["own"]["speed"]], [3, 3, 3])
        self.assertEqual([round(speed, 4) for speed in tail["relative"]["speed"]], [1.5, 1.5, 1.5])
        self.assertEqual(self.files(2, 3, same_machine=False)["changes"], [])

    def test_the_larger_noise_floor_holds(self):
        for noise in (0.05, 0), (0, 0.05):
            data = self.files(2, 2.06, noise)
            change, = data["changes"]
            self.assertEqual(change["floor"], 0.05)
            words = {data["texts"][place] for place in change["rows"][1]["relative"]["verdict"]}
            self.assertEqual(words, {"undecided (not above the noise floor)"})

    def test_ranks_change_only_where_both_orders_were_shown(self):
        self.assertEqual(self.files(2, 3, same_machine=False)["rank_changes"], [])
        self.assertEqual(self.files(2, 0.5, same_machine=False)["rank_changes"], [])  # of one layout
        found, = self.files(2, 0.5, same_machine=False, layouts=(0, 1))["rank_changes"]
        self.assertEqual((found["first"], found["second"]), ("switch", "tail-direct"))
        self.assertEqual((found["faster"], found["slower"]), ([[1, 2]], [[0, 0.5]]))


class Names(unittest.TestCase):
    def test_a_cpu_is_called_by_its_microarchitecture(self):
        def name(vendor, family=None, model_number=None, stepping="1", model="Brand"):
            return microarchitecture.cpu_name({"vendor": vendor, "family": family, "model_number": model_number,
                                               "stepping": stepping, "model": model})
        for wanted, *cpu in [
                ("Zen 5 (Brand)", "AuthenticAMD", "26", "2"), ("Zen 4 (Brand)", "AuthenticAMD", "25", "17"),
                ("Zen 3 (Brand)", "AuthenticAMD", "25", "1"), ("Zen 2 (Brand)", "AuthenticAMD", "23", "49"),
                ("Zen+ (Brand)", "AuthenticAMD", "23", "8"), ("Zen (Brand)", "AuthenticAMD", "23", "1"),
                ("Sapphire Rapids (Brand)", "GenuineIntel", "6", "143"), ("Skylake (Brand)", "GenuineIntel", "6", "85", "4"),
                ("Cascade Lake (Brand)", "GenuineIntel", "6", "85", "7"), ("Brand", "GenuineIntel", "6", "85", None),
                ("Cooper Lake (Brand)", "GenuineIntel", "6", "85", "11"), ("Brand", "GenuineIntel", "6", "85", "12"),
                ("Kaby Lake (Brand)", "GenuineIntel", "6", "142", "9"),
                ("Kaby Lake R or Coffee Lake (Brand)", "GenuineIntel", "6", "142", "10"),
                ("Whiskey Lake (Brand)", "GenuineIntel", "6", "142", "11"),
                ("Whiskey Lake or Comet Lake (Brand)", "GenuineIntel", "6", "142", "12"),
                ("Kaby Lake (Brand)", "GenuineIntel", "6", "158", "9"),
                ("Coffee Lake (Brand)", "GenuineIntel", "6", "158", "10"),
                ("Coffee Lake (Brand)", "GenuineIntel", "6", "158", "13"),
                ("Brand", "GenuineIntel", "15", "143"), ("Brand", "AuthenticAMD", "26", "-2"), ("Brand", "Nobody", "26", "2"),
                ("Brand", None), ("unknown CPU", None, None, None, None, None),
                ("Neoverse N1 (Arm)", None, None, None, None, "ARM implementer 0x41 part 0xd0c"),
                ("Firestorm (M1) (Apple)", None, None, None, None, "ARM implementer 0x61 part 0x023"),
                ("ARM implementer 0x7f part 0x001", None, None, None, None, "ARM implementer 0x7f part 0x001")]:
            self.assertEqual(name(*cpu), wanted, cpu)


class AcrossCPUs(unittest.TestCase):
    """The questions of one machine, on several."""
    STRATEGIES = {name: {"flags": []} for name in ("switch", "goto-indirect", "goto-direct", "tail-direct")}

    def run_on(self, model_number, speeds, names=("sort", "vm"), kinds=None, slow=None, **machine):
        """Of an AMD CPU of family 25. `slow`: by workload and strategy, how much longer it takes."""
        found = samples(speeds, layouts=(0, 1, 2, 3), names=names)
        for place, entry in enumerate(found):  # layouts and strategies differ a little
            time = entry["phases"]["execute"]["cpu"] * (slow or {}).get((entry["workload"], entry["strategy"]), 1)
            entry["phases"]["execute"]["cpu"] = int(time * (1 + 0.002 * ((entry["layout"] * 7 + place * 3) % 5)))
        document = copy.deepcopy(result(found))
        document["suite"]["workloads"] = [
            {**document["suite"]["workloads"][0], "name": name, "kind": kind}
            for name, kind in zip(names, kinds or ["a kind"] * len(names))]
        document["builds"][0].update(strategies=self.STRATEGIES, layout_seeds=[0, 1, 2, 3], relocation_model="static")
        document["machine"]["cpu"].update(model="AMD EPYC", vendor="AuthenticAMD", family="25", model_number=str(model_number))
        document["machine"].update(machine)
        return document

    GAINS = {"goto-indirect": 1.5, "goto-direct": 1.5, "tail-direct": 1.5}
    LESS = {"goto-indirect": 1.1, "goto-direct": 1.2, "tail-direct": 1.2}

    def test_each_question_has_a_row_the_largest_disagreement_first(self):
        data, _ = made(self.run_on(1, self.GAINS), self.run_on(17, self.LESS))
        self.assertEqual([case["machine"] for case in data["cases"]], ["Zen 3 (AMD EPYC)", "Zen 4 (AMD EPYC)"])
        panel, = data["across"]
        self.assertEqual(panel["names"], ["Zen 3", "Zen 4"])
        effects = {effect["name"]: effect for effect in panel["effects"]}
        self.assertEqual(list(effects)[0], "goto-indirect over switch")  # 1.36
        self.assertEqual(list(effects)[-1], "tail-direct over goto-direct")
        leaving = effects["goto-direct over switch"]
        self.assertEqual([round(own[0], 2) for own in leaving["cells"]], [1.5, 1.2])
        factor, low, high, shown, larger, smaller = leaving["apart"]
        self.assertEqual((round(factor, 2), shown, larger, smaller), (1.25, True, 0, 1))
        self.assertTrue(1.2 < low < factor < high < 1.3)
        self.assertFalse(effects["tail-direct over goto-direct"]["apart"][3])
        first = data["overview"][0]
        self.assertRegex(first["text"], r"^(goto|tail)-direct over switch: 1\.50× \(1\.\d\d–1\.\d\d\) on Zen 3 and "
                                        r"1\.20× \(1\.\d\d–1\.\d\d\) on Zen 4\. They disagree by 1\.25×")
        self.assertEqual([found["section"] for found in data["overview"]], ["across"] * 5)

    def test_workloads_that_make_them_disagree_are_told(self):
        data, _ = made(self.run_on(1, self.GAINS), self.run_on(17, self.GAINS, slow={("vm", "goto-direct"): 1.5}))
        effect = next(own for own in data["across"][0]["effects"] if own["name"] == "goto-direct over switch")
        (row, factor, _, _, shown, *_), (other, *_, same, _, _) = effect["workloads"]
        self.assertEqual((row, round(factor, 1), shown, other, same), (1, 1.5, True, 0, False))
        self.assertIn("Most on vm (1.50× and 1.00×)", effect["more"])

    def test_a_gain_here_that_is_a_loss_there_is_said(self):
        data, _ = made(self.run_on(1, self.GAINS), self.run_on(17, {**self.GAINS, "tail-direct": 0.9}))
        effect = data["across"][0]["effects"][0]
        self.assertTrue(effect["turns"])
        self.assertIn("It gains on one CPU, and loses on another.", effect["text"])

    def one_layout(self, document):
        document["samples"] = [entry for entry in document["samples"] if entry["layout"] == 0]
        document["builds"][0]["layout_seeds"] = [0]
        return document

    def test_one_layout_disagrees_with_nothing(self):
        """However many rounds it has: what they agree about may be that layout's luck."""
        second = self.one_layout(self.run_on(17, {**self.GAINS, "tail-direct": 0.9}))
        data, _ = made(self.run_on(1, self.GAINS), second)
        for effect in data["across"][0]["effects"]:
            self.assertEqual(effect["apart"][1:4], [None, None, False], effect["name"])
            self.assertFalse(effect["turns"])
            self.assertFalse(any(shown for _, _, _, _, shown, *_ in effect["workloads"]))
        self.assertIn("on Zen 3 and 0.89× (0.89–0.89) on Zen 4. No disagreement shown: 1.68×; one layout cannot "
                      "tell its luck from the CPU.", self.effect(data)["text"])

    def lucky(self, document, strategy, step, factor=1.0, names=None):
        """`strategy` takes `factor` of the time, and its layouts differ by `step` from one to the next."""
        for entry in document["samples"]:
            if entry["strategy"] == strategy and not entry["control"] and \
                    (not names or entry["workload"] in names):
                execute = entry["phases"]["execute"]
                execute["cpu"] = int(execute["cpu"] * (factor + step * (entry["layout"] - 1.5)))
        return document

    def effect(self, data, name="tail-direct over switch"):
        return next(own for own in data["across"][0]["effects"] if own["name"] == name)

    def test_cpus_agree_if_each_two_of_them_do(self):
        """Zen 3 and Zen 4 surely do; what Zen 2 does is not known that well."""
        third = self.lucky(self.run_on(49, self.GAINS), "tail-direct", 0.02)
        third["machine"]["cpu"]["family"] = "23"
        documents = [self.run_on(1, self.GAINS), self.run_on(17, self.GAINS)]

        def told(*documents):
            return self.effect(made(*documents)[0])["text"]
        self.assertIn(" They agree: 1.00", told(*documents))
        self.assertIn("No disagreement shown", told(*documents, third))
        self.assertNotIn("agree", told(*documents, third).replace("No disagreement", ""))
        fourth = self.run_on(97, self.GAINS)
        fourth["machine"]["cpu"]["family"] = "26"
        self.assertRegex(told(*documents, fourth), r"\. They agree, even Zen \d and Zen \d: 1\.00")
        fourth["builds"][0]["relocation_model"] = "pie"  # with which nothing is compared
        self.assertRegex(told(*documents, fourth),
                         r"\. Those that can be compared agree, even Zen \d and Zen \d: 1\.00")

    def test_families_are_corrected_together(self):
        """What would be shown if there were programs alone is not, since kernels are compared, too."""
        names, kinds = ("zstd", "sort", "vm"), ("program: b", "kernel: a", "kernel: a")

        def shown(count):
            documents = [self.run_on(model, self.GAINS, names[:count], kinds[:count])
                         for model in (1, 17)]
            self.lucky(documents[1], "tail-direct", 0.03, 1.1, ["zstd"])
            panels = {panel["family"]: panel for panel in made(*documents)[0]["across"]}
            self.assertEqual(len(panels), min(count, 2))
            effect = panels["program"]["effects"][0]
            self.assertEqual((effect["name"], round(effect["apart"][0], 2)),
                             ("tail-direct over switch", 1.1))
            return effect["apart"][3]
        self.assertEqual((shown(1), shown(3)), (True, False))

    def verdict(self, data):
        """On the first CPU."""
        return data["texts"][self.effect(data)["cells"][0][3]]

    def test_a_mean_over_what_all_have_is_corrected(self):
        """Among all pairs over the same workloads."""
        names, second = ("sort", "vm", "text"), self.run_on(17, self.LESS)
        near = {"goto-indirect": 1.0, "goto-direct": 1.0, "tail-direct": 1.0}
        first = self.lucky(self.run_on(1, near, names), "tail-direct", 0.025, 0.92)
        data, _ = made(first, second)
        self.assertEqual(data["across"][0]["workloads"], ["sort", "vm"])
        self.assertGreater(self.effect(data)["cells"][0][1], 1)  # it would be faster
        self.assertEqual(self.verdict(data),
                         "undecided (not after correction for the number of comparisons)")

    def test_a_mean_over_what_all_have_is_above_the_noise_of_these(self):
        names, near = ("sort", "vm", "text"), {"goto-indirect": 1.0, "goto-direct": 1.0}

        def noisy(noise):
            first = self.run_on(1, {**near, "tail-direct": 1.025}, names)
            for entry in first["samples"]:
                if entry["control"]:
                    execute = entry["phases"]["execute"]
                    execute["cpu"] = int(execute["cpu"] * noise[names.index(entry["workload"])])
            return self.verdict(made(first, self.run_on(17, self.LESS))[0])
        self.assertEqual(noisy((1, 1, 1.5)), "faster")
        self.assertEqual(noisy((1.04, 1.04, 0.92)), "undecided (not above the noise floor)")

    def test_the_surest_confidence_of_the_runs_is_that_of_disagreements(self):
        documents = [self.run_on(1, self.GAINS), self.run_on(17, self.LESS)]
        usual = made(*documents)[0]["across"][0]
        documents[1]["stop"]["rule"] = "interval"
        surer = made(*documents)[0]["across"][0]
        self.assertEqual((usual["confidence"], surer["confidence"]), (0.95, 0.995))
        for one, other in zip(usual["effects"][:4], surer["effects"][:4]):
            self.assertLess(other["apart"][1], one["apart"][1])
        self.assertIn("Disagreements have 99.5 % intervals; sizes have those of their runs, 95 % and 99.5 %.",
                      surer["notes"])
        self.assertEqual(usual["notes"], [])

    def test_cpus_of_one_microarchitecture_are_told_apart(self):
        documents = [self.run_on(model, self.LESS) for model in (17, 17, 1)]
        documents[1]["machine"]["cpu"]["model"] = "AMD Ryzen"
        panel, = made(*documents)[0]["across"]
        self.assertEqual(panel["names"], ["Zen 4 (AMD EPYC)", "Zen 4 (AMD Ryzen)", "Zen 3"])

    def test_noise_shows_no_disagreement(self):
        noisy = self.run_on(17, self.LESS)
        for entry in noisy["samples"]:
            if entry["control"]:
                entry["phases"]["execute"]["cpu"] = int(entry["phases"]["execute"]["cpu"] * 1.4)
        data, _ = made(self.run_on(1, self.GAINS), noisy)
        self.assertFalse(any(effect["apart"][3] for effect in data["across"][0]["effects"]))
        self.assertIn("not above the noise floors", data["overview"][0]["text"])

    def test_machines_of_one_cpu_and_other_builds_are_not_held_against_each_other(self):
        second = self.run_on(1, self.LESS, logical_cpus=64)
        self.assertEqual(made(self.run_on(1, self.GAINS), second)[0]["across"], [])
        other = self.run_on(17, self.LESS)
        other["builds"][0]["relocation_model"] = "pie"
        self.assertEqual(made(self.run_on(1, self.GAINS), other)[0]["across"], [])

    def test_so_many_comparisons_are_corrected(self):
        """Ten CPUs that are alike: 45 pairs, of which some seem to disagree."""
        random, documents = numpy.random.default_rng(1), []
        for number in range(10):
            document = self.run_on(1, self.GAINS)
            document["machine"]["cpu"].update(vendor=None, model=f"CPU {number}")
            luck = {}
            for entry in document["samples"]:
                key = entry["layout"], entry["strategy"]
                luck.setdefault(key, random.normal(1, 0.01))
                if not entry["control"]:
                    entry["phases"]["execute"]["cpu"] = int(entry["phases"]["execute"]["cpu"] * luck[key])
            documents.append(document)
        data, _ = made(*documents)
        effects = data["across"][0]["effects"]
        self.assertFalse(any(effect["apart"][3] for effect in effects))
        self.assertTrue(any(effect["apart"][1] > 1.005 for effect in effects))  # it would have been one
        self.assertIn("not after correction", " ".join(effect["text"] for effect in effects))

    def run_at(self, host, model_number, speeds, layouts=0, group="g", **machine):
        """A run of a fleet; `layouts`: the first one's seed."""
        document = self.run_on(model_number, speeds, **machine)
        document["fleet"] = {"job": "j", "group": group, "host": host, "kind": "k", "conditions": []}
        for entry in document["samples"]:
            entry["layout"] += layouts
        document["builds"][0]["layout_seeds"] = [layouts + seed for seed in range(4)]
        return document

    def test_nodes_that_are_alike_are_several_machines(self):
        data, _ = made(self.run_at("n1", 1, self.GAINS), self.run_at("n2", 1, self.GAINS, 4),
                       self.run_at("n3", 17, self.LESS, 8))
        self.assertEqual(data["changes"], [])
        self.assertEqual([case["machine"] for case in data["cases"]],
                         ["Zen 3 (AMD EPYC) n1", "Zen 3 (AMD EPYC) n2", "Zen 4 (AMD EPYC)"])

    def test_nodes_of_one_kind_are_one_column(self):
        """Of which each is known well; what they differ by is what is not known of the kind."""
        gains = [{**self.GAINS, "tail-direct": gain} for gain in (1.4, 1.5, 1.6)]
        nodes = [self.run_at(f"n{place}", 1, own, 4 * place, memory_mib=32000 + place) for place, own in enumerate(gains)]
        alone = self.effect(made(nodes[1], self.run_at("n9", 17, self.LESS, 50))[0])["cells"][0]
        data, _ = made(*nodes, self.run_at("n9", 17, self.LESS, 50))
        panel, = data["across"]
        self.assertEqual((panel["names"], panel["cases"]), (["Zen 3 (3 nodes)", "Zen 4"], [0, 3]))
        self.assertEqual(panel["titles"][0].count("Zen 3 (AMD EPYC) n"), 3)
        speed, low, high, _ = self.effect(data)["cells"][0]
        self.assertAlmostEqual(speed, (1.4 * 1.5 * 1.6) ** (1 / 3), 2)
        self.assertAlmostEqual(alone[0], 1.5, 1)
        self.assertLess(alone[2] - alone[1], 0.05)
        self.assertTrue(low < 1.3 and high > 1.7, (low, high))
        self.assertIn("Zen 3 (3 nodes): the mean over n0, n1 and n2, in 12 layouts together; its intervals have in them what "
                      "nodes differ by.", panel["notes"])
        told, = (note for note in panel["notes"] if "disagree beyond" in note)
        self.assertRegex(told, r"^Nodes of Zen 3 \(3 nodes\) disagree .*: tail-direct over \S+ by 1\.14× \([^)]*\) between n0 and n2; ")
        self.assertNotIn("goto-direct over switch", told)
        # With so few nodes, whose mean is known so badly, the CPUs were not shown to disagree.
        self.assertFalse(self.effect(data)["apart"][3])
        self.assertTrue(self.effect(data, "goto-direct over switch")["apart"][3])
        single = self.effect(data)["singles"][0]
        self.assertTrue(single[0][1] < 1.3 and single[1][1] > 1.1)

    def test_twenty_machines_are_a_page_of_ten_megabytes(self):
        """However long each has measured: samples, here of 12 digits, are left out before they take half of that."""
        found = samples({"tail-direct": 1.5}, layouts=range(8), names=[f"workload {number}" for number in range(4)], rounds=160)
        for number, entry in enumerate(found):
            entry["phases"]["execute"]["cpu"] = entry["phases"]["execute"]["cpu"] * 10000 + number
        document = result(found)
        document["suite"]["workloads"] = [{**document["suite"]["workloads"][0], "name": f"workload {number}"} for number in range(4)]

        def machines():
            for number in range(20):
                cpu = {**document["machine"]["cpu"], "model": f"CPU {number}"}
                yield {**document, "machine": {**document["machine"], "cpu": cpu}}

        def page(count):
            data, _, _ = findings.make(itertools.islice(machines(), count), [f"{number}.json" for number in range(count)], 0.95, 0.01)
            return data, len(json.dumps(data, separators=(",", ":")))
        alone, size = page(1)
        raw = len(json.dumps(alone["cases"][0]["raw"], separators=(",", ":")))
        self.assertLess(raw / len(found) * findings.MOST_SAMPLES, 5e6)
        data, whole = page(20)
        self.assertEqual([case["raw"] for case in data["cases"]], [None] * 20)
        self.assertLess(whole, 20 * (size - raw) + 200_000)  # and what tells the machines apart

    def test_nodes_of_one_kind_alone_are_a_column(self):
        data, _ = made(self.run_at("n1", 1, self.GAINS), self.run_at("n2", 1, self.GAINS, 4))
        panel, = data["across"]
        self.assertEqual((panel["names"], self.effect(data)["apart"]), (["Zen 3 (2 nodes)"], None))
        self.assertRegex(data["overview"][0]["text"], r"^\S+ over \S+: 1\.\d\d× \(.*\) on Zen 3 \(2 nodes\)\.$")
        self.assertFalse([note for note in panel["notes"] if "disagree" in note])

    def test_what_is_no_second_node(self):
        """The same one again, another group's, another build."""
        first = self.run_at("n1", 1, self.GAINS)
        again, other, build = (self.run_at(host, 1, self.GAINS, 4, group) for host, group in (
            ("n1", "g"), ("n2", "h"), ("n2", "g")))
        again["started"] = again["finished"] = "2026-01-02T00:00:00Z"
        build["builds"][0]["revision"] = "ba9876543210"
        for second in again, other, build:
            self.assertEqual(made(first, second)[0]["across"], [])
        third = self.run_at("n2", 1, {**self.GAINS, "tail-direct": 1.8}, 8)
        data, _ = made(first, again, third)
        self.assertEqual(data["across"][0]["names"], ["Zen 3 (2 nodes)"])
        self.assertAlmostEqual(self.effect(data)["cells"][0][0], (1.5 * 1.8) ** 0.5, 2)  # each node once

    def test_only_what_all_have_is_compared_by_family(self):
        names, kinds = ("sort", "vm", "text", "zstd"), ("kernel: a", "kernel: a", "kernel: a", "program: b")
        data, _ = made(self.run_on(1, self.GAINS, names, kinds),
                       self.run_on(17, self.LESS, names[:2], kinds[:2]),
                       self.run_on(49, self.LESS, names[:1], kinds[:1]))
        panel, = data["across"]  # programs ran on one of them alone
        self.assertEqual((panel["family"], panel["cases"], panel["workloads"]), ("kernel", [0, 1], ["sort", "vm"]))
        self.assertIn(f"Left out here, with less than half of the workloads: {data['cases'][2]['name']}.", panel["notes"])
        self.assertIn("Compared over the 2 workloads that all have, of 3.", panel["notes"])


class Peers(unittest.TestCase):
    def peers(self, change=lambda samples, document: None, layouts=2):
        """Of a run whose kernels take a second, with start-ups of 30 ms."""
        document = golden_results.with_peers(golden_results.result("p", layouts=layouts, workloads=["sort", "vm", "json"], scale=8),
                                             {"slow": 2.0, "like": 1.0})
        change(document["peers"]["samples"], document)
        _, cases, _ = findings.make([document], ["p.json"], 0.95, 0.01)
        return cases[0].peers

    @staticmethod
    def add_failure(document, engine, workload, number):
        document["not_measured"].append({
            "what": "peer", "workload": workload, "strategy": None, "isa": None, "build": None, "control": False,
            "round": number, "reason": "returned 7", "engine": engine})

    def test_speeds_are_known(self):
        means = self.peers().means
        for time in "above", "execution":
            self.assertAlmostEqual(means[time]["slow"].speed, 0.5, delta=0.02)
            self.assertEqual(means[time]["slow"].workloads, 3)

    def test_who_failed_on_one_workload_has_no_speed(self):
        for workload, number in ("vm", 2), (None, 1):
            peers = self.peers(lambda samples, document: self.add_failure(document, "slow", workload, number))
            self.assertEqual([peers.means[time]["slow"] for time in ("whole", "above", "execution")], [None] * 3)
            self.assertIsNotNone(peers.means["whole"]["like"])
            self.assertEqual(peers.grid("slow", "vm", "cpu"), None)
            self.assertEqual(peers.grid("slow", "sort", "cpu") is None, workload is None)
            self.assertIn("No speed is given of who failed: slow.", list(peers.remarks()))
        fastest = self.peers().base
        self.assertNotEqual(self.peers(lambda samples, document: self.add_failure(document, fastest, "vm", 2)).base, fastest)
        peers = self.peers(lambda samples, document: self.add_failure(document, "slow", "vm", None))  # lacks something
        self.assertEqual(peers.means["whole"]["slow"].workloads, 2)

    def test_start_up_is_as_uncertain_as_it_is(self):
        def change(samples, document):
            for number, one in enumerate(samples):  # the same each time, but for start-up
                one["user_ns"], one["system_ns"] = (2_000_000_000 if one["workload"] else 0), 0
                if one["workload"] is None:
                    one["user_ns"] = 100_000_000 * (1 + one["round"] + one["layout"])
        for layouts in 1, 3:
            found = self.peers(change, layouts).means["above"]["slow"]
            self.assertAlmostEqual(found.speed, 1, delta=0.001)  # both began later by the same
        def only_slow(samples, document):
            change(samples, document)
            for one in samples:
                if one["workload"] is None and one["engine"] != "slow":
                    one["user_ns"] = 300_000_000
        for layouts in 1, 3:
            found = self.peers(only_slow, layouts).means["above"]["slow"]
            self.assertLess(found.low * 1.05, found.high)

    def test_nothing_is_told_above_a_start_up_that_is_most(self):
        def change(samples, document):
            for one in samples:
                if one["engine"] == "slow" and one["workload"] in (None, "vm"):
                    one["user_ns"] = 3_000_000_000 if one["workload"] is None else 4_000_000_000
        peers = self.peers(change)
        self.assertIsNone(peers.means["above"]["slow"])
        self.assertIsNotNone(peers.means["whole"]["slow"])
        self.assertIn("Start-up is most of what slow takes on", " ".join(peers.remarks()))
        self.assertNotIn("slow", peers.answer())


if __name__ == "__main__":
    unittest.main()
