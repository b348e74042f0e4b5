#!/usr/bin/env python3
"""Tests that C files include downwards only, and other folders' files only by their doors, that no folder has more than
a dozen sources, and that modules of scripts/analysis import those above them in its list alone.

    test_includes.py [FOLDER]

Says each include that goes up or past a door. FOLDER: another tree than this one.
"""
import pathlib
import re
import sys

# From the ground up: a folder may include those before it. Behind each its doors, the headers that others may
# include; what a door includes is open as well. Everything else is private to the folder and its tests.
FOLDERS = """
encoder         encoder.h
decoder         disassembler.h operands.h
translator      translate.h opcodes.h
runtime         runtime.h executor.h text.h numeric.h vector.h call.h unwind.h bulk.h
runtime/wasi    wasi.h
runtime/replay  replay.h
dispatch        profile.h
bench/util      *
bench/measure   counters.h counter_report.h cost.h placement.h
bench/executor  options.h
bench/input     *
bench/data      *
bench/sampling  *
bench/output    *
bench/mining    *
bench           bench.h
"""
MOST_SOURCES = 12
SOURCES = {".c", ".py", ".js", ".mjs"}
# What people add one of: programs to be run, a file for each strategy, tests for each source.
ANY_NUMBER = re.compile(r"bench/(workloads|corpus|real/drivers)\b|dispatch/strategies|scripts/checks|"
                        r"(.*/)?(test|node_modules)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+"(?P<path>[^"]+)"', re.M)
GENERATED = re.compile(r"(ops|bodies)\.h|(schema|warnings)_text\.h")  # beside no source


def room_of(path, folders):
    """The folder that a file belongs to, and whether it is a test there."""
    parts = pathlib.PurePath(path).parts[:-1]
    is_test = "test" in parts
    name = "/".join(parts[:parts.index("test")] if is_test else parts)
    while name and name not in folders:
        name = name.rpartition("/")[0]
    return name, is_test


def check(root):
    """What is wrong, a sentence each."""
    lines = [line.split() for line in FOLDERS.split("\n") if line]
    order = {folder: place for place, (folder, *_) in enumerate(lines)}
    includes = {}
    for folder in {name.partition("/")[0] for name in order}:
        for path in sorted((root / folder).rglob("*.[ch]")):
            name = path.relative_to(root).as_posix()
            if room_of(name, order)[0] and not name.startswith("bench/workloads/"):
                includes[name] = [match["path"] for match in INCLUDE.finditer(path.read_text())]
    doors = set()
    for folder, *headers in lines:
        new = [name for name in includes if room_of(name, order) == (folder, False)
               and name.endswith(".h")] if headers == ["*"] else [f"{folder}/{header}" for header in headers]
        while new:
            door = new.pop()
            if door not in doors:
                doors.add(door)
                new += [name for name in includes.get(door, ()) if room_of(name, order)[0] == folder]
    wrong = [f"{door} is a door and not there" for door in sorted(doors - set(includes))]
    for name, included in includes.items():
        own, is_test = room_of(name, order)
        for other in included:
            if GENERATED.fullmatch(pathlib.PurePath(other).name):
                continue
            folder, of_tests = room_of(other, order)
            if other not in includes:
                wrong.append(f"{name} includes {other}, which is not there")
            elif order[folder] > order[own]:
                wrong.append(f"{name} includes {other}: upwards, {folder}/ stands above {own}/")
            elif of_tests and not is_test:
                wrong.append(f"{name} includes {other}, which is for tests")
            elif folder != own and not of_tests and other not in doors:
                wrong.append(f"{name} includes {other}, which is private to {folder}/")
    return wrong


def check_sizes(root):
    wrong = []
    for top in {line.split("/")[0].split()[0] for line in FOLDERS.split("\n") if line} | {"scripts"}:
        for folder in [root / top, *(path for path in (root / top).rglob("*") if path.is_dir())]:
            name = folder.relative_to(root).as_posix()
            count = sum(path.suffix in SOURCES and path.name != "__init__.py" for path in folder.iterdir())
            if count > MOST_SOURCES and not ANY_NUMBER.match(name):
                wrong.append(f"{name}/ has {count} sources, more than {MOST_SOURCES}: divide it")
    return wrong


def check_analysis(folder):
    """As check(), of the Python package that scripts share; its list is the docstring of the package."""
    text = (folder / "__init__.py").read_text()
    order, wrong = {}, []
    for line, names in enumerate(re.findall(r"^    (\S.*?)  ", text, re.M)):
        order |= dict.fromkeys((name.strip("/") for name in names.split(", ")), line)
    for path in sorted(folder.rglob("*.py")):
        module, *inside = path.relative_to(folder).with_suffix("").parts
        if module == "__init__":
            continue
        if module not in order:
            wrong.append(f"{path.name} is not in the list of {folder / '__init__.py'}")
            continue
        for dots, source, names in re.findall(r"^from (\.+)(\w*)\S* import \(?(.*)", path.read_text(), re.M):
            if len(dots) <= len(inside):
                continue  # within a folder of it
            for name in [source] if source else names.split(", "):
                if name not in order or order[name] > order[module]:
                    wrong.append(f"{path.relative_to(folder)} imports {name}, which stands below {module} in the list")
    return wrong


if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1]) if sys.argv[1:] else pathlib.Path(__file__).resolve().parents[2]
    wrong = check(root) + check_sizes(root) + check_analysis(root / "scripts/analysis")
    print("\n".join(wrong) or "every include goes down, and by a door")
    sys.exit(1 if wrong else 0)
