"""What the tests of scripts/fleet share. What is measured is fake_bench.py. Every process that is started here is ended by
its id. Exit status 77: skipped.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import jsonschema
    import scipy
    import tomllib
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)

sys.dont_write_bytecode = True
SCRIPTS = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(SCRIPTS), str(SCRIPTS / "checks")]
FLEET = SCRIPTS / "fleet"
PATIENCE = 300  # seconds for what takes none, on a busy machine


def needs(*programs):
    """A decorator of tests that take these programs, and root; why they are left out is said."""
    missing = [name for name in programs if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")]
    why = f"{', '.join(missing)} not installed" if missing else "this takes root" if os.getuid() else ""
    if why:
        print(f"skipped, where {', '.join(programs)} are needed: {why}")
    return unittest.skipIf(why, why)


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
command = "scripts/fleets/test/fake_bench.py"
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
            time.sleep(1)  # to ask takes a processor half a second

    def results(self):
        return {path.name: path.read_text()
                for path in (self.folder / self.state / "results").glob("*")}
