#!/usr/bin/env python3
"""test_corpus.py [EXECUTOR]: the training corpus has nothing of what is measured.

Without EXECUTOR: its list shares no package and no program with the suite "real", and its lock file pins each
package and names no registry. With one: what bench/corpus/fetch-corpus has made is what its list says, no module
has a library of the suite "real" within it, and each recording replays. Exit status 77: skipped, since nothing
was fetched.
"""
import hashlib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
CORPUS = ROOT / "bench/corpus"
REAL = ROOT / "bench/real"
BUILT = ROOT / "build/corpus"
TIMEOUT = 300  # seconds, of one replay
# What stands in that suite's recordings of a library, and would stand in another module that holds it. There is
# no such text for the rest of them.
MARKS = {"automerge": b"automerge", "brotli": b"brotli-decompressor", "clingo": b"libclingo",
         "esbuild": b"esbuild", "flac": b"reference libFLAC", "flite": b"cmu_us", "highs": b"HiGHS",
         "jq": b"jq_next", "lightningcss": b"lightningcss", "lua": b"Lua 5.4",
         "mozjpeg": b"Invalid memory pool code", "mupdf": b"MuPDF", "oniguruma": b"Oniguruma", "oxipng": b"oxipng",
         "php": b"Zend Engine", "quickjs": b"QuickJS", "resvg": b"resvg", "sqlite": b"SQLite format 3",
         "tiktoken": b"fancy-regex", "yoga": b"YGNode"}


def read(path):
    return json.loads(path.read_text())


def check_list():
    """Problems with what is committed."""
    programs, real = read(CORPUS / "programs.json"), read(REAL / "programs.json")
    wanted, lock = read(CORPUS / "package.json")["dependencies"], read(CORPUS / "package-lock.json")["packages"]
    text, problems = (CORPUS / "package-lock.json").read_text(), []
    names = [program["name"] for program in programs]
    if len(set(names)) != len(names):
        problems.append("two programs have the same name")
    if not 35 <= len({program["package"] for program in programs}) <= 60:
        problems.append("the list is not of 35 to 60 packages")
    for same in set(names) & {program["name"] for program in real}:
        problems.append(f"{same} is a program of the suite \"real\"")
    installed = {path.rpartition("node_modules/")[2] for path in lock}
    for same in installed & {program["package"] for program in real}:
        problems.append(f"{same} is a package of the suite \"real\"")
    for program in programs:
        if program["package"] not in wanted:
            problems.append(f"{program['name']}'s package {program['package']} is not in package.json")
        if "module" not in program and not (CORPUS / f"drivers/{program['name']}.mjs").exists():
            problems.append(f"{program['name']} has neither a module nor a driver that shows it")
    for driver in CORPUS.glob("drivers/*.mjs"):
        if driver.stem not in names:
            problems.append(f"drivers/{driver.name} is of no program")
    levels = dict(line.split() for line in (CORPUS / "kernels/levels.txt").read_text().splitlines())
    kernels = {source.stem for source in CORPUS.glob("kernels/*.c")}
    for name in levels.keys() ^ kernels:
        problems.append(f"kernels/{name}.c is not there" if name in levels else f"{name} is not in levels.txt")
    measured = {workload["name"] for workload in read(ROOT / "bench/workloads/default.json")["workloads"]}
    for same in kernels & measured:
        problems.append(f"{same} is a kernel of the default suite")
    for name, version in wanted.items():
        if not re.fullmatch(r"\d+\.\d+\.\d+[\w.-]*", version):
            problems.append(f"{name} is wanted as {version}, not as one version")
        if lock.get(f"node_modules/{name}", {}).get("version") != version:
            problems.append(f"{name} {version} is not in the lock file")
    for path, package in lock.items():
        if path and not package.get("integrity", "").startswith("sha512-"):
            problems.append(f"the lock file has no integrity of {path}")
    if '"resolved"' in text or "registry" in text:
        problems.append("the lock file names a registry")
    return problems


def check_file(path, known):
    content = path.read_bytes()
    return [] if hashlib.sha256(content).hexdigest() == known["sha256"] else [f"{path.name} is not what the list says"]


def check_built(executor):
    """Problems with what was fetched and recorded."""
    problems, counts = [], {"module": 0, "trace": 0}
    for entry in read(BUILT / "corpus.json")["programs"]:
        name = entry["name"]
        if "module" in entry:
            path = BUILT / f"modules/{name}.wasm"
            counts["module"] += 1
            problems += check_file(path, entry["module"])
            content = path.read_bytes()
            problems += [f"{path.name} has {library} within it" for library, mark in MARKS.items() if mark in content]
        if "trace" in entry:
            path = BUILT / f"traces/{name}.trace"
            counts["trace"] += 1
            problems += check_file(path, entry["trace"])
            done = subprocess.run([executor, "replay", path], capture_output=True, text=True, timeout=TIMEOUT)
            found = re.search(r"hash (\w+)", done.stdout)
            if done.returncode != 0 or not found or found[1] != entry["trace"]["expect"]:
                problems.append(f"{name} replays wrongly: {(done.stderr or done.stdout).strip()}")
    print(f"{counts['module']} modules, {counts['trace']} recordings")
    return problems


def main():
    if len(sys.argv) == 1:
        problems = check_list()
    elif not (BUILT / "corpus.json").exists():
        print("skipped: there is no training corpus here; bench/corpus/fetch-corpus makes it")
        return 77
    else:
        problems = check_built(sys.argv[1])
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
