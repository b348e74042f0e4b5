#!/usr/bin/python3
"""Does the validator of `tailrace` agree with python3-jsonschema?

Usage: test_schema.py CHECK_SCHEMA_PROGRAM SCHEMA_JSON RESULT.json...

On good result files, and on ones that were damaged in every place: each value in turn is left out, replaced
by one of another type or another value, or gets something beside it. Exit status 77: skipped.
"""
import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: jsonschema is missing")
    sys.exit(77)
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts" / "checks"))
import example_result

CHECKER, SCHEMA, *RESULTS = sys.argv[1:]
REPLACEMENTS = [None, True, -1, 0, 0.5, 2.0, 10**15, "", "text", [], [None], {}, {"a": 1}]


def places(value, path=()):
    """The paths of all parts. Of a list, the first and the last item stand for the others."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], path + (key,))
    elif isinstance(value, list):
        for index in sorted({0, len(value) - 1} if value else ()):
            yield from places(value[index], path + (index,))


def damaged(document, generator):
    for path in list(places(document))[1:]:
        for replacement in generator.sample(REPLACEMENTS, 5) + ["leave out"]:
            other = copy.deepcopy(document)
            holder = other
            for part in path[:-1]:
                holder = holder[part]
            if replacement == "leave out":
                del holder[path[-1]]
            else:
                holder[path[-1]] = replacement
            if isinstance(holder, dict) and generator.random() < 0.1:
                holder["something else"] = replacement
            yield path, other


def full_example():
    """An example that has every part of the schema."""
    document = example_result.result()
    who = {"build": "clang-22", "strategy": "switch", "isa": "acc", "layout": 0, "workload": "sort"}
    document["samples"] = document["samples"][:2]
    document["samples"][0]["counters"] = [
        {"event": "cycles", "counts": None, "state": "no PMU", "value": None, "counted": None, "enabled_ns": None,
         "running_ns": None, "overhead": None, "reason": "there is none"}]
    process = document["samples"][1]
    for key in "wasm_bytes", "bytecode_bytes", "functions":
        del process[key]
    process.update(phases={"execute": process["phases"]["execute"]}, process={"user": 1, "system": 2})
    document["not_measured"] = [{"what": "sample", "workload": "vm", "build": "clang-22", "strategy": "switch",
                                 "isa": "acc", "control": False, "round": 3, "reason": "it crashed"}]
    document["whole_processes"] = [{**who, "command": ["a"], "times": [0.5], "user": 1, "system": 0, "mean": 1,
                                    "stddev": None, "median": 1, "min": 1, "max": 1, "exit_codes": [0]}]
    document["simulated"] = [{**who, "model": "m", "counts": {"instructions": 5, "l1i_misses": None}}]
    program = {"opcodes": 9, "dispatch_sites": 1, "code_bytes": 100, "median_handler_bytes": None,
               "largest_handler_bytes": 3, "largest_handler": None, "handlers_that_use_the_stack": None,
               "handlers_that_call": ["x"], "findings": ["bad"]}
    document["builds"][0].update(
        audit={"executors": {"switch-acc": program},
               "listings": [{"opcode": "i32_add", "executor": "switch-acc", "bytes": 2, "code": ["ret"]}]},
        audit_missing=None, programs={"switch-acc": {"0": "a" * 64}},
        left_out=[{"strategy": "goto", "isa": "acc", "reason": "r"}])
    return document


def main():
    validator = jsonschema.Draft202012Validator(json.loads(pathlib.Path(SCHEMA).read_text()))
    generator = random.Random(1)
    documents = [("recorded", json.loads(pathlib.Path(path).read_text())) for path in RESULTS]
    documents += [("full example", full_example())]
    good = len(documents)
    documents += [(".".join(map(str, path)), other) for path, other in damaged(full_example(), generator)]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (_, document) in enumerate(documents):
            paths.append(pathlib.Path(folder) / f"{number}.json")
            paths[-1].write_text(json.dumps(document))
        lines = subprocess.run([CHECKER, *paths], check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(lines) == len(documents), (len(lines), len(documents))
    bad = invalid = 0
    for number, ((name, document), line) in enumerate(zip(documents, lines)):
        valid = validator.is_valid(document)
        invalid += not valid
        if (number < good and not valid) or valid != (line == "valid"):
            bad += 1
            print(f"{name}: jsonschema says {'valid' if valid else 'invalid'}, tailrace: {line}")
    print(f"{len(documents)} documents, {invalid} of them damaged: "
          + (f"{bad} disagreements" if bad else "the validators agree"))
    return bad > 0 or invalid < len(documents) / 3


sys.exit(main())
