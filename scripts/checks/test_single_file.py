#!/usr/bin/env python3
"""scripts/single-file: its C compiles by itself without a warning, and returns what it should.

    test_single_file.py BUILD_DIRECTORY ISA          a few files; seconds
    test_single_file.py BUILD_DIRECTORY ISA --all    every strategy and level, whole and reduced, of the smallest and of the
                                                     largest workload, by every compiler that is here, and under sanitizers

The build has the programs that scripts/single-file needs; strategies and compilers need not be those of the build.
"""
import functools
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
EVERYTHING = "--all" in sys.argv
WORDS = [word for word in sys.argv[1:] if word != "--all"]
BUILD, ISA = WORDS[:2] or (SOURCE / "build", "acc")
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "dispatch"))
import strategies  # noqa: E402

SMALLEST, LARGEST = "recursion", "vm"  # of the suite, by the size of their modules
SANITIZED = ["-O1", "-fsanitize=undefined,address", "-fno-sanitize-recover=all"]
TAILS_ONLY = ISA in ("pinned", "fused")  # too many handlers for one function


def compilers():
    """All that are here, the newest of each kind first."""
    def number(name):
        return int(name.partition("-")[2])
    names = {path.name for folder in ("/usr/bin", "/usr/local/bin") for path in pathlib.Path(folder).glob("*")
             if re.fullmatch(r"(clang|gcc)-\d+", path.name)}
    return sorted(names, key=lambda name: (name[0], -number(name)))


COMPILERS = compilers()
CLANG = next((name for name in COMPILERS if name.startswith("clang")), None)


def can(compiler, strategy):
    """Whether the compiler has what the strategy needs; clang 19 merges computed gotos, but compiles them."""
    if strategy.fields["needs"] != "musttail":
        return strategy.fields["needs"] != "copied-switch" or compiler.startswith("clang")
    test = "#if !__has_attribute(musttail)\n#error\n#endif\n"
    return subprocess.run([compiler, "-fsyntax-only", "-xc", "-"], input=test, capture_output=True,
                          text=True).returncode == 0


@functools.cache
def single_file(*options):
    """What scripts/single-file writes, and what it says; once, since it executes the workload to reduce the file."""
    done = subprocess.run([sys.executable, SOURCE / "scripts/single-file", "--build", BUILD, "--isa", ISA, *options],
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


class SingleFile(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="single-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def write(self, *options):
        path = self.folder / "file.c"
        status, text, errors = single_file(*options)
        self.assertEqual((status, errors), (0, ""))
        path.write_text(text)
        return path

    def compile(self, compiler, path, *flags):
        program = self.folder / "a.out"
        done = subprocess.run([compiler, *flags, "-Wall", "-Wextra", "-o", program, path], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr[-3000:]), (0, ""), (compiler, flags))
        return program

    def check(self, compiler, path, name, *flags):
        """Compiles it without a warning, and it says that its result is right."""
        done = subprocess.run([self.compile(compiler, path, *flags)], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, rf"^\w+ by {name}-{ISA}: [\d.]+ ms, result as expected: -?\d+\n$")

    def strategies(self):
        usual = ["tail-direct"] if TAILS_ONLY else ["goto-direct", "switch", "tail-direct"]
        for strategy in strategies.find([]):
            if EVERYTHING and not TAILS_ONLY or strategy.name in usual:
                yield strategy

    def test_it_compiles_alone_and_its_result_is_right(self):
        first = True
        for strategy in self.strategies():
            path = self.write("--dispatch", strategy.name, "--workload", SMALLEST, "--reduce")
            for compiler in COMPILERS if EVERYTHING else [COMPILERS[0]]:
                with self.subTest(strategy=strategy.name, compiler=compiler):
                    if not can(compiler, strategy):
                        continue
                    self.check(compiler, path, strategy.name, "-O2")
                    if EVERYTHING or first:
                        self.check(compiler, path, strategy.name, *SANITIZED, "-DTAILRACE_BOUNDS_EXPLICIT")
            first = False

    def test_roots_need_no_library(self):
        """Of float64, by tail calls or a switch, which compile soonest."""
        for compiler in COMPILERS if EVERYTHING else [COMPILERS[0], COMPILERS[-1]]:
            strategy = next(s for s in strategies.find([]) if can(compiler, s)
                            and s.name in (["tail-direct"] if TAILS_ONLY else ["switch"]))
            with self.subTest(compiler=compiler):
                self.check(compiler, self.write("--dispatch", strategy.name, "--workload", "float64", "--reduce"),
                           strategy.name, "-O2")

    def test_the_zero_line(self):
        if not CLANG:
            self.skipTest("it needs clang")
        for level in strategies.LEVELS if EVERYTHING else strategies.LEVELS[1:2]:
            for workload in (SMALLEST, LARGEST) if EVERYTHING else (SMALLEST,):
                with self.subTest(level=level, workload=workload):
                    self.check(CLANG, self.write("--zero", level, "--workload", workload), level, "-O2")

    @unittest.skipUnless(EVERYTHING, "takes minutes")
    def test_whole_executors(self):
        for strategy in self.strategies():
            for workload in SMALLEST, LARGEST:
                path = self.write("--dispatch", strategy.name, "--workload", workload)
                for compiler in COMPILERS:
                    with self.subTest(strategy=strategy.name, compiler=compiler, workload=workload):
                        if can(compiler, strategy):
                            self.check(compiler, path, strategy.name, "-O1")

    def test_a_wrong_result_is_told(self):
        strategy = next(self.strategies())
        compiler = next(name for name in COMPILERS if can(name, strategy))
        path = self.write("--dispatch", strategy.name, "--workload", SMALLEST, "--reduce")
        text = path.read_text()
        changed = re.sub(r"(ARGUMENT_COUNT = .*?\} arguments\[\] = \{\n    \{)\d+u", r"\g<1>3u", text, flags=re.DOTALL)
        self.assertNotEqual(changed, text)
        path.write_text(changed)
        done = subprocess.run([self.compile(compiler, path, "-O1")], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("and not those of", done.stderr)

    @unittest.skipUnless(platform.machine() == "x86_64", "reads x86-64's assembly")
    def test_a_load_that_may_trap_stays_although_nobody_reads_its_value(self):
        """By every compiler: NEEDED in dispatch/words.h."""
        words = (SOURCE / "dispatch/words.h").read_text()
        macro = words[words.index("#ifdef __clang__\n#define NEEDED"):]
        path = self.folder / "needed.c"
        path.write_text("#include <stdint.h>\n" + macro[:macro.index("#endif")] + "#endif\n" + "".join(
            f"void f{n}(const {c_type} *at) {{ {c_type} loaded = *at; NEEDED(loaded); }}\n"
            for n, c_type in enumerate(["uint8_t", "int16_t", "uint32_t", "uint64_t", "float", "double"])))
        for compiler in COMPILERS:
            text = subprocess.run([compiler, "-O2", "-S", "-o", "-", path], capture_output=True, text=True, check=True).stdout
            self.assertEqual(text.count("(%rdi)"), 6, compiler)

    def test_what_it_cannot_write_is_said(self):
        for options, words in [(["--workload", "nothing"], 'there is no workload "nothing"'),
                               (["--dispatch", "nothing"], 'there is no strategy "nothing"'),
                               (["--dispatch", "all"], "takes one strategy"),
                               (["--isa", "nothing"], "scripts/build makes it")]:
            done = subprocess.run([sys.executable, SOURCE / "scripts/single-file", "--build", BUILD, *options],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (1, ""), options)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)

    def test_the_audit_counts_its_dispatch_sites(self):
        if TAILS_ONLY or not shutil.which("objdump"):
            self.skipTest("a switch is needed, and objdump")
        for strategy, right in ("switch", lambda sites: sites == 1), ("goto-direct", lambda sites: sites > 50):
            path = self.write("--dispatch", strategy, "--workload", SMALLEST, "--reduce")
            done = subprocess.run([sys.executable, SOURCE / "scripts/audit", path], capture_output=True, text=True,
                                  env={"PATH": "/usr/bin:/bin:/usr/local/bin", "CC": COMPILERS[0]})
            sites = int(re.search(r"^(\d+) dispatch sites?, \d+ opcodes$", done.stdout, re.MULTILINE)[1])
            self.assertTrue(right(sites), (strategy, sites))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + WORDS[2:])
