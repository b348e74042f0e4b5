#!/usr/bin/env python3
"""test_wasi_testsuite.py EXECUTOR...: the public test suite's programs for WASI preview 1.

They are not in this repository. The environment variable WASI_TESTSUITE names a checkout of
https://github.com/WebAssembly/wasi-testsuite (the branch prod/testsuite-base has the compiled programs); without it
the test is skipped. A program is a .wasm of a folder for preview 1; beside it a .json says what it is given and what
must come out (doc/specification.md of the suite).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

EXECUTORS = [os.path.abspath(executor) for executor in sys.argv[1:]]
SKIPPED = 77  # for Meson


def programs(checkout):
    """Newer checkouts have a folder for each target; in older ones all is preview 1."""
    folders = checkout.glob("tests/*/testsuite")
    newer = [target for folder in folders if (target := folder / "wasm32-wasip1").is_dir()]
    folders = newer or [folder for folder in checkout.glob("tests/*/testsuite") if folder.is_dir()]
    return sorted(program for folder in folders for program in folder.glob("*.wasm"))


def run(executor, program, scratch):
    """Why the program failed; None if it did not."""
    described = program.with_suffix(".json")
    wanted = json.loads(described.read_text()) if described.exists() else {}
    command = [executor, "run"]
    given = {directory: directory for directory in wanted.get("dirs", [])}  # of older ones
    if "root" in wanted:
        given[wanted["root"]] = "/"
    for host, guest in given.items():  # they write into them
        shutil.copytree(program.parent / host, scratch / host, symlinks=True)
        command += ["--dir", f"{host}::{guest}"]
    for name, value in wanted.get("env", {}).items():
        command += ["--env", f"{name}={value}"]
    try:
        done = subprocess.run([*command, program, *wanted.get("args", [])], cwd=scratch, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60)
    except subprocess.TimeoutExpired:
        return "it did not end within 60 s"
    if done.returncode != wanted.get("exit_code", 0):
        return f"it ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
    for name in ("stdout", "stderr"):
        if name in wanted and getattr(done, name).decode() != wanted[name]:
            return f"its {name} is {getattr(done, name)!r}"
    return None


class WasiTestsuite(unittest.TestCase):
    def test_programs(self):
        for executor in EXECUTORS:
            for program in PROGRAMS:
                with self.subTest(program.name, executor=os.path.basename(executor)):
                    with tempfile.TemporaryDirectory() as scratch:
                        self.assertIsNone(run(executor, program, pathlib.Path(scratch)))


if __name__ == "__main__":
    CHECKOUT = os.environ.get("WASI_TESTSUITE")
    if not CHECKOUT:
        print("skipped: WASI_TESTSUITE does not name a checkout of WebAssembly/wasi-testsuite")
        sys.exit(SKIPPED)
    PROGRAMS = programs(pathlib.Path(CHECKOUT).resolve())
    if not PROGRAMS:
        sys.exit(f"{CHECKOUT} has no programs of WebAssembly/wasi-testsuite for preview 1")
    print(len(PROGRAMS), "programs")
    unittest.main(argv=sys.argv[:1])
