"""Jobs of a fleet as they stand on disk, and what became of them.

A job is one run on one machine: FLEET/jobs/NAME/job.json here, and a folder on its machine that job.py works in, which is
the same folder where machines share the file system.
"""
import contextlib
import dataclasses
import fcntl
import json
import re
import shlex
import subprocess
import time

from analysis import commands, output_files
from analysis.printable import Trouble, digest_of

from .configuration import ROOT

# States, as status and the report show them.
PENDING, RUNNING, DONE, FAILED, CANCELLED, LOST, UNKNOWN = (
    "pending", "running", "done", "failed", "cancelled", "lost", "unknown")
ENDED = DONE, FAILED, CANCELLED, LOST
MOST_SKEW = 5  # seconds that two clocks may differ by before it is said
# What scripts/bench takes when it goes on with a run, which says itself what is compared.
RESUMABLE = ("--budget", "-b", "--stop", "--timeout", "-t", "--confidence", "--smallest-effect",
             "--no-whole-processes")


@dataclasses.dataclass
class Job:
    name: str
    group: str
    kind: str          # of its machine, as it is shown: "zen4 x86_64 in main"
    where: str         # host, or partition
    layout_seeds: str
    identity: str = ""  # Slurm's number, or "HOST"; empty: not submitted
    attempt: int = 0
    why: str = ""      # it could not be submitted
    submitted: float = 0.0
    token: str = ""    # of an attempt, kept while nobody has said whether it was accepted
    result: str = ""   # the file among the results that its result was collected to


@dataclasses.dataclass
class Status:
    state: str
    text: str = ""     # a reason, or what it does now
    left: str = ""     # of its time
    host: str = ""
    events: list = dataclasses.field(default_factory=list)

    def add(self, clause):
        self.text = "; ".join(filter(None, [self.text, clause]))


def read_all(fleet):
    """By name."""
    found = {}
    for path in sorted(fleet.jobs.glob("*/job.json")):
        try:
            job = Job(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise Trouble(f"{path} is damaged: {error}") from error
        found[job.name] = job
    return found


def write(fleet, job):
    folder = fleet.jobs / job.name
    folder.mkdir(parents=True, exist_ok=True)
    output_files.replace(folder / "job.json", json.dumps(dataclasses.asdict(job), indent=1) + "\n")


@contextlib.contextmanager
def alone(fleet):
    """No two commands change one fleet at once."""
    fleet.jobs.mkdir(parents=True, exist_ok=True)
    with open(fleet.directory / ".lock", "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def draw_layouts(count):
    """For each job anew, a single one, too: otherwise all nodes would have the luck of the table's order."""
    return ",".join(map(str, commands.draw_layouts(count)))


def revision():
    done = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def options_of_bench():
    """What scripts/bench gives getopt: letters, and names with commas between them."""
    text = (ROOT / "scripts/bench").read_text(encoding="utf-8").replace("\\\n", "")
    own = dict(re.findall(r"^(letters|names|own_names)=(\S+)$", text, re.M))
    return f"yh{own['letters']}", f"{own['own_names']},{own['names']}"


def uncommitted():
    """What tells builds of sources apart that are not those of the revision; empty if there is nothing."""
    done = subprocess.run(["git", "-C", ROOT, "diff", "HEAD"], capture_output=True)
    return f"+{digest_of(done.stdout)}" if done.stdout else ""


def apart(options):
    """Each of the options with its value, as scripts/bench reads them, also -b9 and --budg=9."""
    letters, names = options_of_bench()
    done = subprocess.run(["getopt", "--name", "options", "--options", letters, "--longoptions",
                           names, "--", *options], capture_output=True, text=True)
    if done.returncode:
        raise Trouble(f"scripts/bench would not understand {shlex.join(options)}: "
                      f"{done.stderr.strip()}")
    valued = {f"-{letter}" for letter in re.findall(r"(\w):", letters)} | {
        f"--{name.rstrip(':')}" for name in names.split(",") if name.endswith(":")}
    words = iter(shlex.split(done.stdout))
    for word in words:
        if word == "--":
            return
        yield [word, next(words)] if word in valued else [word]


def resumable(options):
    """Those of the options that hold for going on, too."""
    return [word for own in apart(options) if own[0] in RESUMABLE for word in own]


def settings(group, job, source, builds, by_turns=False, launch=()):
    """The text of settings.json (job.py)."""
    changed = uncommitted() if str(source) == str(ROOT) else ""
    return json.dumps({
        "source": str(source), "builds": str(builds), "revision": revision() + changed, "by_turns": by_turns,
        "launch": list(launch),
        # Builds may differ by all that does not hold for going on.
        "build_options": [own for own in apart(group["options"]) if own[0] not in RESUMABLE],
        "layout_seeds": job.layout_seeds, **{key: group[key] for key in (
            "suites", "compilers", "options", "before", "setup", "command")},
        "resume_options": resumable(group["options"]), "requeues": group.options.get("requeues", 0)}, indent=1) + "\n"


def parse_events(text):
    """[(time, state, host, text)] of job.py's events; a torn line is dropped."""
    found = []
    for line in text.splitlines():
        fields = line.split("\t")
        if len(fields) == 4 and fields[0].isdigit():
            found.append((int(fields[0]), *fields[1:]))
    return found


def by_events(events, alive):
    """The Status of what job.py said last. `alive`: whether its process is there; None: not known."""
    if not events:
        return Status(LOST, "it was submitted, and never began") if alive is False else Status(PENDING)
    _, state, host, text = events[-1]
    if state == "done":
        return Status(DONE, text, "", host, events)
    if state == "failed":
        return Status(FAILED, text, "", host, events)
    if state in ("ended", "cancelled"):
        return Status(CANCELLED, text, "", host, events)
    if alive is False and state != "requeued":
        return Status(LOST, f"it was {state} and its process is gone: killed, or the machine was started anew", "", host, events)
    if state in ("waiting", "requeued"):
        return Status(PENDING, text, "", host, events)
    return Status(RUNNING, state, "", host, events)


def skew_of(events, submitted):
    """By how many seconds at least the clock of a job's events is ahead of this one, which the job was submitted by; negative
    if it is behind, and 0 if these do not tell."""
    if not events:
        return 0
    return max(events[-1][0] - time.time(), 0) or min(events[0][0] + 1 - submitted, 0)


def skew_text(seconds, least=""):
    """A clause; empty if both clocks agree."""
    if seconds is None or abs(seconds) <= MOST_SKEW:
        return ""
    return f"its clock is {least}{abs(round(seconds))} s {'ahead of' if seconds > 0 else 'behind'} this one's"
