#!/usr/bin/python3
"""What a job of scripts/fleet runs on its machine: a build apart for this kind of machine, and the ordinary run.

Usage: job.py FOLDER

FOLDER has settings.json. What happens is appended to FOLDER/events, a line each: time (by the clock
of this machine), state, host, and a sentence; the last line is the state. The result is
FOLDER/result.json, which is gone on with if it is there: after a requeue, or when the job is
submitted again. FOLDER/conditions.json says what else the machine did meanwhile.

SIGUSR1 (Slurm sends it before the time limit) interrupts the run and requeues the job; SIGTERM ends
it. Nothing but the standard library is needed. Exit status: 0 done; 1 failed; 73 nothing can be
written here.
"""
import fcntl
import hashlib
import json
import os
import pathlib
import platform
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

CANNOT_WRITE = 73  # EX_CANTCREAT of sysexits.h
ROOM = 16 << 20    # bytes that must fit before anything is begun
PATIENCE = 60      # seconds for a run to end when it is interrupted


class Failure(Exception):
    """A sentence."""


def cpu_times():
    """Seconds of all CPUs since the start of the machine: (busy, stolen by a hypervisor)."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(word) / os.sysconf("SC_CLK_TCK") for word in file.readline().split()[1:9]]
    user, nice, system, _, _, irq, softirq, steal = fields
    return user + nice + system + irq + softirq, steal


def throttled():
    """How often cores were slowed down by their temperature; None if that cannot be read."""
    counts = []
    for path in pathlib.Path("/sys/devices/system/cpu").glob("cpu*/thermal_throttle/core_throttle_count"):
        try:
            counts.append(int(path.read_text()))
        except (OSError, ValueError):
            pass
    return sum(counts) if counts else None


def frequency():
    """MHz of the fastest core now; None if that cannot be read."""
    found = []
    for path in pathlib.Path("/sys/devices/system/cpu").glob("cpu*/cpufreq/scaling_cur_freq"):
        try:
            found.append(int(path.read_text()) // 1000)
        except (OSError, ValueError):
            pass
    return max(found, default=None)


class Conditions:
    """What the machine did beside the run, from here to told()."""

    def __init__(self):
        self.begin, self.load = time.monotonic(), os.getloadavg()[0]
        self.times, self.own, self.throttles, self.frequencies = cpu_times(), self.used(), throttled(), []

    @staticmethod
    def used():
        """CPU seconds of this process and of its children that have ended."""
        return sum(usage.ru_utime + usage.ru_stime for usage in
                   map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))

    def look(self):
        now = frequency()
        if now is not None:
            self.frequencies.append(now)

    def told(self):
        passed = max(time.monotonic() - self.begin, 0.001)
        busy, steal = (after - before for after, before in zip(cpu_times(), self.times))
        throttles = throttled()
        return {
            "seconds": round(passed, 1), "load_before": round(self.load, 2),
            "others_cpu_seconds": round(max(busy - (self.used() - self.own), 0), 1), "steal_seconds": round(steal, 2),
            "throttled": None if throttles is None or self.throttles is None else throttles - self.throttles,
            "mhz": [min(self.frequencies), max(self.frequencies)] if self.frequencies else None}


class Job:
    def __init__(self, folder):
        self.folder, self.host = folder, os.environ.get("SLURMD_NODENAME") or platform.node()
        self.settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self.result, self.log = folder / "result.json", folder / "run.log"
        self.process, self.told_to, self.turn, self.begun = None, None, None, False

    def note(self, state, text=""):
        line = "\t".join([str(int(time.time())), state, self.host, re.sub(r"\s+", " ", text)]) + "\n"
        try:
            with open(self.folder / "events", "a", encoding="utf-8") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            print(f"job: cannot write {self.folder}/events: {error.strerror}", file=sys.stderr)
            sys.exit(CANNOT_WRITE)

    def check_room(self):
        """A run that ends since nothing more can be written is better not begun."""
        path = self.folder / ".room"
        try:
            with open(path, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, ROOM)
        except OSError as error:
            raise Failure(f"no room for a build and a result in {self.folder}: {error.strerror} (a full disk, or a full "
                          "quota)") from error
        finally:
            if path.exists():
                path.unlink()

    def build_folder(self):
        """For this architecture, these CPU flags, compilers and sources, so that two kinds of
        machine with one file system never share a build; and for this job, so that two machines of
        a kind do not."""
        flags = ""
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            flags = next((line for line in file if re.match(r"(flags|Features)\s*:", line)), "")
        digest = hashlib.sha256(" ".join(sorted(flags.split())).encode()).hexdigest()[:8]
        job = hashlib.sha256(os.fsencode(self.folder.resolve())).hexdigest()[:8]
        compilers = "+".join(self.settings["compilers"]).replace("/", "-") or "default"
        folder = pathlib.Path(self.settings["builds"]) / \
            f"{platform.machine()}-{digest}-{compilers}-{self.settings['revision']}-{job}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def shell(self, words):
        """These words as a command, behind the lines that the configuration wants before."""
        return ["bash", "-c", "\n".join([*self.settings["before"], 'exec "$@"']), "job", *words]

    def check_compilers(self):
        wanted = self.settings["compilers"]
        if self.settings["setup"] or not wanted:
            return
        there = subprocess.run(self.shell(["bash", "-c", 'for one; do command -v "$one" >/dev/null && echo "$one"; done; :',
                                           "job", *wanted]), stdout=subprocess.PIPE, universal_newlines=True).stdout.split()
        if not there:
            raise Failure(f"no compiler: this machine has none of {', '.join(wanted)}")

    def command(self):
        own = self.settings
        words = [str(pathlib.Path(own["source"]) / own["command"])]
        words += ["--yes"] if own["setup"] else ["--no-setup"]
        words += ["--no-report", "--build-directory", str(self.build_folder())]
        words += ["--cc", ",".join(own["compilers"])] if own["compilers"] else []
        if self.result.exists() or self.journal.exists():
            return [*words, "--resume", str(self.result), *own["resume_options"]]
        return [*words, "--layout-seeds", own["layout_seeds"], "--suite", ",".join(own["suites"]), "--output",
                str(self.result), *own["options"]]

    @property
    def journal(self):
        return self.result.with_name(f"{self.result.name}.samples")

    def last_words(self):
        """Of the log: what failed."""
        try:
            with open(self.log, "rb") as file:
                file.seek(max(0, os.path.getsize(self.log) - 20000))
                lines = file.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        lines = [line.strip() for line in lines if line.strip()]
        said = [line for line in lines if re.match(r"[\w-]+: ", line)]
        return (said or lines or ["it said nothing"])[-1][:300]

    def state_of_result(self):
        try:
            return json.loads(self.result.read_text(encoding="utf-8"))["state"]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def stop(self, number, _):
        """A signal: the run is interrupted, which leaves a result that can be gone on with."""
        if not self.begun:  # it waits for its turn, or is about to build
            self.note("ended", "it was told to end before it began")
            sys.exit(1)
        self.told_to = "requeue" if number == signal.SIGUSR1 else self.told_to or "end"
        self.deadline = time.monotonic() + PATIENCE
        self.interrupt(signal.SIGINT)

    def interrupt(self, number):
        if self.process and self.process.poll() is None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass

    def wait(self, conditions):
        begun = time.time()
        measuring = False
        while self.process.poll() is None:
            time.sleep(0.2)
            if not measuring and any(path.exists() and path.stat().st_mtime >= begun - 1
                                     for path in (self.result, self.journal)):
                measuring = True
                self.note("measuring")
            if measuring:
                conditions.look()
            if self.told_to and time.monotonic() > self.deadline:
                self.interrupt(signal.SIGKILL)

    def requeue(self):
        """Slurm kills this process when it does it."""
        job = os.environ.get("SLURM_JOB_ID")
        count = int(os.environ.get("SLURM_RESTART_COUNT", 0))
        if not job:
            raise Failure("interrupted by SIGUSR1")
        if count >= self.settings["requeues"]:
            raise Failure(f"the time limit, after {count} requeue{'' if count == 1 else 's'}: scripts/fleet submit --again "
                          "goes on")
        self.note("requeued", "the time limit is near; what was measured stays")
        if os.environ.get("SLURM_ARRAY_JOB_ID"):
            job = f"{os.environ['SLURM_ARRAY_JOB_ID']}_{os.environ['SLURM_ARRAY_TASK_ID']}"
        done = subprocess.run(["scontrol", "requeue", job], stderr=subprocess.PIPE, universal_newlines=True)
        if done.returncode:
            raise Failure(f"the time limit, and it cannot be requeued: {done.stderr.strip()}")
        time.sleep(PATIENCE)

    def run(self):
        if self.settings["by_turns"]:
            self.take_turn()
        if self.state_of_result() == "complete":
            self.note("done", "it had been measured before")
            return
        self.note("building")
        self.check_room()
        self.check_compilers()
        conditions = Conditions()
        with open(self.log, "ab") as log:
            self.begun = True  # from here a signal is one for the run
            # The run keeps its turn even if this process is killed.
            self.process = subprocess.Popen(
                self.shell(self.command()), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                cwd=self.settings["source"], start_new_session=True,
                pass_fds=[self.turn.fileno()] if self.turn else [])
            if self.told_to:
                self.interrupt(signal.SIGINT)
            self.wait(conditions)
        status = self.process.returncode
        with open(self.folder / "conditions.json", "a", encoding="utf-8") as file:
            file.write(json.dumps(conditions.told()) + "\n")
        if self.told_to == "requeue" and self.state_of_result() != "complete":
            self.requeue()
        elif self.state_of_result() == "complete":
            self.note("done", "" if status == 0 else f"not all was measured: {self.last_words()}")
        elif self.told_to:
            self.note("ended", "it was told to end")
        else:
            what = "the run" if self.state_of_result() else "the build"
            raise Failure(f"{what} ended with status {status}: {self.last_words()}")

    def take_turn(self):
        """One run at a time of a user on a machine that has no scheduler, of all fleets. Home
        directories may be those of other machines, too."""
        name = f"tailrace-fleet-{os.getuid()}-{platform.node()}.lock"
        path = os.path.join(tempfile.gettempdir(), name)
        self.turn = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+")
        try:
            fcntl.flock(self.turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.note("waiting", "another run of this machine goes on")
            fcntl.flock(self.turn, fcntl.LOCK_EX)


def main():
    job = Job(pathlib.Path(sys.argv[1]))
    for number in signal.SIGUSR1, signal.SIGTERM:
        signal.signal(number, job.stop)
    with open(f"/proc/{os.getpid()}/stat", encoding="utf-8") as stat:  # a process of another start has another time there
        (job.folder / "process").write_text(f"{os.getpid()} {stat.read().rpartition(')')[2].split()[19]}\n")
    try:
        job.run()
    except Failure as failure:
        job.note("failed", str(failure))
        return 1
    except OSError as error:
        job.note("failed", f"{error.filename or 'the machine'}: {error.strerror}")
        return 1
    except Exception as error:  # with what is wrong here in the log
        job.note("failed", f"{type(error).__name__}: {error}; see its log")
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
