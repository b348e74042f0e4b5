#!/usr/bin/env python3
"""test_record.py EXECUTOR...: programs that do all that a host can do, recorded with scripts/record and
replayed; then traces that are altered, cut off and hostile."""
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

EXECUTORS = sys.argv[1:]
RECORD = pathlib.Path(__file__).resolve().parents[3] / "scripts/record"

# What a module and its host can do to one another.
EVERYTHING = ("""(module
  (import "env" "memory" (memory 1 20))
  (import "env" "table" (table $table 6 funcref))
  (import "env" "objects" (table $objects 2 externref))
  (import "env" "mutable" (global $mutable (mut i32)))
  (import "env" "constant" (global $constant f64))
  (import "env" "values" (func $values (param i32 i64 f32 f64) (result f64)))
  (import "env" "change" (func $change (result i32)))
  (import "env" "again" (func $again (param i32) (result i32)))
  (import "env" "object" (func $object (param externref) (result externref)))
  (import "env" "pair" (func $pair (result i64 f32)))
  (import "env" "pair" (func $pair_again (result i64 f32)))
  (import "env" "function" (func $function (param funcref) (result funcref)))
  (global $own (export "own") (mut i64) (i64.const 5))
  (data (i32.const 16) "hello")
  (data $passive "passive")
  (elem declare func $seven)
  (func $start (i32.store (i32.const 100) (i32.const 7)) (drop (call $again (i32.const 9))))
  (start $start)
  (func $seven (export "seven") (result i32) (i32.const 7))
  (func (export "run") (param i32) (result i32)
    (drop (call $values (i32.const -1) (i64.const 0x123456789abcdef0) (f32.const nan) (global.get $constant)))
    (i32.add (call $change)
    (i32.add (i32.load (i32.const 4094))       ;; what the host wrote lies on two pages
    (i32.add (call_indirect $table (result i32) (i32.const 2))
    (i32.add (global.get $mutable)
    (i32.add (i32.wrap_i64 (global.get $own))
    (i32.add (memory.size)
             (call $again (local.get 0)))))))))
  (func (export "echo") (param externref) (result externref) (call $object (local.get 0)))
  (func (export "keep") (param externref) (table.set $objects (i32.const 1) (local.get 0)))
  (func (export "first") (result externref) (table.get $objects (i32.const 0)))
  (func (export "function") (result funcref) (call $function (ref.func $seven)))
  (func (export "grow") (param i32) (result i32) (local $end i32)
    (local.set $end (i32.shl (memory.size) (i32.const 16)))
    (i32.store (i32.sub (local.get $end) (i32.const 8)) (i32.const 1)) ;; before growth, on the last page
    (drop (memory.grow (local.get 0)))
    (i32.store (i32.sub (local.get $end) (i32.const 2)) (i32.const 0x01020304)) ;; across the old end
    (i32.load (local.get $end)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "bulk") (param i32)
    (memory.fill (local.get 0) (i32.const 1) (i32.const 9000))
    (memory.copy (i32.add (local.get 0) (i32.const 100)) (i32.const 0) (i32.const 5000))
    (memory.init $passive (i32.const 3) (i32.const 1) (i32.const 5)))
  (func (export "pairs") (result i64 f32) (drop (drop (call $pair_again))) (call $pair))
  (func (export "host") (param i32) (result i32) (call_indirect $table (param i32) (result i32) (local.get 0)
    (i32.const 3)))
  (func (export "early") (param i32) (result i32) (call_indirect $table (param i32) (result i32) (local.get 0)
    (i32.const 4)))
  (func (export "divide") (param i32 i32) (result i32) (i32.div_u (local.get 0) (local.get 1)))
  (func (export "unreachable") unreachable)
  (func (export "indirect") (param i32) (call_indirect $table (local.get 0)))
  (func (export "truncate") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func (export "sentinel") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))""",
              """
import assert from "node:assert";
import fs from "node:fs";

const memory = new WebAssembly.Memory({ initial: 1, maximum: 20 });
const table = new WebAssembly.Table({ initial: 6, maximum: 20, element: "anyfunc" });
const objects = new WebAssembly.Table({ initial: 2, element: "externref" });
const mutable = new WebAssembly.Global({ value: "i32", mutable: true }, 1000);
const token = { token: true };
new Uint8Array(memory.buffer).set([1, 2, 3], 18);
objects.set(0, token);
// A function of the host gets into a table by a module that exports what it imports.
const bytes = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 2, 7, 1, 1, 101, 1, 102, 0, 0,
                               7, 5, 1, 1, 102, 0, 0]);
const reexported = (f) => new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { f } }).exports.f;
const double = reexported((n) => 2 * n), triple = reexported((n) => 3 * n);
table.set(4, triple);
let exports;
const env = {
    memory, table, objects, mutable, constant: 1.5,
    values: (i32, i64, f32, f64) => {
        assert(i32 === -1 && i64 === 0x123456789abcdef0n && Number.isNaN(f32) && f64 === 1.5);
        return NaN;
    },
    change: () => {
        new Uint32Array(memory.buffer).set([0x01020304, 0x05060708], 1023);
        table.set(2, exports.seven);
        mutable.value = 2000;
        exports.own.value = 77n;
        memory.grow(1);
        table.grow(1);
        return 1.9; // is converted
    },
    again: (n) => {
        if (n === 9) return new Uint8Array(memory.buffer).fill(42, 200, 300).length;
        if (n === 0) throw new Error("thrown through");
        if (n > 1) return exports.run(n - 1);
        assert.throws(() => exports.run(0), /thrown through/);
        return 5;
    },
    object: (value) => value === null ? undefined : [value].pop(),
    pair: () => [-5n, 0.1],
    function: (value) => {
        assert(value === exports.seven);
        return table.get(2);
    },
};
const { instance, module } = await WebAssembly.instantiate(fs.readFileSync(process.argv[2]), { env });
assert(WebAssembly.Module.imports(module).filter(({ name }) => name === "pair").length === 2);
assert(WebAssembly.Module.exports(module).every(({ name }) => name in instance.exports));
assert.deepEqual(Object.keys(instance.exports), WebAssembly.Module.exports(module).map(({ name }) => name));
exports = instance.exports;
assert(instance instanceof WebAssembly.Instance && Object.isFrozen(exports));
assert(exports.load(16) === 0x6c6c6568 && exports.load(100) === 7 && exports.load(200) === 0x2a2a2a2a);
console.log(exports.run(3));
assert(exports.echo(token) === token && exports.echo(null) === undefined && exports.first() === token);
exports.keep("x");
assert(objects.get(1) === "x");
assert(exports.function() === exports.seven && table.get(2) === exports.seven && table.get(2)() === 7);
assert(exports.grow(1) === 0x0102);
new Uint8Array(memory.buffer).fill(3, 0, 100000);
exports.bulk(5000);
console.log(exports.load(4999), exports.load(0));
assert.deepEqual(exports.pairs(), [-5n, Math.fround(0.1)]);
table.set(3, double);
assert(table.get(3) === double && exports.host(21) === 42);
assert(table.get(4) === triple && exports.early(5) === 15);
assert.throws(() => exports.divide(1, 0), /divide by zero/);
assert.throws(() => exports.unreachable(), /unreachable/);
assert.throws(() => exports.load(-1), /out of bounds/);
assert.throws(() => exports.indirect(5), WebAssembly.RuntimeError);
assert.throws(() => exports.indirect(500), WebAssembly.RuntimeError);
assert.throws(() => exports.truncate(NaN), WebAssembly.RuntimeError);
assert(exports.sentinel(0x5a5a5a) === 0x5a5a5b);
""")

# Ends within a function of the host, by process.exit; is compiled before it is instantiated, by CommonJS.
LEAVES = ("""(module (import "env" "f" (func $f (param i64))) (memory (export "memory") 1)
  (func (export "main") (i32.store (i32.const 8) (i32.const 1)) (call $f (i64.const -7))))""",
          """
const compiled = new WebAssembly.Module(require("fs").readFileSync(process.argv[2]));
WebAssembly.instantiate(compiled, { env: { f: () => process.exit(7) } }).then(({ exports }) => exports.main());
""")

# What a program may do with functions of a module: put them in tables and globals of its own, get them back,
# give them to other instances; export what it imports.
FUNCTIONS = ("""(module (import "env" "f" (func $f (param i32) (result i32)))
  (export "imported" (func $f)) (table (export "table") 2 funcref) (elem (i32.const 0) $f)
  (global (export "constant") funcref (ref.func $own))
  (func $own (export "own") (param i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0))))""",
             """
import assert from "node:assert";
import fs from "node:fs";
const table = new WebAssembly.Table({ initial: 2, element: "anyfunc" });
const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
const make = (f) => new WebAssembly.Instance(module, { env: { f } }).exports;
const first = make((n) => n + 1), second = make(first.own), third = make(first.imported);
assert(first.imported(1) === 2 && second.imported(2) === 3 && third.own(3) === 4 && third.table.get(0)(4) === 5);
table.set(0, first.own);
assert(table.get(0) === first.own && table.get(0)(5) === 6);
second.table.set(1, first.own);
assert(second.table.get(1) === first.own && second.table.get(1)(6) === 7);
assert(first.constant.value === first.own && first.constant.value(7) === 8);
const global = new WebAssembly.Global({ value: "anyfunc", mutable: true }, first.own);
assert(global.value === first.own && global.value(8) === 9);
""")

# A thread gets the compiled module.
THREADS = ("""(module (memory 1) (global $n (mut i32) (i32.const 0)) (data (i32.const 0) "abcd")
  (func $start (global.set $n (i32.const 5))) (start $start)
  (func (export "f") (result i32) (i32.add (i32.load (i32.const 0)) (global.get $n))))""",
           """
import assert from "node:assert";
import fs from "node:fs";
import vm from "node:vm";
import { Worker, isMainThread, workerData } from "node:worker_threads";
const run = (module) => assert(new WebAssembly.Instance(module).exports.f() === 0x64636266);
if (isMainThread) {
    const bytes = fs.readFileSync(process.argv[2]);
    const foreign = vm.runInNewContext(`new ArrayBuffer(${bytes.length})`); // not instanceof ArrayBuffer here
    new Uint8Array(foreign).set(bytes);
    const module = new WebAssembly.Module(foreign);
    run(module);
    new Worker(new URL(import.meta.url), { workerData: module });
} else run(workerData);
""")

# Memories and tables of a module without code.
CODELESS = '(module (memory (export "memory") 1 2) (table (export "table") 1 3 funcref))'
USES_CODELESS = ("""(module (import "env" "memory" (memory 1 2)) (import "env" "table" (table 1 3 funcref))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))""", """
import assert from "node:assert";
import fs from "node:fs";
const read = (name) => new WebAssembly.Module(fs.readFileSync(name));
const env = new WebAssembly.Instance(read(process.argv[3])).exports;
const { grow } = new WebAssembly.Instance(read(process.argv[2]), { env }).exports;
assert(grow() === 1 && grow() === -1);
""")

# Each access is of a page that nothing else touches, and the host has written to it in between.
VECTORS = ("""(module (memory (export "memory") 2) (global $mask (mut v128) (v128.const i32x4 -1 -1 -1 -1))
  (func (export "f") (param i32) (result i32) (local v128)
    (local.set 1 (v128.load offset=4088 (local.get 0))) ;; what the host wrote lies on two pages
    (local.set 1 (v128.load16_lane offset=12288 3 (local.get 0) (local.get 1)))
    (v128.store32_lane offset=20480 1 (local.get 0) (local.get 1))
    (v128.store offset=28672 align=1 (local.get 0)
      (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31
        (local.get 1) (v128.load8_splat offset=36864 (local.get 0))))
    (global.set $mask (v128.and (global.get $mask) (v128.load32_zero offset=45056 (local.get 0))))
    (i32.add (i32x4.extract_lane 0 (global.get $mask))
      (i32x4.extract_lane 1 (i32x4.add (local.get 1) (v128.load16x4_u offset=53248 (local.get 0)))))))""", """
import fs from "node:fs";
const { instance } = await WebAssembly.instantiate(fs.readFileSync(process.argv[2]));
const bytes = new Uint8Array(instance.exports.memory.buffer);
for (let n = 1; n < 4; n++) {
    for (const at of [4090, 4100, 12289, 20486, 28690, 36864, 45057, 53250]) bytes[at] = n;
    instance.exports.f(0);
}
""")

# The same of a shared memory, which both sides grow: an instruction of each kind, the host's own atomics, and traps.
ATOMICS = ("""(module (import "env" "memory" (memory 1 40 shared))
  (func (export "f") (param i32) (result i32)
    (atomic.fence)
    (i32.atomic.store offset=8192 (local.get 0) (i32.atomic.load offset=4096 (local.get 0)))
    (i64.atomic.store16 offset=16384 (local.get 0) (i64.atomic.load32_u offset=12288 (local.get 0)))
    (drop (i64.atomic.rmw.add offset=20480 (local.get 0) (i64.const 0x100000001)))
    (drop (i32.atomic.rmw8.cmpxchg_u offset=24576 (local.get 0) (i32.const 1) (i32.const 77)))
    (drop (i64.atomic.rmw.cmpxchg offset=28672 (local.get 0) (i64.const 2) (i64.const -1)))
    (memory.atomic.notify offset=32768 (local.get 0) (i32.const 1)))
  (func (export "wait32") (result i32) ;; by itself: node 20 loses what was on its stack
    (memory.atomic.wait32 offset=36864 (i32.const 0) (i32.const 3) (i64.const 1000)))
  (func (export "wait64") (result i32)
    (memory.atomic.wait64 offset=40960 (i32.const 0) (i64.const 3) (i64.const 0)))
  (func (export "get") (param i32) (result i64) (i64.atomic.load (local.get 0)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))""", """
import fs from "node:fs";
import assert from "node:assert";
const memory = new WebAssembly.Memory({ initial: 1, maximum: 40, shared: true });
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(process.argv[2])), { env: { memory } });
for (let n = 1; n < 5; n++) {
    const words = new Int32Array(memory.buffer);
    for (let page = 1; page < 11; page++) Atomics.store(words, page * 1024, n);
    assert(exports.f(0) === 0);
    assert(exports.wait32() === (n === 3 ? 2 : 1) && exports.wait64() === (n === 3 ? 2 : 1));
    memory.grow(1);
    assert(exports.grow() === 2 * n && memory.buffer.byteLength === (2 * n + 1) * 65536);
    const last = memory.buffer.byteLength - 8;
    new BigInt64Array(memory.buffer)[last / 8] = BigInt(n) << 40n;
    assert(exports.get(last) === BigInt(n) << 40n);
    assert.throws(() => exports.get(last - 4), WebAssembly.RuntimeError);
    assert.throws(() => exports.get(last + 8), WebAssembly.RuntimeError);
    assert.throws(() => exports.get(last + 9), WebAssembly.RuntimeError); // neither is it aligned
}
""")

NESTED = ("""(module (import "env" "f" (func $f (param i32) (result i32)))
  (func (export "f") (param i32) (result i32) (call $f (local.get 0))))""", """
import fs from "node:fs";
const env = { f: (n) => n > 1 ? instance.exports.f(n - 1) : 0 };
const { instance } = await WebAssembly.instantiate(fs.readFileSync(process.argv[2]), { env });
instance.exports.f(Number(process.argv[3]));
""")

EMPTY = '(module (memory (export "memory") 1) (func (export "f") (result i32) (i32.load (i32.const 8))))'
# What node runs and the recorder does not rewrite.
VECTOR = '(module (global (export "vector") v128 (v128.const i64x2 0 0)))'
UNRECORDED = '(import "env" "vector" (global v128))'
REFUSED = {
    r"refused0\.wasm \(\d+ bytes\) is not recorded: it has an imported global of vectors \(at byte 0x\w+\), which": (
        f'(module {UNRECORDED} (func (export "f") (result i32) (i32.const 1)))', """
if (instance.exports.f() !== 1) throw new Error("was not run");"""),
    "(?s)not recorded: its memory is shared.*not recorded: its memory is shared, and the program has another thread": (
        '(module (import "env" "memory" (memory 1 1 shared)) (func))', """
const { Worker } = await import("node:worker_threads");
await new Promise((done) => new Worker("", { eval: true }).on("exit", done));
new WebAssembly.Instance(read(process.argv[2]), { env: {
    memory: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }) } });"""),
    "memory 0 belongs to another instance": (EMPTY.replace('(export "memory")', '(import "env" "other")'), ""),
    "of unknown type is put into table 0": (EMPTY.replace("(func", '(table (export "t") 1 funcref) (func', 1), """
instance.exports.t.set(0, foreign);
if (instance.exports.t.get(0)() !== 1) throw new Error("is not there");"""),
    "where a stack ends": ('(module (func $f (export "f") (call $f)))',
                           "try { instance.exports.f(); } catch (error) {}"),
    # The other one, which was there first, is not recorded either.
    r"memory\.wasm \(\d+ bytes\) is not recorded: its memory 0 belongs to another": (
        EMPTY.replace('(export "memory")', '(import "env" "other")'), ""),
    r"refused6\.wasm \(\d+ bytes\) is not recorded: its memory 0 belongs to another": (
        EMPTY, 'new WebAssembly.Instance(read(process.argv[5]), { "": instance.exports, env: { vector } });'),
    r"refused7\.wasm \(\d+ bytes\) is not recorded: an instance that is not recorded calls a function of it": (EMPTY, """
const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
table.set(0, instance.exports.f);
new WebAssembly.Instance(read(process.argv[6]), { "": { table }, env: { vector } }).exports.call();"""),
    "is an import": ('(module (import "env" "f" (func $f)) (start $f) (func))', ""),
}
REFUSING = """
import fs from "node:fs";
const read = (name) => new WebAssembly.Module(fs.readFileSync(name));
const other = new WebAssembly.Instance(read(process.argv[3])).exports.memory;
const { vector } = new WebAssembly.Instance(read(process.argv[7])).exports;
const foreign = new WebAssembly.Instance(read(process.argv[4]), { env: { vector } }).exports.f;
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const instance = new WebAssembly.Instance(read(process.argv[2]), { env: { memory, other, vector, f() {} } });
"""


# What exceptions can do: of JavaScript and of the module, caught and not, kept, thrown again.
EXCEPTIONS = ("""(module
  (import "env" "call" (func $call (param i32)))
  (import "env" "tag" (tag $in (param i32 f64)))
  (import "env" "tag" (tag $same (param i32 f64)))
  (tag $out (export "out") (param i64))
  (tag $private (param i32))
  (memory (export "memory") 1)
  (global $caught (mut i32) (i32.const 0))
  (func (export "count") (result i32) global.get $caught)
  (func (export "f") (param i32) (result i32)
    try (result i32)
      (call $call (local.get 0))
      i32.const 0
    catch $same
      drop
      (global.set $caught (i32.add (global.get $caught) (i32.const 1)))
    catch_all
      (if (i32.eq (local.get 0) (i32.const 5)) (then rethrow 1))
      i32.const -1
    end)
  (func (export "throw") (param i32)
    (if (local.get 0) (then (throw $out (i64.const 77))) (else (throw $private (i32.const 3)))))
  (func (export "trap") try unreachable catch_all end)
  (func (export "pass") (param i32) (call $call (local.get 0))))""", """
import fs from "node:fs";
import assert from "node:assert";
const tag = new WebAssembly.Tag({ parameters: ["i32", "f64"] });
const kept = new Error("kept");
let exports, last;
const thrown = (f, ...values) => { try { f(...values); } catch (error) { return error; } return undefined; };
const hosts = [
    () => {},
    () => { throw new WebAssembly.Exception(tag, [42, 1.5]); },
    () => { throw new Error("of JavaScript"); },
    () => { throw "a string"; },
    () => exports.trap(), // which no module catches
    () => { throw kept; },
    () => exports.throw(1),
    () => exports.throw(0),
    () => { last = thrown(exports.throw, 1); },
    () => { throw last; },
    () => { throw new WebAssembly.RuntimeError("made by JavaScript: no trap"); },
    () => { throw new WebAssembly.Exception(new WebAssembly.Tag({ parameters: [] }), []); },
];
const env = { call: (number) => hosts[number](), tag };
({ exports } = (await WebAssembly.instantiate(fs.readFileSync(process.argv[2]), { env })).instance);
for (const name of ["f", "pass"])
    for (let i = 0; i < hosts.length; i++) thrown(exports[name], i);
assert(thrown(exports.throw, 0) instanceof WebAssembly.Exception);
assert.equal(thrown(exports.throw, 1).getArg(exports.out, 0), 77n);
assert(thrown(exports.trap) instanceof WebAssembly.RuntimeError);
assert.equal(thrown(exports.f, 5), kept);
assert.equal(exports.f(10), -1);
assert.equal(thrown(exports.f, 4).message, "unreachable");
assert.equal(exports.count(), 1);
""")


def leb(value):
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes(parts + bytes([value]))


class Record(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for tool in ("node", "wat2wasm"):
            if not shutil.which(tool):
                raise unittest.SkipTest(f"{tool} is missing: scripts/setup installs it")
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def write(self, name, text):
        (self.path / name).write_text(text)
        return self.path / name

    def assemble(self, name, wat):
        module = self.path / f"{name}.wasm"
        text = self.write(f"{name}.wat", wat)
        subprocess.run(["wat2wasm", "--enable-threads", "--enable-exceptions", text, "-o", module], check=True)
        return module

    def record(self, name, wat, program, extension="mjs", status=0, others=()):
        """Returns the traces and what the recorder said."""
        module = self.assemble(name, wat)
        output = self.path / f"{name}.traces"
        script = self.write(f"{name}.{extension}", program)
        done = subprocess.run([RECORD, "--output", output, script, module, *others], capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(done.returncode, status, done.stderr)
        return sorted(output.glob("*.trace")), done.stderr

    def replay(self, trace, executor=None):
        return subprocess.run([executor or EXECUTORS[-1], "replay", trace], capture_output=True, text=True,
                              timeout=60)

    def replay_bytes(self, trace):
        path = self.path / "altered.trace"
        path.write_bytes(trace)
        return self.replay(path)

    def small_trace(self):
        """A trace, and where its records begin."""
        if not hasattr(type(self), "small"):
            traces, _ = self.record("small", """(module (import "env" "memory" (memory 1 2))
              (import "env" "table" (table 2 funcref)) (import "env" "f" (func $f (param i32) (result f64)))
              (func (export "sentinel") (param i64) (result f64)
                (f64.add (call $f (i32.load (i32.const 5))) (f64.convert_i64_s (local.get 0)))))""", """
              import fs from "node:fs";
              const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
              const table = new WebAssembly.Table({ initial: 2, element: "anyfunc" });
              const f = (n) => { table.set(0, exports.sentinel); memory.grow(1); return n / 2; };
              const bytes = fs.readFileSync(process.argv[2]);
              const module = new WebAssembly.Module(bytes);
              const { exports } = new WebAssembly.Instance(module, { env: { memory, table, f } });
              new Uint8Array(memory.buffer).set([1, 2, 3, 4], 5);
              exports.sentinel(0x5a5a5an);""")
            trace = traces[0].read_bytes()
            module = (self.path / "small.wasm").read_bytes()
            type(self).small = trace, trace.index(module) + len(module)
        return self.small

    def test_all_that_a_host_can_do(self):
        traces, _ = self.record("everything", *EVERYTHING)
        self.assertEqual(len(traces), 1)
        hashes = set()
        for executor in EXECUTORS:
            done = self.replay(traces[0], executor)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            hashes.add(re.search(r"hash (\w+)", done.stdout)[1])
            measured = subprocess.run([executor, "measure", "--events", "none", "--trace", traces[0]],
                                      check=True, capture_output=True, text=True).stdout
            self.assertIn(hashes.copy().pop(), measured)
        self.assertEqual(len(hashes), 1)

    def assert_replays(self, traces, count):
        self.assertEqual(len(traces), count)
        for trace in traces:
            done = self.replay(trace)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_vectors(self):
        traces, _ = self.record("vectors", *VECTORS)
        self.assert_replays(traces, 1)

    def test_atomics(self):
        traces, _ = self.record("atomics", *ATOMICS)
        self.assertEqual(len(traces), 1)
        for executor in EXECUTORS:
            done = self.replay(traces[0], executor)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_functions_of_instances(self):
        self.assert_replays(self.record("functions", *FUNCTIONS)[0], 3)

    def test_a_module_in_another_thread(self):
        self.assert_replays(self.record("threads", *THREADS)[0], 2)

    def test_a_memory_of_a_module_without_code(self):
        other = self.assemble("codeless", CODELESS)
        self.assert_replays(self.record("user", *USES_CODELESS, others=[other])[0], 1)

    def test_exceptions_go_both_ways(self):
        traces, _ = self.record("exceptions", *EXCEPTIONS)
        self.assertEqual(len(traces), 1)
        for executor in EXECUTORS:
            done = self.replay(traces[0], executor)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def exception_trace(self):
        """A trace whose only call is left by an exception, and that call and its end."""
        if not hasattr(type(self), "thrown"):
            traces, _ = self.record("thrown", """(module (import "env" "f" (func $f)) (tag (param i32)) (tag $t (param i32))
              (func (export "sentinel") try call $f catch_all end (throw $t (i32.const 0x5a5a))))""", """
              import fs from "node:fs";
              const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
              const env = { f() { throw new Error("caught"); } };
              try { new WebAssembly.Instance(module, { env }).exports.sentinel(); } catch {}""")
            whole = b"\x11\x01" + b"\x20\x00" + b"\x14\x00\x00" + b"\x24\x01\x02" + b"\xda\xb4\x01"
            type(self).thrown = traces[0].read_bytes(), whole
        trace, whole = self.thrown
        self.assertEqual(trace.count(whole), 1)
        return trace, whole

    def test_other_exceptions_are_found(self):
        trace, whole = self.exception_trace()
        call, calls, throws, value = b"\x11\x01", b"\x20\x00", b"\x14\x00\x00", b"\xda\xb4\x01"
        for words, status, record in [
                ("^$", 0, throws + b"\x24\x01\x02" + value),
                ("value of the exception 1 of sentinel is 23130, but 23131 was recorded", 4,
                 throws + b"\x24\x01\x02" + b"\xdb\xb4\x01"),
                ("an exception with another tag leaves sentinel", 4, throws + b"\x24\x01\x01" + value),
                ("exception 1 leaves sentinel, but exception 0 was recorded", 4, throws + b"\x24\x00"),
                ("an exception leaves sentinel .uncaught exception with tag 1, thrown in function sentinel., but a "
                 "return to the host was recorded", 4, throws + b"\x21"),
                ("an exception leaves sentinel .*, but a trap was recorded", 4, throws + b"\x22\x01"),
                # A thing that the module does not catch: it passes through.
                ("an exception has left sentinel, but an exception was recorded", 4,
                 b"\x13" + b"\x24\x00\x02" + value),
                ("exception 1, which is not there", 1, b"\x14\x01" + b"\x24\x01\x02" + value),
                ("tag 3, which is not there", 1, b"\x14\x00\x03" + value + b"\x24\x01\x02" + value)]:
            done = self.replay_bytes(trace.replace(whole, call + calls + record))
            self.assertEqual(done.returncode, status, f"{words}: {done.stderr}")
            self.assertRegex(done.stderr, words)

    def test_nested_calls(self):
        self.assert_replays(self.record("nested", *NESTED, others=["1000"])[0], 1)
        _, said = self.record("too-nested", *NESTED, others=["1001"], status=1)
        self.assertRegex(said, r"too-nested\.wasm \(\d+ bytes\) is not recorded: more than 1000 calls of it are nested")

    def test_a_stack_that_overflows_in_the_recorder(self):
        # Wherever it overflows: the module is called with ever less of the stack left.
        traces, said = self.record("overflow", NESTED[0], """
            import fs from "node:fs";
            const { instance } = await WebAssembly.instantiate(fs.readFileSync(process.argv[2]), { env: { f: (n) => n } });
            const recurse = (n) => n > 0 ? recurse(n - 1) : instance.exports.f(5);
            let deepest = 1;
            const overflows = (n) => { try { recurse(n); } catch { return true; } };
            while (!overflows(deepest)) deepest += 100;
            for (let n = deepest - 200; n < deepest + 200; n++) overflows(n);""", status=1)
        self.assertRegex(said, r"overflow\.wasm \(\d+ bytes\) is not recorded: the stack overflowed")
        self.assertEqual(traces, [])

    def test_a_killed_thread_leaves_no_end(self):
        traces, _ = self.record("killed", THREADS[0], """
            import fs from "node:fs";
            new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(process.argv[2])));
            process.kill(process.pid, "SIGKILL");""", status=-9)
        done = self.replay(traces[0])
        self.assertEqual(done.returncode, 1)
        self.assertIn("the trace ends here, in the middle, as when the recorded process or thread is killed", done.stderr)

    def test_a_program_may_leave_within_a_call(self):
        traces, said = self.record("leaves", *LEAVES, extension="cjs", status=7)
        self.assertRegex(said, r"leaves\.trace: \S*leaves\.wasm \(\d+ bytes\), 4 crossings") # into and out of instantiation, into main, out to f
        done = self.replay(traces[0])
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_refuses_by_name(self):
        memory = self.assemble("memory", EMPTY)
        foreign = self.assemble("foreign", f"""(module {UNRECORDED} (type $t (func (result i32)))
          (func (export "f") (result i32) (i32.const 1)))""")
        shares = self.assemble("shares", f'(module {UNRECORDED} (import "" "memory" (memory 1)) (func))')
        calls = self.assemble("calls", f"""(module {UNRECORDED} (import "" "table" (table 1 funcref))
          (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))""")
        others = [memory, foreign, shares, calls, self.assemble("vector", VECTOR)]
        for i, (words, (wat, program)) in enumerate(REFUSED.items()):
            with self.subTest(words):
                program = REFUSING + program + 'process.stderr.write("the program went on");'
                _, said = self.record(f"refused{i}", wat, program, status=1, others=others)
                self.assertRegex(said, words if "recorded" in words else f"not recorded: .*{words}")
                self.assertIn("the program went on", said)

    def run_record(self, *words):
        done = subprocess.run([RECORD, *words], capture_output=True, text=True, timeout=120, cwd=self.path)
        return done.returncode, done.stderr

    def test_traces_are_named_and_nothing_stale_is_mistaken(self):
        module = self.assemble("two", EMPTY)
        program = self.write("two.mjs", """
            import fs from "node:fs";
            const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
            for (let n = Number(process.argv[3]); n > 0; n--) new WebAssembly.Instance(module).exports.f();""")
        self.write("two.x.traces-of-others", "")
        output = self.path / "two"
        status, said = self.run_record("--output", "two", program, module, "2")
        self.assertEqual(status, 0, said)
        self.assertRegex(said, r"two/two\.trace: two\.wasm \(\d+ bytes\), 4 crossings")
        self.assertRegex(said, r"two/two-2\.trace: two\.wasm \(\d+ bytes\), instance 2, 4 crossings")
        self.assertEqual({path.name for path in output.iterdir()}, {"two.trace", "two-2.trace"})
        (output / "two-b.trace").touch()  # of a program that is called two-b
        before = (output / "two.trace").read_bytes()
        status, said = self.run_record("--output", "two", program, module, "1")
        self.assertEqual(status, 2)
        self.assertIn("two has two.trace of an earlier recording; --replace removes what it left", said)
        self.assertEqual((output / "two.trace").read_bytes(), before)
        status, said = self.run_record("--output", "two", "--replace", program, module, "1")
        self.assertEqual(status, 0, said)
        self.assertEqual({path.name for path in output.iterdir()}, {"two.trace", "two-b.trace"})

    def test_where_a_module_came_from_is_said(self):
        self.assemble("vector", VECTOR)
        module = self.assemble("unrecorded", f"(module {UNRECORDED} (func))").read_bytes()
        size, place = len(module), module.index(b"\x03\x7b\x00")
        status, said = self.run_record(self.write("origins.mjs", """
            import fs from "node:fs";
            import { readFile } from "node:fs/promises";
            const copy = (bytes) => Uint8Array.from(bytes);
            const env = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync("vector.wasm"))).exports;
            const bytes = fs.readFileSync("unrecorded.wasm");
            await WebAssembly.instantiate(copy(bytes), { env });
            fs.writeFileSync("elsewhere.wasm", Buffer.concat([bytes, Buffer.from([0, 2, 1, 0x61])]));
            await WebAssembly.instantiate(copy(await readFile("elsewhere.wasm")), { env });
            const response = new Response(fs.readFileSync("unrecorded.wasm"), { headers: { "content-type": "application/wasm" } });
            Object.defineProperty(response, "url", { value: "http://localhost/far.wasm" });
            await WebAssembly.instantiateStreaming(response, { env });
            await WebAssembly.instantiate(Buffer.concat([bytes, Buffer.from([0, 2, 1, 0x62])]), { env });"""))
        self.assertEqual(status, 1)
        needs = f"is not recorded: it has an imported global of vectors (at byte 0x{place:x}), which the recorder does not rewrite"
        self.assertEqual(said.splitlines(), [
            f"record: unrecorded.wasm ({size} bytes) {needs}", f"record: elsewhere.wasm ({size + 4} bytes) {needs}",
            f"record: http://localhost/far.wasm ({size} bytes) {needs}",
            f"record: the module of {size + 4} bytes that origins.mjs:13 compiles {needs}"])

    def test_proposals_have_the_engine_s_names(self):
        head, body = b"\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0", b"\x0a\7\1\5\0\xfb\x01\x0b\x0b"
        (self.path / "collected.wasm").write_bytes(head + body)
        script = f"""import {{ instrument }} from "{RECORD.parents[1]}/runtime/replay/recorder/instrument.mjs";
            import fs from "node:fs";
            try {{ instrument(fs.readFileSync("collected.wasm")); }} catch (error) {{ console.log(error.message); }}"""
        said = subprocess.run(["node", "--input-type=module", "-e", script], cwd=self.path, capture_output=True,
                              text=True, check=True).stdout
        words = f"needs the garbage collection proposal (opcode 0xfb at byte 0x{len(head) + 5:x})"
        self.assertEqual(said, f"it {words}, which Tailrace does not have\n")
        done = subprocess.run([EXECUTORS[-1], "run", self.path / "collected.wasm"], capture_output=True, text=True)
        self.assertIn(words, done.stderr)

    def test_what_validation_denies_is_said_once(self):
        self.assemble("probed", f"(module {UNRECORDED} (func))")
        self.assemble("taken", EMPTY)
        status, said = self.run_record(self.write("probe.mjs", """
            import fs from "node:fs";
            const can = () => WebAssembly.validate(fs.readFileSync("probed.wasm"));
            if (can() || can()) throw new Error("was not denied");
            new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync("taken.wasm"))).exports.f();"""))
        self.assertEqual(status, 0, said)
        self.assertEqual(said.count("probed.wasm"), 1)
        self.assertRegex(said, r"probed\.wasm \(\d+ bytes\) is refused at validation: it has an imported global of vectors .*; the "
                               "program may have chosen another module")

    def test_a_program_without_webassembly(self):
        program = self.write("nothing.mjs", "if (process.argv[2]) process.exit(3);")
        status, said = self.run_record(program)
        self.assertEqual(status, 1)
        self.assertRegex(said, r"no WebAssembly was seen here, and there is no trace\. Not seen are .*node:vm.*threads")
        self.assertEqual(self.run_record(program, "leave")[0], 3)
        # What a child does is seen.
        self.assemble("child", EMPTY)
        self.write("child.cjs", """new WebAssembly.Instance(new WebAssembly.Module(
            require("fs").readFileSync("child.wasm"))).exports.f();""")
        status, said = self.run_record(self.write("parent.mjs", """import child from "node:child_process";
            child.execFileSync("node", ["child.cjs"], { stdio: "inherit" });"""))
        self.assertEqual(status, 0, said)
        self.assertRegex(said, r"/parent\.trace: child\.wasm")

    def test_a_module_that_works_on_its_memory_alone_has_a_hash_of_it(self):
        wat = """(module (memory (export "memory") 1) (func (export "work") (param i32)
            (i32.store (i32.const 8) (i32.mul (i32.load (i32.const 8)) (local.get 0)))))"""
        hashes = []
        for number in 3, 3, 4:
            traces, _ = self.record(f"alone{len(hashes)}", wat, f"""
                import fs from "node:fs";
                const {{ instance }} = await WebAssembly.instantiate(fs.readFileSync(process.argv[2]));
                new Uint32Array(instance.exports.memory.buffer)[2] = 5;
                instance.exports.work({number});""")
            done = self.replay(traces[0])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("1 values checked", done.stdout)
            hashes.append(re.search(r"hash (\w+)", done.stdout)[1])
        self.assertEqual(hashes[0], hashes[1])
        self.assertNotEqual(hashes[0], hashes[2])
        wat = '(module (global (mut i32) (i32.const 0)) (func (export "work") (param i32) (global.set 0 (local.get 0))))'
        traces, _ = self.record("nothing-to-check", wat, """
            import fs from "node:fs";
            new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(process.argv[2]))).exports.work(5);""")
        self.assertIn("nothing could be checked", self.replay(traces[0]).stdout)

    def test_a_crossing_costs_the_same_however_many_imports_and_exports(self):
        if not shutil.which("valgrind"):
            self.skipTest("valgrind is missing: scripts/setup installs it")

        def counted(*words):
            """How the executor ended, and how many host instructions it took; None if valgrind did not see them."""
            done = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
                                   EXECUTORS[-1], *words], capture_output=True, text=True, timeout=300)
            found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
            return done, found and int(found[1].replace(",", ""))

        # AddressSanitizer starts its program again where it does not like the addresses, out of valgrind's sight.
        done, count = counted("info")
        if done.returncode or not count:
            self.skipTest("valgrind does not run this build")

        def executed(functions, crossings):
            imports = "".join(f'(import "env" "i{n}" (func (param i32) (result i32)))' for n in range(functions))
            exports = "".join(f'(func (export "e{n}") (param i32) (result i32) (call {functions - 1} (local.get 0)))'
                              for n in range(functions))
            traces, _ = self.record(f"cost{functions}-{crossings}", f"(module {imports} {exports})", f"""
                import fs from "node:fs";
                const env = new Proxy({{}}, {{ get: () => (n) => {{ if (n < 0) throw new Error("thrown"); return n; }} }});
                const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
                const call = new WebAssembly.Instance(module, {{ env }}).exports.e{functions - 1};
                for (let n = 0; n < {crossings}; n++) try {{ call(n % 2 ? n : -n - 1); }} catch {{}}""")
            done, count = counted("replay", traces[0])
            self.assertEqual(done.returncode, 0, done.stderr)
            return count

        # Host instructions of 1,000 more calls of an export that calls an import: four crossings each.
        few, many = (executed(functions, 2000) - executed(functions, 1000) for functions in (1, 300))
        self.assertLess(abs(many - few), 100_000)

    def test_alterations_are_found(self):
        trace, start = self.small_trace()
        self.assertEqual(self.replay_bytes(trace).returncode, 0)

        def altered(old, new, words):
            self.assertEqual(trace.count(old, start), 1)
            done = self.replay_bytes(trace[:start] + trace[start:].replace(old, new))
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertRegex(done.stderr, words)

        argument = b"\x20\x00\x81\x84\x8c\x20" # import 0 gets 0x04030201
        altered(argument, argument[:2] + b"\x82\x84\x8c\x20",
                r"crossing 4 \(byte 0x\w+ of .*\): argument 1 of env.f is 67305985, but 67305986 was recorded")
        # 0x5a5a5a as an argument of the export: its result is another then
        altered(b"\xda\xb4\xe9\x02", b"\xdb\xb4\xe9\x02", r"crossing 6 .*: result 1 of sentinel is .* was recorded")
        written = b"\x01\x00\x05\x04\x01\x02\x03" # to memory 0, at 5, 4 bytes
        altered(written + b"\x04", written + b"\x05", "crossing 4 .*argument 1 of env.f")
        altered(b"\x02\x00\x01", b"\x02\x00\x00", "at the end memory 0 has 65536 bytes, but 131072 were recorded")
        done = self.replay_bytes(trace[:-1] + bytes([trace[-1] ^ 1]))
        self.assertEqual(done.returncode, 4)
        self.assertIn("does not have the recorded contents", done.stderr)
        # A trap instead of the result: the module returns.
        end = trace.index(b"\x21", trace.index(argument))
        done = self.replay_bytes(trace[:end] + b"\x22\x01" + trace[end + 9:])
        self.assertRegex(done.stderr, "crossing 6 .*: sentinel returns, but a trap was recorded")

    def test_another_course_of_events_is_found(self):
        traces, _ = self.record("course", """(module (import "env" "f" (func $f)) (import "env" "g" (func $g))
          (import "env" "c" (global i32)) (func (export "go") (call $f) (unreachable))
          (func (export "odd") (result f32) (f32.const nan)))""", """
          import fs from "node:fs";
          const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
          const { exports } = new WebAssembly.Instance(module, { env: { f() {}, g() {}, c: 7 } });
          try { exports.go(); } catch {}
          exports.odd();""")
        trace = traces[0].read_bytes()
        begin, call, back, trap, odd = b"\x11\x02", b"\x20\x00", b"\x12", b"\x22\x01", b"\x11\x03\x21"
        nan = b"\x00\x00\xc0\x7f"
        whole = begin + call + back + trap + odd + nan
        self.assertEqual(trace.count(whole), 1)
        for words, status, others in [
                ("the module calls env.f, but a call of env.g was recorded", 4,
                 (begin, b"\x20\x01", back, trap, odd, nan)),
                ("an exception has left go, but a trap was recorded", 4, (begin, call, b"\x13", trap, odd, nan)),
                ("go traps .unreachable.*, but the recorded trap was integer divide by zero", 4,
                 (begin, call, back, b"\x22\x02", odd, nan)),
                ("go traps .unreachable.*, but a return to the host was recorded", 4,
                 (begin, call, back, b"\x21", odd, nan)),
                ("a trap of kind 8", 1, (begin, call, back, b"\x22\x08", odd, nan)),
                ("global 0 is set and cannot be", 1, (b"\x05\x00\x08", begin, call, back, trap, odd, nan)),
                ("result 1 of odd is nan.*, but inf was recorded", 4,
                 (begin, call, back, trap, odd, b"\x00\x00\x80\x7f")),
                ("^$", 0, (begin, call, back, trap, odd, b"\x01\x00\x80\xff")),  # any NaN is as good
                ("^$", 0, (begin, call, back, b"\x22\x00", odd, nan))]:  # and a trap that is not known
            done = self.replay_bytes(trace.replace(whole, b"".join(others)))
            self.assertEqual(done.returncode, status, f"{words}: {done.stderr}")
            self.assertRegex(done.stderr, words)

    def test_the_hash_is_of_all_values(self):
        trace, _ = self.small_trace()
        place = trace.index(b"\x21", trace.index(b"\x20\x00\x81")) + 1
        result, = struct.unpack_from("<d", trace, place)
        other = trace[:place] + struct.pack("<d", result + 1) + trace[place + 8:]
        other = other.replace(b"\xda\xb4\xe9\x02", b"\xdb\xb4\xe9\x02")  # the argument that it comes from
        done = [self.replay_bytes(one) for one in (trace, trace, other)]
        self.assertEqual([one.returncode for one in done], [0, 0, 0], done[2].stderr)
        hashes = [re.search(r"hash (\w+)", one.stdout)[1] for one in done]
        self.assertEqual(hashes[0], hashes[1])
        self.assertNotEqual(hashes[0], hashes[2])

    def test_truncations_are_said(self):
        trace, start = self.small_trace()
        for length in range(len(trace)):
            done = self.replay_bytes(trace[:length])
            self.assertEqual(done.returncode, 1, f"{length} bytes: {done.stderr}")
            self.assertRegex(done.stderr, "ends here, in the middle|is not a trace", f"{length} bytes")
        self.assertIn("there is more behind", self.replay_bytes(trace + b"\0").stderr)

    def test_hostile_traces_are_refused(self):
        trace, start = self.small_trace()
        self.assertIn("version 2", self.replay_bytes(trace[:4] + b"\2" + trace[5:]).stderr)
        head, huge = trace[:start], leb(2**64 - 1)
        begun = trace[:trace.index(b"\x11", start)] # up to the call
        for words, text in {
            "a module of": trace[:5] + huge,
            "ends here": trace[:5] + leb(2**30) + trace[6:],
            r"altered.trace: byte 0x\w+: cannot allocate a memory": head + huge + b"\0" + b"\2\0",
            r"altered.trace: byte 0x\w+: a table .* exceeds the limit": head + b"\1\3" + huge + b"\0",
            "incompatible import type": head + b"\1\0\2\0\x10",
            "bytes at address": begun + b"\x01\0" + leb(65535) + b"\2xx",
            "has 65536$": begun + b"\x01\0" + huge + huge,
            "memory 1, which is not there": begun + b"\x01\1\0\0",
            "cannot grow by": begun + b"\x02\0" + huge,
            "table 7, which is not there": begun + b"\x03\7\0\0",
            "element 2 of a table that has 2": begun + b"\x03\0\2\0",
            "a reference to function 6": begun + b"\x03\0\0\7",
            "a table cannot grow": begun + b"\x04\0" + huge + b"\0",
            "global 0, which is not there": begun + b"\x05\0\0",
            "a function type with": begun + b"\x06" + leb(1001),
            "a value type 0x7b": begun + b"\x06\1\x7b\0",
            "a call of function 2,": begun + b"\x11\2",
            "does not fit in 32 bits": begun + b"\x11" + huge,
            "the return of an import in the wrong place": begun + b"\x12",
            "the instantiation in the wrong place": begun + b"\x10",
            "a record of kind 0x77": begun + b"\x77",
            "a call by the host before": head + b"\1\3\2\0\x11\1",
            "the 9 that its end tells": begun + b"\x30\x09",
        }.items():
            done = self.replay_bytes(text)
            self.assertIn(done.returncode, (1,), f"{words}: {done.stdout}{done.stderr}")
            self.assertRegex(done.stderr, words)
        # The place is right behind what fits in the reader's buffer, too.
        text = begun + (b"\x01\0\0" + leb(65000) + bytes(65000)) * 2 + b"\x77"
        self.assertIn(f"byte 0x{len(text) - 1:x}: ", self.replay_bytes(text).stderr)

    def test_damaged_traces_never_crash(self):
        trace, start = self.small_trace()
        chance = random.Random(1)
        for _ in range(300):
            damaged = bytearray(trace)
            for _ in range(chance.randint(1, 3)):
                value = chance.choice([0, 1, 0x7f, 0x80, 0xff, chance.randrange(256)])
                damaged[chance.randrange(start, len(trace))] = value
            self.assertIn(self.replay_bytes(bytes(damaged)).returncode, (0, 1, 4), damaged.hex())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
