#!/usr/bin/env python3
"""Prints the modules that a run measures, with commas between them: what scripts/bench --zero makes code of.

    scripts/analysis/zero_modules.py SUITE,SUITE [GLOB,FILE.wasm]

As "tailrace bench" takes them: suites by name or path, of which workloads that match a pattern, or all if there is none;
and modules of one's own. A recorded program among them is refused.
"""
import fnmatch
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_suite(name):
    if "/" in name:
        return pathlib.Path(name)
    for folder in ROOT / "build/workloads", ROOT / "bench/workloads":
        if (folder / f"{name}.json").exists():
            return folder / f"{name}.json"
    sys.exit(f"bench: there is no suite \"{name}\"")


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__.rstrip())
    wanted = [word for word in "".join(sys.argv[2:]).split(",") if word]
    own = [word for word in wanted if word.endswith(".wasm")]
    patterns, found = [word for word in wanted if word not in own], [str(pathlib.Path(word).resolve()) for word in own]
    for name in sys.argv[1].split(",") if patterns or not own else ():
        path = find_suite(name)
        try:
            workloads = json.loads(path.read_text())["workloads"]
            for workload in workloads:
                if patterns and not any(fnmatch.fnmatchcase(workload["name"], pattern) for pattern in patterns):
                    continue
                if "trace" in workload:
                    sys.exit(f"bench: {workload['name']} is a recorded program: the zero line is not made of those. "
                             "Name others with --workload, or another --suite")
                found.append(str((path.parent / workload["file"]).resolve()))
        except (OSError, ValueError, KeyError, TypeError) as error:
            sys.exit(f"bench: {path} is no suite: {error}")
    if not found:
        sys.exit("bench: no workload matches")
    print(",".join(dict.fromkeys(found)))


if __name__ == "__main__":
    main()
