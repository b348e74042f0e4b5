#!/usr/bin/python3
"""Tests what `tailrace bench` starts besides executors, with stand-ins for them and for the executors.

Usage: test_tools.py TAILRACE_PROGRAM SCHEMA_JSON
"""
import json
import signal
import subprocess
import time
import unittest

from test_tailrace import STRATEGIES, TailraceTest, make_executors

# Counts with the execution, and without it; the strategy's name is behind the program's last slash.
VALGRIND = """#!/bin/sh
[ "$*" = "--command-line-only=yes --version" ] && { echo valgrind-3.99.1; exit; }
echo "$*" >>"$TOOLS/valgrind.log"
for option; do
    case $option in
    --cachegrind-out-file=*) file=${option#*=} && shift ;;
    --*) shift ;;
    *) break ;;
    esac
done
[ -z "$VALGRIND_TROUBLE" ] || { echo "$VALGRIND_TROUBLE" >&2; exit 1; }
"$@" || exit
case "$*" in *--no-execute*) counts="100 0 0 0 0 9 9" ;; *) counts="40100 1 2 3 4000 1009 8" ;; esac
printf 'desc: I1 cache: 1 B\\nevents: Ir I1mr ILmr Dr D1mr DLmr Dw D1mw DLmw Bc Bcm Bi Bim\\n' >"$file"
set -- $counts
echo "summary: $1 $2 0 0 0 0 0 0 0 $3 $4 $6 $7" >>"$file"
"""

# Runs each command once.
HYPERFINE = """#!/usr/bin/python3
import json, os, shlex, subprocess, sys
arguments = sys.argv[1:]
open(os.environ["TOOLS"] + "/hyperfine.log", "a").write(json.dumps(arguments) + "\\n")
assert arguments[:2] == ["--shell=none", "--style"], arguments
file, commands = arguments[arguments.index("--export-json") + 1], arguments[9:]
results = []
for command in commands:
    subprocess.run(shlex.split(command), check=True, stdout=subprocess.DEVNULL)
    results.append({"command": command, "mean": 0.5, "stddev": None if "sort" in command else 0.25, "median": 0.5,
                    "user": 0.5, "system": 0, "min": 0.25, "max": 0.75, "times": [0.25, 0.75],
                    "exit_codes": [0, 0], "memory_usage_byte": [1, 2]})
json.dump({"results": results}, open(file, "w"))
"""


class ToolsTest(TailraceTest):
    def setUp(self):
        super().setUp()
        self.tools = self.folder / "the tools"
        self.tools.mkdir()
        # Nothing but what the stand-ins need.
        for name in "sh", "cat", "python3", "kill", "sleep", "tr", "echo", "true":
            (self.tools / name).symlink_to(f"/usr/bin/{name}")
        # A directory is no program.
        for name in "valgrind", "hyperfine":
            (self.folder / "lib" / name).mkdir(parents=True)
        self.environment = {"PATH": f"{self.folder}/lib:{self.tools}", "TOOLS": str(self.tools), "TMPDIR": str(self.folder)}

    def install(self, name, text):
        path = self.tools / name
        path.write_text(text)
        path.chmod(0o755)

    def tools_bench(self, *arguments, **environment):
        command = [self.folder / "tailrace", "bench", "--budget", "0", "--stop", "budget", *arguments]
        if "--resume" not in arguments:
            command += ["--output", self.result]
            command += [] if "--events" in arguments else ["--events", "none"]
        return subprocess.run(command, env={**self.environment, **environment}, text=True, capture_output=True,
                              timeout=120)

    def log(self, name):
        return (self.tools / f"{name}.log").read_text().splitlines()

    def gaps(self, what):
        return [gap for gap in self.document()["not_measured"] if gap["what"] == what]


class Simulation(ToolsTest):
    def test_what_the_execution_costs_is_the_difference(self):
        self.install("valgrind", VALGRIND)
        process = self.tools_bench("--simulate")
        self.assertEqual(process.returncode, 0)
        document = self.document()
        # What is null has a reason.
        gaps = self.gaps("simulation")
        self.assertEqual({(gap["workload"], gap["reason"].split(":")[0]) for gap in gaps},
                         {(name, f"indirect_branch_misses of {strategy}-acc")
                          for name in ("sort", "vm", "json") for strategy in STRATEGIES})
        self.assertIn("so the execution has too few to tell", gaps[0]["reason"])
        self.assertEqual({(one["workload"], one["strategy"]) for one in document["simulated"]},
                         {(name, strategy) for name in ("sort", "vm", "json") for strategy in STRATEGIES})
        self.assertEqual(len(document["simulated"]), 12)
        for one in document["simulated"]:
            # Less than nothing is not known.
            self.assertEqual(one["counts"], {
                "instructions": 40000, "branches": 2, "branch_misses": 3, "indirect_branches": 1000,
                "indirect_branch_misses": None, "l1i_misses": 1, "l1d_misses": 0, "llc_misses": 0})
            self.assertRegex(one["model"], r"^cachegrind 3\.99\.1: I1 1 B; D1 unknown; .* 512 entries")
            self.assertEqual((one["build"], one["isa"], one["layout"]), (document["builds"][0]["name"], "acc", 0))
        # Twice each, with explicit options.
        self.assertEqual(len(self.log("valgrind")), 24)
        for line in self.log("valgrind"):
            self.assertIn("--tool=cachegrind --cache-sim=yes --branch-sim=yes", line)
        # 40000 for 4000, 2000 and 4000 bytecode instructions.
        lines = process.stdout.splitlines()
        self.assertTrue(any(line.startswith("SIMULATED, for a thousand") for line in lines), process.stdout)
        self.assertIn(["host", "instructions"] + ["13333"] * 4, [line.split() for line in lines])
        self.assertIn(["indirect", "branch", "misses"] + ["-"] * 4, [line.split() for line in lines])
        self.assertEqual(list(self.folder.glob("tailrace-*")), [])

    def test_missing_valgrind(self):
        process = self.tools_bench("--simulate")
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIn("valgrind is not installed: scripts/setup", process.stderr)
        self.assertEqual([gap["reason"] for gap in self.gaps("simulation")],
                         ["valgrind is not installed: scripts/setup, or apt-get install valgrind"])
        self.assertEqual(self.document()["simulated"], [])
        self.assertNotIn("SIMULATED", process.stdout)

    def test_failing_valgrind(self):
        self.install("valgrind", VALGRIND)
        process = self.tools_bench("--simulate", "--workload", "sort", VALGRIND_TROUBLE="no space for that")
        self.assertEqual(process.returncode, 0, process.stderr)
        reasons = {gap["reason"] for gap in self.gaps("simulation")}
        self.assertEqual(reasons, {f"{self.tools}/valgrind ended with status 1: no space for that"})

    def test_wrong_results_are_no_simulation(self):
        self.install("valgrind", VALGRIND)
        process = self.tools_bench("--simulate", "--workload", "sort", FAKE_TROUBLE="")
        self.assertEqual(process.returncode, 0, process.stderr)
        self.install("valgrind", VALGRIND.replace('"$@" ||', 'FAKE_TROUBLE="vm-acc:x switch-acc:vm=wrong" "$@" ||'))
        process = self.tools_bench("--simulate", "--workload", "vm")
        self.assertEqual([gap["reason"] for gap in self.gaps("simulation")],
                         ["under cachegrind, switch-acc returns something else than expected",
                          *(f"indirect_branch_misses of {strategy}-acc: the start and the translation alone had more of "
                            "them than the run that executes, so the execution has too few to tell"
                            for strategy in STRATEGIES[1:])])
        self.assertEqual([one["strategy"] for one in self.document()["simulated"]], STRATEGIES[1:])

    def test_limit_of_time(self):
        self.install("valgrind", VALGRIND)
        process = self.tools_bench("--simulate=0.5")
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual({gap["workload"] for gap in self.gaps("simulation")}, {"sort", "vm", "json"})
        self.assertIn("longer than the 0.5 s allowed", self.gaps("simulation")[0]["reason"])

    def test_interruption_keeps_what_is_done_and_resuming_does_the_rest(self):
        self.install("valgrind", VALGRIND.replace('"$@" ||', 'case "$*" in *no-execute*vm*) sleep 60 ;; esac; "$@" ||'))
        process = subprocess.Popen(
            [self.folder / "tailrace", "bench", "--budget", "0", "--events", "none", "--stop", "budget", "--simulate",
             "--workload", "sort,vm", "--output", self.result], env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 60
        log = self.tools / "valgrind.log"
        while not (log.exists() and any("vm" in line for line in self.log("valgrind"))):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + signal.SIGINT)
        before = self.document()["simulated"]
        self.assertIn("the user interrupted the simulation", [gap["reason"] for gap in self.gaps("simulation")])

        self.install("valgrind", VALGRIND)
        process = self.tools_bench("--resume", self.result)
        self.assertEqual(process.returncode, 0, process.stderr)
        after = self.document()["simulated"]
        self.assertEqual(after[:len(before)], before)
        self.assertEqual(sorted((one["workload"], one["strategy"]) for one in after),
                         sorted((name, strategy) for name in ("sort", "vm") for strategy in STRATEGIES))
        # A null of the earlier sitting still has its reason; that of its end has gone.
        gaps = self.gaps("simulation")
        self.assertEqual(len(gaps), 8)
        self.assertTrue(all("too few to tell" in gap["reason"] for gap in gaps), gaps)


class WholeProcesses(ToolsTest):
    def test_what_hyperfine_says_is_kept(self):
        self.install("hyperfine", HYPERFINE)
        process = self.tools_bench("--whole-processes=s*,vm")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        entries = self.document()["whole_processes"]
        self.assertEqual(sorted((one["workload"], one["strategy"]) for one in entries),
                         sorted((name, strategy) for name in ("sort", "vm") for strategy in STRATEGIES))
        for one in entries:
            self.assertEqual(one["command"][0], f"{one['strategy']}-acc")
            self.assertEqual(one["command"][1:4], ["run", "--invoke", "run"])
            self.assertEqual(one["command"][5:], {"sort": ["1", "-5"], "vm": ["nan"]}[one["workload"]])
            self.assertEqual((one["times"], one["mean"], one["exit_codes"]), ([0.25, 0.75], 0.5, [0, 0]))
        for line in self.log("hyperfine"):
            self.assertIn(["--warmup", "1", "--runs", "10"], [json.loads(line)[i:i + 4] for i in range(8)])
        lines = [line.split() for line in process.stdout.splitlines()]
        self.assertIn(["vm"] + ["500.0", "±250.0"] * 4, lines)

    def test_by_default_the_quickest(self):
        self.install("hyperfine", HYPERFINE)
        self.assertEqual(self.tools_bench("--whole-processes").returncode, 0)
        self.assertEqual(len({one["workload"] for one in self.document()["whole_processes"]}), 2)
        # Once is enough.
        self.assertEqual(self.tools_bench("--resume", self.result).returncode, 0)
        self.assertEqual(len(self.document()["whole_processes"]), 8)

    def test_who_failed_is_not_timed(self):
        self.install("hyperfine", HYPERFINE)
        self.assertEqual(self.tools_bench("-p", "--workload", "vm", FAKE_TROUBLE="goto-direct-acc:vm=crash").returncode,
                         1)
        self.assertEqual([one["strategy"] for one in self.document()["whole_processes"]],
                         ["switch", "goto-indirect", "tail-direct"])

    def test_what_cannot_be_timed_is_said(self):
        for text, arguments, reason in (
                (None, "-p", "hyperfine is not installed: scripts/setup, or apt-get install hyperfine"),
                ("#!/bin/sh\necho 'Error: too old' >&2; exit 3\n", "-p",
                 f"{self.tools}/hyperfine ended with status 3: Error: too old"),
                ("#!/bin/sh\nexit 0\n", "-p", "hyperfine's JSON is not as expected")):
            if text:
                self.install("hyperfine", text)
            process = self.tools_bench(arguments, "--workload", "vm")
            self.assertEqual(process.returncode, 0, process.stderr)
            self.assertIn(reason, self.gaps("whole process")[0]["reason"])
            self.assertIn(reason, process.stderr)
            self.assertEqual(self.document()["whole_processes"], [])


    def test_a_pattern_of_nothing_is_found_before_measuring(self):
        self.install("hyperfine", HYPERFINE)
        process = self.tools_bench("-psort", "--workload", "vm")
        self.assert_fails(process, 2, 'no workload of this run matches "sort", of which --whole-processes')
        self.assertEqual(process.stdout, "")
        self.assertFalse(self.result.exists())
        # It may also be that none could be measured.
        process = self.tools_bench("-psort", FAKE_TROUBLE=" ".join(f"{name}-acc:sort=crash" for name in STRATEGIES))
        self.assertEqual(self.gaps("whole process")[0]["reason"], "no measured workload matches the pattern")


class Traces(ToolsTest):
    def test_the_replayers_work_is_said_beside_the_numbers(self):
        self.install("hyperfine", HYPERFINE)
        self.install("valgrind", VALGRIND)
        trace = self.folder / "mine.trace"
        trace.write_text("mine\n")
        said = "Of recorded traces, the replayer's own work is in these"
        options = "-p", "-m", "--events", "task-clock"
        process = self.tools_bench("--trace", trace, *options)
        self.assertEqual(process.returncode, 0, process.stderr)
        text = " ".join(process.stdout.split())
        self.assertEqual([text.count(f"{said} {what}.") for what in ("counts", "times")], [2, 1])
        self.result.unlink()
        self.assertNotIn(said, " ".join(self.tools_bench("--workload", "vm", *options).stdout.split()))


class Builds(ToolsTest):
    def test_every_build_takes_part(self):
        self.install("hyperfine", HYPERFINE)
        self.install("valgrind", VALGRIND.replace("1009 8", "1009 10"))
        make_executors(self.root / "build-gcc", STRATEGIES[:3], compiler="gcc", version="12.2.0")
        process = self.tools_bench("--builds", f"{self.folder},{self.root / 'build-gcc'}", "--workload", "vm", "-p", "-m")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        expected = [("clang-22", strategy) for strategy in STRATEGIES]
        expected += [("gcc-12", strategy) for strategy in STRATEGIES[:3]]
        for list_name in "simulated", "whole_processes":
            self.assertEqual([(one["build"], one["strategy"]) for one in self.document()[list_name]], expected)
        log = "\n".join(self.log("hyperfine"))
        self.assertEqual(log.count("build-gcc/dispatch/"), 3)
        self.assertNotIn("/", "".join(one["command"][0] for one in self.document()["whole_processes"]))
        self.assertEqual(process.stdout.count("SIMULATED"), 2)


if __name__ == "__main__":
    import sys
    unittest.main(argv=sys.argv[:1])
