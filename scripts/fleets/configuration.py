"""The configuration of a fleet: a TOML file (scripts/fleet --help has one).

What stands in [measure] holds for all groups; a group may say otherwise. Whatever is wrong is a Trouble, a sentence that
names the file and the place.
"""
import dataclasses
import pathlib
import re

try:
    import tomllib
except ImportError:  # Python 3.10 and before
    tomllib = None

from analysis.printable import Trouble

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT, NUMBER, TEXTS, TRUTH = "a text", "a number", "a list of texts", "true or false"
MEASURE = {
    "suites": (TEXTS, ["default"]),
    "compilers": (TEXTS, []),    # none: the newest clang of the machine
    "layouts": (NUMBER, 8),      # on each machine, drawn at random
    "options": (TEXTS, []),      # more of scripts/bench
    "before": (TEXTS, []),       # shell lines, such as "module load llvm/22"
    "setup": (TRUTH, False),     # whether scripts/bench may install what is missing
    "command": (TEXT, "scripts/bench"),
}
BACKENDS = {
    "local": {"directory": (TEXT, "")},
    "ssh": {"hosts": (TEXTS, None), "directory": (TEXT, "tailrace-fleet"), "ssh": (TEXTS, ["ssh"])},
    "slurm": {
        "partitions": (TEXTS, []),   # none: all that the cluster has
        "constraint": (TEXT, ""),    # only nodes with these features, "a&b"
        "nodes": (NUMBER, 1),        # of each kind that are measured
        "time": (TEXT, "2:00:00"), "account": (TEXT, ""), "qos": (TEXT, ""), "reservation": (TEXT, ""),
        "warn": (NUMBER, 120),       # seconds before the limit at which the run is interrupted and requeued
        "requeues": (NUMBER, 3),     # at most
        "alone": (TEXTS, ["--exclusive", "--hint=nomultithread"]),  # sbatch's, for a node with nothing else on it
        "srun": (TEXTS, ["--cpu-bind=threads"]),  # its options for what is measured; none: it binds itself
        "sbatch": (TEXTS, []),       # more options of sbatch
    },
}
SLURM_TIME = re.compile(r"(\d+-)?\d+(:\d+){0,2}")


@dataclasses.dataclass
class Group:
    name: str
    backend: str
    options: dict  # all of MEASURE and of BACKENDS[backend]

    def __getitem__(self, key):
        return self.options[key]


@dataclasses.dataclass
class Fleet:
    name: str
    directory: pathlib.Path  # of its jobs and results
    groups: list

    @property
    def jobs(self):
        return self.directory / "jobs"

    @property
    def results(self):
        return self.directory / "results"


def is_kind(value, kind):
    if kind == TEXTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind == NUMBER:
        return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100000
    return isinstance(value, {TEXT: str, TRUTH: bool}[kind])


def checked(table, known, where):
    """`table` as far as it is known; the rest is a mistake."""
    for key, value in table.items():
        if key not in known:
            raise Trouble(f"{where}: there is no \"{key}\"; there are {', '.join(known)}")
        if not is_kind(value, known[key][0]):
            raise Trouble(f"{where}: {key} is to be {known[key][0]}, not {value!r}")
    return table


def read(path):
    """The Fleet of a file."""
    if tomllib is None:
        raise Trouble("reading the configuration takes Python 3.11 or later")
    path = pathlib.Path(path)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Trouble(f"{path}: this is no TOML: {error}") from error
    for key in document:
        if key not in ("name", "directory", "measure", "groups"):
            raise Trouble(f"{path}: there is no \"{key}\"; there are name, directory, [measure] and [groups.NAME]")
    name = document.get("name", path.stem)
    if not isinstance(name, str) or not re.fullmatch(r"[\w.-]{1,40}", name):
        raise Trouble(f"{path}: name is to be of letters, digits, \".\", \"_\" and \"-\", not {name!r}")
    common = checked(document.get("measure", {}), MEASURE, f"{path}: [measure]")
    groups = []
    for title, table in document.get("groups", {}).items():
        where = f"{path}: [groups.{title}]"
        if not re.fullmatch(r"[\w-]{1,30}", title):
            raise Trouble(f"{where}: the name of a group is to be of letters, digits, \"_\" and \"-\"")
        table = dict(table)
        backend = table.pop("backend", None)
        if backend not in BACKENDS:
            raise Trouble(f"{where}: backend is to be {', '.join(BACKENDS)}, not {backend!r}")
        known = {**MEASURE, **BACKENDS[backend]}
        options = {key: default for key, (_, default) in known.items()} | common | checked(table, known, where)
        for key, value in options.items():
            if value is None or key == "hosts" and not value:
                raise Trouble(f"{where}: {key} is missing")
        if backend == "slurm" and not SLURM_TIME.fullmatch(options["time"]):
            raise Trouble(f"{where}: time is to be as sbatch takes it, such as \"2:00:00\", not {options['time']!r}")
        groups.append(Group(title, backend, options))
    if not groups:
        raise Trouble(f"{path}: there is no group of machines: [groups.NAME] with a backend")
    directory = document.get("directory")
    directory = ROOT / "results" / "local" / f"fleet-{name}" if directory is None else path.parent / directory
    return Fleet(name, directory.absolute(), groups)
