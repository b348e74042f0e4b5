#!/usr/bin/env python3
"""The zero line (dispatch/zero/zero.h): each level does what executors do, and is what it says.

    test_zero.py BUILD_DIRECTORY SOURCE_DIRECTORY ISA BASELINE COMPILER FLAG...

BASELINE is the name of an executor of that instruction set that was built. The test makes and compiles units itself, at -O1 and all in one
file for each level: those that are measured are many times as many, and most builds have none.
"""
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
ENGINE = [BUILD / f"dispatch/libengine-{ISA}.a", "-lm"]
PROGRAM = [BUILD / f"dispatch/libprogram-{ISA}.a"]  # which has main
UNROLL = BUILD / f"dispatch/zero/unroll-{ISA}"
OF_UNITS = ["run", "bytecode", "codes", "addresses", "values", "owner", "unit", "registered"]  # in their C


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


def write_units(path, modules):
    """One file with the units of all modules, each with the functions in another order."""
    parts = []
    for number, module in enumerate(modules):
        parts += [f"#define {name} {name}_{number}\n" for name in OF_UNITS]
        parts.append(run(UNROLL, "--seed", number, module).stdout)
        parts += [f"#undef {name}\n" for name in [*OF_UNITS, "UNIT_NAME", "UNIT_BYTES", "FUNCTION_COUNT",
                                                  "ADDRESS_COUNT"]]
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
        write_units(cls.units, [KERNEL, *cls.random, *(official_modules(cls.suite) if cls.suite else [])])
        cls.objects = {}
        for level in LEVELS:
            found = [compile_level(level, SOURCE / "dispatch/zero/executor.c", folder / f"executor-{level}.o"),
                     compile_level(level, cls.units, folder / f"units-{level}.o")]
            cls.objects[level] = found

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

    def transcript(self, program):
        """What every export of every module did, but for the functions that traps happened in, which the zero line
        does not know of accesses out of bounds."""
        return re.sub(r"(trap: .*?) in .*", r"\1", run(program, *self.random).stdout)

    def test_random_modules_do_what_they_do_elsewhere(self):
        self.assertEqual(len(self.random), RANDOM_MODULES)
        differential = compile_c(SOURCE / "dispatch/test/differential.c", self.folder / "differential.o")
        wanted = self.transcript(self.link("baseline", differential,
                                           BUILD / f"dispatch/libexecutor-{BASELINE}.a"))
        self.assertIn("returns", wanted)
        for level in LEVELS:
            program = self.link(f"differential-{level}", differential, *self.objects[level])
            with self.subTest(level=level):
                self.assertEqual(self.transcript(program).splitlines(), wanted.splitlines())

    def test_a_slice_of_the_official_suite(self):
        if not self.suite:
            self.skipTest("the official suite is not here: runtime/test/fetch-spectest gets it")
        tests = [compile_c(path, self.folder / f"{path.stem}.o")
                 for path in sorted((SOURCE / "runtime/test").glob("spectest*.c"))]
        for level in LEVELS:
            program = self.link(f"spectest-{level}", *tests, *self.objects[level])
            with self.subTest(level=level):
                run(program, *(self.suite / group for group in OFFICIAL))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
