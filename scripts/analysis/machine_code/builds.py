"""What stands in a build directory. dispatch/build.json is its list (bench/input/executors.h)."""
import json
import pathlib

from ..printable import Trouble
from ..source_tree import BASELINE_ISA
from .handlers import read_executor


class Build:
    """Its executors' names and objects, and the opcodes of its instruction sets."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.folder = self.directory / "dispatch"
        try:
            self.info = json.loads((self.folder / "build.json").read_text())
            listed = self.info["executors"]
        except (OSError, ValueError, KeyError) as error:
            raise Trouble(f"there is no build in {self.directory}: scripts/build makes one "
                          f"({error})") from None
        self.isas = sorted(self.info["isas"], key=lambda isa: (isa != BASELINE_ISA, isa))
        self.left_out = {entry["name"]: entry["left_out"] for entry in listed if "left_out" in entry}
        self.listed = {(entry["strategy"], entry["isa"]): entry for entry in listed}
        # In the order of reports; levels of the zero line are no strategies.
        self.references = [name for name, about in self.info["strategies"].items() if about.get("reference")]
        self.strategies = [name for name in self.info["strategies"] if name not in self.references]
        # That of the programs without a seed in their names comes first.
        first = self.info.get("first_layout", self.info["layout_seeds"][0])
        self.seeds = [first, *(seed for seed in self.info["layout_seeds"] if seed != first)]
        self.is_laid_out = self.info.get("layouts_from") == "assembly"
        # What compilers made: all layouts of a strategy may be made of the assembly of the first.
        self.compiled = {program: entry["programs"].get(str(first), program) for entry in listed
                         if "programs" in entry and entry["strategy"] not in self.references
                         for program in entry["programs"].values()} if self.is_laid_out else {}
        self._opcodes = {}

    def name(self, strategy, isa, seed=None):
        """Of the executor; in a layout, None if the build has none."""
        entry = self.listed[strategy, isa]
        return entry["name"] if seed is None else entry.get("programs", {}).get(str(seed))

    def programs(self, strategy, isa):
        """Those of an executor, by layout: the first, and those that are measured."""
        programs = self.listed[strategy, isa].get("programs", {})
        return [self.folder / programs[str(seed)] for seed in self.seeds if str(seed) in programs]

    def counter(self, isa):
        """The program that counts what is executed."""
        if isa not in self.info.get("counters", {}):
            raise Trouble(f"{self.directory} has no program that counts instructions of {isa}: scripts/build "
                          f"--isa {isa} makes it")
        return self.folder / self.info["counters"][isa]

    def mechanism(self, strategy):
        return self.info["strategies"][strategy].get("mechanism") or strategy.split("-")[0]

    def sites(self, strategy):
        """Where the strategy means to dispatch: at the end of each "handler", in "one" place, or in "several"."""
        usual = "one" if self.mechanism(strategy) in ("switch", "call") else "handler"
        return self.info["strategies"][strategy].get("sites") or usual

    def executors(self):
        """(name, strategy, isa, seed) of each that was built, the layouts of an executor together. scripts/build makes
        the strategies and layouts that it is asked for; of what it makes, the first layout always."""
        for isa in self.isas:
            for strategy in self.strategies:
                if (strategy, isa) not in self.listed:
                    continue
                names = {seed: self.name(strategy, isa, seed) for seed in self.seeds}
                built = [seed for seed, name in names.items() if name and self.path(name).exists()]
                for seed in self.seeds:
                    if seed in built or built and seed == self.seeds[0]:
                        yield names[seed], strategy, isa, seed

    def units(self):
        """(program, isa, [(object, C)]) of each program of the zero line that was built: its units."""
        for isa in self.isas:
            for level in self.references:
                for seed in self.seeds:
                    name = self.name(level, isa, seed)
                    library, text = f"libexecutor-{pathlib.Path(name).name}.a.p", f"zero-{isa}.{seed}."
                    found = sorted((self.folder / "zero" / library).glob(f"*{text}*.c.o"))
                    if found:
                        yield name, isa, [(unit, self.folder / "zero" / unit.name[unit.name.index(text):-2])
                                          for unit in found]

    def path(self, name):
        return self.folder / f"libexecutor-{name}.a"

    def cost_file(self, name):
        """Where the compiler noted what compiling an executor cost (dispatch/compile_cost.py)."""
        path = self.folder / self.compiled.get(name, name)
        return path.with_name(f"executor-{path.name}.cost")

    def elf_type(self, name):
        """Of the executor's program: "EXEC" or "DYN"; None if it was not built."""
        try:
            with (self.folder / name).open("rb") as program:
                head = program.read(18)
        except OSError:
            return None
        return {2: "EXEC", 3: "DYN"}.get(int.from_bytes(head[16:], "little")) if head[:4] == b"\x7fELF" else None

    @property
    def is_static(self):
        """Whether code at fixed addresses was asked for."""
        return self.info.get("relocation_model") == "static"

    def library(self, name):
        path = self.path(name)
        if not path.exists():
            raise Trouble(f"{path} is missing: scripts/build makes it")
        return path

    def opcodes(self, isa):
        """All opcodes of the instruction set, by number."""
        return self._names(isa, "ops.json")

    def layout(self, isa, seed):
        """The same opcodes in the order of the layout."""
        return self._names(isa, f"layout.{seed}.json")

    def _names(self, isa, file):
        path = self.directory / "encoder/isa" / isa / file
        if path not in self._opcodes:
            try:
                self._opcodes[path] = json.loads(path.read_text())
            except (OSError, ValueError) as error:
                raise Trouble(f"cannot read the opcodes, which scripts/build writes: {path}: {error}") from None
        return self._opcodes[path]

    def read(self, name, strategy, isa, seed):
        # A switch numbers its cases in the order of the layout that was compiled, and others are made of its assembly.
        compiled = self.seeds[0] if self.is_laid_out else seed
        return read_executor(self.library(name), self.mechanism(strategy), self.opcodes(isa),
                             self.layout(isa, compiled))
