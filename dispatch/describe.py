#!/usr/bin/env python3
"""Completes a build's description: the revision of its sources, and what compiling each executor has cost so far.

    describe.py BUILD.json.in BUILD.json SOURCES

The costs are those that the compiler noted (compile_cost.py), of what is built; scripts/build writes the description
once more when all is. The file stays as it is if nothing has changed.
"""
import json
import pathlib
import subprocess
import sys

from compile_cost import compile_cost


def revision(sources):
    try:
        done = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=sources, text=True,
                              capture_output=True)
    except OSError:
        return "unknown"
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def main():
    source, output, sources = map(pathlib.Path, sys.argv[1:])
    build = json.loads(source.read_text())
    build["revision"] = revision(sources)
    costs = {}
    for path in sorted(output.parent.glob("**/executor-*.cost")):
        cost = compile_cost(path)
        if cost["compile_seconds"] is not None:
            costs[path.name.removeprefix("executor-").removesuffix(".cost")] = cost
    build["compile_costs"] = costs
    text = json.dumps(build, indent=2) + "\n"
    if not output.exists() or output.read_text() != text:
        output.write_text(text)


if __name__ == "__main__":
    main()
