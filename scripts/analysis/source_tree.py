"""Where things are in the source tree, for commands of scripts/."""
import pathlib
import re
import subprocess

from .printable import Trouble

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What strategies are compared in.
BASELINE_ISA = re.search(r'^#define BASELINE_ISA "(\w+)"', (ROOT / "bench/input/executors.h").read_text(), re.M)[1]


def find_suite(name, build=ROOT / "build"):
    """The file of a suite, as `tailrace bench` of a build finds it (bench/util/paths.c)."""
    places = [pathlib.Path(name)] if "/" in name else [folder / f"{name}.json" for folder in
                                                       (build / "workloads", ROOT / "build/workloads", ROOT / "bench/workloads")]
    for path in places:
        if path.is_file():
            return path.resolve()
    raise Trouble(f'there is no suite "{name}" (a path to a suite file holds a slash)')


def choose_compiler():
    """$CC, or else the newest clang, or else what there is (scripts/common.sh)."""
    done = subprocess.run(["bash", "-c", '. "$0" && choose_compiler', ROOT / "scripts/common.sh"], capture_output=True, text=True)
    if done.returncode:
        raise Trouble(done.stderr.strip().removeprefix("common.sh: "))
    return done.stdout.strip()
