"""Nodes under Slurm: what the cluster has is asked of sinfo and scontrol, jobs are batch scripts, and what becomes of them is
asked of squeue and scontrol, which know a job for some minutes after its end, and of sacct where the cluster keeps accounts.
"""
import collections
import json
import os
import pathlib
import re
import shlex
import subprocess

from analysis.printable import Trouble, digest_of, file_name, printable

from . import jobs
from .configuration import ROOT
from .job import CANNOT_WRITE, OVER_QUOTA, why_not_written

# As scontrol and as JSON have them.
CANNOT_RUN = {"DOWN", "DRAIN", "DRAINED", "DRAINING", "FAIL", "FAILING", "NOT_RESPONDING", "MAINT", "MAINTENANCE",
              "POWERED_DOWN", "POWER_DOWN", "POWERING_DOWN", "POWER_DRAIN", "FUTURE", "DYNAMIC_FUTURE", "UNKNOWN", "ERROR",
              "INVAL", "INVALID", "INVALID_REG"}
FOR_NOW = {"POWERED_DOWN", "POWER_DOWN"}  # Slurm starts them when they are wanted
ANSWERS_IN = 60  # seconds that a command of Slurm may take


class Node:
    """`architecture`: empty if the node never answered."""

    def __init__(self, name, partitions, features, architecture, states, reason):
        self.name, self.partitions, self.architecture = name, partitions, architecture
        self.features = tuple(filter(None, features))
        self.states, self.reason = {state.upper().rstrip("*~#!%$@^-+") for state in states}, reason

    @property
    def can_run(self):
        return not (self.states & CANNOT_RUN) - FOR_NOW


class Kind:
    """Nodes of one partition, architecture and set of features."""

    def __init__(self, partition, architecture, features):
        self.partition, self.architecture, self.nodes = partition, architecture, []
        self.features = sorted(features)  # nodes, and versions of Slurm, have them in any order

    @property
    def name(self):
        """For jobs and people: zen5-avx512-x86_64"""
        words = [self.partition, *self.features, self.architecture]
        return file_name("-".join(filter(None, words)), 80)

    @property
    def description(self):
        return f"{', '.join(self.features) or 'no features'}{f', {self.architecture}' if self.architecture else ''} in " \
            f"{self.partition}"

    @property
    def able(self):
        return [node for node in self.nodes if node.can_run]

    @property
    def state(self):
        """A clause about the nodes."""
        able, count = len(self.able), len(self.nodes)
        if able == count:
            return f"{count} node{'s' if count > 1 else ''}"
        reasons = sorted({node.reason for node in self.nodes if not node.can_run and node.reason})
        why = ", ".join(sorted({"/".join(sorted(node.states & CANNOT_RUN)).lower() for node in self.nodes if not node.can_run}))
        return f"{able} of {count} nodes; {count - able} {why}{': ' + '; '.join(reasons[:3]) if reasons else ''}"


# What the cluster says

class InGroups(Trouble):
    """sinfo of 23.02 and later: of nodes that are alike in partition and state, whatever their features, those of one."""


def strangers(where, why):
    return Trouble(f"{where} answers in a format that is not known here ({why}); known are the JSON of Slurm 21.08 to 24.11 and "
                   "what scontrol of any version prints")


def words_of(value):
    """A list, or a text with commas."""
    if isinstance(value, str):
        return [word for word in re.split(r"[,&]", value) if word and word != "(null)"]
    return [str(word) for word in value or ()]


def nodes_of_json(text, where="sinfo"):
    """Of sinfo of Slurm 21.08 to 22.05, and of scontrol of later ones."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise strangers(where, f"no JSON: {error}") from error
    try:
        if document.get("errors"):
            raise Trouble(f"{where}: {'; '.join(str(one.get('description') or one['error']) for one in document['errors'])}")
        if isinstance(document.get("sinfo"), list):
            raise InGroups(f"{where} tells in groups what nodes there are, since Slurm 23.02, and not the features of each; what "
                           "\"scontrol show nodes --json\" prints does")
        if isinstance(document.get("nodes"), list):
            return [Node(node["name"], words_of(node["partitions"]), words_of(node.get("active_features", node.get("features"))),
                         node["architecture"], words_of(node["state"]) + words_of(node.get("state_flags")),
                         node.get("reason") or "")
                    for node in document["nodes"]]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise strangers(where, f"{type(error).__name__}: {error}") from error
    raise strangers(where, "its JSON has neither \"nodes\" nor \"sinfo\"")


def nodes_of_lines(text, where="scontrol"):
    """Of scontrol show nodes -o, which has been the same in all versions."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        fields = fields_of(line)
        if not {"NodeName", "State"} <= set(fields):
            raise strangers(where, f"a line \"{printable(line)[:80]}\"")
        found.append(Node(
            fields["NodeName"], words_of(fields.get("Partitions", "")),
            words_of(fields.get("ActiveFeatures", fields.get("Features", ""))), fields.get("Arch", ""),
            fields["State"].split("+"), re.sub(r" \[[^]]*\]$", "", fields.get("Reason", ""))))
    return found


def nodes_of_file(path):
    """Of what was recorded of a cluster."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return nodes_of_lines(text, path) if text.startswith("NodeName=") else nodes_of_json(text, path)


def kinds_of(nodes, partitions=(), constraint=""):
    """The Kinds, in the order of their first nodes. A node of several partitions is of the first that is wanted; one that
    never answered is of the architecture of those that are like it otherwise, if that is one."""
    wanted, chosen = {word for word in re.split(r"[&,]", constraint) if word}, []
    architectures = collections.defaultdict(set)
    for node in nodes:
        own = [name for name in node.partitions if not partitions or name in partitions]
        if own and wanted <= set(node.features):
            alike = min(own, key=partitions.index) if partitions else own[0], frozenset(node.features)
            chosen.append((node, alike))
            architectures[alike] |= {node.architecture} - {""}
    found = {}
    for node, alike in chosen:
        known = architectures[alike]
        architecture = node.architecture or (min(known) if len(known) == 1 else "")
        found.setdefault((alike, architecture), Kind(alike[0], architecture, node.features)).nodes.append(node)
    return list(found.values())


# Commands of Slurm

def slurm(*words, given=None):
    """What it prints. A Trouble that says what to do about what is usually wrong."""
    try:
        done = subprocess.run(words, input=given, capture_output=True, text=True,
                              timeout=ANSWERS_IN)
    except FileNotFoundError as error:
        raise Trouble(f"there is no {words[0]} here: a fleet under Slurm is sent from a machine "
                      "that has Slurm's commands, such as a login node") from error
    except subprocess.TimeoutExpired as error:
        raise Trouble(f"{words[0]} did not answer within {ANSWERS_IN} s") from error
    said = [printable(line) for line in done.stderr.splitlines() if line.strip()]
    for line in said:  # sinfo --json of 22.05 ends with 0 all the same
        if re.search(r"(expired|rewound) credential", line, re.I):
            raise Trouble("munge, by which Slurm knows who asks, takes no credentials of a clock that differs by minutes: this "
                          f"machine's and the controller's do ({line})")
        if re.search(r"munge (encode|decode)|authentication (error|credential)", line, re.I):
            raise Trouble("munge, by which Slurm knows who asks, does not answer here: start munged, with the key of the "
                          f"cluster ({line})")
    if done.returncode:
        why = said[-1].removeprefix(f"{words[0]}: ") if said else f"status {done.returncode}"
        raise Trouble(f"{words[0]}: {why}")
    return done.stdout


def has_json():
    """Whether this sinfo knows --json. Older ones take it for a mistake."""
    return "--json" in slurm("sinfo", "--help")


def ask_nodes():
    if has_json():
        try:
            return nodes_of_json(slurm("sinfo", "--json"))
        except InGroups:
            return nodes_of_json(slurm("scontrol", "show", "nodes", "--json"), "scontrol")
        except Trouble as trouble:
            if not re.search(r"\b(JSON|serializer)\b.*\b(load|plugin|compiled|support)", str(trouble), re.I):
                raise
    return nodes_of_lines(slurm("scontrol", "show", "nodes", "-o"))


def fields_of(text):
    """Of scontrol show -o: NAME=VALUE, whose values may have blanks."""
    return dict(re.findall(r"(\w+(?::\w+)*)=(.*?)(?= +\w+(?::\w+)*=|$)", text))


class Slurm:
    def __init__(self, group):
        self.group = group

    # Planning

    def kinds(self, recorded=None):
        nodes = nodes_of_file(recorded) if recorded else ask_nodes()
        there = list(dict.fromkeys(name for node in nodes for name in node.partitions))
        for name in self.group["partitions"]:
            if name not in there:
                raise Trouble(f"[groups.{self.group.name}]: there is no partition \"{name}\"; the cluster has "
                              f"{', '.join(there) or 'none'}")
        found = kinds_of(nodes, self.group["partitions"], self.group["constraint"])
        if not found:
            raise Trouble(f"[groups.{self.group.name}]: no node of the cluster has \"{self.group['constraint']}\"")
        return found, nodes

    def named(self, kinds):
        """(Kind, the names of its jobs): one for each node that is to be measured."""
        often = collections.Counter(kind.name for kind in kinds)
        for kind in kinds:
            name = f"{self.group.name}-{kind.name}"
            if often[kind.name] > 1:  # a partition a-b, and the feature b in a partition a
                name += f"-{digest_of([kind.partition, kind.features, kind.architecture])}"
            count = min(self.group["nodes"], len(kind.nodes))
            several = [f"{name}-{number}" for number in range(1, count + 1)]
            yield kind, several if count > 1 else [name]

    def plan(self, recorded=None):
        found, nodes = self.kinds(recorded)
        for kind, names in self.named(found):
            words = shlex.join(self.sbatch(kind, nodes, len(names)))
            for name in names:
                yield jobs.Job(name, self.group.name, kind.description, kind.partition, ""), kind.state, words

    def sbatch(self, kind, nodes, count):
        """Without what depends on the job. No feature says "these and no others", so nodes that have more are excluded."""
        group, own = self.group, {node.name for node in kind.nodes}
        others = [node.name for node in nodes if node.name not in own and kind.partition in node.partitions and
                  set(kind.features) <= set(node.features)]
        words = ["sbatch", "--parsable", f"--partition={kind.partition}", "--nodes=1", "--ntasks=1", *group["alone"],
                 f"--time={group['time']}", f"--signal=B:USR1@{group['warn']}", "--requeue",
                 "--open-mode=append"]
        words += [f"--constraint={'&'.join(kind.features)}"] if kind.features else []
        words += [f"--exclude={','.join(others)}"] if others else []
        words += [f"--array=1-{count}"] if count > 1 else []
        words += [f"--{name}={group[name]}" for name in ("account", "qos", "reservation") if group[name]]
        return words + group["sbatch"]

    @property
    def launch(self):
        """Before what is measured, and not before the build, which takes the whole node: a step that is bound."""
        own = self.group["srun"]
        return ["srun", "--ntasks=1", "--disable-status", "--mpi=none", *own] if own else []

    # Submitting

    def submit(self, fleet, wanted):
        """An sbatch for each kind; of a kind that some nodes are done of, one for each that is left."""
        left = {job.name: job for job in wanted}
        found, nodes = self.kinds()
        for kind, names in self.named(found):
            own = [left.pop(name) for name in names if name in left]
            for some in filter(None, [own] if len(own) == len(names) else [[job] for job in own]):
                yield from self.submit_together(fleet, some, self.sbatch(kind, nodes, len(some)))
        for job in left.values():
            job.why = "the cluster has no nodes of this kind any more"
            yield job

    def submit_together(self, fleet, own, words):
        stem = own[0].name.rpartition("-")[0] if len(own) > 1 else own[0].name  # NAME-1, NAME-2...
        for job in own:
            folder = fleet.jobs / job.name
            (folder / "settings.json").write_text(
                jobs.settings(self.group, job, ROOT, fleet.directory / "builds", launch=self.launch), encoding="utf-8")
        place = '-"$SLURM_ARRAY_TASK_ID"' if len(own) > 1 else ""
        program = shlex.join(["python3", str(ROOT / "scripts/fleets/job.py"), str(fleet.jobs / stem)])
        script = f"#!/bin/bash\nexec {program}{place}\n"
        log = str(fleet.jobs / stem).replace("%", "%%") + ("-%a" if len(own) > 1 else "") + "/log"
        # By this name it is found again if nobody says its number.
        name = f"tailrace-{stem}-{own[0].token}"
        why, number = "", self.accepted(name) if own[0].attempt > 1 else ""
        if not number:
            for job in own:
                for old in "events", "process":
                    (fleet.jobs / job.name / old).unlink(missing_ok=True)
            try:
                said = slurm(*words, f"--job-name={name}", f"--output={log}", "--chdir=/",
                             given=script)
                number = said.strip().partition(";")[0]
            except Trouble as trouble:  # perhaps it was accepted, and the answer came too late
                why, number = str(trouble), self.accepted(name)
        for place, job in enumerate(own, 1):
            job.identity = f"{number}_{place}" if number and len(own) > 1 else number
            job.why = "" if number else why
            yield job

    @staticmethod
    def accepted(name):
        """The number of the job of this name; empty if there is none, or nobody answers."""
        try:
            said = slurm("squeue", "-h", f"--user={os.getuid()}", "-t", "all", f"--name={name}",
                         "-o", "%F")
        except Trouble:
            return ""
        return next(iter(said.split()), "")

    # What became of them

    def poll(self, fleet, own):
        try:
            told = self.queue([job.identity for job in own])
            trouble = ""
        except Trouble as error:
            told, trouble = {}, str(error)
        return {job.name: self.status(fleet, job, told.get(job.identity), trouble) for job in own}

    def queue(self, identities):
        """By identity: Slurm's words about a job. Those it no longer knows are not there."""
        found = {}
        for line in slurm("squeue", "-h", "-r", f"--user={os.getuid()}", "-t", "all", "-o", "%i|%T|%L|%r|%N").splitlines():
            fields = line.split("|")
            if len(fields) == 5:
                found[fields[0]] = dict(zip(("state", "left", "reason", "node"), fields[1:]))
        for identity in identities:
            own = found.get(identity)
            if own and own["state"] not in ("PENDING", "RUNNING"):  # with its exit code
                own.update(self.show(identity))
            elif not own and (own := self.account(identity)):
                found[identity] = own
        return found

    @staticmethod
    def show(identity):
        try:
            own = fields_of(slurm("scontrol", "show", "job", "-o", identity).splitlines()[0])
            return {"exit": own.get("ExitCode", "0:0"), "reason": own.get("Reason", "")}
        except (Trouble, IndexError):
            return {}

    @staticmethod
    def account(identity):
        """Of a job that the controller has forgotten; None where there are no accounts."""
        try:
            line = slurm("sacct", "-n", "-X", "-P", "-j", identity, "-o", "State,ExitCode,NodeList").splitlines()[0]
            state, code, node = line.split("|")
            return {"state": state.split()[0], "exit": code, "node": node, "reason": "", "left": ""}
        except (Trouble, IndexError, ValueError):
            return None

    def status(self, fleet, job, told, trouble):
        try:
            events = jobs.parse_events((fleet.jobs / job.name / "events").read_text(encoding="utf-8", errors="replace"))
        except OSError:
            events = []
        status = jobs.by_events(events, None)
        if told is None:
            if status.state in jobs.ENDED:
                return status
            if trouble:
                return jobs.Status(jobs.UNKNOWN, trouble, "", status.host, events)
            return jobs.Status(jobs.LOST, "Slurm does not know it any more, and it did not say how it ended", "", status.host,
                               events)
        status = self.by_slurm(told, status)
        status.add(jobs.skew_text(jobs.skew_of(events, job.submitted), "at least "))
        return status

    @staticmethod
    def by_slurm(told, status):
        state, reason, node = told["state"], told.get("reason", ""), told.get("node", "")
        reason = "" if reason in ("None", "NonZeroExitCode") else reason
        node, events = node or status.host, status.events

        def made(word, text, left=""):
            return jobs.Status(word, text, left, node, events)
        if state in ("PENDING", "REQUEUED", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT", "REQUEUE_HOLD"):
            again = "; it goes on with what was measured" if any(event[1] == "measuring" for event in events) else ""
            return made(jobs.PENDING, f"{reason or state.lower()}{again}")
        if state in ("RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "STAGE_OUT", "SIGNALING"):
            if state == "COMPLETING" and status.state in (jobs.DONE, jobs.FAILED, jobs.PENDING):
                return made(status.state, status.text)
            # What was told to end is begun again if it was pre-empted.
            doing = "ending" if status.state == jobs.CANCELLED else events[-1][1] if events else state.lower()
            return made(jobs.RUNNING, doing, told["left"])
        if state == "COMPLETED" or status.state == jobs.DONE:
            return made(status.state, status.text) if status.state in (jobs.DONE, jobs.CANCELLED) else \
                made(jobs.FAILED, "it ended without a word: see its log")
        if state == "CANCELLED":
            return made(jobs.CANCELLED, "")
        if state in ("TIMEOUT", "DEADLINE", "PREEMPTED"):
            why = "pre-empted, and not requeued" if state == "PREEMPTED" else "the time limit"
            return made(jobs.FAILED, f"{why}; scripts/fleet submit --again goes on")
        if status.state == jobs.FAILED:
            return made(jobs.FAILED, status.text)
        code = told.get("exit", "0:0").partition(":")[0]
        if code == str(OVER_QUOTA):
            return made(jobs.FAILED, "over quota: nothing more can be written to its folder")
        if code == str(CANNOT_WRITE):
            return made(jobs.FAILED, "nothing can be written to its folder: a full disk, or a file system that is not there")
        silent = "" if events else "; it never said a word: has the node python3, and does it see the sources and the fleet's " \
            "folder?"
        return made(jobs.FAILED, f"Slurm: {state.lower().replace('_', ' ')}{f', {reason}' if reason else ''}, exit status "
                    f"{code}{silent}")

    def fetch(self, fleet, job, name):
        try:
            return (fleet.jobs / job.name / name).read_bytes()
        except FileNotFoundError:
            return None

    def cancel(self, _, own):
        for job in own:
            try:
                slurm("scancel", job.identity)
            except Trouble as trouble:
                yield job, str(trouble)
            else:
                yield job, ""
