#!/usr/bin/python3
"""Tests scripts/analysis/findings.py: what reports say, from made-up results. Exit status 77: skipped."""
import copy
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
try:
    from analysis import comparison, findings
    import jsonschema
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)
from example_result import result, sample


def made(*documents):
    """The data of a page about these results, and its first case."""
    names = [f"{number}.json" for number in range(len(documents))]
    data, _ = findings.make(list(documents), names, 0.95, 0.01)
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

    def test_missing_counters_are_said_once(self):
        gap = {"what": "counter", "workload": None, "build": None, "strategy": None, "isa": None,
               "control": False, "round": None, "reason": "cycles: there are none"}
        self.assertNotIn("not measured", self.warnings(lambda d: d["not_measured"].append(gap)))

        def has_some(document):
            document["not_measured"].append(gap)
            document["machine"]["counters"].update(hardware=True, why=None)
        self.assertIn("cycles", self.warnings(has_some)["not measured"])


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


class Reading(unittest.TestCase):
    def test_one_bad_sample_among_many_is_found(self):
        document = result(samples({"tail-direct": 2}, rounds=20))
        self.assertGreater(len(document["samples"]), 100)  # of so many, one of each kind is looked at
        comparison.validate(document, "many.json")
        document["samples"][77]["phases"]["execute"]["wall"] = -1
        with self.assertRaisesRegex(comparison.Trouble, r"samples\[\d+\]\.phases\.execute\.wall: -1 is less"):
            comparison.validate(document, "many.json")


class SeveralFiles(unittest.TestCase):
    def files(self, before, after, noise=(0, 0), scale=1, same_machine=True):
        """Two runs with these speeds of tail-direct; in the second all take `scale` of the time."""
        documents = [result(samples({"tail-direct": speed}, noise=of))
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
        found, = self.files(2, 0.5, same_machine=False)["rank_changes"]
        self.assertEqual((found["first"], found["second"]), ("switch", "tail-direct"))
        self.assertEqual((found["faster"], found["slower"]), ([[1, 2]], [[0, 0.5]]))


if __name__ == "__main__":
    unittest.main()
