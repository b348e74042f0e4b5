#!/usr/bin/env python3
"""Prints what ninja is to build of a build's programs besides what it builds by itself, a target a line.

    programs.py BUILD_DIRECTORY [--dispatch A,B] [--isa A,B]

These are all that were built before, which would be stale; and with --dispatch what it takes to measure these strategies,
in all instruction sets of the build or those of --isa. Not those of layouts that are only kept, which are built anew when
they are named again.
"""
import argparse
import json
import pathlib
import subprocess


def measured(build):
    """The programs of the layouts that are measured, and of the first: (strategy, instruction set, program)."""
    seeds = dict.fromkeys(map(str, [build["first_layout"], *build["layout_seeds"]]))
    for entry in build["executors"]:
        programs = entry.get("programs", {})
        yield from ((entry["strategy"], entry["isa"], programs[seed]) for seed in seeds if seed in programs)


def asked_for(build, strategies, isas):
    """Executors, what stands beside all of them, and what counts instructions."""
    for strategy, isa, program in measured(build):
        if isa in isas and (strategy in strategies or build["strategies"][strategy].get("reference")):
            yield program
    yield from (program for isa, program in build["counters"].items() if isa in isas)


def built_before(folder, build):
    known = subprocess.run(["ninja", "-C", folder.parent, "-t", "targets", "all"], capture_output=True, text=True,
                           check=True).stdout
    kept = {program for entry in build["executors"] for program in entry.get("programs", {}).values()}
    kept -= {program for _, _, program in measured(build)}
    for line in known.splitlines():
        target, _, rule = line.rpartition(": ")
        program = target.removeprefix("dispatch/")
        if rule == "c_LINKER" and program != target and program not in kept and (folder / program).exists():
            yield program


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dispatch", metavar="A,B", default="")
    parser.add_argument("--isa", metavar="A,B", default="")
    parser.add_argument("directory", type=pathlib.Path)
    options = parser.parse_args()
    folder = options.directory / "dispatch"
    build = json.loads((folder / "build.json").read_text())
    programs = list(built_before(folder, build))
    if options.dispatch:
        isas = options.isa.split(",") if options.isa else build["isas"]
        programs += asked_for(build, options.dispatch.split(","), isas)
    for program in dict.fromkeys(programs):
        print(f"dispatch/{program}")


if __name__ == "__main__":
    main()
