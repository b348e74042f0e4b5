#!/usr/bin/python3
"""Tests `tailrace mine` as users meet it, with profiles so small that the best choice is plain.

Usage: test_mine.py TAILRACE_PROGRAM
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))
HEAD = "toy 5 opcodes\na\nb\nc\nd\ne\n"


class MineTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tailrace-mine-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("one", HEAD + "0:10 1:10 2:1\n3:5 4:5\n")
        self.write("two", HEAD + "3:1 4:1\n")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def mine(self, *arguments, **options):
        return subprocess.run([PROGRAM, "mine", *arguments], cwd=self.folder, text=True, stderr=subprocess.PIPE,
                              timeout=60, check=False, **{"stdout": subprocess.PIPE, **options})

    def rows(self, *arguments):
        process = self.mine(*arguments)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        return [line.split() for line in process.stdout.splitlines()]

    def assert_fails(self, status, words, *arguments, **options):
        process = self.mine(*arguments, **options)
        self.assertEqual(process.returncode, status, process.stderr)
        self.assertIn(words, process.stderr)
        if "stdout" not in options:
            self.assertEqual(process.stdout, "")

    def test_the_file_has_the_best_first(self):
        self.rows("one", "two", "--output", "chosen")
        lines = (self.folder / "chosen").read_text().splitlines()
        self.assertEqual([line for line in lines if line and line[0] != "#"], ["d e", "a b c"])
        self.assertIn("Superinstructions of the instruction set toy", lines[0])
        self.assertIn("from 2 profiles", " ".join(lines))

    def test_as_many_as_wanted(self):
        self.rows("one", "--count", "1", "--output", "chosen")
        lines = (self.folder / "chosen").read_text().splitlines()
        self.assertEqual([line for line in lines if line and line[0] != "#"], ["a b"])

    def test_forms_are_named_in_front(self):
        self.rows("one", "--count", "1", "--forms", "3", "--output", "chosen")
        lines = (self.folder / "chosen").read_text().splitlines()
        self.assertEqual([line for line in lines if line and line[0] != "#"], ["a", "b", "d", "a b"])

    def test_what_is_left_to_be_dispatched(self):
        # 31 instructions without any; ab saves 10 and de 5.
        self.assertEqual(self.rows("one"), [["superinstructions", "2"], ["mean", "of", "1", "trained", "on", "0.484"]])
        self.assertEqual(self.rows("one", "--count", "1", "--judge", "two")[1:],
                         [["mean", "of", "1", "trained", "on", "0.677"], ["two", "1.000"],
                          ["mean", "of", "1", "held", "out", "1.000"]])

    def test_one_left_out_at_a_time(self):
        self.assertEqual(self.rows("one", "two", "--leave-one-out")[-3:],
                         [["one", "0.484", "0.839"], ["two", "0.500", "0.500"], ["mean", "of", "2", "0.492", "0.669"]])

    def test_registers_may_be_called_otherwise(self):
        """What was seen in p and q is chosen for r as well, and exchangeable operands keep their order."""
        head = "toy 6 opcodes\nadd__p_pq\nadd__q_pq\nadd__r_pr\nbr__p\nbr__q\nbr__r\n"
        self.write("two-registers", head + "0:6 3:6\n")
        rows = self.rows("two-registers", "--rename-registers", "--output", "chosen")
        lines = (self.folder / "chosen").read_text().splitlines()
        self.assertEqual([line for line in lines if line and line[0] != "#"],
                         ["add__p_pq br__p", "add__q_pq br__q", "add__r_pr br__r"])
        self.assertEqual(rows[-1][-1], "0.500")  # of what was executed, as it was
        self.rows("two-registers", "--output", "chosen")
        self.assertEqual((self.folder / "chosen").read_text().splitlines()[-1], "add__p_pq br__p")

    def test_rare_lines_may_count_for_more(self):
        """What is in one hot line gives way to what is in seven lines that run now and then."""
        self.write("skewed", HEAD + "0:1000 1:1000\n" + "".join(f"{rest}2:8 3:8\n" for rest in (
            "", "0:8 ", "1:8 ", "4:8 ", "0:8 0:8 ", "1:8 1:8 ", "4:8 4:8 ")))
        for root, chosen in ("1", "a b"), ("3", "c d"):
            rows = self.rows("skewed", "--count", "1", "--root", root, "--output", "chosen")
            self.assertEqual((self.folder / "chosen").read_text().splitlines()[-1], chosen)
            # Of what was executed, as it was: 2,184 instructions.
            left = "0.542" if root == "1" else "0.974"
            self.assertEqual(rows[-1][-1], left)
            rows = self.rows("skewed", "--count", "1", "--root", root, "--leave-one-out")
            self.assertEqual(rows[-2], ["skewed", left, "1.000"])

    def test_names_may_be_the_same(self):
        self.write("other/one", HEAD + "3:1 4:1\n")
        self.assertEqual(self.rows("one", "other/one", "--leave-one-out")[-3:-1],
                         [["one", "0.484", "0.839"], ["one", "0.500", "0.500"]])

    def test_usage(self):
        for words, *arguments in [
                ("a profile is missing",),
                ('--count takes a number from 1 to 50000, not "0"', "--count", "0", "one"),
                ('--forms takes a number from 0 to 50000, not "-1"', "--forms", "-1", "one"),
                ('--longest takes a number from 2 to 12, not "13"', "--longest", "13", "one"),
                ('--longest takes a number from 2 to 12, not "1"', "--longest", "1", "one"),
                ('--programs takes a number from 1 to 64, not "x"', "--programs", "x", "one"),
                ('--root takes a number from 1 to 9, not "0"', "--root", "0", "one"),
                ("unrecognized option", "--nothing", "one")]:
            self.assert_fails(2, words, *arguments)

    def test_profiles_that_cannot_be_read(self):
        self.write("torn", "toy 5 opcodes\na\nb\n")
        self.write("text", HEAD + "0:1\nhello\n")
        self.assert_fails(1, "cannot read missing: No such file or directory", "one", "missing")
        self.assert_fails(1, "cannot read missing: No such file or directory", "one", "--judge", "missing")
        self.assert_fails(1, "torn ends within the names of opcodes", "torn")
        self.assert_fails(1, "text: line 2 behind the names is not OPCODE:COUNT ...", "text")

    def test_profiles_of_different_builds(self):
        self.write("other", "other 1 opcodes\na\n0:1\n")
        self.assert_fails(1, "other is of the instruction set other with 1 opcodes, and others are of toy with 5: make "
                          "all with one build", "one", "other")
        self.write("renamed", HEAD.replace("\nc\n", "\nx\n") + "0:1 1:1\n")
        self.assert_fails(1, "renamed: opcode 2 is called x, and c elsewhere", "one", "renamed")
        for judged in "other", "renamed":
            self.assert_fails(1, "profiles to train on are of toy with 5 opcodes, and those to judge are of ",
                              "one", "--judge", judged)

    def test_places_that_cannot_be_written(self):
        self.assert_fails(1, "cannot write the results to missing/chosen: No such file or directory", "one", "-o",
                          "missing/chosen")
        self.assert_fails(1, "cannot write the results to .: it is a directory", "one", "-o", ".")
        self.assert_fails(1, "cannot write the results to /dev/full: No space left on device", "one", "-o",
                          "/dev/full")
        with open("/dev/full", "w") as full:
            self.assert_fails(1, "cannot write the output: No space left on device", "one", stdout=full)

    def test_what_fails_leaves_the_file(self):
        self.write("chosen", "old\n")
        self.assert_fails(1, "cannot read missing", "one", "missing", "-o", "chosen")
        self.assertEqual((self.folder / "chosen").read_text(), "old\n")


if __name__ == "__main__":
    unittest.main()
