"""Machines without a scheduler: this one, and hosts behind ssh. A job is a process of its own that needs no connection."""
import hashlib
import pathlib
import platform
import shlex
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from analysis.printable import Trouble, file_name, printable

from . import jobs
from .configuration import ROOT

MOST_AT_ONCE = 16  # connections
CONNECT = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"]
# Of each folder named: "= FOLDER", whether its process lives, and its events; first the time. A process is asked for before
# and after its events are read: one that writes that it begins in between would else have been gone, and so would one that
# writes that it ends.
ASK = """date +%s
lives() {
    read -r process start <"$1/process" && [ "$(sed 's/.*) //' "/proc/$process/stat" | cut -d' ' -f20)" = "$start" ]
}
for folder; do
    printf '= %s\\n' "$folder"
    lives "$folder"
    gone=$?
    events=$(cat "$folder/events")
    if [ $gone = 0 ] || lives "$folder"; then echo alive; else echo gone; fi
    printf '%s\\n' "$events"
done 2>/dev/null
:
"""
# Its process group ends at the next signal that it handles, and says so in its events.
CANCEL = """for try in $(seq 100); do [ ! -s "$1/process" ] || break; sleep 0.1; done
read -r process start <"$1/process" &&
    [ "$(sed 's/.*) //' "/proc/$process/stat" | cut -d' ' -f20)" = "$start" ] &&
    kill -TERM "$process" 2>/dev/null; :"""
# In a session of its own, with nothing of the connection open.
START = 'cd / && rm -f "$1/events" "$1/process" && cat >"$1/settings.json" && ' \
    '{ setsid nohup "$2" "$3" "$1" </dev/null >"$1/log" 2>&1 & }'

# In a folder of its own, which then takes its place as a whole; another one, of a host with the
# same home directory, may have been quicker.
UNPACK = """set -e
command -v git >/dev/null || { echo "there is no git, which the sources are unpacked with" >&2; exit 1; }
mkdir -p "${1%/*}"
folder=$(mktemp -d "$1.XXXXXX")
trap 'rm -rf "$folder"' EXIT
tar -x -C "$folder"
git clone -q "$folder/source.git" "$folder/source"
: >"$folder/source/.complete"
mv -T "$folder/source" "$1" || [ -e "$1/.complete" ]
"""
BEGINS = 60  # seconds that a process may take until it says that it is there


class Unreachable(Trouble):
    """The machine does not answer; what runs there goes on."""


class Host:
    """One machine: this one if `address` is empty."""

    def __init__(self, group, address=""):
        self.group, self.address = group, address
        self.where = address or "here"
        self.home = ""  # asked when it is wanted

    def words(self, script, arguments):
        if not self.address:
            return ["bash", "-c", script, "fleet", *arguments]
        return [*self.group["ssh"], *CONNECT, "--", self.address,
                shlex.join(["bash", "-c", script, "fleet", *arguments])]

    def run(self, script, *arguments, given="", timeout=120):
        """What a script prints, as bytes."""
        given = given.encode() if isinstance(given, str) else given
        try:
            done = subprocess.run(self.words(script, arguments), input=given, capture_output=True, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise Unreachable(f"{self.where} did not answer within {timeout} s") from error
        except OSError as error:
            program = self.words(script, arguments)[0]
            raise Unreachable(f"cannot run {program}: {error.strerror}") from error
        if done.returncode == 255 and self.address:  # ssh's own
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise Unreachable(f"{self.where} cannot be reached: {printable(said[-1]) if said else 'ssh failed'}")
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise Trouble(f"{self.where}: {printable(said[-1]) if said else f'status {done.returncode}'}")
        return done.stdout

    # Where things are

    def base(self, fleet):
        """The folder of its jobs and builds."""
        if not self.address:
            return pathlib.PurePosixPath(self.group["directory"] or fleet.directory)
        directory = pathlib.PurePosixPath(self.group["directory"])
        if not directory.is_absolute():
            self.home = self.home or self.run('printf %s "$HOME"').decode()
            directory = pathlib.PurePosixPath(self.home) / directory
        return directory

    def folder(self, fleet, job):
        """A folder on a host may be that of several fleets."""
        base = self.base(fleet) / "jobs"
        return str(base / job.name if base == fleet.jobs else base / fleet.name / job.name)

    def send_source(self, fleet):
        """Where the sources are; a host gets the commit as it is here, unless it has it."""
        if not self.address:
            return ROOT
        revision = jobs.revision()
        target = self.base(fleet) / f"source-{revision}"
        if self.run('[ -e "$1/.complete" ] && echo there; :', str(target)).strip():
            return target
        # Of the last commit alone, with its name: builds say which one they are of.
        with tempfile.TemporaryDirectory() as folder:
            clone = subprocess.run(["git", "clone", "-q", "--bare", "--depth=1", f"file://{ROOT}", f"{folder}/source.git"],
                                   capture_output=True, text=True)
            if clone.returncode:
                raise Trouble(f"cannot pack the sources: {clone.stderr.strip()}")
            packed = subprocess.run(["tar", "-C", folder, "-c", "source.git"], capture_output=True, check=True).stdout
        self.run(UNPACK, str(target), given=packed, timeout=600)
        return target

    # Commands

    def submit(self, fleet, job):
        source, folder = self.send_source(fleet), self.folder(fleet, job)
        self.run('mkdir -p "$1" || exit; command -v python3 >/dev/null || { echo "there is no python3" >&2; exit 1; }', folder)
        text = jobs.settings(self.group, job, source, self.base(fleet) / "builds", by_turns=True)
        self.run(START, folder, "python3", str(pathlib.PurePosixPath(source) / "scripts/fleets/job.py"), given=text)
        job.identity = self.where

    def poll(self, fleet, own):
        """By name of the job: its Status."""
        asked = time.time()
        folders = {self.folder(fleet, job): job for job in own}
        first, *parts = ("\n" + self.run(ASK, *folders).decode(errors="replace")).split("\n= ")
        skew = int(first) - asked if first.strip().isdigit() else None
        silent = f"{self.where} said nothing about it"
        found = {job.name: jobs.Status(jobs.UNKNOWN, silent) for job in own}
        for part in parts:
            folder, alive, events = (part + "\n\n").split("\n", 2)
            job, events = folders.get(folder), jobs.parse_events(events)
            if not job:
                continue
            begins = not events and asked - job.submitted < BEGINS
            status = found[job.name] = jobs.by_events(events, None if begins else alive == "alive")
            status.add(jobs.skew_text(skew))
        return found

    def fetch(self, fleet, job, name):
        """A file of the job's folder as bytes; None if it is not there."""
        text = self.run('[ -e "$1" ] || { echo no; exit; }; sha256sum <"$1" | cut -d" " -f1; cat "$1"',
                        f"{self.folder(fleet, job)}/{name}", timeout=600)
        digest, newline, content = text.partition(b"\n")
        if digest == b"no":
            return None
        if not newline or hashlib.sha256(content).hexdigest().encode() != digest:
            raise Unreachable(f"{self.where}: {name} of {job.name} did not arrive whole; collect again")
        return content

    def cancel(self, fleet, job):
        self.run(CANCEL, self.folder(fleet, job))


class Local:
    """The backends' interface: plan() yields (Job, a clause about its machines, the command),
    submit() the jobs that it tried to begin, cancel() (job, why it could not be cancelled); poll()
    and fetch()."""

    def __init__(self, group):
        self.group, self.machines = group, [Host(group)]

    def plan(self, _=None):
        for machine in self.machines:
            arch = platform.machine() if not machine.address else ""
            name = f"{self.group.name}-{file_name(machine.address)}" if machine.address else self.group.name
            yield jobs.Job(name, self.group.name, " ".join(filter(None, [machine.where, arch])), machine.where,
                           ""), "one run at a time", "scripts/fleets/job.py in the background"

    def machine(self, job):
        for machine in self.machines:
            if machine.where == job.where:
                return machine
        raise Trouble(f"{job.name} is of {job.where}, which is no host of [groups.{self.group.name}] any more")

    def submit(self, fleet, wanted):
        """At all hosts at once; what goes wrong at one stands in its job."""
        def begin(job):
            try:
                self.machine(job).submit(fleet, job)
            except (Trouble, OSError) as trouble:
                job.why = str(trouble)
            return job
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            yield from pool.map(begin, wanted)

    def poll(self, fleet, own):
        """Several hosts at once; one that does not answer holds up no other."""
        hosts = {}
        for job in own:
            hosts.setdefault(job.where, []).append(job)

        def ask(jobs_there):
            try:
                return self.machine(jobs_there[0]).poll(fleet, jobs_there)
            except Trouble as trouble:
                return {job.name: jobs.Status(jobs.UNKNOWN, str(trouble)) for job in jobs_there}
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            return {name: status for found in pool.map(ask, hosts.values()) for name, status in found.items()}

    def fetch(self, fleet, job, name):
        return self.machine(job).fetch(fleet, job, name)

    def cancel(self, fleet, own):
        """At all hosts at once; one that does not answer keeps no other from it."""
        def end(job):
            try:
                self.machine(job).cancel(fleet, job)
            except Trouble as trouble:
                return job, str(trouble)
            return job, ""
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            yield from pool.map(end, own)


class Ssh(Local):
    def __init__(self, group):
        super().__init__(group)
        self.machines = [Host(group, address) for address in dict.fromkeys(group["hosts"])]
