#!/usr/bin/python3
"""What a job of scripts/fleet runs on its machine: a build apart for this kind of machine, and the ordinary run.

Usage: job.py FOLDER [measure|step COMMAND...]

FOLDER has settings.json. What happens is appended to FOLDER/events, a line each: time (by the clock
of this machine), state, host, and a sentence; the last line is the state. The result is
FOLDER/result.json, which is gone on with if it is there: after a requeue, or when the job is
submitted again. FOLDER/conditions.json says what else the machine did meanwhile.

Under Slurm what is measured is a step of its own: "measure" begins it, and "step" runs the COMMAND in
it and adds the CPU time that it took to FOLDER/used, since its processes are not below the job's.

SIGUSR1 (Slurm sends it before the time limit) interrupts the run and requeues the job; SIGTERM ends
it. Nothing but the standard library is needed. Exit status: 0 done; 1 failed; 73 nothing can be
written here; 74 over quota.
"""
import contextlib
import errno
import fcntl
import hashlib
import json
import os
import pathlib
import platform
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# EX_CANTCREAT of sysexits.h, and EX_IOERR where it is the quota.
CANNOT_WRITE, OVER_QUOTA = 73, 74
ROOM = 16 << 20    # bytes that must fit before anything is begun
RESERVE = 64 << 10  # and that are given up when nothing more can be written, for the last words
PATIENCE = 60      # seconds for a run to end when it is interrupted


class Failure(Exception):
    """A sentence."""


def why_not_written(error):
    """A clause about an OSError: whose disk is full is not told by its text alone."""
    meaning = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "over quota: the disk has room, and this user or group "
               "may take no more of it"}.get(error.errno)
    return f"{error.strerror} ({meaning})" if meaning else error.strerror


def digest_of(content):
    return hashlib.sha256(content).hexdigest()[:8]


def cpu_times():
    """Seconds of all CPUs since the start of the machine: (busy, stolen by a hypervisor)."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(word) / os.sysconf("SC_CLK_TCK") for word in file.readline().split()[1:9]]
    user, nice, system, _, _, irq, softirq, steal = fields
    return user + nice + system + irq + softirq, steal


def used_by(whom):
    usage = resource.getrusage(whom)
    return usage.ru_utime + usage.ru_stime


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

    def __init__(self, steps):
        self.steps = steps  # the file of what those used
        self.begin, self.load = time.monotonic(), os.getloadavg()[0]
        self.times, self.own, self.throttles, self.frequencies = cpu_times(), self.used(), throttled(), []

    def used(self):
        """CPU seconds of this process, and of its children and steps that have ended."""
        steps = 0.0
        with contextlib.suppress(OSError, ValueError):
            steps = sum(map(float, self.steps.read_text().split()))
        return steps + used_by(resource.RUSAGE_SELF) + used_by(resource.RUSAGE_CHILDREN)

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
        self.result, self.log, self.reserve = folder / "result.json", folder / "run.log", folder / ".reserve"
        self.process, self.told_to, self.turn, self.begun, self.build = None, None, None, False, None

    def note(self, state, text=""):
        line = "\t".join([str(int(time.time())), state, self.host, re.sub(r"\s+", " ", text)]) + "\n"
        try:
            try:
                self.append("events", line)
            except OSError:
                with contextlib.suppress(FileNotFoundError):
                    self.reserve.unlink()
                self.append("events", "\n" + line)  # behind what was torn
        except OSError as error:
            with contextlib.suppress(OSError):  # which may be of the same disk
                print(f"job: cannot write {self.folder}/events: {why_not_written(error)}", file=sys.stderr)
            sys.exit(OVER_QUOTA if error.errno == errno.EDQUOT else CANNOT_WRITE)

    def append(self, name, text):
        with open(self.folder / name, "a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def check_room(self):
        """A run that ends since nothing more can be written is better not begun."""
        full = self.no_room_for(self.reserve, ROOM, RESERVE)
        if full:
            raise Failure(f"no room for a build and a result in {self.folder}: {full}")

    @staticmethod
    def no_room_for(path, size, rest=0):
        """Why so many bytes cannot be written to a new file; empty if they can. Keeps as many as are wanted."""
        try:
            with open(path, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)
                file.truncate(rest)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink()
            return why_not_written(error)
        return ""

    def kept_build(self):
        """Where the build of a run that is done stays for others: of this architecture, these CPU
        flags, compilers (by what they say of themselves, too) and sources, with these options. It
        appears whole (keep_build), and is copied, never written to."""
        own = self.settings
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            flags = next((line for line in file if re.match(r"(flags|Features)\s*:", line)), "")
        versions = subprocess.run(
            self.shell(["bash", "-c", '. "$0/scripts/common.sh"; [ $# -gt 0 ] || set -- "$(choose_compiler)"\n'
                        'for one; do "$one" --version; done', own["source"], *own["compilers"]]),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True).stdout
        words = [sorted(flags.split()), versions, own["before"], own["build_options"]]
        compilers = "+".join(own["compilers"]).replace("/", "-") or "default"
        return pathlib.Path(own["builds"]) / \
            f"{platform.machine()}-{compilers}-{own['revision']}-{digest_of(json.dumps(words).encode())}"

    def build_folder(self):
        """This job's own, so that two that build at the same time share nothing. It begins with a
        copy of what is kept, if that is there, and stays until the run is done."""
        kept = self.kept_build()
        self.build = kept.with_name(f"{kept.name}-{digest_of(os.fsencode(self.folder.resolve()))}")
        copy = self.build.with_name(f"{self.build.name}.copy")
        try:
            shutil.rmtree(copy, ignore_errors=True)  # of an attempt that was killed
            if kept.exists() and not self.build.exists():
                shutil.copytree(kept, copy, symlinks=True)
                copy.rename(self.build)
        except OSError:  # it is built as if nothing had been there
            shutil.rmtree(copy, ignore_errors=True)
        self.build.mkdir(parents=True, exist_ok=True)
        return self.build

    def keep_build(self):
        """After the run, which is not to be disturbed."""
        kept = self.build.with_name(self.build.name.rpartition("-")[0])
        try:
            self.build.rename(kept)
        except OSError:  # another job was quicker
            shutil.rmtree(self.build, ignore_errors=True)

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
        if own["launch"]:
            words += ["--launch", " ".join(map(shlex.quote, [*itself(self.folder), "measure"]))]
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

    def written(self):
        """What changes when something was measured. Times of files are by the clock of the file server."""
        found = []
        for path in self.result, self.journal:
            try:
                status = path.stat()
                found.append((status.st_mtime_ns, status.st_size))
            except OSError:
                found.append(None)
        return found

    def wait(self, conditions, before):
        measuring = False
        while self.process.poll() is None:
            time.sleep(0.2)
            if not measuring and self.written() != before:
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
        conditions, before = Conditions(self.folder / "used"), self.written()
        with open(self.log, "ab") as log:
            self.begun = True  # from here a signal is one for the run
            # The run keeps its turn even if this process is killed.
            self.process = subprocess.Popen(
                self.shell(self.command()), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                cwd=self.settings["source"], start_new_session=True,
                pass_fds=[self.turn.fileno()] if self.turn else [])
            if self.told_to:
                self.interrupt(signal.SIGINT)
            self.wait(conditions, before)
        status = self.process.returncode
        with contextlib.suppress(OSError):  # why the run ended says more
            self.append("conditions.json", json.dumps(conditions.told()) + "\n")
        if self.told_to == "requeue" and self.state_of_result() != "complete":
            self.requeue()
        elif self.state_of_result() == "complete":
            if status == 0:
                self.keep_build()
            self.note("done", "" if status == 0 else f"not all was measured: {self.last_words()}")
        elif self.told_to:
            self.note("ended", "it was told to end")
        else:
            what = "the run" if self.state_of_result() else "the build"
            full = self.no_room_for(self.reserve, ROOM, RESERVE)
            raise Failure(f"{what} ended with status {status}: {self.last_words()}{full and f'; nothing can be written: {full}'}")

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


def itself(folder):
    return [sys.executable, os.path.abspath(__file__), str(folder)]


def measure(folder, what, words):
    """Signals are sent to all processes; the command decides what they mean."""
    signals, begun = [], folder / "step"
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGUSR1:
        signal.signal(number, lambda number, _: signals.append(number))
    if what == "step":
        begun.touch()
        status = subprocess.run(words).returncode
        with contextlib.suppress(OSError), open(folder / "used", "a", encoding="utf-8") as file:
            file.write(f"{used_by(resource.RUSAGE_CHILDREN)}\n")
    else:
        with contextlib.suppress(FileNotFoundError):
            begun.unlink()
        launch = json.loads((folder / "settings.json").read_text(encoding="utf-8"))["launch"]
        status = subprocess.run([*launch, *itself(folder), "step", *words]).returncode
        if not begun.exists() and not signals:  # the controller is away, perhaps: no reason to lose a run
            print("job: there can be no step now; the run binds itself", file=sys.stderr)
            status = subprocess.run(words).returncode
    return status if status >= 0 else 128 - status


def main():
    if sys.argv[2:]:
        return measure(pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
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
        job.note("failed", f"{error.filename or 'the machine'}: {why_not_written(error)}")
        return 1
    except Exception as error:  # with what is wrong here in the log
        job.note("failed", f"{type(error).__name__}: {error}; see its log")
        raise
    finally:
        if job.reserve.exists():
            job.reserve.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
