#!/usr/bin/python3
"""A run of scripts/bench as a test of ReFrame 4 (https://reframe-hpc.readthedocs.io), on each system:partition and programming
environment that its configuration has:

    reframe -C SETTINGS.py -c scripts/fleets/reframe_check.py -r --performance-report
    reframe ... -S TailraceDispatch.suites=default,real -S TailraceDispatch.layouts=4 -S TailraceDispatch.time_limit=3h

It passes if all was measured and every workload had its result. Performance variables are what each strategy gains on the
first over the suite, as factors; ReFrame holds them against references that a site sets, and logs them by system and partition.
The result file is kept in the output folder: scripts/report makes one page of several.
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def gains(path):
    """What each strategy gains, a line each; run on the machine, where what reads results is installed."""
    sys.path.insert(0, str(ROOT / "scripts"))
    from analysis.results.comparison import comparisons, load
    result = load(path)
    several = len({(sample["build"], sample["isa"]) for sample in result["samples"]}) > 1
    for comparison in comparisons(result):
        for strategy in comparison.strategies[1:]:
            found = comparison.mean(strategy).found
            if found:
                where = f"_{comparison.build['name']}_{comparison.isa}" if several else ""
                yield f"gain: {strategy}_over_{comparison.baseline}{where} {found.speed:.4f}"


if __name__ == "__main__":
    print("state:", json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))["state"])
    print("\n".join(gains(sys.argv[1])))
    sys.exit()

import reframe as rfm  # noqa: E402
import reframe.utility.sanity as sn  # noqa: E402
import reframe.utility.typecheck as typ  # noqa: E402


@rfm.simple_test
class TailraceDispatch(rfm.RunOnlyRegressionTest):
    suites = variable(str, value="default")
    compilers = variable(str, value="")  # none: the newest clang; with commas
    layouts = variable(int, value=8)
    options = variable(typ.List[str], value=[])  # more of scripts/bench
    command = variable(str, value="scripts/bench")

    descr = "What dispatch of bytecode costs on this CPU"
    valid_systems = ["*"]
    valid_prog_environs = ["*"]
    sourcesdir = None
    num_tasks = 1
    num_tasks_per_node = 1
    exclusive_access = True
    use_multithreading = False
    time_limit = "2h"
    keep_files = ["result.json"]
    postrun_cmds = [f"{pathlib.Path(__file__).resolve()} result.json"]

    @run_before("run")
    def set_options(self):
        """Builds stand in the stage directory, and so apart for each partition and environment."""
        self.executable = str(ROOT / self.command)
        self.executable_opts = ["--no-setup", "--no-report", "--build-directory", "builds", "--suite", self.suites,
                                "--layouts", str(self.layouts), "--output", '"$PWD/result.json"', *(
                                    ["--cc", self.compilers] if self.compilers else []), *self.options]

    @sanity_function
    def all_was_measured(self):
        return sn.all([sn.assert_eq(self.job.exitcode or 0, 0), sn.assert_found(r"^state: complete", self.stdout)])

    @run_before("performance")
    def set_performance_variables(self):
        said = pathlib.Path(self.stagedir, str(sn.evaluate(self.stdout)))
        for name, value in sn.evaluate(sn.extractall(r"^gain: (\S+) (\S+)", str(said), (1, 2), (str, float))):
            self.perf_variables[name] = sn.make_performance_function(sn.defer(value), "x")
