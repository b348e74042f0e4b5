#!/usr/bin/python3
"""Tests scripts/fleet on this machine: from plan to report, and its configuration. Exit status 77: skipped."""
import contextlib
import errno
import importlib.util
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
import unittest
from unittest import mock

from support import SCRIPTS, Case

from analysis.printable import Trouble, file_name
from fleets import configuration, jobs
from fleets.job import CANNOT_WRITE, OVER_QUOTA, Conditions, Job


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

    def test_a_build_is_made_once(self):
        """By the first job that is done with it; what failed or was cut is nobody's."""
        self.configure("".join(f'[groups.{name}]\nbackend = "local"\n' for name in ("a", "b", "c")))
        (self.rules / "fails").write_text("yes")
        self.fleet("submit")
        for name in "abc":
            self.wait_for(name, "failed")
        builds = self.folder / "state/builds"
        own = sorted(path.name for path in builds.iterdir())
        self.assertEqual(len({name.rpartition("-")[0] for name in own}), 1)
        self.assertEqual(len(own), 3)  # two that build at the same time share nothing
        for path in builds.iterdir():
            path.rmdir()
        (self.rules / "fails").unlink()
        torn = builds / f"{own[1]}.copy"  # of an attempt that was killed
        torn.mkdir()
        (torn / "built").write_text("half of it")
        self.fleet("submit", "--again")
        for name in "abc":
            self.wait_for(name, "done")
        self.assertEqual((self.rules / "builds").read_text(), "built\nfound\nfound\n")
        kept, = builds.iterdir()
        self.assertEqual((kept.name, (kept / "built").read_text()), (own[0].rpartition("-")[0], os.uname().machine))

    def job_of(self, name, **settings):
        """What runs on a machine."""
        (self.folder / name).mkdir()
        (self.folder / name / "settings.json").write_text(json.dumps({
            "source": str(SCRIPTS.parent), "builds": str(self.folder / "builds"), "revision": "abc", "compilers": ["mycc"],
            "before": [f"PATH={self.folder}:$PATH"], "build_options": [], "launch": [], **settings}))
        return Job(self.folder / name)

    def test_what_a_step_used_is_not_somebody_elses(self):
        conditions = Conditions(self.folder / "used")
        for launch in ["env"], ["false"]:
            (self.folder / "settings.json").write_text(json.dumps({"launch": launch}))
            done = subprocess.run([SCRIPTS / "fleets/job.py", self.folder, "measure", "bash", "-c",
                                   "echo once; for ((i = 0; i < 200000; i++)); do :; done; exit 7"], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (7, "once\n"))
            self.assertEqual("there can be no step now" in done.stderr, launch == ["false"])
        used = float((self.folder / "used").read_text())  # of the step alone
        self.assertGreater(used, 0.05)
        (self.folder / "used").write_text(f"{used}\n1000\n")
        self.assertGreater(conditions.used() - conditions.own, 1000)

    def test_two_that_build_at_the_same_time(self):
        first, second = self.job_of("first"), self.job_of("second")
        for number, one in enumerate((first, second)):
            (one.build_folder() / "program").write_text(str(number))
        self.assertNotEqual(first.build, second.build)
        for one in second, first:
            one.keep_build()
        kept, = (self.folder / "builds").iterdir()
        self.assertEqual((kept / "program").read_text(), "1")
        third = self.job_of("third")
        os.utime(kept / "program", ns=(1, 123456789))  # which ninja looks at
        self.assertEqual((third.build_folder() / "program").stat().st_mtime_ns, 123456789)
        (third.build / "program").write_text("of another layout")
        self.assertEqual((kept / "program").read_text(), "1")
        self.job_of("fourth").build_folder()
        self.assertEqual(len(list((self.folder / "builds").iterdir())), 3)
        # A copy that does not come to its end is none.
        with mock.patch.object(shutil, "copytree", side_effect=lambda kept, copy, **_: (copy.mkdir(), os.stat("/none"))):
            fifth = self.job_of("fifth").build_folder()
        self.assertEqual((list(fifth.iterdir()), len(list((self.folder / "builds").glob("*.copy")))), ([], 0))

    def test_builds_are_apart_by_all_that_makes_them_differ(self):
        compiler = self.folder / "mycc"
        names = set()

        def add(name, **settings):
            names.add(self.job_of(name, **settings).kept_build().name)
        for version in 1, 2:
            compiler.write_text(f"#!/bin/sh\necho mycc {version}\n")
            compiler.chmod(0o755)
            add(f"version {version}")
        add("the same")
        self.assertEqual(len(names), 2)
        add("options", build_options=[["--isa", "fused"]])
        add("revision", revision="abd")
        add("lines", before=[f"PATH={self.folder}:$PATH", "export CFLAGS=-O3"])
        with mock.patch("platform.machine", return_value="other"):
            add("machine")
        content = io.StringIO("flags : fpu zen9\n")
        with mock.patch("builtins.open", side_effect=lambda path, *words, real=open, **more:
                        content if path == "/proc/cpuinfo" else real(path, *words, **more)):
            add("flags")
        self.assertEqual(len(names), 7)

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
        self.assertRegex(events[-1][3], "^no room for a build and a result in .*: File too large$")

    def test_over_quota_is_no_full_disk(self):
        """No quota can be set up everywhere: its error stands for it."""
        (self.folder / "sitecustomize.py").write_text(textwrap.dedent("""
            import errno, os
            def refuse(*_):
                raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
            os.posix_fallocate = refuse"""))
        self.environment["PYTHONPATH"] = str(self.folder)
        self.configure('[groups.here]\nbackend = "local"')
        self.fleet("submit")
        self.assertRegex(self.wait_for("here", "failed", "done")[-1],
                         "^no room for a build and a result in .*: Disk quota exceeded \\(over quota: the disk has room")
        self.fleet("report", status=1)
        self.assertIn("over quota", self.complaints)
        # Where not even that can be said, the exit status does.
        folder = self.folder / "job"
        folder.mkdir()
        (folder / "settings.json").write_text("{}")
        for number, status in (errno.EDQUOT, OVER_QUOTA), (errno.ENOSPC, CANNOT_WRITE):
            with mock.patch.object(Job, "append", side_effect=OSError(number, "")), \
                    contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as ended:
                Job(folder).note("building")
            self.assertEqual(ended.exception.code, status)

    def test_a_disk_that_becomes_full(self):
        """There is room for the last words."""
        small = self.folder / self.state
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", small], capture_output=True).returncode:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", small], check=True)
        self.configure('[groups.here]\nbackend = "local"')
        (self.rules / "fills").write_text("yes")
        self.fleet("submit")
        self.assertRegex(self.wait_for("here", "failed", "lost")[-1],
                         r"^the run ended with status 1: .*; nothing can be written: No space left on device \(the disk is full\)$")


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

    def test_what_the_pages_show_can_be_read(self):
        page = (SCRIPTS.parent / "results/FLEET.md").read_text()
        shown = re.findall(r"<<'TOML'\n(.*?)^TOML$", page, re.M | re.S) + re.findall(r"```toml\n(.*?)^```$", page, re.M | re.S)
        shown += re.findall(r"A configuration:\n\n((?:    .*\n)+)", self.fleet("--help"))
        self.assertEqual(len(shown), 3)
        for text in shown:
            (self.folder / "fleet.toml").write_text(textwrap.dedent(text))
            self.assertTrue(configuration.read(self.folder / "fleet.toml").groups)

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

    @unittest.skipIf(not importlib.util.find_spec("reframe"), "ReFrame is not installed")
    def test_reframe(self):
        (self.folder / "settings.py").write_text("""site_configuration = {
            "systems": [{"name": "mine", "hostnames": [".*"], "partitions": [
                {"name": "main", "scheduler": "local", "launcher": "local", "environs": ["builtin"]}]}],
            "environments": [{"name": "builtin"}]}""")

        def reframe():
            return subprocess.run(
                [sys.executable, "-c", "from reframe.frontend.cli import main; main()", "-C", self.folder / "settings.py",
                 "-c", SCRIPTS / "fleets/reframe_check.py", "-S", "TailraceDispatch.command=scripts/fleets/test/fake_bench.py",
                 "-S", "TailraceDispatch.layouts=2", "-r", "--performance-report", "--prefix", self.folder],
                capture_output=True, text=True, cwd=self.folder, env={**self.environment, "FAKE_BENCH": str(self.rules)})
        done = reframe()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"TailraceDispatch\W+mine:main\+builtin.* tail-direct_over_switch\W+x\W+4")
        self.assertEqual(len(list(self.folder.glob("output/mine/main/builtin/*/result.json"))), 1)
        (self.rules / "fails").write_text("yes")
        self.assertIn("FAILED", reframe().stdout)

    def test_clocks_that_differ_are_said(self):
        self.assertEqual(jobs.skew_text(400.2), "its clock is 400 s ahead of this one's")
        self.assertEqual(jobs.skew_text(1), "")


if __name__ == "__main__":
    unittest.main()
