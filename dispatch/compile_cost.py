#!/usr/bin/env python3
"""What compiling an executor costs: CPU seconds, and the most memory that was in use at once.

    gcc -wrapper python3,compile_cost.py,FILE ...    runs each of gcc's programs and notes what it cost

appends a line to FILE for each, as clang does with -fproc-stat-report=FILE: "program","output",microseconds in all,
microseconds in user mode, KiB at most. scripts/audit reads such files by compile_cost().
"""
import csv
import os
import pathlib
import sys


def compile_cost(path):
    """{"compile_seconds", "compile_peak_kib"} of an executor: of all objects that its file tells of, the sum and the
    most; null if there is no such file, or nothing in it. Of an object that was compiled several times the last one
    counts, and of what else the compiler ran, such as an assembler, nothing."""
    try:
        with open(path, newline="") as file:
            rows = [row for row in csv.reader(file) if len(row) == 5]
        objects = {row[1]: (int(row[2]), int(row[4])) for row in rows
                   if pathlib.Path(row[0]).name.startswith(("clang", "cc1"))}
    except (OSError, ValueError):
        objects = {}
    if not objects:
        return {"compile_seconds": None, "compile_peak_kib": None}
    return {"compile_seconds": round(sum(time for time, _ in objects.values()) / 1e6, 3),
            "compile_peak_kib": max(peak for _, peak in objects.values())}


def what_for(command):
    """The object: what cc1 writes is a temporary file, of another name each time."""
    for option in "-dumpbase", "-o":
        if option in command[:-1]:
            return command[command.index(option) + 1]
    return ""


def main():
    path, *command = sys.argv[1:]
    child = os.spawnvp(os.P_NOWAIT, command[0], command)
    _, status, usage = os.wait4(child, 0)
    user, system = (round(seconds * 1e6) for seconds in (usage.ru_utime, usage.ru_stime))
    row = f'"{pathlib.Path(command[0]).name}","{what_for(command)}",{user + system},{user},{usage.ru_maxrss}\n'
    with open(path, "a") as file:
        file.write(row)
    sys.exit(os.waitstatus_to_exitcode(status) % 256)


if __name__ == "__main__":
    main()
