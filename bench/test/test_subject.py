#!/usr/bin/python3
"""Tests scripts/subject with a small interpreter in all the states that one can be in, the files in bench/subjects, and
the real Lua where its source can be had.

Usage: test_subject.py BUILD_DIRECTORY
"""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from fake_build import make_executors

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1]).resolve()
# Adds and multiplies as its program says; GOTO: by computed gotos. BROKEN: what is wrong with it.
INTERPRETER = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
__attribute__((noinline)) static unsigned run(const char *code, unsigned steps) {
    unsigned sum = 1;
    const char *at = code;
#ifdef GOTO
    static const void *const labels[] = {&&op0, &&op1, &&op2, &&op3, &&op4, &&op5, &&op6, &&op7};
#define NEXT goto *labels[(int)*at++]
    NEXT;
op0: sum += 3; NEXT;
op1: sum *= 5; NEXT;
op2: sum ^= sum >> 3; NEXT;
op3: sum -= 77; NEXT;
op4: sum += sum << 2; NEXT;
op5: sum ^= 0x5555; NEXT;
op6: sum = sum * 3 + 1; NEXT;
op7: sum = ~sum;
    if (!steps--) return sum;
    at = code;
    NEXT;
#else
    for (;;) {
        __asm__ goto("" : : : : next); /* keeps it one jump */
next:
        switch (*at++) {
        case 0: sum += 3; break;
        case 1: sum *= 5; break;
        case 2: sum ^= sum >> 3; break;
        case 3: sum -= 77; break;
        case 4: sum += sum << 2; break;
        case 5: sum ^= 0x5555; break;
        case 6: sum = sum * 3 + 1; break;
        case 7:
            sum = ~sum;
            if (!steps--) return sum;
            at = code;
            break;
        }
    }
#endif
}
int main(int argc, char **argv) {
    (void)argc;
    const char code[] = {0, 1, 2, 3, 4, 5, 6, 7};
    unsigned sum = run(code, (unsigned)atoi(argv[1]));
#define TEXT(name) #name
#define TEXT_OF(name) TEXT(name)
    const char *broken = TEXT_OF(BROKEN);
    if (!strcmp(broken, "wrong")) sum++;
    if (!strcmp(broken, "crash")) abort();
    if (!strcmp(broken, "hang")) pause();
    if (!strcmp(broken, "status")) return 3;
    if (!strcmp(broken, "fork") && fork() == 0) pause();
    if (!strcmp(broken, "needs")) {
        FILE *file = fopen("/no/such/file", "r");
        if (!file) return perror("/no/such/file"), 1;
    }
    for (int i = 0; !strcmp(broken, "megabytes") && i < 18 << 20; i += 64)
        printf("%63d\n", i);
    printf("%u\n", sum);
}
"""
HEAD = """name = "small"
directory = "source"
function = "run"
link = "$CC $CFLAGS $LDFLAGS -o $PROGRAM small.c"
"""
TAIL = """
[[workloads]]
name = "w"
arguments = ["100000"]
expect = "%s"
"""


def variant(name, flags="", dispatch="switch", broken=""):
    return f"""[variants.{name}]
dispatch = "{dispatch}"
flags = "{flags} -DBROKEN={broken}"
"""


def load_script():
    """scripts/subject as a module"""
    loader = importlib.machinery.SourceFileLoader("subject", str(ROOT / "scripts/subject"))
    script = importlib.util.module_from_spec(importlib.util.spec_from_loader("subject", loader))
    sys.path.insert(0, str(ROOT / "scripts"))
    sys.dont_write_bytecode = True
    loader.exec_module(script)
    return script


# A function with a dispatch, and a switch within, of which the compiler made two jumps through one table.
SWITCHES = """
.globl run
.type run,@function
run: %s
1: jmp *within(,%%rax,8)
2: jmp *within(,%%rax,8)
3: ret
.size run,.-run
.data
within: .quad 1b,2b
dispatch: .quad 1b,2b,3b,3b,3b,0
"""


class SubjectTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.build, self.result = self.folder / "build", self.folder / "result.json"
        (self.folder / "source").mkdir()
        (self.folder / "source/small.c").write_text(INTERPRETER)

    def subject(self, *variants, head=HEAD, expect="1912064949", options=("--build-only", "--layout-seeds", "1")):
        file = self.folder / "small.toml"
        file.write_text(head + "".join(variants) + TAIL % expect)
        return subprocess.run([BUILD / "tailrace", "subject", file, "--directory", self.build, *options], text=True,
                              capture_output=True, timeout=300)

    def measured(self, *variants, seeds="1,2", **arguments):
        return self.subject(*variants, options=("--layout-seeds", seeds, "--budget", "0", "--events", "none", "--stop",
                                                "budget", "--timeout", "2", "--output", self.result), **arguments)

    def written(self, name):
        return json.loads((self.build / name).read_text())


class Builds(SubjectTest):
    def test_audit_tells_what_each_is(self):
        process = self.subject(variant("switch"), variant("goto", "-DGOTO", "goto"), variant("same"),
                               variant("merged", "", "goto"), options=("--build-only", "--layout-seeds", "1,2"))
        self.assertEqual(process.returncode, 0, process.stderr)
        found = self.written("dispatch/audit.json")["executors"]
        self.assertEqual(found["switch-small"]["dispatch_sites"], 1)
        self.assertEqual(found["switch-small"]["findings"], [])
        self.assertEqual(found["goto-small"]["findings"], [])
        self.assertGreaterEqual(found["goto-small"]["dispatch_sites"], 6)
        self.assertIn("same and switch have the same dispatch code", found["same-small"]["findings"][0])
        self.assertIn("the computed gotos were merged", found["merged-small"]["findings"][0])
        self.assertIn("same and switch have the same dispatch code", process.stderr)
        threaded = self.subject(variant("switch", "-DGOTO"), variant("goto", "-DGOTO", "goto"))
        self.assertIn("switch-small: the switch was turned into threaded code: the compiler made", threaded.stderr)

    @unittest.skipUnless(os.uname().machine == "x86_64", "its code is for x86")
    def test_switches_within_handlers_are_not_the_dispatch(self):
        load_script()
        from analysis.machine_code.foreign import Function, findings_of
        for jumps, told in (1, 0), (3, 1):
            program = self.folder / f"program{jumps}"
            subprocess.run([*os.environ.get("CC", "cc").split(), "-nostdlib", "-static", "-no-pie", "-Wl,-e,run", "-x",
                            "assembler", "-", "-o", program], text=True, check=True,
                           input=SWITCHES % ("; ".join(["jmp *dispatch(,%rax,8)"] * jumps)))
            function = Function(program, "run")
            self.assertEqual((len(function.sites), function.copies), (jumps + 2, jumps))
            found = list(findings_of(function, "switch", []))
            self.assertEqual(len(found), told)
            self.assertTrue(all("the compiler made 3 copies of its indirect jump" in finding for finding in found))

    def test_layouts_are_orders_and_shifts_and_the_same_for_all(self):
        self.subject(variant("a"), variant("b", "-DGOTO", "goto"), options=("--build-only", "--layout-seeds", "1,2,3"))
        places = {}
        for number in "01":
            for seed in "123":
                symbols = subprocess.run(["nm", "-n", self.build / f"variants/{number}/small.{seed}"], text=True,
                                         capture_output=True, check=True).stdout.split("\n")
                own = {words[2]: int(words[0], 16) for line in symbols if len(words := line.split()) == 3}
                names = [name for name in own if name in ("run", "main")]
                places[number, seed] = (names, own["run" if names[0] == "run" else "main"] % 4096)
        for seed in "123":
            self.assertEqual(places["0", seed], places["1", seed])
        self.assertGreater(len(set(map(str, places.values()))), 1)
        self.assertIn("nothing can be permuted", self.written("dispatch/build.json")["layout_note"])

    def test_what_cannot_be_built_is_left_out(self):
        process = self.subject(variant("good"), variant("bad", "-fno-such-flag"))
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIn("subject: left out: bad: linking bad failed: ", process.stderr)
        self.assertIn("error", self.written("dispatch/build.json")["executors"][1]["left_out"])

    def test_tools_that_are_missing_are_told_before_anything_is_built(self):
        for needs, sentence in [
                ('["sh", "no-such-rake"]', 'subject: no-such-rake is missing, which building small needs: on Debian '
                 '"apt-get install no-such-rake"\n'),
                ('["no-such-rake", "no-such-bison"]', 'subject: no-such-rake and no-such-bison are missing, which building '
                 'small needs: on Debian "apt-get install no-such-rake no-such-bison"\n')]:
            process = self.subject(variant("a"), variant("b"), head=f"{HEAD}needs = {needs}\n")
            self.assertEqual((process.returncode, process.stderr), (1, sentence))
            self.assertFalse(self.build.exists())
        process = self.subject(variant("a"), variant("b"), head=f'{HEAD}needs = ["sh"]\n')
        self.assertEqual(process.returncode, 0, process.stderr)

    def test_what_was_built_of_something_else_is_built_anew(self):
        two = variant("a"), variant("b")
        source = self.folder / "source/small.c"

        def run():
            process = self.subject(*two)
            self.assertEqual(process.returncode, 0, process.stderr)
            printed = {subprocess.run([self.build / f"variants/{number}/small.1", "5"], text=True, capture_output=True,
                                      check=True).stdout for number in "01"}
            self.assertEqual(len(printed), 1)
            return "building" in process.stderr, *printed
        built, first = run()
        self.assertTrue(built)
        self.assertEqual(run(), (False, first))
        source.write_text(INTERPRETER.replace("sum = 1;", "sum = 2;"))
        os.utime(source, (1, 1))  # as if it were old
        built, second = run()
        self.assertTrue(built)
        self.assertNotEqual(first, second)

    def test_variants_that_change_places_are_built_anew(self):
        head = HEAD + "build = 'echo $VARIANT >built'\n"
        for names in ("a", "b"), ("b", "a"):
            process = self.subject(*map(variant, names), head=head)
            self.assertEqual(process.returncode, 0, process.stderr)
            self.assertEqual([(self.build / f"variants/{n}/built").read_text().strip() for n in (0, 1)], [*names])

    def test_sources_are_the_own_ones_of_apt(self):
        apt = self.folder / "apt"
        (apt / "sources.list.d").mkdir(parents=True)
        (apt / "sources.list").write_text("# deb mirror:/off x main\ndeb [arch=amd64] mirror:/one stable main # why\n"
                                          "deb-src mirror:/one stable main\n")
        (apt / "sources.list.d/two.list").write_text("  deb mirror:/two stable main contrib\ndebug\n")
        (apt / "sources.list.d/three.sources").write_text(
            "# a comment\nTypes: deb\n# another\nURIs: mirror:/three\nSuites: a b\n\n"
            "Enabled: no\nTypes: deb\nURIs: mirror:/off\n")
        (apt / "sources.list.d/four.sources.disabled").write_text("Types: deb\nURIs: mirror:/off\n")
        script = load_script()
        self.assertEqual(script.source_entries(apt), (
            "deb-src [arch=amd64] mirror:/one stable main\ndeb-src mirror:/one stable main\n"
            "deb-src mirror:/two stable main contrib\n", "Types: deb-src\nURIs: mirror:/three\nSuites: a b"))
        self.assertEqual(script.source_entries(self.folder / "absent"), ("", ""))

    def test_mistakes_in_the_file(self):
        two = variant("a"), variant("b")
        for head, sentence in [
                (HEAD + "speed = 3\n", 'there is no "speed"'),
                (HEAD.replace("link", "#"), '"link" is missing'),
                (HEAD.replace('"source"', '"elsewhere"'), "elsewhere is not there"),
                (HEAD.replace('directory = "source"', ""), 'either "source", a source package of Debian, or "directory"'),
                (HEAD + 'needs = "make"\n', '"needs" is a list of tools'),
                (HEAD.replace('"run"', '"walk"'), 'has no function "walk" of its own'),
                (HEAD.replace('"small"', '"Small one"'), "made of small letters"),
                (HEAD + "=", "Invalid")]:
            with self.subTest(sentence):
                process = self.subject(*two, head=head)
                self.assertEqual(process.returncode, 1, process.stderr)
                self.assertIn(sentence, process.stderr)
        process = self.subject(variant("a"))
        self.assertIn("two variants are needed", process.stderr)


class Measurements(SubjectTest):
    def test_from_the_file_to_the_verdict(self):
        process = self.measured(variant("switch"), variant("goto", "-DGOTO", "goto"))
        self.assertEqual(process.returncode, 0, process.stderr)
        document = json.loads(self.result.read_text())
        build = document["builds"][0]
        self.assertEqual((build["subject"], build["function"]), ("small", "run"))
        self.assertRegex(build["name"], r"^small-(clang|gcc)-\d+$")
        self.assertEqual(set(build["audit"]["executors"]), {
            "switch-small", "goto-small", "switch-small.layout2", "goto-small.layout2"})
        self.assertEqual({sample["layout"] for sample in document["samples"] if sample["round"]}, {1, 2})
        self.assertIn("goto runs at", process.stdout)
        self.assertTrue(self.result.with_suffix(".html").exists())
        self.assertNotIn(str(self.folder), json.dumps(document["suite"]))

    def test_builds_of_commands_and_of_executors_do_not_go_together(self):
        self.subject(variant("switch"), variant("goto", "-DGOTO", "goto"))
        make_executors(self.folder / "executors", ["switch"])
        for builds in f"{self.build},{self.folder}/executors", f"{self.folder}/executors,{self.build}":
            process = subprocess.run([BUILD / "tailrace", "bench", "--builds", builds, "--suite", self.build / "suite.json",
                                      "--output", self.result], text=True, capture_output=True, timeout=60)
            self.assertEqual(process.returncode, 2, process.stderr)
            self.assertIn('is an executor, and the workload "w" is for commands', process.stderr)

    def test_each_failure_is_told_apart(self):
        broken = {"wrong": 'printed "1912064950" instead of', "crash": "crashed (Aborted)",
                  "hang": "did not finish within 2 s", "status": "ended with status 3",
                  "fork": "ended before processes that it had started", "needs": "ended with status 1: /no/such/file: No such",
                  "megabytes": "printed more than 16 MiB"}
        process = self.measured(variant("good"), *(variant(name, broken=name) for name in broken), seeds="1")
        self.assertEqual(process.returncode, 1, process.stderr)
        for name, sentence in broken.items():
            self.assertIn(f"tailrace: {name}-small: {sentence}".replace(": " + sentence, " " + sentence), process.stderr)
        self.assertEqual({gap["strategy"] for gap in json.loads(self.result.read_text())["not_measured"]}, set(broken))


class Subjects(unittest.TestCase):
    """The files in bench/subjects, whose interpreters are not built here."""

    def test_each_is_whole(self):
        script, found, names = load_script(), {}, []
        for path in sorted((ROOT / "bench/subjects").glob("*/*.toml")):
            with self.subTest(path.name):
                subject = script.read_subject(path)
                names.append(subject["name"])
                self.assertEqual(subject["name"], path.stem)
                self.assertEqual([about["dispatch"] for about in subject["variants"].values()], ["switch", "goto"])
                self.assertIn("function", subject)
                suite = script.suite_of(subject, path, BUILD)  # reads each program
                self.assertEqual({workload["file"] for workload in subject["workloads"]},
                                 {own.name for own in path.parent.iterdir() if own != path})
                for workload in subject["workloads"]:
                    self.assertTrue(workload["expect"].strip())
                    # What is the same program in another language gives the same.
                    same = workload["name"], *workload["arguments"]
                    self.assertEqual(found.setdefault(same, workload["expect"].split()), workload["expect"].split())
                self.assertEqual([workload["name"] for workload in suite["workloads"]],
                                 ["fib", "sieve", "nbody", "fannkuch", "trees", "queens", "words"])
        self.assertEqual(names, ["cpython", "lua", "mruby"])


class RealLua(unittest.TestCase):
    def test_both_variants_of_lua(self):
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.run(
                [BUILD / "tailrace", "subject", ROOT / "bench/subjects/lua/lua.toml", "--directory", folder, "--layout-seeds",
                 "5", "--build-only"], text=True, capture_output=True, timeout=280, env={**os.environ, "LC_ALL": "C"})
            if "cannot fetch" in process.stderr or "is missing, which fetches" in process.stderr:
                self.skipTest(process.stderr.strip())
            self.assertEqual(process.returncode, 0, process.stderr)
            self.assertRegex(process.stderr, r"subject: switch: luaV_execute has [\d,]+ bytes and 1 indirect jump,")
            for number in "01":
                done = subprocess.run([f"{folder}/variants/{number}/lua.5", ROOT / "bench/subjects/lua/fib.lua", "20"],
                                      text=True, capture_output=True, timeout=60)
                self.assertEqual(done.stdout, "6765\n")


if __name__ == "__main__":
    missing = [tool for tool in ("nm", "objdump") if not shutil.which(tool)]
    if not any(pathlib.Path(place).glob("ld.lld*") for place in os.environ["PATH"].split(":")):
        missing.append("ld.lld")
    if missing:
        print(f"skipped: {missing[0]} is missing")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
