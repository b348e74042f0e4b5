#!/usr/bin/env python3
"""test_run.py EXECUTOR...: modules that ask for much, or for something unusual, as `run` meets them."""
import json
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

EXECUTORS = [pathlib.Path(executor).resolve() for executor in sys.argv[1:]]

# The program's memory is its second one, and is exported as such.
TWO_MEMORIES = rb"""(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory 1) (memory 1) (export "memory" (memory 1))
  (data (memory 0) (i32.const 0) "\10\00\00\00\06\00\00\00") (data (memory 0) (i32.const 16) "first\n")
  (data (memory 1) (i32.const 0) "\10\00\00\00\07\00\00\00") (data (memory 1) (i32.const 16) "second\n")
  (func (export "_start") (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"""

# Writes 4 KiB, then behind 16 KiB; returns what the second says.
LARGE_FILE = rb"""(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pwrite" (func $fd_pwrite (param i32 i32 i32 i64 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\00\01\00\00\00\10\00\00") (data (i32.const 16) "large")
  (func $write (param $at i64) (result i32)
    (call $fd_pwrite (i32.load (i32.const 32)) (i32.const 0) (i32.const 1) (local.get $at) (i32.const 8)))
  (func (export "large") (result i32 i32)
    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 5) (i32.const 1)
                           (i64.const 0x46) (i64.const 0) (i32.const 0) (i32.const 32)))
    (call $write (i64.const 0)) (call $write (i64.const 16384))))"""
EFBIG = 22

UNCAUGHT = rb"""(module (tag $t (export "problem") (param i32))
  (func $thrower (export "thrower") (throw $t (i32.const 3))) (func (export "f") (call $thrower)))"""


# What waits in an accumulator while the executor calls the runtime is there afterwards.
SLOWLY = ["(drop (memory.grow (i32.const 0)))", "(memory.fill (i32.const 64) (i32.const 7) (i32.const 8))",
          "(memory.copy (i32.const 64) (i32.const 32) (i32.const 8))", "(memory.init $bytes (i32.const 64) (i32.const 0) (i32.const 3))",
          "(drop (table.grow $t (ref.null func) (i32.const 1)))", "(table.fill $t (i32.const 0) (ref.null func) (i32.const 2))",
          "(table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1))",
          "(table.init $t $functions (i32.const 0) (i32.const 0) (i32.const 1))"]
WAITING = {"i64": "(i64.mul (i64.load (i32.const 0)) (i64.const 4))", "f64": "(f64.mul (f64.load (i32.const 8)) (f64.const 4))",
           "v128": "(i64x2.add (v128.load (i32.const 16)) (v128.load (i32.const 16)))"}
READ = {"v128": "i64x2.extract_lane 1"}
WAITS = """(module (memory 1) (data $bytes "abc") (table $t 4 funcref) (elem $functions func 0)
  (data (i32.const 0) "\\03\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\08\\40")
  (data (i32.const 24) "\\06\\00\\00\\00\\00\\00\\00\\00")
%s)""" % "\n".join(
    f'(func (export "{kind}") (result {"i64 " * len(SLOWLY) if kind != "f64" else "f64 " * len(SLOWLY)})'
    + " ".join(f"{value} {slow} {READ.get(kind, '')}" for slow in SLOWLY) + ")" for kind, value in WAITING.items())


def leb(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def section(number, *entries):
    body = leb(len(entries)) + b"".join(entries)
    return bytes([number]) + leb(len(body)) + body


# With initial values, so that every element is written.
TABLES = (b"\0asm\1\0\0\0" + section(1, b"\x60\0\0") + section(3, b"\0")
          + section(4, *[b"\x40\0\x70\0" + leb(10_000_000) + b"\xd2\0\x0b"] * 100)
          + section(7, b"\1f\0\0") + section(10, b"\2\0\x0b"))


# Calls itself, keeps what it adds up in its memory, and makes that grow.
PLACED = rb"""(module (memory 1 40)
  (func $sum (export "sum") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (memory.grow (i32.const 30)))))
    (i32.store (i32.const 65532) (i32.add (i32.load (i32.const 65532)) (local.get 0)))
    (drop (call $sum (i32.sub (local.get 0) (i32.const 1))))
    (i32.load (i32.const 65532))))"""


class Run(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def assemble(self, wat):
        if not shutil.which("wat2wasm"):
            self.skipTest("wat2wasm is missing: scripts/setup installs it")
        subprocess.run(["wat2wasm", "--enable-multi-memory", "--enable-exceptions", "-", "-o",
                        self.folder / "module.wasm"], input=wat, check=True)

    def run_module(self, *words, **options):
        for executor in EXECUTORS:
            yield subprocess.run([executor, "run", *words, "module.wasm"], cwd=self.folder, capture_output=True, text=True,
                                 timeout=60, **options)

    def test_the_memory_of_a_program_is_the_exported_one(self):
        self.assemble(TWO_MEMORIES)
        for done in self.run_module():
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "second\n", ""))

    def test_what_waits_while_the_runtime_is_called_stays(self):
        self.assemble(WAITS.encode())
        for kind in WAITING:
            for done in self.run_module("--invoke", kind):
                self.assertEqual((done.returncode, done.stdout.split(), done.stderr), (0, ["12"] * len(SLOWLY), ""), done.args)

    def test_a_file_beyond_ulimit_is_an_error_of_the_guest(self):
        self.assemble(LARGE_FILE)
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))
        for done in self.run_module("--dir", ".", "--invoke", "large", preexec_fn=limit):
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"0\n{EFBIG}\n", ""))

    def test_an_exception_that_nothing_catches_has_a_status(self):
        self.assemble(UNCAUGHT)
        for done in self.run_module("--invoke", "f"):
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (5, "", "uncaught exception with tag problem, thrown in function thrower\n"))

    def test_the_sum_of_all_tables_is_limited(self):
        (self.folder / "module.wasm").write_bytes(TABLES)
        self.assertLess(len(TABLES), 1200)
        for done in self.run_module("--invoke", "f"):
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertEqual(done.stderr, "tailrace: module.wasm: a table of 10000000 elements, with those of the tables "
                                          "before it, exceeds the limit of 10000000\n")

    def measure(self, place, executor, **options):
        return subprocess.run([executor, "measure", "--events", "none", *place, "--invoke", "sum", "module.wasm", "100"],
                              cwd=self.folder, capture_output=True, text=True, timeout=60, **options)

    def test_what_an_execution_uses_lies_where_it_is_put(self):
        self.assemble(PLACED)
        page = resource.getpagesize()
        places = [{"bytecode": 64, "frames": 4032, "memory": 3 * page % 65536, "stack": 0},
                  {"bytecode": 65472, "frames": 0, "memory": 0, "stack": 65472},
                  {"bytecode": 0, "frames": 65472, "memory": 65536 - page, "stack": 2112}]
        for executor in EXECUTORS:
            for wanted in places:
                # What the native stack holds above, and where the system draws it, do not matter.
                for more in {}, {"MORE": "x" * 1000}, {"MORE": "x" * 20011}:
                    done = self.measure(["--place", ",".join(f"{part}={at}" for part, at in wanted.items())],
                                        executor, env=more)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    report = json.loads(done.stdout)
                    self.assertEqual((report["placement"], report["results"]), (wanted, ["5050"]))

    def test_parts_are_placed_alone_or_not_at_all(self):
        self.assemble(PLACED)
        for executor in EXECUTORS:
            nowhere = dict.fromkeys(["bytecode", "frames", "memory", "stack"])
            for place, wanted in ([], {}), (["--place", "frames=128"], {"frames": 128}), (["--place", "stack=64"], {"stack": 64}):
                report = json.loads(self.measure(place, executor).stdout)
                self.assertEqual((report["placement"], report["results"]), ({**nowhere, **wanted}, ["5050"]))

    def test_places_that_cannot_be(self):
        for place in "stack=8", "stack=65536", "stack=-64", "stack", "stack=", "stack=0x40", "heap=64", "memory=64", "", \
                "stack=64,", "stack=64,stack=128", "stack=64;frames=0":
            done = self.measure(["--place", place], EXECUTORS[0])
            self.assertEqual((done.returncode, done.stdout), (2, ""), place)
            self.assertIn(f'below 65536, not "{place}"', done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
