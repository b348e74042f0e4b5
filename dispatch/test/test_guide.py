#!/usr/bin/env python3
"""The commands of dispatch/GUIDE.md work, and its changes do what it says. Exit status: 77 skipped.

    test_guide.py COMPILER

Does what the guide's fenced blocks say, in their order, in a scratch copy of the source tree:

    ```sh        runs the lines; scripts/try measures one quick workload in one layout and the fewest rounds
    ```c FILE    writes the text to the file
    ```diff      applies the change

Blocks of ```text are what one sees: each line of the verdict has to begin as one that is printed.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from test_new_strategy import ROOT, copy_tree

GUIDE = ROOT / "dispatch/GUIDE.md"
CHEAPEST = " --layouts 1 --budget 0 --workload objects"
FEWER_HANDLERS = " --isa slots" + CHEAPEST  # where it does not matter which: a third of the time to compile
WRONG = """\
/* Crashes at the end of the first handler.
 *
 * Mechanism: tail
 * Sites: handler
 * Called: wrong
 * Used by: a test
 * Needs: musttail
 * Cost: everything
 */
#define DISPATCH_SIZE 8
#define DISPATCH() __builtin_trap()
#include "dispatch/tail.c"
"""
LABELS = ["time", "bytecode", "dispatches", "host instructions", "handlers' code", "dispatch sites",
          "correct"]


def blocks(text):
    """(kind, file, text) of each fenced block."""
    return re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", text, re.M | re.S)


def command_lines(text):
    for line in text.splitlines():
        command = line.partition("  #")[0].rstrip()
        if command:
            yield command + (CHEAPEST if command.startswith("scripts/try ") else "")


class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tailrace-guide-")
        cls.addClassCleanup(folder.cleanup)
        cls.tree = pathlib.Path(folder.name) / "tree"
        copy_tree(cls.tree)
        suite = ROOT / "build/spectest"
        if suite.is_dir():
            (cls.tree / "build").mkdir()
            (cls.tree / "build/spectest").symlink_to(suite)

    def run_in_tree(self, command, status=0):
        done = subprocess.run(["bash", "-c", command], cwd=self.tree, env=dict(os.environ, CC=COMPILER),
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}")
        return done.stdout

    def replace_in_try(self, before, after):
        program = self.tree / "scripts/try"
        text = program.read_text()
        self.assertTrue(before in text or after in text)
        program.write_text(text.replace(before, after))

    def test_its_blocks_in_their_order(self):
        found = blocks(GUIDE.read_text())
        kinds = [kind for kind, _, _ in found]
        self.assertEqual(set(kinds), {"sh", "c", "diff", "text"})
        tried = []
        for kind, file, text in found:
            with self.subTest(kind=kind, text=text[:60]):
                if kind == "c":
                    (self.tree / file).write_text(text)
                elif kind == "diff":
                    done = subprocess.run(["patch", "-p1"], input=text, cwd=self.tree, text=True,
                                          capture_output=True)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                elif kind == "sh":
                    for command in command_lines(text):
                        said = self.run_in_tree(command)
                        if command.startswith("scripts/try "):
                            tried.append((pathlib.Path(command.split()[1]).stem, said))
                            for full, short in ("SIMULATION = 30", "SIMULATION = 0.001"), ("SHOWN = 3", "SHOWN = 1"):
                                self.replace_in_try(full, short)  # once is enough
                        if command.startswith("meson test"):
                            self.assertRegex(said, r"Ok: +1\b")
        self.assertTrue(tried)
        shown = "\n".join(text for kind, _, text in found if kind == "text")
        for name, said in tried:
            for label in LABELS:
                self.assertRegex(said, rf"(?m)^  {label} ")
                self.assertRegex(shown, rf"(?m)^  {label} ")
            self.assertRegex(said, rf"(?m)^Verdict: .*{name}")
            self.assertRegex(said, r"passed   50 random modules|skipped  50 random modules")

    def test_a_wrong_strategy_is_not_measured(self):
        (self.tree / "tail-wrong.c").write_text(WRONG)
        said = self.run_in_tree("scripts/try tail-wrong.c" + FEWER_HANDLERS, status=1)
        self.assertRegex(said, "tail-wrong is wrong: .* nothing was measured")
        self.assertNotIn("measure\n", said)
        self.assertFalse(list(self.tree.glob("results/local/try/tail-wrong*")))

    def test_a_strategy_that_cannot_be_compiled(self):
        (self.tree / "tail-broken.c").write_text(WRONG.replace("__builtin_trap()", "no_such_word()"))
        said = self.run_in_tree("scripts/try tail-broken.c --isa slots --layouts 4", status=1)
        self.assertIn("\ntry: tail-broken could not be built, see above", said)
        self.assertEqual(said.count("FAILED:"), 1, said)

    def test_a_strategy_that_never_ends(self):
        (self.tree / "tail-stuck.c").write_text(WRONG.replace("__builtin_trap()", 'for (;;) __asm__ volatile("")'))
        self.replace_in_try("SUITE_TIMEOUT = 180", "SUITE_TIMEOUT = 1")
        self.addCleanup(self.replace_in_try, "SUITE_TIMEOUT = 1", "SUITE_TIMEOUT = 180")
        said = self.run_in_tree("scripts/try tail-stuck.c" + FEWER_HANDLERS, status=1)
        if "skipped  the official suite" not in said:
            self.assertIn("tail-stuck is wrong: the official suite did not end in 1 s; nothing was measured", said)

    def test_what_the_guide_says_goes_wrong_is_found(self):
        if not shutil.which("wasm-opt"):
            self.skipTest("there is no wasm-opt: no random modules")
        text = next(text for kind, _, text in blocks(GUIDE.read_text()) if kind == "c")
        (self.tree / "tail-forgets.c").write_text(text.replace("ISA_REGISTERS(KEEP)", ""))
        said = self.run_in_tree("scripts/try tail-forgets.c" + CHEAPEST, status=1)
        self.assertIn("tail-forgets is wrong: 50 random modules", said)

    def test_a_build_without_any_executor(self):
        said = self.run_in_tree("meson setup build-none -Ddispatch=switch-replicated", status=1)
        self.assertRegex(said, "nothing is left to build: switch-replicated-acc: (clang takes|only clang)")
        # A directory of its own: what meson left behind is not emptied by scripts/build.
        said = self.run_in_tree("scripts/build --directory build-nothing -Ddispatch=switch-replicated", status=1)
        self.assertIn("nothing is left to build: switch-replicated-acc: ", said)

    def test_names_that_cannot_be_tried(self):
        for arguments, words in ("magic", 'no strategy "magic"'), ("missing.c", "No such file"), \
                ("tail-direct --against tailcall", "cannot be compared with itself"), \
                ("tail-direct --layouts 0", "a number from 1 to 99"):
            self.assertIn(words, self.run_in_tree(f"scripts/try {arguments}", status=2))


def has_musttail():
    source = b"int f(int); int f(int x) { __attribute__((musttail)) return f(x); }\n"
    command = [*COMPILER.split(), "-Werror", "-x", "c", "-fsyntax-only", "-"]
    return subprocess.run(command, input=source, capture_output=True).returncode == 0


if __name__ == "__main__":
    COMPILER = sys.argv.pop(1)
    missing = [tool for tool in ("patch", "meson", "ninja", "wat2wasm") if not shutil.which(tool)]
    if missing or not has_musttail():
        print("skipped: " + (f"there is no {missing[0]}" if missing else
                             "the guide's strategy needs musttail, which this compiler does not have"))
        sys.exit(77)
    unittest.main()
