"""Executors that are slower by a known number of instructions, for calibration.py.

A slowdown is a strategy whose handler of one opcode begins with instructions more (encoder/generate.py --plant), in
all layouts or in the first alone; everything else is the same source. For the build it is a strategy out of the tree:
its file includes what the original's does, and a flag lets the compiler find the slower handlers before the others.
All this lies in a folder of its own, with a build directory in it.
"""
import dataclasses
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from ..printable import Trouble
from ..source_tree import ROOT, choose_compiler

sys.path.insert(0, str(ROOT / "dispatch"))
import strategies  # noqa: E402, dispatch/strategies.py

FLIP = re.compile(r"\s(not\s+%r\w+|mvn\s+(x\d+), \2)$")  # what generate.py plants


@dataclasses.dataclass(frozen=True)
class Slowdown:
    name: str           # of the slower strategy
    strategy: str       # what it is otherwise
    opcode: str         # whose handler is slower
    count: int          # instructions more
    first_only: bool = False  # in the first layout alone; built for the main strategy


def run(command, **options):
    """Standard output of a command; a Trouble with the end of its complaints if it fails."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                              **options)
    except OSError as error:
        raise Trouble(f"cannot start {command[0]}: {error.strerror}; scripts/setup installs what is "
                      "needed") from error
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise Trouble(f"{command[0]} failed ({done.returncode}): {lines[-1]}")
    return done.stdout


class Pool:
    """The slower executors and the originals, in many layouts."""

    def __init__(self, home, slowdowns, layouts, isa):
        """home: the folder for all of it. layouts: by strategy, how many are built."""
        self.home, self.slowdowns, self.layouts, self.isa = pathlib.Path(home).resolve(), slowdowns, layouts, isa
        self.directory = self.home / "build"  # meson reads no sources from a build directory
        self.compiler = choose_compiler()
        self.left_out = {}

    @functools.cached_property
    def description(self):
        """build.json of all of them."""
        return json.loads((self.directory / "dispatch/build.json").read_text())

    def executors(self, strategies):
        return [entry for entry in self.description["executors"] if entry["strategy"] in strategies]

    def path(self, strategy, seed):
        entry, = self.executors([strategy])
        return self.directory / "dispatch" / entry["programs"][str(seed)]

    def folder(self, slowdown):
        """Of its handlers."""
        return self.home / "slowdowns" / f"{slowdown.name}-{slowdown.opcode}-{slowdown.count}"

    def original(self, strategy):
        return next((slowdown.strategy for slowdown in self.slowdowns if slowdown.name == strategy), strategy)

    def seeds(self, strategy):
        return range(self.layouts[self.original(strategy)])

    def strategies(self):
        """Those that the compiler can build: the originals, and slower ones."""
        names = [*self.layouts, *(slowdown.name for slowdown in self.slowdowns)]
        return [name for name in names if self.original(name) not in self.left_out]

    def main(self):
        """The first strategy that the compiler can build."""
        if not self.strategies():
            raise Trouble("; ".join(f"{name}: {reason}" for name, reason in self.left_out.items()))
        return self.strategies()[0]

    def configure(self):
        files = [self.write_strategy(slowdown) for slowdown in self.slowdowns]
        options = ["-Ddispatch=" + ",".join([*self.layouts, *(slowdown.name for slowdown in self.slowdowns)]),
                   "-Disa=" + self.isa, "-Dstrategy_files=" + ",".join(map(str, files)),
                   "-Dlayouts_from=source",  # so that one of them can have other handlers than the others
                   "-Dlayouts=" + ",".join(map(str, range(max(self.layouts.values()))))]
        if (self.directory / "build.ninja").exists():
            run(["meson", "configure", self.directory, *options])
        else:
            run(["meson", "setup", self.directory, ROOT, *options], env={**os.environ, "CC": self.compiler})

    def clear(self):
        """Makes the folder, and anew if another compiler built there."""
        stamp = self.home / ".compiler"
        if self.home.exists() and any(self.home.iterdir()):
            if not stamp.exists():
                raise Trouble(f"{self.home} was not made by this script; name another directory")
            if stamp.read_text() != self.compiler:
                shutil.rmtree(self.home)
        self.home.mkdir(parents=True, exist_ok=True)
        stamp.write_text(self.compiler)

    def write_strategy(self, slowdown):
        """The strategy's file."""
        text = (strategies.FOLDER / f"{slowdown.strategy}.c").read_text()
        fields = strategies.read_head(text)
        fields["flags"] = f"{fields.get('flags', '')} -iquote{self.folder(slowdown)}".strip()
        kept = strategies.REQUIRED | {"flags"}
        where = "in the first layout" if slowdown.first_only else "in all layouts"
        head = [f"{slowdown.strategy} whose handler {slowdown.opcode} executes {slowdown.count} instructions more "
                f"{where}.", ""]
        head += [f"{field.capitalize()}: {value}" for field, value in fields.items() if field in kept]
        path = self.home / "slowdowns" / f"{slowdown.name}.c"
        new = "/* " + "\n * ".join(head) + "\n */" + text.partition("*/")[2]
        if not path.exists() or path.read_text() != new:
            path.parent.mkdir(exist_ok=True)
            path.write_text(new)
        return path

    def generate(self):
        """The slower handlers, where they are older than what they are made from."""
        inputs = [ROOT / "encoder" / name for name in ("generate.py", "ops.table", "isa.table")]
        newest = max(path.stat().st_mtime for path in inputs)
        for slowdown in self.slowdowns:
            for seed in [0] if slowdown.first_only else self.seeds(slowdown.name):
                made = self.folder(slowdown) / f"handlers.{seed}.inc"
                if not made.exists() or made.stat().st_mtime < newest:
                    run(["python3", inputs[0], "--isa", self.isa, "--layout", seed,
                         "--plant", f"{slowdown.opcode}={slowdown.count}", *inputs[1:], made.parent])

    def build(self, progress=lambda fraction, text: None):
        self.clear()
        self.configure()
        self.generate()
        # ninja builds only what is wanted: a program of the tail strategies takes seconds, of others ten times
        # that.
        run(["ninja", "-C", self.directory, "dispatch/build.json"])
        self.__dict__.pop("description", None)  # of an earlier build
        self.left_out = {entry["strategy"]: entry["left_out"] for entry in self.description["executors"]
                         if "left_out" in entry}
        unwanted = [slowdown.name for slowdown in self.slowdowns
                    if slowdown.first_only and slowdown.strategy != self.main()]
        programs = [self.path(name, seed) for name in self.strategies() if name not in unwanted
                    for seed in self.seeds(name)]
        targets = [path.relative_to(self.directory) for path in programs]
        command = ["ninja", "-C", self.directory, "tailrace", f"dispatch/{self.description['counters'][self.isa]}", *targets]
        with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True) as process:
            line = ""
            for line in process.stdout:
                step = re.match(r"\[(\d+)/(\d+)\]", line)
                if step:
                    progress(int(step[1]) / int(step[2]), "building")
        if process.returncode:
            raise Trouble(f"ninja could not build {self.directory}: {line.strip()}")

    def view(self, folder, strategies, seeds):
        """Makes `folder` a build that has these strategies in these layouts, for `tailrace bench`. The programs
        are fresh copies: where a program's pages happen to lie in the machine's memory is drawn anew as well."""
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "dispatch").mkdir(parents=True)
        shutil.copy(self.directory / "tailrace", folder)
        executors = [{**entry, "programs": {str(seed): entry["programs"][str(seed)] for seed in seeds}}
                     for entry in self.executors(strategies)]
        build = {**self.description, "strategies": {name: self.description["strategies"][name] for name in strategies},
                 "layout_seeds": list(seeds), "first_layout": seeds[0], "executors": executors}
        (folder / "dispatch/build.json").write_text(json.dumps(build))
        for program in [name for entry in executors for name in entry["programs"].values()]:
            shutil.copy(self.directory / "dispatch" / program, folder / "dispatch")

    def places(self, slowdown, seed):
        """How often the program has the instructions that slow it down, by disassembly: runs of exactly so many."""
        text = run(["objdump", "-d", "--no-show-raw-insn", self.path(slowdown.name, seed)])
        lengths, length = [], 0
        for line in [*text.splitlines(), ""]:
            if FLIP.search(line):
                length += 1
            elif length:
                lengths.append(length)
                length = 0
        return lengths.count(slowdown.count)

    def executed(self, strategy, workload, folder):
        """Host instructions of the executor's functions while it runs a workload, by valgrind. Those of the rest
        of the process vary by a few."""
        counts = folder / "cachegrind.out"
        run(["valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={counts}",
             self.path(strategy, 0), "run", "--invoke", "run", workload.path, workload.short])
        total, counted = 0, False
        for line in counts.read_text().splitlines():
            if line.startswith("fn="):
                counted = re.match(r"fn=(handle_|enter$|run$)", line)
            elif counted and line[0].isdigit():  # line of the source, instructions
                total += int(line.split()[1])
        return total

    def times_executed(self, opcode, workload):
        """How often a workload executes an opcode."""
        text = run([self.directory / "tailrace", "profile", "--isa", self.isa, "--invoke", "run", workload.path,
                    workload.short])
        found = re.search(rf"^ *(\d+) .* {opcode}$", text, re.M)
        if not found:
            raise Trouble(f"{opcode} is not among the most executed opcodes of {workload.name}")
        return int(found[1])
