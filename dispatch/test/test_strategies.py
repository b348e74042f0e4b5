#!/usr/bin/env python3
"""Tests dispatch/strategies.py on the strategies that there are and on broken ones."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / "strategies.py"
HEAD = """/* Does it.
 *
 * Mechanism: tail
 * Sites: handler
 * Called: something
 *     long
 * Used by: nobody: really
 * Needs: musttail
 * Cost: little
 * Aliases: mine, my-own
 * Flags: -fone -ftwo
 * Measured: when asked
 */
#define DISPATCH_SIZE 8
"""
FIRST_FOUR = ["switch", "goto-indirect", "goto-direct", "tail-direct"]
MATRIX = ["switch-replicated", "goto-offset", "tail-indirect", "tail-offset", "call-indirect", "call-direct",
          *(f"{name}-plain" for name in FIRST_FOUR)]


class Strategies(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tailrace-strategies-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text=HEAD):
        path = self.folder / name
        path.write_text(text)
        return path

    def run_program(self, *arguments):
        done = subprocess.run([sys.executable, PROGRAM, *arguments], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def names(self, *arguments):
        status, output, error = self.run_program("names", *arguments)
        self.assertEqual(status, 0, error)
        return output.split()

    def assert_refused(self, words, path, *options):
        status, output, error = self.run_program("list", *options, path)
        self.assertEqual((status, output), (1, ""))
        self.assertRegex(error, r"^strategies\.py: .*\n$")
        self.assertIn(words, error)
        self.assertIn(str(path), error)

    def test_the_whole_matrix_in_order(self):
        self.assertEqual(self.names(), FIRST_FOUR + MATRIX)
        self.assertEqual(self.names(self.write("a-new-one.c")), FIRST_FOUR + MATRIX + ["a-new-one"])

    def test_names_that_others_use(self):
        self.assertEqual(self.names("--of", "tailcall,switch,computed-goto"), ["switch", "goto-indirect", "tail-direct"])
        self.assertEqual(self.names("--of", "switch,all"), FIRST_FOUR + MATRIX)
        self.assertEqual(self.names("--of", "my-own", self.write("own.c")), ["own"])
        status, _, error = self.run_program("names", "--of", "switch,magic")
        self.assertEqual(status, 1)
        self.assertIn('there is no strategy "magic"', error)

    def test_what_the_build_reads(self):
        path = self.write("own.c")
        line = self.run_program("list", path)[1].splitlines()[-1].split("\t")
        self.assertEqual(line[:6], ["own", str(path.resolve()), "musttail", "-fone -ftwo", "", ""])
        self.assertEqual(json.loads("{" + line[6] + "}"),
                         {"mechanism": "tail", "sites": "handler", "does": "Does it.", "called": "something long",
                          "used_by": "nobody: really", "cost": "little", "plain": False, "aliases": ["mine", "my-own"]})
        few = self.write("few.c", HEAD.replace("Sites: handler", "Sites: several").replace("mine, my-own", "few-places"))
        self.assertIn('"sites": "several"', self.run_program("list", few)[1])
        plain = self.write("plain.c", HEAD.replace("Flags:", "Code: plain\n * Flags:").replace("mine, my-own", "as-it-is"))
        line = self.run_program("list", plain)[1].splitlines()[-1].split("\t")
        self.assertEqual((line[5], json.loads("{" + line[6] + "}")["plain"]), ("1", True))
        switch = self.run_program("list")[1].splitlines()[0].split("\t")
        self.assertEqual(switch[:3] + switch[4:5], ["switch", "strategies/switch.c", "", "1"])
        self.assertEqual(switch[3].split()[0], "-w")

    def test_broken_heads(self):
        for field in ["Mechanism", "Sites", "Called", "Used by", "Needs", "Cost"]:
            path = self.write("own.c", re.sub(rf" \* {field}: (.|\n \*  )*\n", "", HEAD))
            self.assert_refused(f'its head lacks "{field}:"', path)
        for old, new, words in [
                (HEAD, "int x;", "does not begin with a comment"),
                ("Does it.", "", "does not begin with what it does"),
                ("Cost: little", "Costs: little", 'unknown field "Costs:"'),
                ("Cost: little", "Cost: little\n * Cost: 2", '"Cost:" twice'),
                ("    long", "long", '"long" in its head is no field'),
                ("Mechanism: tail", "Mechanism: magic", '"Mechanism: magic" is not one of switch, goto, tail, call'),
                ("Sites: handler", "Sites: 4", '"Sites: 4" is not one of handler, one, several, any'),
                ("Flags:", "Code: pretty\n * Flags:", '"Code: pretty" is not one of'),
                ("when asked", "never", '"Measured: never" is not one of'),
                ("mine,", "Mine,", 'the alias "Mine"'),
                ("Flags: -fone -ftwo", "Order: first", '"Order: first" is not a number'),
                ("mine,", "musttail,", 'the name "musttail" is taken by'),
                ("mine,", "own,", 'the name "own" is taken by'),
                ("mine,", "all,", 'the name "all" is taken by')]:
            self.assert_refused(words, self.write("own.c", HEAD.replace(old, new)))
        self.assert_refused('"Needs: luck" is not one of nothing, goto',
                            self.write("own.c", HEAD.replace("musttail", "luck").replace("mine", "mine-too")),
                            "--needs", "goto,musttail,copied-switch")

    def test_broken_names(self):
        for name in "Own.c", "own_one.c", "1own.c", "own-.c", "own.h":
            self.assert_refused("its name must be", self.write(name))
        self.assert_refused("begins like those of other programs", self.write("spectest-own.c"))
        self.assert_refused("is taken by", self.write("switch.c"))
        self.assert_refused("No such file", self.folder / "absent.c")


if __name__ == "__main__":
    unittest.main()
