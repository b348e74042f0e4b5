#!/usr/bin/env python3
"""The zero line (dispatch/zero/zero.h): each level does what executors do, and is what it says.

    test_zero.py BUILD_DIRECTORY SOURCE_DIRECTORY ISA BASELINE COMPILER FLAG...

BASELINE is the name of an executor of that instruction set that was built. The test makes and compiles units itself, at -O1 and all in one
file for each level: those that are measured are many times as many, and most builds have none.
"""
import hashlib
import importlib.machinery
import importlib.util
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE, ISA, BASELINE, *COMPILE = sys.argv[1:] if len(sys.argv) > 5 else [".", ".", "", "", ""]
BUILD, SOURCE = pathlib.Path(BUILD), pathlib.Path(SOURCE)
sys.dont_write_bytecode = True
sys.path += [str(SOURCE / "dispatch/test"), str(SOURCE / "scripts")]
from analysis.machine_code.zero_line import code_of  # noqa: E402

LEVELS = {1: "no-dispatch", 2: "no-decoding", 3: "no-boundaries"}
KERNEL, ARGUMENT = SOURCE / "bench/workloads/recursion.wasm", "3"
RANDOM_MODULES, SEED = 4, 20
OFFICIAL = ["br_table", "call_indirect", "memory_trap", "return_call_indirect", "try_table"]
INCLUDES = ["-I", SOURCE, "-I", SOURCE / "encoder/isa" / ISA, "-I", BUILD / "encoder/isa" / ISA]
ENGINE = [BUILD / f"dispatch/zero/libzero-interpreter-{ISA}.a", BUILD / f"dispatch/libengine-{ISA}.a", "-lm"]
PROGRAM = [BUILD / f"dispatch/libprogram-{ISA}.a"]  # which has main
UNROLL = BUILD / f"dispatch/zero/unroll-{ISA}"
COUNTER = BUILD / f"dispatch/count-{ISA}"
RECORD = SOURCE / "scripts/record"
OF_UNITS = ["run", "bytecode", "codes", "addresses", "values", "owner", "unit", "registered", "spans", "known"]  # in their C
DEFINED = ["ABOUT_UNIT", "UNIT_IS_WHOLE", "UNIT_BYTES", "FUNCTION_COUNT", "ADDRESS_COUNT", "SPAN_COUNT", "KNOWN_COUNT"]

# One of these functions is unrolled and calls the others, or is called, whichever. The host function is 0.
FUNCTIONS = {"one": 1, "outside": 2, "other": 3, "throws": 4, "traps": 5}
WAT = """(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory 1)
  (table funcref (elem $one $other $one))
  (tag $oops (param i32))
  (type $two (func (param i32 i32) (result i32)))
  (func $one (export "one") (param $what i32) (param $n i32) (result i32) (local $sum i32)
    (local.set $n (i32.and (local.get $n) (i32.const 15)))
    (block $deep (block $host (block $far (block $traps (block $trap (block $throw (block $catch (block $indirect
      (block $loop
        (br_table $loop $indirect $catch $throw $trap $traps $far $host $deep (local.get $what)))
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (call $other (local.get $sum) (local.get $n))))
        (br_if $again (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 1))) (i32.const 0))))
      (return (local.get $sum)))
    (return (i32.add (i32.const 1) (call_indirect (type $two) (local.get $n) (i32.const 5) (i32.const 1)))))
    (return (try (result i32) (do (call $throws (local.get $n) (i32.const 1))) (catch $oops (i32.add (i32.const 50))))))
    (throw $oops (local.get $n)))
    (unreachable))
    (return (call $traps (local.get $n) (i32.const 0))))
    (return (i32.load (i32.const -8))))
    (return (i32.add (local.get $n) (call $yield))))
    (if (result i32) (local.get $n)
      (then (i32.add (i32.const 2) (call $outside (i32.const 8) (i32.sub (local.get $n) (i32.const 1)))))
      (else (i32.const 100))))
  (func $outside (export "outside") (param $what i32) (param $n i32) (result i32)
    (i32.add (i32.const 1000) (call $one (local.get $what) (local.get $n))))
  (func $other (param i32 i32) (result i32) (i32.mul (i32.add (local.get 0) (local.get 1)) (i32.const 3)))
  (func $throws (param i32 i32) (result i32) (throw $oops (i32.add (local.get 0) (local.get 1))))
  (func $traps (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "catches") (param i32 i32) (result i32)
    (try (result i32) (do (call $outside (local.get 0) (local.get 1))) (catch $oops (i32.add (i32.const 7)))))
  (func (export "by-table") (param i32 i32) (result i32)
    (i32.xor (i32.const 1) (call_indirect (type $two) (local.get 0) (local.get 1) (i32.const 2))))
  (func (export "at-last") (param i32 i32) (result i32)
    (return_call $one (local.get 0) (local.get 1)))
"""
ENTRIES = {"one": 1, "outside": 2, "catches": 6, "by-table": 7, "at-last": 8}
WHATS = 9  # first arguments, each of which does something else
CALLS = "".join(f'(func (export "{name} {what} {number}") (result i32)'
                f" (call {index} (i32.const {what}) (i32.const {number})))\n"
                for name, index in ENTRIES.items() for what in range(WHATS) for number in (1, 4))
ALL_FUNCTIONS = 8 + len(ENTRIES) * WHATS * 2


def run(*command, check=True):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace")
    if check and done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: exit status {done.returncode}: {done.stderr[-3000:]}")
    return done


def compile_c(source, output, *options):
    run(*COMPILE, "-O1", *options, *INCLUDES, "-c", "-o", output, source)
    return output


def compile_level(level, source, output, *options):
    return compile_c(source, output, f"-DZERO_LEVEL={level}", f'-DSTRATEGY="{LEVELS[level]}"',
                     '-DLAYOUT_FILE="layout.0.h"', *options)


def half_of(module, profile):
    """Options for a unit that holds every second function of the module, if it has several."""
    whole = run(UNROLL, module).stdout
    functions = re.findall(r"\.function = (\d+)", whole)
    profile.write_text("".join(f"{function} 1\n" for function in functions[::2]))
    size = int(re.search(r"#define UNIT_BYTES (\d+)u", whole)[1])
    return ["--profile", profile, "--most", size - 1] if len(functions) > 1 else []


def write_units(path, modules, *options, halves=False):
    """One file with the units of all modules, each with the functions in another order."""
    parts = []
    for number, module in enumerate(modules):
        own = half_of(module, path.with_suffix(".profile")) if halves else options
        parts += [f"#define {name} {name}_{number}\n" for name in OF_UNITS]
        parts.append(run(UNROLL, *own, "--seed", number, module).stdout)
        parts += [f"#undef {name}\n" for name in [*OF_UNITS, *DEFINED]]
    path.write_text("".join(parts))


def random_modules(folder):
    loader = importlib.machinery.SourceFileLoader("fuzz", str(SOURCE / "dispatch/test/fuzz-differential"))
    fuzz = importlib.util.module_from_spec(importlib.util.spec_from_loader("fuzz", loader))
    loader.exec_module(fuzz)
    generator = random.Random(SEED)
    for number in range(RANDOM_MODULES):
        module = folder / f"{number}.wasm"
        if fuzz.assemble(fuzz.without_nan_bits(fuzz.random_module(generator)), module):
            yield module


def official_modules(suite):
    return [module for group in OFFICIAL for module in sorted((suite / group).glob("*.wasm"))
            if run(UNROLL, module, check=False).returncode == 0]  # the others are refused


class ZeroTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="zero-")
        cls.folder = folder = pathlib.Path(cls.temporary.name)
        cls.suite = next((path for path in (BUILD / "spectest", SOURCE / "build/spectest") if path.is_dir()), None)
        cls.random = list(random_modules(folder))
        cls.units = folder / "units.c"
        modules = [KERNEL, *cls.random, *(official_modules(cls.suite) if cls.suite else [])]
        write_units(cls.units, modules)
        halves = folder / "halves.c"
        write_units(halves, modules, halves=True)
        cls.objects, cls.halves = {}, {}  # by level
        for level in LEVELS:
            executor = compile_level(level, SOURCE / "dispatch/zero/executor.c", folder / f"executor-{level}.o")
            cls.objects[level] = [executor, compile_level(level, cls.units, folder / f"units-{level}.o")]
            cls.halves[level] = [executor, compile_level(level, halves, folder / f"halves-{level}.o")]

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def link(self, name, *objects):
        program = self.folder / name
        run(*COMPILE, *INCLUDES, "-o", program, *objects, *ENGINE, "-ljansson", "-lmd", "-lpfm")
        return program

    def invoke(self, program, *arguments, check=True):
        return run(program, "run", "--invoke", "run", *arguments, check=check)

    def test_a_kernel_returns_what_it_returns_elsewhere(self):
        wanted = self.invoke(BUILD / f"dispatch/{BASELINE}", KERNEL, ARGUMENT).stdout
        for level in LEVELS:
            program = self.link(f"zero-{level}", *PROGRAM, *self.objects[level])
            with self.subTest(level=level):
                self.assertEqual(self.invoke(program, KERNEL, ARGUMENT).stdout, wanted)
                self.assertIn(f'"strategy": "{LEVELS[level]}"', run(program, "info").stdout)
                refused = self.invoke(program, KERNEL.with_name("sort.wasm"), "1", check=False)
                self.assertEqual(refused.returncode, 3)
                self.assertIn("built without the module", refused.stderr)

    def test_native_code_returns_the_same(self):
        """Of the same C, found by the module's bytecode; of another module there is none."""
        unit, workload = self.folder / "native-unit.c", self.folder / "native.c"
        unit.write_text(run(UNROLL, "--native", "native_of_kernel", KERNEL).stdout)
        text = (SOURCE / "dispatch/zero/native.c.in").read_text()
        workload.write_text(text.replace("@function@", "native_of_kernel").replace("@source@",
                                                                                   str(KERNEL.with_suffix(".c"))))
        objects = [compile_c(path, self.folder / f"{path.stem}.o", '-DSTRATEGY="native"', '-DLAYOUT_FILE="layout.0.h"')
                   for path in (SOURCE / "dispatch/zero/executor.c", unit, workload)]
        program = self.link("native", *PROGRAM, *objects)
        wanted = self.invoke(BUILD / f"dispatch/{BASELINE}", KERNEL, ARGUMENT).stdout
        self.assertEqual(self.invoke(program, KERNEL, ARGUMENT).stdout, wanted)
        refused = self.invoke(program, KERNEL.with_name("sort.wasm"), "1", check=False)
        self.assertIn("built without the module", refused.stderr)

    def test_above_level_one_nothing_is_read_from_the_bytecode(self):
        """Where the bytecode is overwritten as soon as its unit was found, nothing changes."""
        wanted = self.invoke(BUILD / f"dispatch/{BASELINE}", KERNEL, ARGUMENT).stdout
        for level in LEVELS:
            poisoning = compile_level(level, SOURCE / "dispatch/zero/executor.c", self.folder / "poisoning.o",
                                      "-DZERO_POISON=1")
            program = self.link(f"poisoned-{level}", *PROGRAM, poisoning, self.objects[level][1])
            found = self.invoke(program, KERNEL, ARGUMENT, check=False)
            with self.subTest(level=level):
                same = (found.returncode, found.stdout) == (0, wanted)
                self.assertEqual(same, level > 1, found)

    def test_the_machine_code_jumps_only_where_data_says(self):
        for level, (_, units) in self.objects.items():
            with self.subTest(level=level):
                code = code_of(units, self.units)
                self.assertEqual(code.findings(), [])
                self.assertGreater(code.instructions, 1000)
                self.assertGreater(code.sites, 0)

    def audit(self, unit, source):
        """What scripts/audit says of a build with this unit alone."""
        build = self.folder / "audited"
        objects = build / f"dispatch/zero/libexecutor-no-dispatch-{ISA}.a.p"
        names = build / "encoder/isa" / ISA
        for folder in objects, names:
            folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(BUILD / "encoder/isa" / ISA / "ops.json", names)
        shutil.copy(unit, objects / f"meson-generated_.._zero-{ISA}.0.1.c.o")
        shutil.copy(source, build / f"dispatch/zero/zero-{ISA}.0.1.c")
        (build / "dispatch/build.json").write_text(json.dumps(
            {"isas": [ISA], "layout_seeds": [0], "strategies": {"no-dispatch": {"flags": [], "reference": True}},
             "executors": [{"name": f"no-dispatch-{ISA}", "strategy": "no-dispatch", "isa": ISA,
                            "programs": {"0": f"zero/no-dispatch-{ISA}"}}]}))
        done = run(sys.executable, SOURCE / "scripts/audit", "--json", "-", build, check=False)
        return done.returncode, json.loads(done.stdout)["executors"][f"zero/no-dispatch-{ISA}"]

    def test_a_jump_too_many_is_found(self):
        status, found = self.audit(self.objects[1][1], self.units)
        self.assertEqual((status, found["findings"]), (0, []))
        self.assertGreater(found["dispatch_sites"], 0)
        one = self.folder / "one.c"
        write_units(one, [KERNEL])
        text = one.read_text()
        changed = re.sub(r"#define GO goto (at_\w+)", r"#define GO goto *((const void *volatile[]){&&\1}[0])", text)
        self.assertNotEqual(changed, text)
        one.write_text(changed)
        status, found = self.audit(compile_level(1, one, self.folder / "changed.o"), one)
        self.assertEqual(status, 1)
        self.assertIn("something is still dispatched", " ".join(found["findings"]))

    def test_planted_instructions_are_in_every_level(self):
        """As often as the bytecode has the instruction: the bodies are those of the table."""
        opcode, number = "i32_add__s_sk", 40
        planted = self.folder / "planted"
        run(sys.executable, SOURCE / "encoder/generate.py", "--isa", ISA, "--layout", 0, "--plant", f"{opcode}={number}",
            SOURCE / "encoder/ops.table", SOURCE / "encoder/isa.table", planted)
        one = self.folder / "planted.c"
        write_units(one, [KERNEL])
        used = len(re.findall(rf"^BODY_{opcode}$", one.read_text(), re.MULTILINE))
        self.assertGreater(used, 3)
        word = "mvn" if "aarch64" in run(*COMPILE, "-dumpmachine").stdout else "not"
        for level in LEVELS:
            with self.subTest(level=level):
                code = code_of(compile_level(level, one, self.folder / "planted.o", "-I", planted), one)
                self.assertEqual(code.count(word) // number, used)

    def all_units(self):
        """Levels and objects: of whole modules, and of halves."""
        return [*self.objects.items(), *self.halves.items()]

    def transcript(self, program, *modules):
        """What every export of every module did, but for the functions that traps happened in, which the zero line
        does not know of accesses out of bounds."""
        return re.sub(r"(trap: .*?) in .*", r"\1", run(program, *modules).stdout)

    # ---- A part of a module ----

    @classmethod
    def parted(cls):
        """The module of several functions, assembled."""
        module = cls.folder / "parted.wasm"
        if not module.exists():
            text = cls.folder / "parted.wat"
            text.write_text(f"{WAT}{CALLS})")
            run("wat2wasm", "--enable-exceptions", "--enable-tail-call", text, "-o", module)
        return module

    def profile(self, text, name="profile"):
        path = self.folder / name
        path.write_text(text)
        return path

    def level_of(self, level, name, module, *options, poison=0, program=PROGRAM):
        """A program of that level with the unit of this module alone."""
        one = self.folder / f"{name}.c"
        write_units(one, [module], *options)
        return self.link(f"{name}-{level}", *program, compile_level(level, one, self.folder / f"{name}.o"),
                         compile_level(level, SOURCE / "dispatch/zero/executor.c", self.folder / "of-part.o",
                                       f"-DZERO_POISON={poison}"))

    def test_a_part_does_with_the_rest_what_the_whole_does(self):
        module = self.parted()
        differential = compile_c(SOURCE / "dispatch/test/differential.c", self.folder / "differential.o")
        wanted = self.transcript(self.link("baseline", differential,
                                           BUILD / f"dispatch/libexecutor-{BASELINE}.a"), module)
        for word in ("returns", "throws", "trap: unreachable", "trap: integer divide by zero", "trap: out of bounds"):
            self.assertIn(word, wanted)
        for unrolled in (["one"], ["outside", "other"], ["throws"], ["traps", "one"]):
            profile = self.profile("".join(f"{FUNCTIONS[name]} 10\n" for name in unrolled))
            for level in LEVELS:
                with self.subTest(unrolled=unrolled, level=level):
                    program = self.level_of(level, "part", module, "--profile", profile, "--most", 800,
                                            poison=int(level > 1), program=[differential])
                    self.assertEqual(self.transcript(program, module).splitlines(), wanted.splitlines())

    def test_only_what_was_chosen_is_unrolled(self):
        """At level one what the unit has is read from the bytecode: where that is poisoned, it goes wrong, and nothing
        else does."""
        module = self.parted()
        profile = self.profile(f"{FUNCTIONS['other']} 10\n")
        program = self.level_of(1, "poisoned-part", module, "--profile", profile, "--most", 200, poison=1)
        baseline = BUILD / f"dispatch/{BASELINE}"
        self.assertEqual(re.findall(r"^/\* function (\d+)", (self.folder / "poisoned-part.c").read_text(), re.MULTILINE),
                         [str(FUNCTIONS["other"])])
        for what, same in (0, False), (2, True), (8, True):
            done = [run(who, "run", "--invoke", "one", module, what, 3, check=False) for who in (baseline, program)]
            self.assertEqual(done[0].stdout == done[1].stdout, same, (what, done))

    def chosen(self, *options, module=None):
        """What `unroll` says at the head of a unit: functions, all of them, instructions executed by these, by all."""
        text = run(UNROLL, *options, module or self.parted()).stdout
        return [int(number) for number in re.search(r'ABOUT_UNIT {.*", (\d+), (\d+), (\d+)u, (\d+)u}', text).groups()]

    def test_the_functions_that_execute_most_are_chosen(self):
        one, outside, other, throws, traps = FUNCTIONS.values()
        large, most = self.profile(f"{one} 90\n{outside} 4\n{other} 4\n{throws} 1\n{traps} 1\n"), ("--most", 800)
        self.assertEqual(self.chosen("--profile", large, *most), [3, ALL_FUNCTIONS, 98, 100])  # 94 are not enough, 98 are
        enough = self.profile(f"{throws} 1\n{traps} 4\n{one} 95\n", "enough")
        self.assertEqual(self.chosen("--profile", enough, *most), [1, ALL_FUNCTIONS, 95, 100])
        # Of two that executed as much, the first one.
        same = self.profile(f"{throws} 50\n{other} 50\n{outside} 1\n{one} 2000\n", "same")
        self.assertIn(f"/* function {one} */", run(UNROLL, "--profile", same, *most, self.parted()).stdout)
        # What does not fit is left out, and others are taken, as far as there are any.
        little = self.chosen("--profile", large, "--most", 100)
        self.assertEqual((little[1], little[3]), (ALL_FUNCTIONS, 100))
        self.assertTrue(0 < little[2] <= 10, little)
        # A module that is small is unrolled whole, and so is one without a profile.
        self.assertEqual(self.chosen("--profile", large), [ALL_FUNCTIONS, ALL_FUNCTIONS, 0, 0])
        self.assertEqual(self.chosen(), [ALL_FUNCTIONS, ALL_FUNCTIONS, 0, 0])

    def test_the_share_is_that_of_executed_instructions(self):
        module = self.parted()
        call = ("--invoke", "outside", module, 0, 15)
        counted = run(COUNTER, "functions", *call).stdout
        counts = {int(index): int(count) for index, count in re.findall(r"(\d+) (\d+)\n", counted)}
        all_executed = json.loads(run(COUNTER, "measure", *call).stdout)["instructions"]
        self.assertEqual(set(counts), {FUNCTIONS[name] for name in ("one", "outside", "other")})
        self.assertEqual(sum(counts.values()) + 1, all_executed)  # and the executor's own halt
        chosen = self.chosen("--profile", self.profile(counted), "--most", 800)
        self.assertEqual(chosen, [2, ALL_FUNCTIONS, counts[FUNCTIONS["one"]] + counts[FUNCTIONS["other"]], sum(counts.values())])
        program = self.level_of(1, "shared", module, "--profile", self.profile(counted), "--most", 800)
        unit, = json.loads(run(program, "info").stdout)["units"]
        self.assertAlmostEqual(unit["share"], chosen[2] / chosen[3])
        self.assertEqual(unit["sha256"], hashlib.sha256(module.read_bytes()).hexdigest())

    def test_a_recorded_program_replays(self):
        if not shutil.which("node"):
            self.skipTest("node is missing: scripts/setup --for-tests installs it")
        module, program = self.parted(), self.folder / "program.mjs"
        program.write_text(f"""import {{readFileSync}} from "node:fs";
const {{instance}} = await WebAssembly.instantiate(readFileSync("{module}"),
    {{wasi_snapshot_preview1: {{sched_yield: () => instance.exports.outside(0, 3)}}}});
let sum = 0;
for (let n = 1; n < 9; n++)
  for (const what of [0, 1, 2, 7, 8]) sum += instance.exports.catches(what, n) + instance.exports.one(what, n);
try {{ instance.exports.catches(5, 0); }} catch (error) {{ sum += error instanceof WebAssembly.RuntimeError; }}
console.log(sum);
""")
        done = run(RECORD, "--output", self.folder, program, check=False)
        trace = self.folder / "program.trace"
        self.assertTrue(trace.exists(), done)
        counted = self.profile(run(COUNTER, "functions", "--trace", trace).stdout)
        wanted = run(BUILD / f"dispatch/{BASELINE}", "replay", trace).stdout.splitlines()[0]
        self.assertIn("values checked", wanted)
        for level in LEVELS:
            with self.subTest(level=level):
                replayer = self.level_of(level, "replayer", trace, "--profile", counted, "--most", 800)
                unit, = json.loads(run(replayer, "info").stdout)["units"]
                self.assertTrue(0 < unit["functions"] < unit["all_functions"] and 0.5 < unit["share"] < 1, unit)
                self.assertEqual(run(replayer, "replay", trace).stdout.splitlines()[0], wanted)

    def test_what_is_no_profile_is_refused(self):
        module = self.parted()
        for text in "", "what\n", "0 5\n", f"{ALL_FUNCTIONS + 1} 5\n", "1 5\n2", "1 5\n" * (ALL_FUNCTIONS + 1):
            with self.subTest(text=text):
                done = run(UNROLL, "--profile", self.profile(text), "--most", 100, module, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn("does not say what functions of this module have executed", done.stderr)
        done = run(UNROLL, "--profile", self.folder / "nowhere", "--most", 100, module, check=False)
        self.assertEqual((done.returncode, "cannot read" in done.stderr), (1, True))
        done = run(UNROLL, "--most", "few", module, check=False)
        self.assertEqual((done.returncode, '--most takes a number, not "few"' in done.stderr), (2, True))

    def test_random_modules_do_what_they_do_elsewhere(self):
        self.assertEqual(len(self.random), RANDOM_MODULES)
        differential = compile_c(SOURCE / "dispatch/test/differential.c", self.folder / "differential.o")
        wanted = self.transcript(self.link("baseline", differential,
                                           BUILD / f"dispatch/libexecutor-{BASELINE}.a"), *self.random)
        self.assertIn("returns", wanted)
        for level, units in self.all_units():
            program = self.link("differential", differential, *units)
            with self.subTest(level=level, units=units):
                self.assertEqual(self.transcript(program, *self.random).splitlines(), wanted.splitlines())

    def test_a_slice_of_the_official_suite(self):
        if not self.suite:
            self.skipTest("the official suite is not here: runtime/test/fetch-spectest gets it")
        tests = [compile_c(path, self.folder / f"{path.stem}.o")
                 for path in sorted((SOURCE / "runtime/test").glob("spectest*.c"))]
        for level, units in self.all_units():
            program = self.link("spectest", *tests, *units)
            with self.subTest(level=level, units=units):
                run(program, *(self.suite / group for group in OFFICIAL))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
