#!/usr/bin/env python3
"""Prints the modules and traces that a run measures, with commas between them: what scripts/bench --zero makes code of.

    scripts/analysis/zero_modules.py SUITE,SUITE [GLOB,FILE.wasm [TRACE...]]

As "tailrace bench" takes them: suites by name or path, of which workloads that match a pattern, or all if there is none;
and modules and traces of one's own.
"""
import fnmatch
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])
from analysis.printable import Trouble  # noqa: E402
from analysis.source_tree import find_suite  # noqa: E402


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__.rstrip())
    wanted = [word for word in "".join(sys.argv[2:3]).split(",") if word]
    modules = [word for word in wanted if word.endswith(".wasm")]
    patterns, own = [word for word in wanted if word not in modules], [*modules, *sys.argv[3:]]
    found = [str(pathlib.Path(word).resolve()) for word in own]
    if missing := next((word for word in own if not pathlib.Path(word).is_file()), None):
        sys.exit(f"bench: there is no file {missing}")
    for name in sys.argv[1].split(",") if patterns or not own else ():
        try:
            path = find_suite(name)
            workloads = json.loads(path.read_text())["workloads"]
            for workload in workloads:
                if patterns and not any(fnmatch.fnmatchcase(workload["name"], pattern) for pattern in patterns):
                    continue
                found.append(str((path.parent / workload.get("trace", workload.get("file"))).resolve()))
        except Trouble as trouble:
            sys.exit(f"bench: {trouble}")
        except (OSError, ValueError, KeyError, TypeError) as error:
            sys.exit(f"bench: {path} is no suite: {error}")
    if not found:
        sys.exit("bench: no workload matches")
    if odd := next((path for path in found if "," in path), None):
        sys.exit(f"bench: {odd} has a comma in its name: the zero line is not made of it")
    print(",".join(dict.fromkeys(found)))


if __name__ == "__main__":
    main()
