#!/usr/bin/python3
"""Tests scripts/fleet with a real Slurm and a real sshd on this machine. Exit status 77: skipped, as is each backend that is
not installed, with a message.

What is measured is scripts/checks/fake_bench.py. Every process that is started here is ended by its id.
"""
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

try:
    import jsonschema
    import scipy
    import tomllib
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)

sys.dont_write_bytecode = True
SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))
from analysis.printable import Trouble, file_name  # noqa: E402
from fleets import configuration, hosts, jobs, slurm  # noqa: E402

FLEET = SCRIPTS / "fleet"
PATIENCE = 300  # seconds for what takes none, on a busy machine


def lacking(*programs):
    """For skipping: what is not installed."""
    found = [name for name in programs if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")]
    return f"{', '.join(found)} not installed" if found else "this takes root" if os.getuid() else None


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Servers:
    """Processes that are ended, by their ids, when the test ends."""

    def __init__(self, test, environment=None):
        self.running, self.environment = {}, environment
        test.addCleanup(self.end)

    def start(self, name, *words):
        path = shutil.which(words[0], path="/usr/sbin:/usr/bin:/sbin:/bin")
        self.running[name] = subprocess.Popen([path, *map(str, words[1:])], stdin=subprocess.DEVNULL, env=self.environment,
                                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self, name):
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def end(self):
        for name in reversed(list(self.running)):
            self.stop(name)


class Case(unittest.TestCase):
    state = "state"  # the folder of jobs and results

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.rules = self.folder / "rules"
        self.rules.mkdir()
        # Runs of others on this machine keep these waiting no more than these keep others.
        self.environment = {**os.environ, "TMPDIR": folder.name}

    def configure(self, groups, measure="layouts = 2"):
        (self.folder / "fleet.toml").write_text(f"""directory = "{self.state}"
[measure]
command = "scripts/checks/fake_bench.py"
before = ["export FAKE_BENCH={self.rules}"]
{measure}
{groups}""")

    def fleet(self, command, *words, status=0):
        """What it prints; its complaints in self.complaints."""
        done = subprocess.run([FLEET, command, self.folder / "fleet.toml", *words], capture_output=True, text=True,
                              env=self.environment)
        self.complaints = done.stderr
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout

    def states(self):
        """By job: [machine, state...], as the table has them."""
        lines = self.fleet("status", status=None).splitlines()
        begins = [lines[0].index(head) for head in ("job", "machine", "state", "time left", "why")]
        spans = list(zip(begins, [*begins[1:], None]))
        return {cells[0]: cells[1:] for line in lines[1:-1]
                for cells in [[line[begin:end].strip() for begin, end in spans]]}

    def wait_for(self, job, *wanted):
        """Until its state is one of these; its row."""
        until = time.monotonic() + PATIENCE
        while True:
            row = self.states()[job]
            if row[1] in wanted:
                return row
            self.assertLess(time.monotonic(), until, f"{job}: {row}")
            time.sleep(0.3)

    def results(self):
        return {path.name: path.read_text()
                for path in (self.folder / self.state / "results").glob("*")}


class Local(Case):
    def test_from_plan_to_report(self):
        self.configure('[groups.here]\nbackend = "local"')
        plan = self.fleet("plan")
        self.assertIn("here", plan)
        self.assertIn("2 layouts; default", plan)
        self.assertFalse((self.folder / "state").exists())  # a dry run
        (self.rules / "cpu").write_text('{"vendor": "AuthenticAMD", "family": "25", "model_number": "17", "model": "EPYC"}')
        self.assertIn("1 job submitted", self.fleet("submit"))
        self.assertIn("0 jobs submitted", self.fleet("submit"))
        self.wait_for("here", "done")
        self.assertIn("1 result collected", self.fleet("collect"))
        first = self.results()
        self.assertEqual(list(first), [f"Zen-4-EPYC-{socket.gethostname()}-here-1.json"])
        result = json.loads(next(iter(first.values())))
        self.assertEqual((result["fleet"]["job"], len(result["fleet"]["conditions"])), ("here", 1))
        self.assertIn("0 results collected, 1 had been before", self.fleet("collect"))
        self.assertEqual(self.results(), first)
        self.assertIn("Zen 4 (EPYC)", self.fleet("report"))
        self.assertTrue((self.folder / "state/report.html").exists())
        builds = [path.name for path in (self.folder / "state/builds").iterdir()]
        self.assertTrue(builds[0].startswith(os.uname().machine), builds)

    def test_what_fails_is_said_and_goes_on_again(self):
        self.configure('[groups.here]\nbackend = "local"')
        (self.rules / "fails").write_text("yes")
        self.fleet("submit")
        self.assertIn("clang-22 could not build this", self.wait_for("here", "failed")[-1])
        self.assertIn("0 results collected", self.fleet("collect"))
        self.fleet("report", status=1)
        self.assertRegex(self.complaints, "here.*: failed, the build ended.*\n.*there is nothing to report")
        (self.rules / "fails").unlink()
        self.assertIn("1 job submitted", self.fleet("submit", "--again"))
        self.wait_for("here", "done")

    def test_a_run_that_is_cancelled_or_killed_goes_on(self):
        self.configure('[groups.here]\nbackend = "local"')
        (self.rules / "seconds").write_text("100")
        self.fleet("submit")
        while self.wait_for("here", "running")[-1] != "measuring":
            time.sleep(0.1)
        self.assertIn("1 job cancelled", self.fleet("cancel"))
        self.wait_for("here", "cancelled")
        self.fleet("submit", "--again")
        self.wait_for("here", "done")  # the fake measures no second time
        self.fleet("collect")
        sittings = json.loads(next(iter(self.results().values())))["sittings"]
        self.assertEqual([own["state"] for own in sittings], ["interrupted", "complete"])

    def test_a_process_that_is_gone_is_lost(self):
        self.configure('[groups.here]\nbackend = "local"')
        (self.rules / "seconds").write_text("100")
        self.fleet("submit")
        while self.wait_for("here", "running")[-1] != "measuring":
            time.sleep(0.1)
        result = json.loads((self.folder / "state/jobs/here/result.json").read_text())
        os.kill(int((self.folder / "state/jobs/here/process").read_text().split()[0]), signal.SIGKILL)
        self.assertIn("its process is gone", self.wait_for("here", "lost")[-1])
        # The run goes on, and no other one begins beside it.
        self.fleet("submit", "--again")
        while not (row := self.wait_for("here", "pending", "done"))[-1] and row[1] == "pending":
            time.sleep(0.1)  # it begins
        self.assertIn("another run of this machine goes on", row[-1])
        os.kill(int(result["sittings"][0]["command"][0]), signal.SIGKILL)
        self.wait_for("here", "done")

    def test_jobs_with_names_alike_share_nothing(self):
        """The one's name ends with the other's, as do their results'; both measure the layout 0."""
        groups = [f'[groups.{name}]\nbackend = "local"\n' for name in ("a-z", "z")]
        self.configure("".join(groups), "layouts = 1")
        self.assertIn("2 jobs submitted", self.fleet("submit"))
        for name in "a-z", "z":
            self.wait_for(name, "done")
        self.assertEqual(len(list((self.folder / "state/builds").iterdir())), 2)
        self.assertIn("2 results collected, 0 had been before", self.fleet("collect"))
        self.assertIn("0 results collected, 2 had been before", self.fleet("collect"))
        host = socket.gethostname()
        self.assertEqual(sorted(self.results()),
                         [f"Test-CPU-{host}-{name}-1.json" for name in ("a-z", "z")])
        # What was collected is collected again if it is gone, and never over something else.
        path = self.folder / f"state/results/Test-CPU-{host}-z-1.json"
        path.unlink()
        self.assertIn("1 result collected, 1 had been before", self.fleet("collect"))
        job = self.folder / "state/jobs/z/job.json"
        job.write_text(json.dumps({**json.loads(job.read_text()), "result": ""}))
        path.write_text("{}")
        self.fleet("collect", status=1)
        self.assertRegex(self.complaints, r"z: .*z-1.json is there, and is of another run")
        self.assertEqual(path.read_text(), "{}")
        path.unlink()
        # A job that the configuration has no more stands in the report, and what measured nothing.
        (self.rules / "nothing").write_text("yes")
        (self.folder / "state/jobs/z/result.json").unlink()
        self.fleet("collect", status=1)
        self.assertIn("z: it is done, and its result is gone", self.complaints)
        job.write_text(json.dumps({**json.loads(job.read_text()), "identity": ""}))
        self.fleet("submit")
        self.wait_for("z", "done")
        self.assertIn("1 result collected", self.fleet("collect"))
        self.configure(groups[1])
        report = self.fleet("report", status=1)
        self.assertRegex(report, r"\| here .*: a-z +\| unknown +\| .* does not have its group")
        self.assertRegex(report, r"\| Test-CPU-.*-z-2.json +\| empty +\| nothing could be measured")

    def test_torn_conditions_are_left_out(self):
        self.configure('[groups.here]\nbackend = "local"')
        self.fleet("submit")
        self.wait_for("here", "done")
        with open(self.folder / "state/jobs/here/conditions.json", "ab") as file:
            file.write(b'{"seconds": 1, "lo\n\0\0\xff')
        self.assertIn("1 result collected", self.fleet("collect"))
        self.assertIn("here: line 2 of its conditions.json is torn; the result is collected "
                      "without it\n", self.complaints)
        result = json.loads(next(iter(self.results().values())))
        self.assertEqual(len(result["fleet"]["conditions"]), 1)

    def test_whatever_is_wrong_is_said(self):
        folder = self.folder / "job"
        folder.mkdir()
        (folder / "settings.json").write_text("{}")
        done = subprocess.run([SCRIPTS / "fleets/job.py", folder], capture_output=True, text=True)
        self.assertIn("Traceback", done.stderr)
        event, = jobs.parse_events((folder / "events").read_text())
        self.assertEqual((done.returncode, event[1], event[3]),
                         (1, "failed", "KeyError: 'by_turns'; see its log"))

    def test_a_machine_without_compiler_or_room(self):
        self.configure('[groups.here]\nbackend = "local"\ncompilers = ["clang-999"]')
        self.fleet("submit")
        self.assertIn("no compiler: this machine has none of clang-999", self.wait_for("here", "failed")[-1])
        full = ('python3 -c "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)); '
                'sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name=\'__main__\')"')
        done = subprocess.run(f"{full} {SCRIPTS}/fleets/job.py {self.folder}/state/jobs/here", shell=True, capture_output=True)
        events = jobs.parse_events((self.folder / "state/jobs/here/events").read_text())
        self.assertEqual((done.returncode, events[-1][1]), (1, "failed"), done.stderr)
        self.assertIn("a full disk, or a full quota", events[-1][3])


class Configuration(Case):
    def test_mistakes_are_a_sentence(self):
        for text, sentence in [
                ("[groups", "this is no TOML"), ("", "there is no group of machines"),
                ('[groups.a]\nbackend = "pbs"', "backend is to be local, ssh, slurm, not 'pbs'"),
                ('[groups.a]\nbackend = "ssh"', "hosts is missing"),
                ('[groups.a]\nbackend = "ssh"\nhosts = "one"', "hosts is to be a list of texts, not 'one'"),
                ('[groups.a]\nbackend = "local"\npartition = "x"', 'there is no "partition"'),
                ('[groups.a]\nbackend = "slurm"\ntime = "soon"', "time is to be as sbatch takes it"),
                ('[measure]\nlayouts = 0\n[groups.a]\nbackend = "local"', "layouts is to be a number, not 0"),
                ('nodes = 1\n[groups.a]\nbackend = "local"', 'there is no "nodes"')]:
            (self.folder / "fleet.toml").write_text(text)
            with self.assertRaisesRegex(Trouble, sentence.replace("(", "\\(")):
                configuration.read(self.folder / "fleet.toml")
        self.fleet("plan", status=1)
        self.assertEqual(self.complaints.count("\n"), 1)

    def test_only_what_holds_for_going_on_is_kept(self):
        for given, kept in [
                ("--dispatch all --budget 9 --stop=budget --zero", "--budget 9 --stop budget"),
                ("-b9 -t 5 -oFILE -l2", "-b 9 -t 5"), ("-zb9 -ob -m -p3", "-b 9"),
                ("--budg=9", "--budget 9"),
                ("--no-whole-processes -w -t* --output --budget", "--no-whole-processes"),
                ("--smallest-effect 1% -- --budget 9", "--smallest-effect 1%")]:
            self.assertEqual(jobs.resumable(given.split()), kept.split(), given)
        with self.assertRaisesRegex(Trouble, "would not understand --bugdet 9: .*'--bugdet'"):
            jobs.resumable(["--bugdet", "9"])

    def test_names_of_groups_and_hosts_make_one_name(self):
        self.configure('[groups.lab]\nbackend = "ssh"\nhosts = ["a-b", "c"]\n'
                       '[groups.lab-a]\nbackend = "ssh"\nhosts = ["b"]')
        plan = self.fleet("plan", status=1)
        self.assertEqual(self.complaints,
                         'fleet: [groups.lab-a]: its job "lab-a-b" has the name of one of '
                         '[groups.lab]; give one of these groups another name\n')
        self.assertEqual((plan.count(" new\n"), "lab-c " in plan), (2, True))

    def test_names_are_cut_with_a_digest(self):
        for name in "zen5.example", "user@arm.example":
            self.assertEqual(file_name(name), name)
        names = ["a b", "a-b", "a:b", "", ".", "unnamed", *("x" * 70 + end for end in "12")]
        self.assertEqual(len({file_name(name) for name in names}), len(names))
        self.assertTrue(all(0 < len(file_name(name)) <= 60 for name in names))

    def test_what_reframe_reads(self):
        """The check itself takes ReFrame; what it runs on the machine does not."""
        from example_result import result
        (self.folder / "result.json").write_text(json.dumps(result()))
        said = subprocess.run([SCRIPTS / "fleets/reframe_check.py", self.folder / "result.json"], capture_output=True, text=True)
        self.assertEqual(said.stdout, "state: complete\ngain: tail-direct_over_switch 4.0000\n", said.stderr)

    def test_clocks_that_differ_are_said(self):
        self.assertEqual(jobs.skew_text(400.2), "its clock is 400 s ahead of this one's")
        self.assertEqual(jobs.skew_text(1), "")


def node(name, features, partitions=("main",), state="idle", flags=(), reason="", architecture="x86_64"):
    return {"name": name, "features": features, "active_features": features, "partitions": list(partitions), "state": state,
            "state_flags": list(flags), "reason": reason, "architecture": architecture, "threads": 2}


class Sinfo(Case):
    """What clusters say, as it was recorded."""

    def large(self):
        return json.dumps({"nodes": [node(f"n{number:03}", f"kind{number % 12},rack{number % 3}", ["main"])
                                     for number in range(200)]})

    def test_many_nodes_are_few_kinds(self):
        self.configure('[groups.cluster]\nbackend = "slurm"\nnodes = 3\nqos = "low"')
        (self.folder / "sinfo.json").write_text(self.large())
        plan = self.fleet("plan", "--sinfo", self.folder / "sinfo.json")
        self.assertEqual(plan.count(" new\n"), 12 * 3)
        self.assertIn("cluster-main-kind3-rack0-x86_64-2 ", plan)
        self.assertIn("--array=1-3 --qos=low", plan)

    def test_kinds_are_apart(self):
        nodes = slurm.nodes_of_json(json.dumps({"nodes": [
            node("a", "zen4"), node("b", "zen4,gpu"), node("c", "gpu,zen4"), node("d", "zen4", architecture="aarch64"),
            node("e", "zen4", ["other"], flags=["DRAIN"], reason="fan"), node("f", "zen5")]}))
        kinds = slurm.kinds_of(nodes)
        self.assertEqual([(kind.name, [one.name for one in kind.nodes]) for kind in kinds], [
            ("main-zen4-x86_64", ["a"]), ("main-gpu-zen4-x86_64", ["b", "c"]),
            ("main-zen4-aarch64", ["d"]),
            ("other-zen4-x86_64", ["e"]), ("main-zen5-x86_64", ["f"])])
        self.assertEqual(kinds[3].state, "0 of 1 nodes; 1 drain: fan")
        self.configure('[groups.a]\nbackend = "slurm"')
        group, = configuration.read(self.folder / "fleet.toml").groups
        self.assertIn("--exclude=b,c,d", slurm.Slurm(group).sbatch(kinds[0], nodes, 1))
        self.assertEqual(len(slurm.kinds_of(nodes, ["other"])), 1)
        self.assertEqual([kind.name for kind in slurm.kinds_of(nodes, [], "gpu")],
                         ["main-gpu-zen4-x86_64"])

    def test_kinds_have_names_of_their_own(self):
        """Long ones, and a partition whose name is that of another with a feature."""
        long = ",".join(f"feature{number:02}" for number in range(20))
        text = json.dumps({"nodes": [
            node("a", "b", ["a"]), node("b", "", ["a-b"]), node("c", f"{long},x"),
            node("d", f"{long},y"), node("e", "gpu:1", ["a"]), node("f", "gpu-1", ["a"])]})
        self.assertEqual(len({kind.name for kind in slurm.kinds_of(slurm.nodes_of_json(text))}), 5)
        (self.folder / "sinfo.json").write_text(text)
        self.configure('[groups.s]\nbackend = "slurm"')
        plan = self.fleet("plan", "--sinfo", self.folder / "sinfo.json")
        names = [line.split()[0] for line in plan.splitlines() if line.endswith(" new")]
        self.assertEqual((len(names), len(set(names))), (6, 6))

    def test_lists_of_nodes_have_brackets(self):
        for text, names in [
                ("node[01-03,07]", "node01 node02 node03 node07"),
                ("a,b[1],c-[9-10]", "a b1 c-9 c-10"),
                ("r[1-2]n[08-09]x,y", "r1n08x r1n09x r2n08x r2n09x y"), ("n", "n")]:
            self.assertEqual(list(slurm.names_of(text)), names.split())
        self.assertEqual(list(slurm.names_of(["a[1-2]", "b"])), ["a1", "a2", "b"])
        with self.assertRaisesRegex(Trouble, "sinfo answers in a format that is not known here"):
            slurm.nodes_of_json(json.dumps({"sinfo": [{
                "node": {"state": []}, "nodes": {"nodes": ["n[a-b]"]},
                "partition": {"name": "main"}, "features": {"total": "", "active": ""},
                "threads": {"maximum": 2}}]}))

    def stand_in(self, name, script):
        (self.folder / name).write_text(f"#!/bin/bash\n{script}\n")
        (self.folder / name).chmod(0o755)

    def test_an_answer_that_comes_too_late(self):
        """sbatch takes a job and says nothing: the queue is asked, now or the next time."""
        (self.folder / "sinfo.json").write_text(json.dumps({"nodes": [node("a", "zen4")]}))
        self.stand_in("sinfo", f'[ "$1" = --help ] && echo --json || cat {self.folder}/sinfo.json')
        self.stand_in("sbatch", f'printf "%s\\n" "$@" >>{self.folder}/asked; exec sleep 60')
        self.stand_in("squeue", f'[ ! -e {self.folder}/away ] || exit 1\n'
                                'for word; do [[ $word != --name=* ]] || name=$word; done\n'
                                f'! grep -qx -e "--job-${{name#--}}" {self.folder}/asked ||'
                                ' echo 77')
        self.configure('[groups.a]\nbackend = "slurm"')
        fleet = configuration.read(self.folder / "fleet.toml")
        fleet.directory = self.folder / "100%"
        backend = slurm.Slurm(fleet.groups[0])

        def submit(job):
            job.attempt += 1
            jobs.write(fleet, job)
            return list(backend.submit(fleet, [job]))[0]
        with mock.patch.dict(os.environ, {"PATH": f"{self.folder}:{os.environ['PATH']}"}), \
                mock.patch.object(slurm, "ANSWERS_IN", 1):
            job, = (job for job, _, _ in backend.plan())
            job.token = "1234"
            self.assertEqual((submit(job).identity, job.why), ("77", ""))
            self.assertIn(f"--output={self.folder}/100%%/jobs/{job.name}/log",
                          (self.folder / "asked").read_text())
            job.identity, job.token = "", "5678"
            (self.folder / "away").touch()
            self.assertEqual((submit(job).identity, job.why),
                             ("", "sbatch did not answer within 1 s"))
            (self.folder / "away").unlink()
            asked = (self.folder / "asked").read_text()
            self.assertEqual((submit(job).identity, job.why), ("77", ""))
            self.assertEqual((self.folder / "asked").read_text(), asked)
            gone = jobs.Job("a-main-zen9", "a", "zen9 in main", "main", "0")
            self.assertIn("no nodes of this kind any more", submit(gone).why)

    def test_what_was_preempted_is_no_more_running(self):
        status = slurm.Slurm.by_slurm({"state": "PREEMPTED", "left": "0:10"},
                                      jobs.Status(jobs.RUNNING))
        self.assertEqual(status.state, jobs.FAILED)
        self.assertIn("submit --again goes on", status.text)

    def test_newer_and_older_versions(self):
        newer = slurm.nodes_of_json(json.dumps({"sinfo": [{
            "node": {"state": ["IDLE", "DRAIN"]}, "nodes": {"nodes": ["n[01-03,7]"]}, "partition": {"name": partition},
            "features": {"total": "zen4", "active": "zen4"}, "threads": {"maximum": 2},
            "reason": {"description": "fan"}} for partition in ("main", "long")]}))
        self.assertEqual([(one.name, one.partitions, one.can_run) for one in newer],
                         [(name, ["main", "long"], False) for name in ("n01", "n02", "n03", "n7")])
        older, = slurm.nodes_of_table("n1|main|zen4,gpu|2|8|2|idle*|none\nn1|long|zen4,gpu|2|8|2|idle*|none\n")
        self.assertEqual((older.partitions, older.features, older.can_run), (["main", "long"], ("zen4", "gpu"), True))

    def test_another_format_is_a_sentence(self):
        for text in "no", "{}", '{"nodes": [{"hostname": "x"}]}', '{"sinfo": [1]}', "[]":
            with self.assertRaisesRegex(Trouble, "sinfo answers in a format that is not known here"):
                slurm.nodes_of_json(text)
        with self.assertRaisesRegex(Trouble, "^sinfo: Unspecified error$"):
            slurm.nodes_of_json('{"errors": [{"error": "Unspecified error", "errno": -1}], "nodes": []}')
        with self.assertRaisesRegex(Trouble, "a line \"PARTITION\""):
            slurm.nodes_of_table("PARTITION\n")

    def test_without_slurm(self):
        self.configure('[groups.a]\nbackend = "slurm"')
        self.environment["PATH"] = str(self.folder)
        os.symlink("/usr/bin/git", self.folder / "git")
        self.fleet("plan", status=1)
        self.assertIn("there is no sinfo here", self.complaints)

    def test_without_munge(self):
        sinfo = self.folder / "sinfo"
        sinfo.write_text("#!/bin/sh\necho 'sinfo: error: Munge encode failed: Failed to access \"/run/munge/munge.socket.2\": No "
                         "such file or directory' >&2\nexit 1\n")
        sinfo.chmod(0o755)
        self.configure('[groups.a]\nbackend = "slurm"')
        self.environment["PATH"] = f"{self.folder}:{os.environ['PATH']}"
        self.fleet("plan", status=1)
        self.assertRegex(self.complaints, r"^fleet: \[groups.a\]: munge, by which Slurm knows who asks, does not answer here: "
                                          r"start munged.*\n$")


CLUSTER = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SwitchType=switch/none
MpiDefault=none
StateSaveLocation={folder}/controller
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/%n.log
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
SchedulerParameters=sched_interval=2,batch_sched_delay=0,bf_interval=1
{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


@unittest.skipIf(lacking("slurmctld", "slurmd", "munged"), lacking("slurmctld", "slurmd", "munged"))
class Slurm(Case):
    KINDS = {"n1": "zen5", "n2": "zen3", "n3": "zen2", "n4": "zen4"}
    state = "100%j"  # which means something to sbatch

    def setUp(self):
        super().setUp()
        folder, host = self.folder / "slurm", socket.gethostname().partition(".")[0]
        (folder / "controller").mkdir(parents=True)
        nodes = []
        for name, feature in self.KINDS.items():
            (folder / name).mkdir()
            nodes.append(f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={free_port()} CPUs=2 Features={feature}")
        (folder / "slurm.conf").write_text(CLUSTER.format(host=host, controller=free_port(), folder=folder,
                                                          nodes="\n".join(nodes)))
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        self.environment["SLURM_CONF"] = str(folder / "slurm.conf")
        self.servers = Servers(self, self.environment)
        # In folders of others munged wants to be told twice.
        self.servers.start("munge", "munged", "--foreground", "--force", f"--key-file={key}",
                           f"--socket={folder}/munge.socket", f"--pid-file={folder}/munge.pid",
                           f"--log-file={folder}/munge.log", f"--seed-file={folder}/munge.seed")
        self.wait_until((folder / "munge.socket").exists)
        self.servers.start("controller", "slurmctld", "-D")
        for name in self.KINDS:
            self.servers.start(name, "slurmd", "-D", "-N", name)
        self.wait_until(lambda: self.slurm("sinfo", "-h", "-N", "-o", "%T").split() == ["idle"] * len(self.KINDS))
        self.addCleanup(self.end_jobs)

    def end_jobs(self):
        """What is left of a test that failed; the servers have to be there for it."""
        self.slurm("scancel", "--me")
        until = time.monotonic() + 20
        while "munge" in self.servers.running and self.slurm("squeue", "-h") and time.monotonic() < until:
            time.sleep(0.2)

    def slurm(self, *words):
        return subprocess.run(words, capture_output=True, text=True, env=self.environment).stdout

    def wait_until(self, there):
        until = time.monotonic() + PATIENCE
        while not there():
            if time.monotonic() > until:
                self.fail("Slurm does not start here")
            time.sleep(0.2)

    def job(self, node):
        return f"cluster-main-{self.KINDS[node]}-{os.uname().machine}"

    def test_a_cluster(self):
        self.configure('[groups.cluster]\nbackend = "slurm"\ntime = "1"\nwarn = 60\npartitions = ["main"]')
        (self.rules / "n1-seconds").write_text("1000")  # until the time limit
        (self.rules / "n2-fails").write_text("yes")
        (self.rules / "n4-seconds").write_text("5")
        for name, model in ("n1", 2), ("n4", 17):
            family = "26" if name == "n1" else "25"
            (self.rules / f"{name}-cpu").write_text(json.dumps(
                {"vendor": "AuthenticAMD", "family": family, "model_number": str(model), "model": "EPYC"}))
        self.slurm("scontrol", "update", "nodename=n3", "state=drain", "reason=broken fan")
        plan = self.fleet("plan")
        self.assertEqual([self.job(name) in plan for name in self.KINDS], [True] * 4)
        self.assertIn("0 of 1 nodes; 1 drain: broken fan", plan)
        self.assertIn("4 jobs submitted", self.fleet("submit"))
        # One that is done, whatever the controller does meanwhile.
        self.wait_for(self.job("n4"), "running", "done")
        self.servers.stop("controller")
        self.assertIn(self.states()[self.job("n1")][1], ("unknown", "running", "pending"))
        self.servers.start("controller", "slurmctld", "-D")
        self.assertEqual(self.wait_for(self.job("n4"), "done")[0], "n4")
        # One that cannot build, one that no node can run.
        self.assertIn("clang-22 could not build this", self.wait_for(self.job("n2"), "failed")[-1])
        # Alone, or with those that have not answered since the controller began again: n[1,3].
        self.assertRegex(self.wait_for(self.job("n3"), "pending")[-1], r"\bn(3|\[[\d,-]*3\])")
        self.assertIn("1 job cancelled", self.fleet("cancel", self.job("n3")))
        self.wait_for(self.job("n3"), "cancelled")
        self.assertIn("1 result collected", self.fleet("collect"))
        first = self.results()
        # One that the time limit interrupts: Slurm would begin it anew after two minutes.
        row = self.wait_for(self.job("n1"), "running", "pending")
        while "goes on with what was measured" not in row[-1]:
            time.sleep(0.5)
            row = self.states()[self.job("n1")]
            self.assertIn(row[1], ("running", "pending"), row)
        (self.rules / "n1-seconds").write_text("0")
        record = self.folder / self.state / "jobs" / self.job("n1") / "job.json"
        identity = json.loads(record.read_text())["identity"]
        self.slurm("scontrol", "update", f"jobid={identity}", "starttime=now")
        self.wait_for(self.job("n1"), "done")
        self.assertIn("1 result collected, 1 had been before, 2 jobs without one", self.fleet("collect"))
        self.assertIn("0 results collected, 2 had been before", self.fleet("collect"))
        found = self.results()
        self.assertEqual({name: found[name] for name in first}, first)
        own, = (json.loads(text) for name, text in found.items() if name.startswith("Zen-5-EPYC-n1-"))
        self.assertEqual([sitting["state"] for sitting in own["sittings"]], ["interrupted", "complete"])
        self.assertEqual((own["fleet"]["host"], len(own["fleet"]["conditions"])), ("n1", 2))
        report = self.fleet("report").replace("\\_", "_")
        self.assertRegex(report, rf"\| zen3.*{self.job('n2')} +\| failed +\| the build ended")
        self.assertRegex(report, rf"\| zen2.*{self.job('n3')} +\| cancelled")
        self.assertIn("tail-direct over switch", report)
        # What failed can be begun again.
        (self.rules / "n2-fails").unlink()
        self.slurm("scontrol", "update", "nodename=n3", "state=resume")
        self.assertIn("2 jobs submitted", self.fleet("submit", "--again"))
        self.wait_for(self.job("n2"), "done")
        self.wait_for(self.job("n3"), "done")
        self.assertIn("2 results collected, 2 had been before, 0 jobs", self.fleet("collect"))
        self.assertEqual(len(self.results()), 4)
        self.configure('[groups.cluster]\nbackend = "slurm"\npartitions = ["fast"]')
        self.fleet("plan", status=1)
        self.assertEqual(self.complaints,
                         'fleet: [groups.cluster]: there is no partition "fast"; the cluster has main\n')
        self.servers.stop("munge")
        self.fleet("plan", status=1)
        self.assertRegex(self.complaints, r"^fleet: \[groups.cluster\]: munge, by which Slurm knows who asks, .*\n$")


class Hosts(Case):
    """Hosts whose ssh is a script of this machine; all have one home directory."""

    def setUp(self):
        super().setUp()
        ssh = self.folder / "ssh"
        ssh.write_text(f'#!/bin/bash\n[ ! -e {self.rules}/${{@: -2:1}}-is-away ] || exit 255\n'
                       'exec bash -c "${@: -1}"\n')
        ssh.chmod(0o755)
        self.configure('[groups.lab]\nbackend = "ssh"\nhosts = ["bad", "good"]\n'
                       f'directory = "{self.folder}/remote"\nssh = ["{ssh}"]')

    def test_cancelling_goes_on(self):
        (self.rules / "seconds").write_text("100")
        self.assertIn("2 jobs submitted", self.fleet("submit"))
        self.wait_for("lab-good", "running", "pending")
        (self.rules / "bad-is-away").touch()
        self.assertIn("1 job cancelled", self.fleet("cancel", status=1))
        self.assertRegex(self.complaints, "^fleet: lab-bad: bad cannot be reached: .*\n$")
        self.wait_for("lab-good", "cancelled")
        (self.rules / "bad-is-away").unlink()
        self.assertIn("1 job cancelled", self.fleet("cancel"))
        self.wait_for("lab-bad", "cancelled")

    def test_sources_are_unpacked_apart(self):
        """While another one, of a host with the same home directory, does."""
        source = self.folder / "source.git"
        subprocess.run(["git", "init", "-q", "--bare", source], check=True)
        packed = subprocess.run(["tar", "-C", self.folder, "-c", "source.git"], capture_output=True,
                                check=True).stdout
        target = self.folder / "home/source-1"
        words = ["bash", "-c", hosts.UNPACK, "fleet", target]
        slow = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        slow.stdin.write(packed[:2000])
        slow.stdin.flush()
        while not list(target.parent.glob("*")):
            time.sleep(0.01)
        done = subprocess.run(words, input=packed, capture_output=True)
        self.assertEqual((done.returncode, done.stderr.count(b"error")), (0, 0), done.stderr)
        self.assertTrue((target / ".complete").exists())
        there = target.stat().st_ino
        _, said = slow.communicate(packed[2000:])
        self.assertEqual((slow.returncode, target.stat().st_ino), (0, there), said)
        self.assertEqual([path.name for path in target.parent.iterdir()], ["source-1"])

    def test_fleets_have_folders_of_their_own(self):
        fleet = configuration.read(self.folder / "fleet.toml")
        host = hosts.Ssh(fleet.groups[0]).machines[0]
        job = jobs.Job("lab-bad", "lab", "bad", "bad", "0")
        other = dataclasses.replace(fleet, name="another")
        self.assertNotEqual(host.folder(fleet, job), host.folder(other, job))

    def test_a_process_may_take_a_while_to_begin(self):
        fleet = configuration.read(self.folder / "fleet.toml")
        host = hosts.Ssh(fleet.groups[0]).machines[0]
        new, old, cut = (jobs.Job(name, "lab", "bad", "bad", "0", "bad", 1, "", moment)
                         for name, moment in (("new", time.time()), ("old", 0), ("cut", 0)))
        said = f"1\n= {host.folder(fleet, new)}\ngone\n= {host.folder(fleet, old)}\ngone\n"
        with mock.patch.object(host, "run", return_value=said.encode()):
            found = host.poll(fleet, [new, old, cut])
        self.assertEqual({name: status.state for name, status in found.items()},
                         {"new": jobs.PENDING, "old": jobs.LOST, "cut": jobs.UNKNOWN})
        self.assertEqual(host.poll(fleet, [old])["old"].state, jobs.LOST)  # there is nothing of it


@unittest.skipIf(lacking("sshd", "ssh", "ssh-keygen"), lacking("sshd", "ssh", "ssh-keygen"))
class Ssh(Case):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        for name in "host", "user":
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        (self.folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host\nPidFile none\nStrictModes no\nUsePAM no\n"
            f"AuthorizedKeysFile {self.folder}/user.pub\nPermitRootLogin yes\n")
        os.makedirs("/run/sshd", exist_ok=True)  # which Debian's sshd wants
        self.servers = Servers(self)
        self.start()
        self.ssh = ["ssh", "-p", str(self.port), "-i", str(self.folder / "user"), "-F", "none", "-o",
                    "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.folder}/known"]

    def start(self):
        self.servers.start("sshd", "sshd", "-D", "-f", self.folder / "sshd_config")

    def hosts(self, ssh, others=""):
        self.configure(f'[groups.lab]\nbackend = "ssh"\nhosts = [{others}"root@127.0.0.1"]\n'
                       f'directory = "{self.folder}/remote"\nssh = {json.dumps(ssh)}')

    def cut(self, session):
        """The server's end of a connection that is open."""
        for child in pathlib.Path(f"/proc/{self.servers.running['sshd'].pid}/task").glob("*/children"):
            for pid in child.read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
        session.wait(PATIENCE)

    def test_the_run_outlives_the_connection(self):
        self.hosts(self.ssh, '"nowhere.invalid", ')
        (self.rules / "seconds").write_text("4")
        self.assertIn("1 job submitted", self.fleet("submit", status=1))
        self.assertIn("nowhere.invalid cannot be reached", self.complaints)
        job, row = "lab-root@127.0.0.1", self.states()
        self.assertEqual(row["lab-nowhere.invalid"][1], "failed")
        self.wait_for(job, "running", "done")
        # The connection through which something is watched is cut, and then the machine is away for a while.
        session = subprocess.Popen([*self.ssh, "root@127.0.0.1", "sleep 1000"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        self.cut(session)
        self.servers.stop("sshd")
        row = self.wait_for(job, "unknown")
        self.assertIn("cannot be reached", row[-1])
        self.assertIn("0 results collected", self.fleet("collect"))
        self.start()
        self.wait_for(job, "done")
        # Half a result is none.
        half = self.folder / "half"
        half.write_text('#!/bin/bash\nexec "$@" | head -c 3000\n')
        half.chmod(0o755)
        self.hosts([str(half), *self.ssh])
        self.fleet("collect", status=1)
        self.assertIn("did not arrive whole", self.complaints)
        self.assertEqual(self.results(), {})
        self.hosts(self.ssh)
        self.assertIn("1 result collected", self.fleet("collect"))
        self.assertEqual(len(self.results()), 1)


if __name__ == "__main__":
    unittest.main()
