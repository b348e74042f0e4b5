#!/usr/bin/env python3
"""test_own.py TAILRACE: runs every command of bench/OWN.md, with the files that it shows."""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TAILRACE = pathlib.Path(sys.argv[1]).resolve()
FIB = """(module (func $fib (export "fib") (param i32) (result i32)
  (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0)) (else (i32.add
    (call $fib (i32.sub (local.get 0) (i32.const 1)))
    (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"""
APP = """(module (import "env" "twice" (func $twice (param i32) (result i32)))
  (func (export "sum") (param $n i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $twice (local.get $n))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))"""
# A WASI command that ends with 0 only if it gets an argument, a directory with that file, and a variable.
COUNT = """(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func $check (param $is i32) (param $wanted i32)
    (if (i32.ne (local.get $is) (local.get $wanted)) (then (call $proc_exit (local.get $wanted)))))
  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (call $check (i32.load (i32.const 0)) (i32.const 2))
    (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
    (call $check (i32.load (i32.const 4)) (i32.const 7)) ;; LANG=C
    (drop (call $args_get (i32.const 0) (i32.const 100)))
    (if (call $path_open (i32.const 3) (i32.const 0) (i32.add (i32.load (i32.const 4)) (i32.const 6)) ;; behind texts/
                         (i32.const 9) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 0))
      (then (call $proc_exit (i32.const 9))))))"""
# Fewer rounds than on the page, and a place for the results that is not the user's.
QUICKLY = """#!/bin/sh
if [ "$1" = bench ]; then set -- "$@" --budget 0 --dispatch switch --output r.json; fi
exec "{}" "$@"
"""


def run(command, folder):
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{command}\nended with {done.returncode}: {done.stdout}{done.stderr}")
    print(f"{command}\n{done.stdout}", flush=True)
    return done.stdout


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_peers(folder):
    """bench/PEERS.md, with an engine that is there and executors that are none of a test's: a call and a command."""
    for command in "bench --peer node --workload fib.wasm --invoke fib 20", "bench --peer node --workload count.wasm \
--dir texts --env LANG=C texts/prose.txt":
        run(f"build/tailrace {command}", folder)
        document = json.loads((folder / "r.json").read_text())
        assert not [gap for gap in document["not_measured"] if gap["what"] == "peer"], document["not_measured"]
        engines = {sample["engine"] for sample in document["peers"]["samples"]}
        assert engines == {"node", "switch-acc"}, engines
        told = [sample["execute_cpu_ns"] for sample in document["peers"]["samples"] if sample["engine"] == "node"]
        assert told and None not in told, told
        (folder / "r.json").unlink()


def main():
    for tool in ("node", "wat2wasm"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is missing")
            sys.exit(77)
    page = (ROOT / "bench/OWN.md").read_text()
    blocks = re.findall(r"```(\w+)\n(.*?)```", page, re.S)
    assert [kind for kind, _ in blocks] == ["sh", "sh", "js", "sh", "json", "sh"], blocks
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for needed in ("scripts", "runtime"):
            (folder / needed).symlink_to(ROOT / needed)
        (folder / "build").mkdir()
        (folder / "build/tailrace").write_text(QUICKLY.format(TAILRACE))
        (folder / "build/tailrace").chmod(0o755)
        (folder / "texts").mkdir()
        (folder / "texts/prose.txt").write_text("some\n")
        for file, text in {"fib": FIB, "app": APP, "count": COUNT}.items():
            subprocess.run(["wat2wasm", "-", "-o", folder / f"{file}.wasm"], input=text, text=True,
                           check=True)
        said = {}
        for kind, text in blocks:
            if kind == "js":
                (folder / "program.mjs").write_text(text)
            elif kind == "json":
                text = re.sub("SHA-256 OF ([^\"]+)", lambda found: sha256(folder / found[1]), text)
                printed = re.search(r"hash (\w+)", said["replay traces/program.trace"])[1]
                text = text.replace("HASH OF traces/program.trace", printed)
                (folder / "mine.json").write_text(text)
            else:
                for line in text.splitlines():
                    command = line.split("   #")[0].strip()
                    said[command.removeprefix("build/tailrace ")] = run(command, folder)
                    if " bench " in command:
                        names = [workload["name"] for workload in
                                 json.loads((folder / "r.json").read_text())["suite"]["workloads"]]
                        said[command] = names
                        (folder / "r.json").unlink()
        expected = {"bench --workload 'sort,fib.wasm' --invoke fib 30": ["sort", "fib"],
                    "bench --workload sort --trace traces/program.trace": ["sort", "program"],
                    "bench --suite ./mine.json": ["fib", "app"],
                    "bench --suite default,./mine.json --workload 'sort,app'": ["sort", "app"]}
        for command, names in expected.items():
            assert said["build/tailrace " + command] == names, (command, said["build/tailrace " + command])
        check_peers(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
