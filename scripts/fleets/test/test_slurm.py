#!/usr/bin/python3
"""Tests scripts/fleet under Slurm: from what clusters said, and with a real one on this machine, which is skipped with a
message where it is not installed.
"""
import json
import os
import shutil
import socket
import subprocess
import time
import unittest
from unittest import mock

import clusters
from support import PATIENCE, Case, Servers, free_port, needs

from analysis.printable import Trouble
from fleets import configuration, jobs, slurm


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

    def by_slurm(self, state, *events, **told):
        """The status of a job of which Slurm and its own events say this."""
        events = [(100 + place, state, "n1", text) for place, (state, text) in enumerate(events)]
        return slurm.Slurm.by_slurm({"state": state, "left": "0:10", **told}, jobs.by_events(events, None))

    def test_what_slurm_says_of_a_job(self):
        building, measuring, ended = ("building", ""), ("measuring", ""), ("ended", "it was told to end")
        for status, state, text in [
                (self.by_slurm("PREEMPTED", measuring), jobs.FAILED, "pre-empted, and not requeued.*submit --again goes on"),
                # Pre-empted, and requeued: what was told to end goes on, and is not to be begun beside that.
                (self.by_slurm("COMPLETING", measuring, ended), jobs.RUNNING, "^ending$"),
                (self.by_slurm("PENDING", measuring, ended, reason="BeginTime"), jobs.PENDING,
                 "^BeginTime; it goes on with what was measured$"),
                (self.by_slurm("PENDING", reason="Resources"), jobs.PENDING, "^Resources$"),
                (self.by_slurm("PENDING", reason="(Nodes required for job are DOWN, DRAINED)"), jobs.PENDING, "DRAINED"),
                (self.by_slurm("RUNNING", building, measuring), jobs.RUNNING, "^measuring$"),
                (self.by_slurm("CANCELLED", measuring, ended), jobs.CANCELLED, "^$"),
                (self.by_slurm("COMPLETED", measuring, ended), jobs.CANCELLED, "told to end"),
                (self.by_slurm("COMPLETED", measuring), jobs.FAILED, "ended without a word"),
                (self.by_slurm("TIMEOUT", measuring), jobs.FAILED, "^the time limit; .*submit --again"),
                (self.by_slurm("FAILED", building, ("failed", "no compiler")), jobs.FAILED, "^no compiler$"),
                (self.by_slurm("FAILED", exit=f"{slurm.CANNOT_WRITE}:0"), jobs.FAILED, ": a full disk, or a file system"),
                (self.by_slurm("FAILED", exit=f"{slurm.OVER_QUOTA}:0"), jobs.FAILED, "^over quota: "),
                (self.by_slurm("FAILED", exit="127:0"), jobs.FAILED,
                 "exit status 127; it never said a word: has the node python3, and does it see the sources"),
                (self.by_slurm("NODE_FAIL", measuring), jobs.FAILED, "^Slurm: node fail, exit status 0$"),
                (self.by_slurm("OUT_OF_MEMORY", measuring, exit="0:125"), jobs.FAILED, "^Slurm: out of memory")]:
            self.assertEqual(status.state, state, status)
            self.assertRegex(status.text, text)

    def test_clocks_of_nodes(self):
        """Nothing is asked of a node; what its job wrote tells."""
        now = time.time()
        for events, submitted, text in [
                ([], now, ""), ([now - 5, now - 3], now - 5, ""), ([now - 90], now - 100, ""),
                ([now - 5, now + 400], now - 9, "its clock is at least (400|399) s ahead of this one's"),
                ([now - 500, now - 400], now - 100, "its clock is at least (400|399) s behind this one's")]:
            found = jobs.skew_of([(int(moment), "measuring", "n1", "") for moment in events], submitted)
            self.assertRegex(jobs.skew_text(found, "at least "), f"^{text}$")
        self.configure('[groups.a]\nbackend = "slurm"')
        fleet = configuration.read(self.folder / "fleet.toml")
        job = jobs.Job("a-main", "a", "zen4 in main", "main", "0", "77", submitted=now)
        (fleet.jobs / job.name).mkdir(parents=True)
        (fleet.jobs / job.name / "events").write_text(f"{now + 400:.0f}\tbuilding\tn1\t\n")
        status = slurm.Slurm(fleet.groups[0]).status(fleet, job, {"state": "RUNNING", "left": "1:00"}, "")
        self.assertRegex(status.text, "^building; its clock is at least .* ahead")

    CLUSTER = [("a", ["zen4"], "x86_64", ["IDLE"], ""), ("b", ["zen4", "gpu"], "x86_64", ["IDLE", "PLANNED"], ""),
               ("c", ["zen4"], "aarch64", ["ALLOCATED"], ""), ("d", ["zen4"], "x86_64", ["IDLE", "DRAIN"], "broken fan"),
               ("e", ["zen5"], "", ["DOWN", "NOT_RESPONDING"], "Not responding"),
               ("f", [], "x86_64", ["IDLE", "INVALID_REG"], ""),
               ("g", ["zen5"], "x86_64", ["IDLE", "CLOUD", "POWERED_DOWN"], ""), ("h", ["zen6"], "", ["FUTURE"], "")]
    KINDS = {"main-zen4-x86_64": ("ad", "1 of 2 nodes; 1 drain: broken fan"), "main-gpu-zen4-x86_64": ("b", "1 node"),
             "main-zen4-aarch64": ("c", "1 node"),
             "main-zen5-x86_64": ("eg", "1 of 2 nodes; 1 down/not_responding: Not responding"),
             "main-x86_64": ("f", "0 of 1 nodes; 1 invalid_reg"), "main-zen6": ("h", "0 of 1 nodes; 1 future")}

    def test_all_versions_tell_the_same(self):
        """By partition, features and architecture; and how they are asked."""
        path = {"PATH": f"{self.folder}:{os.environ['PATH']}"}
        for version in "20.11", "21.08", "22.05", "23.02", "23.11", "24.05", "24.11":
            json_of = self.folder / "nodes.json"
            json_of.write_text("" if version == "20.11" else clusters.nodes_json(version, self.CLUSTER))
            of_sinfo = json_of
            if version in clusters.PARSERS:
                of_sinfo = self.folder / "groups.json"
                of_sinfo.write_text(clusters.groups_json(version, self.CLUSTER))
            (self.folder / "lines").write_text(clusters.nodes_lines(self.CLUSTER))
            self.stand_in("sinfo", 'case $* in\n'
                                   f'--help) echo {"" if version == "20.11" else "--json"} ;;\n'
                                   f'--json) cat {of_sinfo} ;;\n*) exit 1 ;;\nesac')
            self.stand_in("scontrol", f'case $* in\n"show nodes -o") cat {self.folder}/lines ;;\n'
                                      f'"show nodes --json") cat {json_of} ;;\n*) exit 1 ;;\nesac')
            with mock.patch.dict(os.environ, path):
                asked = slurm.ask_nodes()
            recorded = slurm.nodes_of_file(self.folder / "lines" if version == "20.11" else json_of)
            for nodes in asked, recorded:
                found = {kind.name: ("".join(node.name for node in kind.nodes), kind.state)
                         for kind in slurm.kinds_of(nodes, ["main"])}
                self.assertEqual(found, self.KINDS, version)
                self.assertEqual({node.partitions == ["main", "long"] for node in nodes}, {True})

    def test_what_cannot_be_told_apart_is_refused(self):
        (self.folder / "sinfo.json").write_text(clusters.groups_json("24.05", self.CLUSTER))
        self.configure('[groups.a]\nbackend = "slurm"')
        self.fleet("plan", "--sinfo", self.folder / "sinfo.json", status=1)
        self.assertRegex(self.complaints, r"^fleet: \[groups.a\]: .*sinfo.json tells in groups .*scontrol show nodes --json.*\n$")

    def test_json_that_cannot_be_written(self):
        """Of a Slurm that was built without it, or whose plugin is not installed."""
        (self.folder / "lines").write_text(clusters.nodes_lines(self.CLUSTER))
        self.stand_in("scontrol", f'[ "$*" = "show nodes -o" ] && cat {self.folder}/lines')
        for said in ("sinfo: fatal: JSON plugin load failure", "sinfo: error: Unable to load serializer plugin serializer/json",
                     "sinfo: fatal: JSON support not compiled in"):
            self.stand_in("sinfo", f'[ "$*" = --help ] && echo --json && exit\necho "{said}" >&2; exit 1')
            with mock.patch.dict(os.environ, {"PATH": f"{self.folder}:{os.environ['PATH']}"}):
                self.assertEqual(len(slurm.ask_nodes()), len(self.CLUSTER))
        self.stand_in("sinfo", '[ "$*" = --help ] && echo --json && exit\necho "sinfo: error: no controller" >&2; exit 1')
        with mock.patch.dict(os.environ, {"PATH": f"{self.folder}:{os.environ['PATH']}"}), \
                self.assertRaisesRegex(Trouble, "^sinfo: error: no controller$"):
            slurm.ask_nodes()

    def test_what_sbatch_is_given(self):
        (self.folder / "nodes.json").write_text(clusters.nodes_json("24.05", self.CLUSTER))
        self.configure('[groups.a]\nbackend = "slurm"\npartitions = ["long"]\nconstraint = "gpu"\naccount = "hpc"\nqos = "low"\n'
                       'reservation = "friday"\ntime = "1-12"\nwarn = 300\nsbatch = ["--mem=0"]')
        plan = self.fleet("plan", "--sinfo", self.folder / "nodes.json")
        group, = configuration.read(self.folder / "fleet.toml").groups
        self.assertEqual(slurm.Slurm(group).launch, ["srun", "--ntasks=1", "--disable-status", "--mpi=none", "--cpu-bind=threads"])
        self.assertEqual(plan.splitlines()[-1],
                         "a-long-gpu-zen4-x86_64: sbatch --parsable --partition=long --nodes=1 --ntasks=1 --exclusive "
                         "--hint=nomultithread --time=1-12 --signal=B:USR1@300 --requeue --open-mode=append "
                         "'--constraint=gpu&zen4' --account=hpc --qos=low --reservation=friday --mem=0")

    def test_another_format_is_a_sentence(self):
        for text in "no", "{}", '{"nodes": [{"hostname": "x"}]}', '{"sinfo": {}}', '{"nodes": [1]}', "[]":
            with self.assertRaisesRegex(Trouble, "sinfo answers in a format that is not known here"):
                slurm.nodes_of_json(text)
        with self.assertRaisesRegex(Trouble, "^sinfo: Unspecified error$"):
            slurm.nodes_of_json('{"errors": [{"error": "Unspecified error", "errno": -1}], "nodes": []}')
        with self.assertRaisesRegex(Trouble, "scontrol answers in a format .*a line \"Name=n1\""):
            slurm.nodes_of_lines("Name=n1\n")

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
        self.stand_in("sinfo", "echo 'sinfo: error: Munge decode failed: Rewound credential' >&2")
        self.fleet("plan", status=1)
        self.assertRegex(self.complaints, r"^fleet: \[groups.a\]: munge, .* takes no credentials of a clock that differs by "
                                          r"minutes.*Rewound.*\n$")


# What the kernel calls this machine for a process that asks for another architecture.
FOREIGN = subprocess.run(["setarch", "linux32", "uname", "-m"], capture_output=True, text=True).stdout.strip()
CLUSTER = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin={binding}
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
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1
{more}
"""


class Cluster(Case):
    """A controller and nodes, all of this machine."""
    KINDS = {}           # features by node
    FOREIGN = ()         # nodes that say that they are of another architecture
    BINDING = "task/none"
    MORE = ""            # of slurm.conf

    def setUp(self):
        super().setUp()
        folder, host = self.folder / "slurm", socket.gethostname().partition(".")[0]
        (folder / "controller").mkdir(parents=True)
        nodes = []
        for name, feature in self.KINDS.items():
            (folder / name).mkdir()
            nodes.append(f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={free_port()} CPUs=2 Features={feature}")
        (folder / "slurm.conf").write_text(CLUSTER.format(host=host, controller=free_port(), folder=folder,
                                                          nodes="\n".join(nodes), more=self.MORE,
                                                          binding=self.BINDING))
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
            self.servers.start(name, *(["setarch", "linux32", "/usr/sbin/slurmd"] if name in self.FOREIGN else ["slurmd"]),
                               "-D", "-N", name)
        self.wait_until(lambda: self.slurm("sinfo", "-h", "-N", "-p", "main", "-o", "%T").split() ==
                        ["idle"] * len(self.KINDS))
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
        machine = FOREIGN if node in self.FOREIGN else os.uname().machine
        return f"cluster-main-{self.KINDS[node]}-{machine}"


@needs("slurmctld", "slurmd", "munged")
class Slurm(Cluster):
    KINDS = {"n1": "zen5", "n2": "zen3", "n3": "zen2", "n4": "zen4"}
    state = "100%j"  # which means something to sbatch

    def test_a_cluster(self):
        # Slurm warns up to a minute earlier than it is told to: half a minute after the beginning, or later.
        self.configure('[groups.cluster]\nbackend = "slurm"\ntime = "2"\nwarn = 30\npartitions = ["main"]')
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
        # One that is done, whatever the controller does meanwhile; which, while it is away, begins no step.
        events = self.folder / self.state / "jobs" / self.job("n1") / "events"
        while not events.exists() or "measuring" not in events.read_text():
            time.sleep(0.2)
        self.wait_for(self.job("n4"), "running", "done")
        self.servers.stop("controller")
        row = self.states()[self.job("n1")]
        self.assertIn(row[1], ("unknown", "running", "pending"), row)
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


@needs("slurmctld", "slurmd", "munged")
@unittest.skipIf(FOREIGN in ("", os.uname().machine), "this kernel has one architecture")
class Architectures(Cluster):
    """Two, with one source tree and one folder of builds; and an array of jobs on the nodes of one."""
    KINDS = {"n1": "zen4", "n2": "zen4", "n3": "zen4"}
    FOREIGN = ("n2",)

    def test_builds_are_apart(self):
        self.configure('[groups.cluster]\nbackend = "slurm"\nnodes = 2')
        (self.rules / "seconds").write_text("2")  # so that the array takes both of its nodes
        (self.rules / "n2-cpu").write_text(json.dumps({"architecture": FOREIGN}))
        self.assertIn("3 jobs submitted", self.fleet("submit"))
        where = {}
        for job in self.job("n2"), f"{self.job('n1')}-1", f"{self.job('n1')}-2":
            where[job], state, *_ = self.wait_for(job, "done", "failed")
            self.assertEqual(state, "done")
        self.assertEqual(where.pop(self.job("n2")), "n2")
        self.assertEqual(set(where.values()), {"n1", "n3"})
        self.assertIn("3 results collected", self.fleet("collect"))
        own = os.uname().machine
        builds = [(path.name.partition("-")[0], (path / "built").read_text())
                  for path in (self.folder / "state/builds").iterdir()]
        self.assertEqual(sorted(builds), sorted([(own, own), (FOREIGN, FOREIGN)]))  # what jobs of a kind built is one
        self.assertIn("Test CPU (2 nodes): the mean over n1 and n3, ", self.fleet("report").replace("\\", ""))
        kinds = {json.loads(text)["fleet"]["host"]: json.loads(text)["fleet"]["kind"] for text in self.results().values()}
        self.assertEqual(kinds, {"n1": f"zen4, {own} in main", "n2": f"zen4, {FOREIGN} in main",
                                 "n3": f"zen4, {own} in main"})
        self.assertTrue(all((self.folder / "state/jobs" / job / "log").exists() for job in where))


@needs("slurmctld", "slurmd", "munged")
class Binding(Cluster):
    KINDS = {"n1": "zen4"}
    BINDING = "task/affinity"

    def test_what_is_measured_has_one_cpu(self):
        """The build has them all; and what a step has used is not somebody else's."""
        (self.rules / "works").write_text("3")
        for options, cpus in ("", 1), ('srun = []\n', os.cpu_count()):
            self.configure(f'[groups.cluster]\nbackend = "slurm"\n{options}')
            self.fleet("submit")
            self.wait_for(self.job("n1"), "done")
            self.assertEqual((self.rules / "cpus").read_text(), str(cpus))
            folder = self.folder / "state/jobs" / self.job("n1")
            if cpus == 1:
                self.assertEqual((self.rules / "cpus-of-build").read_text(), str(os.cpu_count()))
                self.assertGreater(float((folder / "used").read_text()), 2.9)
            shutil.rmtree(folder)


@needs("slurmctld", "slurmd", "munged")
class Preemption(Cluster):
    KINDS = {"n1": "zen4"}
    MORE = """PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=9 PreemptMode=OFF"""

    def test_a_job_that_is_preempted_goes_on(self):
        self.configure('[groups.cluster]\nbackend = "slurm"\npartitions = ["main"]')
        (self.rules / "seconds").write_text("1000")
        self.fleet("submit")
        while self.wait_for(self.job("n1"), "running", "pending")[-1] != "measuring":
            time.sleep(0.2)
        self.slurm("sbatch", "--partition=urgent", "--exclusive", "--output=/dev/null", "--wrap=sleep 5")
        row = self.wait_for(self.job("n1"), "pending")
        self.assertIn("it goes on with what was measured", row[-1])
        self.assertIn("0 jobs submitted", self.fleet("submit", "--again"))  # none beside it
        (self.rules / "seconds").write_text("0")
        identity = json.loads((self.folder / "state/jobs" / self.job("n1") / "job.json").read_text())["identity"]
        self.slurm("scontrol", "update", f"jobid={identity}", "starttime=now")
        self.wait_for(self.job("n1"), "done")
        self.assertIn("1 result collected", self.fleet("collect"))
        own, = map(json.loads, self.results().values())
        before, after = (sitting["state"] for sitting in own["sittings"])
        self.assertIn(before, ("interrupted", "running"))  # whichever process Slurm ended first
        self.assertEqual(after, "complete")


if __name__ == "__main__":
    unittest.main(catchbreak=True)  # Ctrl-C: the test that runs ends first, and with it the daemons that it started
