#!/usr/bin/python3
"""Tests scripts/fleet on hosts: behind a stand-in of ssh, and behind a real sshd of this machine, which is skipped with a
message where it is not installed.
"""
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest
from unittest import mock

from support import PATIENCE, Case, Servers, free_port, needs

from fleets import configuration, hosts, jobs


class Hosts(Case):
    """Hosts whose ssh is a script of this machine; all have one home directory. What a rule HOST-runs-under says stands
    before what is run there."""

    def setUp(self):
        super().setUp()
        ssh = self.folder / "ssh"
        ssh.write_text(f'#!/bin/bash\nhost=${{@: -2:1}}\n[ ! -e {self.rules}/$host-is-away ] || exit 255\n'
                       f'read -ra under 2>/dev/null <{self.rules}/$host-runs-under\n'
                       'exec "${under[@]}" bash -c "${@: -1}"\n')
        ssh.chmod(0o755)
        self.configure('[groups.lab]\nbackend = "ssh"\nhosts = ["bad", "good"]\n'
                       f'directory = "{self.folder}/remote"\nssh = ["{ssh}"]')

    def test_cancelling_goes_on(self):
        (self.rules / "seconds").write_text("100")
        self.assertIn("2 jobs submitted", self.fleet("submit"))
        self.wait_for("lab-good", "running", "pending")
        (self.rules / "bad-is-away").touch()
        self.assertIn("1 job cancelled", self.fleet("cancel", status=1), self.complaints)
        self.assertRegex(self.complaints, "^fleet: lab-bad: bad cannot be reached: .*\n$")
        self.wait_for("lab-good", "cancelled")
        (self.rules / "bad-is-away").unlink()
        self.assertIn("1 job cancelled", self.fleet("cancel"))
        self.wait_for("lab-bad", "cancelled")

    def test_hosts_that_differ(self):
        """One says that it is of another architecture, if this kernel can; its clock differs, and the file server's."""
        clock = self.folder / "clock"
        clock.mkdir()
        (clock / "date").write_text('#!/bin/sh\nexec /bin/date -d "400 seconds ago" "$@"\n')
        (clock / "date").chmod(0o755)
        (self.rules / "bad-runs-under").write_text(f"env PATH={clock}:{os.environ['PATH']} setarch linux32\n")
        (self.rules / "clock-of-files").write_text("1000")
        (self.rules / "seconds").write_text("1")
        self.assertIn("2 jobs submitted", self.fleet("submit"))
        self.assertRegex(self.wait_for("lab-bad", "done")[-1], "^its clock is (40[01]|399) s behind this one's$")
        self.assertEqual(self.wait_for("lab-good", "done")[-1], "")
        self.assertIn("2 results collected", self.fleet("collect"))
        for path in (self.folder / "remote/jobs").glob("*/*/events"):  # though files were written long ago
            self.assertEqual([event[1] for event in jobs.parse_events(path.read_text())][-2:], ["measuring", "done"])
        # One home directory and one source tree, and builds apart.
        foreign = subprocess.run(["setarch", "linux32", "uname", "-m"], capture_output=True, text=True).stdout.strip()
        builds = [(path.name.partition("-")[0], (path / "built").read_text())
                  for path in (self.folder / "remote/builds").iterdir()]
        self.assertEqual(sorted(builds), sorted((name, name) for name in (os.uname().machine, foreign or os.uname().machine)))
        self.assertEqual(len(list((self.folder / "remote").glob("source-*"))), 1)

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

    def test_a_process_may_begin_or_end_while_it_is_asked_for(self):
        fleet = configuration.read(self.folder / "fleet.toml")
        host = hosts.Ssh(fleet.groups[0]).machines[0]
        job = jobs.Job("lab-bad", "lab", "bad", "bad", "0", "bad", 1, "", time.time())
        folder = pathlib.Path(host.folder(fleet, job))
        folder.mkdir(parents=True)
        cat, programs = shutil.which("cat"), self.folder / "programs"
        programs.mkdir()
        (self.rules / "bad-runs-under").write_text(f"env PATH={programs}:{os.environ['PATH']}\n")
        alive = pathlib.Path("/proc/self/stat").read_text().split()
        (folder / "live").write_text(f"{alive[0]} {alive[21]}\n")
        (folder / "running").write_text("1\twaiting\tbad\t\n")
        for when, before, state in (
                ("begins", f"cp {folder}/live {folder}/process; cp {folder}/running {folder}/events; {cat} \"$@\"", jobs.PENDING),
                ("ends", f"{cat} \"$@\"; rm {folder}/process", jobs.PENDING),
                ("has ended", f"{cat} \"$@\"", jobs.LOST)):
            with self.subTest(when):
                (programs / "cat").write_text(f"#!/bin/sh\n{before}\n")
                (programs / "cat").chmod(0o755)
                self.assertEqual(host.poll(fleet, [job])["lab-bad"].state, state)


@needs("sshd", "ssh", "ssh-keygen")
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
    unittest.main(catchbreak=True)  # Ctrl-C: the test that runs ends first, and with it the daemons that it started
