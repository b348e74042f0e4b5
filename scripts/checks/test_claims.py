#!/usr/bin/python3
"""Every figure of the pages is what the files say (scripts/claims), and the check has teeth. Exit status 77: skipped."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = SCRIPTS.parent


def claims(*arguments):
    return subprocess.run([SCRIPTS / "claims", *arguments], capture_output=True, text=True, check=False)


class Claims(unittest.TestCase):
    def test_the_pages_are_what_the_files_say(self):
        done = claims()
        if "is missing; scripts/setup installs it" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def page(self, text, *arguments):
        """What is said of a page in the tree that has this text, and the page then."""
        with tempfile.NamedTemporaryFile("w", suffix=".md", dir=ROOT / "results") as file:
            file.write(text)
            file.flush()
            done = claims(*arguments, file.name)
            return done.returncode, done.stderr, pathlib.Path(file.name).read_text()

    def test_wrong_figures_are_found_and_put_right(self):
        wrong = 'one in four: <!--=unseen(1 / 4, 8)-->11 %<!--/-->, `9 %`, clang 22.1.8\n'
        status, said, _ = self.page(wrong)
        self.assertEqual(status, 1)
        self.assertIn(":1: unseen(1 / 4, 8) is\n    10 %\nand not\n    11 %", said)
        status, said, text = self.page(wrong, "--write")
        self.assertEqual((status, said), (0, ""))
        self.assertIn("<!--=unseen(1 / 4, 8)-->10 %<!--/-->", text)

    def test_figures_without_a_source_are_found(self):
        for figure in "1.13×", "7 %", "3 ns", "0.44", "1.10–1.15", "−0.03":
            with self.subTest(figure):
                status, said, _ = self.page(f"\nIt is {figure} more.\n")
                self.assertEqual(status, 1, said)
                self.assertIn(":2: ", said)
                self.assertIn("is derived from no file", said)

    def test_what_cannot_be_computed_is_said(self):
        status, said, _ = self.page('<!--=speed("nowhere/none", "switch")-->1×<!--/-->')
        self.assertEqual(status, 1)
        self.assertRegex(said, r"^claims: results/.*: cannot make speed\(")


if __name__ == "__main__":
    unittest.main()
